//! Anchors: of each window of consecutive grams of a token stream the one with the least hash.
//!
//! Two streams that share enough tokens in a row share an anchor, since which gram of a window is taken
//! depends on the window alone (winnowing: Schleimer, Wilkerson and Aiken 2003, section 4; minimizers:
//! Roberts et al. 2004). About two of nine grams are anchors.

use crate::candidates::shingle::{Powers, extend_items};
use crate::simd::Path;

/// Fewest tokens in a gram.
pub const GRAM: usize = 8;

/// Grams in a window.
pub const WINDOW: usize = 8;

/// What finding anchors needs for itself.
pub struct Anchors {
    path: Path,
    powers: Powers,
    gram: usize,
    items: Vec<u32>,
}

impl Anchors {
    /// Anchors of which two streams share one if they share so many tokens in a row, `GRAM + WINDOW - 1`
    /// at least. Longer grams than that allows are shared by fewer streams; beyond 13 tokens that gains
    /// nothing.
    #[must_use]
    pub fn of(shared: usize) -> Self {
        let gram = (shared + 1).saturating_sub(WINDOW).clamp(GRAM, GRAM + 5);
        Self { path: Path::best(), powers: Powers::of(gram), gram, items: Vec::new() }
    }

    /// Tokens in a gram.
    #[must_use]
    pub fn gram(&self) -> usize {
        self.gram
    }

    /// Calls `each` with the hash and the first token of each anchor, in the stream's order. Streams
    /// of fewer tokens than a gram have none, those with fewer grams than a window one.
    pub fn find(&mut self, tokens: &[u32], mut each: impl FnMut(u32, usize)) {
        if tokens.len() < self.gram {
            return;
        }
        self.items.clear();
        extend_items(self.path, tokens, &self.powers, &mut self.items);
        let items = self.items.as_slice();
        let window = WINDOW.min(items.len());
        let mut least = last_least(items, 0, window);
        each(items[least], least);
        for end in window..items.len() {
            let next = if items[end] <= items[least] {
                end
            } else if least + window == end {
                last_least(items, least + 1, end + 1)
            } else {
                continue;
            };
            least = next;
            each(items[least], least);
        }
    }
}

/// The place of the least of some items, of equal ones the last.
fn last_least(items: &[u32], start: usize, end: usize) -> usize {
    let mut least = start;
    for place in start + 1..end {
        if items[place] <= items[least] {
            least = place;
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tokens: &[u32]) -> Vec<(u32, usize)> {
        let mut found = Vec::new();
        Anchors::of(GRAM + WINDOW - 1).find(tokens, |hash, place| found.push((hash, place)));
        found
    }

    #[test]
    fn streams_that_share_fifteen_tokens_share_an_anchor() {
        let token = |number: u32| crate::candidates::sign::mix32(number);
        let shared: Vec<u32> = (0..15).map(token).collect();
        for before in 0..30 {
            for after in [0, 1, 9, 40] {
                let one: Vec<u32> = (100..100 + before)
                    .map(token)
                    .chain(shared.clone())
                    .chain((200..200 + after).map(token))
                    .collect();
                let other: Vec<u32> = (300..317).map(token).chain(shared.clone()).collect();
                let hashes: Vec<u32> = found(&one).into_iter().map(|(hash, _)| hash).collect();
                assert!(found(&other).iter().any(|(hash, _)| hashes.contains(hash)));
            }
        }
    }

    #[test]
    fn each_window_has_its_least_gram_among_the_anchors() {
        let tokens: Vec<u32> =
            (0..500).map(|number| crate::candidates::sign::mix32(number % 61)).collect();
        let places: Vec<usize> = found(&tokens).into_iter().map(|(_, place)| place).collect();
        assert!(places.is_sorted());
        let mut items = Vec::new();
        extend_items(Path::best(), &tokens, &Powers::of(GRAM), &mut items);
        for start in 0..=items.len() - WINDOW {
            assert!(places.contains(&last_least(&items, start, start + WINDOW)));
        }
        assert!(found(&tokens[..7]).is_empty());
        assert_eq!(found(&tokens[..8]).len(), 1);
    }
}
