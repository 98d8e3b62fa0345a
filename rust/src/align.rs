//! Which staying block each repeat of a document is a repeat of, so that passages are as long as can be.

use crate::cluster::Corpus;
use crate::fates::State;
use crate::passages::Settler;
use crate::regions::Region;
use crate::store::{NONE, Number};
use crate::text::Token;

impl Settler<'_> {
    /// For each block that is left, the staying block it repeats, or `NONE`.
    ///
    /// The block after the previous one's keeper is preferred to the block's own keeper, so that a
    /// passage stays one passage where a short block stands earlier in the corpus too. Where a run
    /// begins, short blocks before it join when they fit.
    pub(crate) fn align(&mut self, left: &[Number], locked: &[bool], first: usize) -> Vec<Number> {
        let mut aligned = vec![NONE; left.len()];
        for place in 0..left.len() {
            let block = left[place];
            let pending = self.fates.states[block as usize] == State::Pending;
            if !pending || locked[block as usize - first] {
                continue;
            }
            if self.candidates.contains_key(&block) {
                let before = (place > 0 && aligned[place - 1] != NONE)
                    .then(|| self.keeper_end(left[place - 1], aligned[place - 1]));
                if let Some(region) = self.choose(block, before) {
                    aligned[place] = region.first.block;
                    self.fates.regions.insert(block, region);
                }
                continue;
            }
            if place > 0 && aligned[place - 1] != NONE {
                let next = self.staying_after(aligned[place - 1]);
                if self.can_replace(next, block) {
                    aligned[place] = next;
                    continue;
                }
            }
            let keeper = self.fates.aligned[block as usize];
            if self.is_settled_again(block) && self.fates.states[keeper as usize].is_gone() {
                // It stays, and names what its keeper went for.
                continue;
            }
            aligned[place] = keeper;
            let mut back = place;
            while back > 0
                && !self.candidates.contains_key(&left[back - 1])
                && aligned[back - 1] != NONE
                && self.is_short(left[back - 1])
            {
                let previous = self.staying_before(aligned[back]);
                if previous == aligned[back - 1] || !self.can_replace(previous, left[back - 1]) {
                    break;
                }
                aligned[back - 1] = previous;
                back -= 1;
            }
        }
        aligned
    }

    /// The next block of the same document that is not gone, or `NONE`.
    ///
    /// Documents that are not settled yet have no stretches; a gone block ends the search there.
    fn staying_after(&self, block: Number) -> Number {
        let document = self.corpus.documents[block as usize] as usize;
        let end = self.corpus.store.document_blocks(document).end as Number;
        let mut next = block + 1;
        if next < end && self.fates.states[next as usize].is_gone() {
            next = match self.stretches(document).binary_search_by_key(&next, |&(start, _)| start) {
                Ok(found) => self.stretches(document)[found].1,
                Err(_) => end,
            };
        }
        if next < end { next } else { NONE }
    }

    /// The previous block of the same document that is not gone, or `NONE`.
    fn staying_before(&self, block: Number) -> Number {
        let document = self.corpus.documents[block as usize] as usize;
        let start = self.corpus.store.document_blocks(document).start as Number;
        let mut next = block;
        if next > start && self.fates.states[next as usize - 1].is_gone() {
            next = match self.stretches(document).binary_search_by_key(&next, |&(_, end)| end) {
                Ok(found) => self.stretches(document)[found].0,
                Err(_) => start,
            };
        }
        if next > start { next - 1 } else { NONE }
    }

    /// Whether `keeper` surely stays and `block` may go in its favour. What its document's layout holds may
    /// go yet (`resettle.rs`): no other document names it.
    fn can_replace(&self, keeper: Number, block: Number) -> bool {
        if keeper == NONE || keeper == block {
            return false;
        }
        let state = self.fates.states[keeper as usize];
        let Corpus { store, documents, .. } = *self.corpus;
        let (home, own) = (documents[keeper as usize], documents[block as usize]);
        state != State::Pending
            && !state.is_gone()
            && (state != State::Layout || home == own)
            && !self.corpus.excluded[home as usize]
            && self.corpus.in_scope(own, home)
            && self.corpus.may_remove(store.node(block as usize), store.node(keeper as usize))
    }

    /// Whether all blocks of a region surely stay, and `block` may go in its favour.
    fn can_hold(&self, region: &Region, block: Number) -> bool {
        let home = self.corpus.documents[region.first.block as usize];
        (region.first.block..=region.end.block).all(|part| {
            let state = self.fates.states[part as usize];
            part != block && state != State::Pending && !state.is_gone()
        }) && !self.corpus.excluded[home as usize]
            && self.corpus.in_scope(self.corpus.documents[block as usize], home)
    }

    /// The region that a block may go for: one that goes on where the keeper of the block before ends,
    /// else the first.
    fn choose(&self, block: Number, before: Option<Token>) -> Option<Region> {
        let regions = self.candidates[&block].iter().filter(|region| self.can_hold(region, block));
        let mut first = None;
        for &region in regions {
            if before == Some(region.first) {
                return Some(region);
            }
            first = first.or(Some(region));
        }
        first
    }

    /// Where the keeper of a block that is aligned to another ends, said as the start of the next one.
    fn keeper_end(&self, block: Number, aligned: Number) -> Token {
        let end = self.fates.regions.get(&block).map_or_else(
            || Token { block: aligned, offset: self.tokens(aligned) },
            |region| region.end,
        );
        if end.offset < self.tokens(end.block) {
            return end;
        }
        Token { block: self.staying_after(end.block), offset: 0 }
    }

    /// Whether the keeper of one block, `aligned` to another, goes on where that of the block before it
    /// ends.
    pub(crate) fn follows(
        &self,
        (before, last): (Number, Number),
        (block, aligned): (Number, Number),
    ) -> bool {
        let start = self
            .fates
            .regions
            .get(&block)
            .map_or(Token { block: aligned, offset: 0 }, |region| region.first);
        start == self.keeper_end(before, last)
    }
}
