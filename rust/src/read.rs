//! A batch of texts into the store: split, hash, and tokenise what was not seen before.
//!
//! Texts are worked on in parallel, in pieces of about 64 KiB; the store is then filled in input
//! order by one thread, so that numbers never depend on how many threads there were.

use rayon::prelude::*;
use regex::Regex;

use crate::settings::{Numbers, Settings};
use crate::split::{BlockSpan, split};
use crate::store::{Content, Layout, NewBlock, Store, raw_hash};
use crate::token::TokenBuffer;

/// Bytes of text that one task takes: large enough to forget the task's cost, small enough to
/// balance a batch of 1 MiB over the threads.
const PIECE_BYTES: usize = 64 << 10;

/// One document of a batch.
#[derive(Clone, Copy)]
pub struct NewDocument<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Where it came from.
    pub source: &'a str,
}

struct ReadBlock {
    start: u32,
    end: u32,
    layout: Layout,
    raw_hash: u128,
    content: Option<(u128, usize, usize)>,
}

/// What one task found; flat, so that a task allocates a handful of times.
#[derive(Default)]
struct Piece {
    blocks: Vec<ReadBlock>,
    documents: Vec<(usize, u64)>,
    tokens: Vec<u32>,
    normals: String,
}

/// What the tasks of a batch fill, kept from batch to batch: allocating it anew each time left holes
/// in the memory of every thread.
#[derive(Default)]
pub struct Workspace {
    pieces: Vec<Piece>,
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
    let cut = cut_into_pieces(documents);
    if workspace.pieces.len() < cut.len() {
        workspace.pieces.resize_with(cut.len(), Piece::default);
    }
    let pieces = &mut workspace.pieces[..cut.len()];
    pieces.par_iter_mut().zip(cut).for_each(|(piece, documents)| {
        piece.clear();
        read_piece(store, piece, documents, settings, protect);
    });
    let least = settings.least_tokens();
    let characters_limit = settings.short_limit();
    let mut documents = documents.iter();
    for piece in &*pieces {
        let (mut next_block, mut token_start, mut normal_start) = (0, 0, 0);
        for &(block_end, characters) in &piece.documents {
            for block in &piece.blocks[next_block..block_end] {
                let content = block.content.map(|(fingerprint, token_end, normal_end)| {
                    let content = Content {
                        fingerprint,
                        tokens: &piece.tokens[token_start..token_end],
                        normal: &piece.normals[normal_start..normal_end],
                    };
                    (token_start, normal_start) = (token_end, normal_end);
                    content
                });
                let block = NewBlock {
                    start: block.start,
                    end: block.end,
                    layout: block.layout,
                    raw_hash: block.raw_hash,
                    content,
                };
                store.push_block(
                    &block,
                    |count| settings.keeps_tokens(count),
                    |count| count >= least && count < characters_limit,
                );
            }
            next_block = block_end;
            if let Some(document) = documents.next() {
                store.end_document(document.id, document.source, characters);
            }
        }
    }
}

impl Piece {
    /// Empties the piece; what an unusually large text took is given back.
    fn clear(&mut self) {
        if self.tokens.capacity() > PIECE_BYTES || self.normals.capacity() > 4 * PIECE_BYTES {
            *self = Self::default();
        }
        self.blocks.clear();
        self.documents.clear();
        self.tokens.clear();
        self.normals.clear();
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

fn read_piece(
    store: &Store,
    piece: &mut Piece,
    documents: &[NewDocument<'_>],
    settings: &Settings,
    protect: Option<&Regex>,
) {
    let mut buffer = TokenBuffer::default();
    let mut spans = Vec::new();
    for document in documents {
        split(document.text, settings.unit, &mut buffer, &mut spans);
        let mut protected = ProtectedRanges::new(protect, document.text);
        let mut place = CodePoints::new(document.text);
        for span in &spans {
            let text = &document.text[span.start as usize..span.end as usize];
            let layout = Layout {
                before: span.before,
                first_word: span.first_word,
                indentation: indentation(&document.text[..span.start as usize]),
                protected: protected.touches(span),
            };
            let (start, end) = (place.at(span.start as usize), place.at(span.end as usize));
            let raw_hash = raw_hash(text);
            let content = if store.knows(raw_hash) {
                None
            } else {
                buffer.read(text, settings.numbers == Numbers::Mask);
                piece.tokens.extend_from_slice(&buffer.hashes);
                piece.normals.push_str(buffer.normal_str());
                Some((buffer.fingerprint(text), piece.tokens.len(), piece.normals.len()))
            };
            piece.blocks.push(ReadBlock { start, end, layout, raw_hash, content });
        }
        let characters = u64::from(place.at(document.text.len()));
        piece.documents.push((piece.blocks.len(), characters));
    }
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
        // Every code point has exactly one byte that is not a continuation byte (10xxxxxx).
        let leads =
            self.text[self.byte..byte].iter().filter(|&&b| b.cast_signed() >= -0x40).count();
        self.count += leads as u32;
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
        let ranges = pattern.map_or_else(Vec::new, |pattern| {
            pattern.find_iter(text).map(|found| (found.start(), found.end())).collect()
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
