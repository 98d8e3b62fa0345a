//! The texts of what is held, put together from its blocks: each as it was first spelled, at its place
//! as far as that can be, with line ends, blank lines or spaces between them as they were.

use std::io;

use hashbrown::HashMap;

use super::file::Kind;
use super::list::documents;
use super::record::Held;
use super::state::{State, named};
use crate::split::Before;

/// Documents that are looked at, at one time.
const DOCUMENTS: u32 = 64;

/// Code points after which no more documents are put together at one time.
const CHARACTERS: u64 = 1 << 20;

/// A held document with its text.
pub struct Told {
    /// The document.
    pub held: Held,
    /// Its text.
    pub text: String,
    /// Blocks whose text the index does not hold, and which are left out: short ones of older releases.
    pub missing: u32,
}

/// The texts of some documents that are held, from a number on; and the number to go on with, the same
/// again after the last one.
///
/// # Errors
/// Those of reading, and where a file is damaged.
pub fn texts(state: &State, first: u32) -> io::Result<(Vec<Told>, u32)> {
    let (mut listed, mut end) = documents(state, first, DOCUMENTS)?;
    let mut characters = 0;
    let whole = listed.iter().position(|(_, held)| {
        characters += held.characters;
        characters >= CHARACTERS
    });
    if let Some(last) = whole {
        listed.truncate(last + 1);
        end = listed[last].0 + 1;
    }
    let held: Vec<Held> = listed.into_iter().map(|(_, held)| held).collect();
    let mut nodes: Vec<u32> =
        held.iter().flat_map(|held| held.blocks.iter().map(|block| block.node)).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let texts = texts_of(state, &nodes)?;
    let told = held.into_iter().map(|held| {
        let (text, missing) = text_of(&held, &texts);
        Told { held, text, missing }
    });
    Ok((told.collect(), end))
}

/// The first texts of some blocks, ascending; of those that have one.
fn texts_of(state: &State, nodes: &[u32]) -> io::Result<HashMap<u32, String>> {
    let mut texts = HashMap::with_capacity(nodes.len());
    for placed in &state.runs {
        let from = nodes.partition_point(|&node| node < placed.nodes.0);
        let until = nodes.partition_point(|&node| node < placed.nodes.1);
        let Some(rows) = placed.run.rows(Kind::Texts) else { continue };
        let found = rows.pick(&placed.run.file, &nodes[from..until], |node, row| {
            let text =
                std::str::from_utf8(row).map_err(|_| super::bytes::damaged(Kind::Texts.name()))?;
            texts.insert(node, text.to_owned());
            Ok(())
        });
        found.map_err(|error| named(placed, error))?;
    }
    let from = nodes.partition_point(|&node| node < state.fresh.first_node);
    for &node in &nodes[from..] {
        let text = state.fresh.text(node).unwrap_or_default();
        if !text.is_empty() {
            texts.insert(node, text.to_owned());
        }
    }
    Ok(texts)
}

/// The text of a document, and how many of its blocks are left out.
fn text_of(held: &Held, texts: &HashMap<u32, String>) -> (String, u32) {
    let mut text = String::new();
    let (mut written, mut missing) = (0u64, 0);
    let mut between = Before::Start;
    for block in &held.blocks {
        between = stronger(between, block.layout.before());
        let Some(own) = texts.get(&block.node) else {
            missing += 1;
            continue;
        };
        let between = std::mem::replace(&mut between, Before::Start);
        written += separate(&mut text, between, u64::from(block.start).saturating_sub(written));
        text.push_str(own);
        written += own.chars().count() as u64;
    }
    let rest = held.characters.saturating_sub(written);
    text.extend(std::iter::repeat_n('\n', rest as usize));
    (text, missing)
}

fn stronger(one: Before, other: Before) -> Before {
    if (one as u8) < other as u8 { other } else { one }
}

/// Appends what keeps two blocks apart, so many code points if that is enough; how many it were.
fn separate(text: &mut String, between: Before, room: u64) -> u64 {
    let (first, rest, least) = match between {
        Before::Start => ('\n', '\n', 0),
        Before::Gap => (' ', ' ', 3),
        Before::LineEnd => ('\n', ' ', 1),
        Before::BlankLine => ('\n', '\n', 2),
    };
    let count = room.max(least);
    if count > 0 {
        text.push(first);
        text.extend(std::iter::repeat_n(rest, count as usize - 1));
    }
    count
}
