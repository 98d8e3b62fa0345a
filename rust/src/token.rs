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

use xxhash_rust::xxh3::{xxh3_64, xxh3_128, xxh3_128_with_seed};

use crate::fold::{Class, Folded, fold};

/// Seed of the fingerprint of raw text, so that it never equals one of a normal form.
const RAW_SEED: u64 = 1;

const MINUS: char = '\u{2212}';

/// The tokens of one block; reused between blocks so that a batch allocates once.
#[derive(Default)]
pub struct TokenBuffer {
    /// The normal form, UTF-8; empty when the text has no token.
    pub normal: Vec<u8>,
    /// One hash a token, in order: the high half of its XXH3-64, with bit 0 telling whether the
    /// token is numeric.
    pub hashes: Vec<u32>,
    mask_numbers: bool,
    /// Where the open token starts in `normal`.
    open: Option<usize>,
    numeric: bool,
    previous: Previous,
    held: Held,
}

/// What stands directly before the next code point.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Previous {
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
        self.normal.clear();
        self.hashes.clear();
        self.mask_numbers = mask_numbers;
        self.previous = Previous::Boundary;
        let mut rest = text;
        while !rest.is_empty() {
            if self.held == Held::Nothing && rest.as_bytes()[0].is_ascii() {
                rest = &rest[self.read_ascii(rest.as_bytes())..];
            }
            let mut characters = rest.chars();
            if let Some(character) = characters.next() {
                fold(character, |folded| self.accept(folded));
            }
            rest = characters.as_str();
        }
        self.settle(None);
        self.close();
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

    /// Reads ASCII letters, digits and plain separators, which is nearly everything in most texts,
    /// and returns where it stopped. Says the same as `accept` (a test compares them), only faster.
    fn read_ascii(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if is_word(byte) {
                at += self.read_ascii_word(&bytes[at..]);
                continue;
            }
            let joined = self.previous == Previous::Letter || self.previous == Previous::Number;
            self.previous = match byte {
                b'.' | b',' if self.previous == Previous::Number => return at,
                b'-' if joined => Previous::Sign,
                _ if ASCII[usize::from(byte)] == Ascii::Separator => Previous::Boundary,
                _ => return at,
            };
            self.close();
            at += 1;
        }
        at
    }

    /// Reads the word that `bytes` begin with, eight bytes at a time: most words are then read
    /// without a loop, whose end the processor would guess wrong.
    fn read_ascii_word(&mut self, bytes: &[u8]) -> usize {
        self.open();
        let mut length = 0;
        loop {
            let chunk = Chunk::at(&bytes[length..]);
            let taken = chunk.word_length();
            self.normal.extend_from_slice(&chunk.lowercase());
            self.normal.truncate(self.normal.len() - 8 + taken);
            self.numeric |= chunk.has_digit(taken);
            length += taken;
            if taken < 8 {
                break;
            }
        }
        self.previous =
            if bytes[length - 1].is_ascii_digit() { Previous::Number } else { Previous::Letter };
        length
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
    fn push(&mut self, character: char) {
        // Four bytes are written and the surplus taken back: a copy of known length is a single
        // store.
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        self.normal.extend_from_slice(&bytes);
        self.normal.truncate(self.normal.len() - 4 + length);
    }

    #[inline]
    fn open(&mut self) {
        if self.open.is_none() {
            if !self.normal.is_empty() {
                self.normal.push(b' ');
            }
            self.open = Some(self.normal.len());
            self.numeric = false;
        }
    }

    #[inline]
    fn close(&mut self) {
        if let Some(start) = self.open.take() {
            self.finish_token(start);
        }
    }

    fn finish_token(&mut self, start: usize) {
        if self.numeric && self.mask_numbers {
            self.normal.truncate(start);
            self.normal.push(b'0');
        }
        let hash = (xxh3_64(&self.normal[start..]) >> 32) as u32;
        self.hashes.push(hash & !1 | u32::from(self.numeric));
    }
}

/// Eight bytes of text side by side in one integer, the first one lowest.
#[derive(Clone, Copy)]
struct Chunk(u64);

impl Chunk {
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    const EACH: u64 = 0x0101_0101_0101_0101;
    /// Set in small letters and digits, not in capitals.
    const SMALL: u64 = 0x20 * Self::EACH;

    /// The first eight bytes; zeros, which end a word, where there are fewer.
    fn at(bytes: &[u8]) -> Self {
        if let Some(chunk) = bytes.first_chunk() {
            return Self(u64::from_le_bytes(*chunk));
        }
        let mut chunk = [0; 8];
        chunk[..bytes.len()].copy_from_slice(bytes);
        Self(u64::from_le_bytes(chunk))
    }

    /// Setting bit 5 makes capitals small and leaves small letters and digits as they are.
    fn lowercase(self) -> [u8; 8] {
        (self.0 | Self::SMALL).to_le_bytes()
    }

    /// The high bit of each ASCII byte from `low` to `high`. No sum of two 7-bit numbers carries
    /// over.
    fn between(self, low: u8, high: u8) -> u64 {
        let seven_bits = self.0 & !Self::HIGH_BITS;
        let at_least_low = seven_bits + u64::from(0x80 - low) * Self::EACH;
        let above_high = seven_bits + u64::from(0x7F - high) * Self::EACH;
        at_least_low & !above_high & !self.0 & Self::HIGH_BITS
    }

    /// How many bytes are ASCII letters and digits before the first that is not.
    fn word_length(self) -> usize {
        let letters = Self(self.0 | Self::SMALL).between(b'a', b'z');
        let words = letters | self.between(b'0', b'9');
        (!words & Self::HIGH_BITS).trailing_zeros() as usize / 8
    }

    /// Whether a digit is among the first `length` bytes, at most eight.
    fn has_digit(self, length: usize) -> bool {
        (self.between(b'0', b'9').trailing_zeros() as usize) < 8 * length
    }
}

/// What the quick reader does with a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ascii {
    Word,
    Separator,
    /// Symbols, signs, and all that is not ASCII.
    Careful,
}

static ASCII: [Ascii; 256] = {
    let mut table = [Ascii::Careful; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte as usize] = match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => Ascii::Word,
            b'-' | b'$' | b'+' | b'<'..=b'>' | b'^' | b'`' | b'|' | b'~' => Ascii::Careful,
            _ => Ascii::Separator,
        };
        byte += 1;
    }
    table
};

fn is_word(byte: u8) -> bool {
    ASCII[usize::from(byte)] == Ascii::Word
}
