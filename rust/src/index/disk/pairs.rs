//! Sorted pairs of 32-bit numbers in pages of a kibibyte: from a key to all its values.
//!
//! In memory is the first key of each page alone, which tells in which pages a key may stand.

use std::io;

use super::bytes::damaged;
use super::file::{Part, RunFile, Writer, sealed};
use super::page::{PAGE, Page, PageWriter};
use super::spread::{is_ordered, spread};

/// A pair: the key, then a value.
pub type Pair = (u32, u32);

/// Writes a section of pairs that come in ascending order.
#[derive(Default)]
pub struct PairWriter {
    page: PageWriter,
    fences: Vec<u32>,
    count: u64,
}

impl PairWriter {
    /// Appends a pair; pairs ascend.
    ///
    /// # Errors
    /// Those of writing.
    pub fn push(&mut self, out: &mut Writer<'_>, pair: Pair) -> io::Result<()> {
        if !self.page.push(pair) {
            self.end_page(out, false)?;
            self.page.push(pair);
        }
        self.count += 1;
        Ok(())
    }

    fn end_page(&mut self, out: &mut Writer<'_>, is_last: bool) -> io::Result<()> {
        let Some(first) = self.page.first() else { return Ok(()) };
        let mut page = self.page.take();
        if !is_last {
            // All but the last one have one size, so that a page's place follows from its number.
            page.resize(PAGE, 0);
        }
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
        Page::new(bytes, start, self.part.name())
    }

    /// The first page in which a key may stand.
    ///
    /// Keys are spread evenly, and pages have about as many of them: from where the key should be it is a few steps,
    /// where halving all of the fences waits for memory ten times.
    fn first_page(&self, key: u32) -> usize {
        let fences = &self.fences;
        let (mut low, mut high, mut step) = (0, fences.len(), 1);
        if is_ordered(self.part.kind) {
            let rank = u64::from(spread(self.part.kind, key)) * fences.len() as u64;
            (low, high) = ((rank >> 32) as usize, (rank >> 32) as usize);
        }
        while low > 0 && fences[low - 1] >= key {
            (high, low) = (low, low.saturating_sub(step));
            step *= 2;
        }
        while high < fences.len() && fences[high] < key {
            (low, high) = (high, (high + step).min(fences.len()));
            step *= 2;
        }
        low += fences[low..high].partition_point(|&fence| fence < key);
        low.saturating_sub(1)
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
        self.cursor(file, 1).each(key, visit)
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
            let places = page.places(key);
            let is_first = places.start > 0;
            for place in places.rev() {
                if !visit(page.value(place))? {
                    return Ok(());
                }
            }
            if is_first {
                return Ok(());
            }
        }
        Ok(())
    }

    /// For some keys, about so many.
    #[must_use]
    pub fn cursor<'a>(&'a self, file: &'a RunFile, keys: usize) -> Cursor<'a> {
        let pages = self.fences.len();
        let at_once = if keys * DENSE >= pages { AT_ONCE } else { 1 };
        Cursor { pairs: self, file, at_once, read: (0, Vec::new()), page: None }
    }

    /// All pairs in order.
    #[must_use]
    pub fn stream<'a>(&'a self, file: &'a RunFile) -> PairStream<'a> {
        let (keys, left) = (Vec::new(), self.part.rows);
        PairStream { pairs: self, file, number: 0, page: None, keys, place: 0, left }
    }
}

/// Pages that are read at one time where keys are asked for of one in `DENSE` of them.
const AT_ONCE: usize = 16;
const DENSE: usize = 4;

/// Keys that are looked up one after the other: a page is read once as long as keys of it are asked for.
pub struct Cursor<'a> {
    pairs: &'a Pairs,
    file: &'a RunFile,
    at_once: usize,
    /// The first page that was read, and the bytes of it and of those behind it.
    read: (usize, Vec<u8>),
    page: Option<(usize, Page)>,
}

impl Cursor<'_> {
    /// Calls `visit` with each value of a key, ascending, until it says no.
    ///
    /// # Errors
    /// Those of reading, and where a page is damaged.
    pub fn each(
        &mut self,
        key: u32,
        visit: &mut impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        let fences = &self.pairs.fences;
        let mut number = self.pairs.first_page(key);
        while fences.get(number).is_some_and(|&fence| fence <= key) {
            let page = self.page(number)?;
            let places = page.places(key);
            let is_last = places.end < page.count;
            for place in places {
                if !visit(page.value(place))? {
                    return Ok(());
                }
            }
            if is_last {
                return Ok(());
            }
            number += 1;
        }
        Ok(())
    }

    fn page(&mut self, number: usize) -> io::Result<&Page> {
        if self.page.as_ref().is_none_or(|(held, _)| *held != number) {
            let page = if self.at_once == 1 {
                self.pairs.page(self.file, number)?
            } else {
                self.page_of_many(number)?
            };
            self.page = Some((number, page));
        }
        self.page.as_ref().map(|(_, page)| page).ok_or_else(|| damaged(self.pairs.part.name()))
    }

    /// A page out of those that were read together.
    fn page_of_many(&mut self, number: usize) -> io::Result<Page> {
        let part = &self.pairs.part;
        let start = (number * PAGE) as u64;
        let size = (part.length() - start).min(PAGE as u64) as usize;
        let mut ahead = number.wrapping_sub(self.read.0).saturating_mul(PAGE);
        if ahead.saturating_add(size) > self.read.1.len() {
            let wanted = (part.length() - start).min((self.at_once * PAGE) as u64) as usize;
            self.read = (number, self.file.read(part, start, wanted)?);
            ahead = 0;
        }
        let mut bytes = Vec::with_capacity(size + 8);
        bytes.extend_from_slice(&self.read.1[ahead..ahead + size]);
        Page::new(bytes, start, part.name())
    }
}

/// The pairs of a section, one after the other.
pub struct PairStream<'a> {
    pairs: &'a Pairs,
    file: &'a RunFile,
    number: usize,
    page: Option<Page>,
    keys: Vec<u32>,
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
                && let Some(&key) = self.keys.get(self.place)
            {
                let pair = (key, page.value(self.place));
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
            page.keys(&mut self.keys);
            if self.keys.len() != page.count {
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
