//! From text to tokens: the normal form, and a 32-bit hash for each token.
//!
//! A token is a maximal run of folded word characters, or one character of an unspaced script, or
//! one symbol. The normal form is the tokens joined by single spaces; equal normal forms are equal
//! blocks. The rules beyond that:
//!
//! - A point or comma (also the Arabic ones) or the slash of a fraction (U+2044) directly between two
//!   numbers stays in the token: 1.5 is not 15, and 2½ not 2.
//! - A sign (`+`, `-`, U+2212) directly before a number starts its token, unless a word character,
//!   another sign or a single character stands directly before it: −5 is not 5, but 3-5 is two
//!   numbers. Both minus kinds are written `-`. A sign that does not count is what it is by its
//!   class: `-` separates, `+` is a symbol.
//! - Three and more of one symbol in a row are one token of three: a ruler `=====` is one token,
//!   C++ stays three.
//! - A stroke (U+0338 and its like) directly behind a symbol belongs to it: ≠ is not =. Such a token
//!   is part of no run, and a second stroke is dropped.
//! - A word that a hyphen and a line end part is one word (`hyphen`).
//!
//! "Directly" is meant among folded code points, so what folding drops (accents, soft hyphens,
//! joiners) is not seen, and a full-width sign is a sign.
//!
//! The text is folded first (`flatten`), then its tokens' bounds are found sixty-four bytes at a time
//! (`bounds`), then each token is read from a register. `careful` says the same one code
//! point after the other, and the tests hold this to it.

use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

use crate::simd::Path;
use crate::tokens::bounds::{Bounds, CLASSES, SYMBOL_BIT};
use crate::tokens::flatten::{
    ARABIC_COMMA, ARABIC_POINT, FRACTION, Flat, MINUS, NUMBER, SYMBOL, SYMBOL_END,
};
use crate::tokens::hash::{BYTES, hash_end, hash_step, token_hash};

/// Seed of the fingerprint of raw text, so that it never equals one of a normal form.
const RAW_SEED: u64 = 1;

/// A run of this many of one symbol, or more, is one token.
const RULER: usize = 3;

/// The tokens of one block; reused between blocks so that a batch allocates once.
pub struct TokenBuffer {
    flat: Flat,
    bounds: Box<Bounds>,
    tokens: Tokens,
    path: Path,
}

impl Default for TokenBuffer {
    fn default() -> Self {
        Self::with(Path::best())
    }
}

impl TokenBuffer {
    /// An empty buffer that reads with some instruction set.
    #[must_use]
    pub fn with(path: Path) -> Self {
        let (flat, bounds) = (Flat::default(), Box::default());
        Self { flat, bounds, tokens: Tokens::default(), path }
    }

    /// Replaces the content by the tokens of `text`, which must be shorter than 4 GiB folded.
    ///
    /// With `mask_numbers` each numeric token (one with a number in it) is `0`.
    pub fn read(&mut self, text: &str, mask_numbers: bool) {
        let Self { flat, bounds, tokens, path } = self;
        flat.read(text);
        tokens.start(flat.len(), mask_numbers);
        let padded = flat.padded();
        if flat.coded || mask_numbers {
            bounds.each(*path, padded, |starts, ends| tokens.read::<true>(padded, starts, ends));
        } else {
            bounds.each(*path, padded, |starts, ends| tokens.read::<false>(padded, starts, ends));
        }
    }

    /// One hash a token, in order (see `hash::token_hash`), with bit 0 telling whether the token is
    /// numeric.
    #[must_use]
    pub fn hashes(&self) -> &[u32] {
        &self.tokens.hashes
    }

    /// Number of tokens of `text`; replaces the content as [`TokenBuffer::read`] does.
    pub fn count_tokens(&mut self, text: &str) -> usize {
        self.read(text, false);
        self.hashes().len()
    }

    /// The fingerprint of the block that was read, whose text is `raw`: XXH3-128 of the normal
    /// form, or of the raw text with another seed when there is no token.
    #[must_use]
    pub fn fingerprint(&self, raw: &str) -> u128 {
        match self.tokens.normal() {
            [] => xxh3_128_with_seed(raw.as_bytes(), RAW_SEED),
            normal => xxh3_128(normal),
        }
    }

    /// The normal form; empty when there is no token.
    #[must_use]
    pub fn normal(&self) -> &str {
        std::str::from_utf8(self.tokens.normal()).unwrap_or_default()
    }
}

/// What is read from folded text.
#[derive(Default)]
struct Tokens {
    hashes: Vec<u32>,
    /// The normal form with a space before each token, and room behind it.
    spaced: Vec<u8>,
    length: usize,
    /// Bytes before this one are read: the later ones of a run of symbols.
    done: usize,
    mask_numbers: bool,
    /// The characters of a token that holds codes.
    plain: Vec<u8>,
}

impl Tokens {
    fn start(&mut self, flat: usize, mask_numbers: bool) {
        self.hashes.clear();
        (self.length, self.done, self.mask_numbers) = (0, 0, mask_numbers);
        // A byte is at most a token of three bytes (the code of a minus or slash) with its space; a register is
        // written beyond the end.
        let room = 4 * flat + 2 * size_of::<u64>();
        if self.spaced.len() < room {
            self.spaced.resize(room.next_power_of_two(), 0);
        }
    }

    fn normal(&self) -> &[u8] {
        &self.spaced[self.length.min(1)..self.length]
    }

    /// Reads the tokens at some bounds; `CAREFUL` where they may hold codes or numbers are masked.
    fn read<const CAREFUL: bool>(&mut self, padded: &[u8], starts: &[u32], ends: &[u32]) {
        self.hashes.reserve(starts.len());
        for (&start, &end) in starts.iter().zip(ends) {
            let (start, end) = (start as usize, end as usize);
            if end - start == 1 && CLASSES[usize::from(padded[start])] & SYMBOL_BIT != 0 {
                if start >= self.done {
                    self.read_symbols(padded, start);
                }
            } else if start < self.done {
                // The bytes of a symbol that is not ASCII: its code came before them.
            } else if CAREFUL {
                self.read_with_care(&padded[start..end]);
            } else {
                self.read_word(padded, start, end);
            }
        }
    }

    /// Reads a token eight bytes at a time: most have no more, and are read in a register.
    #[inline]
    fn read_word(&mut self, padded: &[u8], start: usize, end: usize) {
        let (mut state, mut numeric) = (0, 0);
        let mut at = start;
        let mut place = self.length + 1;
        self.spaced[self.length] = b' ';
        loop {
            let Some(bytes) = padded[at..].first_chunk() else { return };
            let mask = BYTES[(end - at).min(8)];
            let word = u64::from_le_bytes(*bytes) & mask;
            state = hash_step(state, word);
            numeric |= numeric_bytes(word) & mask;
            self.spaced[place..place + 8].copy_from_slice(&word.to_le_bytes());
            at += 8;
            if at >= end {
                break;
            }
            place += 8;
        }
        self.length += 1 + end - start;
        self.hashes.push(hash_end(state) & !1 | u32::from(numeric != 0));
    }

    fn append(&mut self, token: &[u8]) {
        let end = self.length + 1 + token.len();
        self.spaced[self.length] = b' ';
        self.spaced[self.length + 1..end].copy_from_slice(token);
        self.length = end;
    }

    /// Reads a token that may hold codes, or be masked.
    fn read_with_care(&mut self, token: &[u8]) {
        let numeric = token.iter().any(|&byte| byte & 0xC0 == 0);
        let mut plain = std::mem::take(&mut self.plain);
        plain.clear();
        if numeric && self.mask_numbers {
            plain.push(b'0');
        } else {
            for &byte in token {
                match byte {
                    NUMBER => {}
                    MINUS => plain.push(b'-'),
                    ARABIC_POINT => plain.extend_from_slice("\u{66B}".as_bytes()),
                    ARABIC_COMMA => plain.extend_from_slice("\u{66C}".as_bytes()),
                    FRACTION => plain.extend_from_slice("\u{2044}".as_bytes()),
                    byte => plain.push(byte),
                }
            }
        }
        self.hashes.push(token_hash(&plain) & !1 | u32::from(numeric));
        self.append(&plain);
        self.plain = plain;
    }

    /// Reads a run of one symbol from its first byte on.
    fn read_symbols(&mut self, padded: &[u8], start: usize) {
        let rest = &padded[start..];
        let width = match rest[0] {
            SYMBOL => rest.iter().position(|&byte| byte == SYMBOL_END).map_or(1, |end| end + 1),
            _ => 1,
        };
        let (one, mut count) = (&rest[..width], 1);
        while rest[count * width..].starts_with(one) {
            count += 1;
        }
        self.done = start + count * width;
        let symbol = match one {
            [SYMBOL, symbol @ .., SYMBOL_END] => symbol,
            [MINUS] => "\u{2212}".as_bytes(),
            [FRACTION] => "\u{2044}".as_bytes(),
            one => one,
        };
        let (tokens, each) = if count < RULER { (count, 1) } else { (1, RULER) };
        for _ in 0..tokens {
            let mut token = [0; 4 * RULER];
            let length = each * symbol.len();
            for place in token[..length].chunks_exact_mut(symbol.len()) {
                place.copy_from_slice(symbol);
            }
            self.hashes.push(token_hash(&token[..length]) & !1);
            self.append(&token[..length]);
        }
    }
}

/// The high bit of each byte that is a number, or stands in a token for one's sake alone: all others
/// are letters (64 and more) or not ASCII.
#[inline]
const fn numeric_bytes(word: u64) -> u64 {
    !(word | word << 1) & 0x8080_8080_8080_8080
}
