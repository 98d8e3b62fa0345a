//! What becomes of each block, and in whose favour.

use hashbrown::HashMap;

use crate::regions::Region;
use crate::store::{NONE, Number, Store};
use crate::text::Token;

/// What becomes of a block. The states after `Removed` are the rules that kept a repeat.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// Repeats nothing.
    Kept,
    /// Not settled yet.
    Pending,
    /// Goes, for a copy that stays.
    Removed,
    /// Goes with all its copies (`--boilerplate all`).
    Stripped,
    /// Stays: shorter than `min_tokens`.
    MinTokens,
    /// Stays: short, and in many documents.
    Boilerplate,
    /// Stays: differs in numbers.
    Numbers,
    /// Stays: the larger side of a contained match.
    Contained,
    /// Stays: protected by the policy.
    Protect,
    /// Stays: without it the rest of its lines would be read as other blocks.
    Layout,
}

impl State {
    /// Whether the block is not in the cleaned text.
    #[must_use]
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Removed | Self::Stripped)
    }
}

/// The fate of every block.
pub struct Fates {
    /// What becomes of it.
    pub states: Vec<State>,
    /// The staying block that it repeats, or `NONE`.
    pub aligned: Vec<Number>,
    /// Whether the separator before it lay inside a run that went as a whole.
    pub inner: Vec<bool>,
    /// Where the tokens of a block stand that repeats no block but a run of tokens; `aligned` is then
    /// the block in which they begin.
    pub regions: HashMap<Number, Region>,
    /// For blocks with a region that holds not their own tokens but those of a block that they match:
    /// that block.
    pub twins: HashMap<Number, Number>,
}

impl Fates {
    /// Whether a block goes on with the passage of the block before it: one fate, and the keepers
    /// follow one another in one document, as the blocks do. `documents` is the document of each.
    #[must_use]
    pub fn continues(&self, store: &Store, block: usize, documents: &[Number]) -> bool {
        let Some(before) = block.checked_sub(1) else { return false };
        let (keeper, last) = (self.aligned[block], self.aligned[before]);
        if keeper == NONE
            || last == NONE
            || self.states[block] != self.states[before]
            || documents[block] != documents[before]
        {
            return false;
        }
        let (before, block) = (before as Number, block as Number);
        let end = self.keeper_end(store, before);
        let next = if end.offset < store.block_tokens(end.block as usize) {
            end
        } else {
            Token { block: end.block + 1, offset: 0 }
        };
        self.keeper_start(block) == next
            && documents[keeper as usize] == documents[end.block as usize]
    }

    /// Where the keeper of a repeat begins.
    #[must_use]
    pub fn keeper_start(&self, block: Number) -> Token {
        let whole = Token { block: self.aligned[block as usize], offset: 0 };
        self.regions.get(&block).map_or(whole, |region| region.first)
    }

    /// Where the keeper of a repeat ends, exclusive, in its last block.
    #[must_use]
    pub fn keeper_end(&self, store: &Store, block: Number) -> Token {
        self.regions.get(&block).map_or_else(
            || {
                let keeper = self.aligned[block as usize];
                Token { block: keeper, offset: store.block_tokens(keeper as usize) }
            },
            |region| region.end,
        )
    }
}
