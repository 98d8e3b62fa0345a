//! From signatures to candidates: blocks that share a band key, without ever listing all pairs of
//! a large bucket.
//!
//! Bands are taken a few at a time, as many as 64 slots make: their slots are signed, their keys
//! grouped by sorting, and forgotten, which costs less than keeping 128 bytes a block. Of a key the
//! upper half is compared: a wrong pair in 2^32 is one more verification, and sorts half the bytes.
//! Buckets of 32 and more are *hot*, see `hot`.

use std::ops::Range;

use rayon::prelude::*;

use crate::band::BandKeys;
use crate::hot::{HOT, hot_pairs};
use crate::sign::{Permutations, SLOTS, sign_range};
use crate::simd::Path;
use crate::store::Number;

/// Slots whose band keys are held at one time: 64 bytes a block with rows of 4. Half as many hold half
/// the keys and read every block twice as often, which is a tenth of the stage's time.
const SLOTS_AT_ONCE: usize = 64;
/// Pairs that may be added before repeats among them are dropped, beside twice as many as there were.
const PAIRS_TO_SORT: usize = 1 << 19;
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

/// What grouping found: distinct pairs, ascending.
#[derive(Default)]
pub struct Candidates {
    packed: Vec<u64>,
    /// Hot buckets, over all bands.
    pub hot_buckets: u64,
    /// Members of the largest bucket.
    pub largest_bucket: u64,
}

impl Candidates {
    /// Candidates that were found in another way; the pairs ascend.
    #[must_use]
    pub fn of(pairs: &[Pair]) -> Self {
        Self {
            packed: pairs.iter().map(|&(left, right)| pack(left, right)).collect(),
            ..Self::default()
        }
    }

    /// Sorts the pairs and keeps each once; how many are left.
    fn drop_repeats(&mut self) -> usize {
        self.packed.par_sort_unstable();
        self.packed.dedup();
        self.packed.len()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// Some of the pairs.
    #[must_use]
    pub fn pairs(&self, range: Range<usize>) -> Vec<Pair> {
        self.packed[range].iter().copied().map(unpack).collect()
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = Pair> + '_ {
        self.packed.iter().copied().map(unpack)
    }
}

fn pack(one: Number, other: Number) -> u64 {
    u64::from(one.min(other)) << 32 | u64::from(one.max(other))
}

fn unpack(pair: u64) -> Pair {
    ((pair >> 32) as Number, pair as Number)
}

/// One band's buckets, and the pairs they make.
#[derive(Default)]
struct Band {
    packed: Vec<u64>,
    hot_buckets: u64,
    largest_bucket: u64,
}

impl Band {
    fn group(&mut self, keys: &Keys, row: usize, features: &impl Features) {
        let (mut reader, mut members) = (features.reader(), Vec::new());
        let mut entries = keys.shared(row);
        entries.sort_unstable();
        for bucket in entries.chunk_by(|left, right| left >> 32 == right >> 32) {
            if bucket.len() < 2 {
                continue;
            }
            self.largest_bucket = self.largest_bucket.max(bucket.len() as u64);
            if bucket.len() < HOT {
                self.all_pairs(bucket, features);
            } else {
                self.hot_buckets += 1;
                members.clear();
                members.extend(bucket.iter().map(|&entry| entry as Number));
                hot_pairs(&mut members, features, &mut reader, |one, other| {
                    self.push(one, other, features);
                });
            }
        }
    }

    fn push(&mut self, one: Number, other: Number, features: &impl Features) {
        if features.is_possible(one as usize, other as usize) {
            self.packed.push(pack(one, other));
        }
    }

    fn all_pairs(&mut self, bucket: &[u64], features: &impl Features) {
        for (position, &left) in bucket.iter().enumerate() {
            for &right in &bucket[position + 1..] {
                self.push(left as Number, right as Number, features);
            }
        }
    }
}

/// What grouping needs to know of the nodes, which it knows by their places in the list of them.
pub trait Features: Sync {
    /// What reading a node needs for itself; each thread has one.
    type Reader<'a>
    where
        Self: 'a;

    /// A reader.
    fn reader(&self) -> Self::Reader<'_>;

    /// Appends a node's items (32-bit shingle hashes) to a list; repeats do not matter.
    fn items(&self, reader: &mut Self::Reader<'_>, place: usize, out: &mut Vec<u32>);

    /// A value that does not depend on the input's order; it breaks ties between central members.
    fn order(&self, place: usize) -> u128;

    /// Whether a pair can match at all, by something much cheaper than verification.
    fn is_possible(&self, left: usize, right: usize) -> bool;
}

/// Finds all pairs of `nodes` that share a band key, by the hot-bucket rule where it applies.
pub fn group(
    nodes: &[Number],
    bands: Bands,
    permutations: &Permutations,
    features: &impl Features,
) -> Candidates {
    let mut found = Candidates::default();
    let mut distinct = 0;
    // As few turns as the slots allow, of the same size.
    let turns = bands.count.div_ceil((SLOTS_AT_ONCE / bands.rows).max(1));
    let at_once = bands.count.div_ceil(turns).max(1);
    for first in (0..bands.count).step_by(at_once) {
        let range = first..(first + at_once).min(bands.count);
        let keys = Keys::new(nodes.len(), range.clone(), bands.rows, permutations, features);
        let columns: Vec<usize> = (0..range.len()).collect();
        // As many bands at a time as there are threads: the same pair comes once for each band that
        // its members share, and all bands' pairs together would be the peak of the memory.
        for columns in columns.chunks(rayon::current_num_threads()) {
            let grouped: Vec<Band> = columns
                .par_iter()
                .map(|&column| {
                    let mut band = Band::default();
                    band.group(&keys, column, features);
                    band
                })
                .collect();
            for band in grouped {
                found.hot_buckets += band.hot_buckets;
                found.largest_bucket = found.largest_bucket.max(band.largest_bucket);
                found.packed.extend(band.packed);
            }
            if found.packed.len() > 2 * distinct + PAIRS_TO_SORT {
                distinct = found.drop_repeats();
            }
        }
    }
    found.drop_repeats();
    // Places ascend with their nodes, so the pairs stay in order.
    for pair in &mut found.packed {
        *pair = pack(nodes[(*pair >> 32) as usize], nodes[*pair as u32 as usize]);
    }
    found
}

/// Upper halves of the keys of some bands: for each task's nodes one row a band.
struct Keys {
    values: Vec<u32>,
    bands: usize,
}

impl Keys {
    fn new(
        nodes: usize,
        range: Range<usize>,
        rows: usize,
        permutations: &Permutations,
        features: &impl Features,
    ) -> Self {
        let bands = range.len();
        let (path, keys) = (Path::best(), BandKeys::of(rows));
        let slots = range.start * rows..range.end * rows;
        let mut values = vec![0u32; nodes * bands];
        values.par_chunks_mut(NODES_PER_TASK * bands).enumerate().for_each(|(task, values)| {
            let (mut scratch, mut reader) = (Vec::new(), features.reader());
            let mut signature = [0u32; SLOTS];
            let count = values.len() / bands;
            for node in 0..count {
                scratch.clear();
                features.items(&mut reader, task * NODES_PER_TASK + node, &mut scratch);
                sign_range(path, &mut scratch, permutations, slots.clone(), &mut signature);
                for (row, band) in range.clone().enumerate() {
                    values[row * count + node] = (keys.key(&signature, band) >> 32) as u32;
                }
            }
        });
        Self { values, bands }
    }

    /// The keys of one band, in the order of the nodes.
    fn of_band(&self, row: usize) -> impl Iterator<Item = u32> {
        self.values.chunks(NODES_PER_TASK * self.bands).flat_map(move |task| {
            let count = task.len() / self.bands;
            task[row * count..(row + 1) * count].iter().copied()
        })
    }

    /// The keys of one band that may stand more than once, each above its place: few of all keys do,
    /// and only those are worth sorting.
    ///
    /// Two bits are kept for each of four to eight times as many values as there are keys: seen, and
    /// seen again. A key that is alone is taken for a shared one when another key has its value: a
    /// fifth of them at most.
    fn shared(&self, row: usize) -> Vec<u64> {
        let nodes = self.values.len() / self.bands;
        let values = (4 * nodes).next_power_of_two().clamp(1 << 10, 1 << 32);
        let (mut seen, mut again) = (vec![0u64; values / 64], vec![0u64; values / 64]);
        // The keys are hashes; which of their bits are taken does not matter.
        let place_of = |key: u32| {
            let value = key as usize & (values - 1);
            (value / 64, 1u64 << (value % 64))
        };
        for key in self.of_band(row) {
            let (word, bit) = place_of(key);
            again[word] |= seen[word] & bit;
            seen[word] |= bit;
        }
        self.of_band(row)
            .zip(0u64..)
            .filter(|&(key, _)| {
                let (word, bit) = place_of(key);
                again[word] & bit != 0
            })
            .map(|(key, place)| u64::from(key) << 32 | place)
            .collect()
    }
}
