//! A few hundred words, of which most tokens are none.

use crate::tokens::hash::token_hash;

/// Some words, found by the hashes of tokens.
pub(crate) struct WordSet {
    /// A bit for each of their marks: most words are known not to be one by these alone.
    marks: [u64; MARKS / 64],
    /// Ascending.
    hashes: Vec<u32>,
}

/// How many marks there are, a power of two.
const MARKS: usize = 1 << 13;

fn mark(hash: u32) -> usize {
    hash as usize / 2 % MARKS
}

impl WordSet {
    /// Those words, as they are folded.
    pub(crate) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut hashes: Vec<u32> = words.map(|word| token_hash(word.as_bytes()) & !1).collect();
        hashes.sort_unstable();
        let mut marks = [0; MARKS / 64];
        for &hash in &hashes {
            marks[mark(hash) / 64] |= 1 << (mark(hash) % 64);
        }
        Self { marks, hashes }
    }

    /// Whether a token is one of them.
    pub(crate) fn has(&self, token: u32) -> bool {
        self.marks[mark(token) / 64] >> (mark(token) % 64) & 1 == 1
            && self.hashes.binary_search(&token).is_ok()
    }
}
