//! What of the columns is forgotten once nothing asks for it, and how many bytes the others fill.

use rayon::prelude::*;

use crate::memory::at_most;
use crate::memory::columns::{Texts, filled};
use crate::store::known::{NodeTable, RawTable};
use crate::store::spool::Spool;
use crate::store::{NONE, Number, PAGE, Store};

impl Store {
    /// Bytes that the columns fill now, by what they grow with; `file` is no memory.
    #[must_use]
    pub fn state(&self) -> Vec<(&'static str, u64)> {
        let documents = filled(&self.places)
            + filled(&self.document_characters)
            + filled(&self.document_starts)
            + self.ids.bytes()
            + self.names.bytes();
        let blocks = filled(&self.variants)
            + filled(&self.starts)
            + filled(&self.ends)
            + filled(&self.layouts)
            + filled(&self.block_nodes);
        let [tokens, file, token_ends] = self.tokens.bytes();
        let nodes = filled(&self.fingerprints)
            + filled(&self.token_counts)
            + filled(&self.token_rows)
            + token_ends
            + filled(&self.normal_rows);
        let tables = self.raw_texts.bytes() + self.node_table.bytes();
        vec![
            ("documents", documents),
            ("blocks", blocks),
            ("raw_texts", filled(&self.variant_nodes)),
            ("distinct_blocks", nodes),
            ("tables", tables),
            ("normal_forms", self.normals.bytes()),
            ("tokens", tokens + filled(&self.matching_rows) + self.matching.bytes()[0]),
            ("file", file),
        ]
    }

    /// Forgets what only adding documents needs: about 40 bytes a distinct block. No more are added.
    pub fn close(&mut self) {
        // Under a tight limit more columns would cost more than they save.
        let bytes = self.blocks() * size_of::<Number>();
        if at_most(bytes, 16) == bytes {
            self.block_nodes =
                (0..self.blocks()).into_par_iter().map(|block| self.node(block)).collect();
        }
        let pages = (0..self.blocks() as Number).step_by(PAGE);
        self.page_documents = pages.map(|block| self.document_of(block) as Number).collect();
        self.raw_texts = RawTable::default();
        self.node_table = NodeTable::default();
        // Three quarters of what the columns take: nothing to speak of where blocks are long.
        let columns =
            self.state().into_iter().filter(|&(name, _)| name != "file" && name != "tokens");
        let bytes = columns.map(|(_, bytes)| bytes as usize).sum::<usize>();
        self.tokens.take_back(at_most(bytes / 4 * 3, 16));
    }

    /// Forgets the normal forms: after short blocks were judged nothing asks for them.
    pub fn forget_normals(&mut self) {
        self.normals = Texts::none();
        self.normal_rows = Vec::new();
    }

    /// Forgets those of all nodes but some.
    pub fn keep_normals_of(&mut self, nodes: &[Number]) {
        let (mut kept, mut rows) = (Texts::default(), vec![NONE; self.nodes()]);
        for &node in nodes {
            kept.push(self.node_normal(node));
            rows[node as usize] = (kept.len() - 1) as Number;
        }
        (self.normals, self.normal_rows) = (kept, rows);
    }

    /// Forgets what tells texts apart: after the decisions nothing asks for it.
    pub fn forget_content(&mut self) {
        self.fingerprints = Vec::new();
        self.token_rows = Vec::new();
        self.tokens.replace_by(Spool::default());
        self.other_texts = Vec::new();
        self.spellings.clear();
        self.matching = Spool::default();
        self.matching_rows = Vec::new();
    }

    /// Takes the tokens of some nodes into memory, and forgets all `others` unless they are needed.
    pub fn keep_tokens_of(&mut self, wanted: impl Fn(Number) -> bool, others: bool) {
        let (mut kept, mut rows) = (Spool::default(), vec![NONE; self.nodes()]);
        let mut reader = self.token_reader();
        for (node, row) in rows.iter_mut().enumerate() {
            if self.token_rows[node] != NONE && wanted(node as Number) {
                kept.push(reader.tokens(node as Number));
                *row = (kept.len() - 1) as Number;
            }
        }
        drop(reader);
        (self.matching, self.matching_rows) = (kept, rows);
        if !others {
            self.token_rows = Vec::new();
            self.tokens.replace_by(Spool::default());
        }
    }
}
