//! What `token` says, one code point after the other and with nothing taken together: what the reader of
//! whole blocks is held to.

use dedup_core::fold::{Class, Folded, fold};
use dedup_core::hash::token_hash;

const MINUS: char = '\u{2212}';

/// The tokens of one text.
#[derive(Default)]
pub struct CarefulReader {
    pub normal: Vec<u8>,
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

impl CarefulReader {
    /// Replaces the content by the tokens of `text`.
    pub fn read(&mut self, text: &str, mask_numbers: bool) {
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

    fn push(&mut self, character: char) {
        self.normal.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn open(&mut self) {
        if self.open.is_none() {
            if !self.normal.is_empty() {
                self.normal.push(b' ');
            }
            self.open = Some(self.normal.len());
            self.numeric = false;
        }
    }

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
        let hash = token_hash(&self.normal[start..]);
        self.hashes.push(hash & !1 | u32::from(self.numeric));
    }
}
