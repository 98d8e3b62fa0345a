//! Sorted pairs of 32-bit numbers in pages of a kibibyte: from a key to all its values.
//!
//! A page is its hash, how many pairs it holds, and these as differences from the page's first key and
//! least value, in as many bits as its largest difference takes. In memory is the first key of each page
//! alone, which tells in which pages a key may stand.

use std::io;

use super::bytes::damaged;
use super::file::{Part, RunFile, Writer, sealed, unsealed};

/// Bytes of a page; the last one of a section may be shorter.
pub const PAGE: usize = 1024;
/// Bytes of a page before its pairs: hash, count, the two widths, first key, least value.
const HEAD: usize = 8 + 2 + 2 + 4 + 4;
/// Bits of a page for pairs.
const ROOM: usize = (PAGE - HEAD) * 8;

/// A pair: the key, then a value.
pub type Pair = (u32, u32);

/// Bits that a number takes.
const fn width(number: u32) -> usize {
    (u32::BITS - number.leading_zeros()) as usize
}

/// Writes a section of pairs that come in ascending order.
#[derive(Default)]
pub struct PairWriter {
    page: Vec<Pair>,
    least: u32,
    most: u32,
    fences: Vec<u32>,
    count: u64,
}

impl PairWriter {
    /// Appends a pair; pairs ascend.
    ///
    /// # Errors
    /// Those of writing.
    pub fn push(&mut self, out: &mut Writer<'_>, pair: Pair) -> io::Result<()> {
        let first = self.page.first().map_or(pair.0, |first| first.0);
        let (least, most) = match self.page.len() {
            0 => (pair.1, pair.1),
            _ => (self.least.min(pair.1), self.most.max(pair.1)),
        };
        let bits = width(pair.0 - first) + width(most - least);
        if (self.page.len() + 1) * bits > ROOM || self.page.len() == usize::from(u16::MAX) {
            self.end_page(out, false)?;
            (self.least, self.most) = (pair.1, pair.1);
        } else {
            (self.least, self.most) = (least, most);
        }
        self.page.push(pair);
        self.count += 1;
        Ok(())
    }

    fn end_page(&mut self, out: &mut Writer<'_>, is_last: bool) -> io::Result<()> {
        let (Some(&(first, _)), Some(&(last, _))) = (self.page.first(), self.page.last()) else {
            return Ok(());
        };
        let widths = (width(last - first), width(self.most - self.least));
        let mut bits = Bits::default();
        for &(key, value) in &self.page {
            bits.push(key - first, widths.0);
            bits.push(value - self.least, widths.1);
        }
        let mut page = vec![0; 8];
        page.extend_from_slice(&(self.page.len() as u16).to_le_bytes());
        page.extend_from_slice(&[widths.0 as u8, widths.1 as u8]);
        page.extend_from_slice(&first.to_le_bytes());
        page.extend_from_slice(&self.least.to_le_bytes());
        page.extend_from_slice(&bits.end());
        if !is_last {
            // All but the last one have one size, so that a page's place follows from its number.
            page.resize(PAGE, 0);
        }
        self.page.clear();
        self.fences.push(first);
        let place = out.in_part();
        out.write(&sealed(page, place))
    }

    /// Ends the section: its fences, and how many pairs it holds.
    ///
    /// # Errors
    /// Those of writing.
    pub fn end(mut self, out: &mut Writer<'_>) -> io::Result<(Vec<u8>, u64)> {
        self.end_page(out, true)?;
        Ok((self.fences.iter().flat_map(|fence| fence.to_le_bytes()).collect(), self.count))
    }
}

/// Numbers of few bits, one behind the other.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u64,
    count: usize,
}

impl Bits {
    fn push(&mut self, number: u32, width: usize) {
        self.held |= u64::from(number) << self.count;
        self.count += width;
        while self.count >= 8 {
            self.bytes.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    fn end(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bytes.push(self.held as u8);
        }
        self.bytes
    }
}

/// A page that was read and checked.
struct Page {
    bytes: Vec<u8>,
    count: usize,
    widths: (usize, usize),
    first: u32,
    least: u32,
}

impl Page {
    fn new(mut bytes: Vec<u8>, part: &Part, number: usize) -> io::Result<Self> {
        unsealed(&bytes, (number * PAGE) as u64, part.name())?;
        let wrong = || damaged(part.name());
        let word = |place: usize| {
            let bytes = bytes.get(place..place + 4).ok_or_else(wrong)?;
            Ok::<u32, io::Error>(u32::from_le_bytes(bytes.try_into().map_err(|_| wrong())?))
        };
        let counts = word(8)?;
        let count = (counts & 0xFFFF) as usize;
        let widths = ((counts >> 16 & 0xFF) as usize, (counts >> 24) as usize);
        let (first, least) = (word(12)?, word(16)?);
        let bits = count * (widths.0 + widths.1);
        if widths.0 > 32 || widths.1 > 32 || HEAD + bits.div_ceil(8) > bytes.len() {
            return Err(wrong());
        }
        // A number is taken out of eight bytes, wherever it begins.
        bytes.resize(bytes.len() + 8, 0);
        Ok(Self { bytes, count, widths, first, least })
    }

    fn take(&self, bit: usize, width: usize) -> u32 {
        let start = HEAD + bit / 8;
        let bytes = self.bytes[start..start + 8].try_into().unwrap_or_default();
        (u64::from_le_bytes(bytes) >> (bit % 8) & ((1 << width) - 1)) as u32
    }

    fn key(&self, place: usize) -> u32 {
        let bit = place * (self.widths.0 + self.widths.1);
        self.first.wrapping_add(self.take(bit, self.widths.0))
    }

    fn value(&self, place: usize) -> u32 {
        let bit = place * (self.widths.0 + self.widths.1) + self.widths.0;
        self.least.wrapping_add(self.take(bit, self.widths.1))
    }

    /// The first place whose key is not smaller.
    fn lower_bound(&self, key: u32) -> usize {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if self.key(middle) < key { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// A section of pairs.
pub struct Pairs {
    part: Part,
    fences: Vec<u32>,
}

impl Pairs {
    /// The section of a part of a file.
    ///
    /// # Errors
    /// Where the fences are not those of such pages.
    pub fn new(part: Part, fences: &[u8]) -> io::Result<Self> {
        let fences: Vec<u32> =
            fences.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect();
        if !fences.is_sorted() || part.length().div_ceil(PAGE as u64) != fences.len() as u64 {
            return Err(damaged(part.name()));
        }
        Ok(Self { part, fences })
    }

    /// How many pairs it holds.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.part.rows
    }

    /// Bytes in memory.
    #[must_use]
    pub fn held(&self) -> u64 {
        (self.fences.len() * size_of::<u32>()) as u64
    }

    fn page(&self, file: &RunFile, number: usize) -> io::Result<Page> {
        let start = (number * PAGE) as u64;
        let size = (self.part.length() - start).min(PAGE as u64) as usize;
        let bytes = file.read(&self.part, start, size)?;
        Page::new(bytes, &self.part, number)
    }

    /// Calls `visit` with each value of a key, ascending, until it says no.
    ///
    /// # Errors
    /// Those of reading, and where a page is damaged.
    pub fn each(
        &self,
        file: &RunFile,
        key: u32,
        visit: &mut impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut number = self.fences.partition_point(|&fence| fence < key).saturating_sub(1);
        while self.fences.get(number).is_some_and(|&fence| fence <= key) {
            let page = self.page(file, number)?;
            for place in page.lower_bound(key)..page.count {
                if page.key(place) != key {
                    return Ok(());
                }
                if !visit(page.value(place))? {
                    return Ok(());
                }
            }
            number += 1;
        }
        Ok(())
    }

    /// The same, from the last value to the first.
    ///
    /// # Errors
    /// Those of reading, and where a page is damaged.
    pub fn each_back(
        &self,
        file: &RunFile,
        key: u32,
        visit: &mut impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        let after = self.fences.partition_point(|&fence| fence <= key);
        for number in (0..after).rev() {
            let page = self.page(file, number)?;
            let end = key.checked_add(1).map_or(page.count, |next| page.lower_bound(next));
            for place in (0..end).rev() {
                if page.key(place) != key {
                    return Ok(());
                }
                if !visit(page.value(place))? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// All pairs in order.
    #[must_use]
    pub fn stream<'a>(&'a self, file: &'a RunFile) -> PairStream<'a> {
        PairStream { pairs: self, file, number: 0, page: None, place: 0, left: self.part.rows }
    }
}

/// The pairs of a section, one after the other.
pub struct PairStream<'a> {
    pairs: &'a Pairs,
    file: &'a RunFile,
    number: usize,
    page: Option<Page>,
    place: usize,
    left: u64,
}

impl PairStream<'_> {
    /// Takes the next pair, `None` after the last one.
    ///
    /// # Errors
    /// Those of reading, and where the pages are not as they were written.
    pub fn take(&mut self) -> io::Result<Option<Pair>> {
        loop {
            if let Some(page) = &self.page
                && self.place < page.count
            {
                let pair = (page.key(self.place), page.value(self.place));
                self.place += 1;
                self.left = self.left.checked_sub(1).ok_or_else(|| self.wrong())?;
                return Ok(Some(pair));
            }
            if self.number == self.pairs.fences.len() {
                return if self.left == 0 { Ok(None) } else { Err(self.wrong()) };
            }
            let page = self.pairs.page(self.file, self.number)?;
            if page.count == 0 || page.first != self.pairs.fences[self.number] {
                return Err(self.wrong());
            }
            (self.page, self.place) = (Some(page), 0);
            self.number += 1;
        }
    }

    fn wrong(&self) -> io::Error {
        damaged(self.pairs.part.name())
    }
}
