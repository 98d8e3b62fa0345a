//! Rows of bytes by ascending numbers, in pages of about four kibibytes, of blocks of one.
//!
//! A page is its hash and rows, each the difference of its number from that of the row before, its
//! length, and its bytes. In memory are the first number and the place of each page. Pages of texts are
//! packed (LZ4): half of what an index takes on disk would be texts, which are seldom asked for.

use std::io;
use std::ops::Range;

use lz4_flex::block::{compress_prepend_size, decompress_into, uncompressed_size};

use super::bytes::{Taker, damaged, put, put_bytes};
use super::file::{Kind, Part, RunFile, Writer, sealed, unsealed};

/// Bytes after which a page ends.
const PAGE: usize = 4 << 10;

/// Bytes after which a page of blocks ends: they are small, and are asked for one by one.
const NODE_PAGE: usize = 1 << 10;

/// Bytes of texts that are packed together: of half as many a tenth less is saved, of twice as many an
/// article is checked a tenth slower.
const PACKED_PAGE: usize = 8 << 10;

/// A byte of packed text stands for so many at most.
const LARGEST_GROWTH: usize = 255;

/// Writes a section of rows that come in ascending order of their numbers.
pub struct RowWriter {
    most: usize,
    is_packed: bool,
    page: Vec<u8>,
    last: u32,
    fences: Vec<u8>,
    count: u64,
}

impl RowWriter {
    /// For rows of a kind.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let most = match kind {
            Kind::Nodes => NODE_PAGE,
            Kind::Texts => PACKED_PAGE,
            _ => PAGE,
        };
        let is_packed = kind == Kind::Texts;
        Self { most, is_packed, page: Vec::new(), last: 0, fences: Vec::new(), count: 0 }
    }

    /// Appends a row; numbers ascend.
    ///
    /// # Errors
    /// Those of writing.
    pub fn push(&mut self, out: &mut Writer<'_>, number: u32, row: &[u8]) -> io::Result<()> {
        if self.page.is_empty() {
            self.page.resize(8, 0);
            self.last = number;
            self.fences.extend_from_slice(&number.to_le_bytes());
            self.fences.extend_from_slice(&out.in_part().to_le_bytes());
        }
        put(&mut self.page, u64::from(number - self.last));
        put_bytes(&mut self.page, row);
        self.last = number;
        self.count += 1;
        if self.page.len() >= self.most { self.end_page(out) } else { Ok(()) }
    }

    fn end_page(&mut self, out: &mut Writer<'_>) -> io::Result<()> {
        if self.page.is_empty() {
            return Ok(());
        }
        let mut page = std::mem::take(&mut self.page);
        if self.is_packed {
            let packed = compress_prepend_size(&page[8..]);
            page.truncate(8);
            page.extend(packed);
        }
        let place = out.in_part();
        out.write(&sealed(page, place))
    }

    /// Ends the section: its fences, and how many rows it holds.
    ///
    /// # Errors
    /// Those of writing.
    pub fn end(mut self, out: &mut Writer<'_>) -> io::Result<(Vec<u8>, u64)> {
        self.end_page(out)?;
        Ok((self.fences, self.count))
    }
}

/// A page of texts that was read last, and the number of its first row.
pub type Near = Option<(u32, Vec<u8>)>;

/// The first number of each page of a section, and where it begins; at the end where the last one ends.
///
/// # Errors
/// Where numbers or places do not ascend, or the first place is not the beginning.
pub fn read_fences(part: &Part, fences: &[u8]) -> io::Result<(Vec<u32>, Vec<u64>)> {
    let mut taker = Taker::new(fences, part.name());
    let (mut numbers, mut places) = (Vec::new(), Vec::new());
    while !taker.is_empty() {
        numbers.push(u32::from_le_bytes(taker.array()?));
        places.push(u64::from_le_bytes(taker.array()?));
    }
    places.push(part.length());
    if !numbers.is_sorted_by(|one, two| one < two)
        || !places.is_sorted_by(|one, two| one < two)
        || places[0] != 0
    {
        return Err(damaged(part.name()));
    }
    Ok((numbers, places))
}

/// A section of rows.
pub struct Rows {
    part: Part,
    numbers: Vec<u32>,
    places: Vec<u64>,
}

impl Rows {
    /// The section of a part of a file.
    ///
    /// # Errors
    /// Where the fences are not those of such pages.
    pub fn new(part: Part, fences: &[u8]) -> io::Result<Self> {
        let (numbers, places) = read_fences(&part, fences)?;
        Ok(Self { part, numbers, places })
    }

    /// Bytes in memory.
    #[must_use]
    pub fn held(&self) -> u64 {
        (self.places.len() * (size_of::<u32>() + size_of::<u64>())) as u64
    }

    /// The rows of a page.
    fn page(&self, file: &RunFile, page: usize) -> io::Result<Vec<u8>> {
        let start = self.places[page];
        let mut bytes = file.read(&self.part, start, (self.places[page + 1] - start) as usize)?;
        unsealed(&bytes, start, self.part.name())?;
        if self.part.kind == Kind::Texts {
            return unpacked(&bytes[8..]).ok_or_else(|| damaged(self.part.name()));
        }
        bytes.drain(..8);
        Ok(bytes)
    }

    /// Gives the row of a number to `read`, where there is one; a page is read once as long as rows of it are
    /// asked for.
    ///
    /// # Errors
    /// Those of reading, of `read`, and where a page is damaged.
    pub fn get_near<T>(
        &self,
        file: &RunFile,
        number: u32,
        near: &mut Near,
        read: impl FnOnce(&[u8]) -> io::Result<T>,
    ) -> io::Result<Option<T>> {
        let after = self.numbers.partition_point(|&first| first <= number);
        let Some(place) = after.checked_sub(1) else { return Ok(None) };
        // No two pages of an index begin with one number.
        let first = self.numbers[place];
        if near.as_ref().is_none_or(|near| near.0 != first) {
            *near = Some((first, self.page(file, place)?));
        }
        near.as_ref().map_or(Ok(None), |(_, bytes)| self.find_in(bytes, place, number, read))
    }

    /// Gives the row of a number to `read`, where there is one.
    ///
    /// # Errors
    /// Those of reading, of `read`, and where a page is damaged.
    pub fn get<T>(
        &self,
        file: &RunFile,
        number: u32,
        read: impl FnOnce(&[u8]) -> io::Result<T>,
    ) -> io::Result<Option<T>> {
        let after = self.numbers.partition_point(|&first| first <= number);
        let Some(place) = after.checked_sub(1) else { return Ok(None) };
        self.find_in(&self.page(file, place)?, place, number, read)
    }

    fn find_in<T>(
        &self,
        bytes: &[u8],
        place: usize,
        number: u32,
        read: impl FnOnce(&[u8]) -> io::Result<T>,
    ) -> io::Result<Option<T>> {
        let mut taker = Taker::new(bytes, self.part.name());
        let mut current = u64::from(self.numbers[place]);
        while !taker.is_empty() {
            current += taker.number()?;
            let row = taker.slice()?;
            if current >= u64::from(number) {
                return if current == u64::from(number) { read(row).map(Some) } else { Ok(None) };
            }
        }
        Ok(None)
    }

    /// Calls `each` with the rows of some numbers, which ascend; those that have none are passed over.
    ///
    /// # Errors
    /// Those of reading, of `each`, and where a page is damaged.
    pub fn pick(
        &self,
        file: &RunFile,
        numbers: &[u32],
        mut each: impl FnMut(u32, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut left = numbers;
        while let Some(&next) = left.first() {
            let after = self.numbers.partition_point(|&first| first <= next);
            let end = self.numbers.get(after).copied().unwrap_or(u32::MAX);
            let (mut here, beyond) = left.split_at(left.partition_point(|&number| number < end));
            // The last number of all is in the last page.
            let beyond = if after == self.numbers.len() { &[] } else { beyond };
            left = beyond;
            let Some(place) = after.checked_sub(1) else { continue };
            self.each_in(file, place, &mut |number, row| {
                here = &here[here.partition_point(|&wanted| wanted < number)..];
                if here.first() == Some(&number) { each(number, row) } else { Ok(()) }
            })?;
        }
        Ok(())
    }

    /// Calls `each` with the rows of some numbers in order.
    ///
    /// # Errors
    /// Those of reading, of `each`, and where a page is damaged.
    pub fn range(
        &self,
        file: &RunFile,
        range: Range<u32>,
        mut each: impl FnMut(u32, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let after = self.numbers.partition_point(|&first| first <= range.start);
        for place in after.saturating_sub(1)..self.numbers.len() {
            if self.numbers[place] >= range.end {
                break;
            }
            self.each_in(file, place, &mut |number, row| {
                if range.contains(&number) { each(number, row) } else { Ok(()) }
            })?;
        }
        Ok(())
    }

    fn each_in(
        &self,
        file: &RunFile,
        place: usize,
        each: &mut impl FnMut(u32, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let bytes = self.page(file, place)?;
        let mut taker = Taker::new(&bytes, self.part.name());
        let mut number = self.numbers[place];
        while !taker.is_empty() {
            number = number.checked_add(taker.small()?).ok_or_else(|| damaged(self.part.name()))?;
            each(number, taker.slice()?)?;
        }
        Ok(())
    }

    /// Calls `each` with all rows in order.
    ///
    /// # Errors
    /// Those of reading, of `each`, and where the pages are not as they were written.
    pub fn each(
        &self,
        file: &RunFile,
        mut each: impl FnMut(u32, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let wrong = || damaged(self.part.name());
        let mut left = self.part.rows;
        for place in 0..self.numbers.len() {
            self.each_in(file, place, &mut |number, row| {
                left = left.checked_sub(1).ok_or_else(wrong)?;
                each(number, row)
            })?;
        }
        if left == 0 { Ok(()) } else { Err(wrong()) }
    }
}

fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let (size, packed) = uncompressed_size(bytes).ok()?;
    if size > packed.len().saturating_mul(LARGEST_GROWTH) {
        return None;
    }
    let mut rows = vec![0; size];
    (decompress_into(packed, &mut rows).ok()? == size).then_some(rows)
}
