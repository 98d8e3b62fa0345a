//! Text with every code point folded, as bytes whose class can be told sixty-four at a time.
//!
//! ASCII letters are small, controls are spaces, and what folding drops is gone, as are hyphens and line
//! ends inside of words (`hyphen`). Other code points of
//! words stand as UTF-8, whose bytes are all above 127. What bytes alone could not tell is told by
//! control codes, which no text has kept:
//!
//! | code | stands for |
//! |---|---|
//! | [`NUMBER`] | before and after a number that is not ASCII |
//! | [`ARABIC_POINT`], [`ARABIC_COMMA`] | U+066B, U+066C |
//! | [`MINUS`] | U+2212 |
//! | [`FRACTION`] | U+2044 |
//! | [`SINGLE`] | before and after a character that is a token of its own |
//! | [`SYMBOL`] … [`SYMBOL_END`] | around a symbol that is not ASCII, or has a stroke through it |
//!
//! The end is followed by [`PADDING`] spaces, so that whole blocks can be read from anywhere.

use std::sync::LazyLock;

use crate::tokens::bounds::{CLASSES, SYMBOL_BIT};
use crate::tokens::fold::{Class, Folded, fold, fold_to_one, is_stroke};
use crate::tokens::hyphen::word_breaks;
use crate::tokens::marks::{BYTES as MARK, marks_behind, order};

/// Before and after a number that is not ASCII.
pub(crate) const NUMBER: u8 = 0x05;
/// U+066C, the Arabic thousands separator.
pub(crate) const ARABIC_COMMA: u8 = 0x0C;
/// U+2212.
pub(crate) const MINUS: u8 = 0x0D;
/// U+066B, the Arabic decimal separator.
pub(crate) const ARABIC_POINT: u8 = 0x0E;
/// U+2044, the slash of a fraction.
pub(crate) const FRACTION: u8 = 0x0F;
/// Before and after a character that is a token of its own.
pub(crate) const SINGLE: u8 = 0x11;
/// Before a symbol that is not ASCII, or has a stroke through it.
pub(crate) const SYMBOL: u8 = 0x12;
/// After such a symbol.
pub(crate) const SYMBOL_END: u8 = 0x14;

/// All codes.
#[cfg(test)]
pub(crate) const CODES: [u8; 8] =
    [NUMBER, ARABIC_COMMA, MINUS, ARABIC_POINT, FRACTION, SINGLE, SYMBOL, SYMBOL_END];

/// Bytes that are classified together.
pub(crate) const BLOCK: usize = 64;
/// Spaces after the end: a whole block, and the word that begins in its last byte.
pub(crate) const PADDING: usize = 2 * BLOCK;

/// Bytes that are copied together.
const STRIDE: usize = 32;
/// More than any one code point becomes: eighteen symbols with codes around them.
const ROOM: usize = 128;

/// Folded text; reused from text to text.
#[derive(Default)]
pub(crate) struct Flat {
    bytes: Vec<u8>,
    length: usize,
    /// Whether a code stands inside of a token, so that its bytes are not its characters.
    pub(crate) coded: bool,
}

impl Flat {
    /// Replaces the content by `text`, folded.
    pub(crate) fn read(&mut self, text: &str) {
        self.length = 0;
        self.coded = false;
        self.make_room(text.len() + PADDING + STRIDE);
        let mut start = 0;
        for part in word_breaks(text) {
            self.append(&text[start..part.start]);
            start = part.end;
        }
        self.append(&text[start..]);
        self.bytes[self.length..self.length + PADDING].fill(b' ');
    }

    fn append(&mut self, text: &str) {
        self.make_room(text.len() + PADDING + STRIDE);
        let bytes = text.as_bytes();
        let pairs = PAIRS.as_slice();
        let mut at = 0;
        while at < bytes.len() {
            at += self.copy_ascii(&bytes[at..]);
            let mut rest = text[at..].chars();
            loop {
                let (left, next) = (rest.as_str().len(), rest.as_str().as_bytes());
                match *next {
                    [lead @ 0xC2..=0xDF, continuation, ..]
                        if self.put_pair(pairs, lead, continuation) =>
                    {
                        rest.next();
                    }
                    [0x80..=0xFF, ..] => {
                        self.make_room(left + ROOM + PADDING + STRIDE);
                        rest.next().into_iter().for_each(|character| self.put(character));
                    }
                    _ => break,
                }
            }
            at = bytes.len() - rest.as_str().len();
        }
    }

    /// The folded text, and its padding.
    pub(crate) fn padded(&self) -> &[u8] {
        &self.bytes[..self.length + PADDING]
    }

    /// Bytes without the padding.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    #[inline]
    fn make_room(&mut self, room: usize) {
        if self.bytes.len() - self.length < room {
            self.bytes.resize((self.length + room).next_power_of_two(), 0);
        }
    }

    /// Copies the ASCII that `source` begins with; how much that was.
    fn copy_ascii(&mut self, source: &[u8]) -> usize {
        let mut copied = 0;
        while copied < source.len() {
            let rest = &source[copied..];
            let mut stride = [b' '; STRIDE];
            let length = rest.len().min(STRIDE);
            if let Some(whole) = rest.first_chunk() {
                stride = *whole;
            } else {
                stride[..length].copy_from_slice(rest);
            }
            let ascii = ascii_length(&stride).min(length);
            self.bytes[self.length..self.length + STRIDE].copy_from_slice(&folded_ascii(stride));
            self.length += ascii;
            copied += ascii;
            if ascii < length {
                break;
            }
        }
        copied
    }

    /// Appends what a code point of two bytes folds to, if the table has it; whether it had.
    #[inline]
    fn put_pair(&mut self, pairs: &[[u8; 4]], lead: u8, continuation: u8) -> bool {
        let code = usize::from(lead & 0x1F) << 6 | usize::from(continuation & 0x3F);
        let [first, second, length, known] = pairs[code - 0x80];
        self.bytes[self.length..self.length + 2].copy_from_slice(&[first, second]);
        self.length += usize::from(length);
        known != 0
    }

    /// Appends what a code point folds to.
    #[inline]
    fn put(&mut self, character: char) {
        match fold_to_one(character) {
            Some(Some(Folded { character, class: Class::Single, .. })) => {
                self.put_single(character);
            }
            Some(Some(folded)) => self.put_folded(folded),
            Some(None) if is_stroke(character) => self.strike(character),
            Some(None) => {}
            None => fold(character, |folded| self.put_folded(folded)),
        }
    }

    #[inline]
    fn put_folded(&mut self, Folded { character, class, number }: Folded) {
        if class == Class::Word && !number {
            self.push(character);
            if order(character) > 0 {
                self.put_in_order(character, 0);
            }
            return;
        }
        if character.is_ascii() {
            return self.push(if character < ' ' { ' ' } else { character });
        }
        match (class, character) {
            (Class::Word, _) => self.push_between(NUMBER, character, NUMBER),
            (Class::Single, _) => self.put_single(character),
            (_, '\u{2212}') => self.push_code(MINUS),
            (_, '\u{66B}') => self.push_code(ARABIC_POINT),
            (_, '\u{66C}') => self.push_code(ARABIC_COMMA),
            (_, '\u{2044}') => self.push_code(FRACTION),
            (Class::Stroke, _) => self.strike(character),
            (Class::Symbol, _) => self.push_between(SYMBOL, character, SYMBOL_END),
            (Class::Separator, _) => self.push(' '),
        }
    }

    /// Appends a character that is a token of its own, with one code between two of them.
    #[inline]
    fn put_single(&mut self, character: char) {
        let mut bytes = [SINGLE; 6];
        let length = character.encode_utf8(&mut bytes[1..5]).len();
        bytes[1 + length] = SINGLE;
        let joined = self.length > 0 && self.bytes[self.length - 1] == SINGLE;
        self.length -= usize::from(joined);
        self.bytes[self.length..self.length + 6].copy_from_slice(&bytes);
        self.length += length + 2;
        if order(character) > 0 {
            self.put_in_order(character, 1);
        }
    }

    /// Draws a stroke through the symbol that was appended last, if one was. The space behind it parts it
    /// from a run of its like, and takes no other stroke.
    fn strike(&mut self, stroke: char) {
        let Some(&last) = self.bytes[..self.length].last() else { return };
        if last != SYMBOL_END && CLASSES[usize::from(last)] & SYMBOL_BIT == 0 {
            return;
        }
        self.length -= 1;
        if last != SYMBOL_END {
            self.bytes[self.length] = SYMBOL;
            self.length += 1;
            self.push(match last {
                MINUS => '\u{2212}',
                FRACTION => '\u{2044}',
                ascii => char::from(ascii),
            });
        }
        self.push(stroke);
        self.bytes[self.length..self.length + 2].copy_from_slice(&[SYMBOL_END, b' ']);
        self.length += 2;
    }

    /// Puts the mark that was appended last before those that belong behind it; `codes` stand behind each.
    fn put_in_order(&mut self, mark: char, codes: usize) {
        let each = MARK + codes;
        let start = self.length - each;
        let behind = marks_behind(&self.bytes[..start - codes], mark, codes);
        self.bytes[start - behind * each..self.length].rotate_right(each);
    }

    #[inline]
    fn push(&mut self, character: char) {
        // Four bytes are written, whatever is needed: a copy of known length is a single store.
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        self.bytes[self.length..self.length + 4].copy_from_slice(&bytes);
        self.length += length;
    }

    fn push_code(&mut self, code: u8) {
        self.coded = true;
        self.bytes[self.length] = code;
        self.length += 1;
    }

    #[inline]
    fn push_between(&mut self, before: u8, character: char, after: u8) {
        self.coded |= before == NUMBER;
        self.bytes[self.length] = before;
        self.length += 1;
        self.push(character);
        self.bytes[self.length] = after;
        self.length += 1;
    }
}

/// What the code points from U+0080 to U+07FF, two bytes of UTF-8 each, fold to: up to two bytes, how
/// many, and whether that is all there is to say.
static PAIRS: LazyLock<Vec<[u8; 4]>> = LazyLock::new(|| {
    let mut flat = Flat::default();
    let pair = |character: char| {
        (flat.length, flat.coded) = (0, false);
        flat.make_room(ROOM);
        flat.put(character);
        match flat.bytes[..flat.length] {
            [] if !is_stroke(character) => [0, 0, 0, 1],
            [one] if !flat.coded => [one, 0, 1, 1],
            [one, other] if !flat.coded => [one, other, 2, 1],
            _ => [0; 4],
        }
    };
    ('\u{80}'..'\u{800}').map(pair).collect()
});

/// How many bytes are ASCII before the first that is not.
#[inline]
fn ascii_length(stride: &[u8; STRIDE]) -> usize {
    for (number, eight) in stride.as_chunks::<8>().0.iter().enumerate() {
        let high = u64::from_le_bytes(*eight) & 0x8080_8080_8080_8080;
        if high != 0 {
            return 8 * number + high.trailing_zeros() as usize / 8;
        }
    }
    STRIDE
}

/// Letters small, controls as spaces; bytes that are not ASCII become anything.
#[inline]
fn folded_ascii(stride: [u8; STRIDE]) -> [u8; STRIDE] {
    stride.map(|byte| {
        let small = byte | u8::from(byte.wrapping_sub(b'A') < 26) << 5;
        if byte < b' ' { b' ' } else { small }
    })
}
