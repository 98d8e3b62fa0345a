//! Byte strings that were met, end to end: Python would spend fifty bytes more on each, outside the
//! memory that `--memory` limits.

use crate::memory::columns::column;

/// The rank of what has none: after all others.
pub const LAST: u32 = u32::MAX;

/// Byte strings in the order in which they came.
pub struct Strings {
    bytes: Vec<u8>,
    ends: Vec<u64>,
}

impl Default for Strings {
    fn default() -> Self {
        Self { bytes: column(), ends: column() }
    }
}

impl Strings {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends one.
    pub fn push(&mut self, string: &[u8]) {
        self.bytes.extend_from_slice(string);
        self.ends.push(self.bytes.len() as u64);
    }

    /// The one of that number.
    #[must_use]
    pub fn get(&self, number: usize) -> &[u8] {
        &self.bytes[self.start(number)..self.ends[number] as usize]
    }

    /// Those from a number on: their bytes, and where each of them ends among these.
    #[must_use]
    pub fn after(&self, first: usize) -> (&[u8], Vec<u64>) {
        let start = self.start(first);
        (&self.bytes[start..], self.ends[first..].iter().map(|&end| end - start as u64).collect())
    }

    /// Appends what `after` gave; whether it could be: the ends must ascend to the end of the bytes.
    pub fn push_all(&mut self, bytes: &[u8], ends: &[u64]) -> bool {
        let last = ends.last().copied().unwrap_or(0);
        if last != bytes.len() as u64 || !ends.is_sorted() {
            return false;
        }
        let before = self.bytes.len() as u64;
        self.bytes.extend_from_slice(bytes);
        self.ends.extend(ends.iter().map(|&end| before + end));
        true
    }

    /// Whether all are empty.
    #[must_use]
    pub fn are_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The rank of each in the order of bytes, from 0; equal ones share one, empty ones have `LAST`.
    #[must_use]
    pub fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32)
            .filter(|&number| !self.get(number as usize).is_empty())
            .collect();
        order.sort_unstable_by_key(|&number| self.get(number as usize));
        let mut ranks = vec![LAST; self.len()];
        let mut rank = 0;
        for (place, &number) in order.iter().enumerate() {
            if place > 0 && self.get(order[place - 1] as usize) != self.get(number as usize) {
                rank += 1;
            }
            ranks[number as usize] = rank;
        }
        ranks
    }

    fn start(&self, number: usize) -> usize {
        if number == 0 { 0 } else { self.ends[number - 1] as usize }
    }
}

/// Turns the order of ranks around; what has none comes last all the same.
pub fn reverse(ranks: &mut [u32]) {
    let most = ranks.iter().copied().filter(|&rank| rank != LAST).max().unwrap_or(0);
    for rank in ranks.iter_mut().filter(|rank| **rank != LAST) {
        *rank = most - *rank;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(all: &[&str]) -> Strings {
        let mut made = Strings::default();
        for one in all {
            made.push(one.as_bytes());
        }
        made
    }

    #[test]
    fn ranks_follow_the_bytes_and_equal_ones_share_one() {
        assert_eq!(strings(&["b", "", "a", "b", "aa"]).ranks(), [2, LAST, 0, 2, 1]);
        assert_eq!(strings(&["", ""]).ranks(), [LAST, LAST]);
        assert!(strings(&[]).ranks().is_empty());
        let mut ranks = strings(&["b", "", "a", "b", "aa"]).ranks();
        reverse(&mut ranks);
        assert_eq!(ranks, [0, LAST, 2, 0, 1]);
    }

    #[test]
    fn what_came_after_a_number_is_taken_back() {
        let all = strings(&["one", "", "three"]);
        let (bytes, ends) = all.after(1);
        let mut again = strings(&["one"]);
        assert!(again.push_all(bytes, &ends));
        assert_eq!((again.bytes, again.ends), (all.bytes.clone(), all.ends.clone()));
        assert!(!strings(&[]).push_all(b"ab", &[2, 1, 2]), "ends descend");
        assert!(!strings(&[]).push_all(b"ab", &[1]), "bytes beyond the last end");
        assert!(strings(&[]).push_all(b"", &[]));
    }
}
