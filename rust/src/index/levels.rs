//! Pairs that are not in a run yet: sorted, in a few levels of each kind, and a filter of their keys.
//!
//! A batch brings a level of each kind. Levels before it that are not twice as large become one with it: so a
//! pair is moved a few times, however small batches are, and a key is looked for in few places. Filters have
//! the order of the keys, as those have that are looked up: memory is read from its beginning to its end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::disk::file::Kind;
use super::disk::spread::spread;
use super::each::each;
use super::fresh::has_filter;

/// Bits of the filter for each pair, at least.
const BITS: usize = 8;

/// A key and a value, as one number.
#[must_use]
pub const fn packed(key: u32, value: u32) -> u64 {
    (key as u64) << 32 | value as u64
}

/// The key and the value of such a number.
#[must_use]
pub const fn unpacked(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

/// Packed pairs of one kind, ascending.
pub struct Column {
    /// The kind.
    pub kind: Kind,
    /// The pairs.
    pub pairs: Vec<u64>,
}

/// Packed pairs of each kind; values of a key ascend from level to level.
#[derive(Default)]
pub struct Levels {
    kinds: Vec<Pairs>,
}

/// Those of one kind.
#[derive(Default)]
struct Pairs {
    levels: Vec<Arc<Vec<u64>>>,
    seen: Arc<Seen>,
    count: usize,
}

/// What becomes of levels by a batch's columns.
pub struct Change {
    kinds: Vec<Changed>,
}

/// What becomes of those of one kind.
struct Changed {
    kind: Kind,
    /// Levels that stay.
    stay: usize,
    /// The one behind them.
    level: Arc<Vec<u64>>,
    seen: Arc<Seen>,
    count: usize,
}

impl Levels {
    fn of(&self, kind: Kind) -> &[Arc<Vec<u64>>] {
        self.kinds.get(kind.number() as usize).map_or(&[], |pairs| pairs.levels.as_slice())
    }

    /// What these columns change; their keys may be found by the filters from now on.
    #[must_use]
    pub fn change(&self, alone: bool, columns: &[Column]) -> Change {
        let none = Pairs::default();
        let change = |(): &mut (), place: usize| {
            let Column { kind, pairs } = &columns[place];
            let held = self.kinds.get(kind.number() as usize).unwrap_or(&none);
            Ok(held.change(*kind, pairs))
        };
        Change { kinds: each((alone, columns.len()), || (), change).unwrap_or_default() }
    }

    /// Makes a change that was made ready for what is here.
    pub fn apply(&mut self, change: Change) {
        for Changed { kind, stay, level, seen, count } in change.kinds {
            let place = kind.number() as usize;
            if self.kinds.len() <= place {
                self.kinds.resize_with(place + 1, Pairs::default);
            }
            let pairs = &mut self.kinds[place];
            pairs.levels.truncate(stay);
            pairs.levels.push(level);
            (pairs.seen, pairs.count) = (seen, count);
        }
    }

    /// Sets bits for those of some keys that may have any value.
    pub fn sift(&self, keys: &[(Kind, u32)], bits: u64, found: &mut [u64]) {
        for (found, &(kind, key)) in found.iter_mut().zip(keys) {
            if let Some(pairs) = self.kinds.get(kind.number() as usize) {
                *found |= bits * u64::from(pairs.seen.may_have(kind, key));
            }
        }
    }

    /// Calls `visit` with each value of a key, ascending, until it says no; whether it never did.
    ///
    /// # Errors
    /// Those of `visit`.
    pub fn each(
        &self,
        kind: Kind,
        key: u32,
        visit: &mut impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<bool> {
        visit_all(self.values(kind, key), visit)
    }

    /// The same from the last value to the first.
    ///
    /// # Errors
    /// Those of `visit`.
    pub fn each_back(
        &self,
        kind: Kind,
        key: u32,
        visit: &mut impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<bool> {
        visit_all(self.values(kind, key).rev(), visit)
    }

    /// The values of a key, ascending.
    fn values(&self, kind: Kind, key: u32) -> impl DoubleEndedIterator<Item = u32> {
        let of_level = move |level: &'_ Arc<Vec<u64>>| {
            let first = level.partition_point(|&pair| pair < packed(key, 0));
            let count = level[first..].partition_point(|&pair| pair <= packed(key, u32::MAX));
            first..first + count
        };
        self.of(kind)
            .iter()
            .flat_map(move |level| level[of_level(level)].iter().map(|&pair| unpacked(pair).1))
    }

    /// The kinds of which there is any pair, by their numbers.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        let any = (0..).zip(&self.kinds).filter(|(_, pairs)| pairs.count > 0);
        any.filter_map(|(kind, _)| Kind::of(kind))
    }

    /// All pairs of a kind.
    #[must_use]
    pub fn sorted(&self, kind: Kind) -> Vec<u64> {
        let parts: Vec<&[u64]> = self.of(kind).iter().map(|level| level.as_slice()).collect();
        merged(&parts)
    }

    /// Bytes in memory.
    #[must_use]
    pub fn held(&self) -> usize {
        let each = |pairs: &Pairs| (pairs.count + pairs.seen.words.len()) * size_of::<u64>();
        self.kinds.iter().map(each).sum()
    }
}

impl Pairs {
    fn change(&self, kind: Kind, pairs: &[u64]) -> Changed {
        let count = self.count + pairs.len();
        let seen = if has_filter(kind) && count * BITS > self.seen.words.len() * 64 {
            let larger = Seen::for_pairs(2 * count);
            self.levels.iter().for_each(|level| larger.add(kind, level));
            Arc::new(larger)
        } else {
            Arc::clone(&self.seen)
        };
        seen.add(kind, pairs);
        let mut stay = self.levels.len();
        let mut size = pairs.len();
        while stay > 0 && self.levels[stay - 1].len() < 2 * size {
            stay -= 1;
            size += self.levels[stay].len();
        }
        let levels = self.levels[stay..].iter().map(|level| level.as_slice());
        let parts: Vec<&[u64]> = levels.chain([pairs]).collect();
        Changed { kind, stay, level: Arc::new(merged(&parts)), seen, count }
    }
}

fn visit_all(
    mut values: impl Iterator<Item = u32>,
    visit: &mut impl FnMut(u32) -> io::Result<bool>,
) -> io::Result<bool> {
    values
        .try_fold(true, |_, value| match visit(value) {
            Ok(true) => Ok(true),
            Ok(false) => Err(None),
            Err(error) => Err(Some(error)),
        })
        .or_else(|stopped| stopped.map_or(Ok(false), Err))
}

/// All of some sorted lists, the last ones being the shortest.
fn merged(parts: &[&[u64]]) -> Vec<u64> {
    let Some((&last, others)) = parts.split_last() else { return Vec::new() };
    let mut made = last.to_vec();
    for &part in others.iter().rev() {
        let mut both = Vec::with_capacity(made.len() + part.len());
        let (mut one, mut other) = (0, 0);
        while one < part.len() && other < made.len() {
            let (left, right) = (part[one], made[other]);
            let first = left <= right;
            both.push(if first { left } else { right });
            one += usize::from(first);
            other += usize::from(!first);
        }
        both.extend_from_slice(&part[one..]);
        both.extend_from_slice(&made[other..]);
        made = both;
    }
    made
}

/// Which keys of a kind there may be: a Bloom filter of which each key sets four bits of one word.
#[derive(Default)]
struct Seen {
    words: Vec<AtomicU64>,
}

impl Seen {
    fn for_pairs(count: usize) -> Self {
        Self { words: (0..(count * BITS).div_ceil(64)).map(|_| AtomicU64::new(0)).collect() }
    }

    fn place(&self, kind: Kind, key: u32) -> (usize, u64) {
        let word = (u64::from(spread(kind, key)) * self.words.len() as u64) >> 32;
        let hash = u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let bits = [40, 46, 52, 58].map(|shift| 1 << (hash >> shift & 63));
        (word as usize, bits[0] | bits[1] | bits[2] | bits[3])
    }

    /// Notes the keys of pairs; those who ask meanwhile may find them before the pairs. One adds at a time.
    fn add(&self, kind: Kind, pairs: &[u64]) {
        if has_filter(kind) {
            for &pair in pairs {
                let (word, bits) = self.place(kind, unpacked(pair).0);
                let held = self.words[word].load(Ordering::Relaxed);
                self.words[word].store(held | bits, Ordering::Relaxed);
            }
        }
    }

    fn may_have(&self, kind: Kind, key: u32) -> bool {
        let (word, bits) = self.place(kind, key);
        self.words.get(word).is_none_or(|word| word.load(Ordering::Relaxed) & bits == bits)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::candidates::sign::mix32;

    #[test]
    fn levels_give_back_what_batches_brought_in_order() {
        let mut levels = Levels::default();
        let mut all: Vec<(u64, u64)> = Vec::new();
        for batch in 0..200u32 {
            let made = |kind: u32| {
                let pairs = (0..=mix32(batch) % 40)
                    .map(|place| packed(mix32(place * 7 + kind) % 90, batch * 100 + place));
                let mut pairs: Vec<u64> = pairs.collect();
                pairs.sort_unstable();
                Column { kind: Kind::Band(kind as u8), pairs }
            };
            let columns: Vec<Column> = (0..3).map(made).collect();
            for column in &columns {
                all.extend(column.pairs.iter().map(|&pair| (column.kind.number(), pair)));
            }
            let change = levels.change(true, &columns);
            levels.apply(change);
            assert!(levels.kinds.iter().all(|pairs| pairs.levels.len() < 16));
        }
        all.sort_unstable();
        for kind in levels.kinds() {
            let of_kind = all.iter().filter(|(own, _)| *own == kind.number());
            let pairs: Vec<u64> = of_kind.map(|&(_, pair)| pair).collect();
            assert_eq!(levels.sorted(kind), pairs);
            for key in 0..100 {
                let wanted: Vec<u32> = pairs
                    .iter()
                    .map(|&pair| unpacked(pair))
                    .filter_map(|(own, value)| (own == key).then_some(value))
                    .collect();
                let (mut found, mut back) = (Vec::new(), Vec::new());
                let note = |list: &mut Vec<u32>, value| {
                    list.push(value);
                    Ok(true)
                };
                assert!(levels.each(kind, key, &mut |value| note(&mut found, value)).unwrap());
                levels.each_back(kind, key, &mut |value| note(&mut back, value)).unwrap();
                back.reverse();
                assert_eq!((&found, &back), (&wanted, &wanted));
                let mut may_have = [0];
                levels.sift(&[(kind, key)], 1, &mut may_have);
                assert!(wanted.is_empty() || may_have == [1]);
            }
        }
    }
}
