//! The texts of what is held, put together from its blocks: each as it was first spelled, at its place
//! as far as that can be, with line ends, blank lines or spaces between them as they were.

use std::io;

use hashbrown::HashMap;

use super::disk::file::Kind;
use super::list::documents;
use super::record::Held;
use super::state::{State, named};
use crate::blocks::split::{Before, QUOTATION, is_compared};

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
            let text = std::str::from_utf8(row)
                .map_err(|_| super::disk::bytes::damaged(Kind::Texts.name()))?;
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
        let room = u64::from(block.start).saturating_sub(written);
        let marks = u64::from(block.layout.quoted()) * (1 + u64::from(is_compared(own)));
        written += separate(&mut text, between, marks, room);
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

/// Appends what keeps two blocks apart, so many code points if that is enough; how many it were. The last ones
/// are `marks` of quotation.
fn separate(text: &mut String, between: Before, marks: u64, room: u64) -> u64 {
    let (first, rest, least) = match between {
        Before::Start => ('\n', '\n', 0),
        Before::Gap => (' ', ' ', 3),
        Before::LineEnd => ('\n', ' ', 1),
        Before::BlankLine => ('\n', '\n', 2),
    };
    let count = room.max(least + marks);
    if count > 0 {
        text.push(first);
        text.extend(std::iter::repeat_n(rest, count as usize - 1));
    }
    for _ in 0..marks {
        text.pop();
    }
    text.extend(std::iter::repeat_n(QUOTATION, marks as usize));
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::layout::Layout;
    use crate::index::record::{Fate, HeldBlock};
    use crate::index::standing::Standing;

    fn held(blocks: &[(u32, u32, u32, Before)], characters: u64) -> Held {
        let block = |&(node, start, end, before): &(u32, u32, u32, Before)| HeldBlock {
            node,
            start,
            end,
            layout: Layout::from_bytes([before as u8, 0, 0, 0]),
            tokens: 0,
            spelling: 0,
            fate: Fate::Kept,
        };
        let [id, source, date, fields] = [const { String::new() }; 4];
        let blocks = blocks.iter().map(block).collect();
        let (standing, spelled) = (Standing::default(), Vec::new());
        Held { id, source, date, fields, standing, characters, dropped: false, blocks, spelled }
    }

    #[test]
    fn texts_are_put_together_at_their_places() {
        use Before::{BlankLine, Gap, LineEnd, Start};
        let texts = [(1, "un été"), (2, "two"), (3, "three")];
        let texts: HashMap<u32, String> =
            texts.into_iter().map(|(node, text)| (node, text.to_owned())).collect();
        let all =
            [(1, 2, 8, Start), (2, 12, 15, Gap), (3, 16, 21, LineEnd), (2, 24, 27, BlankLine)];
        let whole = text_of(&held(&all, 28), &texts);
        assert_eq!(whole, ("\n\nun été    two\nthree\n\n\ntwo\n".to_owned(), 0));
        // A block whose text is not held leaves the room that it had, and the stronger break.
        let lacking = [(1, 0, 6, Start), (9, 8, 13, BlankLine), (3, 14, 19, LineEnd)];
        let text = text_of(&held(&lacking, 19), &texts);
        assert_eq!(text, ("un été\n\n\n\n\n\n\n\nthree".to_owned(), 1));
        // One that was first spelled longer moves the next one, and no break is lost.
        let longer = [(3, 0, 2, Start), (2, 3, 6, LineEnd), (1, 9, 15, Gap), (2, 15, 18, Gap)];
        let text = text_of(&held(&longer, 18), &texts);
        assert_eq!(text, ("three\ntwo   un été   two".to_owned(), 0));
        assert_eq!(text_of(&held(&[], 3), &texts), ("\n\n\n".to_owned(), 0));
        // Marks of quotation stand before the blocks that had some.
        let mut quoted = held(&[(2, 2, 5, Start), (2, 8, 11, LineEnd), (2, 11, 14, BlankLine)], 14);
        quoted.blocks.iter_mut().for_each(|block| {
            let [packed, rest @ ..] = block.layout.to_bytes();
            let [first_word, indentation, longest] = rest;
            block.layout = Layout::from_bytes([packed | 128, first_word, indentation, longest]);
        });
        assert_eq!(text_of(&quoted, &texts), ("\n>two\n >two\n\n>two".to_owned(), 0));
    }
}
