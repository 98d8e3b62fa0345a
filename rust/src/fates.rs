//! What becomes of each block, and in whose favour.

use crate::store::{NONE, Number};

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
}

impl Fates {
    /// Whether a block goes on with the passage of the block before it: one fate, and the keepers
    /// follow one another in one document, as the blocks do. `documents` is the document of each.
    #[must_use]
    pub fn continues(&self, block: usize, documents: &[Number]) -> bool {
        let Some(before) = block.checked_sub(1) else { return false };
        let (keeper, last) = (self.aligned[block], self.aligned[before]);
        keeper != NONE
            && last != NONE
            && keeper == last + 1
            && self.states[block] == self.states[before]
            && documents[block] == documents[before]
            && documents[keeper as usize] == documents[last as usize]
    }
}
