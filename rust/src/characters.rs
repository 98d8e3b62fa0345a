//! Short blocks: candidates by character shingles, and the count filter before the judge.
//!
//! A changed word costs a block of ten words half of its word shingles, so short blocks are compared
//! by characters. Their bands do not depend on `threshold`: 42 bands of 3 rows find a pair whose
//! character shingles resemble each other by .5 in 99.6 of 100 cases, by .4 in 93.

use rayon::prelude::*;

use crate::group::{Bands, Candidates, Features, Pair, group};
use crate::settings::Settings;
use crate::shingle::extend_character_items;
use crate::sign::Permutations;
use crate::store::{Number, Store};

/// Bands for short blocks; 126 of the 128 slots.
pub const CHARACTER_BANDS: Bands = Bands { count: 42, rows: 3 };

/// Kinds of characters that are counted: code points by their remainder.
const KINDS: usize = 32;

/// Short blocks and what the count filter needs of them.
struct ShortBlocks<'a> {
    store: &'a Store,
    settings: &'a Settings,
    nodes: Vec<Number>,
    /// Place of a node in `nodes` and `counts`; only those of short blocks are meaningful.
    places: Vec<Number>,
    /// How often each kind of character stands in each block, at most 255.
    counts: Vec<[u8; KINDS]>,
    /// Code points of each normal form.
    lengths: Vec<u32>,
}

impl<'a> ShortBlocks<'a> {
    fn new(store: &'a Store, settings: &'a Settings) -> Self {
        let nodes: Vec<Number> = (0..store.nodes() as Number)
            .filter(|&node| {
                let count = store.token_counts[node as usize];
                count >= settings.least_tokens() && count < settings.short_limit()
            })
            .collect();
        let mut places = vec![0; store.nodes()];
        for (place, &node) in nodes.iter().enumerate() {
            places[node as usize] = place as Number;
        }
        let (counts, lengths) =
            nodes.par_iter().map(|&node| count_characters(store.node_normal(node))).unzip();
        Self { store, settings, nodes, places, counts, lengths }
    }
}

fn count_characters(normal: &str) -> ([u8; KINDS], u32) {
    let mut counts = [0u8; KINDS];
    let mut length = 0;
    for character in normal.chars() {
        let count = &mut counts[character as usize % KINDS];
        *count = count.saturating_add(1);
        length += 1;
    }
    (counts, length)
}

impl Features for ShortBlocks<'_> {
    fn items(&self, node: Number, out: &mut Vec<u32>) {
        extend_character_items(self.store.node_normal(node), out);
    }

    fn order(&self, node: Number) -> u128 {
        self.store.fingerprints[node as usize]
    }

    /// Whether counting characters leaves room for the wanted similarity.
    ///
    /// One insertion or deletion changes one count by one, so the sum of differences is at most the
    /// Indel distance, and a similarity of s allows a distance of `(1 - s) * (length + length)`.
    /// Counts that stop at 255 make differences smaller, never larger.
    fn is_possible(&self, left: Number, right: Number) -> bool {
        let places = (self.places[left as usize] as usize, self.places[right as usize] as usize);
        let differences = self.counts[places.0].iter().zip(&self.counts[places.1]);
        let distance: u32 = differences.map(|(&one, &other)| u32::from(one.abs_diff(other))).sum();
        let lengths = self.lengths[places.0] + self.lengths[places.1];
        // A little slack: the judge computes in floating point, and the filter must never be the
        // stricter of the two.
        let room = (1.0 - self.settings.short_threshold) * f64::from(lengths) + 1e-6;
        let tokens = &self.store.token_counts;
        f64::from(distance) <= room
            && self.settings.judged_by_characters(tokens[left as usize], tokens[right as usize])
                == Some(true)
    }
}

/// Candidate pairs of short blocks that could reach `short_threshold`.
pub fn short_candidates(store: &Store, settings: &Settings, permutations: &Permutations) -> Candidates {
    let blocks = ShortBlocks::new(store, settings);
    group(&blocks.nodes, CHARACTER_BANDS, permutations, &blocks)
}

/// Every pair of short blocks that the count filter lets through: for exhaustive search.
#[must_use]
pub fn all_short_pairs(store: &Store, settings: &Settings) -> Candidates {
    let blocks = ShortBlocks::new(store, settings);
    let pairs: Vec<Vec<Pair>> = (0..blocks.nodes.len())
        .into_par_iter()
        .map(|position| {
            let left = blocks.nodes[position];
            let others = blocks.nodes[position + 1..].iter();
            others
                .filter(|&&right| blocks.is_possible(left, right))
                .map(|&right| (left, right))
                .collect()
        })
        .collect();
    Candidates::of(&pairs.concat())
}
