//! What is left of hot buckets: their members that stay are compared again, until nothing changes.
//!
//! Of a hot bucket few pairs are compared (`hot.rs`), and most members go. Those that stay would make smaller
//! buckets, of which more is compared: cleaning the cleaned text would remove some of them. So this is done at
//! once, with the same buckets and the same rule. A match that is found so depends on what stays, and thus on
//! the order of the visits; so it says in whose favour a text goes, and is not listed among the matches.

use rayon::prelude::*;

use crate::cluster::contents;
use crate::group::Candidates;
use crate::neighbours::Neighbours;
use crate::scopes::Scopes;
use crate::settings::{Scope, Settings};
use crate::sign::mix32;
use crate::store::{NONE, Number, Store};
use crate::verify::Match;

/// How often what is left is looked at again. On real text nothing changes after two or three times.
pub(crate) const TURNS: usize = 16;

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

    /// Adds the buckets of the next band.
    pub(crate) fn add_band(&mut self, buckets: Buckets) {
        self.bands.push(buckets);
    }

    pub(crate) fn set_members(&mut self, nodes: impl Iterator<Item = Number>) {
        self.members = nodes.collect();
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

/// When nodes are visited first, as blocks are; `None` where that is in the order of their numbers.
#[must_use]
pub fn first_visits(store: &Store, rank: Option<&[u32]>) -> Option<Vec<u32>> {
    let rank = rank?;
    let (contents, documents) = (contents(store), store.block_documents());
    let key = |block: usize| (rank[block], contents[documents[block] as usize], block);
    let references = store.reference_blocks();
    let mut first = vec![usize::MAX; store.nodes()];
    for block in 0..store.blocks() {
        let seen = &mut first[store.node(block) as usize];
        let is_first = *seen == usize::MAX || *seen >= references && key(block) < key(*seen);
        if is_first {
            *seen = block;
        }
    }
    let mut order: Vec<Number> = (0..store.nodes() as Number).collect();
    order.sort_unstable_by_key(|&node| match first[node as usize] {
        usize::MAX => (2, (0, 0, 0)),
        block if block < references => (0, (0, 0, block)),
        block => (1, key(block)),
    });
    let mut visits = vec![0; order.len()];
    for (visit, &node) in (0..).zip(&order) {
        visits[node as usize] = visit;
    }
    Some(visits)
}

/// The one document in which each node stands, `NONE` where there are several; nothing where no policy asks
/// for it.
fn homes(store: &Store, settings: &Settings) -> Option<Vec<Number>> {
    let asks =
        settings.scope != Scope::Both || settings.window.is_some() || !store.groups.is_empty();
    asks.then(|| {
        let mut homes = vec![None; store.nodes()];
        for document in 0..store.documents() {
            for block in store.document_blocks(document) {
                let home = &mut homes[store.node(block) as usize];
                let is_other = home.is_some_and(|home| home != document as Number);
                *home = Some(if is_other { NONE } else { document as Number });
            }
        }
        homes.into_iter().map(|home| home.unwrap_or(NONE)).collect()
    })
}

/// What would go by the matches found so far.
pub(crate) struct Outlook {
    neighbours: Neighbours,
    goes: Vec<bool>,
}

impl Outlook {
    /// Nodes are visited one after the other: each goes for one that stays, where the policy lets it.
    pub(crate) fn new(
        matches: Vec<Match>,
        (store, settings): (&Store, &Settings),
        visits: Option<&[u32]>,
    ) -> Self {
        let nodes = store.nodes();
        let neighbours = Neighbours::new(matches, nodes);
        let homes = homes(store, settings);
        let scopes = Scopes { store, settings };
        let may_be_in_scope = |node: Number, other: Number| {
            homes.as_ref().is_none_or(|homes| {
                let (one, other) = (homes[node as usize], homes[other as usize]);
                one == NONE || other == NONE || scopes.in_scope(one, other)
            })
        };
        let place = |node: Number| visits.map_or(node, |visits| visits[node as usize]);
        let mut order: Vec<Number> =
            (0..nodes as Number).filter(|&node| neighbours.count(node) > 0).collect();
        if visits.is_some() {
            order.par_sort_unstable_by_key(|&node| place(node));
        }
        let mut goes = vec![false; nodes];
        for node in order {
            goes[node as usize] = neighbours.of(node).any(|(other, found)| {
                place(other) < place(node)
                    && !goes[other as usize]
                    && found.may_remove(node)
                    && may_be_in_scope(node, other)
            });
        }
        Self { neighbours, goes }
    }

    pub(crate) fn into_matches(self) -> Vec<Match> {
        self.neighbours.into_matches()
    }

    /// Of pairs that were found again those that are no match already.
    pub(crate) fn unknown(&self, mut found: Candidates) -> Candidates {
        found.retain(|(left, right)| self.neighbours.between(left, right).is_none());
        found
    }
}

impl Crowded {
    /// What is to be compared of the members that stay; `None` where these are the ones that were compared
    /// last.
    pub(crate) fn changed_by(&mut self, outlook: &Outlook) -> Option<Changed> {
        if self.members.is_empty() {
            return None;
        }
        let stays = |&node: &Number| !outlook.goes[node as usize];
        let staying: Vec<Number> = self.members.iter().copied().filter(stays).collect();
        if *self.stayed.as_ref().unwrap_or(&self.members) == staying {
            return None;
        }
        self.stayed = Some(staying);
        Some(self.changed(&outlook.goes))
    }
}
