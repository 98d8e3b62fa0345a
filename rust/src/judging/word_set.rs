//! A few hundred words, or the tokens of a text, of which most others are none.

use crate::tokens::hash::token_hash;

/// How many marks there are, a power of two.
const MARKS: usize = 1 << 13;

/// A bit for each of some tokens, several of which share one: most others are known to be none by these alone.
pub(crate) struct Marks([u64; MARKS / 64]);

impl Marks {
    /// The marks of some tokens.
    pub(crate) fn of(tokens: &[u32]) -> Self {
        let mut marks = [0; MARKS / 64];
        for &token in tokens {
            marks[mark(token) / 64] |= 1 << (mark(token) % 64);
        }
        Self(marks)
    }

    /// Whether a token may be one of them.
    pub(crate) fn may_have(&self, token: u32) -> bool {
        self.0[mark(token) / 64] >> (mark(token) % 64) & 1 == 1
    }

    /// Whether the first and the last token of a gram may be.
    pub(crate) fn may_have_ends(&self, gram: &[u32]) -> bool {
        self.may_have(gram[0]) && self.may_have(gram[gram.len() - 1])
    }
}

/// The lowest bit of a token says whether it is a number.
fn mark(token: u32) -> usize {
    token as usize / 2 % MARKS
}

/// Some words, found by the hashes of tokens.
pub(crate) struct WordSet {
    marks: Marks,
    /// At the place of their mark or behind it; 0 where there is none. A quarter of it is filled, at most.
    places: Vec<u32>,
}

impl WordSet {
    /// Those words, as they are folded.
    pub(crate) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let hashes: Vec<u32> = words.map(|word| token_hash(word.as_bytes()) & !1).collect();
        let mut places = vec![0; (4 * hashes.len()).next_power_of_two()];
        for &hash in &hashes {
            let mut place = mark(hash) % places.len();
            while places[place] != 0 && places[place] != hash {
                place = (place + 1) % places.len();
            }
            places[place] = hash;
        }
        Self { marks: Marks::of(&hashes), places }
    }

    /// Whether a token is one of them.
    pub(crate) fn has(&self, token: u32) -> bool {
        self.marks.may_have(token) && {
            let most = self.places.len();
            let places = (0..most).map(|step| self.places[(mark(token) + step) % most]);
            let mut filled = places.take_while(|&hash| hash != 0);
            filled.any(|hash| hash == token)
        }
    }
}
