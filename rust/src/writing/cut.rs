//! Where the text is cut: the spans of removed passages, each with a separator.
//!
//! A passage goes with the weaker of the separators around it (gap < line end < blank line; a tie
//! takes the one that follows; without a next block the one before). So of passages that follow one
//! another the strongest separator around and between them stays, and two groups of lines grow
//! together only where the blank line between them lies inside of a passage. Where whole lines go,
//! the next line keeps its own indentation.

use std::ops::Range;

use crate::blocks::split::Before;
use crate::plan::{Passage, Plan};
use crate::store::{Number, Store};

/// A part of a document that goes, in code points; cuts are ascending and never overlap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    /// First code point.
    pub start: u32,
    /// End, exclusive.
    pub end: u32,
    /// The passage that goes with it.
    pub passage: Number,
}

/// The cuts of a document; none where it loses nothing.
#[must_use]
pub fn find_cuts(store: &Store, plan: &Plan, document: Number) -> Vec<Cut> {
    let range = store.document_blocks(document as usize);
    let mut cuts: Vec<Cut> = Vec::new();
    let mut passage =
        plan.passages.partition_point(|passage| (passage.first as usize) < range.start);
    let mut block = range.start;
    while block < range.end {
        if !plan.fates.states[block].is_gone() {
            block += 1;
            continue;
        }
        let first = block;
        while block < range.end && plan.fates.states[block].is_gone() {
            block += 1;
        }
        // Step by step: each is met once, and a search would go through those of all documents.
        passage += before(&plan.passages[passage..], first);
        let until = passage + before(&plan.passages[passage..], block);
        let region =
            Region { store, document: &range, inner: &plan.fates.inner, blocks: first..block };
        region.cut(&plan.passages[passage..until], passage, &mut cuts);
        passage = until;
    }
    cuts
}

/// How many passages at the beginning of some begin before a block.
fn before(passages: &[Passage], block: usize) -> usize {
    passages.iter().take_while(|passage| (passage.first as usize) < block).count()
}

/// Gone blocks that follow one another, of one document.
struct Region<'a> {
    store: &'a Store,
    document: &'a Range<usize>,
    inner: &'a [bool],
    blocks: Range<usize>,
}

impl Region<'_> {
    fn before(&self, block: usize) -> Before {
        self.store.layouts[block].before()
    }

    /// Cuts the region's passages, of which the first has the number `number`.
    fn cut(&self, passages: &[Passage], number: usize, cuts: &mut Vec<Cut>) {
        let kept = self.kept_separator(passages);
        // The last block that begins a line: before it, whole lines go.
        let begins_line = |&block: &usize| self.before(block) != Before::Gap;
        let last_line = if self.blocks.end == self.document.end {
            self.blocks.end
        } else {
            (self.blocks.start..=self.blocks.end).rev().find(begins_line).unwrap_or_default()
        };
        for (place, passage) in passages.iter().enumerate() {
            let (first, end) = (passage.first as usize, passage.last as usize + 1);
            let (start, end) = if place < kept {
                (self.store.ends[first - 1], self.store.ends[end - 1])
            } else if end == self.document.end {
                (self.store.starts[first], self.store.ends[end - 1])
            } else if last_line > first {
                (line_start(self.store, first), line_start(self.store, end))
            } else {
                (self.store.starts[first], line_start(self.store, end))
            };
            cuts.push(Cut { start, end, passage: (number + place) as Number });
        }
    }

    /// Which separator stays: that before the passage of this place, or after the last one.
    fn kept_separator(&self, passages: &[Passage]) -> usize {
        if self.blocks.start == self.document.start {
            return 0;
        }
        if self.blocks.end == self.document.end {
            return passages.len();
        }
        let firsts = passages.iter().map(|passage| passage.first as usize);
        let mut kept = (0, Before::Start);
        for (place, block) in firsts.chain([self.blocks.end]).enumerate() {
            let inner = place > 0 && place < passages.len() && self.inner[block];
            if !inner && self.before(block) > kept.1 {
                kept = (place, self.before(block));
            }
        }
        kept.0
    }
}

/// Where the line of a block begins, or the block itself where it stands inside a line.
fn line_start(store: &Store, block: usize) -> u32 {
    let layout = store.layouts[block];
    let indentation =
        if layout.before() == Before::Gap { 0 } else { u32::from(layout.indentation) };
    store.starts[block] - indentation
}
