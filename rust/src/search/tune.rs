//! Which pairs lie at which resemblance: what a person looks at to choose a threshold.
//!
//! A sample of the long blocks, those whose fingerprints come first, is compared exactly with all others,
//! whatever they share. Pairs are counted, never listed, so that a crowd of thousands of near-identical
//! blocks costs time and no memory; for each level those nearest to it are kept, one of each block.

use std::cmp::Reverse;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::candidates::shingle::{fill_shingle_set, shingle_set};
use crate::judging::readings::Readings;
use crate::judging::verify::{containment, resemblance};
use crate::search::long_nodes;
use crate::settings::Settings;
use crate::store::{NONE, Number, Store};

/// Blocks that are compared with all others.
const SAMPLED: usize = 1024;
/// Blocks that one task compares with the sample.
const BLOCKS_PER_TASK: usize = 256;
/// How far from a level a pair may lie to be shown for it.
const REACH: f64 = 0.05;

/// Pairs by hundredths of resemblance, 0 to 100; the last are those of equal sets.
pub type Histogram = [u64; 101];

/// Two blocks at a level.
#[derive(Clone, Copy, Debug)]
pub struct Borderline {
    /// First blocks of the two texts, in input order.
    pub blocks: (Number, Number),
    /// Shared shingles over all.
    pub resemblance: f64,
    /// Shared shingles over those of the smaller one.
    pub containment: f64,
    /// They differ in numbers or names only, and the policy keeps such pairs.
    pub template: bool,
}

/// What lies around one level.
#[derive(Clone, Debug, Default)]
pub struct Level {
    /// Blocks of the sample with a pair near the level.
    pub blocks: u64,
    /// Those whose nearest pair differs in numbers or names only.
    pub templates: u64,
    /// The nearest pairs, each block once.
    pub pairs: Vec<Borderline>,
}

/// What a sample of blocks told.
pub struct Tuning {
    /// Long blocks.
    pub blocks: u64,
    /// Those of them that were compared with all others.
    pub sampled: u64,
    /// Pairs of these, each counted from every side that is in the sample.
    pub pairs: Histogram,
    /// Blocks of the sample by the resemblance of what is most alike to them.
    pub best: Histogram,
    /// By level.
    pub levels: Vec<Level>,
}

/// The pair of a sampled block that is nearest to a level: how far, the other one, how alike.
type Nearest = Option<(f64, Number, f64)>;

/// What some blocks told of the sample.
struct Found {
    pairs: Histogram,
    best: Vec<u8>,
    /// Level after level, for each block of the sample.
    nearest: Vec<Nearest>,
}

impl Found {
    fn new(sampled: usize, levels: usize) -> Self {
        let nearest = vec![None; sampled * levels];
        Self { pairs: [0; 101], best: vec![0; sampled], nearest }
    }

    fn note(&mut self, place: usize, other: Number, resemblance: f64, levels: &[f64]) {
        let bin = bin(resemblance);
        self.pairs[usize::from(bin)] += 1;
        self.best[place] = self.best[place].max(bin);
        for (level, &at) in levels.iter().enumerate() {
            let distance = (resemblance - at).abs();
            if distance <= REACH {
                let own = &mut self.nearest[level * self.best.len() + place];
                *own = nearer(*own, Some((distance, other, resemblance)));
            }
        }
    }

    fn join(mut self, other: Self) -> Self {
        self.pairs.iter_mut().zip(other.pairs).for_each(|(own, more)| *own += more);
        self.best.iter_mut().zip(other.best).for_each(|(own, bin)| *own = bin.max(*own));
        let pairs = self.nearest.iter_mut().zip(other.nearest);
        pairs.for_each(|(own, other)| *own = nearer(*own, other));
        self
    }
}

/// The hundredth that a resemblance lies in.
// It lies in [0, 1].
#[allow(clippy::cast_sign_loss)]
fn bin(resemblance: f64) -> u8 {
    (resemblance * 100.0 + 1e-9) as u8
}

fn nearer(one: Nearest, other: Nearest) -> Nearest {
    match (one, other) {
        (Some(one), Some(other)) => {
            let first = one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)).is_le();
            Some(if first { one } else { other })
        }
        (one, other) => one.or(other),
    }
}

/// Compares a sample with all blocks; `levels`: resemblances; `most`: pairs that are shown of each.
#[must_use]
pub fn tune(store: &Store, settings: &Settings, levels: &[f64], most: usize) -> Tuning {
    let nodes = long_nodes(store, settings);
    let mut sample = nodes.clone();
    sample.sort_unstable_by_key(|&node| store.fingerprints[node as usize]);
    sample.truncate(SAMPLED);
    let index = Index::new(store, settings, &sample);
    let found = nodes
        .par_chunks(BLOCKS_PER_TASK)
        .map(|nodes| index.look_up(store, settings, nodes, levels))
        .reduce(|| Found::new(sample.len(), levels.len()), Found::join);
    let mut best = [0; 101];
    found.best.iter().for_each(|&bin| best[usize::from(bin)] += 1);
    let mut shower = Shower { store, settings, firsts: firsts(store), shown: HashSet::new() };
    let levels = (0..levels.len())
        .map(|level| {
            let nearest = &found.nearest[level * sample.len()..(level + 1) * sample.len()];
            shower.level(&sample, nearest, most)
        })
        .collect();
    let (blocks, sampled) = (nodes.len() as u64, sample.len() as u64);
    Tuning { blocks, sampled, pairs: found.pairs, best, levels }
}

/// Which blocks of the sample hold a shingle.
struct Index {
    sample: HashMap<Number, u32>,
    sizes: Vec<u32>,
    places: Vec<u32>,
    ranges: HashMap<u64, (u32, u32)>,
}

impl Index {
    fn new(store: &Store, settings: &Settings, sample: &[Number]) -> Self {
        let mut reader = store.token_reader();
        let (mut postings, mut sizes) = (Vec::new(), Vec::new());
        for (place, &node) in (0u32..).zip(sample) {
            let set = shingle_set(reader.tokens(node), settings.shingle_size);
            sizes.push(set.len() as u32);
            postings.extend(set.into_iter().map(|shingle| (shingle, place)));
        }
        postings.sort_unstable();
        let mut ranges = HashMap::new();
        let mut start = 0;
        for same in postings.chunk_by(|one, other| one.0 == other.0) {
            let end = start + same.len() as u32;
            ranges.insert(same[0].0, (start, end));
            start = end;
        }
        let places = postings.into_iter().map(|(_, place)| place).collect();
        let sample = sample.iter().copied().zip(0..).collect();
        Self { sample, sizes, places, ranges }
    }

    fn look_up(
        &self,
        store: &Store,
        settings: &Settings,
        nodes: &[Number],
        levels: &[f64],
    ) -> Found {
        let mut found = Found::new(self.sizes.len(), levels.len());
        let (mut reader, mut set) = (store.token_reader(), Vec::new());
        let (mut shared, mut met) = (vec![0u32; self.sizes.len()], Vec::new());
        for &node in nodes {
            fill_shingle_set(reader.tokens(node), settings.shingle_size, &mut set);
            for shingle in &set {
                let Some(&(start, end)) = self.ranges.get(shingle) else { continue };
                for &place in &self.places[start as usize..end as usize] {
                    if shared[place as usize] == 0 {
                        met.push(place);
                    }
                    shared[place as usize] += 1;
                }
            }
            let own = self.sample.get(&node);
            for place in met.drain(..) {
                let both = std::mem::take(&mut shared[place as usize]);
                if own != Some(&place) {
                    let size = self.sizes[place as usize];
                    let alike = resemblance(both, size, set.len() as u32);
                    found.note(place as usize, node, alike, levels);
                }
            }
        }
        found
    }
}

/// The first block of each node.
fn firsts(store: &Store) -> Vec<Number> {
    let mut firsts = vec![NONE; store.nodes()];
    for block in (0..store.blocks()).rev() {
        firsts[store.node(block) as usize] = block as Number;
    }
    firsts
}

/// Chooses the pairs that are shown.
struct Shower<'a> {
    store: &'a Store,
    settings: &'a Settings,
    firsts: Vec<Number>,
    shown: HashSet<Number>,
}

impl Shower<'_> {
    fn level(&mut self, sample: &[Number], nearest: &[Nearest], most: usize) -> Level {
        let mut pairs: Vec<(f64, Number, Number)> = sample
            .iter()
            .zip(nearest)
            .filter_map(|(&node, nearest)| {
                nearest.map(|(distance, other, _)| (distance, node.min(other), node.max(other)))
            })
            .collect();
        let blocks = pairs.len() as u64;
        pairs.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let mut told: Vec<Borderline> =
            pairs.par_iter().map(|&(_, one, other)| self.borderline(one, other)).collect();
        let templates = told.iter().filter(|pair| pair.template).count() as u64;
        // What differs in numbers or names alone stays at any threshold, so it is shown last.
        told.sort_by_key(|pair| pair.template);
        let mut level = Level { blocks, templates, pairs: Vec::new() };
        for pair in told {
            let nodes = [pair.blocks.0, pair.blocks.1].map(|block| self.store.node(block as usize));
            if level.pairs.len() < most && !nodes.iter().any(|node| self.shown.contains(node)) {
                self.shown.extend(nodes);
                level.pairs.push(pair);
            }
        }
        level.pairs.sort_by(|one, other| {
            other
                .resemblance
                .total_cmp(&one.resemblance)
                .then(Reverse(one.blocks).cmp(&Reverse(other.blocks)))
        });
        level
    }

    fn borderline(&self, one: Number, other: Number) -> Borderline {
        let mut readers = [self.store.token_reader(), self.store.token_reader()];
        let [left, right] = &mut readers;
        let tokens = (left.tokens(one), right.tokens(other));
        let mut readings = Readings::new(self.store);
        let template = readings.is_template(self.settings, (one, other), tokens);
        let sets =
            [tokens.0, tokens.1].map(|tokens| shingle_set(tokens, self.settings.shingle_size));
        let shared = crate::judging::verify::count_shared(&sets[0], &sets[1]);
        let sizes = (sets[0].len() as u32, sets[1].len() as u32);
        let (one, other) = (self.firsts[one as usize], self.firsts[other as usize]);
        Borderline {
            blocks: (one.min(other), one.max(other)),
            resemblance: resemblance(shared, sizes.0, sizes.1),
            containment: containment(shared, sizes.0, sizes.1),
            template,
        }
    }
}
