//! Which staying block each repeat of a document is a repeat of, so that passages are as long as can be.

use crate::keepers::cluster::Corpus;
use crate::passages::Settler;
use crate::passages::fates::State;
use crate::passages::regions::Region;
use crate::passages::text::Token;
use crate::store::{NONE, Number};

impl Settler<'_> {
    /// For each block that is left, the staying block it repeats, or `NONE`.
    ///
    /// The block after the previous one's keeper is preferred to the block's own keeper, so that a
    /// passage stays one passage where a short block stands earlier in the corpus too. Where a run
    /// begins, short blocks before it join when they fit.
    pub(crate) fn align(&mut self, left: &[Number], locked: &[bool]) -> Vec<Number> {
        let mut aligned = vec![NONE; left.len()];
        for place in 0..left.len() {
            let block = left[place];
            let own = self.place(block);
            if self.draft.states[own] != State::Pending || locked[own] || self.named[own] {
                continue;
            }
            if let Some(regions) = self.candidates(block) {
                let before = (place > 0 && aligned[place - 1] != NONE)
                    .then(|| self.keeper_end(left[place - 1], aligned[place - 1]));
                if let Some(region) = self.choose(block, regions, before) {
                    aligned[place] = region.first.block;
                    self.draft.regions.insert(block, region);
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
            let keeper = self.draft.aligned[own];
            if self.is_settled_again(block) && self.state(keeper).is_gone() {
                // It stays, and names what its keeper went for.
                continue;
            }
            aligned[place] = keeper;
            let mut back = place;
            while back > 0
                && self.candidates(left[back - 1]).is_none()
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

    /// Whether `keeper` surely stays and `block` may go in its favour. What its document's layout holds may
    /// go yet (`resettle.rs`): no other document names it.
    fn can_replace(&self, keeper: Number, block: Number) -> bool {
        if keeper == NONE || keeper == block {
            return false;
        }
        let state = self.state(keeper);
        let Corpus { store, documents, .. } = *self.corpus;
        let (home, own) = (documents[keeper as usize], documents[block as usize]);
        let rests = self.repeats_rest && home == own && keeper < block;
        (state != State::Pending || rests)
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
            let state = self.state(part);
            part != block && state != State::Pending && !state.is_gone()
        }) && !self.corpus.excluded[home as usize]
            && self.corpus.in_scope(self.corpus.documents[block as usize], home)
    }

    /// The region that a block may go for: one that goes on where the keeper of the block before ends,
    /// else the first.
    fn choose(&self, block: Number, regions: &[Region], before: Option<Token>) -> Option<Region> {
        let regions = regions.iter().filter(|region| self.can_hold(region, block));
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
        let end = self.region(block).map_or_else(
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
        let start =
            self.region(block).map_or(Token { block: aligned, offset: 0 }, |region| region.first);
        start == self.keeper_end(before, last)
    }
}
