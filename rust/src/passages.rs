//! From repeated blocks to passages that go or stay as a whole.
//!
//! Documents are settled in input order. In each, repeats that follow one another and whose keepers
//! follow one another in one document form a run; a run of `min_tokens` goes. "Follow one another"
//! is counted among the blocks that stay, and a document is gone over until nothing more goes: so
//! what `clean` writes, cleaned again, loses nothing, but for rare cases (README, "What may be removed").

use std::ops::Range;

use hashbrown::HashMap;

use crate::cluster::{Corpus, Echo, Keepers};
use crate::fates::{Fates, State};
use crate::regions::Region;
use crate::remains::{after_cut, blocks_to_keep};
use crate::settings::Boilerplate;
use crate::split::Unit;
use crate::store::{NONE, Number};
use crate::strip::{is_boilerplate, strip_boilerplate};

/// In how many documents each node stands.
#[must_use]
pub fn count_documents(corpus: &Corpus<'_>) -> Vec<u32> {
    let mut counts = vec![0u32; corpus.store.nodes()];
    let mut last = vec![NONE; corpus.store.nodes()];
    for (block, &document) in corpus.documents.iter().enumerate() {
        let node = corpus.store.node(block) as usize;
        if last[node] != document {
            last[node] = document;
            counts[node] += 1;
        }
    }
    counts
}

/// Settles all blocks; `furniture` says which nodes are short furniture, `holes` which blocks are not
/// there.
#[must_use]
pub fn settle(
    corpus: &Corpus<'_>,
    keepers: Keepers,
    furniture: &[bool],
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
    Settler::new(corpus, furniture, fates).settle(0..corpus.store.documents())
}

/// What is left to be done for a document of which something may go.
enum Gone {
    /// More may go without the locks that were made.
    Perhaps,
    /// Nothing; and how what stays is aligned, where only `--protect` locked blocks.
    All(Option<Vec<Number>>),
}

/// Settles the pending blocks, document by document.
pub(crate) struct Settler<'a> {
    pub(crate) corpus: &'a Corpus<'a>,
    furniture: &'a [bool],
    pub(crate) fates: Fates,
    /// What was said before of blocks that are settled once more.
    before: HashMap<Number, (State, Number)>,
    /// The regions of which one may hold a block.
    pub(crate) candidates: HashMap<Number, Vec<Region>>,
    /// Gone blocks that follow one another, `[start, end)`, document by document: without them a search
    /// for the next staying block could walk over a million gone ones, a million times.
    stretches: Vec<(Number, Number)>,
    /// Where the stretches of each document are; nowhere before it is settled.
    noted: Vec<Range<Number>>,
}

impl<'a> Settler<'a> {
    fn new(corpus: &'a Corpus<'a>, furniture: &'a [bool], fates: Fates) -> Self {
        Self {
            corpus,
            furniture,
            fates,
            before: HashMap::new(),
            candidates: HashMap::new(),
            stretches: Vec::new(),
            noted: vec![0..0; corpus.store.documents()],
        }
    }

    /// Of blocks that may go for a region, of which each has some, and of those that are `locked` for the
    /// rest of their lines, which may be another one now; all others are settled.
    pub(crate) fn of_regions(
        corpus: &'a Corpus<'a>,
        furniture: &'a [bool],
        fates: Fates,
        candidates: HashMap<Number, Vec<Region>>,
        locked: Vec<Number>,
    ) -> Self {
        let mut settler = Self::new(corpus, furniture, fates);
        let Fates { states, aligned, .. } = &mut settler.fates;
        for block in locked.into_iter().chain(candidates.keys().copied()) {
            let state = std::mem::replace(&mut states[block as usize], State::Pending);
            settler.before.insert(block, (state, aligned[block as usize]));
            if let Some(regions) = candidates.get(&block) {
                aligned[block as usize] = regions[0].first.block;
            }
        }
        settler.candidates = candidates;
        settler
    }

    /// What becomes of all blocks, once the documents are settled in this order.
    pub(crate) fn settle(mut self, order: impl Iterator<Item = usize>) -> Fates {
        order.for_each(|document| self.settle_document(document));
        self.fates
    }

    pub(crate) fn tokens(&self, block: Number) -> u32 {
        self.corpus.store.block_tokens(block as usize)
    }

    pub(crate) fn is_short(&self, block: Number) -> bool {
        self.tokens(block) < self.corpus.settings.least_tokens()
    }

    /// Whether a block was settled before, as one that stays.
    pub(crate) fn is_settled_again(&self, block: Number) -> bool {
        self.before.contains_key(&block)
    }

    fn is_boilerplate(&self, block: Number) -> bool {
        is_boilerplate(self.corpus, self.furniture, block)
    }

    fn settle_document(&mut self, document: usize) {
        let range = self.corpus.store.document_blocks(document);
        let noted = self.stretches.len() as Number;
        self.noted[document] = noted..noted;
        self.note_stretches(document);
        if range.clone().all(|block| self.fates.states[block] != State::Pending) {
            return;
        }
        let mut locked = Vec::new();
        // What goes may free what was locked before: the locks are tried again, as cleaning the
        // cleaned text would, until nothing goes.
        let told = loop {
            match self.remove_what_may_go(document, &mut locked) {
                Gone::Perhaps => {}
                Gone::All(told) => break told,
            }
        };
        self.keep_the_rest(range, told);
    }

    /// The blocks of a range that are not gone.
    fn staying(&self, range: Range<usize>) -> Vec<Number> {
        range
            .filter(|&block| !self.fates.states[block].is_gone())
            .map(|block| block as Number)
            .collect()
    }

    fn is_any_pending(&self, blocks: &[Number]) -> bool {
        blocks.iter().any(|&block| self.fates.states[block as usize] == State::Pending)
    }

    /// Whether `--protect` covers a part of each block.
    fn protected(&self, range: Range<usize>) -> impl Iterator<Item = bool> {
        range.map(|block| self.corpus.store.layouts[block].protected())
    }

    /// Removes what may go of a document. `locked` says what may not.
    fn remove_what_may_go(&mut self, document: usize, locked: &mut Vec<bool>) -> Gone {
        let range = self.corpus.store.document_blocks(document);
        locked.clear();
        locked.extend(self.protected(range.clone()));
        let before = self.staying(range.clone());
        let keepers: Vec<Number> =
            before.iter().map(|&block| self.fates.aligned[block as usize]).collect();
        let inner = self.fates.inner[range.clone()].to_vec();
        let mut held_back = false;
        loop {
            let mut left = before.clone();
            let mut told = None;
            loop {
                let aligned = self.align(&left, locked, range.start);
                if self.remove_runs(&left, &aligned) == 0 {
                    told = Some(aligned);
                    break;
                }
                self.note_stretches(document);
                left = self.staying(range.clone());
                if !self.is_any_pending(&left) {
                    break;
                }
            }
            let stable = self.corpus.settings.unit != Unit::Paragraph
                || left.len() == before.len()
                || !lock(
                    locked,
                    range.start,
                    &self.blocks_to_keep(&range, (&before, &inner), &left),
                );
            if stable {
                if held_back && left.len() < before.len() {
                    return Gone::Perhaps;
                }
                // With the locks of the layout it would say what these keep, not what they repeat.
                return Gone::All(told.filter(|_| !held_back));
            }
            held_back = true;
            for (&block, &keeper) in before.iter().zip(&keepers) {
                if self.fates.states[block as usize].is_gone() {
                    self.fates.states[block as usize] = State::Pending;
                }
                self.fates.aligned[block as usize] = keeper;
            }
            self.fates.inner[range.clone()].copy_from_slice(&inner);
            self.note_stretches(document);
        }
    }

    /// What must not go, where a document's blocks that stood there before, and what was `inner` then,
    /// became those that are left.
    fn blocks_to_keep(
        &self,
        range: &Range<usize>,
        (before, inner): (&[Number], &[bool]),
        left: &[Number],
    ) -> Vec<Number> {
        let Self { corpus, fates, .. } = self;
        let old = after_cut(corpus, fates, (range.start, inner), before);
        let new = after_cut(corpus, fates, (range.start, &fates.inner[range.clone()]), left);
        blocks_to_keep(corpus.store, &old, &new)
    }

    /// Notes the stretches of gone blocks of the document that is settled, in place of those noted before.
    fn note_stretches(&mut self, document: usize) {
        let range = self.corpus.store.document_blocks(document);
        self.stretches.truncate(self.noted[document].start as usize);
        let mut start = range.start;
        while start < range.end {
            let mut end = start;
            while end < range.end && self.fates.states[end].is_gone() {
                end += 1;
            }
            if end > start {
                self.stretches.push((start as Number, end as Number));
            }
            start = end + 1;
        }
        self.noted[document].end = self.stretches.len() as Number;
    }

    /// The stretches of gone blocks of a document, ascending.
    pub(crate) fn stretches(&self, document: usize) -> &[(Number, Number)] {
        let Range { start, end } = self.noted[document];
        &self.stretches[start as usize..end as usize]
    }

    /// Removes the runs that are long enough; how many blocks that were.
    fn remove_runs(&mut self, left: &[Number], aligned: &[Number]) -> usize {
        let mut gone = 0;
        let goes = self.what_goes(left, aligned);
        for place in (0..left.len()).filter(|&place| goes[place]) {
            let block = left[place] as usize;
            self.fates.states[block] = State::Removed;
            self.fates.aligned[block] = aligned[place];
            gone += 1;
            // What went before between two blocks of a run is inside of it now.
            if place > 0
                && goes[place - 1]
                && self
                    .follows((left[place - 1], aligned[place - 1]), (left[place], aligned[place]))
            {
                self.fates.inner[left[place - 1] as usize + 1..=block].fill(true);
            }
        }
        gone
    }

    /// Whether each block that is left stands in a run that is long enough, or is furniture that goes
    /// alone.
    fn what_goes(&self, left: &[Number], aligned: &[Number]) -> Vec<bool> {
        let furniture_goes = self.corpus.settings.boilerplate == Boilerplate::First;
        let least = u64::from(self.corpus.settings.least_tokens());
        let mut goes = vec![false; left.len()];
        let mut start = 0;
        while start < left.len() {
            if aligned[start] == NONE {
                start += 1;
                continue;
            }
            let mut end = start + 1;
            while end < left.len()
                && aligned[end] != NONE
                && self.follows((left[end - 1], aligned[end - 1]), (left[end], aligned[end]))
            {
                end += 1;
            }
            let tokens: u64 =
                left[start..end].iter().map(|&block| u64::from(self.tokens(block))).sum();
            for place in start..end {
                goes[place] =
                    tokens >= least || (furniture_goes && self.is_boilerplate(left[place]));
            }
            start = end;
        }
        goes
    }

    /// Says of each block that stays which rule keeps it. What would go if only `--protect` locked
    /// blocks is kept by the layout rule. `told` is how they are aligned, where that is known and none goes.
    fn keep_the_rest(&mut self, range: Range<usize>, told: Option<Vec<Number>>) {
        let left = self.staying(range.clone());
        if !self.is_any_pending(&left) {
            return;
        }
        let protected: Vec<bool> = self.protected(range.clone()).collect();
        let nothing_goes = told.is_some();
        let aligned = told.unwrap_or_else(|| self.align(&left, &protected, range.start));
        let goes =
            if nothing_goes { vec![false; left.len()] } else { self.what_goes(&left, &aligned) };
        for (place, &block) in left.iter().enumerate() {
            let number = block as usize;
            if self.fates.states[number] != State::Pending {
                continue;
            }
            if let Some(before) = self.before.get(&block) {
                self.fates.regions.remove(&block);
                (self.fates.states[number], self.fates.aligned[number]) = *before;
                continue;
            }
            if aligned[place] != NONE {
                self.fates.aligned[number] = aligned[place];
            }
            self.fates.states[number] = if protected[number - range.start] {
                State::Protect
            } else if goes[place] {
                State::Layout
            } else if self.is_boilerplate(block) {
                State::Boilerplate
            } else {
                State::MinTokens
            };
        }
    }
}

/// Locks blocks of the document whose first block is `first`; whether one was free before.
fn lock(locked: &mut [bool], first: usize, blocks: &[Number]) -> bool {
    let mut any = false;
    for &block in blocks {
        any |= !std::mem::replace(&mut locked[block as usize - first], true);
    }
    any
}
