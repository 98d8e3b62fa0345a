//! Self-audit: how many of the matches of this corpus the search through signatures found.
//!
//! A sample of the blocks, those whose fingerprints come first, is compared with all others by exact
//! means: long ones by their rare shingles (`sampled`), short ones by their characters. What the
//! search found of these matches is counted, and changed by nothing: the answer stays the one of the
//! policy. Which blocks are in the sample depends neither on the order of the input nor on threads.

use hashbrown::HashSet;
use rayon::prelude::*;

use crate::judging::verify::{Match, Relation};
use crate::search::boxes::near_sample;
use crate::search::characters::ShortBlocks;
use crate::search::long_nodes;
use crate::search::sampled::Sampled;
use crate::settings::Settings;
use crate::store::{Number, Store};

/// Long blocks in the sample.
const LONG: usize = 4096;
/// Their tokens: an index of a fifth of their shingles lies in the second level of the cache.
const TOKENS: u64 = 1 << 19;
/// Tokens of long blocks up to which each of the sample is compared with all of them. Of more, it is
/// compared with as many, or with an eighth: reading all of them once more would cost more than all else.
const PARTNER_TOKENS: u64 = 1 << 22;
/// Short blocks in the sample, each of which is compared with every other one.
const SHORT: usize = 256;
/// Blocks that are compared with the sample first.
const FIRST_BLOCKS: usize = 64;
/// Shingles that are read to compare sets, until no more blocks are compared with the sample.
const MOST_WORK: u64 = 1 << 25;

/// What a sample of the blocks told.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Audit {
    /// Blocks of this sort.
    pub blocks: u64,
    /// Those in the sample.
    pub sampled: u64,
    /// Those that each of them was compared with.
    pub compared: u64,
    /// Their matches, counted for each of them.
    pub matches: u64,
    /// Of these, those that the search found.
    pub found: u64,
    /// Blocks of the sample that have a match.
    pub matched: u64,
    /// The squares of their numbers of matches, summed up: matches of one block are lost together.
    pub squares: u64,
}

impl Audit {
    /// From the matches of each block of the sample.
    fn of((blocks, compared): (usize, usize), exact: &[u32], found: u64) -> Self {
        let counts = || exact.iter().map(|&count| u64::from(count));
        Self {
            blocks: blocks as u64,
            sampled: exact.len() as u64,
            compared: compared as u64,
            matches: counts().sum(),
            found,
            matched: counts().filter(|&count| count > 0).count() as u64,
            squares: counts().map(|count| count * count).sum(),
        }
    }

    /// As numbers, for a checkpoint.
    #[must_use]
    pub fn to_row(self) -> [u64; 7] {
        let Self { blocks, sampled, compared, matches, .. } = self;
        [blocks, sampled, compared, matches, self.found, self.matched, self.squares]
    }

    /// From such numbers.
    #[must_use]
    pub fn from_row(row: [u64; 7]) -> Self {
        let [blocks, sampled, compared, matches, found, with_matches, squares] = row;
        Self { blocks, sampled, compared, matches, found, matched: with_matches, squares }
    }
}

/// The places of the blocks whose fingerprints come first, ascending: so many, or fewer of them that
/// have no more than `tokens` together, but one in any case.
fn sample(store: &Store, nodes: &[Number], count: usize, tokens: u64) -> Vec<usize> {
    let order = |&place: &usize| store.fingerprints[nodes[place] as usize];
    let mut places: Vec<usize> = (0..nodes.len()).collect();
    if places.len() > count {
        places.select_nth_unstable_by_key(count, order);
        places.truncate(count);
    }
    places.sort_unstable_by_key(order);
    let mut sum = 0;
    let fitting = places.iter().take_while(|&&place| {
        sum += u64::from(store.token_count(nodes[place]));
        sum <= tokens
    });
    let most = fitting.count().max(1);
    places.truncate(most);
    places.sort_unstable();
    places
}

/// Audits the matches of blocks that are judged by shingles: the near ones, and the contained ones. Each
/// counts for the smaller of its two sets.
#[must_use]
pub fn audit_long(store: &Store, settings: &Settings, matches: &[Match]) -> [Audit; 2] {
    let nodes = long_nodes(store, settings);
    let chosen: Vec<Number> =
        sample(store, &nodes, LONG, TOKENS).iter().map(|&place| nodes[place]).collect();
    let sampled = Sampled::new(store, settings, &chosen);
    let mut partners = partners_of(store, &nodes);
    let (mut exact, mut work, mut compared) = (Vec::new(), 0, 0);
    while work <= MOST_WORK && compared < partners.len() {
        // Twice as many as all before: little is done in vain where that is far too much.
        let most = partners.len().min((2 * compared).max(FIRST_BLOCKS));
        let some = &mut partners[compared..most];
        some.sort_unstable();
        let (found, done) = sampled.look_up(some);
        exact.extend(found);
        work += done;
        compared = most;
    }
    exact.sort_unstable();
    let is_exact = |&(place, other): &(u32, Number), relation| {
        exact.binary_search(&(place, other, relation)).is_ok()
    };
    [Relation::Near, Relation::Contained].map(|relation| {
        let mut counts = vec![0u32; chosen.len()];
        for &(place, ..) in exact.iter().filter(|found| found.2 == relation) {
            counts[place as usize] += 1;
        }
        let found = matches
            .iter()
            .filter(|found| found.similarity.is_nan() && found.relation == relation)
            .filter_map(|found| sampled.side_of(found))
            .filter(|side| is_exact(side, relation))
            .count() as u64;
        Audit::of((nodes.len(), compared), &counts, found)
    })
}

/// The blocks that the sample is compared with, in an order that hangs on their fingerprints alone: where
/// nearly all resemble the sample, the first ones are enough.
fn partners_of(store: &Store, nodes: &[Number]) -> Vec<Number> {
    let order = |node: Number| store.fingerprints[node as usize] as u64;
    let tokens: u64 = nodes.iter().map(|&node| u64::from(store.token_count(node))).sum();
    let every = tokens.div_ceil(PARTNER_TOKENS.max(tokens / 8)).max(1);
    // By bits that the choice of the sample does not look at.
    let chosen = nodes.iter().copied().filter(|&node| order(node).is_multiple_of(every));
    let mut partners: Vec<Number> = chosen.collect();
    partners.par_sort_unstable_by_key(|&node| order(node));
    partners
}

/// Audits the matches of blocks that are judged by characters, which are the only ones there are yet. Each
/// counts for both sides.
#[must_use]
pub fn audit_short(store: &Store, settings: &Settings, matches: &[Match]) -> Audit {
    let blocks = ShortBlocks::new(store, settings);
    let places = sample(store, &blocks.nodes, SHORT, u64::MAX);
    let (exact, compared) = near_sample(&blocks, &places);
    let chosen: HashSet<Number> = places.iter().map(|&place| blocks.nodes[place]).collect();
    let found = matches
        .iter()
        .flat_map(|found| [(found.left, found.right), (found.right, found.left)])
        .filter(|(node, _)| chosen.contains(node));
    let mut others: HashSet<Number> = found.clone().map(|(_, other)| other).collect();
    if compared.len() < blocks.nodes.len() {
        let compared: HashSet<Number> =
            compared.iter().map(|&place| blocks.nodes[place as usize]).collect();
        others.retain(|other| compared.contains(other));
    }
    let found = found.filter(|(_, other)| others.contains(other)).count() as u64;
    Audit::of((blocks.nodes.len(), compared.len()), &exact, found)
}
