//! Short blocks: candidates by character shingles, and the count filter before the judge.
//!
//! A changed word costs a block of ten words half of its word shingles, so short blocks are compared
//! by characters. Their bands do not depend on `threshold`: 42 bands of 3 rows find a pair whose
//! character shingles resemble each other by .5 in 99.6 of 100 cases, by .4 in 93.

use rayon::prelude::*;

use crate::group::{Bands, Candidates, Pair, group};
use crate::settings::Settings;
use crate::shingle::extend_character_items;
use crate::sign::Permutations;
use crate::store::{Number, Store};

/// Bands for short blocks; 126 of the 128 slots.
pub const CHARACTER_BANDS: Bands = Bands { count: 42, rows: 3 };

/// Nodes that may be judged by their characters.
fn short_nodes(store: &Store, settings: &Settings) -> Vec<Number> {
    (0..store.nodes() as Number)
        .filter(|&node| {
            let count = store.token_counts[node as usize];
            count >= settings.least_tokens() && count < settings.short_limit()
        })
        .collect()
}

/// Candidate pairs of short blocks that could reach `short_threshold`, ascending.
pub fn short_candidates(
    store: &Store,
    settings: &Settings,
    permutations: &Permutations,
) -> Candidates {
    let nodes = short_nodes(store, settings);
    let mut found = group(
        &nodes,
        CHARACTER_BANDS,
        permutations,
        |node, items| {
            let mut characters = Vec::new();
            extend_character_items(store.node_normal(node), &mut characters, items);
        },
        |node| store.fingerprints[node as usize],
    );
    found.pairs = keep_possible(store, settings, &found.pairs);
    found
}

/// Every pair of short blocks that the count filter lets through: for exhaustive search.
pub fn all_short_pairs(store: &Store, settings: &Settings) -> Vec<Pair> {
    let nodes = short_nodes(store, settings);
    let pairs: Vec<Vec<Pair>> = (0..nodes.len())
        .into_par_iter()
        .map(|position| {
            let left = nodes[position];
            nodes[position + 1..]
                .iter()
                .map(|&right| (left, right))
                .filter(|&pair| is_possible(store, settings, pair))
                .collect()
        })
        .collect();
    pairs.concat()
}

fn keep_possible(store: &Store, settings: &Settings, pairs: &[Pair]) -> Vec<Pair> {
    pairs.par_iter().copied().filter(|&pair| is_possible(store, settings, pair)).collect()
}

/// Whether counting characters leaves room for the wanted similarity.
///
/// One insertion or deletion changes one count by one, so the sum of differences is at most the
/// Indel distance, and a similarity of s allows a distance of `(1 - s) * (length + length)`.
fn is_possible(store: &Store, settings: &Settings, (left, right): Pair) -> bool {
    let counts = (store.token_counts[left as usize], store.token_counts[right as usize]);
    if settings.judged_by_characters(counts.0, counts.1) != Some(true) {
        return false;
    }
    let mut differences = [0i32; 64];
    let mut lengths = 0u32;
    for character in store.node_normal(left).chars() {
        differences[character as usize % 64] += 1;
        lengths += 1;
    }
    for character in store.node_normal(right).chars() {
        differences[character as usize % 64] -= 1;
        lengths += 1;
    }
    let distance: u32 = differences.iter().map(|difference| difference.unsigned_abs()).sum();
    // A little slack: the judge computes in floating point, and the filter must never be the
    // stricter of the two.
    f64::from(distance) <= (1.0 - settings.short_threshold) * f64::from(lengths) + 1e-6
}
