//! Which keys a section of pairs has none of: most are asked for in vain, and no page need be read then.
//!
//! A blocked Bloom filter (Putze, Sanders and Singler 2007): each key sets five bits of one line of the
//! processor's cache. Lines have the order of the keys, so many keys that ascend go through memory once. A
//! block is read when it is asked for first, and stays in memory (`lines`). How many bits a key has is told by `share`.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use super::bytes::damaged;
use super::file::{Kind, Part, RunFile, sealed, unsealed};
use super::lines::{Bits, LINE, Lines, bits_in_line};
use super::spread::spread;
use crate::candidates::shingle::mix64;

/// Lines of a block; the last one of a filter may have fewer.
const LINES: u64 = 255;
/// Bytes of a whole block, with its hash.
const BLOCK: usize = 8 + LINES as usize * LINE;

/// The lines for so many keys of so many bits.
#[allow(clippy::cast_sign_loss)]
fn lines_for(keys: u64, bits: f64) -> u64 {
    ((keys as f64 * bits) as u64).div_ceil(8 * LINE as u64).max(u64::from(keys > 0))
}

/// The line of a key among all lines, and the hash that tells its bits there.
fn place_of(kind: Kind, key: u32, lines: u64) -> (u64, u64) {
    let line = (u64::from(spread(kind, key)) * lines) >> 32;
    (line, mix64(u64::from(key) + 1))
}

/// Makes the filter of a section.
pub struct FilterWriter {
    kind: Kind,
    lines: u64,
    bytes: Vec<u8>,
}

impl FilterWriter {
    /// For so many keys of a kind, each with so many bits.
    #[must_use]
    pub fn new(kind: Kind, keys: u64, bits: f64) -> Self {
        let lines = lines_for(keys, bits);
        Self { kind, lines, bytes: vec![0; lines as usize * LINE] }
    }

    /// Notes a key.
    pub fn add(&mut self, key: u32) {
        let (line, hash) = place_of(self.kind, key, self.lines);
        let start = line as usize * LINE;
        for bit in bits_in_line(hash) {
            self.bytes[start + bit / 8] |= 1 << (bit % 8);
        }
    }

    /// The bytes of the filter.
    #[must_use]
    pub fn end(self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.bytes.len() + 8 * self.bytes.len().div_ceil(BLOCK));
        for lines in self.bytes.chunks(LINES as usize * LINE) {
            let mut block = vec![0; 8];
            block.extend_from_slice(lines);
            let place = all.len() as u64;
            all.extend_from_slice(&sealed(block, place));
        }
        all
    }
}

/// The filter of a section.
pub struct Filter {
    part: Part,
    /// Its first line among those of all filters of the run, and how many it has.
    first: usize,
    lines: u64,
    /// Which of its blocks are in memory.
    read: Vec<AtomicBool>,
}

impl Filter {
    /// The filter of a part of a file, behind so many lines of others.
    ///
    /// # Errors
    /// Where it has not the size that such a filter has.
    pub fn new(part: Part, first: usize) -> io::Result<Self> {
        let blocks = part.length().div_ceil(BLOCK as u64);
        let lines = (part.length() - 8 * blocks) / LINE as u64;
        if lines == 0 || lines * LINE as u64 + 8 * blocks != part.length() {
            return Err(damaged("a filter"));
        }
        let read = (0..blocks).map(|_| AtomicBool::new(false)).collect();
        Ok(Self { part, first, lines, read })
    }

    /// How many lines it has.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines as usize
    }

    /// Whether a key may stand in the section.
    ///
    /// # Errors
    /// Those of reading, and where the block is damaged.
    pub fn may_have(&self, file: &RunFile, lines: &Lines, key: u32) -> io::Result<bool> {
        Ok(lines.have(self.look(file, lines, key)?))
    }

    /// Where to look for a key; nothing of the line is looked at yet.
    ///
    /// # Errors
    /// Those of reading, and where the block is damaged.
    pub fn look(&self, file: &RunFile, lines: &Lines, key: u32) -> io::Result<Bits> {
        let (line, hash) = place_of(self.part.kind, key, self.lines);
        let block = (line / LINES) as usize;
        if !self.read[block].load(Ordering::Acquire) {
            let bytes = self.read(file, block)?;
            lines.set(self.first + block * LINES as usize, &bytes[8..]);
            self.read[block].store(true, Ordering::Release);
        }
        Ok(Bits { line: (self.first + line as usize) as u32, hash })
    }

    fn read(&self, file: &RunFile, number: usize) -> io::Result<Vec<u8>> {
        let start = (number * BLOCK) as u64;
        let size = (self.part.length() - start).min(BLOCK as u64) as usize;
        let bytes = file.read(&self.part, start, size)?;
        unsealed(&bytes, start, "a filter")?;
        Ok(bytes)
    }

    /// Reads all blocks, to see that they are as they were written.
    ///
    /// # Errors
    /// Those of reading, and where a block is damaged.
    pub fn check(&self, file: &RunFile) -> io::Result<()> {
        (0..self.read.len()).try_for_each(|number| self.read(file, number).map(drop))
    }

    /// Bytes in memory.
    #[must_use]
    pub fn held(&self) -> u64 {
        let read = self.read.iter().filter(|read| read.load(Ordering::Relaxed)).count() as u64;
        (read * BLOCK as u64).min(self.part.length()) + self.read.len() as u64
    }
}
