//! Which blocks the new ones of a batch may match: those that have a key of theirs, as far as sieves and counts of
//! shared anchors tell.

use std::cmp::Reverse;
use std::io;

use hashbrown::HashMap;

use super::batch::{Batch, Suspects};
use super::columns::{Piece, pieces, tasks};
use super::disk::file::{CHARACTERS, Kind};
use super::each::each;
use super::keys::KeyMaker;
use super::levels::{packed, unpacked};
use super::record::Node;
use super::seek::Seeker;
use super::sieve::{Probe, Sieve};
use super::sift::Where;
use super::state::State;
use crate::candidates::contain::{COLD, LONGEST, holds, least_share};
use crate::candidates::hot::HOT;
use crate::settings::Settings;

/// Keys that are looked up by one task, about.
const PIECE: usize = 2048;
/// Pairs that are looked at by one task.
const PAIRS: usize = 4096;

/// Held blocks that a new one which stands in full buckets is compared with, at most, for its bands of words.
const MOST_SUSPECTS: usize = 64;

/// Whether a new block may match another one, by what sieves tell.
type May = fn(Probe, &Settings, Sieve) -> bool;

/// What some keys found: pairs of a new block and one that it may match.
#[derive(Default)]
struct Met {
    /// By keys of bands of words.
    words: Vec<u64>,
    /// By keys of bands of characters.
    characters: Vec<u64>,
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
        if bucket.len() >= limit(kind) {
            self.hot.push(number);
            if is_anchor {
                self.hot_anchors[usize::from(is_batch)].push(number);
                bucket = &bucket[..LONGEST];
            }
        }
        let list = match kind {
            Kind::Anchors => &mut self.anchors,
            Kind::Band(CHARACTERS..) => &mut self.characters,
            _ => &mut self.words,
        };
        list.extend(bucket.iter().map(|&other| packed(number, other)));
    }

    fn append(&mut self, mut other: Self) {
        self.words.append(&mut other.words);
        self.characters.append(&mut other.characters);
        self.anchors.append(&mut other.anchors);
        self.hot.append(&mut other.hot);
        for (list, other) in self.hot_anchors.iter_mut().zip(&mut other.hot_anchors) {
            list.append(other);
        }
    }
}

/// How often each of some ascending pairs is there.
fn counted(pairs: &[u64]) -> Vec<u8> {
    let same = pairs.chunk_by(|one, other| one == other);
    same.map(|same| u8::try_from(same.len()).unwrap_or(u8::MAX)).collect()
}

/// The pairs of each key.
fn by_keys(pairs: &[u64]) -> impl Iterator<Item = &[u64]> {
    pairs.chunk_by(|one, other| one >> 32 == other >> 32)
}

/// Looks up some keys: what is held, and earlier blocks of the batch.
fn look_up(state: &State, pieces: &[Piece<'_>]) -> io::Result<Met> {
    let mut keys = Vec::new();
    for &(kind, pairs) in pieces {
        keys.extend(by_keys(pairs).map(|group| (kind, unpacked(group[0]).0)));
    }
    let there = state.sift(&keys)?;
    let (mut met, mut rest) = (Met::default(), there.as_slice());
    for &(kind, pairs) in pieces {
        let there = rest.split_off(..by_keys(pairs).count()).unwrap_or_default();
        look_up_piece(state, (kind, pairs), there, &mut met)?;
    }
    Ok(met)
}

fn look_up_piece(
    state: &State,
    (kind, pairs): Piece<'_>,
    there: &[Where],
    met: &mut Met,
) -> io::Result<()> {
    let limit = limit(kind);
    let mut seeker = state.seeker(kind, there);
    let (mut bucket, mut numbers) = (Vec::new(), Vec::new());
    for (group, &there) in by_keys(pairs).zip(there) {
        if there != 0 {
            bucket.clear();
            let key = unpacked(group[0]).0;
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
    Ok(())
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

/// Blocks of a bucket that are looked at, at most.
const fn limit(kind: Kind) -> usize {
    if matches!(kind, Kind::Anchors) { COLD } else { HOT }
}

/// Whether one of two blocks that share so many anchors may hold the other; what stands in large buckets
/// may be shared without having been met.
fn may_hold(state: &State, (one, other): (&Node, &Node), shared: u32) -> bool {
    let (shorter, longer) = if one.tokens < other.tokens { (one, other) } else { (other, one) };
    holds(longer.tokens, shorter.tokens)
        && f64::from(shared) >= least_share(&state.settings) * f64::from(shorter.anchors)
}

impl Batch {
    /// Of a held block of the batch, where what it matches is asked for: its buckets in which more stand than
    /// are looked at, so that not all of these met it.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn crowded(&mut self, state: &State, node: u32) -> io::Result<u32> {
        if let Some(&count) = self.crowded.get(&node) {
            return Ok(count);
        }
        if self.held.is_empty() {
            let numbers = self.nodes.iter().map(|&(number, _)| number).zip(0..);
            self.held = numbers.filter(|&(number, _)| number < self.first_new).collect();
        }
        let Some(&place) = self.held.get(&node) else { return Ok(0) };
        let mut maker = KeyMaker::new(&state.settings, &state.permutations);
        let keys = maker.keys(self.store.node_tokens(place), self.store.node_normal(place));
        let mut count = 0;
        for (kind, key) in keys.all() {
            let mut others = 0;
            state.each(kind, key, |other| {
                others += usize::from(other != node);
                Ok(others < limit(kind))
            })?;
            count += u32::from(others >= limit(kind));
        }
        self.crowded.insert(node, count);
        Ok(count)
    }

    /// Looks all keys up: pairs of blocks that may match, the later one being new.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub(super) fn find_suspects(&mut self, state: &State) -> io::Result<()> {
        let pieces = pieces(&self.columns, PIECE);
        let tasks = tasks(&pieces, PIECE);
        let look = |(): &mut (), task: usize| look_up(state, tasks[task]);
        let mut met = Met::default();
        for more in each((self.alone, tasks.len()), || (), look)? {
            met.append(more);
        }
        for list in [&mut met.words, &mut met.characters, &mut met.anchors] {
            list.sort_unstable();
        }
        let shared = counted(&met.words);
        for list in [&mut met.words, &mut met.characters] {
            list.dedup();
        }
        for &number in &met.hot {
            *self.hot.entry(number).or_default() += 1;
        }
        let pairs = |mut found: Vec<u64>| {
            found.sort_unstable();
            found.into_iter().map(|pair| turned(unpacked(pair))).collect()
        };
        self.short = pairs(self.sifted(state, &met.characters, Probe::may_match_by_characters)?);
        let long = self.sifted(state, &met.words, Probe::may_match)?;
        let mut long = self.most_alike(&long, &met.words, &shared);
        long.extend(self.holders(state, &met)?);
        self.long = pairs(long);
        Ok(())
    }

    /// Of blocks that stand in full buckets the pairs that share most of these; all pairs of others. In a template
    /// each meets hundreds, and matches most of them.
    fn most_alike(&self, found: &[u64], pairs: &[u64], shared: &[u8]) -> Vec<u64> {
        let block = |pair: &u64| unpacked(*pair).0;
        let of_block = |group: &[u64]| {
            if group.len() <= MOST_SUSPECTS || !self.hot.contains_key(&block(&group[0])) {
                return group.to_vec();
            }
            let count = |pair: &u64| pairs.binary_search(pair).map_or(0, |place| shared[place]);
            let mut group = group.to_vec();
            group.sort_by_key(|pair| Reverse(count(pair)));
            group.truncate(MOST_SUSPECTS);
            group
        };
        found.chunk_by(|one, other| block(one) == block(other)).flat_map(of_block).collect()
    }

    /// Those of some pairs that may match.
    fn sifted(&self, state: &State, pairs: &[u64], may: May) -> io::Result<Vec<u64>> {
        let parts: Vec<&[u64]> = pairs.chunks(PAIRS).collect();
        let sift = |(): &mut (), part: usize| {
            let mut found = Vec::new();
            for &pair in parts[part] {
                if self.may_match(state, pair, may)? {
                    found.push(pair);
                }
            }
            Ok(found)
        };
        Ok(each((self.alone, parts.len()), || (), sift)?.concat())
    }

    /// The pairs that share so many anchors that one may hold the other, and no band.
    fn holders(&self, state: &State, met: &Met) -> io::Result<Vec<u64>> {
        let mut found = Vec::new();
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
            if met.words.binary_search(&same[0]).is_ok()
                || !self.may_match(state, same[0], Probe::may_match)?
            {
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

    /// Whether a new block may match another one by their shingles.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn may_be_alike(&self, state: &State, number: u32, other: u32) -> io::Result<bool> {
        self.may_match(state, packed(number, other), Probe::may_match)
    }

    fn may_match(&self, state: &State, pair: u64, may: May) -> io::Result<bool> {
        let (number, other) = unpacked(pair);
        let sieve =
            if self.is_new(other) { self.probe(other).sieve } else { state.sieve(other)? };
        Ok(may(self.probe(number), &state.settings, sieve))
    }
}

const fn turned((later, earlier): Suspects) -> Suspects {
    (earlier, later)
}
