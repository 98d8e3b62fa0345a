//! From repeated blocks to passages that go or stay as a whole.
//!
//! Documents are settled in input order. In each, repeats that follow one another and whose keepers
//! follow one another in one document form a run; a run of `min_tokens` goes. "Follow one another"
//! is counted among the blocks that stay, and a document is gone over until nothing more goes: so
//! what `clean` writes, cleaned again, loses nothing, but for rare cases (README, "What may be removed").

use crate::cluster::{Corpus, Echo, Keepers};
use crate::settings::{BOILERPLATE_DOCUMENTS, Boilerplate};
use crate::split::{Before, Unit, is_hard_wrapped};
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

/// Settles all blocks; `spread` counts the documents of each node.
#[must_use]
pub fn settle(corpus: &Corpus<'_>, keepers: Keepers, spread: &[u32]) -> Fates {
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
    let mut fates = Fates { states, aligned };
    for (&block, &(other, echo)) in &keepers.echoes {
        fates.aligned[block as usize] = other;
        fates.states[block as usize] = match echo {
            Echo::Numbers => State::Numbers,
            Echo::Contained => State::Contained,
        };
    }
    let mut settler = Settler { corpus, spread, fates, stretches: Vec::new() };
    if corpus.settings.boilerplate == Boilerplate::All {
        settler.strip_boilerplate();
    }
    for document in 0..corpus.store.documents() {
        settler.settle_document(document);
    }
    settler.fates
}

struct Settler<'a> {
    corpus: &'a Corpus<'a>,
    spread: &'a [u32],
    fates: Fates,
    /// Gone blocks that follow one another, `[start, end)`, ascending: without them a search for the
    /// next staying block could walk over a million gone ones, a million times.
    stretches: Vec<(Number, Number)>,
}

impl Settler<'_> {
    fn tokens(&self, block: Number) -> u32 {
        self.corpus.store.block_tokens(block as usize)
    }

    fn is_short(&self, block: Number) -> bool {
        self.tokens(block) < self.corpus.settings.least_tokens()
    }

    fn is_boilerplate(&self, block: Number) -> bool {
        let node = self.corpus.store.node(block as usize);
        self.is_short(block)
            && self.tokens(block) > 0
            && self.spread[node as usize] >= BOILERPLATE_DOCUMENTS
    }

    fn strip_boilerplate(&mut self) {
        for block in 0..self.corpus.store.blocks() as Number {
            let protected = self.corpus.store.layouts[block as usize].protected;
            if self.is_boilerplate(block) && !protected {
                if self.fates.aligned[block as usize] == NONE {
                    self.fates.aligned[block as usize] = block;
                }
                self.fates.states[block as usize] = State::Stripped;
            }
        }
    }

    fn settle_document(&mut self, document: usize) {
        let range = self.corpus.store.document_blocks(document);
        let pending = |settler: &Self| {
            range.clone().any(|block| settler.fates.states[block] == State::Pending)
        };
        let noted = self.stretches.len();
        self.note_stretches(range.clone(), noted);
        if !pending(self) {
            return;
        }
        let mut locked: Vec<bool> =
            range.clone().map(|block| self.corpus.store.layouts[block].protected).collect();
        loop {
            let left: Vec<Number> = range
                .clone()
                .filter(|&block| !self.fates.states[block].is_gone())
                .map(|block| block as Number)
                .collect();
            let aligned = self.align(&left, &locked, range.start);
            let gone = self.remove_runs(&left, &aligned);
            if gone == 0 {
                self.keep_the_rest(&left, &aligned, &locked, range.start);
                return;
            }
            if self.corpus.settings.unit == Unit::Paragraph {
                self.restore_unstable_groups(range.clone(), &mut locked);
            }
            self.note_stretches(range.clone(), noted);
        }
    }

    /// For each block that is left, the staying block it repeats, or `NONE`.
    ///
    /// The block after the previous one's keeper is preferred to the block's own keeper, so that a
    /// passage stays one passage where a short block stands earlier in the corpus too. Where a run
    /// begins, short blocks before it join when they fit.
    fn align(&self, left: &[Number], locked: &[bool], first: usize) -> Vec<Number> {
        let mut aligned = vec![NONE; left.len()];
        for place in 0..left.len() {
            let block = left[place];
            let pending = self.fates.states[block as usize] == State::Pending;
            if !pending || locked[block as usize - first] {
                continue;
            }
            if place > 0 && aligned[place - 1] != NONE {
                let next = self.staying_after(aligned[place - 1]);
                if self.can_replace(next, block) {
                    aligned[place] = next;
                    continue;
                }
            }
            aligned[place] = self.fates.aligned[block as usize];
            let mut back = place;
            while back > 0 && aligned[back - 1] != NONE && self.is_short(left[back - 1]) {
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

    /// Notes the stretches of gone blocks of a document, in place of those noted for it before.
    fn note_stretches(&mut self, range: std::ops::Range<usize>, noted_before: usize) {
        self.stretches.truncate(noted_before);
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
    }

    /// The next block of the same document that is not gone, or `NONE`.
    ///
    /// Documents that are not settled yet have no stretches; a gone block ends the search there.
    fn staying_after(&self, block: Number) -> Number {
        let document = self.corpus.documents[block as usize] as usize;
        let end = self.corpus.store.document_blocks(document).end as Number;
        let mut next = block + 1;
        if next < end && self.fates.states[next as usize].is_gone() {
            next = match self.stretches.binary_search_by_key(&next, |&(start, _)| start) {
                Ok(found) => self.stretches[found].1,
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
            next = match self.stretches.binary_search_by_key(&next, |&(_, end)| end) {
                Ok(found) => self.stretches[found].0,
                Err(_) => start,
            };
        }
        if next > start { next - 1 } else { NONE }
    }

    /// Whether `keeper` surely stays and `block` may go in its favour.
    fn can_replace(&self, keeper: Number, block: Number) -> bool {
        if keeper == NONE || keeper == block {
            return false;
        }
        let state = self.fates.states[keeper as usize];
        let home = self.corpus.documents[keeper as usize];
        let store = self.corpus.store;
        state != State::Pending
            && !state.is_gone()
            && !self.corpus.excluded[home as usize]
            && self.corpus.in_scope(self.corpus.documents[block as usize], home)
            && self.corpus.may_remove(store.node(block as usize), store.node(keeper as usize))
    }

    /// Removes the runs that are long enough; how many blocks that were.
    fn remove_runs(&mut self, left: &[Number], aligned: &[Number]) -> usize {
        let mut gone = 0;
        let mut start = 0;
        while start < left.len() {
            if aligned[start] == NONE {
                start += 1;
                continue;
            }
            let mut end = start + 1;
            while end < left.len()
                && aligned[end] != NONE
                && self.staying_after(aligned[end - 1]) == aligned[end]
            {
                end += 1;
            }
            let tokens: u64 =
                left[start..end].iter().map(|&block| u64::from(self.tokens(block))).sum();
            let whole = tokens >= u64::from(self.corpus.settings.least_tokens());
            let first = self.corpus.settings.boilerplate == Boilerplate::First;
            for place in start..end {
                if whole || (first && self.is_boilerplate(left[place])) {
                    self.fates.states[left[place] as usize] = State::Removed;
                    self.fates.aligned[left[place] as usize] = aligned[place];
                    gone += 1;
                }
            }
            start = end;
        }
        gone
    }

    fn keep_the_rest(
        &mut self,
        left: &[Number],
        aligned: &[Number],
        locked: &[bool],
        first: usize,
    ) {
        for (place, &block) in left.iter().enumerate() {
            let number = block as usize;
            if self.fates.states[number] != State::Pending {
                continue;
            }
            if aligned[place] != NONE {
                self.fates.aligned[number] = aligned[place];
            }
            self.fates.states[number] = if self.corpus.store.layouts[number].protected {
                State::Protect
            } else if self.is_boilerplate(block) {
                State::Boilerplate
            } else if locked[number - first] && !self.is_short(block) {
                State::Layout
            } else {
                State::MinTokens
            };
        }
    }

    /// Takes back removals from groups of lines whose rest would look hard-wrapped, and so become
    /// one block: then the group's repeats stay.
    fn restore_unstable_groups(&mut self, range: std::ops::Range<usize>, locked: &mut [bool]) {
        let mut start = range.start;
        while start < range.end {
            let mut end = start + 1;
            while end < range.end
                && matches!(self.corpus.store.layouts[end].before, Before::Gap | Before::LineEnd)
            {
                end += 1;
            }
            if end - start > 1 && !self.splits_alike(start..end) {
                for block in start..end {
                    // All of the group: were a part of it free to go, cleaning the cleaned text
                    // would meet another group, and might take what stayed here.
                    locked[block - range.start] = true;
                    if self.fates.states[block] == State::Removed {
                        self.fates.states[block] = State::Pending;
                    }
                }
            }
            start = end;
        }
    }

    /// Whether the staying blocks of a group of lines are the blocks that their text splits into.
    fn splits_alike(&self, group: std::ops::Range<usize>) -> bool {
        let gone = |block: usize| self.fates.states[block].is_gone();
        let count = group.clone().filter(|&block| gone(block)).count();
        if count == 0 || count == group.len() {
            return true;
        }
        let store = self.corpus.store;
        let mut lines: Vec<(u32, u32)> = Vec::new();
        let mut start = group.start;
        while start < group.end {
            let mut end = start + 1;
            while end < group.end && store.layouts[end].before == Before::Gap {
                end += 1;
            }
            let items: Vec<usize> = (start..end).filter(|&block| !gone(block)).collect();
            if let Some(&first) = items.first() {
                // Items keep a gap of three or more between them.
                let gaps = 3 * (items.len() as u32 - 1);
                let length =
                    items.iter().map(|&block| store.block_characters(block)).sum::<u32>() + gaps;
                lines.push((length, u32::from(store.layouts[first].first_word)));
            }
            start = end;
        }
        !is_hard_wrapped(lines.iter().copied())
    }
}
