//! Candidates for containment: a text and a longer one that holds most of it.
//!
//! Signatures tell resemblance, which a paragraph and a page that quotes it lack. But they share
//! anchors: nearly all of the shorter text's, and one for each run of 15 tokens in any case. A pair is a
//! candidate when a third of the shorter text's anchors stand in the longer one.

use rayon::prelude::*;

use crate::candidates::anchors::{Anchors, GRAM, WINDOW};
use crate::candidates::crowds::Crowds;
use crate::candidates::group::Pair;
use crate::candidates::repeated::Repeated;
use crate::settings::Settings;
use crate::store::token_reader::TokenReader;
use crate::store::{Number, Store};

/// Texts whose anchors are found by one task.
const NODES_PER_TASK: usize = 1024;

/// Buckets of more texts than this are not taken pair by pair: each of their texts is paired with the
/// longest ones.
pub(crate) const COLD: usize = 16;

/// How many of the longest texts of a larger bucket the others are paired with.
pub(crate) const LONGEST: usize = 4;

/// The longer text is longer by a tenth at least: pairs more alike in length resemble each other so
/// much, where one holds the other, that signatures find them.
pub(crate) fn holds(longer: u32, shorter: u32) -> bool {
    u64::from(longer) * 10 >= u64::from(shorter) * 11
}

/// Of lengths that descend, the pairs of which one may hold the other.
fn count_holding<I: Iterator<Item = u32>>(lengths: impl Fn() -> I) -> u64 {
    let (mut longer, mut count, mut total) = (lengths().peekable(), 0, 0);
    for shorter in lengths() {
        while longer.next_if(|&longer| holds(longer, shorter)).is_some() {
            count += 1;
        }
        total += count;
    }
    total
}

/// The share of the shorter text's anchors, at least, that a longer one which holds it has too.
///
/// An edit costs as many shingles as one has tokens, and up to twice a gram's tokens of anchors' windows.
/// A third is asked for in any case, and never all: at the ends of a text other anchors are chosen.
pub(crate) fn least_share(settings: &Settings) -> f64 {
    let edits = (1.0 - settings.containment) / settings.shingle_size as f64;
    (1.0 - edits * (2 * GRAM) as f64).clamp(1.0 / 3.0, 0.75)
}

/// Pairs of `nodes` (ascending), of which one may hold the other, ascending; and the buckets whose texts
/// were not all paired with each other.
#[must_use]
pub fn containment_candidates(
    store: &Store,
    settings: &Settings,
    nodes: &[Number],
) -> (Vec<Pair>, Crowds) {
    let share = least_share(settings);
    let Shared { entries, anchors } = shared_anchors(store, nodes);
    let length = |place: u32| store.token_count(nodes[place as usize]);
    let mut hot = vec![0u32; nodes.len()];
    let mut pairs: Vec<u64> = Vec::new();
    let mut members: Vec<u32> = Vec::new();
    let mut crowds = Crowds::default();
    for bucket in entries.chunk_by(|left, right| left >> 32 == right >> 32) {
        members.clear();
        members.extend(bucket.iter().map(|&entry| entry as u32));
        members.sort_unstable_by_key(|&place| (std::cmp::Reverse(length(place)), place));
        if members.len() > COLD {
            for &place in &members {
                hot[place as usize] += 1;
            }
        }
        let before = pairs.len();
        let longest = if members.len() > COLD { LONGEST } else { members.len() };
        for (rank, &longer) in members[..longest].iter().enumerate() {
            let shorter = members[rank + 1..]
                .iter()
                .filter(|&&shorter| holds(length(longer), length(shorter)));
            pairs.extend(shorter.map(|&shorter| u64::from(shorter) << 32 | u64::from(longer)));
        }
        let paired = (pairs.len() - before) as u64;
        if members.len() > COLD && paired > 0 {
            let lengths = || members.iter().map(|&place| length(place));
            crowds.note(members[0], &members, (count_holding(lengths), paired));
        }
    }
    drop(entries);
    pairs.par_sort_unstable();
    let mut found: Vec<Pair> = pairs
        .chunk_by(|one, other| one == other)
        .filter_map(|same| {
            let (shorter, longer) = ((same[0] >> 32) as usize, same[0] as u32 as usize);
            // What stands in large buckets may be shared without having been paired.
            let shared = same.len() as u32 + hot[shorter];
            (f64::from(shared) >= share * f64::from(anchors[shorter])).then(|| {
                let (one, other) = (nodes[shorter], nodes[longer]);
                (one.min(other), one.max(other))
            })
        })
        .collect();
    found.par_sort_unstable();
    crowds.renumber(nodes);
    (found, crowds)
}

/// The anchors that stand in more than one text.
struct Shared {
    /// Hash above the text's place, ascending.
    entries: Vec<u64>,
    /// How many anchors each text has, shared or not.
    anchors: Vec<u32>,
}

fn shared_anchors(store: &Store, nodes: &[Number]) -> Shared {
    let found: Vec<(Vec<u32>, Vec<u32>)> = nodes
        .par_chunks(NODES_PER_TASK)
        .map(|nodes| {
            let mut reader = AnchorReader::new(store);
            let (mut counts, mut hashes) = (Vec::with_capacity(nodes.len()), Vec::new());
            for &node in nodes {
                let anchors = reader.hashes(node);
                counts.push(anchors.len() as u32);
                hashes.extend_from_slice(anchors);
            }
            hashes.shrink_to_fit();
            (counts, hashes)
        })
        .collect();
    let hashes: Vec<&[u32]> = found.iter().map(|(_, hashes)| hashes.as_slice()).collect();
    let repeated = Repeated::among(&hashes, rayon::current_num_threads());
    let mut entries: Vec<u64> = found
        .par_iter()
        .enumerate()
        .flat_map_iter(|(task, (counts, hashes))| {
            let places = (task * NODES_PER_TASK..)
                .zip(counts)
                .flat_map(|(place, &count)| std::iter::repeat_n(place as u64, count as usize));
            let again = hashes.iter().zip(places).filter(|&(&hash, _)| repeated.has(hash));
            again.map(|(&hash, place)| u64::from(hash) << 32 | place)
        })
        .collect();
    let anchors = found.into_iter().flat_map(|(counts, _)| counts).collect();
    entries.par_sort_unstable();
    Shared { entries, anchors }
}

/// Reads the anchors of one text after the other.
struct AnchorReader<'a> {
    tokens: TokenReader<'a>,
    anchors: Anchors,
    hashes: Vec<u32>,
}

impl<'a> AnchorReader<'a> {
    fn new(store: &'a Store) -> Self {
        Self {
            tokens: store.token_reader(),
            anchors: Anchors::of(GRAM + WINDOW - 1),
            hashes: Vec::new(),
        }
    }

    /// The different anchors of a text, ascending.
    fn hashes(&mut self, node: Number) -> &[u32] {
        self.hashes.clear();
        self.anchors.find(self.tokens.tokens(node), |hash, _| self.hashes.push(hash));
        self.hashes.sort_unstable();
        self.hashes.dedup();
        &self.hashes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_as_two_loops_count_them() {
        let lists: [&[u32]; 5] = [
            &[],
            &[5],
            &[9, 9, 9],
            &[110, 100, 100, 99, 90, 20, 20],
            &[300, 200, 100, 50, 25, 1, 1],
        ];
        for lengths in lists {
            let mut count = 0;
            for (place, &longer) in lengths.iter().enumerate() {
                count += lengths[place + 1..].iter().filter(|&&other| holds(longer, other)).count();
            }
            assert_eq!(count_holding(|| lengths.iter().copied()), count as u64, "{lengths:?}");
        }
    }
}
