//! What is left of a document: whether it would still split into the blocks that stay.
//!
//! Lines that were a group of their own may look like a hard-wrapped paragraph once others between
//! them are gone; then they are one block, which may repeat another one, and cleaning the cleaned
//! text would remove what cleaning the text did not. So may a line that ends with a hyphen and one that
//! begins with a letter, once they follow one another: they are one block, which parts a word.

use crate::blocks::split::Before;
use crate::blocks::wrapped::{LONGEST_LINE, WrappedLine, is_hard_wrapped};
use crate::keepers::cluster::Corpus;
use crate::passages::fates::View;
use crate::store::{Number, Store};

/// Blocks that must stay, so that what is left of a document (`new`, of the blocks that stood there before,
/// `old`; see [`after_cut`]) is what its text then splits into.
///
/// Of a group that would be one paragraph a line is enough beside which it is none, if there is one: cleaning the
/// cleaned text meets that alone, and keeps it for the same reason. Else all blocks of the group: were a part of
/// it free to go, that would meet another group, and might take what stayed here.
#[must_use]
pub fn blocks_to_keep(
    store: &Store,
    old: &[(Number, Before)],
    new: &[(Number, Before)],
) -> Vec<Number> {
    let mut keep = Vec::new();
    let mut start = 0;
    for group in new.chunk_by(|_, &(_, separator)| separator != Before::BlankLine) {
        let (first, last) = (group[0].0, group[group.len() - 1].0);
        // The groups in which its blocks stood: from the blank line before to the one after.
        let place = start + old[start..].partition_point(|&(block, _)| block < first);
        let is_border = |&(_, separator): &(Number, Before)| separator == Before::BlankLine;
        let begin = old[..=place].iter().rposition(is_border).unwrap_or(0);
        let after = place + old[place..].partition_point(|&(block, _)| block <= last);
        let end = old[after..].iter().position(is_border).map_or(old.len(), |end| after + end);
        let is_cut = end - begin > group.len();
        let parts = is_cut && parts_a_word(store, group);
        if parts || is_cut && is_one_paragraph(store, group) {
            let one = if parts { None } else { line_to_keep(store, group, &old[begin..end]) };
            let all = old[begin..end].iter().map(|&(block, _)| block);
            keep.extend(all.filter(|&block| one.is_none_or(|one| one == block)));
        }
        start = after;
    }
    keep
}

/// Lines of a group that are tried, at most.
const TRIED: usize = 64;

/// Of the lines inside of a group that are cut, `old` with them, one beside which what is left would not be one
/// paragraph: the shortest of those that are too long for one, else the last that does.
fn line_to_keep(
    store: &Store,
    group: &[(Number, Before)],
    old: &[(Number, Before)],
) -> Option<Number> {
    let place = |block: Number| group.partition_point(|&(other, _)| other < block);
    let is_inside = |&&(block, separator): &&(Number, Before)| {
        let place = place(block);
        separator == Before::LineEnd
            && (1..group.len()).contains(&place)
            && group[place].0 != block
            && group[place].1 == Before::LineEnd
    };
    let inside = || old.iter().filter(is_inside);
    let characters = |block: Number| store.block_characters(block as usize);
    let are_long = inside().map(|&(block, _)| (characters(block), block));
    let long = are_long.filter(|&(characters, _)| characters > LONGEST_LINE).min();
    long.map(|(_, block)| block).or_else(|| {
        let mut inside = inside().rev().take(TRIED);
        inside.find_map(|&line| {
            let mut with = group.to_vec();
            with.insert(place(line.0), line);
            (!is_one_paragraph(store, &with)).then_some(line.0)
        })
    })
}

/// Some staying blocks of a document, each with what separates it from the one before once all others
/// are cut; see `cut`. `inner` is that of the document's blocks, whose first is given.
#[must_use]
pub fn after_cut(
    corpus: &Corpus<'_>,
    fates: View<'_>,
    (first, inner): (usize, &[bool]),
    staying: &[Number],
) -> Vec<(Number, Before)> {
    let before = |block: Number| corpus.store.layouts[block as usize].before();
    let mut previous = None;
    staying
        .iter()
        .map(|&block| {
            let separator = previous.replace(block).map_or(Before::Start, |previous| {
                // The strongest of the separators around and between the passages stays.
                (previous + 2..block)
                    .filter(|&gone| {
                        !inner[gone as usize - first]
                            && !fates.continues(corpus.store, gone as usize, corpus.documents)
                    })
                    .chain([block])
                    .map(before)
                    .fold(before(previous + 1), Before::max)
            });
            (block, separator)
        })
        .collect()
}

/// Whether a line of a group may end inside of a word, though the next one is a block of its own.
///
/// What white space is between them is not asked: rarely does it say that they are apart.
fn parts_a_word(store: &Store, group: &[(Number, Before)]) -> bool {
    let layout = |(block, _): (Number, Before)| store.layouts[block as usize];
    group.windows(2).any(|pair| {
        pair[1].1 == Before::LineEnd
            && layout(pair[0]).ends_with_a_hyphen()
            && layout(pair[1]).begins_with_a_letter()
            && !layout(pair[1]).quoted()
    })
}

/// Whether a group of lines would be read as one hard-wrapped paragraph, or lines of such a paragraph
/// as others, though they are several blocks.
fn is_one_paragraph(store: &Store, group: &[(Number, Before)]) -> bool {
    if group.len() == 1 {
        return false;
    }
    if group.iter().any(|&(block, _)| store.layouts[block as usize].wrapped()) {
        return true;
    }
    let lines: Vec<WrappedLine> = group
        .chunk_by(|_, &(_, separator)| separator == Before::Gap)
        .map(|items| {
            let characters: u32 =
                items.iter().map(|&(block, _)| store.block_characters(block as usize)).sum();
            // Of the gaps around what is cut the first one stays.
            let gaps: u32 = items
                .windows(2)
                .map(|pair| pair[0].0 as usize)
                .map(|block| store.starts[block + 1] - store.ends[block])
                .sum();
            let layout = |item: &(Number, Before)| store.layouts[item.0 as usize];
            // Items of a list are never joined.
            let longest_line = layout(&items[0]).longest_line;
            let joined = longest_line > 0;
            WrappedLine {
                length: if joined { u32::from(longest_line) } else { characters + gaps },
                joined,
                first_word: u32::from(layout(&items[0]).first_word),
                ends_sentence: layout(&items[items.len() - 1]).ends_sentence(),
                quoted: layout(&items[0]).quoted(),
            }
        })
        .collect();
    is_hard_wrapped(lines.iter().copied())
}
