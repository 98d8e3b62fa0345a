//! Exhaustive search among the blocks that are judged by shingles: a prefix-filter join, which misses
//! nothing.
//!
//! Of two sets that match, the smaller one, of n members, shares at least r with the larger one
//! (`least_shared` for a partner of the same size; a larger partner must share as many or more). So of
//! any n - r + 1 members of the smaller one at least one is in the larger. Those that stand in the
//! fewest blocks are taken, its *prefix*, and indexed; every block is then looked up with all of its
//! members among the prefixes of those that are no larger. A shingle of one block alone is counted for
//! the length of a prefix but not indexed: nobody could meet it.
//!
//! What the index proposes is thinned by sketches, which drop no match, and verified some at a time, so
//! that shingles which stand in very many blocks never make a list of all their pairs. How often a
//! shingle stands is counted by its hash alone: a collision changes the order in which members are
//! taken, the same for all sets, and nothing else.
//!
//! Chaudhuri, Ganti, Kaushik, A primitive operator for similarity joins in data cleaning (ICDE 2006);
//! Bayardo, Ma, Srikant, Scaling up all pairs similarity search (WWW 2007).

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU16, Ordering};

use rayon::prelude::*;

use crate::candidates::group::{Candidates, Pair};
use crate::candidates::shingle::{extend_shingles, item};
use crate::candidates::sketch::Sketch;
use crate::judging::verify::{Match, least_shared, may_match};
use crate::search::{long_nodes, verify_pairs};
use crate::settings::Settings;
use crate::store::token_reader::TokenReader;
use crate::store::{Number, Store};

/// Consecutive blocks that one task reads.
const BLOCKS_PER_TASK: usize = 256;
/// Tasks whose pairs are held together; it does not depend on the threads, so neither does the order.
const TASKS_AT_ONCE: usize = 64;
/// Pairs after which a task stops and goes on later: few beside those of one block with all others.
const PAIRS_PER_TASK: usize = 1 << 16;
/// Pairs that are verified together.
const PAIRS_TO_VERIFY: usize = 1 << 20;

/// Every match between blocks that are judged by shingles, and how many pairs were verified.
#[must_use]
pub fn all_matches(store: &Store, settings: &Settings) -> (Vec<Match>, u64) {
    let nodes = long_nodes(store, settings);
    let join = Join::new(store, settings, &nodes);
    let (mut matches, mut verified, mut pairs) = (Vec::new(), 0, Vec::<Pair>::new());
    let mut waiting: VecDeque<Range<usize>> = (0..nodes.len())
        .step_by(BLOCKS_PER_TASK)
        .map(|first| first..nodes.len().min(first + BLOCKS_PER_TASK))
        .collect();
    while !waiting.is_empty() {
        let tasks: Vec<_> = waiting.drain(..waiting.len().min(TASKS_AT_ONCE)).collect();
        let found: Vec<_> = tasks.into_par_iter().map(|places| join.look_up(places)).collect();
        for (some, rest) in found {
            pairs.extend(some);
            if !rest.is_empty() {
                waiting.push_back(rest);
            }
        }
        if pairs.len() >= PAIRS_TO_VERIFY || waiting.is_empty() {
            pairs.par_sort_unstable();
            verified += pairs.len() as u64;
            matches.extend(verify_pairs(store, settings, &Candidates::of(&pairs)));
            pairs.clear();
        }
    }
    (matches, verified)
}

struct Join<'a> {
    store: &'a Store,
    settings: &'a Settings,
    nodes: &'a [Number],
    sketches: Vec<Sketch>,
    /// The place of each node's set among all by size; a smaller set is never a larger one's partner.
    ranks: Vec<u32>,
    /// Members of each set.
    sizes: Vec<u32>,
    index: Index,
}

impl<'a> Join<'a> {
    fn new(store: &'a Store, settings: &'a Settings, nodes: &'a [Number]) -> Self {
        let counts = Counts::new(store, settings, nodes);
        let made: Vec<Prefixes> = nodes
            .par_chunks(BLOCKS_PER_TASK)
            .enumerate()
            .map(|(task, nodes)| {
                Prefixes::new(store, settings, &counts, nodes, task * BLOCKS_PER_TASK)
            })
            .collect();
        drop(counts);
        let sizes: Vec<u32> = made.iter().flat_map(|some| some.sizes.iter().copied()).collect();
        let mut order: Vec<u32> = (0..nodes.len() as u32).collect();
        order.par_sort_unstable_by_key(|&place| (sizes[place as usize], place));
        let mut ranks = vec![0; nodes.len()];
        for (rank, &place) in (0..).zip(&order) {
            ranks[place as usize] = rank;
        }
        let mut sketches = Vec::with_capacity(nodes.len());
        let mut postings = Vec::with_capacity(made.iter().map(|some| some.postings.len()).sum());
        for some in made {
            sketches.extend(some.sketches);
            postings.extend(some.postings);
        }
        let index = Index::new(postings, &ranks);
        Self { store, settings, nodes, sketches, ranks, sizes, index }
    }

    /// The pairs of some blocks with blocks that have no larger sets, and the blocks that are left for
    /// another time because there are very many pairs.
    fn look_up(&self, places: Range<usize>) -> (Vec<Pair>, Range<usize>) {
        let mut reader = self.store.token_reader();
        let (mut pairs, mut shingles, mut met) = (Vec::new(), Vec::new(), Vec::new());
        for place in places.clone() {
            if pairs.len() >= PAIRS_PER_TASK {
                return (pairs, place..places.end);
            }
            let node = self.nodes[place];
            fill(&mut reader, self.settings, node, &mut shingles);
            met.clear();
            for &shingle in &shingles {
                self.index.meet(shingle, (self.ranks[place], self.sizes[place]), &mut met);
            }
            met.sort_unstable();
            met.dedup();
            let possible = met.iter().filter(|&&other| self.is_possible(place, other as usize));
            pairs.extend(possible.map(|&other| {
                let other = self.nodes[other as usize];
                (node.min(other), node.max(other))
            }));
        }
        (pairs, places.end..places.end)
    }

    fn is_possible(&self, left: usize, right: usize) -> bool {
        let (left, right) = (&self.sketches[left], &self.sketches[right]);
        let (left_only, right_only) = left.differing(right);
        may_match(self.settings, (left.count(), left_only), (right.count(), right_only))
    }
}

fn fill(reader: &mut TokenReader<'_>, settings: &Settings, node: Number, out: &mut Vec<u64>) {
    out.clear();
    extend_shingles(reader.tokens(node), settings.shingle_size, out);
}

/// How often shingles stand, by their lower bits; what is too often for 16 bits is all the same.
pub(crate) struct Counts(Vec<AtomicU16>);

impl Counts {
    pub(crate) fn new(store: &Store, settings: &Settings, nodes: &[Number]) -> Self {
        let all: usize = nodes.iter().map(|&node| store.token_count(node) as usize).sum();
        let values = all.next_power_of_two().clamp(1 << 10, 1 << 30);
        let mut counts = Vec::new();
        counts.resize_with(values, AtomicU16::default);
        let made = Self(counts);
        nodes.par_chunks(BLOCKS_PER_TASK).for_each(|nodes| {
            let (mut reader, mut shingles) = (store.token_reader(), Vec::new());
            for &node in nodes {
                fill(&mut reader, settings, node, &mut shingles);
                for &shingle in &shingles {
                    let add = |count: u16| count.checked_add(1);
                    // An error says that it was as high as it gets.
                    let _ =
                        made.place(shingle).fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
                }
            }
        });
        made
    }

    fn place(&self, shingle: u64) -> &AtomicU16 {
        &self.0[shingle as usize & (self.0.len() - 1)]
    }

    /// At least as often as it stands, but for the limit.
    pub(crate) fn of(&self, shingle: u64) -> u16 {
        self.place(shingle).load(Ordering::Relaxed)
    }
}

/// What the index needs of some consecutive blocks.
struct Prefixes {
    sizes: Vec<u32>,
    sketches: Vec<Sketch>,
    postings: Vec<Posting>,
}

impl Prefixes {
    fn new(
        store: &Store,
        settings: &Settings,
        counts: &Counts,
        nodes: &[Number],
        first: usize,
    ) -> Self {
        let mut made = Self { sizes: Vec::new(), sketches: Vec::new(), postings: Vec::new() };
        let (mut reader, mut shingles) = (store.token_reader(), Vec::new());
        let (mut items, mut ordered) = (Vec::new(), Vec::<(u16, u64)>::new());
        for (place, &node) in (first as u32..).zip(nodes) {
            fill(&mut reader, settings, node, &mut shingles);
            items.clear();
            items.extend(shingles.iter().copied().map(item));
            made.sketches.push(Sketch::of(&items));
            ordered.clear();
            ordered.extend(shingles.iter().map(|&shingle| (counts.of(shingle), shingle)));
            ordered.sort_unstable();
            ordered.dedup();
            let size = ordered.len() as u32;
            made.sizes.push(size);
            let prefix = size - shared_by_smaller(settings, size).min(size) + 1;
            let members = ordered.iter().zip(0..prefix.min(size));
            made.postings.extend(members.filter(|((count, _), _)| *count > 1).map(
                |(&(_, shingle), before)| {
                    let reach = reach(settings, size, size - before);
                    Posting { shingle, place, reach }
                },
            ));
        }
        made
    }
}

/// How many members a set of this size shares at least with a match that is no smaller.
// Less than nothing becomes nothing.
#[allow(clippy::cast_sign_loss)]
pub(crate) fn shared_by_smaller(settings: &Settings, size: u32) -> u32 {
    // Nothing shared is no match: thresholds lie above 0.
    (least_shared(settings, size, size).ceil() as u32).max(1)
}

/// The size of the largest partner that a set of this size may have where the first member that they
/// share is followed, itself counted, by no more than so many: the others come too late to suffice.
#[allow(clippy::cast_sign_loss)]
fn reach(settings: &Settings, size: u32, left: u32) -> u32 {
    if least_shared(settings, size, u32::MAX) <= f64::from(left) {
        return u32::MAX;
    }
    // `least_shared` grows with the partner: shared >= t / (1 + t) * (size + partner).
    let threshold = settings.threshold / (1.0 + settings.threshold);
    ((f64::from(left) + 2e-3) / threshold - f64::from(size)).floor().max(0.0) as u32
}

/// A member of a prefix.
#[derive(Clone, Copy, Default)]
struct Posting {
    shingle: u64,
    /// The place of its block.
    place: u32,
    /// Larger partners cannot match if this is the first that is shared.
    reach: u32,
}

/// Postings by their shingles' upper bits, smaller sets first.
struct Index {
    postings: Vec<Posting>,
    /// Rank of each posting's set.
    ranks: Vec<u32>,
    /// Where the postings of each value of the upper bits begin, and one more.
    starts: Vec<u32>,
    /// A bit for each value of a few bits more: whether a shingle has it.
    present: Vec<u64>,
    shift: u32,
}

impl Index {
    /// Bits for each list: most shingles that are looked up are in no prefix.
    const MORE_BITS: u32 = 4;

    /// ranks: the rank of the set at each place.
    fn new(mut postings: Vec<Posting>, ranks: &[u32]) -> Self {
        let values = postings.len().next_power_of_two().clamp(1 << 10, 1 << 28);
        let shift = 64 - values.ilog2();
        postings.par_sort_unstable_by_key(|posting| {
            (posting.shingle >> shift, ranks[posting.place as usize], posting.shingle)
        });
        let mut starts = vec![0u32; values + 1];
        let mut present = vec![0u64; values << Self::MORE_BITS >> 6];
        for posting in &postings {
            starts[(posting.shingle >> shift) as usize + 1] += 1;
            let bit = (posting.shingle >> (shift - Self::MORE_BITS)) as usize;
            present[bit / 64] |= 1 << (bit % 64);
        }
        for value in 0..values {
            starts[value + 1] += starts[value];
        }
        let ranks = postings.iter().map(|posting| ranks[posting.place as usize]).collect();
        Self { postings, ranks, starts, present, shift }
    }

    /// Whether a shingle may be in any prefix: false for most that are in none.
    fn may_hold(&self, shingle: u64) -> bool {
        let bit = (shingle >> (self.shift - Self::MORE_BITS)) as usize;
        self.present[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// Appends the places of the sets of lower rank that have this shingle in their prefix, for a
    /// partner of that rank and size.
    fn meet(&self, shingle: u64, (rank, size): (u32, u32), met: &mut Vec<u32>) {
        if !self.may_hold(shingle) {
            return;
        }
        let value = (shingle >> self.shift) as usize;
        let list = self.starts[value] as usize..self.starts[value + 1] as usize;
        let smaller = self.ranks[list.clone()].partition_point(|&other| other < rank);
        met.extend(
            self.postings[list][..smaller]
                .iter()
                .filter(|posting| posting.shingle == shingle && size <= posting.reach)
                .map(|posting| posting.place),
        );
    }
}
