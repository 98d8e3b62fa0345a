//! Self-audit: how many of the matches of this corpus the search through signatures found.
//!
//! A sample of the blocks, those whose fingerprints come first, is compared with all others by exact
//! means: for long ones by an index of all their shingles, for short ones by their characters. What the
//! search found of these matches is counted, and changed by nothing: the answer stays the one of the
//! policy. Which blocks are in the sample depends neither on the order of the input nor on threads.

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::candidates::shingle::fill_shingle_set;
use crate::judging::verify::{Match, Relation, containment, least_shared, resemblance};
use crate::search::boxes::near_sample;
use crate::search::characters::ShortBlocks;
use crate::search::join::{Index, Posting, fill};
use crate::search::long_nodes;
use crate::settings::Settings;
use crate::store::token_reader::TokenReader;
use crate::store::{Number, Store};

/// Long blocks in the sample.
const LONG: usize = 2048;
/// Their tokens: an index of as many shingles lies in the second level of the cache for the most part.
const TOKENS: u64 = 1 << 18;
/// Long blocks up to which each of the sample is compared with all of them. Of more, it is compared with
/// an eighth: reading all of them once more would cost more than all else.
const ALL_PARTNERS: usize = 1 << 14;
/// Short blocks in the sample, each of which is compared with every other one.
const SHORT: usize = 256;
/// Blocks that one task reads.
const BLOCKS_PER_TASK: usize = 256;
/// Blocks that are compared with the sample first.
const FIRST_BLOCKS: usize = 512;
/// Shared shingles that are counted, until no more blocks are compared with the sample.
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
/// have no more than `tokens` together, but for a quarter of them in any case.
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
    let most = fitting.count().max(count / 4);
    places.truncate(most);
    places.sort_unstable();
    places
}

/// How many of some matches are those of a sample, counted for each of its nodes.
fn count_found<'a>(matches: impl Iterator<Item = &'a Match>, nodes: &HashSet<Number>) -> u64 {
    let sides = matches.flat_map(|found| [found.left, found.right]);
    sides.filter(|node| nodes.contains(node)).count() as u64
}

/// Some long blocks, and which of them hold a shingle.
struct Sample {
    index: Index,
    /// Shingles of each.
    sizes: Vec<u32>,
    numbers: HashMap<Number, u32>,
}

/// How many shingles a block shares with each one of the sample.
struct Tally {
    set: Vec<u64>,
    /// For each block of the sample; nothing but zeros between two look-ups.
    shared: Vec<u32>,
    /// Those that share any.
    met: Vec<u32>,
    /// Shingles that were shared so far, over all look-ups.
    work: u64,
}

impl Tally {
    fn new(sample: &Sample) -> Self {
        let shared = vec![0; sample.sizes.len()];
        Self { set: Vec::new(), shared, met: Vec::new(), work: 0 }
    }

    /// Counts anew, for the shingles that are in the set now.
    fn count(&mut self, index: &Index) {
        self.forget();
        for &shingle in &self.set {
            for place in index.holders(shingle) {
                let shared = &mut self.shared[place as usize];
                if *shared == 0 {
                    self.met.push(place);
                }
                *shared += 1;
                self.work += 1;
            }
        }
    }

    fn forget(&mut self) {
        for place in self.met.drain(..) {
            self.shared[place as usize] = 0;
        }
    }
}

impl Sample {
    fn new(store: &Store, settings: &Settings, nodes: &[Number]) -> Self {
        let (mut reader, mut set) = (store.token_reader(), Vec::new());
        let (mut postings, mut sizes) = (Vec::new(), Vec::new());
        for (number, &node) in (0..).zip(nodes) {
            fill_shingle_set(reader.tokens(node), settings.shingle_size, &mut set);
            sizes.push(set.len() as u32);
            let of = |&shingle: &u64| Posting { shingle, place: number, reach: u32::MAX };
            postings.extend(set.iter().map(of));
        }
        let index = Index::new(postings, &vec![0; nodes.len()]);
        Self { index, sizes, numbers: nodes.iter().copied().zip(0..).collect() }
    }

    /// Calls `each` with the blocks of the sample that a block matches, and how.
    fn look_up(
        &self,
        (reader, tally): (&mut TokenReader<'_>, &mut Tally),
        settings: &Settings,
        node: Number,
        mut each: impl FnMut(u32, Relation),
    ) {
        fill(reader, settings, node, &mut tally.set);
        tally.count(&self.index);
        if !self.may_match(settings, tally) {
            return;
        }
        tally.set.sort_unstable();
        tally.set.dedup();
        tally.count(&self.index);
        let own = self.numbers.get(&node);
        for &other in &tally.met {
            let shared = tally.shared[other as usize];
            let sizes = (tally.set.len() as u32, self.sizes[other as usize]);
            if own == Some(&other) {
            } else if resemblance(shared, sizes.0, sizes.1) >= settings.threshold {
                each(other, Relation::Near);
            } else if containment(shared, sizes.0, sizes.1) >= settings.containment {
                each(other, Relation::Contained);
            }
        }
    }

    /// Whether a block with the shingles of the tally, repeats included, can match any that was met:
    /// most share next to nothing, and need not be sorted.
    fn may_match(&self, settings: &Settings, tally: &Tally) -> bool {
        if tally.met.is_empty() {
            return false;
        }
        // So many different ones there are at least.
        let mut bits = [0u64; 8];
        for &shingle in &tally.set {
            bits[shingle as usize / 64 % 8] |= 1 << (shingle % 64);
        }
        let different = bits.iter().map(|word| word.count_ones()).sum::<u32>();
        tally.met.iter().any(|&other| {
            // `least_shared` does not fall as sets grow.
            let smaller = different.min(self.sizes[other as usize]);
            f64::from(tally.shared[other as usize]) >= least_shared(settings, smaller, smaller)
        })
    }
}

/// Audits the matches of blocks that are judged by shingles: the near ones, and the contained ones.
#[must_use]
pub fn audit_long(store: &Store, settings: &Settings, matches: &[Match]) -> [Audit; 2] {
    const RELATIONS: [Relation; 2] = [Relation::Near, Relation::Contained];
    let nodes = long_nodes(store, settings);
    let chosen: Vec<Number> =
        sample(store, &nodes, LONG, TOKENS).iter().map(|&place| nodes[place]).collect();
    let sample = Sample::new(store, settings, &chosen);
    let every = if nodes.len() > ALL_PARTNERS { 8 } else { 1 };
    // By bits that the choice of the sample does not look at.
    let is_partner =
        |node: Number| (store.fingerprints[node as usize] as u64).is_multiple_of(every);
    let mut partners: Vec<Number> =
        nodes.iter().copied().filter(|&node| is_partner(node)).collect();
    // Where nearly all blocks resemble the sample, the first ones by their fingerprints are enough.
    partners.par_sort_unstable_by_key(|&node| store.fingerprints[node as usize] as u64);
    let (mut matching, mut work, mut compared) = (Vec::new(), 0, 0);
    while work <= MOST_WORK && compared < partners.len() {
        // Twice as many as all before: little is done in vain where that is far too much.
        let most = partners.len().min((2 * compared).max(FIRST_BLOCKS));
        let some = &mut partners[compared..most];
        some.sort_unstable();
        let found: Vec<(Vec<(u32, Relation)>, u64)> = some
            .par_chunks(BLOCKS_PER_TASK)
            .map(|some| {
                let (mut reader, mut tally) = (store.token_reader(), Tally::new(&sample));
                let mut matching = Vec::new();
                for &node in some {
                    sample.look_up((&mut reader, &mut tally), settings, node, |other, relation| {
                        matching.push((other, relation));
                    });
                }
                (matching, tally.work)
            })
            .collect();
        compared = most;
        for (some, tallied) in found {
            matching.extend(some);
            work += tallied;
        }
    }
    let compared: HashSet<Number> = partners[..compared].iter().copied().collect();
    let chosen: HashSet<Number> = chosen.into_iter().collect();
    RELATIONS.map(|relation| {
        let mut exact = vec![0u32; sample.sizes.len()];
        for &(number, _) in matching.iter().filter(|found| found.1 == relation) {
            exact[number as usize] += 1;
        }
        let of_shingles = |found: &&Match| found.similarity.is_nan() && found.relation == relation;
        let found = matches
            .iter()
            .filter(of_shingles)
            .flat_map(|found| [(found.left, found.right), (found.right, found.left)])
            .filter(|&(node, other)| chosen.contains(&node) && compared.contains(&other))
            .count() as u64;
        Audit::of((nodes.len(), compared.len()), &exact, found)
    })
}

/// Audits the matches of blocks that are judged by characters, which are the only ones there are yet.
#[must_use]
pub fn audit_short(store: &Store, settings: &Settings, matches: &[Match]) -> Audit {
    let blocks = ShortBlocks::new(store, settings);
    let places = sample(store, &blocks.nodes, SHORT, u64::MAX);
    let exact = near_sample(&blocks, &places);
    let chosen = places.iter().map(|&place| blocks.nodes[place]).collect();
    let all = blocks.nodes.len();
    Audit::of((all, all), &exact, count_found(matches.iter(), &chosen))
}
