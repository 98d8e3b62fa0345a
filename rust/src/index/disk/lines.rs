//! The lines of all filters of a run in memory: one array, each line one of the processor's cache.
//!
//! Lines are asked for in any order. In large pages that is one wait each; in small ones finding the page
//! waits as well.

use std::sync::atomic::{AtomicU64, Ordering};

use bytemuck::allocation::zeroed_vec;

use crate::memory::spread_out;
use crate::simd::fetch;

/// Bytes of a line.
pub const LINE: usize = 64;
/// Words of a line.
const WORDS: usize = LINE / 8;

/// Lines, none of whose bits is set until they are read.
pub struct Lines {
    words: Vec<AtomicU64>,
    /// Words before the first one that begins a line of the cache.
    before: usize,
}

/// A line, and the hash of one key that tells its bits there.
#[derive(Clone, Copy)]
pub struct Bits {
    /// The line.
    pub line: u32,
    /// The hash of the key.
    pub hash: u64,
}

/// The bits of a line that a key with such a hash has.
#[must_use]
pub fn bits_in_line(hash: u64) -> [usize; 5] {
    [0, 9, 18, 27, 36].map(|shift| (hash >> shift) as usize % (8 * LINE))
}

impl Lines {
    /// So many lines.
    #[must_use]
    pub fn new(count: usize) -> Self {
        let words: Vec<AtomicU64> = zeroed_vec((count + 1) * WORDS);
        spread_out(&words);
        let before = words.as_ptr().align_offset(LINE);
        Self { words, before: before.min(WORDS) }
    }

    /// Takes lines as they were read; those who ask meanwhile have not been told that they are here.
    pub fn set(&self, first: usize, bytes: &[u8]) {
        let words = &self.words[self.before + first * WORDS..];
        for (word, bytes) in words.iter().zip(bytes.as_chunks().0) {
            word.store(u64::from_le_bytes(*bytes), Ordering::Relaxed);
        }
    }

    /// Asks for a line that will be looked at soon.
    pub fn fetch(&self, Bits { line, .. }: Bits) {
        fetch(&self.words, self.before + line as usize * WORDS);
    }

    /// Whether all of some bits are set.
    #[must_use]
    pub fn have(&self, Bits { line, hash }: Bits) -> bool {
        let words = &self.words[self.before + line as usize * WORDS..][..WORDS];
        // All of them without a branch, which would be taken half of the times.
        let set = |bit: usize| words[bit / 64 % WORDS].load(Ordering::Relaxed) >> (bit % 64);
        bits_in_line(hash).into_iter().fold(1, |all, bit| all & set(bit)) & 1 == 1
    }
}
