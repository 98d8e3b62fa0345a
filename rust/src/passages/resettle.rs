//! Repeats that ignore the breaks between blocks: blocks that runs cover are settled once more.
//!
//! A block that a run covers may go for the region where its tokens stand a second time. What goes for
//! such a block already, as a copy of it, as one that resembles it or as a part of it, then goes for that
//! region too: were the block kept for its sake, cleaning the cleaned text would remove it, since what
//! asks for it is gone. What asks for it and stays keeps it in its own document, here and then; in others
//! it names the region as well, so that documents which come later change nothing before them.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::both::both;
use crate::keepers::cluster::Corpus;
use crate::passages::fates::{Fates, State};
use crate::passages::given::Given;
use crate::passages::regions::{Region, covered_blocks, find_parts};
use crate::passages::runs::{Run, find_runs};
use crate::passages::settling::settle_regions;
use crate::passages::text::{Text, positions};
use crate::store::{NONE, Number};

/// Looks for runs among the blocks that stay, and removes the blocks that they cover; all runs that
/// were found in scope, whatever became of them. `order` says when each document is visited, `is_copy`
/// which documents go as copies of others.
#[must_use]
pub fn settle_runs(
    corpus: &Corpus<'_>,
    mut fates: Fates,
    furniture: &[bool],
    order: Option<&[u32]>,
    (given, is_copy): (&Given, &[bool]),
) -> (Fates, Vec<Run>) {
    let Corpus { store, settings, documents, .. } = *corpus;
    let positions = positions(store);
    let states = fates.states.clone();
    let text = Text { store, states: &states, documents, order, positions: &positions };
    let followers = Followers::new(&fates, documents, is_copy);
    let looks = |document| given.looks_at(document);
    // The first takes one thread.
    let (beside, mut runs) = both(
        store.blocks(),
        || find_parts(&text, &mut fates, settings.least_tokens()),
        || find_runs(&text, settings.min_run, |document| corpus.scopes().home(document), looks),
    );
    let home = |block: Number| documents[block as usize];
    runs.retain(|run| corpus.in_scope(home(run.later.block), home(run.earlier.block)));
    let mut candidates: HashMap<Number, Vec<Region>> = HashMap::new();
    let covered = runs.iter().flat_map(|run| covered_blocks(&text, run));
    for (block, region) in beside.into_iter().chain(covered) {
        let may_go = matches!(fates.states[block as usize], State::Kept | State::Contained)
            && given.is_open(block)
            && !followers.pinned[block as usize]
            && followers
                .of(block)
                .all(|follower| corpus.in_scope(home(follower), home(region.first.block)));
        if may_go {
            candidates.entry(block).or_default().push(region);
        }
    }
    if candidates.is_empty() && given.covered.is_empty() {
        return (fates, runs);
    }
    for (&block, &region) in &given.covered {
        fates.states[block as usize] = State::Removed;
        fates.aligned[block as usize] = region.map_or(NONE, |region| region.first.block);
        fates.regions.extend(region.map(|region| (block, region)));
    }
    let mut locked = followers.free(&fates, State::Layout);
    locked.retain(|&block| given.is_open(block));
    let mut fates = settle_regions(corpus, furniture, fates, candidates, locked, order);
    followers.follow(&text, &mut fates);
    (fates, runs)
}

/// Blocks that name a block that stays, and could name another place of its tokens as well.
struct Followers {
    /// Keeper and block, ascending.
    pairs: Vec<(Number, Number)>,
    /// Blocks that hold their keeper and more.
    holders: Vec<Number>,
    /// The blocks that must stay, for what names them.
    pinned: Vec<bool>,
}

impl Followers {
    /// Before any region is known. What stays pins what it names in its own document, unless it holds
    /// all of that anyway. Copies of documents go wherever these go, and ask for nothing.
    fn new(fates: &Fates, documents: &[Number], is_copy: &[bool]) -> Self {
        let (mut pairs, mut holders) = (Vec::new(), Vec::new());
        let mut pinned = vec![false; fates.states.len()];
        let named = (0..).zip(&fates.aligned).filter(|&(block, &keeper): &(Number, _)| {
            keeper != NONE && !is_copy[documents[block as usize] as usize]
        });
        for (block, &keeper) in named {
            match fates.states[block as usize] {
                State::Contained => holders.push(block),
                State::Removed => pairs.push((keeper, block)),
                _ if documents[block as usize] == documents[keeper as usize] => {
                    pinned[keeper as usize] = true;
                }
                _ => pairs.push((keeper, block)),
            }
        }
        pairs.par_sort_unstable();
        Self { pairs, holders, pinned }
    }

    /// The blocks of a state that nothing names.
    fn free(&self, fates: &Fates, state: State) -> Vec<Number> {
        let named = |block: Number| self.pinned[block as usize] || self.of(block).next().is_some();
        (0..fates.states.len() as Number)
            .filter(|&block| fates.states[block as usize] == state && !named(block))
            .collect()
    }

    fn of(&self, keeper: Number) -> impl Iterator<Item = Number> {
        let first = self.pairs.partition_point(|&(other, _)| other < keeper);
        self.pairs[first..].iter().take_while(move |pair| pair.0 == keeper).map(|pair| pair.1)
    }

    /// Names another place for all whose keeper went: that for which it went. Where a block's tokens
    /// stood in more than its keeper and some of that went, the keeper alone is named again.
    fn follow(&self, text: &Text<'_>, fates: &mut Fates) {
        let is_gone = |fates: &Fates, block: Number| fates.states[block as usize].is_gone();
        for &(keeper, block) in &self.pairs {
            let part = fates.regions.get(&block).copied();
            if part.is_none() && fates.aligned[block as usize] != keeper {
                // Its document's layout held it, and now it goes for another one.
                continue;
            }
            let (first, last) =
                part.map_or((keeper, keeper), |part| (part.first.block, part.end.block));
            if !(first..=last).any(|block| is_gone(fates, block)) {
                continue;
            }
            if !is_gone(fates, keeper) {
                fates.regions.remove(&block);
                fates.aligned[block as usize] = keeper;
                continue;
            }
            let Some(&whole) = fates.regions.get(&keeper) else { continue };
            if (whole.first.block..=whole.end.block).contains(&block) {
                // Its layout held it, and its keeper went for it.
                fates.states[block as usize] = State::Kept;
                fates.aligned[block as usize] = NONE;
                continue;
            }
            let region = match part {
                Some(part) if first == keeper && last == keeper => part_of(text, whole, part),
                _ => {
                    if text.store.node(block as usize) != text.store.node(keeper as usize) {
                        fates.twins.insert(block, keeper);
                    }
                    whole
                }
            };
            fates.regions.insert(block, region);
            fates.aligned[block as usize] = region.first.block;
        }
        // What they share with the place for which their keeper went is a quote.
        for &block in &self.holders {
            let keeper = fates.aligned[block as usize];
            if fates.states[block as usize] == State::Contained && is_gone(fates, keeper) {
                fates.states[block as usize] = State::Kept;
                fates.aligned[block as usize] = NONE;
            }
        }
    }
}

/// Where a part of a block stands in the region of the whole block.
fn part_of(text: &Text<'_>, whole: Region, part: Region) -> Region {
    let place = |offset: u32| text.after(whole.first, offset);
    let first = place(part.first.offset);
    let first = text.start_after(first).unwrap_or(first);
    Region { first, end: place(part.end.offset) }
}
