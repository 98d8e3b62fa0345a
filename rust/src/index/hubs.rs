//! The first kept matches of blocks that match very many, as long as nothing changes them.
//!
//! Of a template each text matches a few that all others match too, and may go for what these match first. To look
//! for that among all of them took three quarters of checking one text against 40,000 notices, and grew with them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;

use crate::keepers::second_step::SECOND_STEPS;

/// Blocks that are remembered, at most; then all are forgotten.
const MOST: usize = 1 << 16;

/// Kept blocks, ascending, and the documents in which they stand first; all there are where they are fewer than
/// `SECOND_STEPS`.
pub type FirstKept = Vec<(u32, u32)>;

/// What is known of some blocks at one version of the state.
#[derive(Default)]
pub struct Hubs(Mutex<Known>);

#[derive(Default)]
struct Known {
    version: u64,
    kept: HashMap<u32, FirstKept>,
}

impl Known {
    /// What is known at a version.
    fn at(&mut self, version: u64) -> &mut HashMap<u32, FirstKept> {
        if self.version != version || self.kept.len() >= MOST {
            *self = Self { version, kept: HashMap::new() };
        }
        &mut self.kept
    }
}

impl Hubs {
    /// Not while another thread looks: in a forked process that one would never end.
    fn lock(&self) -> Option<MutexGuard<'_, Known>> {
        self.0.try_lock().ok()
    }

    /// What is known of a block.
    pub fn get(&self, version: u64, node: u32) -> Option<FirstKept> {
        self.lock()?.at(version).get(&node).cloned()
    }

    /// Remembers it.
    pub fn put(&self, version: u64, node: u32, kept: &FirstKept) {
        if let Some(mut known) = self.lock() {
            known.at(version).insert(node, kept.clone());
        }
    }

    /// Goes on with the next version, which adds kept matches to blocks, ascending for each.
    pub fn go_on(&mut self, version: u64, more: &[(u32, (u32, u32))]) {
        let known = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        for &(node, kept) in more {
            if let Some(known) = known.at(version).get_mut(&node)
                && known.len() < SECOND_STEPS
            {
                known.push(kept);
            }
        }
        known.at(version);
        known.version = version + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_goes_on_with_what_is_added_and_no_further() {
        let mut hubs = Hubs::default();
        hubs.put(1, 7, &vec![(2, 0)]);
        hubs.put(1, 9, &vec![(1, 0), (2, 0), (3, 1), (4, 1)]);
        assert_eq!(hubs.get(1, 8), None);
        hubs.go_on(1, &[(7, (20, 5)), (8, (20, 5)), (9, (20, 5)), (7, (21, 5))]);
        // Of another version nothing is known, and then nothing of the one before.
        assert_eq!(hubs.get(2, 7), Some(vec![(2, 0), (20, 5), (21, 5)]));
        assert_eq!(hubs.get(2, 8), None);
        assert_eq!(hubs.get(2, 9).map(|kept| kept.len()), Some(SECOND_STEPS));
        assert_eq!(hubs.get(3, 7), None);
        assert_eq!(hubs.get(2, 7), None);
    }

    #[test]
    fn a_thread_that_finds_another_one_looking_knows_nothing() {
        let hubs = Hubs::default();
        hubs.put(0, 7, &vec![(2, 0)]);
        let looking = hubs.lock();
        assert_eq!(hubs.get(0, 7), None);
        drop(looking);
        assert_eq!(hubs.get(0, 7), Some(vec![(2, 0)]));
    }
}
