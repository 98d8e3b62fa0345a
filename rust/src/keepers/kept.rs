//! The kept blocks of each node, asked for the first one that a document may name as keeper.
//!
//! Every rule of scope takes one of three forms. *Home*: only blocks of one home match (a document, a
//! group). *Side*: only blocks of two sides do; of each node the first kept block and the first one of
//! another side answer for all. *Window*: only blocks near in time do; time is cut into cells as wide
//! as the window, so that what is near lies in the end of one cell, the next one, and the start of the
//! one after it, and of each cell only those blocks are held that are the first up to, or from, some
//! time on. So asking never takes longer than a binary search, however many were kept.

use std::sync::atomic::{AtomicU32, Ordering};

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::keepers::cluster::Corpus;
use crate::settings::Scope;
use crate::store::{NONE, Number};

/// Where a block stands among those of its node: its home, and its cell of time.
pub type Cell = (u64, i64);

/// What homes of documents without a time begin with: they are near to themselves alone.
const UNDATED_HOMES: u64 = 1 << 32;

/// The first kept blocks of each node.
pub struct Kept<'a> {
    corpus: &'a Corpus<'a>,
    sides: Sides<'a>,
    windowed: bool,
    /// By node, where all have one home; of all threads.
    pairs: &'a [SharedPair],
    parted: HashMap<(Number, u64), Pair>,
    /// By node and cell; times as they are, and negated.
    times: HashMap<(Number, Cell), [Steps; 2]>,
    /// Nodes that no second block can ask for.
    lonely: Vec<bool>,
}

impl<'a> Kept<'a> {
    /// What threads share that keep blocks of different nodes.
    #[must_use]
    pub fn pairs(corpus: &Corpus<'_>) -> Vec<SharedPair> {
        let settings = corpus.settings;
        let parted = settings.scope == Scope::Within
            || settings.window.is_some()
            || (corpus.scopes().grouped() && !settings.group_across);
        let nodes = if parted { 0 } else { corpus.store.nodes() };
        (0..nodes).into_par_iter().map(|_| SharedPair::default()).collect()
    }

    /// Nothing is kept yet.
    #[must_use]
    pub fn new(corpus: &'a Corpus<'a>, pairs: &'a [SharedPair]) -> Self {
        let settings = corpus.settings;
        let windowed = settings.window.is_some() && settings.scope != Scope::Within;
        Self {
            corpus,
            sides: Sides {
                corpus,
                sided: settings.scope == Scope::Across || settings.group_across,
            },
            windowed,
            pairs,
            parted: HashMap::new(),
            times: HashMap::new(),
            lonely: if windowed && !settings.chain { lonely(corpus) } else { Vec::new() },
        }
    }

    /// The first kept block of a node that a document may name, or `NONE`; `place` says when each
    /// was visited.
    pub fn find(
        &self,
        node: Number,
        document: Number,
        place: impl Fn(Number) -> u32 + Copy,
    ) -> Number {
        let side = |block| self.sides.may_meet(block, document);
        let (home, cell) = self.cell(document);
        if self.windowed && home < UNDATED_HOMES {
            let window = self.corpus.settings.window.unwrap_or_default();
            let time = self.corpus.store.times[document as usize];
            let asked =
                [(cell - 1, 0, time - window), (cell, 0, i64::MIN), (cell + 1, 1, -time - window)];
            return asked
                .into_iter()
                .filter_map(|(cell, direction, from)| {
                    Some(self.times.get(&(node, (home, cell)))?[direction].find(from, side))
                })
                .filter(|&block| block != NONE)
                .min_by_key(|&block| place(block))
                .unwrap_or(NONE);
        }
        let pair = match self.pairs.get(node as usize) {
            Some(pair) => Some(pair.get()),
            None => self.parted.get(&(node, home)).copied(),
        };
        pair.map_or(NONE, |pair| pair.find(side))
    }

    /// Keeps a block; blocks come in the order of the visits.
    pub fn add(&mut self, node: Number, block: Number, document: Number) {
        let (home, cell) = self.cell(document);
        let sides = self.sides;
        let differs = |other| sides.sided && sides.may_meet(other, document);
        if self.windowed && home < UNDATED_HOMES {
            if self.lonely.get(node as usize) == Some(&true) {
                return;
            }
            let time = self.corpus.store.times[document as usize];
            let mut steps = self.times.remove(&(node, (home, cell))).unwrap_or_default();
            steps[0].add(time, block, differs);
            steps[1].add(-time, block, differs);
            self.times.insert((node, (home, cell)), steps);
        } else if self.pairs.is_empty() {
            let mut pair = self.parted.remove(&(node, home)).unwrap_or_default();
            pair.add(block, differs);
            self.parted.insert((node, home), pair);
        } else {
            let mut pair = self.pairs[node as usize].get();
            pair.add(block, differs);
            self.pairs[node as usize].set(pair);
        }
    }

    /// The home of a document, and its cell of time.
    #[must_use]
    pub fn cell(&self, document: Number) -> Cell {
        let settings = self.corpus.settings;
        let home = u64::from(self.corpus.scopes().home(document));
        match (self.windowed, self.corpus.scopes().time(document)) {
            (false, _) => (home, 0),
            (true, None) => (UNDATED_HOMES + u64::from(document), 0),
            (true, Some(time)) => (home, time.div_euclid(settings.window.unwrap_or(1))),
        }
    }

    /// The cells in which a document's keeper may stand.
    pub fn cells(&self, document: Number) -> impl Iterator<Item = Cell> {
        let (home, cell) = self.cell(document);
        let reach = i64::from(self.windowed && home < UNDATED_HOMES);
        (cell - reach..=cell + reach).map(move |cell| (home, cell))
    }
}

/// The side of each document, where only blocks of two sides match.
#[derive(Clone, Copy)]
struct Sides<'a> {
    corpus: &'a Corpus<'a>,
    sided: bool,
}

impl Sides<'_> {
    fn may_meet(&self, block: Number, document: Number) -> bool {
        !self.sided || self.of(self.corpus.documents[block as usize]) != self.of(document)
    }

    fn of(&self, document: Number) -> Number {
        if self.corpus.settings.group_across {
            self.corpus.store.groups[document as usize]
        } else {
            document
        }
    }
}

/// Nodes that stand once and match none.
fn lonely(corpus: &Corpus<'_>) -> Vec<bool> {
    let mut copies = vec![0u8; corpus.store.nodes()];
    for block in 0..corpus.store.blocks() {
        let node = corpus.store.node(block) as usize;
        copies[node] = copies[node].saturating_add(1);
    }
    let alone = |node: usize| corpus.neighbours.of(node as Number).next().is_none();
    copies.iter().enumerate().map(|(node, &copies)| copies < 2 && alone(node)).collect()
}

/// The first kept block, and the first one of another side.
#[derive(Clone, Copy)]
struct Pair {
    first: Number,
    other: Number,
}

/// A pair in memory that threads share, though no two of them ask for the same one.
pub struct SharedPair([AtomicU32; 2]);

impl Default for SharedPair {
    fn default() -> Self {
        Self([AtomicU32::new(NONE), AtomicU32::new(NONE)])
    }
}

impl SharedPair {
    fn get(&self) -> Pair {
        let [first, other] = self.0.each_ref().map(|number| number.load(Ordering::Relaxed));
        Pair { first, other }
    }

    fn set(&self, pair: Pair) {
        self.0[0].store(pair.first, Ordering::Relaxed);
        self.0[1].store(pair.other, Ordering::Relaxed);
    }
}

impl Default for Pair {
    fn default() -> Self {
        Self { first: NONE, other: NONE }
    }
}

impl Pair {
    fn find(self, fits: impl Fn(Number) -> bool) -> Number {
        if self.first == NONE || fits(self.first) { self.first } else { self.other }
    }

    fn add(&mut self, block: Number, differs: impl Fn(Number) -> bool) {
        if self.first == NONE {
            self.first = block;
        } else if self.other == NONE && differs(self.first) {
            self.other = block;
        }
    }
}

/// For each time, the first kept block of that time or a later one, and the first such block of
/// another side than that.
#[derive(Default)]
struct Steps {
    /// Up to which time a block is the answer; both ascend.
    first: Vec<(i64, Number)>,
    other: Vec<(i64, Number)>,
}

impl Steps {
    fn find(&self, from: i64, fits: impl Fn(Number) -> bool) -> Number {
        let answer = |steps: &[(i64, Number)]| {
            let place = steps.partition_point(|&(until, _)| until < from);
            steps.get(place).map_or(NONE, |&(_, block)| block)
        };
        let first = answer(&self.first);
        if first == NONE || fits(first) { first } else { answer(&self.other) }
    }

    fn add(&mut self, time: i64, block: Number, differs: impl Fn(Number) -> bool) {
        if let Some(&(until, last)) = self.first.last() {
            // From where on there is no answer of another side, all have the side of the last one.
            let (reach, open) = (time.min(until), self.other.last().map(|&(until, _)| until));
            if open.is_none_or(|open| reach > open) && differs(last) {
                self.other.push((reach, block));
            }
            if time <= until {
                return;
            }
        }
        self.first.push((time, block));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_answer_as_going_through_all_does() {
        let mut state = 1u64;
        let mut random = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % most
        };
        for _ in 0..2000 {
            let count = random(12) as usize;
            let sides = 1 + random(3);
            let blocks: Vec<(i64, u64)> =
                (0..count).map(|_| (random(9).cast_signed() - 4, random(sides))).collect();
            let mut steps = Steps::default();
            for (block, &(time, side)) in blocks.iter().enumerate() {
                steps.add(time, block as Number, |other| blocks[other as usize].1 != side);
            }
            for from in -6..=6 {
                for side in 0..sides {
                    let plain = blocks.iter().position(|&(time, own)| time >= from && own != side);
                    let found = steps.find(from, |block| blocks[block as usize].1 != side);
                    assert_eq!(found, plain.map_or(NONE, |block| block as Number), "{blocks:?}");
                }
            }
        }
    }
}
