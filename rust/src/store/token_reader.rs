//! The tokens of nodes, and the raw texts behind them, wherever they lie: in memory or in the spool's file.

use crate::memory::packed::unpack;
use crate::store::spool_reader::SpoolReader;
use crate::store::{NONE, Number, Store};

/// Reads the token streams of nodes one after the other.
pub struct TokenReader<'a> {
    store: &'a Store,
    reader: SpoolReader<'a>,
}

impl<'a> TokenReader<'a> {
    /// A reader of a store's tokens.
    #[must_use]
    pub fn new(store: &'a Store) -> Self {
        Self { store, reader: store.tokens.reader() }
    }

    /// Some of the tokens of a node whose tokens were kept.
    pub fn part(&mut self, node: Number, part: std::ops::Range<usize>) -> &[u32] {
        self.reader.part(self.store.token_rows[node as usize] as usize, part)
    }

    /// The token stream of a node; empty where it was not kept.
    pub fn tokens(&mut self, node: Number) -> &[u32] {
        match self.store.token_rows[node as usize] {
            NONE => &[],
            row => &self.reader.row(row as usize)[..self.store.token_count(node) as usize],
        }
    }

    /// These and the first of the node's raw texts; empty where they were not kept.
    pub fn tokens_and_text(&mut self, node: Number) -> (&[u32], String) {
        let count = self.store.token_count(node) as usize;
        match self.store.token_rows.get(node as usize) {
            None | Some(&NONE) => (&[], String::new()),
            Some(&row) => {
                let (tokens, text) = self.reader.row(row as usize).split_at(count);
                (tokens, unpack(text))
            }
        }
    }
}
