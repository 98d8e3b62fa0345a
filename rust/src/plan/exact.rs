//! Exact spans: where in a text the part stands that repeats, when a block is more than that.
//!
//! A run begins and ends at tokens, and of the larger side of a contained match only a part is the
//! repeat: the stretch in which most shingles are the smaller one's, found as the segment of the highest
//! sum (Bentley 1984, column 8).

use std::ops::Range;

use hashbrown::HashSet;
use rayon::prelude::*;

use crate::blocks::split::Unit;
use crate::candidates::shingle::shingles_of;
use crate::judging::covers::SHINGLES;
use crate::judging::own_passages::says_more;
use crate::judging::verify::{Relation, containment, resemblance};
use crate::keepers::neighbours::Neighbours;
use crate::passages::fates::{Fates, State};
use crate::passages::text::Token;
use crate::plan::Passage;
use crate::plan::likeness::{Likeness, Likenesses};
use crate::plan::places::Places;
use crate::settings::Settings;
use crate::store::sparse::Sparse;
use crate::store::{Number, Store};

/// Place of `contained` in `RELATIONS`.
const CONTAINED: u8 = 3;

/// What a shingle of the other text adds to the sum of a stretch, and what another one takes.
const SHARED: i64 = 2;
const OTHER: i64 = 1;

/// Spans in code points that are not those of whole blocks, by passage.
#[derive(Default)]
pub struct ExactSpans {
    rows: Sparse<Spans>,
}

/// Where a passage and its keeper stand, in code points of their documents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spans {
    /// The passage.
    pub own: (u32, u32),
    /// Its keeper.
    pub keeper: (u32, u32),
}

impl ExactSpans {
    /// Of all passages that need them; scores of contained ones become those of the spans.
    #[must_use]
    pub fn new(
        (store, settings, neighbours): (&Store, &Settings, &Neighbours),
        fates: &Fates,
        passages: &[Passage],
        likenesses: &mut Likenesses,
    ) -> Self {
        let found: Vec<(Number, Spans, Option<Likeness>)> = (0..passages.len() as Number)
            .into_par_iter()
            .map_init(
                || Finder { store, settings, places: Places::new(store, settings) },
                |finder, number| {
                    let passage = &passages[number as usize];
                    let by_run = (passage.first..=passage.last)
                        .any(|block| fates.regions.contains_key(&block));
                    if by_run {
                        let spans = finder.of_regions(fates, passage);
                        return Some((number, spans, finder.identity(fates, passage, spans)));
                    }
                    let contained = likenesses.relation(number) == CONTAINED;
                    if !contained || passage.first != passage.last {
                        return None;
                    }
                    let (spans, likeness) = finder.of_contained(neighbours, passage)?;
                    Some((number, spans, Some(likeness)))
                },
            )
            .flatten_iter()
            .collect();
        likenesses
            .correct(found.iter().filter_map(|&(number, _, likeness)| Some((number, likeness?))));
        Self { rows: Sparse::new(found.into_iter().map(|(number, spans, _)| (number, spans))) }
    }

    /// The spans of a passage, `None` where they are those of its blocks.
    #[must_use]
    pub fn of(&self, passage: Number) -> Option<Spans> {
        self.rows.get(passage).copied()
    }
}

/// Finds the spans of passages.
struct Finder<'a> {
    store: &'a Store,
    settings: &'a Settings,
    places: Places<'a>,
}

impl Finder<'_> {
    fn of_regions(&mut self, fates: &Fates, passage: &Passage) -> Spans {
        let own =
            (self.store.starts[passage.first as usize], self.store.ends[passage.last as usize]);
        let start = fates.keeper_start(passage.first);
        let end = fates.keeper_end(self.store, passage.last);
        Spans { own, keeper: (self.places.start(start), self.places.end(end)) }
    }

    /// That a block and the part of one block that it repeats are the same text, if they are.
    fn identity(&self, fates: &Fates, passage: &Passage, spans: Spans) -> Option<Likeness> {
        let (block, keeper) = (passage.first, passage.keeper_first);
        let one = passage.first == passage.last
            && keeper == passage.keeper_last
            && fates.keeper_start(block).block == keeper;
        if !one {
            return None;
        }
        let text = |block: Number| self.store.variant_text(self.store.variants[block as usize]);
        let start = (spans.keeper.0 - self.store.starts[keeper as usize]) as usize;
        let length = (spans.keeper.1 - spans.keeper.0) as usize;
        let is_same = text(block).chars().eq(text(keeper).chars().skip(start).take(length));
        is_same.then_some(Likeness { relation: 0, resemblance: 1.0, containment: 1.0 })
    }

    /// Some tokens of a block, with those beside them that are of the same character: ㍿ is four tokens.
    fn whole_characters(&mut self, block: Number, cut: Range<usize>, all: usize) -> Range<usize> {
        let mut share = |place: usize| {
            let token = Token { block, offset: place as u32 };
            self.places.end(token) > self.places.start(token)
        };
        let start = (1..=cut.start).rev().find(|&place| !share(place)).unwrap_or(0);
        let end = (cut.end..all).find(|&place| !share(place)).unwrap_or(all);
        start..end
    }

    /// The stretch of the larger of two contained blocks that stands in the smaller; `None` where that
    /// is not enough for a match.
    fn of_contained(
        &mut self,
        neighbours: &Neighbours,
        passage: &Passage,
    ) -> Option<(Spans, Likeness)> {
        let (block, keeper) = (passage.first, passage.keeper_first);
        let store = self.store;
        let (node, other) = (store.node(block as usize), store.node(keeper as usize));
        let found = neighbours.between(node, other)?;
        if found.relation != Relation::Contained {
            return None;
        }
        let (own, others) = if found.left == node {
            (found.left_size, found.right_size)
        } else {
            (found.right_size, found.left_size)
        };
        let stays = passage.state == State::Contained;
        let own_is_larger = own > others || own == others && stays;
        let (larger, smaller) = if own_is_larger { (block, keeper) } else { (keeper, block) };
        let size = self.settings.shingle_size;
        let held = store.node_tokens(store.node(smaller as usize));
        let set: HashSet<u64> = shingles_of(held, size).collect();
        let tokens = store.node_tokens(store.node(larger as usize));
        let stretch = densest(shingles_of(tokens, size).map(|shingle| set.contains(&shingle)))?;
        let all = set.len() as u32;
        let count = tokens.len().saturating_sub(size) + 1;
        let mut stretch = stretch;
        // Where it says why something goes, as long as the smaller one at least, else it would not be the smaller one.
        // Of what stays it says how much is quoted. And long enough to be judged by shingles.
        let smallest = if stays { 0 } else { set.len() };
        let fewest = self.settings.short_tokens as usize;
        let window = loop {
            let found = shingles_of(tokens, size).skip(stretch.start).take(stretch.len());
            let window: HashSet<u64> = found.collect();
            let length = stretch.len() + size - 1;
            if window.len() >= smallest && length >= fewest {
                break window;
            }
            if stretch.len() == count {
                return None;
            }
            let more = smallest.saturating_sub(window.len()).max(fewest.saturating_sub(length)) + 1;
            stretch =
                stretch.start.saturating_sub(more / 2)..count.min(stretch.end + more.div_ceil(2));
        };
        let last = (stretch.end - 1 + size).min(tokens.len());
        let cut = self.whole_characters(larger, stretch.start..last, tokens.len());
        let window = if cut == (stretch.start..last) {
            window
        } else {
            shingles_of(&tokens[cut.clone()], size).collect()
        };
        let (part, shared) = (window.len() as u32, window.intersection(&set).count() as u32);
        let enough = self.settings.containment;
        let enough = if stays { enough } else { enough.max(SHINGLES) };
        if f64::from(shared) < enough * f64::from(all) {
            return None;
        }
        // Where one word stands a dozen times in a row the larger one has it all, and no stretch of it.
        let asked = !stays && self.settings.unit != Unit::Document && shared < all;
        if asked && says_more(held, &tokens[cut.clone()]) {
            return None;
        }
        let start = self.places.start(Token { block: larger, offset: cut.start as u32 });
        let end = self.places.end(Token { block: larger, offset: cut.end as u32 });
        let whole = |block: Number| (store.starts[block as usize], store.ends[block as usize]);
        let spans = if own_is_larger {
            Spans { own: (start, end), keeper: whole(keeper) }
        } else {
            Spans { own: whole(block), keeper: (start, end) }
        };
        let likeness = Likeness {
            relation: CONTAINED,
            resemblance: resemblance(shared, all, part),
            containment: containment(shared, all, part),
        };
        Some((spans, likeness))
    }
}

/// The stretch with the highest sum, of equal ones the first; `None` where nothing is shared.
fn densest(shared: impl Iterator<Item = bool>) -> Option<Range<usize>> {
    let (mut sum, mut start) = (0, 0);
    let mut best = (0, 0..0);
    for (place, shared) in shared.enumerate() {
        if sum <= 0 {
            (sum, start) = (0, place);
        }
        sum += if shared { SHARED } else { -OTHER };
        if sum > best.0 {
            best = (sum, start..place + 1);
        }
    }
    (best.0 > 0).then_some(best.1)
}
