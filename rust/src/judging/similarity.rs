//! How alike two short texts are by their characters.

use crate::judging::edits::Edits;

/// Compares texts by their characters; what that needs is kept from pair to pair.
#[derive(Default)]
pub struct Characters {
    left: Vec<char>,
    right: Vec<char>,
    edits: Edits,
}

impl Characters {
    /// The normalised Indel similarity of two texts, if it is `least` or more: 1 - distance / (length + length), where
    /// the distance counts insertions and deletions of code points. Of two empty texts it is 1.
    // Never below zero: `least` is at most 1.
    #[allow(clippy::cast_sign_loss)]
    pub fn similarity(&mut self, left: &str, right: &str, least: f64) -> Option<f64> {
        let Self { left: one, right: other, edits } = self;
        for (text, characters) in [(left, &mut *one), (right, &mut *other)] {
            characters.clear();
            characters.extend(text.chars());
        }
        let lengths = (one.len() + other.len()) as f64;
        if lengths == 0.0 {
            return Some(1.0);
        }
        // A little slack: the last word is that of the quotient.
        let most = ((1.0 - least) * lengths + 1e-6) as usize;
        let similarity = 1.0 - edits.count(one, other, most)? as f64 / lengths;
        (similarity >= least).then_some(similarity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_is_one_less_the_share_of_edits() {
        let mut characters = Characters::default();
        let mut similarity =
            |left: &str, right: &str, least| characters.similarity(left, right, least);
        assert_eq!(similarity("", "", 0.9), Some(1.0));
        assert_eq!(similarity("a", "", 0.9), None);
        assert_eq!(similarity("a", "", 0.0), Some(0.0));
        // Two edits of twenty characters: just enough.
        assert_eq!(similarity("abcdefghij", "abcdefghik", 0.9), Some(0.9));
        assert_eq!(similarity("abcdefghij", "abcdefghik", 0.91), None);
        assert_eq!(similarity("été à la mer", "été à la mers", 0.9), Some(1.0 - 1.0 / 25.0));
    }
}
