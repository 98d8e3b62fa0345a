//! What is held, as texts: different blocks, and documents as the blocks that they are made of.

use std::io;

use super::list::{DOCUMENTS, Side, documents, places};
use super::state::State;

/// Blocks that are listed at one time.
const BLOCKS: u32 = 4096;

/// Bytes of texts after which no more are listed at one time.
const BYTES: usize = 8 << 20;

/// The text of a block that stands in a document that is held, where it is long enough to match others;
/// those of shorter ones are not kept.
fn text_of(state: &State, node: u32) -> io::Result<Option<String>> {
    let long = state.node(node)?.tokens >= state.settings.least_tokens();
    if long { state.text(node).map(Some) } else { Ok(None) }
}

/// Different blocks that are held from a number on, with their first places and first texts; and the number
/// to go on with, the same again after the last one.
///
/// # Errors
/// Those of reading, and where a file is damaged.
pub fn blocks(state: &State, first: u32) -> io::Result<(Vec<(Side, String)>, u32)> {
    let end = state.fresh.next_node().min(first.saturating_add(BLOCKS));
    let (mut listed, mut bytes) = (Vec::new(), 0);
    for node in first..end {
        let Some(side) = places(state, node, 1)?.into_iter().next() else { continue };
        let Some(text) = text_of(state, node)? else { continue };
        bytes += text.len();
        listed.push((side, text));
        if bytes >= BYTES {
            return Ok((listed, node + 1));
        }
    }
    Ok((listed, end))
}

/// A document as its blocks.
pub struct Blocks {
    /// Its id.
    pub id: String,
    /// The first texts of its blocks, in their order.
    pub texts: Vec<String>,
}

/// Documents that are held from a number on, as their blocks; and the number to go on with, the same again
/// after the last one.
///
/// # Errors
/// Those of reading, and where a file is damaged.
pub fn document_texts(state: &State, first: u32) -> io::Result<(Vec<Blocks>, u32)> {
    let (found, end) = documents(state, first, DOCUMENTS)?;
    let (mut listed, mut bytes) = (Vec::new(), 0);
    for (number, held) in found {
        let mut texts = Vec::with_capacity(held.blocks.len());
        for block in &held.blocks {
            texts.extend(text_of(state, block.node)?);
        }
        bytes += texts.iter().map(String::len).sum::<usize>();
        listed.push(Blocks { id: held.id, texts });
        if bytes >= BYTES {
            return Ok((listed, number + 1));
        }
    }
    Ok((listed, end))
}
