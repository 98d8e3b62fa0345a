//! Sections of a file: columns of rows, little-endian, one after the other, appended and read back.
//!
//! A column is its number of rows and the rows. Whoever appends a section keeps where it ends and its
//! hash; nothing is decoded here before the caller has checked these (`hash_range`), and every number
//! is held against the section's end all the same, so that no file makes the reader allocate more
//! than it holds.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

use xxhash_rust::xxh3::Xxh3;

use crate::blocks::layout::Layout;
use crate::judging::verify::{Match, Relation};
use crate::store::{Number, Place};

/// Bytes that are encoded, hashed and written at one time: they stay in the first caches.
const BLOCK: usize = 64 << 10;

/// A value of a column in a file: a fixed number of bytes.
pub trait Row: Copy {
    /// How many.
    const BYTES: usize;

    /// Writes it to as many bytes.
    fn put(self, bytes: &mut [u8]);

    /// Reads it from as many bytes; `None` where they hold no such value.
    fn take(bytes: &[u8]) -> Option<Self>;
}

macro_rules! number_row {
    ($($number:ty),*) => {$(
        impl Row for $number {
            const BYTES: usize = size_of::<Self>();

            fn put(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }

            fn take(bytes: &[u8]) -> Option<Self> {
                Some(Self::from_le_bytes(bytes.try_into().ok()?))
            }
        }
    )*};
}

number_row!(u8, u32, u64, u128);

impl Row for Layout {
    const BYTES: usize = 4;

    fn put(self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.to_bytes());
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_bytes(bytes.try_into().ok()?))
    }
}

impl Row for (Number, Number) {
    const BYTES: usize = 8;

    fn put(self, bytes: &mut [u8]) {
        self.0.put(&mut bytes[..4]);
        self.1.put(&mut bytes[4..]);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        Some((Row::take(&bytes[..4])?, Row::take(&bytes[4..])?))
    }
}

impl Row for Place {
    const BYTES: usize = 12;

    fn put(self, bytes: &mut [u8]) {
        self.name.put(&mut bytes[..4]);
        self.line.put(&mut bytes[4..]);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        Some(Self { name: Row::take(&bytes[..4])?, line: Row::take(&bytes[4..])? })
    }
}

impl Row for Match {
    const BYTES: usize = 25;

    fn put(self, bytes: &mut [u8]) {
        let similarity = self.similarity.to_bits();
        let numbers =
            [self.left, self.right, self.shared, self.left_size, self.right_size, similarity];
        for (bytes, number) in bytes.chunks_exact_mut(4).zip(numbers) {
            number.put(bytes);
        }
        let contained = u8::from(self.relation == Relation::Contained);
        let [left, right] = self.covered.map(u8::from);
        let (template, late) = (u8::from(self.template), u8::from(self.late));
        bytes[24] = contained | (template << 1) | (left << 2) | (right << 3) | (late << 4);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let number = |place: usize| u32::take(&bytes[4 * place..4 * place + 4]);
        let flags = bytes[24];
        (flags < 32).then_some(Self {
            left: number(0)?,
            right: number(1)?,
            shared: number(2)?,
            left_size: number(3)?,
            right_size: number(4)?,
            similarity: f32::from_bits(number(5)?),
            relation: if flags & 1 == 1 { Relation::Contained } else { Relation::Near },
            template: flags & 2 != 0,
            covered: [flags & 4 != 0, flags & 8 != 0],
            late: flags & 16 != 0,
        })
    }
}

/// Where a section ends, and the XXH3 of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Bytes of the file up to its end.
    pub end: u64,
    /// The hash.
    pub hash: u64,
}

/// Appends columns to a file.
pub struct SectionWriter<'a> {
    file: &'a File,
    place: u64,
    hash: Xxh3,
    buffer: Vec<u8>,
}

impl<'a> SectionWriter<'a> {
    /// A section that begins there.
    #[must_use]
    pub fn new(file: &'a File, place: u64) -> Self {
        Self { file, place, hash: Xxh3::new(), buffer: Vec::with_capacity(BLOCK) }
    }

    /// Appends a column.
    ///
    /// # Errors
    /// Those of writing.
    pub fn column<T: Row>(&mut self, rows: &[T]) -> io::Result<()> {
        self.put(&[rows.len() as u64])?;
        self.put(rows)
    }

    fn put<T: Row>(&mut self, rows: &[T]) -> io::Result<()> {
        for rows in rows.chunks(BLOCK / T::BYTES) {
            self.buffer.resize(rows.len() * T::BYTES, 0);
            for (bytes, row) in self.buffer.chunks_exact_mut(T::BYTES).zip(rows) {
                row.put(bytes);
            }
            self.file.write_all_at(&self.buffer, self.place)?;
            self.hash.update(&self.buffer);
            self.place += self.buffer.len() as u64;
        }
        Ok(())
    }

    /// Ends the section.
    #[must_use]
    pub fn end(self) -> Mark {
        Mark { end: self.place, hash: self.hash.digest() }
    }
}

/// Reads the columns of a section.
pub struct SectionReader<'a> {
    file: &'a File,
    place: u64,
    end: u64,
    buffer: Vec<u8>,
}

impl<'a> SectionReader<'a> {
    /// The section between two places.
    #[must_use]
    pub fn new(file: &'a File, place: u64, end: u64) -> Self {
        Self { file, place, end, buffer: Vec::with_capacity(BLOCK) }
    }

    /// Appends the next column's rows to those that there are.
    ///
    /// # Errors
    /// Those of reading, and where the bytes are no such column.
    pub fn column<T: Row>(&mut self, into: &mut Vec<T>) -> io::Result<()> {
        let mut count = Vec::with_capacity(1);
        self.take::<u64>(1, &mut count)?;
        let count = count[0];
        let fits = count.checked_mul(T::BYTES as u64).is_some_and(|size| size <= self.left());
        if !fits {
            return Err(damaged());
        }
        into.reserve(count as usize);
        self.take(count, into)
    }

    fn take<T: Row>(&mut self, mut count: u64, into: &mut Vec<T>) -> io::Result<()> {
        while count > 0 {
            let rows = count.min((BLOCK / T::BYTES) as u64);
            let size = rows * T::BYTES as u64;
            if size > self.left() {
                return Err(damaged());
            }
            self.buffer.resize(size as usize, 0);
            self.file.read_exact_at(&mut self.buffer, self.place)?;
            for bytes in self.buffer.chunks_exact(T::BYTES) {
                into.push(T::take(bytes).ok_or_else(damaged)?);
            }
            self.place += size;
            count -= rows;
        }
        Ok(())
    }

    fn left(&self) -> u64 {
        self.end.saturating_sub(self.place)
    }

    /// Ends the section, which has no more columns.
    ///
    /// # Errors
    /// Where it has.
    pub fn end(self) -> io::Result<()> {
        if self.left() == 0 { Ok(()) } else { Err(damaged()) }
    }
}

/// The error for bytes that no checkpoint wrote.
#[must_use]
pub fn damaged() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the checkpoint is damaged")
}

/// The hash of a part of a file.
///
/// # Errors
/// Those of reading, also where the file is shorter.
pub fn hash_range(file: &File, mut start: u64, end: u64) -> io::Result<u64> {
    let mut hash = Xxh3::new();
    let mut buffer = vec![0; BLOCK];
    while start < end {
        let size = (end - start).min(BLOCK as u64) as usize;
        file.read_exact_at(&mut buffer[..size], start)?;
        hash.update(&buffer[..size]);
        start += size as u64;
    }
    Ok(hash.digest())
}

/// How many of consecutive sections, from a file's start on, are as they were written.
#[must_use]
pub fn sound_sections(file: &File, marks: &[Mark]) -> usize {
    let mut start = 0;
    for (number, mark) in marks.iter().enumerate() {
        let found = hash_range(file, start, mark.end);
        if mark.end < start || !found.is_ok_and(|hash| hash == mark.hash) {
            return number;
        }
        start = mark.end;
    }
    marks.len()
}
