//! Which blocks the new ones of a batch may match: those that have a key of theirs, as far as sieves and counts of
//! shared anchors tell.

use std::io;

use hashbrown::HashMap;

use super::batch::{Batch, Suspects};
use super::columns::pieces;
use super::each::each;
use super::file::Kind;
use super::levels::{packed, unpacked};
use super::record::Node;
use super::seek::Seeker;
use super::sift::Where;
use super::state::State;
use crate::contain::{COLD, LONGEST, holds, least_share};
use crate::hot::HOT;

/// Keys that are looked up by one task, about.
const PIECE: usize = 2048;
/// Pairs that are looked at by one task.
const PAIRS: usize = 4096;

/// What some keys found: pairs of a new block and one that it may match.
#[derive(Default)]
struct Met {
    /// By keys of bands.
    bands: Vec<u64>,
    /// By anchors; as often as they share any.
    anchors: Vec<u64>,
    /// Blocks that stand in a bucket of which only a part was looked at, as often as they do.
    hot: Vec<u32>,
    /// Of these, for anchors: among what is held, and among the batch.
    hot_anchors: [Vec<u32>; 2],
}

impl Met {
    /// Notes the bucket of a key for a block.
    fn note(&mut self, kind: Kind, number: u32, bucket: &[u32], is_batch: bool) {
        let mut bucket = bucket;
        let is_anchor = kind == Kind::Anchors;
        if bucket.len() >= if is_anchor { COLD } else { HOT } {
            self.hot.push(number);
            if is_anchor {
                self.hot_anchors[usize::from(is_batch)].push(number);
                bucket = &bucket[..LONGEST];
            }
        }
        let list = if is_anchor { &mut self.anchors } else { &mut self.bands };
        list.extend(bucket.iter().map(|&other| packed(number, other)));
    }

    fn append(&mut self, mut other: Self) {
        self.bands.append(&mut other.bands);
        self.anchors.append(&mut other.anchors);
        self.hot.append(&mut other.hot);
        for (list, other) in self.hot_anchors.iter_mut().zip(&mut other.hot_anchors) {
            list.append(other);
        }
    }
}

/// Looks up some keys of one kind: what is held, and earlier blocks of the batch.
fn look_up(state: &State, kind: Kind, pairs: &[u64]) -> io::Result<Met> {
    let mut met = Met::default();
    let limit = if kind == Kind::Anchors { COLD } else { HOT };
    let same = |one: &u64, other: &u64| one >> 32 == other >> 32;
    let keys: Vec<u32> = pairs.chunk_by(same).map(|group| unpacked(group[0]).0).collect();
    let there = state.sift(kind, &keys)?;
    let mut seeker = state.seeker(kind, &there);
    let (mut bucket, mut numbers) = (Vec::new(), Vec::new());
    for ((group, &key), &there) in pairs.chunk_by(same).zip(&keys).zip(&there) {
        if there != 0 {
            bucket.clear();
            fill((state, kind), &mut seeker, (there, key), limit, &mut bucket)?;
            for &pair in group.iter().filter(|_| !bucket.is_empty()) {
                met.note(kind, unpacked(pair).1, &bucket, false);
            }
        }
        if group.len() > 1 {
            numbers.clear();
            numbers.extend(group.iter().map(|&pair| unpacked(pair).1));
            for (place, &number) in numbers.iter().enumerate() {
                met.note(kind, number, &numbers[..place.min(limit)], true);
            }
        }
    }
    Ok(met)
}

/// Fills a bucket with what is held, up to a limit, without blocks that stand in no document any more where it
/// would be full. Within a window the newest are looked at: those before them are out of reach.
fn fill(
    (state, kind): (&State, Kind),
    seeker: &mut Seeker<'_>,
    (there, key): (Where, u32),
    limit: usize,
    bucket: &mut Vec<u32>,
) -> io::Result<()> {
    let push = |other| {
        bucket.push(other);
        if bucket.len() >= limit && !state.removed.is_empty() {
            let mut live = Vec::new();
            for &other in &*bucket {
                if state.is_live(other)? {
                    live.push(other);
                }
            }
            *bucket = live;
        }
        Ok(bucket.len() < limit)
    };
    if state.settings.window.is_some() {
        state.each_back(kind, key, push)
    } else {
        seeker.each(there, key, push)
    }
}

/// Whether one of two blocks that share so many anchors may hold the other; what stands in large buckets
/// may be shared without having been met.
fn may_hold(state: &State, (one, other): (&Node, &Node), shared: u32) -> bool {
    let (shorter, longer) = if one.tokens < other.tokens { (one, other) } else { (other, one) };
    holds(longer.tokens, shorter.tokens)
        && f64::from(shared) >= least_share(&state.settings) * f64::from(shorter.anchors)
}

impl Batch {
    /// Looks all keys up: pairs of blocks that may match, the later one being new.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub(super) fn find_suspects(&mut self, state: &State) -> io::Result<()> {
        let pieces = pieces(&self.columns, PIECE);
        let look = |(): &mut (), place: usize| look_up(state, pieces[place].0, pieces[place].1);
        let mut met = Met::default();
        for more in each((self.alone, pieces.len()), || (), look)? {
            met.append(more);
        }
        met.bands.sort_unstable();
        met.bands.dedup();
        met.anchors.sort_unstable();
        for &number in &met.hot {
            *self.hot.entry(number).or_default() += 1;
        }
        let mut found = self.sifted(state, &met)?;
        found.sort_unstable();
        self.long = found.into_iter().map(|pair| turned(unpacked(pair))).collect();
        Ok(())
    }

    /// The pairs of which one block may match the other.
    fn sifted(&self, state: &State, met: &Met) -> io::Result<Vec<u64>> {
        let parts: Vec<&[u64]> = met.bands.chunks(PAIRS).collect();
        let sift = |(): &mut (), part: usize| {
            let mut found = Vec::new();
            for &pair in parts[part] {
                if self.may_match(state, pair)? {
                    found.push(pair);
                }
            }
            Ok(found)
        };
        let mut found = each((self.alone, parts.len()), || (), sift)?.concat();
        let count = |numbers: &[u32]| {
            let mut counts: HashMap<u32, u32> = HashMap::new();
            for &number in numbers {
                *counts.entry(number).or_default() += 1;
            }
            counts
        };
        let hot = [count(&met.hot_anchors[0]), count(&met.hot_anchors[1])];
        for same in met.anchors.chunk_by(|one, other| one == other) {
            let (number, other) = unpacked(same[0]);
            if met.bands.binary_search(&same[0]).is_ok() || !self.may_match(state, same[0])? {
                continue;
            }
            let is_batch = self.is_new(other);
            let hot = hot[usize::from(is_batch)].get(&number).copied().unwrap_or_default();
            let others = if is_batch { self.new_node(other) } else { state.node(other)? };
            if may_hold(state, (&self.new_node(number), &others), same.len() as u32 + hot) {
                found.push(same[0]);
            }
        }
        Ok(found)
    }

    fn may_match(&self, state: &State, pair: u64) -> io::Result<bool> {
        let (number, other) = unpacked(pair);
        let sieve =
            if self.is_new(other) { self.probe(other).sieve } else { state.sieve(other)? };
        Ok(self.probe(number).may_match(&state.settings, sieve))
    }
}

const fn turned((later, earlier): Suspects) -> Suspects {
    (earlier, later)
}
