//! Words that exclude each other, as opposites do, or two units of time or colours: where one stands for the
//! other, a text says another thing.
//!
//! Read by hand, of 90 removed texts in which such a word stood for another one, with or without other changes, a
//! fact was lost with 88.

use std::sync::LazyLock;

use crate::judging::word_set::WordSet;
use crate::tokens::hash::token_hash;

/// Sets of words as they are folded, of eighteen languages, one a line, beside lines of remarks.
const SETS: &str = include_str!("opposites.txt");

fn sets() -> impl Iterator<Item = &'static str> {
    SETS.lines().filter(|line| !line.starts_with('#'))
}

static WORDS: LazyLock<WordSet> =
    LazyLock::new(|| WordSet::of(sets().flat_map(str::split_whitespace)));

/// Each pair of words of one set both ways, ascending.
static OPPOSITES: LazyLock<Vec<(u32, u32)>> = LazyLock::new(|| {
    let mut pairs = Vec::new();
    for set in sets() {
        let words: Vec<u32> =
            set.split_whitespace().map(|word| token_hash(word.as_bytes()) & !1).collect();
        for &one in &words {
            pairs.extend(words.iter().filter(|&&other| other != one).map(|&other| (one, other)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
});

/// Whether a token has an opposite.
pub(crate) fn has_opposite(token: u32) -> bool {
    WORDS.has(token)
}

/// The opposites of a token.
pub(crate) fn opposites_of(token: u32) -> impl Iterator<Item = u32> {
    let first = OPPOSITES.partition_point(|&(one, _)| one < token);
    OPPOSITES[first..].iter().take_while(move |&&(one, _)| one == token).map(|&(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposites_are_so_both_ways() {
        let hash = |word: &str| token_hash(word.as_bytes()) & !1;
        for (one, other) in [("minimum", "maximum"), ("hours", "days"), ("左", "右")] {
            assert!(has_opposite(hash(one)) && has_opposite(hash(other)));
            for (one, other) in [(one, other), (other, one)] {
                assert!(opposites_of(hash(one)).any(|found| found == hash(other)));
            }
        }
        assert!(
            !opposites_of(hash("before"))
                .any(|found| found == hash("left") || found == hash("before"))
        );
        assert!(!has_opposite(hash("harbour")) && opposites_of(hash("harbour")).next().is_none());
    }
}
