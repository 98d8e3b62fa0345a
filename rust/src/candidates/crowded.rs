//! What is left of hot buckets: their members that stay are compared again, until nothing changes.
//!
//! Of a hot bucket few pairs are compared (`hot.rs`), and most members go. Those that stay would make smaller
//! buckets, of which more is compared: cleaning the cleaned text would remove some of them. So this is done at
//! once, with the same buckets and the same rule. A match that is found so depends on what stays, and thus on
//! the order of the visits; so it says in whose favour a text goes, and is not listed among the matches.

use crate::candidates::sign::mix32;
use crate::store::Number;
use rayon::prelude::*;

/// How often what is left is looked at again. On real text nothing changes after two or three times.
pub(crate) const TURNS: usize = 16;

/// Members of which the last matches are not looked for.
const VERY_MANY: usize = 1 << 16;

/// A bit for each place that is a member of some bucket.
#[derive(Default)]
pub(crate) struct Members(Vec<u64>);

impl Members {
    /// Adds places.
    pub(crate) fn add(&mut self, places: &[Number]) {
        for &place in places {
            let word = place as usize / 64;
            if word >= self.0.len() {
                self.0.resize(word + 1, 0);
            }
            self.0[word] |= 1 << (place % 64);
        }
    }

    /// Adds those of others.
    pub(crate) fn join(&mut self, other: &Self) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    /// All places, ascending.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|place| self.0[place / 64] >> (place % 64) & 1 == 1)
    }
}

/// The hot buckets of one band.
#[derive(Default)]
pub(crate) struct Buckets {
    /// Of each what tells the members apart that were compared last.
    told: Vec<u64>,
    /// Where each ends among the members.
    ends: Vec<usize>,
    /// Nodes, bucket by bucket.
    members: Vec<Number>,
}

impl Buckets {
    /// Adds a bucket of which members were compared.
    pub(crate) fn add(&mut self, nodes: impl Iterator<Item = Number> + Clone) {
        self.told.push(told_apart(nodes.clone()));
        self.members.extend(nodes);
        self.ends.push(self.members.len());
    }

    /// Those of which others stay than were compared last; from now on these were.
    fn changed(&mut self, goes: &[bool]) -> Vec<Vec<Number>> {
        let mut start = 0;
        let mut changed = Vec::new();
        for (told, &end) in self.told.iter_mut().zip(&self.ends) {
            let members = &self.members[std::mem::replace(&mut start, end)..end];
            let left = members.iter().copied().filter(|&node| !goes[node as usize]);
            let now = told_apart(left.clone());
            if std::mem::replace(told, now) != now {
                changed.push(left.collect());
            }
        }
        changed
    }
}

/// The hot buckets of all bands.
#[derive(Default)]
pub struct Crowded {
    bands: Vec<Buckets>,
    /// Nodes that stand in any, ascending.
    members: Vec<Number>,
    /// Those that stayed when they were looked at last; nothing before.
    stayed: Option<Vec<Number>>,
}

/// Buckets that are to be compared again, by bands: what stays of them, as places among the nodes.
pub(crate) struct Changed {
    /// All nodes of them, ascending.
    pub nodes: Vec<Number>,
    /// The buckets.
    pub bands: Vec<Vec<Vec<Number>>>,
}

impl Crowded {
    pub(crate) fn members(&self) -> &[Number] {
        &self.members
    }

    /// How many matches must have been found for another look: any, but of very many members one in a thousand. Of
    /// 200,000 notices the last nine of sixteen turns found 240, and took a third of all time.
    pub(crate) fn least_to_go_on(&self) -> usize {
        if self.members.len() < VERY_MANY { 1 } else { self.members.len() / 1000 }
    }

    /// Adds the buckets of the next band.
    pub(crate) fn add_band(&mut self, buckets: Buckets) {
        self.bands.push(buckets);
    }

    pub(crate) fn set_members(&mut self, nodes: impl Iterator<Item = Number>) {
        self.members = nodes.collect();
    }

    /// What is to be compared of the members that stay, of nodes of which it is known which go; `None` where
    /// these are the ones that were compared last.
    pub(crate) fn changed_by(&mut self, goes: &[bool]) -> Option<Changed> {
        if self.members.is_empty() {
            return None;
        }
        let stays = |&node: &Number| !goes[node as usize];
        let staying: Vec<Number> = self.members.iter().copied().filter(stays).collect();
        if *self.stayed.as_ref().unwrap_or(&self.members) == staying {
            return None;
        }
        self.stayed = Some(staying);
        Some(self.changed(goes))
    }

    /// The buckets of which others stay than were compared last.
    fn changed(&mut self, goes: &[bool]) -> Changed {
        let mut bands: Vec<Vec<Vec<Number>>> =
            self.bands.par_iter_mut().map(|buckets| buckets.changed(goes)).collect();
        let mut nodes: Vec<Number> = bands.iter().flatten().flatten().copied().collect();
        nodes.par_sort_unstable();
        nodes.dedup();
        let place = |node: &mut Number| *node = nodes.partition_point(|one| one < node) as Number;
        bands.par_iter_mut().for_each(|buckets| buckets.iter_mut().flatten().for_each(place));
        Changed { nodes, bands }
    }
}

/// What tells some nodes from others, in whatever order they come.
pub(crate) fn told_apart(nodes: impl Iterator<Item = Number>) -> u64 {
    let mixed = nodes.map(|node| u64::from(mix32(node)) << 32 | u64::from(mix32(!node)));
    mixed.fold(0, u64::wrapping_add)
}
