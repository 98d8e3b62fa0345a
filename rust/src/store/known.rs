//! Tables from the hash of a text to its number.
//!
//! Open addressing over one array, each entry at the first free place from where its hash, taken as a
//! fraction, points. So the entries lie nearly in the order of their hashes, and growing copies from
//! the front to the back instead of jumping. One cache line answers most questions.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::memory::columns::zeros;
use crate::memory::slots::{SPREAD, after, foreseen, most_entries, move_over, place};
use crate::memory::spread_out;
use crate::simd::fetch;
use crate::store::Number;

/// Numbers of raw texts. Any thread may look while one enters: it then finds what was entered before
/// or nothing, never another text.
///
/// 96 bits of a hash are kept: two of a billion texts share them once in 10^11 corpora.
#[derive(Default)]
pub struct RawTable {
    /// The lower half of the hash; and 32 more bits of it above a number plus one, 0 where nothing is.
    slots: Vec<[AtomicU64; 2]>,
    entries: AtomicUsize,
    /// The share of the corpus that was read, 0 where no one knows.
    pub share: f64,
}

impl RawTable {
    /// The number of the text with this hash.
    #[must_use]
    pub fn find(&self, hash: u128) -> Option<Number> {
        if self.slots.is_empty() { None } else { self.search(hash).ok() }
    }

    /// Asks for the place where the text with this hash would stand, which will be looked at soon.
    pub fn fetch(&self, hash: u128) {
        fetch(&self.slots, place(parts(hash).0.wrapping_mul(SPREAD), self.slots.len()));
    }

    /// The number, or the place where it would be entered.
    fn search(&self, hash: u128) -> Result<Number, usize> {
        let (low, high) = parts(hash);
        let places = self.slots.len();
        let mut at = place(low.wrapping_mul(SPREAD), places);
        loop {
            let [first, second] = &self.slots[at];
            // What is read after this was written before it.
            let second = second.load(Ordering::Acquire);
            if second == 0 {
                return Err(at);
            }
            if second >> 32 == high && first.load(Ordering::Relaxed) == low {
                return Ok((second as u32).wrapping_sub(1));
            }
            at = after(at, places);
        }
    }

    /// How many texts were entered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.load(Ordering::Relaxed)
    }

    /// Whether none was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether so many more texts can be entered.
    #[must_use]
    pub fn has_room(&self, count: usize) -> bool {
        self.len() + count <= most_entries(self.slots.len())
    }

    /// The number of the text with this hash, or `None` where `number` was entered for it. Only where there
    /// is room, and one thread at a time.
    pub fn enter(&self, hash: u128, number: Number) -> Option<Number> {
        let at = match self.search(hash) {
            Ok(known) => return Some(known),
            Err(at) => at,
        };
        let (low, high) = parts(hash);
        let [first, second] = &self.slots[at];
        first.store(low, Ordering::Relaxed);
        second.store(high << 32 | (u64::from(number) + 1), Ordering::Release);
        self.entries.store(self.len() + 1, Ordering::Relaxed);
        None
    }

    /// Makes room for so many more texts.
    pub fn reserve(&mut self, count: usize) {
        let wanted = self.len() + count;
        let mut places = self.slots.len();
        while most_entries(places) < wanted {
            places = foreseen(places, self.share);
        }
        if places > self.slots.len() {
            let old = std::mem::replace(&mut self.slots, zeros(places));
            spread_out(&self.slots);
            move_over(&old, &mut self.slots);
        }
    }

    /// The hashes as they are kept, by number, from one number on.
    #[must_use]
    pub fn hashes_from(&self, first: usize) -> Vec<u128> {
        let mut found = vec![0; self.len() - first];
        for (hash, number) in hashes(&self.slots) {
            if let Some(row) = (number as usize).checked_sub(first) {
                found[row] = hash;
            }
        }
        found
    }

    /// What was entered from one number on, in the order of the places, each as a number that `enter_row` takes
    /// back. In the order of their numbers each would be another page of memory, and a limit on memory has pages
    /// come and go.
    #[must_use]
    pub fn rows_from(&self, first: usize) -> Vec<u128> {
        let mut rows = Vec::with_capacity(self.len() - first);
        for [low, second] in &self.slots {
            let second = second.load(Ordering::Relaxed);
            if second as u32 as usize > first {
                rows.push(u128::from(second) << 64 | u128::from(low.load(Ordering::Relaxed)));
            }
        }
        rows
    }

    /// Enters such a row, where there is room; whether it tells of a number below `end`.
    pub fn enter_row(&self, row: u128, end: usize) -> bool {
        let number = ((row >> 64) as u32).wrapping_sub(1);
        let hash = (row >> 96) << 64 | u128::from(row as u64);
        (number as usize) < end && self.enter(hash, number).is_none()
    }

    /// Bytes that it holds.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        size_of_val(&*self.slots) as u64
    }
}

/// What is kept of a hash.
const fn parts(hash: u128) -> (u64, u64) {
    (hash as u64, (hash >> 64) as u64 & 0xFFFF_FFFF)
}

fn hashes(slots: &[[AtomicU64; 2]]) -> impl Iterator<Item = (u128, Number)> {
    slots.iter().filter_map(|[first, second]| {
        let (first, second) = (first.load(Ordering::Relaxed), second.load(Ordering::Relaxed));
        let hash = u128::from(second >> 32) << 64 | u128::from(first);
        (second != 0).then(|| (hash, (second as u32).wrapping_sub(1)))
    })
}

/// Numbers of nodes: half the bytes, for fingerprints stand in a column where they can be compared.
#[derive(Default)]
pub struct NodeTable {
    /// 32 bits of the fingerprint above a number plus one; 0 where nothing is.
    slots: Vec<u64>,
    entries: usize,
    /// The share of the corpus that was read, 0 where no one knows.
    pub share: f64,
}

impl NodeTable {
    /// The table of a column; of equal fingerprints the first.
    #[must_use]
    pub fn of(fingerprints: &[u128]) -> Self {
        let mut table = Self::default();
        for (number, &fingerprint) in fingerprints.iter().enumerate() {
            table.enter(&fingerprints[..number], fingerprint);
        }
        table
    }

    /// The number of a fingerprint, or `None` where the column's length was entered for it.
    pub fn enter(&mut self, fingerprints: &[u128], fingerprint: u128) -> Option<Number> {
        if self.entries >= most_entries(self.slots.len()) {
            self.grow();
        }
        let (tag, mut at) = self.place(fingerprint);
        while self.slots[at] != 0 {
            let number = (self.slots[at] as u32).wrapping_sub(1);
            if self.slots[at] >> 32 == tag && fingerprints[number as usize] == fingerprint {
                return Some(number);
            }
            at = after(at, self.slots.len());
        }
        self.slots[at] = tag << 32 | (fingerprints.len() as u64 + 1);
        self.entries += 1;
        None
    }

    /// Asks for the place where a fingerprint would stand, which will be looked at soon.
    pub fn fetch(&self, fingerprint: u128) {
        fetch(&self.slots, self.place(fingerprint).1);
    }

    fn place(&self, fingerprint: u128) -> (u64, usize) {
        let tag = (fingerprint as u64).wrapping_mul(SPREAD) >> 32;
        (tag, place(tag << 32, self.slots.len()))
    }

    fn grow(&mut self) {
        let places = foreseen(self.slots.len(), self.share);
        let old = std::mem::replace(&mut self.slots, zeros(places));
        spread_out(&self.slots);
        move_over(&old, &mut self.slots);
    }

    /// Bytes that it holds.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        size_of_val(&*self.slots) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::slots::PART;

    /// Hashes of which some share what points to a place, and some all but the bits that are kept above.
    fn some_hashes() -> Vec<u128> {
        let mut state = 1u64;
        (0..200_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let low = (state >> 20) % 60_000;
                u128::from((state >> 40) % 7) << 64 | u128::from(low << 40)
            })
            .collect()
    }

    #[test]
    fn texts_get_the_numbers_of_a_plain_map() {
        let (mut table, mut plain) = (RawTable::default(), hashbrown::HashMap::new());
        for hash in some_hashes() {
            let next = plain.len() as Number;
            let known = plain.get(&hash).copied();
            assert_eq!(table.find(hash), known);
            table.reserve(1);
            assert_eq!(table.enter(hash, next), known);
            plain.entry(hash).or_insert(next);
        }
        let kept = table.hashes_from(0);
        assert_eq!(kept.len(), plain.len());
        assert!(plain.iter().all(|(&hash, &number)| kept[number as usize] == hash));
        assert_eq!(table.hashes_from(1000), &kept[1000..]);
        let mut again = RawTable::default();
        again.reserve(kept.len());
        for first in [1000, 0] {
            let rows = table.rows_from(first);
            assert_eq!(rows.len(), kept.len() - first);
            let new = rows.iter().filter(|&&row| again.enter_row(row, kept.len())).count();
            assert_eq!(new, if first == 0 { 1000 } else { rows.len() });
        }
        assert_eq!(again.hashes_from(0), kept);
        assert!(!again.enter_row(table.rows_from(1000)[0], 1000));
    }

    #[test]
    fn parts_of_a_table_are_moved_over_as_one_is() {
        // Enough for several parts, and such that runs of entries cross their borders and the end.
        let (mut table, mut count) = (RawTable::default(), 0);
        for number in 0..400_000u64 {
            let anywhere = number.wrapping_mul(SPREAD);
            let near_a_border =
                (anywhere >> 61 << 61).wrapping_sub((number % 2) << 40) ^ (number << 20);
            let fraction = if number % 50 == 0 { near_a_border } else { anywhere };
            let low = fraction.wrapping_mul(INVERSE);
            table.reserve(1);
            count += Number::from(table.enter(u128::from(low), count).is_none());
            assert_eq!(table.len(), count as usize);
        }
        let hashes = table.hashes_from(0);
        assert!(table.slots.len() > 2 * PART);
        assert!((0..).zip(&hashes).all(|(number, &hash)| table.find(hash) == Some(number)));
    }

    /// What undoes a product with `SPREAD`.
    const INVERSE: u64 = {
        let (mut inverse, mut step) = (1u64, 0);
        while step < 6 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(SPREAD.wrapping_mul(inverse)));
            step += 1;
        }
        inverse
    };

    #[test]
    fn nodes_get_the_numbers_of_a_plain_map() {
        let (mut table, mut plain) = (NodeTable::default(), hashbrown::HashMap::new());
        let mut column = Vec::new();
        for hash in some_hashes() {
            let known = plain.get(&hash).copied();
            assert_eq!(table.enter(&column, hash), known);
            if known.is_none() {
                plain.insert(hash, column.len() as Number);
                column.push(hash);
            }
        }
    }
}
