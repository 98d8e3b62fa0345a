//! What is left of hot buckets: their members that stay are compared again, until nothing changes.
//!
//! Of a hot bucket few pairs are compared (`hot.rs`), and most members go. Those that stay would make smaller
//! buckets, of which more is compared: cleaning the cleaned text would remove some of them. So this is done at
//! once, with the same buckets and the same rule. A match that is found so depends on what stays, and thus on
//! the order of the visits; so it says in whose favour a text goes, and is not listed among the matches.

use crate::candidates::hot::HOT;
use crate::store::Number;
use rayon::prelude::*;

/// How often what is left is looked at again. On real text nothing changes after two or three times.
pub(crate) const TURNS: usize = 16;

/// Members of a bucket of which only what has come side by side is compared: all anew takes a third of the time of a
/// million notices of one template, most of which stay. Of smaller buckets it is what finds the last of them: with
/// 1,024 in this place 15,000 short notices left 217 to a second cleaning, with 4,096 85, with this 23, as with none.
const MANY: usize = 1 << 14;

/// A bit for each of some numbers, such as places that are members of some bucket.
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

    /// How many come before the first one of each word.
    fn before(&self) -> Vec<Number> {
        let counts = self
            .0
            .iter()
            .scan(0, |all, word| Some(std::mem::replace(all, *all + word.count_ones())));
        counts.collect()
    }
}

/// The hot buckets of one band.
#[derive(Default)]
pub(crate) struct Buckets {
    /// The central member of each.
    central: Vec<Number>,
    /// Where each ends among the members.
    ends: Vec<usize>,
    /// Nodes, bucket by bucket, each beside those that it was compared with.
    members: Vec<Number>,
}

/// What is to be compared of a bucket.
pub(crate) enum Task {
    /// All that stays.
    All(Vec<Number>),
    /// What has come side by side, and what stays again with the central member.
    Pairs(Vec<(Number, Number)>),
}

impl Task {
    /// Its nodes; some come more than once.
    fn nodes(&mut self) -> Box<dyn Iterator<Item = &mut Number> + '_> {
        match self {
            Self::All(nodes) => Box::new(nodes.iter_mut()),
            Self::Pairs(pairs) => Box::new(pairs.iter_mut().flat_map(|(one, other)| [one, other])),
        }
    }
}

impl Buckets {
    /// Adds a bucket that was compared: its members side by side.
    pub(crate) fn add(&mut self, side_by_side: impl Iterator<Item = Number>, central: Number) {
        self.members.extend(side_by_side);
        self.ends.push(self.members.len());
        self.central.push(central);
    }

    /// What is to be compared of those of which others stay than before.
    fn changed(&self, stays: Stays<'_>) -> Vec<Task> {
        let mut start = 0;
        let mut tasks = Vec::new();
        for (&central, &end) in self.central.iter().zip(&self.ends) {
            let members = &self.members[std::mem::replace(&mut start, end)..end];
            if !members.iter().any(|&node| stays.changed(node)) {
                continue;
            }
            let left = || members.iter().copied().filter(|&node| stays.stays(node));
            tasks.push(if members.len() < MANY || left().nth(HOT - 1).is_none() {
                Task::All(left().collect())
            } else {
                Task::Pairs(stays.side_by_side_now(members, central))
            });
        }
        tasks
    }
}

/// Which nodes go, and which went when they were looked at last.
#[derive(Clone, Copy)]
struct Stays<'a> {
    goes: &'a [bool],
    went: &'a [bool],
}

impl Stays<'_> {
    fn stays(self, node: Number) -> bool {
        !self.goes[node as usize]
    }

    fn went(self, node: Number) -> bool {
        self.went[node as usize]
    }

    fn changed(self, node: Number) -> bool {
        self.stays(node) == self.went(node)
    }

    /// Pairs of those that stay which have come side by side, and of the central one with those that stay again, or
    /// with all where it does itself.
    fn side_by_side_now(self, members: &[Number], central: Number) -> Vec<(Number, Number)> {
        let (mut last, mut is_new) = (None, false);
        let mut pairs = Vec::new();
        for &node in members {
            // Between two that stay another one went since.
            is_new |= self.changed(node);
            if !self.stays(node) {
                continue;
            }
            let has_come = self.went(node);
            if (has_come || self.went(central)) && self.stays(central) && node != central {
                pairs.push((central, node));
            }
            let before = last.replace(node).filter(|_| is_new);
            pairs.extend(before.map(|before| (before, node)));
            is_new = has_come;
        }
        pairs
    }
}

/// The hot buckets of all bands.
#[derive(Default)]
pub struct Crowded {
    bands: Vec<Buckets>,
    /// Nodes that stand in any, ascending.
    members: Vec<Number>,
    /// Which nodes went when they were looked at last; nothing before.
    went: Vec<bool>,
}

/// What is to be compared again, by bands; members as places among the nodes.
pub(crate) struct Changed {
    /// All that is compared, ascending.
    pub nodes: Vec<Number>,
    /// The buckets of which others stay than were compared last.
    pub bands: Vec<Vec<Task>>,
}

impl Crowded {
    pub(crate) fn members(&self) -> &[Number] {
        &self.members
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
        self.went.resize(goes.len(), false);
        let stays = Stays { goes, went: &self.went };
        if !self.members.iter().any(|&node| stays.changed(node)) {
            return None;
        }
        let mut bands: Vec<Vec<Task>> =
            self.bands.par_iter().map(|buckets| buckets.changed(stays)).collect();
        self.went = goes.to_vec();
        let mut asked = Members::default();
        bands.iter_mut().flatten().flat_map(Task::nodes).for_each(|node| asked.add(&[*node]));
        let before = asked.before();
        let place = |node: &mut Number| {
            let (word, bit) = (*node as usize / 64, *node % 64);
            *node = before[word] + (asked.0[word] & ((1 << bit) - 1)).count_ones();
        };
        bands.par_iter_mut().flatten().for_each(|task| task.nodes().for_each(place));
        let nodes = asked.places().map(|node| node as Number).collect();
        Some(Changed { nodes, bands })
    }
}

#[cfg(test)]
mod tests {
    use hashbrown::HashSet;

    use super::*;
    use crate::candidates::sign::mix32;

    #[test]
    fn what_stays_was_compared_with_the_central_member_and_with_what_stands_beside_it() {
        for seed in 0..200 {
            let members: Vec<Number> = (0..40).map(|place| (place * 7 + seed) % 40).collect();
            let central = members[seed as usize % 40];
            let with_central = members.iter().map(|&node| (central, node));
            let mut compared: HashSet<(Number, Number)> = with_central.collect();
            compared.extend(members.windows(2).map(|pair| (pair[0], pair[1])));
            let mut went = vec![false; 40];
            for turn in 0..6 {
                let chance = |node: Number| mix32(seed * 1000 + turn * 100 + node) % 4;
                let goes: Vec<bool> = (0..40).map(|node| chance(node) == 0).collect();
                let stays = Stays { goes: &goes, went: &went };
                compared.extend(stays.side_by_side_now(&members, central));
                let left: Vec<Number> =
                    members.iter().copied().filter(|&node| stays.stays(node)).collect();
                assert!(left.windows(2).all(|pair| compared.contains(&(pair[0], pair[1]))));
                let meets_central = |&node: &Number| compared.contains(&(central, node));
                assert!(goes[central as usize] || left.iter().all(meets_central));
                went = goes;
            }
            let same = Stays { goes: &went, went: &went };
            assert!(same.side_by_side_now(&members, central).is_empty());
        }
    }
}
