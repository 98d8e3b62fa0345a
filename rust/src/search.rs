//! From nodes to verified matches: candidates by banding, or every pair that shares a shingle.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::group::{Bands, Candidates, Features, Pair, group};
use crate::settings::{Search, Settings};
use crate::shingle::{Powers, extend_items};
use crate::sign::Permutations;
use crate::simd::Path;
use crate::store::{Number, Store};
use crate::verify::{Match, judge, node_set};

/// Pairs verified between two looks at the memory they need.
const PAIRS_AT_ONCE: usize = 1 << 17;

/// Nodes that are judged by their shingles.
fn long_nodes(store: &Store, settings: &Settings) -> Vec<Number> {
    let least = settings.least_tokens().max(settings.short_tokens);
    (0..store.nodes() as Number)
        .filter(|&node| store.token_counts[node as usize] >= least)
        .collect()
}

struct LongBlocks<'a> {
    store: &'a Store,
    nodes: &'a [Number],
    powers: Powers,
    path: Path,
}

impl Features for LongBlocks<'_> {
    fn items(&self, place: usize, out: &mut Vec<u32>) {
        extend_items(self.path, self.store.node_tokens(self.nodes[place]), &self.powers, out);
    }

    fn order(&self, place: usize) -> u128 {
        self.store.fingerprints[self.nodes[place] as usize]
    }

    fn is_possible(&self, _left: usize, _right: usize) -> bool {
        true
    }
}

/// Candidates among the blocks that are judged by shingles.
#[must_use]
pub fn long_candidates(
    store: &Store,
    settings: &Settings,
    permutations: &Permutations,
) -> Candidates {
    let nodes = long_nodes(store, settings);
    match settings.search {
        Search::Lsh => {
            let bands = Bands { count: settings.bands, rows: settings.rows };
            let (powers, path) = (Powers::of(settings.shingle_size), Path::best());
            group(&nodes, bands, permutations, &LongBlocks { store, nodes: &nodes, powers, path })
        }
        Search::Exhaustive => Candidates::of(&sharing_pairs(store, settings, &nodes)),
    }
}

/// Every pair that shares enough shingles to match, by an inverted index.
///
/// A match by resemblance or containment shares at least one shingle, so nothing can be missed.
fn sharing_pairs(store: &Store, settings: &Settings, nodes: &[Number]) -> Vec<Pair> {
    let mut postings: HashMap<u64, Vec<Number>> = HashMap::new();
    let mut pairs = Vec::new();
    let mut counts: HashMap<Number, u32> = HashMap::new();
    let mut sizes: HashMap<Number, u32> = HashMap::new();
    let least_share = settings.threshold.min(settings.containment);
    for &node in nodes {
        let set = node_set(store, settings, node);
        counts.clear();
        for shingle in &set {
            let list = postings.entry(*shingle).or_default();
            for &other in list.iter() {
                *counts.entry(other).or_default() += 1;
            }
            list.push(node);
        }
        let size = set.len() as u32;
        // Containment is at least resemblance, so whatever matches reaches the smaller of both.
        pairs.extend(counts.iter().filter_map(|(&other, &shared)| {
            let smaller = size.min(sizes[&other]);
            (f64::from(shared) + 1e-6 >= least_share * f64::from(smaller)).then_some((other, node))
        }));
        sizes.insert(node, size);
    }
    pairs.par_sort_unstable();
    pairs
}

/// Verifies candidates: matches in the order of their pairs.
///
/// Shingle sets are made once for each node that takes part, a piece of the pairs at a time.
#[must_use]
pub fn verify_pairs(store: &Store, settings: &Settings, candidates: &Candidates) -> Vec<Match> {
    let mut matches = Vec::new();
    for first in (0..candidates.len()).step_by(PAIRS_AT_ONCE) {
        let pairs = candidates.pairs(first..(first + PAIRS_AT_ONCE).min(candidates.len()));
        let mut nodes: Vec<Number> =
            pairs.iter().flat_map(|&(left, right)| [left, right]).collect();
        nodes.par_sort_unstable();
        nodes.dedup();
        let sets: Vec<Vec<u64>> =
            nodes.par_iter().map(|&node| node_set(store, settings, node)).collect();
        let set_of = |node: Number| -> &[u64] {
            nodes.binary_search(&node).map_or(&[], |place| sets[place].as_slice())
        };
        let found: Vec<Match> = pairs
            .par_iter()
            .filter_map(|&pair| judge(store, settings, pair, (set_of(pair.0), set_of(pair.1))))
            .collect();
        matches.extend(found);
    }
    matches
}
