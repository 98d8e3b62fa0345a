//! From signatures to candidates: blocks that share a band key, without ever listing all pairs of
//! a large bucket.
//!
//! Bands are taken eight at a time: their keys are computed (signing again costs less than keeping
//! 256 bytes a block), grouped by sorting, and forgotten. Buckets of 32 and more are *hot*: their
//! members are ordered by their share of the shingles that most members have, and each is compared
//! with the first four only. Central members meet nearly everything that belongs together, where
//! the first-seen member meets nothing once a template has random words in it.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::band::band_key;
use crate::sign::{Permutations, SLOTS, sign};
use crate::simd::Path;
use crate::store::Number;

/// Buckets with this many members are hot.
pub const HOT: usize = 32;
/// Central members that every member of a hot bucket is compared with.
const REPRESENTATIVES: usize = 4;
/// Members that are asked what the majority's shingles are.
const SAMPLE: usize = 512;
/// Bands whose keys are held at one time: 64 bytes a block.
const BANDS_AT_ONCE: usize = 8;
/// Blocks signed by one task.
const NODES_PER_TASK: usize = 1024;

/// The shape of a banding.
#[derive(Clone, Copy, Debug)]
pub struct Bands {
    /// How many.
    pub count: usize,
    /// Slots in each.
    pub rows: usize,
}

/// A pair of nodes, the smaller number first.
pub type Pair = (Number, Number);

/// What grouping found.
#[derive(Default)]
pub struct Candidates {
    /// Distinct pairs, ascending.
    pub pairs: Vec<Pair>,
    /// Hot buckets, over all bands.
    pub hot_buckets: u64,
    /// Members of the largest bucket.
    pub largest_bucket: u64,
}

/// Finds all pairs of `nodes` that share a band key, by the hot-bucket rule where it applies.
///
/// `items` appends a node's items (32-bit shingle hashes) to an empty list; `order` gives a value
/// that does not depend on the input's order and breaks ties between central members.
pub fn group(
    nodes: &[Number],
    bands: Bands,
    permutations: &Permutations,
    items: impl Fn(Number, &mut Vec<u32>) + Sync,
    order: impl Fn(Number) -> u128 + Sync,
) -> Candidates {
    let mut found = Candidates::default();
    let mut pairs = PairSet::default();
    for first in (0..bands.count).step_by(BANDS_AT_ONCE) {
        let range = first..(first + BANDS_AT_ONCE).min(bands.count);
        let keys = keys_of(nodes, range.clone(), bands.rows, permutations, &items);
        let width = range.len();
        for column in 0..width {
            let mut entries: Vec<(u64, Number)> =
                nodes.iter().enumerate().map(|(row, &node)| (keys[row * width + column], node)).collect();
            entries.par_sort_unstable();
            for bucket in entries.chunk_by(|left, right| left.0 == right.0) {
                if bucket.len() < 2 {
                    continue;
                }
                found.largest_bucket = found.largest_bucket.max(bucket.len() as u64);
                if bucket.len() < HOT {
                    all_pairs(bucket, &mut pairs);
                } else {
                    found.hot_buckets += 1;
                    central_pairs(bucket, &items, &order, &mut pairs);
                }
            }
        }
    }
    found.pairs = pairs.finish();
    found
}

/// Keys of a range of bands, row-major: `width` keys for each node.
fn keys_of(
    nodes: &[Number],
    range: std::ops::Range<usize>,
    rows: usize,
    permutations: &Permutations,
    items: &(impl Fn(Number, &mut Vec<u32>) + Sync),
) -> Vec<u64> {
    let width = range.len();
    let path = Path::best();
    let mut keys = vec![0u64; nodes.len() * width];
    keys.par_chunks_mut(NODES_PER_TASK * width).zip(nodes.par_chunks(NODES_PER_TASK)).for_each(
        |(keys, nodes)| {
            let mut scratch = Vec::new();
            let mut signature = [0u32; SLOTS];
            for (row, &node) in keys.chunks_exact_mut(width).zip(nodes) {
                scratch.clear();
                items(node, &mut scratch);
                sign(path, &mut scratch, permutations, &mut signature);
                for (key, band) in row.iter_mut().zip(range.clone()) {
                    *key = band_key(&signature, band, rows);
                }
            }
        },
    );
    keys
}

fn all_pairs(bucket: &[(u64, Number)], pairs: &mut PairSet) {
    for (position, &(_, left)) in bucket.iter().enumerate() {
        for &(_, right) in &bucket[position + 1..] {
            pairs.push(left, right);
        }
    }
}

/// Compares every member with the four most central ones.
fn central_pairs(
    bucket: &[(u64, Number)],
    items: &(impl Fn(Number, &mut Vec<u32>) + Sync),
    order: &(impl Fn(Number) -> u128 + Sync),
    pairs: &mut PairSet,
) {
    let mut members: Vec<Number> = bucket.iter().map(|&(_, node)| node).collect();
    members.sort_unstable_by_key(|&node| order(node));
    let majority = majority_items(&members, items);
    let mut ranked: Vec<(usize, usize)> = members
        .par_iter()
        .enumerate()
        .map_init(Vec::new, |scratch, (position, &node)| {
            scratch.clear();
            items(node, scratch);
            scratch.sort_unstable();
            scratch.dedup();
            let share = scratch.iter().filter(|item| majority.binary_search(item).is_ok()).count();
            (usize::MAX - share, position)
        })
        .collect();
    let head = REPRESENTATIVES.min(ranked.len());
    ranked.select_nth_unstable(head - 1);
    ranked[..head].sort_unstable();
    for (number, &(_, center)) in ranked[..head].iter().enumerate() {
        for &(_, other) in &ranked[number + 1..] {
            pairs.push(members[center], members[other]);
        }
    }
}

/// Items that more than half of an evenly spaced sample of the members have, ascending.
fn majority_items(members: &[Number], items: &impl Fn(Number, &mut Vec<u32>)) -> Vec<u32> {
    let step = members.len().div_ceil(SAMPLE);
    let mut counts: HashMap<u32, usize> = HashMap::new();
    let mut scratch = Vec::new();
    let mut sampled = 0;
    for &node in members.iter().step_by(step) {
        sampled += 1;
        scratch.clear();
        items(node, &mut scratch);
        scratch.sort_unstable();
        scratch.dedup();
        for &item in &scratch {
            *counts.entry(item).or_default() += 1;
        }
    }
    let mut majority: Vec<u32> =
        counts.into_iter().filter(|&(_, count)| count * 2 > sampled).map(|(item, _)| item).collect();
    majority.sort_unstable();
    majority
}

/// A set of pairs that is compacted whenever it has doubled: the same pair comes once for each
/// band that its members share.
#[derive(Default)]
struct PairSet {
    packed: Vec<u64>,
    compact: usize,
}

impl PairSet {
    fn push(&mut self, one: Number, other: Number) {
        let (left, right) = (one.min(other), one.max(other));
        if self.packed.len() >= 2 * self.compact + (1 << 20) {
            self.shrink();
        }
        self.packed.push(u64::from(left) << 32 | u64::from(right));
    }

    fn shrink(&mut self) {
        self.packed.par_sort_unstable();
        self.packed.dedup();
        self.compact = self.packed.len();
    }

    fn finish(mut self) -> Vec<Pair> {
        self.shrink();
        self.packed.into_iter().map(|pair| ((pair >> 32) as Number, pair as Number)).collect()
    }
}
