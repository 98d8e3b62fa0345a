//! In which order documents are settled, and by which threads.

use std::sync::atomic::AtomicUsize;

use hashbrown::HashMap;

use crate::both::on_all_threads;
use crate::keepers::cluster::{Corpus, Echo, Keepers};
use crate::passages::drafts::Settled;
use crate::passages::fates::{Fates, State};
use crate::passages::regions::Region;
use crate::passages::strip::strip_boilerplate;
use crate::passages::{Settler, by_visits};
use crate::settings::Boilerplate;
use crate::store::{NONE, Number};

/// Settles all blocks; `furniture` says which nodes are short furniture, `holes` which blocks are not
/// there. `order` says when each document is visited.
#[must_use]
pub fn settle(
    corpus: &Corpus<'_>,
    keepers: Keepers,
    furniture: &[bool],
    order: Option<&[u32]>,
    holes: &[Number],
) -> Fates {
    let blocks = corpus.store.blocks();
    let mut states = vec![State::Kept; blocks];
    let mut aligned = keepers.keeper;
    for (block, keeper) in aligned.iter_mut().enumerate() {
        if *keeper as usize == block {
            *keeper = NONE;
        } else {
            states[block] = State::Pending;
        }
    }
    let regions = HashMap::new();
    let mut fates =
        Fates { states, aligned, inner: vec![false; blocks], regions, twins: HashMap::new() };
    for (&block, &(other, echo)) in &keepers.echoes {
        fates.aligned[block as usize] = other;
        fates.states[block as usize] = match echo {
            Echo::Numbers => State::Numbers,
            Echo::Contained => State::Contained,
        };
    }
    for &hole in holes {
        fates.states[hole as usize] = State::Stripped;
    }
    if corpus.settings.boilerplate == Boilerplate::All {
        strip_boilerplate(corpus, furniture, &mut fates);
    }
    let (before, candidates) = Default::default();
    Task::new(corpus, furniture, before, candidates, order).settle(fates)
}

/// What there is to settle.
pub(crate) struct Task<'a> {
    corpus: &'a Corpus<'a>,
    pub(crate) furniture: &'a [bool],
    /// What was said before of blocks that are settled once more.
    pub(crate) before: HashMap<Number, (State, Number)>,
    /// The regions of which one may hold a block.
    pub(crate) candidates: HashMap<Number, Vec<Region>>,
    /// The documents in the order in which they are settled, and when each of them is; nothing where that
    /// is their own order.
    sequence: Vec<Number>,
    turns: Vec<u32>,
}

impl<'a> Task<'a> {
    fn new(
        corpus: &'a Corpus<'a>,
        furniture: &'a [bool],
        before: HashMap<Number, (State, Number)>,
        candidates: HashMap<Number, Vec<Region>>,
        order: Option<&[u32]>,
    ) -> Self {
        let (mut sequence, mut turns) = (Vec::new(), Vec::new());
        if let Some(order) = order {
            sequence = by_visits(order);
            turns.resize(order.len(), 0);
            for (turn, &document) in (0..).zip(&sequence) {
                turns[document as usize] = turn;
            }
        }
        Self { corpus, furniture, before, candidates, sequence, turns }
    }

    /// What becomes of all blocks.
    ///
    /// Settling a document must not hand work to other threads: one that waits for it could take up a
    /// document behind, and wait there for the one that it left.
    fn settle(&self, fates: Fates) -> Fates {
        let settled = Settled::new(fates);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut settler = Settler::new(self.corpus, self, &settled);
            settled.take(&next, self.corpus.store.documents(), |number| {
                settler.settle_document(self.sequence.get(number).map_or(number, |&d| d as usize));
            });
            settler.draft.regions
        };
        let found = on_all_threads(self.corpus.store.blocks(), work);
        settled.into_fates(found.into_iter().flatten())
    }

    /// Whether a document is settled before another one.
    pub(crate) fn is_before(&self, document: Number, other: Number) -> bool {
        if self.turns.is_empty() {
            return document < other;
        }
        self.turns[document as usize] < self.turns[other as usize]
    }
}

/// Settles blocks that may go for a region, of which each has some, and those that are `locked` for the
/// rest of their lines, which may be another one now; all others are settled. `order` says when each
/// document is visited.
pub(crate) fn settle_regions(
    corpus: &Corpus<'_>,
    furniture: &[bool],
    mut fates: Fates,
    candidates: HashMap<Number, Vec<Region>>,
    locked: Vec<Number>,
    order: Option<&[u32]>,
) -> Fates {
    let mut before = HashMap::new();
    let Fates { states, aligned, .. } = &mut fates;
    for block in locked.into_iter().chain(candidates.keys().copied()) {
        let state = std::mem::replace(&mut states[block as usize], State::Pending);
        before.insert(block, (state, aligned[block as usize]));
        if let Some(regions) = candidates.get(&block) {
            aligned[block as usize] = regions[0].first.block;
        }
    }
    Task::new(corpus, furniture, before, candidates, order).settle(fates)
}
