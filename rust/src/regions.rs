//! From runs to blocks: which whole blocks a run covers, and where each of them stands a second time.

use crate::runs::{Run, Text, Token};
use crate::store::Number;

/// Where all of a block's tokens stand once more, in this order, in other blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// The first of the tokens.
    pub first: Token,
    /// The end, exclusive, in the block that holds the last of them.
    pub end: Token,
}

/// The blocks that a run covers from their first to their last token, with their regions.
#[must_use]
pub fn covered_blocks(text: &Text<'_>, run: &Run) -> Vec<(Number, Region)> {
    let mut covered = Vec::new();
    let (mut later, mut earlier, mut left) = (run.later, run.earlier, run.length);
    loop {
        let tokens = text.store.block_tokens(later.block as usize);
        let count = (tokens - later.offset).min(left);
        let end = text.after(earlier, count);
        if later.offset == 0 && count == tokens {
            let first = text.start_after(earlier).unwrap_or(earlier);
            covered.push((later.block, Region { first, end }));
        }
        left -= count;
        if left == 0 {
            return covered;
        }
        let Some(next) = text.next(later.block) else { return covered };
        (later, earlier) = (Token { block: next, offset: 0 }, end);
    }
}
