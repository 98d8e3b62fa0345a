//! From text to blocks: paragraphs, lines or the whole text, as byte spans.
//!
//! Lines end at `\n`, `\r\n` and `\r` and at nothing else: U+2028, U+0085, vertical tab and form
//! feed are white space inside a line. White space is Unicode's `White_Space`, and a byte order mark
//! at the text's start. A line of white space alone is blank. Spans have no white space at their
//! ends and lie in ascending order, apart.
//!
//! Marks of quotation at a line's start, `>` once or more, belong to no line: a reply repeats what it
//! answers, word for word, and no run would go on behind the mark of the next line. Lines with nothing
//! behind these marks are blank, and lines with such marks are never taken for a hard-wrapped paragraph.
//! One mark before a number compares (`> 5 mg`, `>= 5`), and is a token as any other sign is.
//!
//! The unit `Paragraph` looks at groups of lines between blank lines. A hard-wrapped group (see
//! `wrapped.rs`) is one block. In another group each line is a block, unless it is a list:
//! then it is split at its gaps, runs of three or more horizontal spaces inside the line, and each
//! item is a block (see [`is_list_of_items`]). A line that ends inside of a word (see `hyphen.rs`) and
//! the next one are one block, unless one of them is a list: lines of print as a scanner reads them are
//! too uneven to look hard-wrapped, and two prints of one text part other words.

use memchr::memchr2_iter;

use crate::blocks::wrapped::{
    LONGEST_LINE, WrappedLine, ends_a_sentence, first_word, is_hard_wrapped, longest_line,
};
use crate::tokens::hyphen::{begins_with_a_letter, ends_with_a_hyphen, is_mere_line_end};
use crate::tokens::token::TokenBuffer;

/// Fewer items are no list; as many spaces side by side less one are no gap.
const LEAST_ITEMS: usize = 4;
const LEAST_GAP: usize = 3;

/// At least half of a list's items have as many tokens: headlines have, cells of tables do not.
const WORDY_ITEM_TOKENS: usize = 4;

/// Said of the longest line of a block with which no group is hard-wrapped.
const NEVER_WRAPPED: u8 = u8::MAX;

/// Unicode's `Space_Separator` and the tab.
const HORIZONTAL_SPACES: &str = "\t \u{A0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\
    \u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}\u{202F}\u{205F}\u{3000}";

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// What stands before each line that a reply quotes.
pub const QUOTATION: char = '>';

/// With what a number may begin.
const SIGNS: &str = "+-−$€£¥";

/// What a block is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// A paragraph, line or item of a list, as the module's text tells.
    Paragraph,
    /// A line that is not blank.
    Line,
    /// The whole text.
    Document,
}

/// What separates a block from the one before it, the weaker the smaller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Before {
    /// It is the text's first block.
    Start,
    /// A gap: both are items of one line.
    Gap,
    /// The end of a line.
    LineEnd,
    /// One or more blank lines.
    BlankLine,
}

/// Whether a block may go on with a word of the line before it, and its last word in the line behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edges {
    /// It begins with a letter.
    pub letter: bool,
    /// It ends with a hyphen behind a letter.
    pub hyphen: bool,
}

/// Where a block stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockSpan {
    /// First byte.
    pub start: u32,
    /// The byte after the last; greater than `start`.
    pub end: u32,
    /// What separates it from the block before.
    pub before: Before,
    /// Code points of its first word (see [`first_word`]), at most 255.
    pub first_word: u8,
    /// Whether it ends as a sentence does (see [`ends_a_sentence`]).
    pub ends_sentence: bool,
    /// Whether it is a hard-wrapped group of lines.
    pub wrapped: bool,
    /// Whether marks of quotation stand before it on its line.
    pub quoted: bool,
    /// How it begins and ends.
    pub edges: Edges,
    /// Of lines that are one block since they part words, the code points of the longest, or 255 where
    /// they show that no group of lines with them is hard-wrapped; else 0.
    pub longest_line: u8,
}

impl BlockSpan {
    /// The block in its text.
    #[must_use]
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        &text[self.start as usize..self.end as usize]
    }
}

/// Replaces `blocks` by the blocks of `text`, which must be shorter than 4 GiB; a blank text has
/// none.
///
/// `buffer` is used to count the tokens of items. Time and memory grow with the length of the text,
/// whatever it holds.
pub fn split(text: &str, unit: Unit, buffer: &mut TokenBuffer, blocks: &mut Vec<BlockSpan>) {
    blocks.clear();
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    if unit == Unit::Document {
        blocks.extend(trimmed(text, start, text.len(), Before::Start));
        return;
    }
    let mut before = Before::Start;
    let mut group_start = 0;
    for (start, end) in lines(text, start) {
        if let Some(line) = trimmed(text, start, end, before).and_then(|line| unquoted(text, line))
        {
            blocks.push(line);
            before = Before::LineEnd;
        } else if before == Before::LineEnd {
            close_group(text, unit, group_start, buffer, blocks);
            group_start = blocks.len();
            before = Before::BlankLine;
        }
    }
    close_group(text, unit, group_start, buffer, blocks);
}

/// Whether the items of a line, given by their numbers of tokens, are a list of headlines or the
/// like: four or more, of which at least half have four or more tokens.
pub fn is_list_of_items(token_counts: impl Iterator<Item = usize>) -> bool {
    let (mut items, mut wordy) = (0, 0);
    for count in token_counts {
        items += 1;
        wordy += usize::from(count >= WORDY_ITEM_TOKENS);
    }
    items >= LEAST_ITEMS && 2 * wordy >= items
}

/// The lines of `text` from `start` on, without their ends: byte ranges, the last up to the text's
/// end.
fn lines(text: &str, start: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let bytes = text.as_bytes();
    let mut line_start = start;
    let ends = memchr2_iter(b'\n', b'\r', bytes).chain([bytes.len()]);
    ends.filter_map(move |end| {
        let start = std::mem::replace(&mut line_start, end + 1);
        // The line feed of "\r\n" follows at once on the line that its carriage return has ended.
        let second_half =
            start == end && start > 0 && bytes.get(end) == Some(&b'\n') && bytes[end - 1] == b'\r';
        (!second_half).then_some((start, end))
    })
}

/// The part of a range without white space around, `None` if it is blank.
fn trimmed(text: &str, start: usize, end: usize, before: Before) -> Option<BlockSpan> {
    let rest = text[start..end].trim_start();
    let block = rest.trim_end();
    let start = end - rest.len();
    (!block.is_empty()).then(|| BlockSpan {
        start: start as u32,
        end: (start + block.len()) as u32,
        before,
        first_word: first_word(block),
        ends_sentence: ends_a_sentence(block),
        wrapped: false,
        quoted: false,
        edges: Edges { letter: begins_with_a_letter(block), hyphen: ends_with_a_hyphen(block) },
        longest_line: 0,
    })
}

/// A line behind its marks of quotation, `None` if nothing is.
fn unquoted(text: &str, line: BlockSpan) -> Option<BlockSpan> {
    if !line.of(text).starts_with(QUOTATION) {
        return Some(line);
    }
    let marks = |character: char| character == QUOTATION || character.is_whitespace();
    let rest = line.of(text).trim_start_matches(marks);
    let start = line.end as usize - rest.len();
    let before = &text[line.start as usize..start];
    if is_compared(rest) && before.matches(QUOTATION).count() == 1 {
        return Some(line);
    }
    let said = trimmed(text, start, line.end as usize, line.before)?;
    Some(BlockSpan { quoted: true, ..said })
}

/// Whether one mark before a text would compare: it begins with a number, or goes on with the sign.
#[must_use]
pub fn is_compared(text: &str) -> bool {
    let mut characters = text.chars();
    match characters.next() {
        Some('=') => true,
        Some(sign) if SIGNS.contains(sign) => characters.next().is_some_and(char::is_numeric),
        first => first.is_some_and(char::is_numeric),
    }
}

/// Turns the lines of the group that begins at block `first` into its blocks.
fn close_group(
    text: &str,
    unit: Unit,
    first: usize,
    buffer: &mut TokenBuffer,
    blocks: &mut Vec<BlockSpan>,
) {
    if unit == Unit::Line {
        return;
    }
    let group = &blocks[first..];
    if is_hard_wrapped(wrapped_lines(text, group)) {
        blocks[first] = BlockSpan { wrapped: true, ..together(group) };
        blocks.truncate(first + 1);
        return;
    }
    // Most groups have no list and stay as they are.
    if let Some(list) = group.iter().position(|line| gaps(text, line).count() + 1 >= LEAST_ITEMS) {
        for line in blocks.split_off(first + list) {
            push_items(text, line, buffer, blocks);
        }
    }
    join_parted(text, first, blocks);
}

/// Makes one block of lines that follow one another and end inside of a word, and the line behind them.
fn join_parted(text: &str, first: usize, blocks: &mut Vec<BlockSpan>) {
    if !blocks[first..].iter().any(|line| line.edges.hyphen) {
        return;
    }
    let (mut kept, mut start) = (first, first);
    for end in first + 1..=blocks.len() {
        if goes_on_with_a_word(text, blocks, end) {
            continue;
        }
        let lines = &blocks[start..end];
        blocks[kept] = match lines {
            [line] => *line,
            _ => BlockSpan { longest_line: longest_of(text, lines), ..together(lines) },
        };
        (kept, start) = (kept + 1, end);
    }
    blocks.truncate(kept);
}

/// Whether the block at a place is a line that goes on with the word with which the line before it ends;
/// items of lists are no lines.
fn goes_on_with_a_word(text: &str, blocks: &[BlockSpan], place: usize) -> bool {
    let Some(&next) = blocks.get(place) else { return false };
    let line = blocks[place - 1];
    let is_item =
        |block: Option<&BlockSpan>| block.is_some_and(|block| block.before == Before::Gap);
    line.edges.hyphen
        && next.edges.letter
        && next.before == Before::LineEnd
        && !is_item(Some(&line))
        && !is_item(blocks.get(place + 1))
        && is_mere_line_end(&text[line.end as usize..next.start as usize])
}

/// What is said of the longest of lines that are one block.
fn longest_of(text: &str, lines: &[BlockSpan]) -> u8 {
    longest_line(wrapped_lines(text, lines)).map_or(NEVER_WRAPPED, |longest| longest as u8)
}

/// The span from the first of some blocks to the last.
fn together(blocks: &[BlockSpan]) -> BlockSpan {
    let (first, last) = (blocks[0], blocks[blocks.len() - 1]);
    let edges = Edges { hyphen: last.edges.hyphen, ..first.edges };
    BlockSpan { end: last.end, ends_sentence: last.ends_sentence, edges, ..first }
}

/// What is asked of lines, to tell whether they are hard-wrapped.
fn wrapped_lines<'a>(
    text: &'a str,
    lines: &'a [BlockSpan],
) -> impl Iterator<Item = WrappedLine> + Clone + 'a {
    lines.iter().map(|line| WrappedLine {
        length: length(text, line),
        first_word: u32::from(line.first_word),
        ends_sentence: line.ends_sentence,
        joined: false,
        quoted: line.quoted,
    })
}

/// Code points of a line; one too many for a hard-wrapped line stand for all that are more.
fn length(text: &str, line: &BlockSpan) -> u32 {
    let line = &text[line.start as usize..line.end as usize];
    if line.len() > 4 * LONGEST_LINE as usize {
        return LONGEST_LINE + 1;
    }
    line.chars().count() as u32
}

/// Pushes the items of a line if they are a list, else the line itself.
fn push_items(text: &str, line: BlockSpan, buffer: &mut TokenBuffer, blocks: &mut Vec<BlockSpan>) {
    let first = blocks.len();
    let mut start = line.start as usize;
    let mut before = line.before;
    for (gap_start, gap_end) in gaps(text, &line).chain([(line.end as usize, line.end as usize)]) {
        // White space that is not horizontal may stand alone between two gaps.
        if let Some(item) = trimmed(text, start, gap_start, before) {
            blocks.push(item);
            before = Before::Gap;
        }
        start = gap_end;
    }
    // A line that is split begins with an item.
    blocks[first].quoted = line.quoted;
    let items = &blocks[first..];
    let mut tokens =
        |item: &BlockSpan| buffer.count_tokens(&text[item.start as usize..item.end as usize]);
    if items.len() < LEAST_ITEMS || !is_list_of_items(items.iter().map(&mut tokens)) {
        blocks.truncate(first);
        blocks.push(line);
    }
}

/// The byte ranges of the gaps inside a line.
fn gaps<'a>(text: &'a str, line: &BlockSpan) -> impl Iterator<Item = (usize, usize)> + 'a {
    let (start, end) = (line.start as usize, line.end as usize);
    possible_gaps(&text.as_bytes()[..end], start)
        .flat_map(move |(start, end)| exact_gaps(text, start, end))
}

/// The maximal runs of bytes that occur in horizontal spaces, where they are three characters or
/// more: no gap lies outside one.
///
/// Looking at every third byte cannot miss such a run. Most lines have none, and none of their
/// bytes is decoded.
fn possible_gaps(bytes: &[u8], start: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let in_space = |at: usize| IN_SPACE[usize::from(bytes[at])];
    let (mut from, mut probe) = (start, start + LEAST_GAP - 1);
    std::iter::from_fn(move || {
        while probe < bytes.len() {
            if !in_space(probe) {
                probe += LEAST_GAP;
                continue;
            }
            let run_start =
                (from..probe).rev().take_while(|&at| in_space(at)).last().unwrap_or(probe);
            from = (probe..bytes.len()).find(|&at| !in_space(at)).unwrap_or(bytes.len());
            probe = from + LEAST_GAP;
            // Every code point has exactly one byte that is not a continuation byte (10xxxxxx).
            let leads = bytes[run_start..from].iter().filter(|&&byte| byte & 0xC0 != 0x80);
            if leads.count() >= LEAST_GAP {
                return Some((run_start, from));
            }
        }
        None
    })
}

/// The gaps within a byte range, whose ends may lie inside of characters that are no spaces.
fn exact_gaps(text: &str, start: usize, end: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let start = (start..end).find(|&at| text.is_char_boundary(at)).unwrap_or(end);
    let end = (start..=end).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(start);
    let mut characters =
        text[start..end].char_indices().map(move |(at, c)| (start + at, is_horizontal_space(c)));
    std::iter::from_fn(move || {
        let (gap_start, _) = characters.find(|&(_, space)| space)?;
        let mut count = 1;
        let gap_end = characters.by_ref().inspect(|_| count += 1).find(|&(_, space)| !space);
        Some((gap_start, gap_end.map_or(end, |(at, _)| at), count - usize::from(gap_end.is_some())))
    })
    .filter_map(|(start, end, count)| (count >= LEAST_GAP).then_some((start, end)))
}

/// Whether a byte occurs in the UTF-8 of a horizontal space.
static IN_SPACE: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = HORIZONTAL_SPACES.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

fn is_horizontal_space(character: char) -> bool {
    character.is_whitespace() && HORIZONTAL_SPACES.contains(character)
}
