//! Some long blocks, and which blocks they match: each by exact means.
//!
//! Two sets that match share at least r members, where r hangs on the smaller one alone (`shared_by_smaller`).
//! So of any n - r + l members of the smaller one, of n, at least l are in the larger one. Those that stand
//! in the fewest blocks of the sample are indexed; a block that is looked up meets few of them by chance.
//! Matches are those with blocks whose sets are no smaller (of one size, whose fingerprints are greater):
//! each pair has one such side.

use std::ops::Range;

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::candidates::shingle::{Powers, extend_items, fill_shingle_set, item};
use crate::judging::verify::{Match, Relation, judge};
use crate::search::join::{Counts, shared_by_smaller};
use crate::settings::Settings;
use crate::simd::Path;
use crate::store::token_reader::TokenReader;
use crate::store::{Number, Store};

/// One in so many members more is indexed than must be met: a match meets as many of them.
const MORE: u32 = 16;
/// Blocks that one task reads.
const BLOCKS_PER_TASK: usize = 64;

/// A match of a block of the sample: its place there, the other block, and how they are alike.
pub(crate) type Found = (u32, Number, Relation);

/// Some long blocks, by their shingles.
pub(crate) struct Sampled<'a> {
    store: &'a Store,
    settings: &'a Settings,
    powers: Powers,
    nodes: &'a [Number],
    /// The place of each of them in `nodes`.
    places: HashMap<Number, u32>,
    sets: Vec<Vec<u64>>,
    /// Of the indexed members of each, how many a match has.
    least: Vec<u32>,
    index: Index,
}

impl<'a> Sampled<'a> {
    pub(crate) fn new(store: &'a Store, settings: &'a Settings, nodes: &'a [Number]) -> Self {
        let counts = Counts::new(store, settings, nodes);
        let made: Vec<(Vec<u64>, u32, Vec<u32>)> = nodes
            .par_iter()
            .map_init(
                || store.token_reader(),
                |reader, &node| {
                    let mut set = Vec::new();
                    fill_shingle_set(reader.tokens(node), settings.shingle_size, &mut set);
                    let (least, indexed) = rare_members(&set, settings, &counts);
                    (set, least, indexed)
                },
            )
            .collect();
        let (mut sets, mut least, mut postings) = (Vec::new(), Vec::new(), Vec::new());
        for (place, (set, enough, indexed)) in (0..).zip(made) {
            sets.push(set);
            least.push(enough);
            postings.extend(indexed.into_iter().map(|item| (item, place)));
        }
        Self {
            store,
            settings,
            powers: Powers::of(settings.shingle_size),
            nodes,
            places: nodes.iter().copied().zip(0..).collect(),
            sets,
            least,
            index: Index::new(postings),
        }
    }

    /// What some blocks match of the sample, and how much was done for it: members of sets that were read.
    pub(crate) fn look_up(&self, blocks: &[Number]) -> (Vec<Found>, u64) {
        let found: Vec<_> = blocks
            .par_chunks(BLOCKS_PER_TASK)
            .map(|blocks| {
                let mut looker = Looker::new(self);
                for &node in blocks {
                    looker.look_up(node);
                }
                (looker.found, looker.work)
            })
            .collect();
        let work = found.iter().map(|(_, work)| work).sum();
        (found.into_iter().flat_map(|(found, _)| found).collect(), work)
    }

    /// The place of the side of a match of which this counts, where it is in the sample; and the other side.
    pub(crate) fn side_of(&self, found: &Match) -> Option<(u32, Number)> {
        let order = |size: u32, node: Number| (size, self.store.fingerprints[node as usize]);
        let is_left = order(found.left_size, found.left) < order(found.right_size, found.right);
        let (smaller, larger) =
            if is_left { (found.left, found.right) } else { (found.right, found.left) };
        self.places.get(&smaller).map(|&place| (place, larger))
    }
}

/// The members of a set that are indexed, as items, and how many of them any match of it has that is no
/// smaller.
fn rare_members(set: &[u64], settings: &Settings, counts: &Counts) -> (u32, Vec<u32>) {
    let size = set.len() as u32;
    let shared = shared_by_smaller(settings, size).min(size);
    let least = (1 + size / MORE).min(shared);
    let count = (size - shared + least) as usize;
    let mut members: Vec<_> = set.iter().map(|&shingle| (counts.of(shingle), shingle)).collect();
    if count < members.len() {
        members.select_nth_unstable(count);
        members.truncate(count);
    }
    (least, members.into_iter().map(|(_, shingle)| item(shingle)).collect())
}

/// Looks blocks up, one after the other.
struct Looker<'a> {
    sampled: &'a Sampled<'a>,
    reader: TokenReader<'a>,
    path: Path,
    items: Vec<u32>,
    set: Vec<u64>,
    /// For each block of the sample how many of its indexed members were met; zeros between two look-ups.
    counts: Vec<u32>,
    /// Those of which any was.
    met: Vec<u32>,
    found: Vec<Found>,
    work: u64,
}

impl<'a> Looker<'a> {
    fn new(sampled: &'a Sampled<'a>) -> Self {
        Self {
            sampled,
            reader: sampled.store.token_reader(),
            path: Path::best(),
            items: Vec::new(),
            set: Vec::new(),
            counts: vec![0; sampled.nodes.len()],
            met: Vec::new(),
            found: Vec::new(),
            work: 0,
        }
    }

    fn look_up(&mut self, node: Number) {
        let Self { sampled, items, set, counts, met, .. } = self;
        let tokens = self.reader.tokens(node);
        items.clear();
        extend_items(self.path, tokens, &sampled.powers, items);
        for &item in items.iter() {
            for &(_, place) in sampled.index.holders(item) {
                if counts[place as usize] == 0 {
                    met.push(place);
                }
                counts[place as usize] += 1;
                self.work += 1;
            }
        }
        // An item that comes again is counted again: too many are met here, never too few.
        met.retain(|&place| {
            std::mem::take(&mut counts[place as usize]) >= sampled.least[place as usize]
        });
        if met.is_empty() {
            return;
        }
        fill_shingle_set(tokens, sampled.settings.shingle_size, set);
        let fingerprint = |node: Number| sampled.store.fingerprints[node as usize];
        for place in met.drain(..) {
            let (other, theirs) = (sampled.nodes[place as usize], &sampled.sets[place as usize]);
            if (theirs.len(), fingerprint(other)) < (set.len(), fingerprint(node)) {
                self.work += (theirs.len() + set.len()) as u64;
                let made = judge(sampled.settings, (other, node), (theirs, set));
                self.found.extend(made.map(|made| (place, node, made.relation)));
            }
        }
    }
}

/// Places by items.
struct Index {
    /// Ascending.
    postings: Vec<(u32, u32)>,
    /// Where those of each value of an item's upper bits begin, and one more.
    starts: Vec<u32>,
    /// A bit for each value of a few bits more: whether an item has it. Most that are looked up have none.
    present: Vec<u64>,
    shift: u32,
}

impl Index {
    const MORE_BITS: u32 = 4;

    fn new(mut postings: Vec<(u32, u32)>) -> Self {
        postings.par_sort_unstable();
        let values = postings.len().next_power_of_two().clamp(1 << 10, 1 << (32 - Self::MORE_BITS));
        let shift = 32 - values.ilog2();
        let (mut starts, mut present) =
            (vec![0; values + 1], vec![0u64; values << Self::MORE_BITS >> 6]);
        for &(item, _) in &postings {
            starts[(item >> shift) as usize + 1] += 1;
            let bit = (item >> (shift - Self::MORE_BITS)) as usize;
            present[bit / 64] |= 1 << (bit % 64);
        }
        for value in 0..values {
            starts[value + 1] += starts[value];
        }
        Self { postings, starts, present, shift }
    }

    fn holders(&self, item: u32) -> &[(u32, u32)] {
        let bit = (item >> (self.shift - Self::MORE_BITS)) as usize;
        if self.present[bit / 64] >> (bit % 64) & 1 == 0 {
            return &[];
        }
        let value = (item >> self.shift) as usize;
        let list = &self.postings[self.starts[value] as usize..self.starts[value + 1] as usize];
        let Range { start, end } = equal(list, item);
        &list[start..end]
    }
}

/// Where the postings of an item stand in an ascending list, which is short but for items of many blocks.
fn equal(list: &[(u32, u32)], item: u32) -> Range<usize> {
    let start = list.partition_point(|posting| posting.0 < item);
    start..start + list[start..].partition_point(|posting| posting.0 == item)
}
