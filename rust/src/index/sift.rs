//! Where keys may stand: the filters of all runs, asked for many keys at a time. Most keys stand nowhere.
//!
//! Asked one after the other, each answer waits for memory; in a loop that does nothing else the processor
//! waits for a dozen of them at once.

use std::io;

use super::each::each;
use super::file::Kind;
use super::keys::Keys;
use super::state::{State, named};

/// Where a key may stand: one bit for each run, and one for what is in no run yet.
pub type Where = u64;

/// Runs that have bits of their own; all others share the next one.
const OWN: usize = 62;
/// The bit of what is in no run yet.
const FRESH: Where = 1 << 63;
/// Keys of one kind that are looked for by one task.
const KEYS: usize = 64;

impl State {
    /// Where each of some keys may stand.
    fn sift(&self, kind: Kind, keys: &[u32]) -> io::Result<Vec<Where>> {
        let mut found = vec![0; keys.len()];
        for (place, placed) in self.runs.iter().enumerate() {
            let sifted = placed.run.sift(kind, keys, 1 << place.min(OWN), &mut found);
            sifted.map_err(|error| named(placed, error))?;
        }
        for (found, &key) in found.iter_mut().zip(keys) {
            *found |= FRESH * Where::from(self.fresh.chains.has(kind, key));
        }
        Ok(found)
    }

    /// The same for as many keys as there may be, by all threads or in this one.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn sift_many(&self, alone: bool, kind: Kind, keys: &[u32]) -> io::Result<Vec<Where>> {
        let parts: Vec<&[u32]> = keys.chunks(KEYS).collect();
        let sift = |(): &mut (), part: usize| self.sift(kind, parts[part]);
        Ok(each((alone, parts.len()), || (), sift)?.concat())
    }

    /// Where the keys of some blocks may stand, in the order of [`Keys::all`] of one after the other.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn sift_keys(&self, alone: bool, keys: &[Keys]) -> io::Result<Vec<Where>> {
        let mut kinds: Vec<(Kind, Vec<u32>, Vec<usize>)> = Vec::new();
        let mut places = [usize::MAX; 1 << 9];
        let mut count = 0;
        for (slot, (kind, key)) in keys.iter().flat_map(Keys::all).enumerate() {
            let place = &mut places[kind.number() as usize];
            if *place == usize::MAX {
                *place = kinds.len();
                kinds.push((kind, Vec::new(), Vec::new()));
            }
            let (_, keys, slots) = &mut kinds[*place];
            keys.push(key);
            slots.push(slot);
            count += 1;
        }
        let sift = |(): &mut (), place: usize| self.sift(kinds[place].0, &kinds[place].1);
        let sifted = each((alone, kinds.len()), || (), sift)?;
        let mut found = vec![0; count];
        for ((_, _, slots), sifted) in kinds.iter().zip(sifted) {
            for (&slot, sifted) in slots.iter().zip(sifted) {
                found[slot] = sifted;
            }
        }
        Ok(found)
    }

    /// Calls `visit` with each value of a key that may stand there, oldest first, until it says no.
    ///
    /// # Errors
    /// Those of reading, of `visit`, and where a file is damaged.
    pub fn each_there(
        &self,
        there: Where,
        (kind, key): (Kind, u32),
        mut visit: impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut goes_on = true;
        for (place, placed) in self.runs.iter().enumerate() {
            if there >> place.min(OWN) & 1 == 0 {
                continue;
            }
            let mut asked = |value| {
                goes_on = visit(value)?;
                Ok(goes_on)
            };
            let sought = placed.run.each_there(kind, key, &mut asked);
            sought.map_err(|error| named(placed, error))?;
            if !goes_on {
                return Ok(());
            }
        }
        if there & FRESH != 0 {
            self.fresh.chains.each(kind, key, &mut visit)?;
        }
        Ok(())
    }
}
