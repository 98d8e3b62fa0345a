//! How blocks come into the store: a raw text is a variant once, a normal form a node once.

use crate::blocks::layout::Layout;
use crate::store::known::RawTable;
use crate::store::{NONE, Number, Store};

/// What tokenising a block gave.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// 128-bit hash of the normal form.
    pub fingerprint: u128,
    /// Number of its tokens.
    pub count: u32,
    /// Token hashes; empty where `Settings::keeps_tokens` says no.
    pub tokens: &'a [u32],
    /// The raw text, packed; empty where none are kept, see `Settings::keeps_text`.
    pub text: &'a [u32],
    /// The normal form; empty where `Settings::keeps_normal` says no.
    pub normal: &'a str,
}

impl Store {
    /// The variant with this raw text, which is made if there is none.
    pub fn variant(&mut self, raw_hash: u128, content: &Content<'_>) -> Number {
        let mut raw_texts = std::mem::take(&mut self.raw_texts);
        raw_texts.reserve(1);
        let variant = self.variant_of(&raw_texts, raw_hash, content);
        self.raw_texts = raw_texts;
        variant
    }

    /// The same by a table that was taken out of the store, where others may look meanwhile, and which has
    /// room for one more.
    pub fn variant_of(
        &mut self,
        raw_texts: &RawTable,
        raw_hash: u128,
        content: &Content<'_>,
    ) -> Number {
        let variant = self.variant_nodes.len() as Number;
        if let Some(known) = raw_texts.enter(raw_hash, variant) {
            return known;
        }
        let known = self.nodes();
        let node = self.intern(content);
        if (node as usize) < known && !content.text.is_empty() {
            self.tokens.push(content.text);
            self.other_texts.push((variant, (self.tokens.len() - 1) as Number));
        }
        self.variant_nodes.push(node);
        variant
    }

    /// Appends a block: its variant, its first code point and its end in the document, its layout.
    pub fn push_block(&mut self, variant: Number, start: u32, end: u32, layout: Layout) {
        self.variants.push(variant);
        self.starts.push(start);
        self.ends.push(end);
        self.layouts.push(layout);
    }

    fn intern(&mut self, content: &Content<'_>) -> Number {
        if let Some(known) = self.node_table.enter(&self.fingerprints, content.fingerprint) {
            return known;
        }
        let node = self.fingerprints.len() as Number;
        self.fingerprints.push(content.fingerprint);
        self.token_counts.push(content.count);
        self.token_rows.push(if content.tokens.is_empty() {
            NONE
        } else {
            self.tokens.push_parts([content.tokens, content.text]);
            (self.tokens.len() - 1) as Number
        });
        self.normal_rows.push(if content.normal.is_empty() {
            NONE
        } else {
            self.normals.push(content.normal);
            (self.normals.len() - 1) as Number
        });
        node
    }
}
