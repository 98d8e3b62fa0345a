//! Which held documents a new one meets through anchors of streams.

use std::io;

use hashbrown::HashSet;

use super::batch::Batch;
use super::gather::Gatherer;
use super::record::{Fate, Held};
use super::state::State;
use super::streams::Streams;

/// Rounds in which documents are gathered because something in those of the round before is loose.
const ROUNDS: usize = 4;

/// Gathers the documents that some anchors link to the new one, which comes before that number; and those
/// that anchors of what is loose in gathered documents link to these.
///
/// # Errors
/// Those of reading, and where a file is damaged.
pub fn meet(
    state: &State,
    batch: &mut Batch,
    gatherer: &mut Gatherer<'_>,
    (anchors, before): (&[u32], u32),
) -> io::Result<()> {
    for &anchor in anchors {
        gatherer.add_anchor(anchor, before)?;
    }
    let mut looked = HashSet::new();
    for _ in 0..ROUNDS {
        ask_ghosts(state, batch, gatherer)?;
        gatherer.settle()?;
        let loose = gatherer.documents.iter().filter(|(_, held)| held.is_loose());
        let loose: Vec<(u32, Held)> = loose
            .filter(|&(&number, _)| looked.insert(number))
            .map(|(&number, held)| (number, held.clone()))
            .collect();
        if loose.is_empty() {
            break;
        }
        for (number, held) in loose {
            let is_loose = |block: u32| held.blocks[block as usize].fate == Fate::Loose;
            let mut asked = Vec::new();
            each_anchor(state, batch, &held, |anchor, (first, last)| {
                if (first..=last).any(is_loose) {
                    asked.push(anchor);
                }
            })?;
            for anchor in asked {
                gatherer.add_anchor(anchor, number)?;
            }
        }
    }
    Ok(())
}

/// Of documents that were removed: what repeated the blocks around an anchor may be loose, and stand for
/// them now.
fn ask_ghosts(state: &State, batch: &mut Batch, gatherer: &mut Gatherer<'_>) -> io::Result<()> {
    let mut ghosts = std::mem::take(&mut gatherer.ghosts);
    ghosts.sort_unstable();
    ghosts.dedup();
    for same in ghosts.chunk_by(|one, other| one.0 == other.0) {
        let held = state.document(same[0].0)?;
        let mut nodes = Vec::new();
        each_anchor(state, batch, &held, |anchor, (first, last)| {
            if same.binary_search(&(same[0].0, anchor)).is_ok() {
                let blocks = &held.blocks[first as usize..=last as usize];
                nodes.extend(blocks.iter().map(|block| block.node));
            }
        })?;
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            gatherer.add_heirs(node)?;
        }
    }
    Ok(())
}

/// Calls `each` with the anchors of what stays of a held document.
fn each_anchor(
    state: &State,
    batch: &mut Batch,
    held: &Held,
    each: impl FnMut(u32, (u32, u32)),
) -> io::Result<()> {
    view_all(state, batch, [held])?;
    let views = &batch.views;
    let tokens = held.blocks.iter().map(|block| match block.fate {
        Fate::Gone(_) => None,
        _ => Some(views.get(&block.node).map_or(&[][..], |view| &view.tokens)),
    });
    let salt = held.standing.salt(&state.settings);
    Streams::salted(&state.settings, salt).find(tokens, each);
    Ok(())
}

/// Reads the blocks of some documents.
///
/// # Errors
/// Those of reading, and where a file is damaged.
pub fn view_all<'a>(
    state: &State,
    batch: &mut Batch,
    documents: impl IntoIterator<Item = &'a Held>,
) -> io::Result<()> {
    let blocks = documents.into_iter().flat_map(|held| &held.blocks);
    let staying = blocks.filter(|block| block.tokens > 0 && !matches!(block.fate, Fate::Gone(_)));
    let mut nodes: Vec<u32> = staying.map(|block| block.node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    batch.view(state, &nodes)
}
