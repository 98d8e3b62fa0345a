//! Where the tokens of folded text begin and end, sixty-four bytes at a time.
//!
//! Each class of bytes is a mask of 64 bits, made by vector instructions (`simd`); what stands before
//! and after a byte is a shift of a mask. The rules are those of `token`, said of bits.

use crate::simd::Path;
use crate::tokens::flatten::{
    ARABIC_COMMA, ARABIC_POINT, BLOCK, FRACTION, MINUS, NUMBER, PADDING, SINGLE, SYMBOL,
};

/// The classes of 64 bytes, the first one lowest.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Masks {
    /// Letters, numbers and whatever is not ASCII.
    pub(crate) word: u64,
    /// Numbers, or the code beside one.
    pub(crate) digit: u64,
    /// Points and commas, and the slash of a fraction.
    pub(crate) point: u64,
    /// What may be the sign of a number.
    pub(crate) sign: u64,
    /// Symbols, or the code before one.
    pub(crate) symbol: u64,
    /// The code beside a character that is a token of its own.
    pub(crate) single: u64,
}

/// Bits of [`CLASSES`].
pub(crate) const WORD_BIT: u8 = 1;
pub(crate) const DIGIT_BIT: u8 = 2;
pub(crate) const POINT_BIT: u8 = 4;
pub(crate) const SIGN_BIT: u8 = 8;
pub(crate) const SYMBOL_BIT: u8 = 16;
pub(crate) const SINGLE_BIT: u8 = 32;

/// The classes of each byte.
pub(crate) static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | 0x80..=0xFF => WORD_BIT,
            b'0'..=b'9' | NUMBER => WORD_BIT | DIGIT_BIT,
            b'.' | b',' | ARABIC_POINT | ARABIC_COMMA => POINT_BIT,
            FRACTION => POINT_BIT | SYMBOL_BIT,
            b'-' => SIGN_BIT,
            b'+' | MINUS => SIGN_BIT | SYMBOL_BIT,
            b'$' | b'<' | b'=' | b'>' | b'^' | b'`' | b'|' | b'~' | SYMBOL => SYMBOL_BIT,
            SINGLE => SINGLE_BIT,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// Blocks whose tokens are found before they are read: their masks and bounds stay in L1.
const BLOCKS: usize = 32;

/// Tokens that begin and end in some blocks, in order.
pub(crate) struct Bounds {
    masks: [Masks; BLOCKS + 1],
    starts: [u32; BLOCKS * BLOCK + 1],
    ends: [u32; BLOCKS * BLOCK],
    /// Starts that wait for an end: none or one.
    open: usize,
    /// What the last byte before the next block was.
    before: Before,
}

/// The last byte of a block, as bits at the place of the next block's first.
#[derive(Clone, Copy, Default)]
struct Before {
    digit: u64,
    /// A word, sign or single.
    near: u64,
    token: u64,
    symbol: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            masks: [Masks::default(); BLOCKS + 1],
            starts: [0; BLOCKS * BLOCK + 1],
            ends: [0; BLOCKS * BLOCK],
            open: 0,
            before: Before::default(),
        }
    }
}

impl Bounds {
    /// Calls `take` with the bounds of the tokens of padded text, some at a time, in order.
    ///
    /// A symbol's bounds are those of its first byte.
    pub(crate) fn each(&mut self, path: Path, padded: &[u8], mut take: impl FnMut(&[u32], &[u32])) {
        (self.open, self.before) = (0, Before::default());
        let blocks = padded.as_chunks::<BLOCK>().0;
        // Of the padding one block may be looked at: it ends what is open.
        let whole = (padded.len() - PADDING) / BLOCK + 1;
        for first in (0..whole).step_by(BLOCKS) {
            let last = (first + BLOCKS).min(whole);
            // One block more, for the number that may follow a sign.
            path.classify(&blocks[first..=last], &mut self.masks[..=last - first]);
            let ends = self.find(first * BLOCK, last - first);
            take(&self.starts[..ends], &self.ends[..ends]);
            let open = self.open;
            self.starts.copy_within(ends..ends + open, 0);
        }
    }

    /// Finds what begins and ends in the blocks whose masks are here; how many ends there were.
    fn find(&mut self, offset: usize, blocks: usize) -> usize {
        let (mut starts, mut ends) = (self.open, 0);
        let mut before = self.before;
        for block in 0..blocks {
            let Masks { word, digit, point, sign, symbol, single } = self.masks[block];
            let digit_before = digit << 1 | before.digit;
            let digit_after = digit >> 1 | self.masks[block + 1].digit << 63;
            let near = word | sign | single;
            let joint = point & digit_before & digit_after;
            let lead = sign & !(near << 1 | before.near) & digit_after;
            let symbol = symbol & !(lead | joint);
            let token = word | joint | lead | symbol;
            let token_before = token << 1 | before.token;
            let start = token & !(token_before & !(symbol << 1 | before.symbol) & !symbol);
            let end = token_before & (start | !token);
            before = Before {
                digit: digit >> 63,
                near: near >> 63,
                token: token >> 63,
                symbol: symbol >> 63,
            };
            let place = (offset + block * BLOCK) as u32;
            starts = write_places(start, place, &mut self.starts, starts);
            ends = write_places(end, place, &mut self.ends, ends);
        }
        self.before = before;
        self.open = starts - ends;
        ends
    }
}

/// Writes the places of a mask's bits; where the next ones go.
#[inline]
fn write_places(mut mask: u64, place: u32, places: &mut [u32], first: usize) -> usize {
    let count = mask.count_ones() as usize;
    for slot in &mut places[first..first + count] {
        *slot = place + mask.trailing_zeros();
        mask &= mask.wrapping_sub(1);
    }
    first + count
}
