//! Pairs that are not in a run yet: from a key to its values, in the order in which they came.

use std::io;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::file::Kind;

/// No entry.
const NONE: u32 = u32::MAX;

/// One value of a key, and where the next one is.
struct Link {
    value: u32,
    next: u32,
    /// Of a key's first entry: its last one.
    last: u32,
}

/// Values by kind and key.
#[derive(Default)]
pub struct Chains {
    first: HashMap<(Kind, u32), u32>,
    links: Vec<Link>,
}

impl Chains {
    /// Appends a value to those of a key.
    pub fn push(&mut self, kind: Kind, key: u32, value: u32) {
        let number = self.links.len() as u32;
        self.links.push(Link { value, next: NONE, last: number });
        match self.first.entry((kind, key)) {
            Entry::Vacant(free) => {
                free.insert(number);
            }
            Entry::Occupied(known) => {
                let first = *known.get() as usize;
                let last = self.links[first].last as usize;
                self.links[last].next = number;
                self.links[first].last = number;
            }
        }
    }

    /// Calls `visit` with each value of a key until it says no; whether it never did.
    ///
    /// # Errors
    /// Those of `visit`.
    pub fn each(
        &self,
        kind: Kind,
        key: u32,
        visit: &mut impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<bool> {
        let mut place = self.first.get(&(kind, key)).copied().unwrap_or(NONE);
        while place != NONE {
            let link = &self.links[place as usize];
            if !visit(link.value)? {
                return Ok(false);
            }
            place = link.next;
        }
        Ok(true)
    }

    /// All pairs, by kind, key and value.
    #[must_use]
    pub fn sorted(&self) -> Vec<(Kind, u32, u32)> {
        let mut all = Vec::with_capacity(self.links.len());
        for (&(kind, key), &first) in &self.first {
            let mut place = first;
            while place != NONE {
                let link = &self.links[place as usize];
                all.push((kind, key, link.value));
                place = link.next;
            }
        }
        all.sort_unstable();
        all
    }

    /// Bytes in memory, about.
    #[must_use]
    pub fn held(&self) -> usize {
        self.first.allocation_size() + self.links.capacity() * size_of::<Link>()
    }
}
