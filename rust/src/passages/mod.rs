//! From repeated blocks to passages that go or stay as a whole.
//!
//! Documents are settled in the order of the visits. In each, repeats that follow one another and whose keepers
//! follow one another in one document form a run; a run of `min_tokens` goes. "Follow one another"
//! is counted among the blocks that stay, and a document is gone over until nothing more goes: so
//! what `clean` writes, cleaned again, loses nothing, but for rare cases (README, "What may be removed").

pub(crate) mod align;
pub mod copies;
pub(crate) mod drafts;
pub mod dropped;
pub mod fates;
pub mod given;
pub mod links;
pub mod regions;
pub mod remains;
pub mod resettle;
pub(crate) mod resting;
pub mod runs;
pub(crate) mod settling;
pub mod strip;
pub mod text;

use std::ops::Range;

use crate::blocks::split::Unit;
use crate::keepers::cluster::Corpus;
use crate::passages::drafts::{Draft, Settled};
use crate::passages::fates::State;
use crate::passages::regions::Region;
use crate::passages::remains::{after_cut, blocks_to_keep};
use crate::passages::settling::Task;
use crate::passages::strip::is_boilerplate;
use crate::settings::Boilerplate;
use crate::store::{NONE, Number};

/// The documents in the order in which they are visited; `order` says when each of them is.
#[must_use]
pub fn by_visits(order: &[u32]) -> Vec<Number> {
    let mut documents: Vec<Number> = (0..order.len() as Number).collect();
    documents.sort_by_key(|&document| order[document as usize]);
    documents
}

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

/// What is left to be done for a document of which something may go.
enum Gone {
    /// More may go without the locks that were made.
    Perhaps,
    /// Nothing; and how what stays is aligned, where only `--protect` locked blocks.
    All(Option<Vec<Number>>),
}

/// Settles the pending blocks of one document after the other.
pub(crate) struct Settler<'a> {
    pub(crate) corpus: &'a Corpus<'a>,
    task: &'a Task<'a>,
    settled: &'a Settled,
    /// The document that is settled now.
    document: Number,
    /// Its repeats may be named as keepers: none of them goes by itself.
    repeats_rest: bool,
    /// Which of them are, and must stay.
    named: Vec<bool>,
    pub(crate) draft: Draft,
}

impl<'a> Settler<'a> {
    /// Of no document yet.
    pub(crate) fn new(corpus: &'a Corpus<'a>, task: &'a Task<'a>, settled: &'a Settled) -> Self {
        let (named, draft) = (Vec::new(), Draft::default());
        Self { corpus, task, settled, document: 0, repeats_rest: false, named, draft }
    }

    pub(crate) fn tokens(&self, block: Number) -> u32 {
        self.corpus.store.block_tokens(block as usize)
    }

    pub(crate) fn is_short(&self, block: Number) -> bool {
        self.tokens(block) < self.corpus.settings.least_tokens()
    }

    /// The regions of which one may hold a block.
    pub(crate) fn candidates(&self, block: Number) -> Option<&[Region]> {
        self.task.candidates.get(&block).map(Vec::as_slice)
    }

    /// Whether a block was settled before, as one that stays.
    pub(crate) fn is_settled_again(&self, block: Number) -> bool {
        self.task.before.contains_key(&block)
    }

    /// What becomes of a block of this document, what became of one of a document before it, or what one of
    /// a document behind it was.
    pub(crate) fn state(&self, block: Number) -> State {
        let own = (block as usize).checked_sub(self.draft.first);
        if let Some(&state) = own.and_then(|place| self.draft.states.get(place)) {
            return state;
        }
        if self.is_settled(self.corpus.documents[block as usize]) {
            self.settled.after(block)
        } else {
            self.settled.before(block)
        }
    }

    fn is_settled(&self, document: Number) -> bool {
        self.task.is_before(document, self.document)
    }

    /// The next block of the same document that is not gone, or `NONE`.
    ///
    /// In documents that are not settled yet a gone block ends the search, as it does beside a gone one.
    pub(crate) fn staying_after(&self, block: Number) -> Number {
        let document = self.corpus.documents[block as usize];
        let end = self.corpus.store.document_blocks(document as usize).end as Number;
        let mut next = block + 1;
        if next < end && self.state(next).is_gone() {
            next = if document == self.document {
                let stretches = &self.draft.stretches;
                let found = stretches.binary_search_by_key(&next, |&(start, _)| start);
                found.map_or(end, |found| stretches[found].1)
            } else if self.is_settled(document) && !self.state(block).is_gone() {
                self.settled.end_of_gone(next, end)
            } else {
                end
            };
        }
        if next < end { next } else { NONE }
    }

    /// The previous block of the same document that is not gone, or `NONE`.
    pub(crate) fn staying_before(&self, block: Number) -> Number {
        let document = self.corpus.documents[block as usize];
        let start = self.corpus.store.document_blocks(document as usize).start as Number;
        let mut next = block;
        if next > start && self.state(next - 1).is_gone() {
            next = if document == self.document {
                let stretches = &self.draft.stretches;
                let found = stretches.binary_search_by_key(&next, |&(_, end)| end);
                found.map_or(start, |found| stretches[found].0)
            } else if self.is_settled(document) && !self.state(block).is_gone() {
                self.settled.start_of_gone(next, start)
            } else {
                start
            };
        }
        if next > start { next - 1 } else { NONE }
    }

    fn is_boilerplate(&self, block: Number) -> bool {
        is_boilerplate(self.corpus, self.task.furniture, block)
    }

    /// Settles a document; those before it were begun.
    pub(crate) fn settle_document(&mut self, document: usize) {
        self.document = document as Number;
        let range = self.corpus.store.document_blocks(document);
        if !self.draft.begin(self.settled, range.clone()) {
            return;
        }
        self.named.clear();
        self.named.resize(range.len(), false);
        let mut locked = Vec::new();
        // What goes may free what was locked before: the locks are tried again, as cleaning the
        // cleaned text would, until nothing goes.
        let told = loop {
            match self.remove_what_may_go(range.clone(), &mut locked) {
                Gone::Perhaps => {}
                Gone::All(told) => break told,
            }
        };
        self.keep_the_rest(range, told);
        self.draft.end(self.settled);
    }

    /// The blocks of the document that are not gone.
    fn staying(&self) -> Vec<Number> {
        let first = self.draft.first as Number;
        let staying = (first..).zip(&self.draft.states).filter(|(_, state)| !state.is_gone());
        staying.map(|(block, _)| block).collect()
    }

    /// The region for which a block of the document goes.
    pub(crate) fn region(&self, block: Number) -> Option<Region> {
        self.draft.view(self.settled).region(block)
    }

    /// Where a block of the document stands in the draft.
    pub(crate) fn place(&self, block: Number) -> usize {
        block as usize - self.draft.first
    }

    fn is_any_pending(&self, blocks: &[Number]) -> bool {
        blocks.iter().any(|&block| self.draft.states[self.place(block)] == State::Pending)
    }

    /// Whether `--protect` covers a part of each block.
    fn protected(&self, range: Range<usize>) -> impl Iterator<Item = bool> {
        range.map(|block| self.corpus.store.layouts[block].protected())
    }

    /// Removes what may go of a document. `locked` says what may not.
    fn remove_what_may_go(&mut self, range: Range<usize>, locked: &mut Vec<bool>) -> Gone {
        locked.clear();
        locked.extend(self.protected(range.clone()));
        let before = self.staying();
        let keepers: Vec<Number> =
            before.iter().map(|&block| self.draft.aligned[self.place(block)]).collect();
        let (inner, named) = (self.draft.inner.clone(), self.named.clone());
        let mut held_back = false;
        loop {
            let mut left = before.clone();
            let mut told = None;
            loop {
                let aligned = self.align(&left, locked);
                let goes = self.what_goes(&left, &aligned);
                if goes.contains(&true) {
                    self.remove(&left, &aligned, &goes);
                } else if !self.remove_beside_repeats(&left, locked) {
                    told = Some(aligned);
                    break;
                }
                self.draft.note_stretches();
                left = self.staying();
                if !self.is_any_pending(&left) {
                    break;
                }
            }
            let stable = self.corpus.settings.unit != Unit::Paragraph
                || left.len() == before.len()
                || !lock(locked, range.start, &self.blocks_to_keep((&before, &inner), &left));
            if stable {
                if held_back && left.len() < before.len() {
                    return Gone::Perhaps;
                }
                // With the locks of the layout it would say what these keep, not what they repeat.
                return Gone::All(told.filter(|_| !held_back));
            }
            held_back = true;
            for (&block, &keeper) in before.iter().zip(&keepers) {
                let place = self.place(block);
                if self.draft.states[place].is_gone() {
                    self.draft.states[place] = State::Pending;
                }
                self.draft.aligned[place] = keeper;
            }
            self.draft.inner.copy_from_slice(&inner);
            self.named.copy_from_slice(&named);
            self.draft.note_stretches();
        }
    }

    /// What must not go, where a document's blocks that stood there before, and what was `inner` then,
    /// became those that are left.
    fn blocks_to_keep(
        &self,
        (before, inner): (&[Number], &[bool]),
        left: &[Number],
    ) -> Vec<Number> {
        let Self { corpus, draft, settled, .. } = self;
        let view = draft.view(settled);
        let old = after_cut(corpus, view, (draft.first, inner), before);
        let new = after_cut(corpus, view, (draft.first, &draft.inner), left);
        blocks_to_keep(corpus.store, &old, &new)
    }

    /// Removes what goes of the blocks that are left.
    fn remove(&mut self, left: &[Number], aligned: &[Number], goes: &[bool]) {
        for place in (0..left.len()).filter(|&place| goes[place]) {
            let own = self.place(left[place]);
            self.draft.states[own] = State::Removed;
            self.draft.aligned[own] = aligned[place];
            // What went before between two blocks of a run is inside of it now.
            if place > 0
                && goes[place - 1]
                && self
                    .follows((left[place - 1], aligned[place - 1]), (left[place], aligned[place]))
            {
                let before = self.place(left[place - 1]);
                self.draft.inner[before + 1..=own].fill(true);
            }
        }
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
            let end = self.end_of_run(left, aligned, start);
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
        let left = self.staying();
        if !self.is_any_pending(&left) {
            return;
        }
        let protected: Vec<bool> = self.protected(range).collect();
        let nothing_goes = told.is_some();
        let aligned = told.unwrap_or_else(|| self.align(&left, &protected));
        let goes =
            if nothing_goes { vec![false; left.len()] } else { self.what_goes(&left, &aligned) };
        for (place, &block) in left.iter().enumerate() {
            let own = self.place(block);
            if self.draft.states[own] != State::Pending {
                continue;
            }
            if let Some(before) = self.task.before.get(&block) {
                self.draft.regions.remove(&block);
                (self.draft.states[own], self.draft.aligned[own]) = *before;
                continue;
            }
            if aligned[place] != NONE {
                self.draft.aligned[own] = aligned[place];
            }
            self.draft.states[own] = if protected[own] {
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
