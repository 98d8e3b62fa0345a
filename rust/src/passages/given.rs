//! What was decided before, of the part of a corpus that stands for what an index holds.
//!
//! A corpus that is read whole has nothing of it: everything is decided then.

use hashbrown::HashMap;

use crate::passages::fates::State;
use crate::passages::regions::Region;
use crate::store::Number;

/// What is known of documents that are held; nothing of others.
#[derive(Default)]
pub struct Given {
    /// Blocks that are there for their neighbours' sake alone, as they went before: what stands around
    /// each of them is no stream.
    pub holes: Vec<Number>,
    /// Blocks that stay when blocks are settled and go when runs are, with the region for which each of
    /// them went, where that is there.
    pub covered: HashMap<Number, Option<Region>>,
    /// Whether runs may settle each block; empty where they may settle all.
    pub open: Vec<bool>,
    /// Whether each document has a block that runs may settle; empty where all have.
    pub looks: Vec<bool>,
    /// The document that the last one is a copy of, block by block.
    pub original: Option<Number>,
    /// For which blocks those of that one went, where that is there.
    pub gone: HashMap<Number, Number>,
    /// Whether exact spans are told, though no runs are looked for.
    pub exact: bool,
}

impl Given {
    /// Whether runs may settle a block.
    #[must_use]
    pub fn is_open(&self, block: Number) -> bool {
        self.open.get(block as usize).is_none_or(|&open| open)
    }

    /// Lets those blocks stay of which that is known: they may repeat each other here, when what held them
    /// all is not there.
    pub fn keep_closed(&self, states: &mut [State]) {
        for (block, state) in states.iter_mut().enumerate().take(self.open.len()) {
            let is_hole = || self.holes.binary_search(&(block as Number)).is_ok();
            if state.is_gone() && !self.open[block] && !is_hole() {
                *state = State::Layout;
            }
        }
    }

    /// Whether runs of a document are looked for.
    #[must_use]
    pub fn looks_at(&self, document: Number) -> bool {
        self.looks.get(document as usize).is_none_or(|&looks| looks)
    }
}
