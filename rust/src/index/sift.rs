//! Where keys may stand: the filters of all runs, asked for many keys at a time. Most keys stand nowhere.
//!
//! Asked one after the other, each answer waits for memory; in a loop that does nothing else the processor
//! waits for a dozen of them at once.

use std::io;

use super::disk::file::Kind;
use super::state::{State, named};

/// Where a key may stand: one bit for each run, and one for what is in no run yet.
pub type Where = u64;

/// Runs that have bits of their own; all others share the next one.
pub(super) const OWN: usize = 62;
/// The bit of what is in no run yet.
pub(super) const FRESH: Where = 1 << 63;

impl State {
    /// Where each of some keys may stand.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn sift(&self, keys: &[(Kind, u32)]) -> io::Result<Vec<Where>> {
        let mut found = vec![0; keys.len()];
        for (place, placed) in self.runs.iter().enumerate() {
            let sifted = placed.run.sift(keys, 1 << place.min(OWN), &mut found);
            sifted.map_err(|error| named(placed, error))?;
        }
        self.fresh.levels.sift(keys, FRESH, &mut found);
        Ok(found)
    }
}
