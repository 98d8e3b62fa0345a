//! From tokens to code points: where in a document a token of one of its blocks stands.

use std::ops::Range;

use crate::passages::text::Token;
use crate::settings::{Numbers, Settings};
use crate::store::{NONE, Number, Store};
use crate::tokens::careful::CarefulReader;
use crate::tokens::token::TokenBuffer;

/// Bytes of a text, at least, of which tokens are counted before a piece of it is read with care.
const PIECE_BYTES: usize = 1 << 10;

/// Says where tokens stand in code points of their documents.
pub struct Places<'a> {
    store: &'a Store,
    mask_numbers: bool,
    variant: Number,
    text: String,
    pieces: Vec<Piece>,
    reader: CarefulReader,
    /// The piece that the reader holds.
    read: usize,
}

/// A part of a text, which ends before white space that parts no word: no token goes beyond that.
struct Piece {
    bytes: Range<usize>,
    /// Tokens and code points of the text before it.
    tokens: u32,
    characters: u32,
}

impl<'a> Places<'a> {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(store: &'a Store, settings: &Settings) -> Self {
        Self {
            store,
            mask_numbers: settings.numbers == Numbers::Mask,
            variant: NONE,
            text: String::new(),
            pieces: Vec::new(),
            reader: CarefulReader::default(),
            read: usize::MAX,
        }
    }

    /// Where a token begins; the first one of a block, where the block does.
    pub fn start(&mut self, token: Token) -> u32 {
        let start = self.store.starts[token.block as usize];
        if token.offset == 0 {
            return start;
        }
        start + self.find(token.block, token.offset).start
    }

    /// Where the token before a place ends; the last one of a block, where the block does.
    pub fn end(&mut self, end: Token) -> u32 {
        let block = end.block as usize;
        if end.offset == self.store.block_tokens(block) {
            return self.store.ends[block];
        }
        self.store.starts[block] + self.find(end.block, end.offset.saturating_sub(1)).end
    }

    /// The code points of a block in which one of its tokens stands.
    fn find(&mut self, block: Number, token: u32) -> Range<u32> {
        let variant = self.store.variants[block as usize];
        if self.variant != variant {
            self.variant = variant;
            self.text = self.store.variant_text(variant);
            self.cut();
        }
        let number = self.pieces.partition_point(|piece| piece.tokens <= token).saturating_sub(1);
        let Some(piece) = self.pieces.get(number) else { return 0..0 };
        if self.read != number {
            self.read = number;
            self.reader.read(&self.text[piece.bytes.clone()], self.mask_numbers);
        }
        let place = self.reader.places.get((token - piece.tokens) as usize);
        place.map_or(0..0, |place| piece.characters + place.start..piece.characters + place.end)
    }

    fn cut(&mut self) {
        self.pieces.clear();
        self.read = usize::MAX;
        let mut buffer = TokenBuffer::default();
        let (mut start, mut tokens, mut characters) = (0, 0, 0);
        while start < self.text.len() {
            let bytes = self.text.as_bytes();
            let least = (start + PIECE_BYTES).min(bytes.len());
            let parts = |pair: &[u8]| pair[1].is_ascii_whitespace() && ends_a_word(pair[0]);
            let end = bytes[least - 1..]
                .windows(2)
                .position(parts)
                .map_or(bytes.len(), |length| least + length);
            self.pieces.push(Piece { bytes: start..end, tokens, characters });
            let piece = &self.text[start..end];
            // The last piece is not counted: nothing stands behind it.
            if end < self.text.len() {
                buffer.read(piece, self.mask_numbers);
                tokens += buffer.hashes().len() as u32;
                characters += piece.chars().count() as u32;
            }
            start = end;
        }
    }
}

/// Whether white space behind a byte parts no word: the byte is no space and ends no hyphen.
fn ends_a_word(byte: u8) -> bool {
    let ends_hyphen = matches!(byte, b'-' | 0x90 | 0xAD);
    !byte.is_ascii_whitespace() && !ends_hyphen
}
