//! From runs to blocks: which whole blocks a run covers, and where each of them stands a second time.

use crate::cluster::Corpus;
use crate::fates::{Fates, State};
use crate::runs::{Run, Text, Token};
use crate::store::{NONE, Number};

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

/// Says of removed blocks that follow one another, and that stand one by one in the same block, where
/// in it they stand: a paragraph that was split is one passage then.
pub fn find_parts(corpus: &Corpus<'_>, fates: &mut Fates) {
    let is_part = |fates: &Fates, block: usize| {
        fates.states[block] == State::Removed
            && fates.aligned[block] != NONE
            && !fates.regions.contains_key(&(block as Number))
    };
    for block in 1..corpus.store.blocks() {
        if fates.aligned[block] != fates.aligned[block - 1]
            || corpus.documents[block] != corpus.documents[block - 1]
        {
            continue;
        }
        if is_part(fates, block) && fates.states[block - 1] == State::Removed {
            for part in [block - 1, block] {
                if is_part(fates, part)
                    && let Some(region) = part_of_keeper(corpus, part, fates.aligned[part])
                {
                    fates.regions.insert(part as Number, region);
                }
            }
        }
    }
}

/// Where in its keeper all tokens of a block stand, in this order.
fn part_of_keeper(corpus: &Corpus<'_>, block: usize, keeper: Number) -> Option<Region> {
    let store = corpus.store;
    let tokens = store.node_tokens(store.node(block));
    let all = store.node_tokens(store.node(keeper as usize));
    if tokens.is_empty() || tokens.len() >= all.len() {
        return None;
    }
    let offset = all.windows(tokens.len()).position(|window| window == tokens)? as u32;
    let first = Token { block: keeper, offset };
    Some(Region { first, end: Token { offset: offset + tokens.len() as u32, ..first } })
}
