//! From runs to blocks: which whole blocks a run covers, and where each of them stands a second time.

use hashbrown::HashMap;

use crate::fates::{Fates, State};
use crate::runs::Run;
use crate::store::{NONE, Number};
use crate::text::{Text, Token};
use crate::token_reader::TokenReader;

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

/// Where the tokens of removed blocks that resemble their keepers stand word for word, at and around
/// these; and where those of the blocks beside them go on there. The former get their regions; the
/// latter are returned, as blocks that may go for them. Blocks beside a removed one of fewer than `fewest`
/// tokens are left as they are: it goes with them.
pub fn find_parts(text: &Text<'_>, fates: &mut Fates, fewest: u32) -> Vec<(Number, Region)> {
    let mut stream = Stream::new(text);
    let removed = (0..text.store.blocks() as Number)
        .filter(|&block| text.states[block as usize] == State::Removed);
    let mut beside = Vec::new();
    for block in removed {
        let keeper = fates.aligned[block as usize];
        let alike =
            keeper != NONE && text.store.node(block as usize) != text.store.node(keeper as usize);
        if !alike || text.is_beside_short(block, fewest) {
            continue;
        }
        let Some(region) = stream.region_of(block, keeper) else { continue };
        let known = beside.len();
        let (mut last, mut end) = (block, region.end);
        while let Some((next, region)) = stream.goes_on(last, end) {
            beside.push((next, region));
            (last, end) = (next, region.end);
        }
        let (mut first, mut start) = (block, region.first);
        while let Some((previous, region)) = stream.goes_before(first, start) {
            beside.push((previous, region));
            (first, start) = (previous, region.first);
        }
        // A part of one block is told by the match: both blocks are shown.
        if beside.len() > known
            || region.first.block != region.end.block
            || in_parts(text, fates, block)
        {
            fates.regions.insert(block, region);
            fates.aligned[block as usize] = region.first.block;
        }
    }
    beside
}

/// Whether a block beside this one in its document goes for the same keeper, as the parts of a text that
/// was split do.
fn in_parts(text: &Text<'_>, fates: &Fates, block: Number) -> bool {
    let block = block as usize;
    let blocks = text.store.document_blocks(text.documents[block] as usize);
    let goes_for =
        |beside: usize| blocks.contains(&beside) && fates.aligned[beside] == fates.aligned[block];
    goes_for(block + 1) || block.checked_sub(1).is_some_and(goes_for)
}

/// Whether the tokens of a block may stand in a row at and around a block that it goes for: where the two
/// lie upon each other they are the same.
#[must_use]
pub fn may_stand_around(own: &[u32], keeper: &[u32]) -> bool {
    let same = |offset: u32, found: u32| {
        let both = offset.min(found);
        let (one, other) = (&own[(offset - both) as usize..], &keeper[(found - both) as usize..]);
        one.iter().zip(other).all(|(one, other)| one == other).then_some(())
    };
    each_shift(own, keeper, same).is_some()
}

/// The first answer of `works` for the ways in which one text may lie upon another so that a gram is the
/// same: its places in both.
fn each_shift<T>(
    own: &[u32],
    others: &[u32],
    mut works: impl FnMut(u32, u32) -> Option<T>,
) -> Option<T> {
    let gram = GRAM.min(own.len()).min(others.len());
    if gram == 0 {
        return None;
    }
    let mut grams: HashMap<&[u32], u32> = HashMap::new();
    for (offset, gram) in (0..).zip(others.windows(gram)) {
        grams.entry(gram).or_insert(offset);
    }
    let mut tried: Vec<i64> = Vec::new();
    for (offset, gram) in (0u32..).zip(own.windows(gram)) {
        let Some(&found) = grams.get(gram) else { continue };
        let shift = i64::from(found) - i64::from(offset);
        if tried.contains(&shift) {
            continue;
        }
        if tried.len() == TRIES {
            return None;
        }
        tried.push(shift);
        if let Some(answer) = works(offset, found) {
            return Some(answer);
        }
    }
    None
}

/// Reads blocks and what stands in the text from some token on.
struct Stream<'a> {
    text: &'a Text<'a>,
    reader: TokenReader<'a>,
}

/// Tokens of a gram by which a block is looked for in another one.
const GRAM: usize = 8;

/// Places that are tried for one block.
const TRIES: usize = 4;

impl<'a> Stream<'a> {
    fn new(text: &'a Text<'a>) -> Self {
        Self { text, reader: text.store.token_reader() }
    }

    fn tokens(&mut self, block: Number) -> Vec<u32> {
        self.reader.tokens(self.text.store.node(block as usize)).to_vec()
    }

    /// Where all tokens of a block stand in a row, at a place that it shares a gram of with its keeper.
    fn region_of(&mut self, block: Number, keeper: Number) -> Option<Region> {
        let (own, others) = (self.tokens(block), self.tokens(keeper));
        each_shift(&own, &others, |offset, found| {
            let start = self.text.back(Token { block: keeper, offset: found }, offset)?;
            self.region_at(&own, start)
        })
    }

    /// The region of some tokens from a place on, if they stand there.
    fn region_at(&mut self, own: &[u32], start: Token) -> Option<Region> {
        let first = self.text.start_after(start)?;
        let (mut place, mut left) = (first, own);
        loop {
            let there = self.tokens(place.block);
            let there = &there[place.offset as usize..];
            let count = there.len().min(left.len());
            if there[..count] != left[..count] {
                return None;
            }
            let end = Token { offset: place.offset + count as u32, ..place };
            left = &left[count..];
            if left.is_empty() {
                return Some(Region { first, end });
            }
            place = self.text.start_after(end)?;
        }
    }

    /// The block after another one whose tokens stand where those of the other one's region end.
    fn goes_on(&mut self, block: Number, end: Token) -> Option<(Number, Region)> {
        let next = self.text.next(block)?;
        let own = self.tokens(next);
        Some((next, self.region_at(&own, end)?))
    }

    /// The block before another one whose tokens stand where those of the other one's region begin.
    fn goes_before(&mut self, block: Number, start: Token) -> Option<(Number, Region)> {
        let previous = self.text.previous(block)?;
        let own = self.tokens(previous);
        let first = self.text.back(start, own.len() as u32)?;
        Some((previous, self.region_at(&own, first)?))
    }
}
