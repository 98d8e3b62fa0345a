//! Where each token stands in its text: what `token` reads, one code point after the other and with
//! nothing taken together.
//!
//! It is much slower, and asked for the few texts in which a run begins or ends. Tests hold `token` to
//! it.

use std::ops::Range;

use crate::tokens::fold::{Class, Folded, fold, is_stroke};
use crate::tokens::hash::token_hash;
use crate::tokens::hyphen::word_breaks;
use crate::tokens::marks::{BYTES as MARK, marks_behind};

const MINUS: char = '\u{2212}';
const FRACTION: char = '\u{2044}';

/// The tokens of one text.
#[derive(Default)]
pub struct CarefulReader {
    /// The normal form.
    pub normal: Vec<u8>,
    /// Whether each token is numeric.
    pub numeric: Vec<bool>,
    /// The code points in which each token stands, with what folds to nothing behind them.
    pub places: Vec<Range<u32>>,
    mask_numbers: bool,
    /// The code point that is read.
    place: u32,
    /// Where the open token starts in `normal`.
    open: Option<usize>,
    /// The code points of the open token so far.
    opened: Range<u32>,
    is_numeric: bool,
    previous: Previous,
    held: Held,
    /// The code points that are held, from the first to the last.
    holding: Range<u32>,
    /// Where the second of the held symbols stands, if there are several.
    second_symbol: u32,
    /// Where the last of them stands.
    last_symbol: u32,
    /// How many tokens of one character stand together at the end.
    singles: usize,
}

/// What stands directly before the next code point.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Previous {
    #[default]
    Boundary,
    Letter,
    Single,
    Number,
    Sign,
}

/// What cannot be judged before the next code point is known.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Held {
    #[default]
    Nothing,
    /// A point, a comma or the slash of a fraction after a number.
    Point(char),
    /// A sign where one may stand.
    Sign(char),
    /// A run of one symbol and its length, which saturates at four: a stroke may take the last one.
    Symbols(char, u8),
}

impl CarefulReader {
    /// Replaces the content by the tokens of `text`.
    pub fn read(&mut self, text: &str, mask_numbers: bool) {
        self.normal.clear();
        self.numeric.clear();
        self.places.clear();
        self.mask_numbers = mask_numbers;
        self.previous = Previous::Boundary;
        let mut breaks = word_breaks(text).peekable();
        for (place, (byte, character)) in (0..).zip(text.char_indices()) {
            self.place = place;
            while breaks.next_if(|part| part.end <= byte).is_some() {}
            if breaks.peek().is_some_and(|part| part.start <= byte) {
                self.take_along();
                continue;
            }
            if self.held == Held::Nothing && self.accept_common(character) {
                continue;
            }
            let mut dropped = true;
            fold(character, |folded| {
                dropped = false;
                self.accept(folded);
            });
            if dropped && is_stroke(character) {
                self.strike(character);
            } else if dropped {
                self.take_along();
            }
        }
        self.settle(None);
        self.close();
    }

    /// One hash a token, as `TokenBuffer::hashes`.
    #[must_use]
    pub fn hashes(&self) -> Vec<u32> {
        let forms = self.normal.split(|&byte| byte == b' ');
        let hash = |(form, &numeric)| token_hash(form) & !1 | u32::from(numeric);
        forms.zip(&self.numeric).map(hash).collect()
    }

    /// Accepts what most texts mostly are, where nothing is held: letters, digits and spaces of ASCII.
    #[inline]
    fn accept_common(&mut self, character: char) -> bool {
        if character.is_ascii_alphabetic() {
            self.begin(self.place);
            self.opened.end = self.place + 1;
            self.normal.push(character.to_ascii_lowercase() as u8);
            self.previous = Previous::Letter;
        } else if character.is_ascii_digit() {
            self.begin(self.place);
            self.opened.end = self.place + 1;
            self.normal.push(character as u8);
            self.is_numeric = true;
            self.previous = Previous::Number;
        } else if character == ' ' {
            self.close();
            self.previous = Previous::Boundary;
        } else {
            return false;
        }
        true
    }

    /// Adds what folds to nothing to that which it follows.
    fn take_along(&mut self) {
        let before = if self.held != Held::Nothing {
            Some(&mut self.holding)
        } else if self.open.is_some() {
            Some(&mut self.opened)
        } else {
            self.places.last_mut()
        };
        if let Some(before) = before
            && before.end == self.place
        {
            before.end += 1;
        }
    }

    fn accept(&mut self, folded: Folded) {
        let Folded { character, class, number } = folded;
        if class == Class::Stroke {
            return self.strike(character);
        }
        if self.held != Held::Nothing {
            self.settle(Some(folded));
        }
        let here = self.place..self.place + 1;
        match (class, character) {
            (Class::Word, _) => {
                self.push(character, here);
                self.put_in_order(character, self.open.unwrap_or_default(), 0);
                self.is_numeric |= number;
                self.previous = if number { Previous::Number } else { Previous::Letter };
            }
            (Class::Single, _) => {
                self.close();
                self.push(character, here);
                self.close();
                // Only what stands directly before it has an order with it.
                self.singles = if self.previous == Previous::Single { self.singles + 1 } else { 1 };
                let first = self.normal.len().saturating_sub((MARK + 1) * self.singles);
                self.put_in_order(character, first, 1);
                self.previous = Previous::Single;
            }
            (_, '.' | ',' | '٫' | '٬' | FRACTION) if self.previous == Previous::Number => {
                self.hold(Held::Point(character));
                self.previous = Previous::Boundary;
            }
            (_, '+' | '-' | MINUS) => {
                self.close();
                if self.previous == Previous::Boundary {
                    self.hold(Held::Sign(character));
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
            (Class::Separator | Class::Stroke, _) => {
                self.close();
                self.previous = Previous::Boundary;
            }
        }
    }

    /// Puts the mark that was written last before those that belong behind it, of what stands from `first`
    /// on in the normal form; so many spaces stand between two. Places stay as they are.
    fn put_in_order(&mut self, mark: char, first: usize, spaces: usize) {
        let length = self.normal.len();
        let Some(start) = length.checked_sub(MARK + spaces).filter(|&start| start >= first) else {
            return;
        };
        let each = MARK + spaces;
        let behind = marks_behind(&self.normal[first..start], mark, spaces);
        for end in (0..behind).map(|done| length - done * each) {
            let (before, last) = self.normal[..end].split_at_mut(end - MARK);
            let place = before.len() - each;
            before[place..place + MARK].swap_with_slice(last);
        }
    }

    fn hold(&mut self, held: Held) {
        self.held = held;
        self.holding = self.place..self.place + 1;
    }

    fn hold_symbol(&mut self, symbol: char) {
        if let Held::Symbols(_, count) = self.held {
            if count == 1 {
                self.second_symbol = self.place;
            }
            self.held = Held::Symbols(symbol, (count + 1).min(4));
            self.holding.end = self.place + 1;
        } else {
            self.hold(Held::Symbols(symbol, 1));
        }
        self.last_symbol = self.place;
    }

    /// Judges what was held, now that the next code point is known (`None` at the end).
    fn settle(&mut self, next: Option<Folded>) {
        let number = next.is_some_and(|next| next.number);
        let holding = self.holding.clone();
        if !number {
            self.take_for_symbol();
        }
        match self.held {
            Held::Nothing => return,
            Held::Point(point) if number => self.push(point, holding),
            Held::Point(_) => self.close(),
            Held::Sign(sign) if number => {
                self.push(if sign == MINUS { '-' } else { sign }, holding);
            }
            Held::Sign(_) => {}
            Held::Symbols(symbol, _) if next.is_some_and(|next| next.character == symbol) => return,
            Held::Symbols(symbol, count) => self.write_symbols(symbol, count),
        }
        self.held = Held::Nothing;
    }

    /// What is held for the number that may follow is a symbol where none does, if it is one by its class.
    fn take_for_symbol(&mut self) {
        if let Held::Point(symbol @ FRACTION) | Held::Sign(symbol @ ('+' | MINUS)) = self.held {
            self.close();
            self.held = Held::Symbols(symbol, 1);
            self.last_symbol = self.holding.start;
        }
    }

    /// Draws a stroke through the last held symbol: a token of its own, which takes no other one.
    /// Behind anything else the stroke folds to nothing.
    fn strike(&mut self, stroke: char) {
        self.take_for_symbol();
        let Held::Symbols(symbol, count) = self.held else { return self.take_along() };
        let struck = self.last_symbol..self.place + 1;
        self.held = Held::Nothing;
        self.holding.end = struck.start.max(self.holding.start + 1);
        if count > 1 {
            self.write_symbols(symbol, count - 1);
        }
        self.push(symbol, struck.clone());
        self.push(stroke, struck);
        self.close();
        self.previous = Previous::Boundary;
    }

    fn write_symbols(&mut self, symbol: char, count: u8) {
        let Range { start, end } = self.holding.clone();
        if count == 2 {
            let second = self.second_symbol;
            self.write_symbol(symbol, 1, start..second.max(start + 1));
            self.write_symbol(symbol, 1, second..end.max(second + 1));
        } else {
            self.write_symbol(symbol, count.min(3), start..end);
        }
    }

    fn write_symbol(&mut self, symbol: char, width: u8, place: Range<u32>) {
        for _ in 0..width {
            self.push(symbol, place.clone());
        }
        self.close();
    }

    /// Adds a character to the open token, or opens one.
    fn push(&mut self, character: char, place: Range<u32>) {
        self.begin(place.start);
        self.opened.end = place.end;
        self.normal.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Opens a token at a code point, unless one is open.
    fn begin(&mut self, start: u32) {
        if self.open.is_none() {
            if !self.normal.is_empty() {
                self.normal.push(b' ');
            }
            self.open = Some(self.normal.len());
            self.opened.start = start;
            self.is_numeric = false;
        }
    }

    fn close(&mut self) {
        let Some(start) = self.open.take() else { return };
        if self.is_numeric && self.mask_numbers {
            self.normal.truncate(start);
            self.normal.push(b'0');
        }
        self.numeric.push(self.is_numeric);
        self.places.push(self.opened.clone());
    }
}
