//! Which keys a section of pairs has none of: most are asked for in vain, and no page need be read then.
//!
//! A blocked Bloom filter (Putze, Sanders and Singler 2007): each key sets four bits of one line of the
//! processor's cache, which its hash tells: anchors are least hashes, most of them small ones, and lines by
//! their size would be full of them. A block is read when it is asked for first, and stays in memory: seven
//! bits a key.

use std::io;
use std::sync::OnceLock;

use super::bytes::damaged;
use super::file::{Part, RunFile, sealed, unsealed};
use crate::shingle::mix64;

/// Bits for each key.
const BITS: u64 = 7;
/// Bytes of a line.
const LINE: usize = 64;
/// Lines of a block; the last one of a filter may have fewer.
const LINES: u64 = 255;
/// Bytes of a whole block, with its hash.
const BLOCK: usize = 8 + LINES as usize * LINE;

/// The lines for so many keys.
const fn lines_for(keys: u64) -> u64 {
    (keys * BITS).div_ceil(8 * LINE as u64)
}

/// The line of a key among all lines, and its four bits there.
fn place_of(key: u32, lines: u64) -> (u64, [usize; 4]) {
    let hash = mix64(u64::from(key) + 1);
    let line = ((hash >> 32) * lines) >> 32;
    (line, [0, 9, 18, 27].map(|shift| (hash >> shift & 511) as usize))
}

/// Makes the filter of a section.
pub struct FilterWriter {
    lines: u64,
    bytes: Vec<u8>,
}

impl FilterWriter {
    /// For so many keys.
    #[must_use]
    pub fn new(keys: u64) -> Self {
        let lines = lines_for(keys);
        Self { lines, bytes: vec![0; lines as usize * LINE] }
    }

    /// Notes a key.
    pub fn add(&mut self, key: u32) {
        let (line, bits) = place_of(key, self.lines);
        let start = line as usize * LINE;
        for bit in bits {
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
    lines: u64,
    blocks: Vec<OnceLock<Box<[u8]>>>,
}

impl Filter {
    /// The filter of a part of a file.
    ///
    /// # Errors
    /// Where it has not the size that such a filter has.
    pub fn new(part: Part) -> io::Result<Self> {
        let blocks = part.length().div_ceil(BLOCK as u64);
        let lines = (part.length() - 8 * blocks) / LINE as u64;
        if lines == 0 || lines * LINE as u64 + 8 * blocks != part.length() {
            return Err(damaged("a filter"));
        }
        Ok(Self { part, lines, blocks: (0..blocks).map(|_| OnceLock::new()).collect() })
    }

    /// Whether a key may stand in the section.
    ///
    /// # Errors
    /// Those of reading, and where the block is damaged.
    pub fn may_have(&self, file: &RunFile, key: u32) -> io::Result<bool> {
        let (line, bits) = place_of(key, self.lines);
        let block = self.block(file, (line / LINES) as usize)?;
        let line = &block[8 + (line % LINES) as usize * LINE..][..LINE];
        // All four without a branch, which would be taken half of the times.
        Ok(bits.iter().fold(1, |all, &bit| all & line[bit / 8] >> (bit % 8)) & 1 == 1)
    }

    fn block(&self, file: &RunFile, number: usize) -> io::Result<&[u8]> {
        if let Some(block) = self.blocks[number].get() {
            return Ok(block);
        }
        let block = self.read(file, number)?;
        Ok(self.blocks[number].get_or_init(|| block.into_boxed_slice()))
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
        (0..self.blocks.len()).try_for_each(|number| self.read(file, number).map(drop))
    }

    /// Bytes in memory.
    #[must_use]
    pub fn held(&self) -> u64 {
        let read = self.blocks.iter().filter_map(OnceLock::get);
        read.map(|block| block.len() as u64).sum::<u64>()
            + (self.blocks.len() * size_of::<OnceLock<Box<[u8]>>>()) as u64
    }
}
