//! How many insertions and deletions make one text of another, up to the first one too many.

use hashbrown::HashMap;

use crate::judging::ends::{begin_alike, end_alike};

/// What counting edits needs, kept from pair to pair.
#[derive(Default)]
pub(crate) struct Edits {
    reached: Vec<usize>,
    places: HashMap<char, Vec<(usize, u64)>>,
    row: Vec<u64>,
}

/// Edits up to which they are counted by diagonals in any case: to find the places of characters takes longer.
const FEW: usize = 100;

impl Edits {
    /// The fewest insertions and deletions that make one text of the other, if they are at most `most`.
    pub(crate) fn count(&mut self, left: &[char], right: &[char], most: usize) -> Option<usize> {
        let begin = begin_alike(left, right);
        let (left, right) = (&left[begin..], &right[begin..]);
        let end = end_alike(left, right);
        let (left, right) = (&left[..left.len() - end], &right[..right.len() - end]);
        if left.len().abs_diff(right.len()) > most {
            return None;
        }
        let most = most.min(left.len() + right.len());
        let words = (most / 64 + 2).min(left.len().div_ceil(64)) * right.len();
        if most > FEW && most.saturating_mul(most) > words {
            return self.by_bits(left, right, most);
        }
        self.by_diagonals(left, right, most)
    }

    /// Myers, An O(ND) difference algorithm and its variations (Algorithmica 1, 1986): on each diagonal
    /// of the matrix, how far so many edits lead. In time that grows with the square of the edits.
    fn by_diagonals(&mut self, left: &[char], right: &[char], most: usize) -> Option<usize> {
        // Diagonals are numbered from the one that is `most + 1` below the middle.
        let middle = most + 1;
        let reached = &mut self.reached;
        reached.clear();
        reached.resize(2 * middle + 1, 0);
        for edits in 0..=most {
            for diagonal in (middle - edits..=middle + edits).step_by(2) {
                let (below, above) = (reached[diagonal - 1], reached[diagonal + 1]);
                let down =
                    diagonal == middle - edits || (diagonal != middle + edits && below < above);
                let mut along = if down { above } else { below + 1 };
                let mut other = along + middle - diagonal;
                while along < left.len() && other < right.len() && left[along] == right[other] {
                    along += 1;
                    other += 1;
                }
                if along >= left.len() && other >= right.len() {
                    return Some(edits);
                }
                reached[diagonal] = along;
            }
        }
        None
    }

    /// Hyyrö, Bit-parallel LCS-length computation revisited (AWOCA 2004): a row of the matrix at a time, 64 of its
    /// columns in a word, of those that so few edits can reach. In time that grows with a length times the edits.
    fn by_bits(&mut self, left: &[char], right: &[char], most: usize) -> Option<usize> {
        let Self { places, row, .. } = self;
        let words = left.len().div_ceil(64);
        places.clear();
        for (place, &character) in left.iter().enumerate() {
            let (word, bit) = (place / 64, 1 << (place % 64));
            let places = places.entry(character).or_default();
            match places.last_mut() {
                Some((last, bits)) if *last == word => *bits |= bit,
                _ => places.push((word, bit)),
            }
        }
        // With more left out of either they would share too little.
        let least = (left.len() + right.len() - most).div_ceil(2);
        let (out_left, out_right) =
            (left.len().checked_sub(least)?, right.len().checked_sub(least)?);
        // A bit is taken out where the longest common subsequence grows.
        row.clear();
        row.resize(words, u64::MAX);
        for (number, character) in right.iter().enumerate() {
            let Some(places) = places.get(character) else { continue };
            let first = number.saturating_sub(out_right) / 64;
            let end = words.min((number + out_left) / 64 + 1);
            let places = &places[places.partition_point(|&(word, _)| word < first)..];
            let (mut at, mut carry) = (first, false);
            for &(word, bits) in places.iter().take_while(|&&(word, _)| word < end) {
                // Between places of the character nothing changes but by what is carried.
                while carry && at < word {
                    carry = grow(&mut row[at], 0, true);
                    at += 1;
                }
                carry = grow(&mut row[word], bits, carry);
                at = word + 1;
            }
            while carry && at < end {
                carry = grow(&mut row[at], 0, true);
                at += 1;
            }
        }
        let common: usize = row.iter().map(|word| word.count_zeros() as usize).sum();
        let edits = left.len() + right.len() - 2 * common;
        (edits <= most).then_some(edits)
    }
}

/// One word of a row with the places of a character in it; what is carried to the next one.
fn grow(word: &mut u64, bits: u64, carried: bool) -> bool {
    let (sum, one) = word.overflowing_add(*word & bits);
    let (sum, other) = sum.overflowing_add(u64::from(carried));
    *word = sum | (*word & !bits);
    one || other
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the table of longest common subsequences.
    fn plain_distance(left: &[char], right: &[char]) -> usize {
        let mut row: Vec<usize> = (0..=right.len()).collect();
        for (place, one) in left.iter().enumerate() {
            let mut before = std::mem::replace(&mut row[0], place + 1);
            for (column, other) in right.iter().enumerate() {
                let edits =
                    if one == other { before } else { 1 + row[column].min(row[column + 1]) };
                before = std::mem::replace(&mut row[column + 1], edits);
            }
        }
        row[right.len()]
    }

    #[test]
    fn long_texts_are_counted_in_words_of_bits() {
        let text = |salt: u32, length: u32| -> Vec<char> {
            let digit = |place| crate::candidates::sign::mix32(salt + place) % 30;
            (0..length).filter_map(|place| char::from_digit(digit(place), 36)).collect()
        };
        let mut edits = Edits::default();
        for length in [1, 63, 64, 65, 127, 128, 129, 500] {
            for salt in [1, 40, 5000] {
                let (left, right) = (text(0, length), text(salt, length + 3));
                let wanted = plain_distance(&left, &right);
                for most in wanted..=left.len() + right.len() {
                    assert_eq!(edits.by_bits(&left, &right, most), Some(wanted));
                }
                assert_eq!(edits.by_diagonals(&left, &right, wanted), Some(wanted));
                assert_eq!(edits.count(&left, &right, wanted), Some(wanted));
                assert_eq!(edits.count(&left, &right, wanted - 1), None);
            }
        }
    }

    #[test]
    fn distances_are_those_of_the_table() {
        let mut edits = Edits::default();
        for seed in 0..2000u32 {
            let text = |salt: u32, length: u32| -> Vec<char> {
                (0..length % 13)
                    .map(|place| crate::candidates::sign::mix32(seed * 977 + salt + place) % 3)
                    .filter_map(|digit| char::from_digit(digit, 10))
                    .collect()
            };
            let (left, right) = (text(0, seed), text(500, seed / 13));
            let wanted = plain_distance(&left, &right);
            for most in 0..30 {
                let found = edits.count(&left, &right, most);
                assert_eq!(found, (wanted <= most).then_some(wanted), "{left:?} {right:?} {most}");
            }
            for most in wanted..=left.len() + right.len() {
                assert_eq!(edits.by_bits(&left, &right, most), Some(wanted));
            }
        }
    }
}
