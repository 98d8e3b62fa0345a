//! Pairs that are not in a run yet: from a key to its values, in the order in which they came.

use std::io;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rayon::prelude::*;

use super::file::Kind;

/// No entry.
const NONE: u32 = u32::MAX;

/// One value of a key, and where the next one is.
struct Link {
    value: u32,
    next: u32,
}

/// The values of a key: the key with its kind above it, the first link and the last one.
struct Chain {
    key: u64,
    first: u32,
    last: u32,
}

/// Values by kind and key.
#[derive(Default)]
pub struct Chains {
    chains: HashTable<Chain>,
    links: Vec<Link>,
}

const fn key_of(kind: Kind, key: u32) -> u64 {
    kind.number() << 32 | key as u64
}

/// Most keys are hashes; their kind and the few that are numbers are spread by one product.
const fn hash(key: u64) -> u64 {
    (key ^ key >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ key << 32
}

impl Chains {
    /// Appends a value to those of a key.
    pub fn push(&mut self, kind: Kind, key: u32, value: u32) {
        let (key, number) = (key_of(kind, key), self.links.len() as u32);
        self.links.push(Link { value, next: NONE });
        let place = self.chains.entry(hash(key), |chain| chain.key == key, |chain| hash(chain.key));
        match place {
            Entry::Vacant(free) => {
                free.insert(Chain { key, first: number, last: number });
            }
            Entry::Occupied(mut known) => {
                let last = std::mem::replace(&mut known.get_mut().last, number);
                self.links[last as usize].next = number;
            }
        }
    }

    /// Whether a key has any value.
    #[must_use]
    pub fn has(&self, kind: Kind, key: u32) -> bool {
        let key = key_of(kind, key);
        self.chains.find(hash(key), |chain| chain.key == key).is_some()
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
        let key = key_of(kind, key);
        let found = self.chains.find(hash(key), |chain| chain.key == key);
        let mut place = found.map_or(NONE, |chain| chain.first);
        while place != NONE {
            let link = &self.links[place as usize];
            if !visit(link.value)? {
                return Ok(false);
            }
            place = link.next;
        }
        Ok(true)
    }

    /// The last value of a key.
    #[must_use]
    pub fn last(&self, kind: Kind, key: u32) -> Option<u32> {
        let key = key_of(kind, key);
        let found = self.chains.find(hash(key), |chain| chain.key == key)?;
        Some(self.links[found.last as usize].value)
    }

    /// All pairs, by kind, key and value: the key with its kind's number above it, and the value.
    #[must_use]
    pub fn sorted(&self) -> Vec<(u64, u32)> {
        let mut all = Vec::with_capacity(self.links.len());
        for chain in &self.chains {
            let mut place = chain.first;
            while place != NONE {
                let link = &self.links[place as usize];
                all.push((chain.key, link.value));
                place = link.next;
            }
        }
        all.par_sort_unstable();
        all
    }

    /// Bytes in memory, about.
    #[must_use]
    pub fn held(&self) -> usize {
        self.chains.allocation_size() + self.links.capacity() * size_of::<Link>()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_their_order_and_pairs_are_sorted() {
        let mut chains = Chains::default();
        for (key, value) in [(7, 3), (1, 9), (7, 1), (7, 2), (1, 1)] {
            chains.push(Kind::Band(key as u8 % 2), key, value);
        }
        let mut found = Vec::new();
        chains
            .each(Kind::Band(1), 7, &mut |value| {
                found.push(value);
                Ok(found.len() < 2)
            })
            .unwrap();
        assert_eq!(found, [3, 1]);
        let values: Vec<u32> = chains.sorted().into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, [1, 9, 1, 2, 3]);
    }
}
