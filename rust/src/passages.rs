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
use crate::regions::{Region, covered_blocks, find_parts};
use crate::remains::{after_cut, blocks_to_keep};
use crate::runs::{Run, find_runs};
use crate::settings::Boilerplate;
use crate::split::Unit;
use crate::store::{NONE, Number};
use crate::strip::{is_boilerplate, strip_boilerplate};
use crate::text::{Text, Token, positions};

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

/// Settles all blocks; `furniture` says which nodes are short furniture.
#[must_use]
pub fn settle(corpus: &Corpus<'_>, keepers: Keepers, furniture: &[bool]) -> Fates {
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
    let mut fates = Fates { states, aligned, inner: vec![false; blocks], regions };
    for (&block, &(other, echo)) in &keepers.echoes {
        fates.aligned[block as usize] = other;
        fates.states[block as usize] = match echo {
            Echo::Numbers => State::Numbers,
            Echo::Contained => State::Contained,
        };
    }
    if corpus.settings.boilerplate == Boilerplate::All {
        strip_boilerplate(corpus, furniture, &mut fates);
    }
    let mut settler = Settler::new(corpus, furniture, fates);
    for document in 0..corpus.store.documents() {
        settler.settle_document(document);
    }
    settler.fates
}

/// Looks for runs among the blocks that stay, and removes the blocks that they cover; all runs that
/// were found in scope, whatever became of them. `order` says when each document is visited.
#[must_use]
pub fn settle_runs(
    corpus: &Corpus<'_>,
    mut fates: Fates,
    furniture: &[bool],
    order: Option<&[u32]>,
) -> (Fates, Vec<Run>) {
    let Corpus { store, settings, documents, .. } = *corpus;
    let positions = positions(store);
    let states = fates.states.clone();
    let text = Text { store, states: &states, documents, order, positions: &positions };
    let beside = find_parts(&text, &mut fates, settings.least_tokens());
    let mut runs = find_runs(&text, settings.min_run, |document| corpus.home(document));
    runs.retain(|run| {
        let home = |place: Token| documents[place.block as usize];
        corpus.in_scope(home(run.later), home(run.earlier))
    });
    let mut named = vec![false; store.blocks()];
    for region in fates.regions.values() {
        named[region.first.block as usize..=region.end.block as usize].fill(true);
    }
    let copies = copies(&text, settings.least_tokens(), &fates, &mut named);
    let mut candidates: HashMap<Number, Vec<Region>> = HashMap::new();
    let covered = runs.iter().flat_map(|run| covered_blocks(&text, run));
    for (block, region) in beside.into_iter().chain(covered) {
        let state = fates.states[block as usize];
        // What others repeat stays, for them.
        if matches!(state, State::Kept | State::Contained) && !named[block as usize] {
            candidates.entry(block).or_default().push(region);
        }
    }
    if candidates.is_empty() {
        return (fates, runs);
    }
    let mut before = HashMap::new();
    for (&block, regions) in &candidates {
        let state = std::mem::replace(&mut fates.states[block as usize], State::Pending);
        let keeper = std::mem::replace(&mut fates.aligned[block as usize], regions[0].first.block);
        before.insert(block, (state, keeper));
    }
    let mut settler = Settler { before, candidates, ..Settler::new(corpus, furniture, fates) };
    for document in 0..store.documents() {
        settler.settle_document(document);
    }
    let mut fates = settler.fates;
    for (block, keeper) in copies {
        if let Some(&region) = fates.regions.get(&keeper) {
            fates.regions.insert(block, region);
            fates.aligned[block as usize] = region.first.block;
        }
    }
    (fates, runs)
}

/// Blocks and the kept ones whose tokens they have: where such a keeper goes for a region, they go for
/// that too. What is repeated in another way, or by a block too short to go alone, is `named`: it stays.
fn copies(text: &Text<'_>, least: u32, fates: &Fates, named: &mut [bool]) -> Vec<(Number, Number)> {
    let store = text.store;
    let mut copies = Vec::new();
    for (block, &keeper) in (0..).zip(&fates.aligned) {
        if keeper == NONE || fates.regions.contains_key(&block) {
            continue;
        }
        let is_copy = store.node(block as usize) == store.node(keeper as usize)
            && store.block_tokens(block as usize) >= least
            && !text.is_beside_short(block, least);
        if is_copy {
            copies.push((block, keeper));
        } else {
            named[keeper as usize] = true;
        }
    }
    copies
}

struct Settler<'a> {
    corpus: &'a Corpus<'a>,
    furniture: &'a [bool],
    fates: Fates,
    /// What was said of the blocks that have regions before these were known.
    before: HashMap<Number, (State, Number)>,
    /// The regions of which one may hold a block.
    candidates: HashMap<Number, Vec<Region>>,
    /// Gone blocks that follow one another, `[start, end)`, ascending: without them a search for the
    /// next staying block could walk over a million gone ones, a million times.
    stretches: Vec<(Number, Number)>,
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
        }
    }

    fn tokens(&self, block: Number) -> u32 {
        self.corpus.store.block_tokens(block as usize)
    }

    fn is_short(&self, block: Number) -> bool {
        self.tokens(block) < self.corpus.settings.least_tokens()
    }

    fn is_boilerplate(&self, block: Number) -> bool {
        is_boilerplate(self.corpus, self.furniture, block)
    }

    fn settle_document(&mut self, document: usize) {
        let range = self.corpus.store.document_blocks(document);
        let noted = self.stretches.len();
        self.note_stretches(range.clone(), noted);
        if range.clone().all(|block| self.fates.states[block] != State::Pending) {
            return;
        }
        let mut locked = Vec::new();
        // What goes may free what was locked before: the locks are tried again, as cleaning the
        // cleaned text would, until nothing goes.
        while self.remove_what_may_go(range.clone(), noted, &mut locked) {}
        self.keep_the_rest(range);
    }

    /// The blocks of a range that are not gone.
    fn staying(&self, range: Range<usize>) -> Vec<Number> {
        range
            .filter(|&block| !self.fates.states[block].is_gone())
            .map(|block| block as Number)
            .collect()
    }

    /// Whether `--protect` covers a part of each block.
    fn protected(&self, range: Range<usize>) -> impl Iterator<Item = bool> {
        range.map(|block| self.corpus.store.layouts[block].protected())
    }

    /// Removes what may go of a document; whether more may go without the locks that this made.
    /// `locked` says what may not.
    fn remove_what_may_go(
        &mut self,
        range: Range<usize>,
        noted: usize,
        locked: &mut Vec<bool>,
    ) -> bool {
        locked.clear();
        locked.extend(self.protected(range.clone()));
        let before = self.staying(range.clone());
        let keepers: Vec<Number> =
            before.iter().map(|&block| self.fates.aligned[block as usize]).collect();
        let inner = self.fates.inner[range.clone()].to_vec();
        let mut held_back = false;
        loop {
            let mut left = before.clone();
            loop {
                let aligned = self.align(&left, locked, range.start);
                if self.remove_runs(&left, &aligned) == 0 {
                    break;
                }
                self.note_stretches(range.clone(), noted);
                left = self.staying(range.clone());
            }
            let stable = self.corpus.settings.unit != Unit::Paragraph
                || left.len() == before.len()
                || !lock(
                    locked,
                    range.start,
                    &self.blocks_to_keep(&range, (&before, &inner), &left),
                );
            if stable {
                return held_back && left.len() < before.len();
            }
            held_back = true;
            for (&block, &keeper) in before.iter().zip(&keepers) {
                if self.fates.states[block as usize].is_gone() {
                    self.fates.states[block as usize] = State::Pending;
                }
                self.fates.aligned[block as usize] = keeper;
            }
            self.fates.inner[range.clone()].copy_from_slice(&inner);
            self.note_stretches(range.clone(), noted);
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

    /// For each block that is left, the staying block it repeats, or `NONE`.
    ///
    /// The block after the previous one's keeper is preferred to the block's own keeper, so that a
    /// passage stays one passage where a short block stands earlier in the corpus too. Where a run
    /// begins, short blocks before it join when they fit.
    fn align(&mut self, left: &[Number], locked: &[bool], first: usize) -> Vec<Number> {
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
            aligned[place] = self.fates.aligned[block as usize];
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

    /// Notes the stretches of gone blocks of a document, in place of those noted for it before.
    fn note_stretches(&mut self, range: Range<usize>, noted_before: usize) {
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
    fn follows(
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
    /// blocks is kept by the layout rule.
    fn keep_the_rest(&mut self, range: Range<usize>) {
        let left = self.staying(range.clone());
        let protected: Vec<bool> = self.protected(range.clone()).collect();
        let aligned = self.align(&left, &protected, range.start);
        let goes = self.what_goes(&left, &aligned);
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
