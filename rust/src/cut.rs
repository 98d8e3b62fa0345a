//! Where the text is cut: the spans of removed passages, each with a separator.
//!
//! Removed blocks that follow one another are cut as one region, with the weaker of the separators
//! around it (gap < line end < blank line; a tie takes the one that follows; without a next block
//! the one before). Two groups of lines grow together only where the blank line between them lies
//! inside of what is cut. Where whole lines go, the next line keeps its own indentation.

use crate::plan::Plan;
use crate::split::Before;
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
        let (start, end) = region(store, &range, first, block);
        let mut place = start;
        while let Some(next) = plan.passages.get(passage) {
            if next.first as usize >= block {
                break;
            }
            if next.first as usize >= first {
                let last = next.last as usize + 1;
                let until = if last == block { end } else { line_start(store, last) };
                cuts.push(Cut { start: place, end: until, passage: passage as Number });
                place = until;
            }
            passage += 1;
        }
    }
    cuts
}

/// The span of the gone blocks `first..end` and the separator that goes with them.
fn region(store: &Store, range: &std::ops::Range<usize>, first: usize, end: usize) -> (u32, u32) {
    let before = store.layouts[first].before();
    let has_previous = first > range.start;
    let after = (end < range.end).then(|| store.layouts[end].before());
    match after {
        None if has_previous => (store.ends[first - 1], store.ends[end - 1]),
        None => (store.starts[first], store.ends[end - 1]),
        Some(after) if has_previous && before < after => {
            (store.ends[first - 1], store.ends[end - 1])
        }
        Some(Before::Gap) => (store.starts[first], store.starts[end]),
        Some(_) => (line_start(store, first), line_start(store, end)),
    }
}

/// Where the line of a block begins, or the block itself where it stands inside a line.
fn line_start(store: &Store, block: usize) -> u32 {
    let layout = store.layouts[block];
    let indentation =
        if layout.before() == Before::Gap { 0 } else { u32::from(layout.indentation) };
    store.starts[block] - indentation
}
