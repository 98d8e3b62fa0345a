//! Documents, piece by piece: split, hash, and tokenise what was not seen before.
//!
//! A piece is about 32 KiB of texts that one thread reads. Lines of JSON are taken as they are: a piece
//! finds its records' texts itself.

use regex::Regex;

use crate::blocks::layout::Layout;
use crate::blocks::split::{BlockSpan, QUOTATION, split};
use crate::memory::packed::pack;
use crate::records::escape::count_leads;
use crate::records::record::{Fields, Line, Lines};
use crate::settings::{Numbers, Settings};
use crate::store::known::RawTable;
use crate::store::{Number, raw_hash};
use crate::tokens::token::TokenBuffer;

/// Bytes of text that one task takes: large enough to forget the task's cost, small enough to
/// balance a batch of 1 MiB over the threads.
pub const PIECE_BYTES: usize = 32 << 10;

/// One document of a batch.
#[derive(Clone, Copy)]
pub struct NewDocument<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Where it came from: its input's name, or, where it has no line, all that is to be said.
    pub source: &'a str,
    /// Number of its line or record there; 0 where it did not come from one.
    pub line: u64,
}

/// What reading texts needs to know.
pub(crate) struct Reader<'a> {
    /// Raw texts that were seen before.
    pub raw_texts: &'a RawTable,
    pub settings: &'a Settings,
    /// Marks the blocks that one of its matches touches.
    pub protect: Option<&'a Regex>,
}

pub(crate) struct ReadBlock {
    pub start: u32,
    pub end: u32,
    pub layout: Layout,
    pub content: ReadContent,
}

pub(crate) enum ReadContent {
    /// The variant, which was entered before.
    Known(Number),
    /// What tokenising it gave, and where in its piece the tokens, the packed text and the normal form
    /// end that are kept of it.
    New {
        raw_hash: u128,
        fingerprint: u128,
        count: u32,
        token_end: usize,
        text_end: usize,
        normal_end: usize,
    },
}

pub(crate) struct ReadDocument {
    pub block_end: usize,
    pub id_end: usize,
    pub characters: u64,
    /// Number of its line; 0 where it did not come from one.
    pub line: u64,
}

/// What one task found; flat, so that a task allocates a handful of times.
#[derive(Default)]
pub(crate) struct Piece {
    pub blocks: Vec<ReadBlock>,
    pub documents: Vec<ReadDocument>,
    pub tokens: Vec<u32>,
    pub texts: Vec<u32>,
    pub normals: String,
    pub ids: String,
    /// Numbers of the lines that are neither a record with a text nor blank.
    pub bad: Vec<u64>,
    /// The values of the extra fields of each document, one after the other, as they stand there.
    pub extras: Vec<Option<Vec<u8>>>,
    /// Code points of the text that was read last.
    characters: u64,
    scratch: Scratch,
}

/// What reading a document needs for itself.
#[derive(Default)]
struct Scratch {
    buffer: TokenBuffer,
    spans: Vec<BlockSpan>,
    hashes: Vec<u128>,
    known: Vec<Option<Number>>,
    text: String,
}

impl Piece {
    /// Empties the piece; what an unusually large text took is given back.
    pub fn clear(&mut self) {
        let large = |capacity: usize| capacity > 4 * PIECE_BYTES;
        if large(self.tokens.capacity())
            || large(self.texts.capacity())
            || large(self.normals.capacity())
        {
            *self = Self::default();
        }
        if large(self.scratch.text.capacity()) {
            self.scratch = Scratch::default();
        }
        self.blocks.clear();
        self.documents.clear();
        self.tokens.clear();
        self.texts.clear();
        self.normals.clear();
        self.ids.clear();
        self.bad.clear();
        self.extras.clear();
    }

    /// Reads a document.
    pub fn read_document(&mut self, reader: &Reader<'_>, document: &NewDocument<'_>) {
        self.read_text(reader, document.text);
        self.end_document(document.id, document.line);
    }

    /// Reads the records of some lines.
    pub fn read_lines(&mut self, reader: &Reader<'_>, lines: &Lines<'_>, fields: &Fields<'_>) {
        for (number, line) in lines.iter() {
            let mut text = std::mem::take(&mut self.scratch.text);
            match Line::read(line, fields, &mut text) {
                Line::Record(record) => {
                    self.read_text(reader, record.text);
                    match record.id {
                        Some(id) => self.end_document(&id, number),
                        None => self.end_document(&format!("{}:{number}", lines.name), number),
                    }
                    let extras = record.extras.into_iter().take(fields.extras.len());
                    self.extras.extend(extras.map(|value| value.map(<[u8]>::to_vec)));
                }
                Line::Blank => {}
                Line::Bad => self.bad.push(number),
            }
            self.scratch.text = text;
        }
    }

    /// Reads the blocks of a text.
    fn read_text(&mut self, reader: &Reader<'_>, text: &str) {
        let Reader { raw_texts, settings, protect } = *reader;
        let Scratch { buffer, spans, hashes, known, .. } = &mut self.scratch;
        split(text, settings.unit, buffer, spans);
        let mut protected = ProtectedRanges::new(protect, text);
        let mut place = CodePoints::new(text);
        hashes.clear();
        hashes.extend(spans.iter().map(|span| {
            let hash = raw_hash(span.of(text));
            raw_texts.fetch(hash);
            hash
        }));
        known.clear();
        known.extend(hashes.iter().map(|&hash| raw_texts.find(hash)));
        for ((span, &raw_hash), &known) in spans.iter().zip(&*hashes).zip(&*known) {
            let indentation = indentation(&text[..span.start as usize], span.quoted);
            let layout = Layout::new(span, indentation, protected.touches(span));
            let (start, end) = (place.at(span.start as usize), place.at(span.end as usize));
            let content = known.map_or_else(
                || {
                    let block = span.of(text);
                    buffer.read(block, settings.numbers == Numbers::Mask);
                    let count = buffer.hashes().len() as u32;
                    if settings.keeps_tokens(count) {
                        self.tokens.extend_from_slice(buffer.hashes());
                        if settings.keeps_text(count) {
                            pack(block, &mut self.texts);
                        }
                    }
                    if settings.keeps_normal(count) {
                        self.normals.push_str(buffer.normal());
                    }
                    ReadContent::New {
                        raw_hash,
                        fingerprint: buffer.fingerprint(block),
                        count,
                        token_end: self.tokens.len(),
                        text_end: self.texts.len(),
                        normal_end: self.normals.len(),
                    }
                },
                ReadContent::Known,
            );
            self.blocks.push(ReadBlock { start, end, layout, content });
        }
        self.characters = u64::from(place.at(text.len()));
    }

    /// Ends the document whose text was read last.
    fn end_document(&mut self, id: &str, line: u64) {
        self.ids.push_str(id);
        self.documents.push(ReadDocument {
            block_end: self.blocks.len(),
            id_end: self.ids.len(),
            characters: self.characters,
            line,
        });
    }
}

/// White space, and where it is `quoted` marks of quotation, between the last line end (or the start, or a byte
/// order mark) and the text's end.
fn indentation(before: &str, quoted: bool) -> u8 {
    let is_blank =
        |&c: &char| c.is_whitespace() && c != '\n' && c != '\r' || quoted && c == QUOTATION;
    let blanks = before.chars().rev().take(255).take_while(is_blank).count();
    u8::try_from(blanks).ok().filter(|&blanks| blanks < 255).unwrap_or(0)
}

/// Counts code points up to ascending byte offsets of one text.
pub struct CodePoints<'a> {
    text: &'a [u8],
    byte: usize,
    count: u32,
    ascii: bool,
}

impl<'a> CodePoints<'a> {
    /// At the start of a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), byte: 0, count: 0, ascii: text.is_ascii() }
    }

    /// Code points before a byte offset that is not smaller than the last one asked for.
    pub fn at(&mut self, byte: usize) -> u32 {
        if self.ascii {
            return byte as u32;
        }
        self.count += count_leads(&self.text[self.byte..byte]) as u32;
        self.byte = byte;
        self.count
    }
}

/// The matches of `--protect` in one document, asked for in ascending order.
struct ProtectedRanges {
    ranges: Vec<(usize, usize)>,
    next: usize,
}

impl ProtectedRanges {
    fn new(pattern: Option<&Regex>, text: &str) -> Self {
        // The text begins after a byte order mark: `^` shall match there.
        let rest = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mark = text.len() - rest.len();
        let ranges = pattern.map_or_else(Vec::new, |pattern| {
            pattern
                .find_iter(rest)
                .map(|found| (mark + found.start(), mark + found.end()))
                .collect()
        });
        Self { ranges, next: 0 }
    }

    fn touches(&mut self, span: &BlockSpan) -> bool {
        while self.next < self.ranges.len() && self.ranges[self.next].1 <= span.start as usize {
            self.next += 1;
        }
        self.ranges
            .get(self.next)
            .is_some_and(|&(start, end)| start < span.end as usize && end > start)
    }
}
