//! From signatures to candidates: blocks that share a band key, without ever listing all pairs of
//! a large bucket.
//!
//! Bands are taken up to sixteen at a time: their slots are signed, their keys grouped by sorting, and
//! forgotten, which costs less than keeping 128 bytes a block. Of a key the upper half is compared: a
//! wrong pair in 2^32 is one more verification, and sorts half the bytes. Buckets of 32 and more are
//! *hot*, see `hot`.

use std::ops::Range;

use rayon::prelude::*;

use crate::candidates::crowded::{Buckets, Crowded, Members, Task};
use crate::candidates::crowds::Crowds;
use crate::candidates::hot::{Compared, HOT, hot_pairs};
use crate::candidates::keys::Keys;
use crate::candidates::sign::Permutations;
use crate::candidates::sketch::Sketch;
use crate::memory::at_most;
use crate::store::Number;

/// Bands whose keys are held at one time: 64 bytes a block. Half as many hold half the keys and read
/// every block twice as often, which is a tenth of the stage's time.
const BANDS_AT_ONCE: usize = 16;
/// Bytes of keys up to which all bands are taken at once: few nodes are long texts, which are dear to
/// read again.
const KEYS_AT_ONCE: usize = 64 << 20;
/// Pairs that may be added before repeats among them are dropped, beside twice as many as there were.
const PAIRS_TO_SORT: usize = 1 << 19;

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
    pub crowds: Crowds,
    /// Their keys and members.
    pub crowded: Crowded,
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

    /// Adds candidates that were found in another way.
    pub fn add(&mut self, pairs: &[Pair]) {
        self.packed.extend(pairs.iter().map(|&(left, right)| pack(left, right)));
        self.drop_repeats();
    }

    /// Sorts the pairs and keeps each once; how many are left.
    fn drop_repeats(&mut self) -> usize {
        self.packed.par_sort_unstable();
        self.packed.dedup();
        self.packed.len()
    }

    /// Leaves those that pass.
    pub(crate) fn retain(&mut self, passes: impl Fn(Pair) -> bool) {
        self.packed.retain(|&pair| passes(unpack(pair)));
    }

    /// Those of the nodes of which these are the places; as places ascend with them, pairs stay in order.
    fn of_nodes(mut self, nodes: &[Number]) -> Self {
        self.crowds.renumber(nodes);
        for pair in &mut self.packed {
            *pair = pack(nodes[(*pair >> 32) as usize], nodes[*pair as u32 as usize]);
        }
        self
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
struct Band<'a, F> {
    features: &'a F,
    nodes: &'a [Number],
    /// Sketches of all nodes, or none, see `Features::KEEPS_SKETCHES`.
    sketches: &'a [Sketch],
    packed: Vec<u64>,
    crowds: Crowds,
    members: Members,
    hot: Buckets,
}

impl<'a, F: Features> Band<'a, F> {
    fn new(features: &'a F, nodes: &'a [Number], sketches: &'a [Sketch]) -> Self {
        let (packed, hot) = (Vec::new(), Buckets::default());
        let (crowds, members) = (Crowds::default(), Members::default());
        Self { features, nodes, sketches, packed, crowds, members, hot }
    }

    /// Groups the nodes by their keys.
    fn group(&mut self, keys: &Keys, row: usize) {
        let mut sketcher = Sketcher::new(self.features, self.sketches);
        let mut members = Vec::new();
        let mut entries = keys.shared(row);
        entries.sort_unstable();
        for bucket in entries.chunk_by(|left, right| left >> 32 == right >> 32) {
            if bucket.len() < 2 {
                continue;
            }
            members.clear();
            members.extend(bucket.iter().map(|&entry| entry as Number));
            if let Some(found) = self.compare_all(&members, &mut sketcher) {
                let node = |place: Number| self.nodes[place as usize];
                self.hot.add(found.side_by_side().map(node), node(found.central));
                self.members.add(&members);
                let count = members.len() as u64;
                self.crowds.note(found.central, &members, (count * (count - 1) / 2, found.pairs));
            }
        }
    }

    /// Compares the members of a bucket; how, where the hot-bucket rule applies.
    fn compare_all(
        &mut self,
        members: &[Number],
        sketcher: &mut Sketcher<'_, F>,
    ) -> Option<Compared> {
        let features = self.features;
        self.crowds.note_size(members.len());
        if members.len() < HOT {
            self.all_pairs(members);
            return None;
        }
        let order = |place| features.order(place as usize);
        let sketch = |place| sketcher.sketch(place);
        hot_pairs(members, order, sketch, |one, other| self.compare(one, other))
    }

    /// Compares each of some places with each.
    fn all_pairs(&mut self, bucket: &[Number]) {
        for (position, &one) in bucket.iter().enumerate() {
            bucket[position + 1..].iter().for_each(|&other| self.pair(one, other));
        }
    }

    /// Compares two places.
    fn pair(&mut self, one: Number, other: Number) {
        let (sketches, empty) = (self.sketches, Sketch::default());
        let member = |node: Number| (node, sketches.get(node as usize).unwrap_or(&empty));
        self.compare(member(one), member(other));
    }

    /// Compares what is left of the band's buckets.
    fn group_again(&mut self, tasks: &[Task]) {
        let mut sketcher = Sketcher::new(self.features, self.sketches);
        for task in tasks {
            match task {
                Task::All(members) => drop(self.compare_all(members, &mut sketcher)),
                Task::Pairs(pairs) => pairs.iter().for_each(|&(one, other)| self.pair(one, other)),
            }
        }
    }

    fn compare(&mut self, (one, left): (Number, &Sketch), (other, right): (Number, &Sketch)) {
        if self.features.is_possible((one as usize, other as usize), (left, right)) {
            self.packed.push(pack(one, other));
        }
    }
}

/// Sketches of nodes: those that are kept, else made when they are asked for.
struct Sketcher<'a, F: Features + 'a> {
    features: &'a F,
    sketches: &'a [Sketch],
    reader: F::Reader<'a>,
    items: Vec<u32>,
}

impl<'a, F: Features> Sketcher<'a, F> {
    fn new(features: &'a F, sketches: &'a [Sketch]) -> Self {
        Self { features, sketches, reader: features.reader(), items: Vec::new() }
    }

    fn sketch(&mut self, node: Number) -> Sketch {
        self.sketches.get(node as usize).copied().unwrap_or_else(|| {
            self.items.clear();
            self.features.items(&mut self.reader, node as usize, &mut self.items);
            Sketch::of(&self.items)
        })
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

    /// A value that does not depend on the input's order: half of a fingerprint.
    fn order(&self, place: usize) -> u64;

    /// Whether sketches of all nodes are kept, else they are made when they are asked for.
    const KEEPS_SKETCHES: bool;

    /// Whether a pair can match at all, by something much cheaper than verification; the sketches are
    /// empty where they are not kept.
    fn is_possible(&self, places: (usize, usize), sketches: (&Sketch, &Sketch)) -> bool;
}

/// How many bands are taken in one turn.
fn bands_at_once(nodes: usize) -> usize {
    let room = at_most(KEYS_AT_ONCE, 4);
    let fitting = room / (nodes * size_of::<u32>()).max(1);
    // A small limit on memory is kept by reading more often.
    fitting.max(if room < KEYS_AT_ONCE { 1 } else { BANDS_AT_ONCE })
}

/// Finds all pairs of `nodes` that share a band key, by the hot-bucket rule where it applies.
pub fn group<F: Features>(
    nodes: &[Number],
    bands: Bands,
    permutations: &Permutations,
    features: &F,
) -> Candidates {
    let mut crowded = Crowded::default();
    let mut found = Candidates::default();
    let mut distinct = 0;
    let mut members = Members::default();
    let kept = if F::KEEPS_SKETCHES { nodes.len() } else { 0 };
    let mut sketches = vec![Sketch::default(); kept];
    // As few turns as that allows, of the same size.
    let turns = bands.count.div_ceil(bands_at_once(nodes.len()));
    let at_once = bands.count.div_ceil(turns).max(1);
    for first in (0..bands.count).step_by(at_once) {
        let range = first..(first + at_once).min(bands.count);
        // They are made in the first turn, when the items are read anyway.
        let missing = if first == 0 { sketches.as_mut_slice() } else { &mut [] };
        let keys =
            Keys::new(nodes.len(), missing, range.clone(), bands.rows, permutations, features);
        let columns: Vec<usize> = (0..range.len()).collect();
        // As many bands at a time as there are threads: the same pair comes once for each band that
        // its members share, and all bands' pairs together would be the peak of the memory.
        for columns in columns.chunks(rayon::current_num_threads()) {
            let grouped: Vec<_> = columns
                .par_iter()
                .map(|&column| {
                    let mut band = Band::new(features, nodes, &sketches);
                    band.group(&keys, column);
                    band
                })
                .collect();
            for band in grouped {
                found.crowds.add(band.crowds);
                found.packed.extend(band.packed);
                crowded.add_band(band.hot);
                members.join(&band.members);
            }
            if found.packed.len() > 2 * distinct + PAIRS_TO_SORT {
                distinct = found.drop_repeats();
            }
        }
    }
    found.drop_repeats();
    crowded.set_members(members.places().map(|place| nodes[place]));
    found.crowded = crowded;
    found.of_nodes(nodes)
}

/// Compares what is left of hot buckets, band by band, as grouping does; members are places among the nodes.
pub(crate) fn group_again<F: Features>(
    nodes: &[Number],
    bands: &[Vec<Task>],
    features: &F,
) -> Candidates {
    let kept = if F::KEEPS_SKETCHES { nodes.len() } else { 0 };
    let sketches: Vec<Sketch> = (0..kept as Number)
        .into_par_iter()
        .map_init(|| Sketcher::new(features, &[]), Sketcher::sketch)
        .collect();
    let grouped: Vec<_> = bands
        .par_iter()
        .map(|tasks| {
            let mut band = Band::new(features, nodes, &sketches);
            band.group_again(tasks);
            band.packed
        })
        .collect();
    let mut found = Candidates { packed: grouped.concat(), ..Candidates::default() };
    found.drop_repeats();
    found.of_nodes(nodes)
}
