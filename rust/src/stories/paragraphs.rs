//! What became of the blocks of one version in the next one: the same, changed, come or gone.
//!
//! A block is the same as one with its normal form wherever that stands now, each for one: so a paragraph
//! that was moved neither came nor went. Of what is left two blocks that match by the policy are one that
//! was changed, the most alike first; where one holds another that has no partner, as the parts of a paragraph
//! that was split or merged do, that is told too. Matches are those that were found, and those between blocks of the
//! same gap, which are judged here: what crowded buckets left out is found where it counts.

use std::ops::Range;

use hashbrown::HashMap;

use crate::candidates::shingle::fill_shingle_set;
use crate::judging::readings::Readings;
use crate::judging::verify::{Match, Relation, judge};
use crate::keepers::cluster::Corpus;
use crate::keepers::neighbours::Neighbours;
use crate::store::token_reader::TokenReader;
use crate::store::{NONE, Number};

/// Matches of a node that are gone through; of more only those of blocks in the same gap are looked at.
const MOST_MATCHES: u32 = 64;
/// Blocks of a gap that each block is compared with, and those among which they are looked for.
const MOST_IN_GAP: usize = 16;
const LONGEST_GAP: usize = 256;

/// How a block was changed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Change {
    /// How alike the two are.
    pub relation: Relation,
    /// Shared shingles over all.
    pub resemblance: f64,
    /// Shared shingles over those of the smaller one.
    pub containment: f64,
    /// They differ in numbers or names only.
    pub template: bool,
}

impl Change {
    fn of(found: &Match) -> Self {
        Self {
            relation: found.relation,
            resemblance: found.resemblance(),
            containment: found.containment(),
            template: found.template,
        }
    }
}

/// A block that was changed, what it was in the version before, and how it was changed.
pub type Changed = (Number, Number, Change);

/// For each block of a version the one of the version before that it is, or `NONE`; and those that were changed,
/// by both blocks.
pub type Compared = (Vec<Number>, Vec<Changed>);

/// Compares versions.
pub struct Comparer<'a> {
    corpus: &'a Corpus<'a>,
    readers: [TokenReader<'a>; 2],
    readings: Readings<'a>,
    /// Free blocks of the version before, by node, the last one first.
    free: HashMap<Number, Vec<Number>>,
}

impl<'a> Comparer<'a> {
    /// For documents of this corpus.
    #[must_use]
    pub fn new(corpus: &'a Corpus<'a>) -> Self {
        let readers = [corpus.store.token_reader(), corpus.store.token_reader()];
        let readings = Readings::new(corpus.store);
        Self { corpus, readers, readings, free: HashMap::new() }
    }

    /// What became of the blocks of one document in another one.
    pub fn compare(&mut self, before: Number, document: Number) -> Compared {
        let store = self.corpus.store;
        let old = store.document_blocks(before as usize);
        let new = store.document_blocks(document as usize);
        let was = self.same(old.clone(), new.clone());
        let mut taken = vec![false; old.len()];
        for &block in was.iter().filter(|&&block| block != NONE) {
            taken[block as usize - old.start] = true;
        }
        let mut pairs = Vec::new();
        for (place, gap) in gaps(&was, &old) {
            self.changed(new.start + place, (&old, gap), &taken, &mut pairs);
        }
        pairs.sort_by(|one: &Pair, other| {
            let key = |pair: &Pair| (pair.block, pair.was);
            other
                .change
                .resemblance
                .total_cmp(&one.change.resemblance)
                .then(key(one).cmp(&key(other)))
        });
        let mut has_was = vec![false; new.len()];
        let mut changes = Vec::new();
        for parts in [false, true] {
            for &Pair { block, was: from, change } in &pairs {
                let own = &mut has_was[block as usize - new.start];
                let other = &mut taken[from as usize - old.start];
                let is_part = change.relation == Relation::Contained && !change.template;
                if (!*own && !*other) || (parts && is_part && *own != *other) {
                    (*own, *other) = (true, true);
                    changes.push((block, from, change));
                }
            }
        }
        changes.sort_unstable_by_key(|&(block, from, _)| (block, from));
        (was, changes)
    }

    /// For each new block an old one of the same normal form, each old one once: where it can be the one
    /// after the block before's, else the first.
    fn same(&mut self, old: Range<usize>, new: Range<usize>) -> Vec<Number> {
        let store = self.corpus.store;
        self.free.clear();
        for block in old.clone().rev() {
            self.free.entry(store.node(block)).or_default().push(block as Number);
        }
        let mut next = old.start as Number;
        new.map(|block| {
            let Some(free) = self.free.get_mut(&store.node(block)) else { return NONE };
            let found = match free.binary_search_by(|old| next.cmp(old)) {
                Ok(place) => free.remove(place),
                Err(_) => match free.pop() {
                    Some(first) => first,
                    None => return NONE,
                },
            };
            next = found + 1;
            found
        })
        .collect()
    }

    /// Adds what a new block without an old one of its normal form may have been.
    fn changed(
        &mut self,
        block: usize,
        (old, gap): (&Range<usize>, Range<usize>),
        taken: &[bool],
        pairs: &mut Vec<Pair>,
    ) {
        let Corpus { store, neighbours, .. } = *self.corpus;
        let node = store.node(block);
        let is_free = |old_block: usize| !taken[old_block - old.start];
        let mut add = |old_block: usize, change| {
            pairs.push(Pair { block: block as Number, was: old_block as Number, change });
        };
        let mut known = Vec::new();
        if neighbours.count(node) <= MOST_MATCHES {
            for (other, found) in neighbours.of(node) {
                let some = self.free.get(&other).into_iter().flatten().rev();
                for &old_block in some.take(MOST_IN_GAP) {
                    if is_free(old_block as usize) {
                        add(old_block as usize, Change::of(found));
                        known.push(old_block as usize);
                    }
                }
            }
        }
        let in_gap =
            gap.take(LONGEST_GAP).filter(|&old_block| is_free(old_block)).take(MOST_IN_GAP);
        for old_block in in_gap.filter(|block| !known.contains(block)) {
            if let Some(change) = self.judged(neighbours, node, store.node(old_block)) {
                add(old_block, change);
            }
        }
    }

    /// How two nodes match, if they do.
    fn judged(&mut self, neighbours: &Neighbours, one: Number, other: Number) -> Option<Change> {
        let Corpus { store, settings, .. } = *self.corpus;
        if let Some(found) = neighbours.between(one, other) {
            return Some(Change::of(found));
        }
        let counts = (store.token_count(one), store.token_count(other));
        if settings.judged_by_characters(counts.0, counts.1) != Some(false) {
            return None;
        }
        let [left, right] = &mut self.readers;
        let held = (store.node_tokens(one), store.node_tokens(other));
        let tokens = (
            if held.0.is_empty() { left.tokens(one) } else { held.0 },
            if held.1.is_empty() { right.tokens(other) } else { held.1 },
        );
        let (mut sets, size) = ((Vec::new(), Vec::new()), settings.shingle_size);
        fill_shingle_set(tokens.0, size, &mut sets.0);
        fill_shingle_set(tokens.1, size, &mut sets.1);
        let found = judge(settings, (one, other), (&sets.0, &sets.1))?;
        let template = self.readings.is_template(settings, (one, other), tokens);
        Some(Change::of(&Match { template, ..found }))
    }
}

/// A new block, an old one that it may have been, and how they differ.
struct Pair {
    block: Number,
    was: Number,
    change: Change,
}

/// The places of new blocks that are no old ones, each with the old blocks between those that its
/// neighbours were.
fn gaps<'a>(
    was: &'a [Number],
    old: &'a Range<usize>,
) -> impl Iterator<Item = (usize, Range<usize>)> + 'a {
    let mut ends = vec![old.end; was.len()];
    let mut end = old.end;
    for (place, &block) in was.iter().enumerate().rev() {
        ends[place] = end;
        if block != NONE {
            end = block as usize;
        }
    }
    let mut start = old.start;
    was.iter().zip(ends).enumerate().filter_map(move |(place, (&block, end))| {
        if block != NONE {
            start = block as usize + 1;
            return None;
        }
        Some((place, start..end))
    })
}
