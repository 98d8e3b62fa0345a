//! A batch of documents into the store: split, hash, and tokenise what was not seen before.
//!
//! Texts are worked on in parallel, in pieces of about 64 KiB; the store is then filled in input
//! order by one thread, so that numbers never depend on how many threads there were. Lines of JSON
//! are taken as they are: a piece finds its records' texts itself.

use rayon::prelude::*;
use regex::Regex;

use crate::escape::count_leads;
use crate::layout::Layout;
use crate::packed::pack;
use crate::record::{Fields, Line, Lines};
use crate::settings::{Numbers, Settings};
use crate::split::{BlockSpan, split};
use crate::store::{Content, Number, Place, Store, raw_hash};
use crate::token::TokenBuffer;

/// Bytes of text that one task takes: large enough to forget the task's cost, small enough to
/// balance a batch of 1 MiB over the threads.
pub const PIECE_BYTES: usize = 64 << 10;

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

/// What reading some lines found.
#[derive(Default)]
pub struct LinesRead {
    /// Documents that were added.
    pub documents: usize,
    /// Numbers of the lines that are neither a record with a text nor blank.
    pub bad: Vec<u64>,
    /// The values of the extra fields of each document, one after the other, as they stand there.
    pub extras: Vec<Option<Vec<u8>>>,
}

struct ReadBlock {
    start: u32,
    end: u32,
    layout: Layout,
    content: ReadContent,
}

enum ReadContent {
    /// The variant, which an earlier batch had.
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

struct ReadDocument {
    block_end: usize,
    id_end: usize,
    characters: u64,
    /// Number of its line; 0 where it did not come from one.
    line: u64,
}

/// What one task found; flat, so that a task allocates a handful of times.
#[derive(Default)]
struct Piece {
    blocks: Vec<ReadBlock>,
    documents: Vec<ReadDocument>,
    tokens: Vec<u32>,
    texts: Vec<u32>,
    normals: String,
    ids: String,
    /// Code points of the text that was read last.
    characters: u64,
    lines: LinesRead,
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

/// What the tasks of a batch fill, kept from batch to batch: allocating it anew each time left holes
/// in the memory of every thread.
#[derive(Default)]
pub struct Workspace {
    pieces: Vec<Piece>,
}

impl Workspace {
    /// Runs a task for each item, in parallel; the pieces they filled, in the items' order.
    fn fill<T: Send + Sync>(
        &mut self,
        items: &[T],
        task: impl Fn(&mut Piece, &T) + Sync,
    ) -> &mut [Piece] {
        if self.pieces.len() < items.len() {
            self.pieces.resize_with(items.len(), Piece::default);
        }
        let pieces = &mut self.pieces[..items.len()];
        pieces.par_iter_mut().zip(items).for_each(|(piece, item)| {
            piece.clear();
            task(piece, item);
        });
        pieces
    }
}

/// Adds documents to the store in their order.
///
/// `protect` marks the blocks that one of its matches in the document's text touches.
pub fn read_batch(
    store: &mut Store,
    workspace: &mut Workspace,
    documents: &[NewDocument<'_>],
    settings: &Settings,
    protect: Option<&Regex>,
) {
    let known = &*store;
    let pieces = workspace.fill(&cut_into_pieces(documents), |piece, documents| {
        for document in *documents {
            piece.read_text(known, document.text, settings, protect);
            piece.end_document(document.id, document.line);
        }
    });
    let mut sources = documents.iter().map(|document| document.source);
    for piece in &*pieces {
        store_piece(store, piece, |store, line| Place {
            name: store.name(sources.next().unwrap_or_default()),
            line,
        });
    }
}

/// Adds the records of some lines to the store in their order.
pub fn read_lines(
    store: &mut Store,
    workspace: &mut Workspace,
    lines: &Lines<'_>,
    fields: &Fields<'_>,
    settings: &Settings,
    protect: Option<&Regex>,
) -> LinesRead {
    let known = &*store;
    let pieces = workspace.fill(&lines.cut(PIECE_BYTES), |piece, lines| {
        for (number, line) in lines.iter() {
            let mut text = std::mem::take(&mut piece.scratch.text);
            match Line::read(line, fields, &mut text) {
                Line::Record(record) => {
                    piece.read_text(known, record.text, settings, protect);
                    match record.id {
                        Some(id) => piece.end_document(&id, number),
                        None => piece.end_document(&format!("{}:{number}", lines.name), number),
                    }
                    let extras = record.extras.into_iter().take(fields.extras.len());
                    piece.lines.extras.extend(extras.map(|value| value.map(<[u8]>::to_vec)));
                }
                Line::Blank => {}
                Line::Bad => piece.lines.bad.push(number),
            }
            piece.scratch.text = text;
        }
    });
    let mut found = LinesRead::default();
    let name = store.name(lines.name);
    for piece in pieces {
        store_piece(store, piece, |_, line| Place { name, line });
        found.documents += piece.documents.len();
        found.bad.append(&mut piece.lines.bad);
        found.extras.append(&mut piece.lines.extras);
    }
    found
}

/// Appends a piece's documents to the store; `place` says where one came from, by its line.
fn store_piece(store: &mut Store, piece: &Piece, mut place: impl FnMut(&mut Store, u64) -> Place) {
    let (mut next_block, mut id_start) = (0, 0);
    let (mut token_start, mut text_start, mut normal_start) = (0, 0, 0);
    for document in &piece.documents {
        for block in &piece.blocks[next_block..document.block_end] {
            let variant = match block.content {
                ReadContent::Known(variant) => variant,
                ReadContent::New {
                    raw_hash,
                    fingerprint,
                    count,
                    token_end,
                    text_end,
                    normal_end,
                } => {
                    let tokens = &piece.tokens[token_start..token_end];
                    let text = &piece.texts[text_start..text_end];
                    let normal = &piece.normals[normal_start..normal_end];
                    (token_start, text_start, normal_start) = (token_end, text_end, normal_end);
                    store.variant(raw_hash, &Content { fingerprint, count, tokens, text, normal })
                }
            };
            store.push_block(variant, block.start, block.end, block.layout);
        }
        next_block = document.block_end;
        let id = &piece.ids[id_start..document.id_end];
        id_start = document.id_end;
        let place = place(store, document.line);
        store.end_document(id, place, document.characters);
    }
}

impl Piece {
    /// Empties the piece; what an unusually large text took is given back.
    fn clear(&mut self) {
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
        self.lines = LinesRead::default();
    }

    /// Reads the blocks of a text; `store` knows the raw texts of earlier batches.
    fn read_text(
        &mut self,
        store: &Store,
        text: &str,
        settings: &Settings,
        protect: Option<&Regex>,
    ) {
        let Scratch { buffer, spans, hashes, known, .. } = &mut self.scratch;
        split(text, settings.unit, buffer, spans);
        let mut protected = ProtectedRanges::new(protect, text);
        let mut place = CodePoints::new(text);
        // All look-ups of a text, one after the other: the processor then waits for several at once.
        hashes.clear();
        hashes.extend(spans.iter().map(|span| raw_hash(span.of(text))));
        known.clear();
        known.extend(hashes.iter().map(|&hash| store.find_variant(hash)));
        for ((span, &raw_hash), &known) in spans.iter().zip(&*hashes).zip(&*known) {
            let indentation = indentation(&text[..span.start as usize]);
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

fn cut_into_pieces<'a, 'b>(documents: &'b [NewDocument<'a>]) -> Vec<&'b [NewDocument<'a>]> {
    let mut pieces = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (number, document) in documents.iter().enumerate() {
        bytes += document.text.len();
        if bytes >= PIECE_BYTES {
            pieces.push(&documents[start..=number]);
            (start, bytes) = (number + 1, 0);
        }
    }
    if start < documents.len() {
        pieces.push(&documents[start..]);
    }
    pieces
}

/// White space between the last line end (or the start, or a byte order mark) and the text's end.
fn indentation(before: &str) -> u8 {
    let blanks = before
        .chars()
        .rev()
        .take(255)
        .take_while(|&c| c.is_whitespace() && c != '\n' && c != '\r')
        .count();
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
