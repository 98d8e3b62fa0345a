//! Sieves: eight bytes of each block that tell of most candidates that they match nothing, before their texts
//! are read. They are exact: nothing that matches is lost.
//!
//! Of a text that may be judged by its characters these are counts, as in `characters.rs`, of half as many
//! kinds in four bits each; of a longer one a sketch of its shingles, as in `sketch.rs`, of 60 bits. Of all
//! candidates of a new paragraph among 250,000 they leave a sixth.

use std::io;
use std::sync::OnceLock;

use super::disk::bytes::damaged;
use super::disk::file::{Part, RunFile, Writer, sealed, unsealed};
use super::disk::rows::read_fences;
use crate::settings::Settings;

/// Kinds of characters: code points by their remainder, turned so that the last kind is that of k.
const KINDS: u32 = 16;
const TURN: u32 = 4;
/// Counts stop here; that of the last kind sooner, where the marks stand.
const MOST: u64 = 15;
const LAST: u64 = 3;
/// Marks a sketch.
const WORDS: u64 = 1 << 63;
/// Marks counts of a text that may be judged by its shingles too.
const LONG: u64 = 1 << 62;
/// Bits of a sketch.
const BITS: u64 = 60;
/// Bits of a sketch that tell which items count: of a large set every second, fourth ...
const LEVEL: u64 = 7;

/// The sieve of a block; 0 where nothing is known.
pub type Sieve = u64;

/// The sieve of a text that is judged by its characters, by its normal form; long: or by its shingles, with
/// others that may be.
#[must_use]
pub fn of_characters(normal: &str, long: bool) -> Sieve {
    let mut counts = [0; KINDS as usize];
    for character in normal.chars() {
        counts[((character as u32 + TURN) % KINDS) as usize] += 1;
    }
    (0..).zip(counts).fold(LONG * u64::from(long), |all, (kind, count): (u32, u64)| {
        all | count.min(if kind == KINDS - 1 { LAST } else { MOST }) << (4 * kind)
    })
}

/// The sieve of a text that is judged by its shingles, by their items.
#[must_use]
pub fn of_words(items: &[u32]) -> Sieve {
    let level = (items.len() as u64 / BITS).checked_ilog2().map_or(0, |last| last + 1);
    let level = u64::from(level).min(LEVEL);
    let skipped = (1u32 << level) - 1;
    let counted = items.iter().filter(|&item| item & skipped == 0);
    counted.fold(WORDS | level << BITS, |all, &item| all | 1 << ((u64::from(item) * BITS) >> 32))
}

/// A new block's sieve, and how large it is: its characters, or its items with repeats.
#[derive(Clone, Copy, Default)]
pub struct Probe {
    /// The sieve.
    pub sieve: Sieve,
    /// See above; 0 where nothing is known.
    pub size: u32,
}

impl Probe {
    /// Whether it may match a block of that sieve by their shingles.
    #[must_use]
    pub fn may_match(self, settings: &Settings, other: Sieve) -> bool {
        // Counts of characters tell nothing of shingles.
        if self.size == 0 || other == 0 || self.sieve & other & WORDS == 0 {
            return true;
        }
        let bits = (1 << BITS) - 1;
        if (self.sieve ^ other) >> BITS != 0 {
            return true;
        }
        let own = f64::from((self.sieve & !other & bits).count_ones());
        let others = f64::from((other & !self.sieve & bits).count_ones());
        // What is shared at most; a little less than asked for, as `may_match` of `verify.rs` does it.
        let (size, shared) = (f64::from(self.size), f64::from(self.size) - own);
        let (threshold, containment) = (settings.threshold - 1e-9, settings.containment - 1e-9);
        shared >= threshold * (size + others)
            || shared >= containment * size
            || shared >= containment * (shared + others)
    }

    /// Whether it may match a block of that sieve by their characters: two long ones are judged by their
    /// shingles. The other one's length is not known: it is longer by the distance at most.
    #[must_use]
    pub fn may_match_by_characters(self, settings: &Settings, other: Sieve) -> bool {
        if self.size == 0 || other == 0 || (self.sieve | other) & WORDS != 0 {
            return true;
        }
        if self.sieve & other & LONG != 0 {
            return false;
        }
        let distance: u64 = (0..KINDS)
            .map(|kind| {
                let most = if kind == KINDS - 1 { LAST } else { MOST };
                let count = |sieve: Sieve| sieve >> (4 * kind) & most;
                count(self.sieve).abs_diff(count(other))
            })
            .sum();
        let least = settings.short_threshold;
        distance as f64 * least <= 2.0 * (1.0 - least) * f64::from(self.size) + 1e-3
    }
}

/// Sieves on one page; with its hash it has 4 KiB.
const PAGE: usize = 511;
/// Numbers without a sieve, at most, for which room is left on a page.
const GAP: u32 = 3;

/// Writes a section of sieves by ascending numbers, in pages of numbers that follow one another.
#[derive(Default)]
pub struct SieveWriter {
    page: Vec<u8>,
    next: u32,
    fences: Vec<u8>,
    count: u64,
}

impl SieveWriter {
    /// Appends the sieve of a number; numbers ascend.
    ///
    /// # Errors
    /// Those of writing.
    pub fn push(&mut self, out: &mut Writer<'_>, number: u32, sieve: Sieve) -> io::Result<()> {
        let gap = number - self.next.min(number);
        if gap > GAP || self.page.len() / 8 + gap as usize > PAGE {
            self.end_page(out)?;
        }
        if self.page.is_empty() {
            self.page.resize(8, 0);
            self.fences.extend_from_slice(&number.to_le_bytes());
            self.fences.extend_from_slice(&out.in_part().to_le_bytes());
        } else {
            self.page.resize(self.page.len() + 8 * gap as usize, 0);
        }
        self.page.extend_from_slice(&sieve.to_le_bytes());
        self.next = number.saturating_add(1);
        self.count += 1;
        Ok(())
    }

    fn end_page(&mut self, out: &mut Writer<'_>) -> io::Result<()> {
        if self.page.is_empty() {
            return Ok(());
        }
        let place = out.in_part();
        out.write(&sealed(std::mem::take(&mut self.page), place))
    }

    /// Ends the section: its fences, and how many sieves it holds.
    ///
    /// # Errors
    /// Those of writing.
    pub fn end(mut self, out: &mut Writer<'_>) -> io::Result<(Vec<u8>, u64)> {
        self.end_page(out)?;
        Ok((self.fences, self.count))
    }
}

/// A section of sieves. A page is read when it is asked for first, and stays in memory.
pub struct Sieves {
    part: Part,
    numbers: Vec<u32>,
    places: Vec<u64>,
    pages: Vec<OnceLock<Box<[u8]>>>,
}

impl Sieves {
    /// The section of a part of a file.
    ///
    /// # Errors
    /// Where the fences are not those of such pages.
    pub fn new(part: Part, fences: &[u8]) -> io::Result<Self> {
        let (numbers, places) = read_fences(&part, fences)?;
        // Each holds whole sieves.
        if !places.iter().all(|place| place.is_multiple_of(8)) {
            return Err(damaged(part.name()));
        }
        let pages = numbers.iter().map(|_| OnceLock::new()).collect();
        Ok(Self { part, numbers, places, pages })
    }

    /// The sieve of a number, 0 where there is none.
    ///
    /// # Errors
    /// Those of reading, and where the page is damaged.
    pub fn get(&self, file: &RunFile, number: u32) -> io::Result<Sieve> {
        let after = self.numbers.partition_point(|&first| first <= number);
        let Some(place) = after.checked_sub(1) else { return Ok(0) };
        let page = if let Some(page) = self.pages[place].get() {
            page
        } else {
            let read = self.read(file, place)?.into_boxed_slice();
            self.pages[place].get_or_init(|| read)
        };
        let sieves = page.as_chunks::<8>().0;
        let sieve = sieves.get((number - self.numbers[place]) as usize + 1);
        Ok(sieve.map_or(0, |&sieve| u64::from_le_bytes(sieve)))
    }

    /// A page, with its hash before it.
    fn read(&self, file: &RunFile, place: usize) -> io::Result<Vec<u8>> {
        let start = self.places[place];
        let bytes = file.read(&self.part, start, (self.places[place + 1] - start) as usize)?;
        unsealed(&bytes, start, self.part.name())?;
        Ok(bytes)
    }

    /// Calls `each` with all sieves in order.
    ///
    /// # Errors
    /// Those of reading, of `each`, and where a page is damaged.
    pub fn each(
        &self,
        file: &RunFile,
        mut each: impl FnMut(u32, Sieve) -> io::Result<()>,
    ) -> io::Result<()> {
        for (place, &first) in self.numbers.iter().enumerate() {
            let page = self.read(file, place)?;
            for (number, &sieve) in (first..).zip(&page.as_chunks::<8>().0[1..]) {
                let sieve = u64::from_le_bytes(sieve);
                if sieve != 0 {
                    each(number, sieve)?;
                }
            }
        }
        Ok(())
    }

    /// Bytes in memory.
    #[must_use]
    pub fn held(&self) -> u64 {
        let read = self.pages.iter().filter_map(OnceLock::get);
        let each = size_of::<OnceLock<Box<[u8]>>>() + size_of::<u32>() + size_of::<u64>();
        read.map(|page| page.len() as u64).sum::<u64>() + (self.pages.len() * each) as u64
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::candidates::sign::mix32;

    fn settings() -> Settings {
        Settings { short_tokens: 9, min_tokens: 3, ..Settings::default() }
    }

    #[test]
    fn sketches_never_hide_a_match() {
        let settings = settings();
        for count in [3, 20, 59, 60, 130, 5000] {
            for changed in [0, 1, count / 10, count / 5, count / 2, count] {
                for more in [0, 1, count / 4] {
                    let left: Vec<u32> = (0..count).map(mix32).collect();
                    let right: Vec<u32> = (changed..count + more).map(mix32).collect();
                    let shared = f64::from(count - changed);
                    let sizes = f64::from(left.len() as u32) + f64::from(right.len() as u32);
                    let shorter = f64::from(left.len().min(right.len()) as u32);
                    let matches = shared / (sizes - shared) >= settings.threshold
                        || shared / shorter >= settings.containment;
                    for (one, other) in [(&left, &right), (&right, &left)] {
                        let probe = Probe { sieve: of_words(one), size: one.len() as u32 };
                        let may = probe.may_match(&settings, of_words(other));
                        assert!(may || !matches, "{count} items, {changed} changed, {more} more");
                        assert!(may || count > 3 || changed > 0);
                    }
                }
            }
        }
        let probe = Probe { sieve: of_words(&[1, 2, 3].map(mix32)), size: 3 };
        assert!(!probe.may_match(&settings, of_words(&[4, 5, 6].map(mix32))));
        assert!(probe.may_match(&settings, 0));
    }

    #[test]
    fn counts_never_hide_a_match() {
        let settings = settings();
        let text = "the ferry will not sail tomorrow because of a storm the harbour office said";
        let size = text.chars().count();
        let probe = Probe { sieve: of_characters(text, false), size: size as u32 };
        for left_out in 0..size {
            let rest: String = text.chars().take(size - left_out).collect();
            let alike = 1.0 - left_out as f64 / (2 * size - left_out) as f64;
            let may = probe.may_match_by_characters(&settings, of_characters(&rest, true));
            assert!(may || alike < settings.short_threshold, "{left_out}");
        }
        let other = "herons are back on the river after an absence of eleven years he wrote";
        assert!(!probe.may_match_by_characters(&settings, of_characters(other, false)));
        let long = Probe { sieve: of_characters(text, true), ..probe };
        assert!(!long.may_match_by_characters(&settings, of_characters(other, false)));
        assert!(!long.may_match_by_characters(&settings, of_characters(text, true)));
        assert!(long.may_match(&settings, of_characters(other, true)));
        assert!(long.may_match(&settings, of_words(&[1])));
    }
}
