//! A page of sorted pairs: keys as Elias and Fano kept them, values as differences from the least one.
//!
//! Of each key, as its difference from the page's first one, the lower bits stand beside its value, all in one
//! width; the upper bits are counted in unary behind them all: a zero for each step up, a one for each key.
//! So a pair of a million takes 34 bits, where differences of one width took 40.

use std::io;
use std::ops::Range;

use super::bytes::damaged;
use super::file::unsealed;
use super::pairs::Pair;

/// Bytes of a page; the last one of a section may be shorter.
pub const PAGE: usize = 1024;
/// Bytes of a page before its pairs: hash, count, the two widths, first key, least value.
const HEAD: usize = 8 + 2 + 2 + 4 + 4;
/// Bits of a page for pairs.
const ROOM: usize = (PAGE - HEAD) * 8;

/// Bits that a number takes.
const fn width(number: u32) -> usize {
    (u32::BITS - number.leading_zeros()) as usize
}

/// The lower bits of so many keys in a range that are kept as they are: the range has about as many steps of
/// the others as there are keys.
fn lower_width(range: u32, count: usize) -> usize {
    (range as usize / count.max(1)).checked_ilog2().unwrap_or(0) as usize
}

/// Pairs that will be one page.
#[derive(Default)]
pub struct PageWriter {
    pairs: Vec<Pair>,
    least: u32,
    most: u32,
}

impl PageWriter {
    /// The first key, where there is any pair.
    #[must_use]
    pub fn first(&self) -> Option<u32> {
        self.pairs.first().map(|pair| pair.0)
    }

    /// Appends a pair where there is room for it; pairs ascend.
    pub fn push(&mut self, pair: Pair) -> bool {
        let first = self.first().unwrap_or(pair.0);
        let (least, most) = match self.pairs.len() {
            0 => (pair.1, pair.1),
            _ => (self.least.min(pair.1), self.most.max(pair.1)),
        };
        let count = self.pairs.len() + 1;
        let low = lower_width(pair.0 - first, count);
        let upper = ((pair.0 - first) >> low) as usize;
        if count * (low + width(most - least) + 1) + upper > ROOM || count > usize::from(u16::MAX) {
            return false;
        }
        (self.least, self.most) = (least, most);
        self.pairs.push(pair);
        true
    }

    /// The page's bytes, eight for its hash before them; nothing is left.
    pub fn take(&mut self) -> Vec<u8> {
        let (Some(&(first, _)), Some(&(last, _))) = (self.pairs.first(), self.pairs.last()) else {
            return Vec::new();
        };
        let (low, value) =
            (lower_width(last - first, self.pairs.len()), width(self.most - self.least));
        let mut page = Vec::with_capacity(PAGE);
        page.resize(8, 0);
        page.extend_from_slice(&(self.pairs.len() as u16).to_le_bytes());
        page.extend_from_slice(&[low as u8, value as u8]);
        page.extend_from_slice(&first.to_le_bytes());
        page.extend_from_slice(&self.least.to_le_bytes());
        let mut bits = Bits { bytes: page, held: 0, count: 0 };
        for &(key, number) in &self.pairs {
            bits.push(u64::from(key - first) & ((1 << low) - 1), low);
            bits.push(u64::from(number - self.least), value);
        }
        let mut before = 0;
        for &(key, _) in &self.pairs {
            let upper = (key - first) >> low;
            // Steps up, then the key.
            let mut steps = (upper - before) as usize;
            while steps >= 32 {
                bits.push(0, 32);
                steps -= 32;
            }
            bits.push(1 << steps, steps + 1);
            before = upper;
        }
        self.pairs.clear();
        bits.end()
    }
}

/// Numbers of few bits, one behind the other.
struct Bits {
    bytes: Vec<u8>,
    held: u64,
    count: usize,
}

impl Bits {
    /// Of 33 bits at most.
    fn push(&mut self, number: u64, width: usize) {
        self.held |= number << self.count;
        self.count += width;
        // What is held stays below 31 bits, so the next number has room.
        if self.count >= 31 {
            let whole = self.count / 8;
            self.bytes.extend_from_slice(&self.held.to_le_bytes()[..whole]);
            self.held >>= 8 * whole;
            self.count %= 8;
        }
    }

    fn end(mut self) -> Vec<u8> {
        let bytes = self.held.to_le_bytes();
        self.bytes.extend_from_slice(&bytes[..self.count.div_ceil(8)]);
        self.bytes
    }
}

/// A page that was read and checked.
pub struct Page {
    bytes: Vec<u8>,
    /// How many pairs it holds.
    pub count: usize,
    /// Its first key.
    pub first: u32,
    low: usize,
    value: usize,
    least: u32,
    /// The first bit of what is counted in unary, and the first one behind it.
    unary: (usize, usize),
}

impl Page {
    /// The page of a place in a part of that name.
    ///
    /// # Errors
    /// Where it is not as it was written.
    pub fn new(mut bytes: Vec<u8>, place: u64, name: &'static str) -> io::Result<Self> {
        unsealed(&bytes, place, name)?;
        let wrong = || damaged(name);
        let word = |place: usize| {
            let bytes = bytes.get(place..place + 4).ok_or_else(wrong)?;
            Ok::<u32, io::Error>(u32::from_le_bytes(bytes.try_into().map_err(|_| wrong())?))
        };
        let counts = word(8)?;
        let count = (counts & 0xFFFF) as usize;
        let (low, value) = ((counts >> 16 & 0xFF) as usize, (counts >> 24) as usize);
        let (first, least) = (word(12)?, word(16)?);
        let unary = (HEAD * 8 + count * (low + value), bytes.len() * 8);
        if low > 31 || value > 32 || unary.0 + count > unary.1 {
            return Err(wrong());
        }
        // A number is taken out of eight bytes, wherever it begins.
        bytes.resize(bytes.len() + 8, 0);
        Ok(Self { bytes, count, first, low, value, least, unary })
    }

    /// Eight bytes from the one of some bit on, that bit the lowest one: 57 bits of them are sure.
    fn word(&self, bit: usize) -> u64 {
        let bytes = self.bytes.get(bit / 8..bit / 8 + 8);
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
        u64::from_le_bytes(bytes) >> (bit % 8)
    }

    fn lower(&self, place: usize) -> u32 {
        let bit = HEAD * 8 + place * (self.low + self.value);
        (self.word(bit) & ((1 << self.low) - 1)) as u32
    }

    /// The value of a pair.
    #[must_use]
    pub fn value(&self, place: usize) -> u32 {
        let bit = HEAD * 8 + place * (self.low + self.value) + self.low;
        self.least.wrapping_add((self.word(bit) & ((1 << self.value) - 1)) as u32)
    }

    /// How many ones stand before so many zeros of what is counted in unary.
    fn ones_before(&self, steps: usize) -> usize {
        const SURE: usize = 56;
        let (mut bit, mut zeros) = (self.unary.0, steps);
        if zeros == 0 {
            return 0;
        }
        while bit < self.unary.1 {
            let mut word = !self.word(bit) & ((1 << SURE) - 1);
            let count = word.count_ones() as usize;
            if count >= zeros {
                for _ in 1..zeros {
                    word &= word - 1;
                }
                let behind = bit + word.trailing_zeros() as usize + 1;
                return (behind - self.unary.0 - steps).min(self.count);
            }
            zeros -= count;
            bit += SURE;
        }
        self.count
    }

    /// The places of a key; where it is not there, that before which it would stand.
    #[must_use]
    pub fn places(&self, key: u32) -> Range<usize> {
        let Some(key) = key.checked_sub(self.first) else { return 0..0 };
        let (upper, lower) = ((key >> self.low) as usize, key & ((1 << self.low) - 1));
        let mut place = self.ones_before(upper);
        // As many ones in a row as keys have these upper bits; they are few.
        let same = |place: usize| {
            let bit = self.unary.0 + upper + place;
            place < self.count && self.word(bit) & 1 == 1
        };
        while same(place) && self.lower(place) < lower {
            place += 1;
        }
        let start = place;
        while same(place) && self.lower(place) == lower {
            place += 1;
        }
        start..place
    }

    /// The keys in their order.
    pub fn keys(&self, out: &mut Vec<u32>) {
        const SURE: usize = 56;
        out.clear();
        let mut bit = self.unary.0;
        while out.len() < self.count && bit < self.unary.1 {
            let sure = SURE.min(self.unary.1 - bit);
            let mut ones = self.word(bit) & ((1 << sure) - 1);
            while ones != 0 && out.len() < self.count {
                // Zeros before the one are the steps up.
                let place = bit + ones.trailing_zeros() as usize - self.unary.0;
                let upper = (place - out.len()) as u32;
                let key = upper.wrapping_shl(self.low as u32) | self.lower(out.len());
                out.push(self.first.wrapping_add(key));
                ones &= ones - 1;
            }
            bit += sure;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::file::sealed;
    use super::*;
    use crate::candidates::sign::mix32;

    fn pages(pairs: &[Pair]) -> Vec<(Vec<Pair>, Page)> {
        let (mut writer, mut made, mut held) = (PageWriter::default(), Vec::new(), Vec::new());
        let mut end = |writer: &mut PageWriter, held: &mut Vec<Pair>| {
            let bytes = writer.take();
            assert!(bytes.len() <= PAGE);
            made.push((std::mem::take(held), Page::new(sealed(bytes, 7), 7, "it").unwrap()));
        };
        for &pair in pairs {
            if !writer.push(pair) {
                end(&mut writer, &mut held);
                assert!(writer.push(pair));
            }
            held.push(pair);
        }
        end(&mut writer, &mut held);
        made
    }

    #[test]
    fn pairs_are_found_as_they_were_written() {
        let spread = |count: u32, most: u32| {
            let mut pairs: Vec<Pair> = (0..count)
                .map(|number| (mix32(number) % most, mix32(number + 77) % (most / 3 + 1)))
                .collect();
            pairs.sort_unstable();
            pairs
        };
        let mut samples = vec![
            vec![(0, 0)],
            vec![(u32::MAX, u32::MAX)],
            vec![(0, 0), (u32::MAX, u32::MAX)],
            vec![(0, u32::MAX), (1, 0), (u32::MAX - 1, 3), (u32::MAX, 0)],
            (0..3000).map(|value| (5, value)).collect(),
            (0..3000).map(|key| (key, 9)).collect(),
        ];
        for most in [1, 7, 1000, 1 << 20, u32::MAX] {
            samples.extend([2, 200, 5000].map(|count| spread(count, most)));
        }
        for pairs in samples {
            let mut keys = Vec::new();
            for (held, page) in pages(&pairs) {
                page.keys(&mut keys);
                let values = (0..page.count).map(|place| page.value(place));
                assert_eq!(keys.iter().copied().zip(values).collect::<Vec<_>>(), held);
                let near = held.iter().flat_map(|&(key, _)| {
                    [key.wrapping_sub(1), key, key.wrapping_add(1), key ^ 1 << 9]
                });
                for key in near.chain([0, u32::MAX]) {
                    let start = held.partition_point(|pair| pair.0 < key);
                    let end = held.partition_point(|pair| pair.0 <= key);
                    assert_eq!(page.places(key), start..end, "{key}");
                }
            }
        }
    }

    #[test]
    fn a_million_keys_by_chance_take_34_bits_a_pair() {
        let mut pairs: Vec<Pair> = (0..1 << 20).map(|number| (mix32(number), number)).collect();
        pairs.sort_unstable();
        let bits = pages(&pairs).len() * PAGE * 8;
        assert!(bits < pairs.len() * 36, "{}", bits / pairs.len());
    }
}
