//! Rows of numbers that are written once and seldom read again: beyond a limit they go to a file, so
//! that memory does not grow with the text.
//!
//! The file is the caller's: an empty one, which nobody else writes to. Where there is none, or it can
//! take no more, rows stay in memory.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::memory::columns::{column, filled, zeros};
use crate::store::spool_reader::SpoolReader;

/// Numbers that are held before they go to the file: 1 MiB of them, and as many are on their way.
const HELD: usize = 1 << 18;

/// Numbers that one thread takes back into memory, or turns around, at one time: 1 MiB of them.
const AT_ONCE: usize = 1 << 18;

/// A column of rows of any length.
pub struct Spool {
    /// The first numbers of the file once more, after `take_back`.
    front: Vec<u32>,
    /// Those that are not in the file yet.
    held: Vec<u32>,
    /// Room for those that are held while these are on their way to the file.
    spare: Vec<u32>,
    /// Where each row ends, counted in numbers from the first one on.
    pub(crate) ends: Vec<u64>,
    /// Numbers that are in the file, all of them before those that are held.
    pub(crate) filed: u64,
    file: Option<File>,
    failure: OnceLock<io::Error>,
}

impl Default for Spool {
    fn default() -> Self {
        Self { held: column(), spare: column(), ends: column(), ..Self::small() }
    }
}

impl Spool {
    /// An empty one for a handful of rows, which reserves no room.
    #[must_use]
    pub fn small() -> Self {
        let (front, held, spare, ends) = Default::default();
        Self { front, held, spare, ends, filed: 0, file: None, failure: OnceLock::new() }
    }

    /// Lets rows go to an empty file from now on.
    pub fn write_to(&mut self, file: File) {
        if self.filed == 0 {
            self.file = Some(file);
        }
    }

    /// Takes the rows of another one, which are in memory, in place of its own; a failure is remembered.
    pub fn replace_by(&mut self, other: Self) {
        let failure = std::mem::take(&mut self.failure);
        let old = std::mem::replace(self, Self { failure, ..other });
        // The system takes a while to let go of a file, and nobody waits for it.
        rayon::spawn(move || drop(old));
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of the rows in memory, of those in the file, and of their ends.
    #[must_use]
    pub fn bytes(&self) -> [u64; 3] {
        let memory = filled(&self.front) + filled(&self.held);
        [memory, self.filed * size_of::<u32>() as u64, filled(&self.ends)]
    }

    /// Appends one row.
    pub fn push(&mut self, row: &[u32]) {
        self.push_parts([row, &[]]);
    }

    /// Appends one row that is given in two parts.
    pub fn push_parts(&mut self, parts: [&[u32]; 2]) {
        for part in parts {
            self.held.extend_from_slice(part);
        }
        self.ends.push(self.filed + self.held.len() as u64);
    }

    /// Takes out what is too much for memory, so that it is written while rows are appended; nothing
    /// may be read until it has arrived.
    pub fn leave(&mut self) -> Option<Leaving> {
        if self.held.len() < HELD {
            return None;
        }
        let file = self.file.take()?;
        let numbers = std::mem::replace(&mut self.held, std::mem::take(&mut self.spare));
        let place = self.filed;
        self.filed += numbers.len() as u64;
        Some(Leaving { file, numbers, place, written: false })
    }

    /// Takes the file back from what left; what it took no more is held again.
    pub fn arrive(&mut self, leaving: Leaving) {
        let Leaving { file, mut numbers, place, written } = leaving;
        if written {
            numbers.clear();
            self.spare = numbers;
        } else {
            numbers.append(&mut self.held);
            self.held = numbers;
            self.filed = place;
        }
        // One that took nothing is left alone.
        self.file = (self.filed > 0).then_some(file);
    }

    /// Writes to the file whatever is held; how many numbers are in it then.
    ///
    /// # Errors
    /// Where there is no file, or it takes no more.
    pub fn flush(&mut self) -> io::Result<u64> {
        let file = self.file.as_ref().ok_or_else(no_file)?;
        write_at(file, &self.held, self.filed)?;
        self.filed += self.held.len() as u64;
        self.held.clear();
        Ok(self.filed)
    }

    /// The file, where there is one.
    #[must_use]
    pub fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    /// Goes on with a file that holds so many numbers, all of the rows whose ends were read back.
    pub fn go_on(&mut self, file: File, filed: u64) {
        self.file = Some(file);
        self.filed = filed;
    }

    /// Takes so many bytes of the file into memory too, at most, where that is an eighth of it: reading rows
    /// one by one takes a tenth of a run's time. None are added any more.
    pub fn take_back(&mut self, most: usize) {
        let count = self.filed.min((most / size_of::<u32>()) as u64);
        if count < self.filed / 8 {
            return;
        }
        let mut front = zeros(count as usize);
        // Its pages are made as they are read into, by as many threads as there are.
        front.par_chunks_mut(AT_ONCE).enumerate().for_each(|(part, numbers)| {
            self.read_into((part * AT_ONCE) as u64, numbers);
        });
        // What could not be read is asked for again, and then told of.
        if self.check().is_ok() {
            self.front = front;
        }
    }

    /// A row that is in memory.
    ///
    /// # Panics
    /// When it is in the file: an empty row in its place would be a wrong score.
    #[must_use]
    pub fn held(&self, row: usize) -> &[u32] {
        let (start, end) = self.bounds(row);
        self.in_memory(start, end).expect("rows in the file are read by a reader")
    }

    /// Numbers that are in memory, if they are.
    pub(crate) fn in_memory(&self, start: u64, end: u64) -> Option<&[u32]> {
        if end <= self.front.len() as u64 {
            return Some(&self.front[start as usize..end as usize]);
        }
        let start = start.checked_sub(self.filed)? as usize;
        Some(&self.held[start..(end - self.filed) as usize])
    }

    /// Reads rows wherever they are.
    #[must_use]
    pub fn reader(&self) -> SpoolReader<'_> {
        SpoolReader::of(self)
    }

    /// The error of the first read that failed: the rows it asked for were taken to be empty.
    ///
    /// # Errors
    /// That error.
    pub fn check(&self) -> Result<(), &io::Error> {
        self.failure.get().map_or(Ok(()), Err)
    }

    /// Reads numbers from the file, zeros in place of those that it does not give.
    pub(crate) fn read(&self, start: u64, end: u64, numbers: &mut Vec<u32>) {
        numbers.resize((end - start) as usize, 0);
        self.read_into(start, numbers);
    }

    fn read_into(&self, start: u64, numbers: &mut [u32]) {
        let Some(file) = &self.file else { return numbers.fill(0) };
        if let Err(error) = file.read_exact_at(bytemuck::cast_slice_mut(numbers), start * 4) {
            // The first one counts.
            let _ = self.failure.set(error);
            numbers.fill(0);
        }
        for number in numbers {
            *number = u32::from_le(*number);
        }
    }

    pub(crate) fn bounds(&self, row: usize) -> (u64, u64) {
        (if row == 0 { 0 } else { self.ends[row - 1] }, self.ends[row])
    }
}

/// Numbers on their way to the file of a spool.
pub struct Leaving {
    file: File,
    numbers: Vec<u32>,
    /// Numbers before them in the file.
    place: u64,
    written: bool,
}

impl Leaving {
    /// Writes them.
    pub fn write(&mut self) {
        self.written = write_at(&self.file, &self.numbers, self.place).is_ok();
    }
}

/// The error where a file is needed that there is not, or that took nothing.
#[must_use]
pub fn no_file() -> io::Error {
    io::Error::other("there is no file to write to")
}

/// Writes numbers to a file that holds `place` numbers before them.
fn write_at(file: &File, numbers: &[u32], mut place: u64) -> io::Result<()> {
    if cfg!(target_endian = "little") {
        return file.write_all_at(bytemuck::cast_slice(numbers), place * 4);
    }
    let mut bytes = vec![[0; 4]; AT_ONCE];
    for numbers in numbers.chunks(bytes.len()) {
        for (bytes, number) in bytes.iter_mut().zip(numbers) {
            *bytes = number.to_le_bytes();
        }
        file.write_all_at(bytes[..numbers.len()].as_flattened(), place * 4)?;
        place += numbers.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_same_in_memory_and_in_a_file() {
        let path = std::env::temp_dir().join(format!("dedup-spool-{}", std::process::id()));
        let mut options = File::options();
        let file = options.read(true).write(true).create_new(true).open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let mut spool = Spool::default();
        spool.write_to(file);
        let row = |number: usize| vec![number as u32; number * 7919 % 2003];
        for number in 0..9000 {
            let mut leaving = spool.leave();
            spool.push(&row(number));
            if let Some(mut leaving) = leaving.take() {
                leaving.write();
                spool.arrive(leaving);
            }
        }
        assert!(spool.filed > 0 && !spool.held.is_empty());
        let mut reader = spool.reader();
        for number in 0..spool.len() {
            assert_eq!(reader.row(number), row(number));
        }
        for number in (0..spool.len()).rev().step_by(17) {
            assert_eq!(reader.row(number), row(number));
            if spool.bounds(number).0 >= spool.filed {
                assert_eq!(spool.held(number), row(number));
            }
        }
        assert!(spool.check().is_ok());
    }
}
