//! From text to tokens: the normal form, and a 32-bit hash for each token.
//!
//! A token is a maximal run of folded word characters, or one character of an unspaced script, or
//! one symbol. The normal form is the tokens joined by single spaces; equal normal forms are equal
//! blocks. The rules beyond that:
//!
//! - A point or comma (also the Arabic ones) directly between two numbers stays in the token: 1.5
//!   is not 15.
//! - A sign (`+`, `-`, U+2212) directly before a number starts its token, unless a word character,
//!   another sign or a single character stands directly before it: −5 is not 5, but 3-5 is two
//!   numbers. Both minus kinds are written `-`. A sign that does not count is what it is by its
//!   class: `-` separates, `+` is a symbol.
//! - Three and more of one symbol in a row are one token of three: a ruler `=====` is one token,
//!   C++ stays three.
//!
//! "Directly" is meant among folded code points, so what folding drops (accents, soft hyphens,
//! joiners) is not seen, and a full-width sign is a sign.

use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

use crate::chunk::token_hash;
use crate::fold::{Class, Folded, fold};
use crate::quick::flatten;

/// Seed of the fingerprint of raw text, so that it never equals one of a normal form.
const RAW_SEED: u64 = 1;

const MINUS: char = '\u{2212}';

/// The tokens of one block; reused between blocks so that a batch allocates once.
#[derive(Default)]
pub struct TokenBuffer {
    /// The normal form, UTF-8; empty when the text has no token.
    pub normal: Vec<u8>,
    /// One hash a token, in order (see `chunk::token_hash`), with bit 0 telling whether the token is
    /// numeric.
    pub hashes: Vec<u32>,
    /// The text without what is easily made ASCII.
    plain: String,
    pub(crate) mask_numbers: bool,
    /// Where the open token starts in `normal`.
    pub(crate) open: Option<usize>,
    pub(crate) numeric: bool,
    pub(crate) previous: Previous,
    held: Held,
}

/// What stands directly before the next code point.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Previous {
    #[default]
    Boundary,
    Letter,
    Number,
    Sign,
}

/// What cannot be judged before the next code point is known.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Held {
    #[default]
    Nothing,
    /// A point or comma after a number.
    Point(char),
    /// A sign where one may stand.
    Sign(char),
    /// A run of one symbol and its length, which saturates at three.
    Symbols(char, u8),
}

impl TokenBuffer {
    /// Replaces the content by the tokens of `text`.
    ///
    /// With `mask_numbers` each numeric token (one with a number in it) is `0`.
    pub fn read(&mut self, text: &str, mask_numbers: bool) {
        self.start(mask_numbers);
        let mut plain = std::mem::take(&mut self.plain);
        let flat = flatten(text, &mut plain);
        self.read_all(if flat { &plain } else { text });
        self.plain = plain;
    }

    fn read_all(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            if self.held == Held::Nothing {
                rest = &rest[self.read_plain(rest)..];
            }
            rest = self.read_one(rest);
        }
        self.settle(None);
        self.close();
    }

    /// Says the same as [`TokenBuffer::read`], one code point after the other: what the quick reader
    /// is held to.
    pub fn read_with_care(&mut self, text: &str, mask_numbers: bool) {
        self.start(mask_numbers);
        let mut rest = text;
        while !rest.is_empty() {
            rest = self.read_one(rest);
        }
        self.settle(None);
        self.close();
    }

    fn start(&mut self, mask_numbers: bool) {
        self.normal.clear();
        self.hashes.clear();
        self.mask_numbers = mask_numbers;
        self.previous = Previous::Boundary;
    }

    /// Reads one code point; what follows it.
    fn read_one<'a>(&mut self, text: &'a str) -> &'a str {
        let mut characters = text.chars();
        if let Some(character) = characters.next() {
            fold(character, |folded| self.accept(folded));
        }
        characters.as_str()
    }

    /// Number of tokens of `text`; replaces the content as [`TokenBuffer::read`] does.
    pub fn count_tokens(&mut self, text: &str) -> usize {
        self.read(text, false);
        self.hashes.len()
    }

    /// The fingerprint of the block that was read, whose text is `raw`: XXH3-128 of the normal
    /// form, or of the raw text with another seed when there is no token.
    #[must_use]
    pub fn fingerprint(&self, raw: &str) -> u128 {
        if self.normal.is_empty() {
            return xxh3_128_with_seed(raw.as_bytes(), RAW_SEED);
        }
        xxh3_128(&self.normal)
    }

    /// The normal form as text; empty when there is no token.
    #[must_use]
    pub fn normal_str(&self) -> &str {
        std::str::from_utf8(&self.normal).unwrap_or_default()
    }

    #[inline]
    fn accept(&mut self, folded: Folded) {
        if self.held != Held::Nothing {
            self.settle(Some(folded));
        }
        let Folded { character, class, number } = folded;
        match (class, character) {
            (Class::Word, _) => {
                self.open();
                self.push(character);
                self.numeric |= number;
                self.previous = if number { Previous::Number } else { Previous::Letter };
            }
            (Class::Single, _) => {
                self.close();
                self.open();
                self.push(character);
                self.close();
                self.previous = Previous::Letter;
            }
            (_, '.' | ',' | '٫' | '٬') if self.previous == Previous::Number => {
                self.held = Held::Point(character);
                self.previous = Previous::Boundary;
            }
            (_, '+' | '-' | MINUS) => {
                self.close();
                if self.previous == Previous::Boundary {
                    self.held = Held::Sign(character);
                } else if class == Class::Symbol {
                    self.hold_symbol(character);
                }
                self.previous = Previous::Sign;
            }
            (Class::Symbol, _) => {
                self.close();
                self.hold_symbol(character);
                self.previous = Previous::Boundary;
            }
            (Class::Separator, _) => {
                self.close();
                self.previous = Previous::Boundary;
            }
        }
    }

    /// Judges what was held, now that the next code point is known (`None` at the end).
    fn settle(&mut self, next: Option<Folded>) {
        let number = next.is_some_and(|next| next.number);
        match self.held {
            Held::Nothing => return,
            Held::Point(point) if number => self.push(point),
            Held::Point(_) => self.close(),
            Held::Sign(sign) if number => {
                self.open();
                self.push(if sign == MINUS { '-' } else { sign });
            }
            Held::Sign('-') => {}
            Held::Sign(sign) => {
                self.held = Held::Symbols(sign, 1);
                return self.settle(next);
            }
            Held::Symbols(symbol, _) if next.is_some_and(|next| next.character == symbol) => return,
            Held::Symbols(symbol, count) => self.write_symbols(symbol, count),
        }
        self.held = Held::Nothing;
    }

    fn hold_symbol(&mut self, symbol: char) {
        let count = match self.held {
            Held::Symbols(_, count) => (count + 1).min(3),
            _ => 1,
        };
        self.held = Held::Symbols(symbol, count);
    }

    fn write_symbols(&mut self, symbol: char, count: u8) {
        let (tokens, width) = if count < 3 { (count, 1) } else { (1, 3) };
        for _ in 0..tokens {
            self.open();
            (0..width).for_each(|_| self.push(symbol));
            self.close();
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, character: char) {
        // Four bytes are written and the surplus taken back: a copy of known length is a single
        // store.
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        self.normal.extend_from_slice(&bytes);
        self.normal.truncate(self.normal.len() - 4 + length);
    }

    #[inline]
    pub(crate) fn open(&mut self) {
        if self.open.is_none() {
            if !self.normal.is_empty() {
                self.normal.push(b' ');
            }
            self.open = Some(self.normal.len());
            self.numeric = false;
        }
    }

    #[inline]
    pub(crate) fn close(&mut self) {
        if let Some(start) = self.open.take() {
            self.finish_token(start);
        }
    }

    fn finish_token(&mut self, start: usize) {
        if self.numeric && self.mask_numbers {
            self.normal.truncate(start);
            self.normal.push(b'0');
        }
        let hash = token_hash(&self.normal[start..]);
        self.hashes.push(hash & !1 | u32::from(self.numeric));
    }
}
