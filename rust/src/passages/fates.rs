//! What becomes of each block, and in whose favour.

use hashbrown::HashMap;

use crate::passages::regions::Region;
use crate::passages::text::Token;
use crate::store::{NONE, Number, Store};

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

/// All states, by their numbers.
pub(crate) const STATES: [State; 10] = [
    State::Kept,
    State::Pending,
    State::Removed,
    State::Stripped,
    State::MinTokens,
    State::Boilerplate,
    State::Numbers,
    State::Contained,
    State::Protect,
    State::Layout,
];

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
    /// What is known of all blocks.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        let Self { states, aligned, regions, .. } = self;
        View { first: 0, states, aligned, regions: [regions, regions] }
    }

    /// See `View::continues`.
    #[must_use]
    pub fn continues(&self, store: &Store, block: usize, documents: &[Number]) -> bool {
        self.view().continues(store, block, documents)
    }

    /// Where the keeper of a repeat begins.
    #[must_use]
    pub fn keeper_start(&self, block: Number) -> Token {
        self.view().keeper_start(block)
    }

    /// Where the keeper of a repeat ends, exclusive, in its last block.
    #[must_use]
    pub fn keeper_end(&self, store: &Store, block: Number) -> Token {
        self.view().keeper_end(store, block)
    }
}

/// The fates of consecutive blocks: of all, or of one document.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The first of the blocks.
    pub first: usize,
    /// See `Fates`; from the first block on.
    pub states: &'a [State],
    /// See `Fates`; from the first block on.
    pub aligned: &'a [Number],
    /// See `Fates`; the first that knows a block counts.
    pub regions: [&'a HashMap<Number, Region>; 2],
}

impl View<'_> {
    /// Whether a block goes on with the passage of the block before it: one fate, and the keepers
    /// follow one another in one document, as the blocks do. `documents` is the document of each.
    #[must_use]
    pub fn continues(&self, store: &Store, block: usize, documents: &[Number]) -> bool {
        let place = block - self.first;
        let Some(before) = place.checked_sub(1) else { return false };
        let (keeper, last) = (self.aligned[place], self.aligned[before]);
        if keeper == NONE
            || last == NONE
            || self.states[place] != self.states[before]
            || documents[block] != documents[block - 1]
        {
            return false;
        }
        let block = block as Number;
        let end = self.keeper_end(store, block - 1);
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
        let whole = Token { block: self.keeper(block), offset: 0 };
        self.region(block).map_or(whole, |region| region.first)
    }

    /// Where the keeper of a repeat ends, exclusive, in its last block.
    #[must_use]
    pub fn keeper_end(&self, store: &Store, block: Number) -> Token {
        self.region(block).map_or_else(
            || {
                let keeper = self.keeper(block);
                Token { block: keeper, offset: store.block_tokens(keeper as usize) }
            },
            |region| region.end,
        )
    }

    fn keeper(&self, block: Number) -> Number {
        self.aligned[block as usize - self.first]
    }

    /// The region for which a block goes.
    #[must_use]
    pub fn region(&self, block: Number) -> Option<Region> {
        self.regions.iter().find_map(|regions| regions.get(&block)).copied()
    }
}
