//! From nodes to verified matches: candidates by banding, and their verification.

pub mod audit;
pub(crate) mod boxes;
pub mod characters;
pub mod join;
pub(crate) mod lanes;
pub(crate) mod sampled;
pub mod tune;

use rayon::prelude::*;

use crate::both::in_parts;
use crate::candidates::contain::containment_candidates;
use crate::candidates::crowded::{Changed, Crowded};
use crate::candidates::crowds::Crowds;
use crate::candidates::group::{Bands, Candidates, Features, Pair, group, group_again};
use crate::candidates::shingle::{Powers, extend_items, shingle_set};
use crate::candidates::sign::Permutations;
use crate::candidates::sketch::Sketch;
use crate::judging::marking::mark;
use crate::judging::verify::{Match, judge, may_match};
use crate::memory::at_most;
use crate::settings::Settings;
use crate::simd::Path;
use crate::store::token_reader::TokenReader;
use crate::store::{Number, Store};

/// Nodes that are judged by their shingles.
pub(crate) fn long_nodes(store: &Store, settings: &Settings) -> Vec<Number> {
    let least = settings.least_tokens().max(settings.short_tokens);
    in_parts(store.nodes(), |part| {
        let nodes = part.start as Number..part.end as Number;
        nodes.filter(|&node| store.token_counts[node as usize] >= least).collect()
    })
}

struct LongBlocks<'a> {
    store: &'a Store,
    settings: &'a Settings,
    nodes: &'a [Number],
    powers: Powers,
    path: Path,
}

impl Features for LongBlocks<'_> {
    type Reader<'a>
        = TokenReader<'a>
    where
        Self: 'a;

    const KEEPS_SKETCHES: bool = true;

    fn reader(&self) -> TokenReader<'_> {
        self.store.token_reader()
    }

    fn items(&self, reader: &mut TokenReader<'_>, place: usize, out: &mut Vec<u32>) {
        extend_items(self.path, reader.tokens(self.nodes[place]), &self.powers, out);
    }

    fn order(&self, place: usize) -> u64 {
        (self.store.fingerprints[self.nodes[place] as usize] >> 64) as u64
    }

    fn is_possible(&self, _: (usize, usize), (left, right): (&Sketch, &Sketch)) -> bool {
        let (left_only, right_only) = left.differing(right);
        may_match(self.settings, (left.count(), left_only), (right.count(), right_only))
    }
}

/// Candidates among the blocks that are judged by shingles, by banding; and the crowds of anchors.
#[must_use]
pub fn long_candidates(
    store: &Store,
    settings: &Settings,
    permutations: &Permutations,
) -> (Candidates, Crowds) {
    let nodes = long_nodes(store, settings);
    let bands = Bands { count: settings.bands, rows: settings.rows };
    let (powers, path) = (Powers::of(settings.shingle_size), Path::best());
    let blocks = LongBlocks { store, settings, nodes: &nodes, powers, path };
    let mut found = group(&nodes, bands, permutations, &blocks);
    if !settings.finds_contained() {
        return (found, Crowds::default());
    }
    let (pairs, anchors) = containment_candidates(store, settings, &nodes);
    found.add(&pairs);
    (found, anchors)
}

/// Those of what stays of hot buckets, see `crowded`; `None` once nothing is left to compare.
#[must_use]
pub(crate) fn long_candidates_again(
    store: &Store,
    settings: &Settings,
    crowded: &mut Crowded,
    goes: &[bool],
) -> Option<Candidates> {
    let Changed { nodes, bands } = crowded.changed_by(goes)?;
    let (powers, path) = (Powers::of(settings.shingle_size), Path::best());
    let blocks = LongBlocks { store, settings, nodes: &nodes, powers, path };
    Some(group_again(&nodes, &bands, &blocks))
}

/// Verifies candidates: matches in no particular order, which does not depend on the threads.
///
/// Pairs are taken by the member that has fewer of them, so that its shingle set is made once. Those
/// of members that stand in many pairs, such as the central ones of hot buckets, are kept.
#[must_use]
pub fn verify_pairs(store: &Store, settings: &Settings, candidates: &Candidates) -> Vec<Match> {
    if candidates.is_empty() {
        return Vec::new();
    }
    let mut degrees = vec![0u32; store.nodes()];
    for (left, right) in candidates.iter() {
        degrees[left as usize] += 1;
        degrees[right as usize] += 1;
    }
    let degree = |node: Number| degrees[node as usize];
    let mut pairs: Vec<Pair> = candidates
        .iter()
        .map(
            |(left, right)| {
                if degree(right) < degree(left) { (right, left) } else { (left, right) }
            },
        )
        .collect();
    pairs.par_sort_unstable();
    let hubs: Vec<Number> =
        (0..store.nodes() as Number).filter(|&node| degree(node) >= HUB).collect();
    let hub_sets = shingle_sets(store, settings, &hubs);
    // From here on, where a node's set is: among those of the hubs, or of the piece.
    let mut places = degrees;
    for (place, &hub) in (HUB_PLACE..).zip(&hubs) {
        places[hub as usize] = place;
    }
    let mut matches = Vec::new();
    let mut rest = pairs.as_slice();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(piece_length(store, rest, &places));
        rest = after;
        let mut nodes: Vec<Number> = piece
            .iter()
            .flat_map(|&(one, other)| [one, other])
            .filter(|&node| places[node as usize] < HUB_PLACE)
            .collect();
        nodes.par_sort_unstable();
        nodes.dedup();
        for (place, &node) in (0..).zip(&nodes) {
            places[node as usize] = place;
        }
        let sets = shingle_sets(store, settings, &nodes);
        let set_of = |node: Number| {
            let place = places[node as usize];
            match place.checked_sub(HUB_PLACE) {
                Some(place) => hub_sets[place as usize].as_slice(),
                None => sets[place as usize].as_slice(),
            }
        };
        let found: Vec<Match> = piece
            .par_iter()
            .map(|&(one, other)| (one.min(other), one.max(other)))
            .filter_map(|pair| judge(settings, pair, (set_of(pair.0), set_of(pair.1))))
            .collect();
        matches.extend(found);
    }
    drop(hub_sets);
    mark(store, settings, &mut matches);
    matches
}

/// Pairs that a member must stand in for its set to be kept.
const HUB: u32 = 64;

/// Places of hubs begin here, above all others.
const HUB_PLACE: u32 = 1 << 31;

/// Bytes of the shingle sets that are made for one piece of the pairs, where memory has no limit.
const SETS_AT_ONCE: usize = 32 << 20;

/// How many of the first pairs are taken together.
fn piece_length(store: &Store, pairs: &[Pair], places: &[u32]) -> usize {
    let size = |node: Number| {
        if places[node as usize] < HUB_PLACE { u64::from(store.token_count(node)) } else { 0 }
    };
    let at_once = (at_most(SETS_AT_ONCE, 64) / size_of::<u64>()) as u64;
    let mut shingles = 0;
    let mut last = None;
    pairs
        .iter()
        .position(|&(one, other)| {
            let own = if last.replace(one) == Some(one) { 0 } else { size(one) };
            shingles += own + size(other);
            shingles > at_once
        })
        .map_or(pairs.len(), |place| place.max(1))
}

/// The shingle sets of some nodes.
fn shingle_sets(store: &Store, settings: &Settings, nodes: &[Number]) -> Vec<Vec<u64>> {
    nodes
        .par_iter()
        .map_init(
            || store.token_reader(),
            |reader, &node| shingle_set(reader.tokens(node), settings.shingle_size),
        )
        .collect()
}
