//! Short blocks: candidates by character shingles, and the count filter before the judge.
//!
//! A changed word costs a block of ten words half of its word shingles, so short blocks are compared
//! by characters. Their bands do not depend on `threshold`: 30 bands of 3 rows find a pair whose
//! character shingles resemble each other by .5 in 98 of 100 cases. Measured on every twelfth document
//! of the 305 MB corpus, of the true pairs of blocks with at most 5 matches .993 (42 bands: .996, for
//! two fifths more time), of what goes in the end .997; hot templates lose pairs, not removals.

use rayon::prelude::*;

use crate::group::{Bands, Candidates, Features, Pair, group};
use crate::settings::Settings;
use crate::shingle::CharacterReader;
use crate::sign::Permutations;
use crate::simd::Path;
use crate::sketch::Sketch;
use crate::store::{Number, Store};

/// Bands for short blocks; 90 of the 128 slots.
pub const CHARACTER_BANDS: Bands = Bands { count: 30, rows: 3 };

/// Kinds of characters that are counted: code points by their remainder.
const KINDS: usize = 32;

/// What the count filter needs of a short block: one line of the processor's cache.
struct Counts {
    /// How often each kind of character stands in the normal form, at most 255.
    kinds: [u8; KINDS],
    /// Code points of the normal form.
    length: u32,
    /// Its tokens.
    tokens: u32,
}

/// The blocks that may be judged by their characters.
struct ShortBlocks<'a> {
    store: &'a Store,
    settings: &'a Settings,
    nodes: Vec<Number>,
    counts: Vec<Counts>,
}

impl<'a> ShortBlocks<'a> {
    fn new(store: &'a Store, settings: &'a Settings) -> Self {
        let nodes: Vec<Number> = (0..store.nodes() as Number)
            .filter(|&node| {
                let count = store.token_counts[node as usize];
                count >= settings.least_tokens() && count < settings.short_limit()
            })
            .collect();
        let counts = nodes.par_iter().map(|&node| Counts::new(store, node)).collect();
        Self { store, settings, nodes, counts }
    }

    /// Whether counting characters leaves room for the wanted similarity.
    ///
    /// One insertion or deletion changes one count by one, so the sum of differences is at most the
    /// Indel distance, and a similarity of s allows a distance of `(1 - s) * (length + length)`.
    /// Counts that stop at 255 make differences smaller, never larger.
    fn leave_room(&self, left: usize, right: usize) -> bool {
        let (left, right) = (&self.counts[left], &self.counts[right]);
        let differences = left.kinds.iter().zip(&right.kinds);
        let distance: u32 = differences.map(|(&one, &other)| u32::from(one.abs_diff(other))).sum();
        // A little slack: the judge computes in floating point, and the filter must never be the
        // stricter of the two.
        let lengths = f64::from(left.length + right.length);
        f64::from(distance) <= (1.0 - self.settings.short_threshold) * lengths + 1e-6
            && self.settings.judged_by_characters(left.tokens, right.tokens) == Some(true)
    }
}

impl Counts {
    fn new(store: &Store, node: Number) -> Self {
        let mut made =
            Self { kinds: [0; KINDS], length: 0, tokens: store.token_counts[node as usize] };
        for character in store.node_normal(node).chars() {
            let count = &mut made.kinds[character as usize % KINDS];
            *count = count.saturating_add(1);
            made.length += 1;
        }
        made
    }
}

impl Features for ShortBlocks<'_> {
    type Reader<'a>
        = CharacterReader
    where
        Self: 'a;

    const KEEPS_SKETCHES: bool = false;

    fn reader(&self) -> CharacterReader {
        CharacterReader::with(Path::best())
    }

    fn items(&self, reader: &mut CharacterReader, place: usize, out: &mut Vec<u32>) {
        reader.extend_items(self.store.node_normal(self.nodes[place]), out);
    }

    fn order(&self, place: usize) -> u64 {
        (self.store.fingerprints[self.nodes[place] as usize] >> 64) as u64
    }

    fn is_possible(&self, (left, right): (usize, usize), _: (&Sketch, &Sketch)) -> bool {
        self.leave_room(left, right)
    }
}

/// Candidate pairs of short blocks that could reach `short_threshold`.
#[must_use]
pub fn short_candidates(
    store: &Store,
    settings: &Settings,
    permutations: &Permutations,
) -> Candidates {
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
            (position + 1..blocks.nodes.len())
                .filter(|&other| blocks.leave_room(position, other))
                .map(|other| (blocks.nodes[position], blocks.nodes[other]))
                .collect()
        })
        .collect();
    Candidates::of(&pairs.concat())
}
