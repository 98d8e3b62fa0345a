//! Short blocks: candidates by character shingles, and the count filter before the judge.
//!
//! A changed word costs a block of ten words half of its word shingles, so short blocks are compared
//! by characters. Their bands do not depend on `threshold`: 30 bands of 3 rows find a pair whose
//! character shingles resemble each other by .5 in 98 of 100 cases. Measured on every twelfth document
//! of the 305 MB corpus, of the true pairs of blocks with at most 5 matches .993 (42 bands: .996, for
//! two fifths more time), of what goes in the end .997; hot templates lose pairs, not removals.

use rayon::prelude::*;

use crate::candidates::crowded::{Changed, Crowded};
use crate::candidates::group::{Bands, Candidates, Features, group, group_again};
use crate::candidates::shingle::CharacterReader;
use crate::candidates::sign::Permutations;
use crate::candidates::sketch::Sketch;
use crate::judging::marking::mark_names;
use crate::judging::similarity::{Similarity, room};
use crate::judging::verify::{Match, ShortScratch, short_match};
use crate::search::boxes::near_pairs;
use crate::settings::Settings;
use crate::simd::Path;
use crate::store::{Number, Store};

/// Bands for short blocks; 90 of the 128 slots.
pub const CHARACTER_BANDS: Bands = Bands { count: 30, rows: 3 };

/// Kinds of characters that are counted: code points by their remainder.
pub(crate) const KINDS: usize = 32;

/// What the count filter needs of a short block: one line of the processor's cache.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    /// How often each kind of character stands in the normal form, at most 255.
    pub(crate) kinds: [u8; KINDS],
    /// Code points of the normal form.
    pub(crate) length: u32,
    /// Its tokens.
    pub(crate) tokens: u32,
}

/// The blocks that may be judged by their characters.
pub(crate) struct ShortBlocks<'a> {
    pub(crate) store: &'a Store,
    pub(crate) settings: &'a Settings,
    pub(crate) nodes: Vec<Number>,
    pub(crate) counts: Vec<Counts>,
}

impl<'a> ShortBlocks<'a> {
    pub(crate) fn new(store: &'a Store, settings: &'a Settings) -> Self {
        let nodes: Vec<Number> = (0..store.nodes() as Number)
            .filter(|&node| {
                let count = store.token_counts[node as usize];
                count >= settings.least_tokens() && count < settings.short_limit()
            })
            .collect();
        Self::of(store, settings, nodes)
    }

    fn of(store: &'a Store, settings: &'a Settings, nodes: Vec<Number>) -> Self {
        let counts = nodes.par_iter().map(|&node| Counts::new(store, node)).collect();
        Self { store, settings, nodes, counts }
    }

    /// How many insertions and deletions the wanted similarity allows two texts of so many characters.
    pub(crate) fn room(&self, lengths: u32) -> u32 {
        room(self.settings.short_threshold, lengths as usize) as u32
    }

    /// Whether counting characters leaves room for the wanted similarity.
    pub(crate) fn leave_room(&self, left: &Counts, right: &Counts) -> bool {
        left.leave_room(right, self.settings)
    }
}

impl Counts {
    fn new(store: &Store, node: Number) -> Self {
        Self::of(store.node_normal(node), store.token_counts[node as usize])
    }

    /// Those of a normal form with so many tokens.
    pub(crate) fn of(normal: &str, tokens: u32) -> Self {
        let mut made = Self { kinds: [0; KINDS], length: 0, tokens };
        for character in normal.chars() {
            let count = &mut made.kinds[character as usize % KINDS];
            *count = count.saturating_add(1);
            made.length += 1;
        }
        made
    }

    /// Whether counting characters leaves room for the wanted similarity.
    ///
    /// One insertion or deletion changes one count by one, so the sum of differences is at most the
    /// Indel distance, and a similarity of s allows a distance of `(1 - s) * (length + length)`.
    /// Counts that stop at 255 make differences smaller, never larger.
    pub(crate) fn leave_room(&self, other: &Self, settings: &Settings) -> bool {
        let differences = self.kinds.iter().zip(&other.kinds);
        let distance: u32 = differences.map(|(&one, &other)| u32::from(one.abs_diff(other))).sum();
        distance as usize <= room(settings.short_threshold, (self.length + other.length) as usize)
            && settings.judged_by_characters(self.tokens, other.tokens) == Some(true)
    }

    /// One of the counts, or after them the length.
    pub(crate) fn coordinate(&self, number: usize) -> u32 {
        self.kinds.get(number).map_or(self.length, |&count| u32::from(count))
    }

    /// Each number combined with the other's.
    #[inline]
    pub(crate) fn each(
        &self,
        other: &Self,
        counts: impl Fn(u8, u8) -> u8,
        sizes: impl Fn(u32, u32) -> u32,
    ) -> Self {
        Self {
            kinds: std::array::from_fn(|kind| counts(self.kinds[kind], other.kinds[kind])),
            length: sizes(self.length, other.length),
            tokens: sizes(self.tokens, other.tokens),
        }
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
        self.leave_room(&self.counts[left], &self.counts[right])
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

/// Those of what stays of hot buckets, see `crowded`; `None` once nothing is left to compare.
#[must_use]
pub(crate) fn short_candidates_again(
    store: &Store,
    settings: &Settings,
    crowded: &mut Crowded,
    goes: &[bool],
) -> Option<Candidates> {
    let Changed { nodes, bands } = crowded.changed_by(goes)?;
    let blocks = ShortBlocks::of(store, settings, nodes);
    Some(group_again(&blocks.nodes, &bands, &blocks))
}

/// Pairs that are judged at one time, which bounds what is held of those that are alike.
const PAIRS_AT_ONCE: usize = 1 << 16;

/// Verifies candidates by their characters: matches in the order of the pairs.
#[must_use]
pub fn verify_short_pairs(store: &Store, settings: &Settings, pairs: &Candidates) -> Vec<Match> {
    let mut matches = Vec::new();
    for low in (0..pairs.len()).step_by(PAIRS_AT_ONCE) {
        let mut found: Vec<Match> = pairs
            .pairs(low..pairs.len().min(low + PAIRS_AT_ONCE))
            .into_par_iter()
            .map_init(
                || (Similarity::default(), ShortScratch::default()),
                |(similarity, scratch), pair| {
                    let (left, right) = (store.node_normal(pair.0), store.node_normal(pair.1));
                    let alike = similarity.of(left, right, settings.short_threshold)?;
                    short_match(store, settings, pair, alike as f32, scratch)
                },
            )
            .flatten()
            .collect();
        mark_names(store, settings, &mut found);
        matches.extend(found);
    }
    matches
}

/// Every pair of short blocks that can reach `short_threshold`: for exhaustive search.
#[must_use]
pub fn all_short_pairs(store: &Store, settings: &Settings) -> Candidates {
    let mut pairs = near_pairs(&ShortBlocks::new(store, settings));
    pairs.par_sort_unstable();
    Candidates::of(&pairs)
}
