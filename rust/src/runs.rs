//! Runs: stretches of tokens that stand twice, wherever paragraphs begin and end.
//!
//! Among the blocks that stay, anchors that stand more than once say where to look; from there a run is
//! extended to both sides as far as the tokens are the same. Each place is compared with the first and
//! with the previous place of its anchor, so a hot one costs no more than a cold one. Where a run was
//! found, nothing is looked for inside of it.

use std::ops::Range;

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::anchors::{Anchors, Seen};
use crate::fates::State;
use crate::store::{Number, Store, TokenReader};

/// Documents whose anchors are found by one task.
const DOCUMENTS_PER_TASK: usize = 64;

/// Tokens that are compared at one time.
const NEAR: usize = 64;

/// A token of a block: the block, and how many tokens of it stand before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Token {
    /// The block.
    pub block: Number,
    /// Tokens of the block before it.
    pub offset: u32,
}

/// The same tokens at two places.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The first token at the later place.
    pub later: Token,
    /// The first token at the earlier place.
    pub earlier: Token,
    /// How many tokens there are.
    pub length: u32,
}

/// The text in which runs are looked for.
pub struct Text<'a> {
    /// The columns.
    pub store: &'a Store,
    /// What becomes of each block.
    pub states: &'a [State],
    /// The document of each block.
    pub documents: &'a [Number],
    /// When each document is visited; `None` where that is its own number.
    pub order: Option<&'a [u32]>,
    /// Tokens of its document before each block.
    pub positions: &'a [u32],
}

/// Tokens of its document before each block, whatever becomes of them.
#[must_use]
pub fn positions(store: &Store) -> Vec<u32> {
    let mut positions = Vec::with_capacity(store.blocks());
    for document in 0..store.documents() {
        let mut before = 0u32;
        for block in store.document_blocks(document) {
            positions.push(before);
            before += store.block_tokens(block);
        }
    }
    positions
}

impl Text<'_> {
    fn tokens(&self, block: Number) -> u32 {
        self.store.block_tokens(block as usize)
    }

    /// The block after another one in the text that stays, blocks without tokens left out: `None` at the
    /// document's end and where something goes in between.
    #[must_use]
    pub fn next(&self, block: Number) -> Option<Number> {
        let document = self.documents[block as usize] as usize;
        let end = self.store.document_blocks(document).end as Number;
        (block + 1..end)
            .take_while(|&next| !self.states[next as usize].is_gone())
            .find(|&next| self.tokens(next) > 0)
    }

    /// The block before another one in the text, as `next` has it.
    #[must_use]
    pub fn previous(&self, block: Number) -> Option<Number> {
        let document = self.documents[block as usize] as usize;
        let start = self.store.document_blocks(document).start as Number;
        (start..block)
            .rev()
            .take_while(|&previous| !self.states[previous as usize].is_gone())
            .find(|&previous| self.tokens(previous) > 0)
    }

    /// The place after so many more tokens; where a block ends there, its end.
    #[must_use]
    pub fn after(&self, token: Token, mut count: u32) -> Token {
        let mut token = token;
        loop {
            let left = self.tokens(token.block) - token.offset;
            if count <= left {
                return Token { offset: token.offset + count, ..token };
            }
            count -= left;
            match self.next(token.block) {
                Some(block) => token = Token { block, offset: 0 },
                None => return Token { offset: token.offset + left, ..token },
            }
        }
    }

    /// The place before so many tokens; `None` where fewer stand there.
    #[must_use]
    pub fn back(&self, mut token: Token, mut count: u32) -> Option<Token> {
        while count > token.offset {
            count -= token.offset;
            let block = self.previous(token.block)?;
            token = Token { block, offset: self.tokens(block) };
        }
        Some(Token { offset: token.offset - count, ..token })
    }

    /// Tokens of the document before a place.
    #[must_use]
    pub fn position(&self, token: Token) -> u32 {
        self.positions[token.block as usize] + token.offset
    }

    /// The same place, said as the end of the block before where it is the start of a block.
    fn end_before(&self, token: Token) -> Option<Token> {
        if token.offset > 0 {
            return Some(token);
        }
        self.previous(token.block).map(|block| Token { block, offset: self.tokens(block) })
    }

    /// The same place, said as the start of the next block where it is the end of a block.
    #[must_use]
    pub fn start_after(&self, token: Token) -> Option<Token> {
        if token.offset < self.tokens(token.block) {
            return Some(token);
        }
        self.next(token.block).map(|block| Token { block, offset: 0 })
    }

    fn visit(&self, token: Token) -> (u32, Token) {
        let document = self.documents[token.block as usize];
        (self.order.map_or(document, |order| order[document as usize]), token)
    }
}

/// All runs of at least `least` tokens, by their later place, the longer one first. Places are compared
/// with those of documents of one `home` only.
#[must_use]
pub fn find_runs(text: &Text<'_>, least: u32, home: impl Fn(Number) -> u32 + Sync) -> Vec<Run> {
    let links = links(text, least, home);
    let tasks: Vec<&[Link]> = links
        .chunk_by(|one, other| {
            text.documents[one.later.block as usize] == text.documents[other.later.block as usize]
        })
        .collect();
    tasks
        .into_par_iter()
        .map_init(|| Sides::new(text), |sides, links| sides.runs(links, least))
        .flatten_iter()
        .collect()
}

/// Two places of one anchor.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Link {
    later: Token,
    earlier: Token,
}

/// Each place of an anchor with the first and the previous one of its home, by document and place.
fn links(text: &Text<'_>, least: u32, home: impl Fn(Number) -> u32 + Sync) -> Vec<Link> {
    let mut entries = repeated_anchors(text, least);
    let key = |entry: &(u32, Token)| (entry.0, home(text.documents[entry.1.block as usize]));
    entries.par_sort_unstable_by(|one, other| {
        key(one).cmp(&key(other)).then_with(|| text.visit(one.1).cmp(&text.visit(other.1)))
    });
    let mut links = Vec::new();
    for bucket in entries.chunk_by(|one, other| key(one) == key(other)) {
        for (place, &(_, later)) in bucket.iter().enumerate().skip(1) {
            links.push(Link { later, earlier: bucket[0].1 });
            if place > 1 {
                links.push(Link { later, earlier: bucket[place - 1].1 });
            }
        }
    }
    drop(entries);
    links.par_sort_unstable_by_key(|link| (link.later, text.visit(link.earlier)));
    links
}

/// Anchors that may stand more than once in what stays, with their places.
fn repeated_anchors(text: &Text<'_>, least: u32) -> Vec<(u32, Token)> {
    let documents: Vec<usize> = (0..text.store.documents()).collect();
    let tokens: u64 = text.store.token_counts.iter().map(|&count| u64::from(count)).sum();
    let seen = Seen::new(tokens as usize);
    let found: Vec<Found> = documents
        .par_chunks(DOCUMENTS_PER_TASK)
        .map(|documents| {
            let mut streams = Streams::new(text, least);
            for &document in documents {
                streams.read(document, &seen);
            }
            streams.found.hashes.shrink_to_fit();
            streams.found.steps.shrink_to_fit();
            streams.found
        })
        .collect();
    documents
        .par_chunks(DOCUMENTS_PER_TASK)
        .zip(&found)
        .flat_map_iter(|(documents, found)| found.repeated(text, documents, &seen))
        .collect()
}

/// The anchors of some documents. Where they stand follows from the steps between them, so that no
/// token is read again.
#[derive(Default)]
struct Found {
    hashes: Vec<u32>,
    /// Tokens from each anchor's stream's start, or from the anchor before it, to its own first one.
    steps: Vec<u8>,
    /// Anchors of each stream.
    counts: Vec<u32>,
}

impl Found {
    fn repeated(&self, text: &Text<'_>, documents: &[usize], seen: &Seen) -> Vec<(u32, Token)> {
        let mut entries = Vec::new();
        let mut anchors = self.hashes.iter().zip(&self.steps);
        let mut counts = self.counts.iter();
        let mut add = |blocks: &[Number]| {
            let Some(&count) = counts.next() else { return };
            let (mut current, mut offset) = (0, 0);
            for (&hash, &step) in anchors.by_ref().take(count as usize) {
                offset += u32::from(step);
                while offset >= text.tokens(blocks[current]) {
                    offset -= text.tokens(blocks[current]);
                    current += 1;
                }
                if seen.again(hash) {
                    entries.push((hash, Token { block: blocks[current], offset }));
                }
            }
        };
        let mut blocks = Vec::new();
        for &document in documents {
            each_stream(text, document, &mut blocks, &mut add);
        }
        entries
    }
}

/// Calls `each` with the blocks of each part of a document of which nothing goes.
fn each_stream(
    text: &Text<'_>,
    document: usize,
    blocks: &mut Vec<Number>,
    mut each: impl FnMut(&[Number]),
) {
    blocks.clear();
    for block in text.store.document_blocks(document) {
        if !text.states[block].is_gone() {
            blocks.push(block as Number);
        } else if !blocks.is_empty() {
            each(blocks);
            blocks.clear();
        }
    }
    if !blocks.is_empty() {
        each(blocks);
    }
}

/// Reads what stays of documents as streams of tokens.
struct Streams<'a> {
    text: &'a Text<'a>,
    reader: TokenReader<'a>,
    anchors: Anchors,
    tokens: Vec<u32>,
    found: Found,
}

impl<'a> Streams<'a> {
    fn new(text: &'a Text<'a>, least: u32) -> Self {
        let reader = text.store.token_reader();
        let anchors = Anchors::of(least as usize);
        Self { text, reader, anchors, tokens: Vec::new(), found: Found::default() }
    }

    fn read(&mut self, document: usize, seen: &Seen) {
        let Self { text, reader, anchors, tokens, found } = self;
        each_stream(text, document, &mut Vec::new(), |blocks| {
            tokens.clear();
            for &block in blocks {
                tokens.extend_from_slice(reader.tokens(text.store.node(block as usize)));
            }
            let (mut last, before) = (0, found.hashes.len());
            anchors.find(tokens, |hash, place| {
                seen.add(hash);
                found.hashes.push(hash);
                // Windows overlap, so it is eight tokens at most.
                found.steps.push((place - last) as u8);
                last = place;
            });
            found.counts.push((found.hashes.len() - before) as u32);
        });
    }
}

/// The two places that are compared.
struct Sides<'a> {
    text: &'a Text<'a>,
    later: Side<'a>,
    earlier: Side<'a>,
}

/// Tokens of the block that is looked at, from the `first` on.
struct Side<'a> {
    reader: TokenReader<'a>,
    block: Option<Number>,
    first: usize,
    tokens: Vec<u32>,
}

impl Side<'_> {
    /// The tokens before a place, up to `NEAR` of them.
    fn before(&mut self, text: &Text<'_>, token: Token) -> &[u32] {
        let offset = token.offset as usize;
        self.read(text, token.block, offset.saturating_sub(NEAR)..offset)
    }

    /// The tokens from a place on, up to `NEAR` of them.
    fn after(&mut self, text: &Text<'_>, token: Token) -> &[u32] {
        let offset = token.offset as usize;
        let end = text.tokens(token.block) as usize;
        self.read(text, token.block, offset..end.min(offset + NEAR))
    }

    fn read(&mut self, text: &Text<'_>, block: Number, wanted: Range<usize>) -> &[u32] {
        let known = self.first..self.first + self.tokens.len();
        if self.block != Some(block) || wanted.start < known.start || wanted.end > known.end {
            // What stands around is asked for next.
            let end = (wanted.end + NEAR).min(text.tokens(block) as usize);
            self.first = wanted.start.saturating_sub(NEAR);
            self.block = Some(block);
            self.tokens.clear();
            let node = text.store.node(block as usize);
            self.tokens.extend_from_slice(self.reader.part(node, self.first..end));
        }
        &self.tokens[wanted.start - self.first..wanted.end - self.first]
    }
}

impl<'a> Sides<'a> {
    fn new(text: &'a Text<'a>) -> Self {
        let side = || Side {
            reader: text.store.token_reader(),
            block: None,
            first: 0,
            tokens: Vec::new(),
        };
        Self { text, later: side(), earlier: side() }
    }

    /// The runs of one document, from its links: for each shift between the two places each run once.
    fn runs(&mut self, links: &[Link], least: u32) -> Vec<Run> {
        let text = self.text;
        let mut runs: Vec<Run> = Vec::new();
        let mut covered: HashMap<(Number, u32), u32> = HashMap::new();
        for link in links {
            let later = text.position(link.later);
            let shift = later.wrapping_sub(text.position(link.earlier));
            let key = (text.documents[link.earlier.block as usize], shift);
            if covered.get(&key).is_some_and(|&end| later < end) {
                continue;
            }
            let run = self.extend(*link);
            covered.insert(key, text.position(run.later) + run.length.max(1));
            if run.length >= least {
                runs.push(run);
            }
        }
        runs.sort_unstable_by_key(|run| (run.later, std::cmp::Reverse(run.length), run.earlier));
        runs
    }

    /// The longest run through two places of one anchor.
    fn extend(&mut self, link: Link) -> Run {
        let text = self.text;
        let Link { mut later, mut earlier } = link;
        let mut length = 0;
        loop {
            let count = self.same_before(later, earlier);
            later.offset -= count;
            earlier.offset -= count;
            length += count;
            let (Some(one), Some(other)) = (text.end_before(later), text.end_before(earlier))
            else {
                break;
            };
            if self.same_before(one, other) == 0 {
                break;
            }
            (later, earlier) = (one, other);
        }
        let (mut one, mut other) = (link.later, link.earlier);
        while let (Some(next), Some(next_other)) = (text.start_after(one), text.start_after(other))
        {
            let count = self.same_after(next, next_other);
            if count == 0 {
                break;
            }
            one = Token { offset: next.offset + count, ..next };
            other = Token { offset: next_other.offset + count, ..next_other };
            length += count;
        }
        if text.documents[later.block as usize] == text.documents[earlier.block as usize] {
            // The two must not overlap: what repeats itself again and again is no run of its own.
            length = length.min(text.position(later).saturating_sub(text.position(earlier)));
        }
        Run { later, earlier, length }
    }

    /// How many tokens before the two are the same, within their blocks, up to `NEAR`.
    fn same_before(&mut self, later: Token, earlier: Token) -> u32 {
        let one = self.later.before(self.text, later);
        let other = self.earlier.before(self.text, earlier);
        one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
            as u32
    }

    /// How many tokens from the two on are the same, within their blocks, up to `NEAR`.
    fn same_after(&mut self, later: Token, earlier: Token) -> u32 {
        let one = self.later.after(self.text, later);
        let other = self.earlier.after(self.text, earlier);
        one.iter().zip(other).take_while(|(one, other)| one == other).count() as u32
    }
}
