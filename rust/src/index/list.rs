//! What is held: documents, and all matches between them as the batch scan lists them.

use std::io;

use super::disk::file::Kind;
use super::record::Held;
use super::state::{State, named};
use super::view::{View, known_match};
use crate::judging::verify::Relation;
use crate::tokens::token::TokenBuffer;

/// Blocks that are listed at one time.
const BLOCKS: u32 = 4096;

/// Documents that are listed at one time.
pub const DOCUMENTS: u32 = 1024;

/// The documents that are held, `most` of them from a number on; and the number to go on with, the same
/// again after the last one.
///
/// # Errors
/// Those of reading, and where a file is damaged.
pub fn documents(state: &State, first: u32, most: u32) -> io::Result<(Vec<(u32, Held)>, u32)> {
    let end = state.fresh.next_document().min(first.saturating_add(most));
    let mut listed = Vec::new();
    for placed in &state.runs {
        let range = placed.documents.0.max(first)..placed.documents.1.min(end);
        let Some(rows) = placed.run.rows(Kind::Documents) else { continue };
        let found = rows.range(&placed.run.file, range, |number, row| {
            if state.is_held(number) {
                listed.push((number, Held::from_bytes(number, row)?));
            }
            Ok(())
        });
        found.map_err(|error| named(placed, error))?;
    }
    for number in state.fresh.first_document.max(first)..end {
        if let Some(held) = state.fresh.document(number).filter(|_| state.is_held(number)) {
            listed.push((number, held.clone()));
        }
    }
    Ok((listed, end))
}

/// One side of a match: the first document in which the block stands.
#[derive(Clone)]
pub struct Side {
    /// Its id.
    pub id: String,
    /// Its source.
    pub source: String,
    /// Its date.
    pub date: String,
    /// Where the block stands there, in code points.
    pub span: (u32, u32),
    order: (u32, u32),
    raw: u64,
}

/// Two blocks that match, or two places of one.
pub struct Listed {
    /// The side that stands first.
    pub left: Side,
    /// The other one.
    pub right: Side,
    /// How they are alike.
    pub relation: &'static str,
    /// Resemblance and containment.
    pub scores: (f64, f64),
    /// Whether they differ in numbers or names only, and the policy keeps such pairs.
    pub template: bool,
}

/// The first places of a block, `most` or a few more.
pub(super) fn places(state: &State, node: u32, most: usize) -> io::Result<Vec<Side>> {
    let mut places = Vec::new();
    state.each_document(node, &mut |number| {
        let held = state.document(number)?;
        for block in held.blocks.iter().filter(|block| block.node == node) {
            places.push(Side {
                id: held.id.clone(),
                source: held.source.clone(),
                date: held.date.clone(),
                span: (block.start, block.end),
                order: (number, block.start),
                raw: block.spelling,
            });
        }
        Ok(places.len() < most)
    })?;
    Ok(places)
}

/// The matches of some blocks from a number on with those before them, and two places of each that stands
/// twice; and the number to go on with, the same again after the last one.
///
/// # Errors
/// Those of reading, and where a file is damaged.
pub fn list(state: &State, first: u32) -> io::Result<(Vec<Listed>, u32)> {
    let end = state.fresh.next_node().min(first.saturating_add(BLOCKS));
    let mut listed = Vec::new();
    let mut buffer = TokenBuffer::default();
    for node in first..end {
        let mut own = places(state, node, 2)?.into_iter();
        let Some(side) = own.next() else { continue };
        for other in state.matches(node)?.into_iter().filter(|&other| other < node) {
            let Some(other_side) = places(state, other, 1)?.into_iter().next() else { continue };
            let mut view = |node| {
                let text = state.text(node)?;
                Ok::<_, io::Error>(View::new(&mut buffer, &state.settings, node, text))
            };
            let (left, right) = (view(other)?, view(node)?);
            let Some(found) = known_match(&state.settings, &left, &right) else { continue };
            let near = found.relation == Relation::Near;
            listed.push(ordered(Listed {
                left: other_side,
                right: side.clone(),
                relation: if near { "near" } else { "contained" },
                scores: (found.resemblance(), found.containment()),
                template: found.template,
            }));
        }
        if let Some(second) = own.next() {
            let relation = if side.raw == second.raw { "identical" } else { "equal" };
            let (left, right) = (side, second);
            listed.push(Listed { left, right, relation, scores: (1.0, 1.0), template: false });
        }
    }
    Ok((listed, end))
}

/// The side that stands first on the left.
fn ordered(found: Listed) -> Listed {
    if found.left.order <= found.right.order {
        return found;
    }
    Listed { left: found.right, right: found.left, ..found }
}
