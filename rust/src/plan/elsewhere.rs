//! What a repeat and its keeper both had and both lost, to the keeper of another cluster.
//!
//! A page stands twice, and one of its paragraphs stood in an older text, so it went from both. The page is
//! one repeat all the same: it is told as one, with that paragraph named as a part that is told elsewhere.
//! A part that went for one of the two documents is a repeat of its own, as in four times one line.
//! What goes is the same. Only the very same text counts, so that the scores of the rest hold for the whole, and
//! no more of it than what is told.

use std::ops::Range;

use crate::both::in_parts;
use crate::passages::fates::{Fates, State};
use crate::plan::gaps::Continued;
use crate::plan::{Passage, Plan};
use crate::store::sparse::Sparse;
use crate::store::{NONE, Number, Store};

/// Share of the tokens of the whole that may be told elsewhere.
pub(crate) const MOST_ELSEWHERE: f64 = 0.5;

/// Blocks before the first passage of a repeat, and behind its last one.
const MOST_BLOCKS: Number = 16;

/// How many blocks, gone from both sides, belong to a repeat before its first passage and behind its last
/// one; by the first passage.
pub type Edges = Sparse<[Number; 2]>;

/// Whether two blocks of one text both went for what stands in neither of their documents.
fn is_lost_alike(store: &Store, fates: &Fates, one: Number, other: Number) -> bool {
    let variant = |block: Number| store.variants[block as usize];
    let keeper = |block: Number| fates.aligned[block as usize];
    let went =
        |block: Number| fates.states[block as usize] == State::Removed && keeper(block) != NONE;
    if one == other || variant(one) != variant(other) || !went(one) || !went(other) {
        return false;
    }
    let homes = [one, other].map(|block| store.document_of(block));
    [one, other].iter().all(|&block| !homes.contains(&store.document_of(keeper(block))))
}

/// Whether what stands between the passages of a repeat, and between those of its keeper, is one text, and all
/// of it went for other documents.
pub(crate) fn are_lost_alike(store: &Store, fates: &Fates, between: [Range<Number>; 2]) -> bool {
    let [own, kept] = between;
    own.len() == kept.len()
        && own.zip(kept).all(|(one, other)| is_lost_alike(store, fates, one, other))
}

/// Finds what both sides of a repeat lost directly before and behind it. `by_run` says of a passage whether
/// it or its keeper is a part of blocks.
#[must_use]
pub fn edges(
    store: &Store,
    fates: &Fates,
    passages: &[Passage],
    continued: &Continued,
    by_run: impl Fn(Number) -> bool + Sync,
) -> Edges {
    let mut is_later = vec![false; passages.len()];
    continued.values().iter().for_each(|&later| is_later[later as usize] = true);
    let edges_of = |number: usize| {
        let (passage, number) = (&passages[number], number as Number);
        if passage.state != State::Removed || is_later[number as usize] || by_run(number) {
            return None;
        }
        let pieces = || std::iter::successors(Some(number), |last| continued.get(*last).copied());
        let last = &passages[pieces().last().unwrap_or(number) as usize];
        let told = pieces()
            .flat_map(|piece| passages[piece as usize].first..=passages[piece as usize].last)
            .map(|block| u64::from(store.block_tokens(block as usize)));
        // What lies between pieces and went from the keeper as well is told elsewhere already.
        let ends = pieces().map(|piece| &passages[piece as usize]);
        let between = ends.clone().zip(ends.skip(1)).flat_map(|(one, next)| {
            let is_lost = |block: &Number| fates.states[*block as usize] == State::Removed;
            (one.keeper_last + 1..next.keeper_first).filter(is_lost)
        });
        let gone: u64 = between.map(|block| u64::from(store.block_tokens(block as usize))).sum();
        let mut sides = Sides {
            own: (passage.first, last.last),
            kept: (passage.keeper_first, last.keeper_last),
            left: told.sum::<u64>().saturating_sub(gone),
        };
        let edges = [sides.grow(store, fates, false), sides.grow(store, fates, true)];
        (edges != [0, 0]).then_some((number, edges))
    };
    Sparse::new(in_parts(passages.len(), |part| part.filter_map(edges_of).collect()))
}

/// A repeat and its keeper, from the first to the last block, and how many tokens they may grow by.
struct Sides {
    own: (Number, Number),
    kept: (Number, Number),
    left: u64,
}

impl Sides {
    /// Takes in what both lost behind them, or before them; how many blocks that is.
    fn grow(&mut self, store: &Store, fates: &Fates, behind: bool) -> Number {
        let beside = |(first, last): (Number, Number)| {
            let block = if behind { last + 1 } else { first.checked_sub(1)? };
            let home = store.document_blocks(store.document_of(first));
            home.contains(&(block as usize)).then_some(block)
        };
        let wider = |(first, last): (Number, Number), block| {
            if behind { (first, block) } else { (block, last) }
        };
        for count in 0..MOST_BLOCKS {
            let (Some(one), Some(other)) = (beside(self.own), beside(self.kept)) else {
                return count;
            };
            let (own, kept) = (wider(self.own, one), wider(self.kept, other));
            let is_apart = own.1 < kept.0 || kept.1 < own.0;
            let tokens = u64::from(store.block_tokens(one as usize));
            if !is_apart || !is_lost_alike(store, fates, one, other) || tokens > self.left {
                return count;
            }
            (self.own, self.kept, self.left) = (own, kept, self.left - tokens);
        }
        MOST_BLOCKS
    }
}

/// A part of a repeat that is told by another cluster: its blocks, those that stand there in the keeper,
/// and the passage as which it went.
pub struct Part {
    /// Its first and last block.
    pub own: (Number, Number),
    /// The same in the keeper.
    pub kept: (Number, Number),
    /// Its passage.
    pub passage: Number,
}

impl Plan {
    /// The first and the last block of a member, and of what it repeats, with what both lost around.
    #[must_use]
    pub fn reach(&self, member: Number) -> [(Number, Number); 2] {
        let (first, last) = self.ends(member);
        let last = &self.passages[last as usize];
        let [before, behind] = self.edges.get(member).copied().unwrap_or_default();
        [
            (first.first - before, last.last + behind),
            (first.keeper_first - before, last.keeper_last + behind),
        ]
    }

    /// The parts of a member that both it and its keeper lost, in order.
    #[must_use]
    pub fn elsewhere(&self, member: Number) -> Vec<Part> {
        if self.continued.get(member).is_none() && self.edges.get(member).is_none() {
            return Vec::new();
        }
        let [own, kept] = self.reach(member);
        let mut parts = Vec::new();
        let mut add = |own: Range<Number>, kept: Number| {
            if own.is_empty() || !self.fates.states[kept as usize].is_gone() {
                return;
            }
            let begin = self.passages.partition_point(|one| one.last < own.start);
            let within = self.passages[begin..].iter().take_while(|one| one.first < own.end);
            for (passage, one) in (begin as Number..).zip(within) {
                let (first, last) = (one.first.max(own.start), one.last.min(own.end - 1));
                let there = |block: Number| kept + (block - own.start);
                let kept = (there(first), there(last));
                parts.push(Part { own: (first, last), kept, passage });
            }
        };
        let mut next = (own.0, kept.0);
        for piece in self.pieces(member) {
            let passage = &self.passages[piece as usize];
            add(next.0..passage.first, next.1);
            next = (passage.last + 1, passage.keeper_last + 1);
        }
        add(next.0..own.1 + 1, next.1);
        parts
    }
}
