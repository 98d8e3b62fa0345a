//! Crowds: buckets with too many members to compare each with each, and how much of them was compared.
//!
//! Buckets of one family in several bands have one central member, so they are counted together.

use std::cmp::Reverse;

use hashbrown::HashMap;

use crate::store::Number;

/// Crowds whose members are remembered: as many as the report tells of.
pub const TOLD: usize = 10;

/// The buckets of one central member.
#[derive(Clone, Default, Debug)]
pub struct Crowd {
    /// How many.
    pub buckets: u64,
    /// Members of the largest.
    pub members: u64,
    /// Pairs of their members that might match, over all of them.
    pub pairs: u64,
    /// Pairs that were compared.
    pub compared: u64,
    /// The members of the largest; none where other crowds are larger.
    pub nodes: Vec<Number>,
}

/// All crowds that were met.
#[derive(Default)]
pub struct Crowds {
    /// Members of the largest bucket, crowded or not.
    pub largest: u64,
    /// By the central member.
    by_central: HashMap<Number, Crowd>,
    /// Central members of the crowds that have a list of members: the largest are among them.
    listed: Vec<Number>,
    /// What a crowd must not come after to be one of the largest.
    least: Option<Rank>,
}

/// The larger crowd comes first, of equal ones that of the central member with the smaller number.
type Rank = (Reverse<u64>, Number);

impl Crowds {
    /// Notes a bucket of any size.
    pub fn note_size(&mut self, members: usize) {
        self.largest = self.largest.max(members as u64);
    }

    /// Notes a bucket: how many pairs of its members might match, and how many of these were compared.
    pub fn note(&mut self, central: Number, members: &[Number], (pairs, compared): (u64, u64)) {
        let count = members.len() as u64;
        let one = Crowd { buckets: 1, members: count, pairs, compared, nodes: Vec::new() };
        self.join(central, &one, || members.to_vec());
    }

    fn join(&mut self, central: Number, other: &Crowd, nodes: impl FnOnce() -> Vec<Number>) {
        let crowd = self.by_central.entry(central).or_default();
        crowd.buckets += other.buckets;
        crowd.pairs += other.pairs;
        crowd.compared += other.compared;
        if other.members <= crowd.members {
            return;
        }
        crowd.members = other.members;
        // Of a crowd that is too small now, no smaller bucket will be asked for.
        let was_listed = !crowd.nodes.is_empty();
        crowd.nodes = Vec::new();
        if self.least.is_none_or(|least| (Reverse(other.members), central) <= least) {
            crowd.nodes = nodes();
        }
        if !was_listed && !crowd.nodes.is_empty() {
            self.listed.push(central);
        }
        if self.listed.len() > 4 * TOLD {
            self.forget_small();
        }
    }

    /// Adds those of other buckets.
    pub fn add(&mut self, other: Self) {
        self.largest = self.largest.max(other.largest);
        for (central, mut crowd) in other.by_central {
            let nodes = std::mem::take(&mut crowd.nodes);
            self.join(central, &crowd, || nodes);
        }
    }

    /// Forgets the members of all crowds but the largest: one that is among these in the end is so
    /// from the time on at which its largest bucket was met.
    fn forget_small(&mut self) {
        let Self { by_central: crowds, listed, least, .. } = self;
        let rank = |central: Number| (Reverse(crowds[&central].members), central);
        listed.sort_unstable_by_key(|&central| rank(central));
        listed.dedup();
        *least = listed.get(TOLD - 1).map(|&central| rank(central));
        for central in listed.split_off(TOLD.min(listed.len())) {
            if let Some(crowd) = crowds.get_mut(&central) {
                crowd.nodes = Vec::new();
            }
        }
    }

    /// All nodes get the numbers in an ascending list, in which they are places so far.
    pub fn renumber(&mut self, numbers: &[Number]) {
        // The numbers ascend, so what comes first still does.
        for central in self.listed.iter_mut().chain(self.least.iter_mut().map(|(_, one)| one)) {
            *central = numbers[*central as usize];
        }
        self.by_central = std::mem::take(&mut self.by_central)
            .into_iter()
            .map(|(central, mut crowd)| {
                for node in &mut crowd.nodes {
                    *node = numbers[*node as usize];
                }
                (numbers[central as usize], crowd)
            })
            .collect();
    }

    /// How many buckets were crowded, the pairs of their members, and how many were compared.
    #[must_use]
    pub fn totals(&self) -> [u64; 3] {
        self.by_central.values().fold([0; 3], |[buckets, pairs, compared], crowd| {
            [buckets + crowd.buckets, pairs + crowd.pairs, compared + crowd.compared]
        })
    }

    /// The largest crowds by their central members.
    #[must_use]
    pub fn largest_crowds(self) -> Vec<(Number, Crowd)> {
        let mut crowds: Vec<(Number, Crowd)> = self.by_central.into_iter().collect();
        crowds.sort_unstable_by_key(|&(central, ref crowd)| (Reverse(crowd.members), central));
        crowds.truncate(TOLD);
        crowds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_have_their_members_whatever_the_order() {
        let mut state = 1u64;
        let mut random = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % most
        };
        let buckets: Vec<(Number, usize)> =
            (0..3000).map(|_| (random(700) as Number, 32 + random(4000) as usize)).collect();
        let members = |size: usize| (0..size as Number).collect::<Vec<_>>();
        let mut all = Crowds::default();
        let mut parts = [Crowds::default(), Crowds::default(), Crowds::default()];
        for (turn, &(central, size)) in buckets.iter().enumerate() {
            all.note(central, &members(size), (9, 7));
            parts[turn % 3].note(central, &members(size), (9, 7));
        }
        let mut joined = Crowds::default();
        for part in parts {
            joined.add(part);
        }
        assert_eq!(all.totals(), joined.totals());
        assert_eq!(all.totals()[0], 3000);
        let (all, joined) = (all.largest_crowds(), joined.largest_crowds());
        assert_eq!(all.len(), TOLD);
        for ((central, one), (other, two)) in all.into_iter().zip(joined) {
            let largest = buckets.iter().filter(|&&(node, _)| node == central).map(|one| one.1);
            assert_eq!(Some(one.nodes.len()), largest.max());
            assert_eq!((central, one.nodes, one.pairs), (other, two.nodes, two.pairs));
        }
    }
}
