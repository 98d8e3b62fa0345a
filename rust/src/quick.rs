//! The quick reader of tokens: words, separators and single characters that need no care, which is
//! nearly everything in most texts. It says the same as `TokenBuffer::accept`; tests compare them.

use std::sync::LazyLock;

use crate::chunk::{Chunk, word_hash};
use crate::fold::{Class, fold_to_one};
use crate::token::{Previous, TokenBuffer};

impl TokenBuffer {
    /// Reads the beginning of `text`, up to the first code point that needs care, and returns where
    /// that stands. Nothing may be held.
    pub(crate) fn read_plain(&mut self, text: &str) -> usize {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at += match class(byte) {
                Ascii::Word => self.read_words(&bytes[at..]),
                Ascii::Separator => {
                    self.close();
                    self.previous = Previous::Boundary;
                    1
                }
                Ascii::Point if self.previous != Previous::Number => {
                    self.close();
                    self.previous = Previous::Boundary;
                    1
                }
                Ascii::Hyphen if matches!(self.previous, Previous::Letter | Previous::Number) => {
                    self.close();
                    self.previous = Previous::Sign;
                    1
                }
                Ascii::Beyond => match self.read_other(&text[at..]) {
                    0 => return at,
                    length => length,
                },
                Ascii::Point | Ascii::Hyphen | Ascii::Careful => return at,
            };
        }
        at
    }

    /// Reads the word that `bytes` begin with and the words and separators after it, as far as that
    /// is simple.
    fn read_words(&mut self, bytes: &[u8]) -> usize {
        if self.open.is_some() || self.mask_numbers {
            return self.read_long_word(bytes);
        }
        let (normal, hashes) = (&mut self.normal, &mut self.hashes);
        let mut at = 0;
        loop {
            // Most words end before eight bytes: then all of one is in a register.
            let chunk = Chunk::at(&bytes[at..]);
            let (length, digits) = chunk.word_length();
            if length == 0 {
                return at;
            }
            let next = bytes.get(at + length).map_or(Ascii::Separator, |&byte| class(byte));
            let ends_in_digit = length < 8 && digits >> (8 * length - 1) & 1 == 1;
            if length == 8 || next == Ascii::Beyond || ends_in_digit && next == Ascii::Point {
                break;
            }
            let word = chunk.word(length);
            let numeric = digits.trailing_zeros() as usize / 8 < length;
            hashes.push(word_hash(word) & !1 | u32::from(numeric));
            push_word(normal, word, length);
            at += length;
            if next != Ascii::Separator || at == bytes.len() {
                self.previous = if ends_in_digit { Previous::Number } else { Previous::Letter };
                return at;
            }
            at += 1;
            self.previous = Previous::Boundary;
        }
        at + self.read_long_word(&bytes[at..])
    }

    /// Reads a word of any length, or a part of one; it stays open.
    fn read_long_word(&mut self, bytes: &[u8]) -> usize {
        self.open();
        let mut length = 0;
        loop {
            let chunk = Chunk::at(&bytes[length..]);
            let (taken, digits) = chunk.word_length();
            self.normal.extend_from_slice(&chunk.lowercase());
            self.normal.truncate(self.normal.len() - 8 + taken);
            self.numeric |= (digits.trailing_zeros() as usize) < 8 * taken;
            length += taken;
            if taken < 8 {
                break;
            }
        }
        self.previous =
            if bytes[length - 1].is_ascii_digit() { Previous::Number } else { Previous::Letter };
        length
    }

    /// Reads the code point that is not ASCII at the start of `text`; its bytes, 0 where it needs care.
    #[inline]
    fn read_other(&mut self, text: &str) -> usize {
        let Some(character) = text.chars().next() else { return 0 };
        match fold_to_one(character) {
            Some(None) => {}
            Some(Some(folded)) => match folded.class {
                Class::Word => {
                    self.open();
                    self.push(folded.character);
                    self.numeric |= folded.number;
                    self.previous = if folded.number { Previous::Number } else { Previous::Letter };
                }
                Class::Single => {
                    self.close();
                    let mut bytes = [0; 8];
                    let length = folded.character.encode_utf8(&mut bytes).len();
                    push_word(&mut self.normal, u64::from_le_bytes(bytes), length);
                    self.hashes.push(word_hash(u64::from_le_bytes(bytes)) & !1);
                    self.previous = Previous::Letter;
                }
                // Points, commas and signs of other scripts and widths are rare, and judged with care.
                Class::Separator if !needs_care(folded.character) => {
                    self.close();
                    self.previous = Previous::Boundary;
                }
                Class::Separator | Class::Symbol => return 0,
            },
            None => return 0,
        }
        character.len_utf8()
    }
}

/// Appends a token of fewer than eight bytes to a normal form, after a space where it is not the first.
#[inline]
fn push_word(normal: &mut Vec<u8>, word: u64, length: usize) {
    let (spaced, width) =
        if normal.is_empty() { (word, length) } else { (word << 8 | u64::from(b' '), length + 1) };
    // Eight bytes are written and the surplus taken back: a copy of known length is a single store.
    normal.extend_from_slice(&spaced.to_le_bytes());
    normal.truncate(normal.len() - 8 + width);
}

/// Writes `text` to `plain` with the accented letters of Latin-1 as the ASCII letters they fold to,
/// and no-break spaces, quotation marks, dashes and the like as spaces; the tokens stay the same.
/// Whether there was such a letter; without one nothing is written.
///
/// In French every fifth word has one. A word that stays whole is read at once.
pub(crate) fn flatten(text: &str, plain: &mut String) -> bool {
    let bytes = text.as_bytes();
    // As a byte of UTF-8 it begins U+00C0 to U+00FF and nothing else.
    if memchr::memchr(0xC3, bytes).is_none() {
        return false;
    }
    plain.clear();
    let (mut start, mut at) = (0, 0);
    loop {
        at += ascii_length(&bytes[at..]);
        let Some(&byte) = bytes.get(at) else { break };
        let (flat, length) = match byte {
            0xC2 | 0xC3 => (FLAT.latin[usize::from(byte & 1)][usize::from(bytes[at + 1] & 63)], 2),
            0xE2 if bytes[at + 1] == 0x80 => (FLAT.marks[usize::from(bytes[at + 2] & 63)], 3),
            // The rest of the code point is not ASCII either, and begins none.
            _ => (0, 1),
        };
        if flat != 0 {
            plain.push_str(&text[start..at]);
            plain.push(char::from(flat));
            start = at + length;
        }
        at += length;
    }
    plain.push_str(&text[start..]);
    true
}

/// How many bytes are ASCII before the first that is not.
fn ascii_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(chunk) = bytes[length..].first_chunk() {
        let high = u64::from_le_bytes(*chunk) & 0x8080_8080_8080_8080;
        if high != 0 {
            return length + high.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + bytes[length..].iter().take_while(|byte| byte.is_ascii()).count()
}

/// The ASCII characters that stand for code points, by their last six bits; 0 for none.
struct Flat {
    /// U+0080 to U+00BF, and U+00C0 to U+00FF.
    latin: [[u8; 64]; 2],
    /// U+2000 to U+203F.
    marks: [u8; 64],
}

static FLAT: LazyLock<Flat> = LazyLock::new(|| {
    let from = |first: u32| std::array::from_fn(|place| flat(first + place as u32));
    Flat { latin: [from(0x80), from(0xC0)], marks: from(0x2000) }
});

fn flat(code: u32) -> u8 {
    let folded = char::from_u32(code).and_then(|character| fold_to_one(character)?);
    match folded {
        Some(folded) if folded.class == Class::Word && folded.character.is_ascii_alphabetic() => {
            folded.character as u8
        }
        Some(folded) if folded.class == Class::Separator && !needs_care(folded.character) => b' ',
        _ => 0,
    }
}

/// Separators that are judged by what stands around them.
fn needs_care(separator: char) -> bool {
    matches!(separator, '.' | ',' | '٫' | '٬' | '-')
}

/// What the quick reader does with a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ascii {
    Word,
    Separator,
    /// A point or a comma.
    Point,
    Hyphen,
    /// Symbols and signs.
    Careful,
    /// Not ASCII.
    Beyond,
}

#[inline]
fn class(byte: u8) -> Ascii {
    ASCII[usize::from(byte)]
}

static ASCII: [Ascii; 256] = {
    let mut table = [Ascii::Beyond; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte as usize] = match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => Ascii::Word,
            b'.' | b',' => Ascii::Point,
            b'-' => Ascii::Hyphen,
            b'$' | b'+' | b'<'..=b'>' | b'^' | b'`' | b'|' | b'~' => Ascii::Careful,
            _ => Ascii::Separator,
        };
        byte += 1;
    }
    table
};
