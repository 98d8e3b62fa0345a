//! What stays of a corpus, as text: blocks without their breaks, and places in it.

use crate::passages::fates::State;
use crate::store::{Number, Store};

/// A token of a block: the block, and how many tokens of it stand before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Token {
    /// The block.
    pub block: Number,
    /// Tokens of the block before it.
    pub offset: u32,
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
    pub(crate) fn tokens(&self, block: Number) -> u32 {
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

    /// Whether a block of fewer tokens that goes stands beside another one.
    #[must_use]
    pub fn is_beside_short(&self, block: Number, least: u32) -> bool {
        let document = self.documents[block as usize] as usize;
        let blocks = self.store.document_blocks(document);
        let is_short = |beside: usize| {
            blocks.contains(&beside)
                && self.states[beside].is_gone()
                && self.store.block_tokens(beside) < least
        };
        is_short(block as usize + 1) || (block as usize).checked_sub(1).is_some_and(is_short)
    }

    /// Tokens of the document before a place.
    #[must_use]
    pub fn position(&self, token: Token) -> u32 {
        self.positions[token.block as usize] + token.offset
    }

    /// The same place, said as the end of the block before where it is the start of a block.
    pub(crate) fn end_before(&self, token: Token) -> Option<Token> {
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

    pub(crate) fn visit(&self, token: Token) -> (u32, Token) {
        let document = self.documents[token.block as usize];
        (self.order.map_or(document, |order| order[document as usize]), token)
    }
}
