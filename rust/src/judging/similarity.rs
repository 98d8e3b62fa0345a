//! How alike two short texts are by their characters.

use crate::judging::edits::Edits;

/// Insertions and deletions that texts of so many code points together may be apart, to be so alike.
///
/// A little too many: the quotient has the last word, and no filter may be the stricter.
// Never below zero: `least` is at most 1.
#[allow(clippy::cast_sign_loss)]
pub(crate) fn room(least: f64, lengths: usize) -> usize {
    ((1.0 - least) * lengths as f64 + 1e-6) as usize
}

/// Compares one text with others; what that needs is kept from pair to pair.
#[derive(Default)]
pub(crate) struct Similarity {
    own: Vec<char>,
    other: Vec<char>,
    edits: Edits,
}

impl Similarity {
    /// Takes the text that others are compared with.
    pub(crate) fn take(&mut self, own: &str) {
        self.own.clear();
        self.own.extend(own.chars());
    }

    /// The normalised Indel similarity of that text and another one, if it is `least` or more: 1 - distance /
    /// (length + length), where the distance counts insertions and deletions of code points. Of two empty texts it
    /// is 1.
    pub(crate) fn with(&mut self, other: &str, least: f64) -> Option<f64> {
        self.other.clear();
        self.other.extend(other.chars());
        let lengths = self.own.len() + self.other.len();
        if lengths == 0 {
            return Some(1.0);
        }
        let edits = self.edits.count(&self.own, &self.other, room(least, lengths))?;
        let similarity = 1.0 - edits as f64 / lengths as f64;
        (similarity >= least).then_some(similarity)
    }

    /// That of two texts.
    pub(crate) fn of(&mut self, left: &str, right: &str, least: f64) -> Option<f64> {
        self.take(left);
        self.with(right, least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_is_one_less_the_share_of_edits() {
        let mut made = Similarity::default();
        let mut similarity = |left: &str, right: &str, least| made.of(left, right, least);
        assert_eq!(similarity("", "", 0.9), Some(1.0));
        assert_eq!(similarity("a", "", 0.9), None);
        assert_eq!(similarity("a", "", 0.0), Some(0.0));
        // Two edits of twenty characters: just enough.
        assert_eq!(similarity("abcdefghij", "abcdefghik", 0.9), Some(0.9));
        assert_eq!(similarity("abcdefghij", "abcdefghik", 0.91), None);
        assert_eq!(similarity("été à la mer", "été à la mers", 0.9), Some(1.0 - 1.0 / 25.0));
    }
}
