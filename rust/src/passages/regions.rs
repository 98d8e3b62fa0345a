//! From runs to blocks: which whole blocks a run covers, and where each of them stands a second time.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::passages::fates::{Fates, State};
use crate::passages::runs::Run;
use crate::passages::text::{Text, Token};
use crate::store::token_reader::TokenReader;
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
    let Some(gram) = gram_of(own, keeper) else { return false };
    Grams::new(keeper, gram).each_shift(own, keeper, same).is_some()
}

/// Tokens of a gram by which one text is looked for in another one; `None` where one is empty.
fn gram_of(own: &[u32], others: &[u32]) -> Option<usize> {
    Some(GRAM.min(own.len()).min(others.len())).filter(|&gram| gram > 0)
}

/// Where each gram of a text stands first.
struct Grams {
    gram: usize,
    hasher: DefaultHashBuilder,
    places: HashTable<u32>,
}

impl Grams {
    fn new(text: &[u32], gram: usize) -> Self {
        let mut made =
            Self { gram, hasher: DefaultHashBuilder::default(), places: HashTable::new() };
        let Self { hasher, places, .. } = &mut made;
        let hash = |place: u32| hasher.hash_one(&text[place as usize..][..gram]);
        for (place, found) in (0u32..).zip(text.windows(gram)) {
            let is_same = |&place: &u32| text[place as usize..][..gram] == *found;
            places.entry(hasher.hash_one(found), is_same, |&place| hash(place)).or_insert(place);
        }
        made
    }

    /// The first answer of `works` for the ways in which a text may lie upon this one so that a gram is the
    /// same: its places in both.
    fn each_shift<T>(
        &self,
        own: &[u32],
        text: &[u32],
        mut works: impl FnMut(u32, u32) -> Option<T>,
    ) -> Option<T> {
        let mut tried: Vec<i64> = Vec::new();
        for (offset, gram) in (0u32..).zip(own.windows(self.gram)) {
            let is_same = |&place: &u32| text[place as usize..][..self.gram] == *gram;
            let Some(&found) = self.places.find(self.hasher.hash_one(gram), is_same) else {
                continue;
            };
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
}

/// Reads blocks and what stands in the text from some token on.
struct Stream<'a> {
    text: &'a Text<'a>,
    reader: TokenReader<'a>,
    keeper: Option<Keeper>,
}

/// The last text in which others were looked for: many that follow one another are parts of the same one.
struct Keeper {
    node: Number,
    tokens: Vec<u32>,
    grams: Grams,
}

/// Tokens of a gram by which a block is looked for in another one.
const GRAM: usize = 8;

/// Places that are tried for one block.
const TRIES: usize = 4;

impl<'a> Stream<'a> {
    fn new(text: &'a Text<'a>) -> Self {
        Self { text, reader: text.store.token_reader(), keeper: None }
    }

    fn tokens(&mut self, block: Number) -> Vec<u32> {
        self.reader.tokens(self.text.store.node(block as usize)).to_vec()
    }

    /// Where all tokens of a block stand in a row, at a place that it shares a gram of with its keeper.
    fn region_of(&mut self, block: Number, keeper: Number) -> Option<Region> {
        let own = self.tokens(block);
        let known = self.keeper_of(&own, keeper)?;
        let found = known.grams.each_shift(&own, &known.tokens, |offset, found| {
            let start = self.text.back(Token { block: keeper, offset: found }, offset)?;
            self.region_at(&own, start)
        });
        self.keeper = Some(known);
        found
    }

    /// What is known of a keeper in which a text is looked for.
    fn keeper_of(&mut self, own: &[u32], block: Number) -> Option<Keeper> {
        let node = self.text.store.node(block as usize);
        let known = self.keeper.take().filter(|known| known.node == node);
        let tokens = match known {
            Some(known) if gram_of(own, &known.tokens) == Some(known.grams.gram) => {
                return Some(known);
            }
            Some(known) => known.tokens,
            None => self.tokens(block),
        };
        let grams = Grams::new(&tokens, gram_of(own, &tokens)?);
        Some(Keeper { node, tokens, grams })
    }

    /// The region of some tokens from a place on, if they stand there.
    fn region_at(&mut self, own: &[u32], start: Token) -> Option<Region> {
        let first = self.text.start_after(start)?;
        let (mut place, mut left) = (first, own);
        loop {
            let store = self.text.store;
            let node = store.node(place.block as usize);
            let count = (store.token_count(node) - place.offset).min(left.len() as u32);
            let end = Token { offset: place.offset + count, ..place };
            let there = self.reader.part(node, place.offset as usize..end.offset as usize);
            let (same, rest) = left.split_at(count as usize);
            if there != same {
                return None;
            }
            left = rest;
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
