//! What the core remembers of a corpus: flat columns of documents, blocks, variants and nodes.
//!
//! A *variant* is one raw text of a block, a *node* one normal form (one fingerprint). Every block
//! points to its variant, every variant to its node, so `identical` (same variant) and `equal` (same
//! node) cost one comparison, and a text seen before is recognised by its raw hash alone. No text is
//! kept but the normal forms of short blocks; the others keep four bytes a token.

pub(crate) mod documents;
pub(crate) mod forgotten;
pub mod intern;
pub mod known;
pub mod sparse;
pub mod spellings;
pub mod spool;
pub mod spool_reader;
pub mod token_reader;

use std::fs::File;

use xxhash_rust::xxh3::xxh3_128;

use crate::blocks::layout::Layout;
use crate::memory::columns::{Texts, column};
use crate::memory::packed::unpack;
use crate::store::known::{NodeTable, RawTable};
use crate::store::spellings::Spellings;
use crate::store::spool::Spool;
use crate::store::token_reader::TokenReader;
use crate::tokens::token::TokenBuffer;

/// An index of a block, variant, node or document, or `NONE`.
pub type Number = u32;

/// No block, no node.
pub const NONE: Number = u32::MAX;

/// The time of a document that has none.
pub const UNDATED: i64 = i64::MIN;

/// Blocks whose documents are looked for together.
pub(crate) const PAGE: usize = 256;

/// Where a document came from.
#[derive(Clone, Copy)]
pub struct Place {
    /// Number of its input's name.
    pub name: Number,
    /// Its line there, from 1; 0 where it is the whole input.
    pub line: u64,
}

/// The columns.
pub struct Store {
    /// Ids of the documents.
    pub ids: Texts,
    /// Places of the documents.
    pub places: Vec<Place>,
    /// Names of the inputs.
    pub(crate) names: Texts,
    /// Code points of each document.
    pub document_characters: Vec<u64>,
    /// First block of each document, and one more at the end.
    pub document_starts: Vec<Number>,
    /// The document of every 256th block, once all are there; nothing before.
    pub(crate) page_documents: Vec<Number>,
    /// Variant of each block.
    pub variants: Vec<Number>,
    /// Node of each block, once all are there; nothing before. Blocks are gone through again and again, and
    /// by way of their variants each waits for memory: a twentieth of deciding.
    pub(crate) block_nodes: Vec<Number>,
    /// First code point of each block.
    pub starts: Vec<u32>,
    /// End of each block, exclusive.
    pub ends: Vec<u32>,
    /// Layout of each block.
    pub layouts: Vec<Layout>,
    /// Node of each variant.
    pub variant_nodes: Vec<Number>,
    /// Numbers of variants by their raw texts.
    pub(crate) raw_texts: RawTable,
    /// Fingerprint of each node.
    pub fingerprints: Vec<u128>,
    pub(crate) node_table: NodeTable,
    /// Tokens of each node, counted.
    pub token_counts: Vec<u32>,
    /// Row of each node in `tokens`, or `NONE` where its tokens are not kept.
    pub(crate) token_rows: Vec<Number>,
    /// For each node its tokens and, behind them, the first of its raw texts.
    pub(crate) tokens: Spool,
    /// The other raw texts of nodes: their variants, ascending, and their rows in `tokens`.
    pub(crate) other_texts: Vec<(Number, Number)>,
    /// The tokens of nodes that match, and their rows there; empty until `keep_tokens_of`.
    pub(crate) matching: Spool,
    pub(crate) matching_rows: Vec<Number>,
    /// Row of each node in `normals`, or `NONE` where it is not judged by characters.
    pub(crate) normal_rows: Vec<Number>,
    pub(crate) normals: Texts,
    /// What the spelling of texts tells, see `judging`.
    pub(crate) spellings: Spellings,
    /// The group of each document; none where the policy has no groups.
    pub groups: Vec<Number>,
    /// The time of each document, `UNDATED` without one; none where the policy has no window.
    pub times: Vec<i64>,
    /// What the corpus is held against: where the documents of each end, and its name.
    pub(crate) references: Vec<(Number, String)>,
}

/// The raw hash under which a block's text is looked up.
#[must_use]
pub fn raw_hash(text: &str) -> u128 {
    xxh3_128(text.as_bytes())
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}

impl Store {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        let mut document_starts = column();
        document_starts.push(0);
        Self {
            ids: Texts::default(),
            places: column(),
            names: Texts::default(),
            document_characters: column(),
            document_starts,
            page_documents: Vec::new(),
            variants: column(),
            block_nodes: Vec::new(),
            starts: column(),
            ends: column(),
            layouts: column(),
            variant_nodes: column(),
            raw_texts: RawTable::default(),
            fingerprints: column(),
            node_table: NodeTable::default(),
            token_counts: column(),
            token_rows: column(),
            tokens: Spool::default(),
            other_texts: Vec::new(),
            matching: Spool::default(),
            matching_rows: Vec::new(),
            normal_rows: column(),
            normals: Texts::default(),
            spellings: Spellings::default(),
            groups: Vec::new(),
            times: Vec::new(),
            references: Vec::new(),
        }
    }

    /// An empty store for a handful of documents, which reserves no room.
    #[must_use]
    pub fn small() -> Self {
        Self {
            ids: Texts::none(),
            places: Vec::new(),
            names: Texts::none(),
            document_characters: Vec::new(),
            document_starts: vec![0],
            page_documents: Vec::new(),
            variants: Vec::new(),
            block_nodes: Vec::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            layouts: Vec::new(),
            variant_nodes: Vec::new(),
            raw_texts: RawTable::default(),
            fingerprints: Vec::new(),
            node_table: NodeTable::default(),
            token_counts: Vec::new(),
            token_rows: Vec::new(),
            tokens: Spool::small(),
            other_texts: Vec::new(),
            matching: Spool::small(),
            matching_rows: Vec::new(),
            normal_rows: Vec::new(),
            normals: Texts::none(),
            spellings: Spellings::default(),
            groups: Vec::new(),
            times: Vec::new(),
            references: Vec::new(),
        }
    }

    /// Says what share of the corpus will have been read when the next documents are added.
    pub const fn expect(&mut self, share: f64) {
        self.raw_texts.share = share;
        self.node_table.share = share;
    }

    /// How many documents were added.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.document_characters.len()
    }

    /// How many blocks they have.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.variants.len()
    }

    /// How many distinct normal forms they have.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.token_counts.len()
    }

    /// The blocks of a document.
    #[must_use]
    pub fn document_blocks(&self, document: usize) -> std::ops::Range<usize> {
        self.document_starts[document] as usize..self.document_starts[document + 1] as usize
    }

    /// The document of a block.
    #[must_use]
    pub fn document_of(&self, block: Number) -> usize {
        // Asked for each member of a cluster: a search through all starts waits for memory at every step.
        let page = block as usize / PAGE;
        let first = self.page_documents.get(page).map_or(0, |&document| document as usize);
        let last = self
            .page_documents
            .get(page + 1)
            .map_or(self.documents(), |&document| document as usize + 1);
        // Documents without blocks begin where the next one does.
        let starts = &self.document_starts[first..=last];
        first + starts.partition_point(|&start| start <= block) - 1
    }

    /// The document of each block: `uint32`, ascending.
    #[must_use]
    pub fn block_documents(&self) -> Vec<Number> {
        let mut documents = Vec::with_capacity(self.blocks());
        for document in 0..self.documents() {
            let count = self.document_blocks(document).len();
            documents.extend(std::iter::repeat_n(document as Number, count));
        }
        documents
    }

    /// The rank of each block where its document has one.
    #[must_use]
    pub fn ranks_of_blocks(&self, ranks: &[u32]) -> Vec<u32> {
        self.block_documents().into_iter().map(|document| ranks[document as usize]).collect()
    }

    /// The node of a block.
    #[must_use]
    pub fn node(&self, block: usize) -> Number {
        match self.block_nodes.get(block) {
            Some(&node) => node,
            None => self.variant_nodes[self.variants[block] as usize],
        }
    }

    /// Tokens of a block's normal form.
    #[must_use]
    pub fn block_tokens(&self, block: usize) -> u32 {
        self.token_counts[self.node(block) as usize]
    }

    /// Tokens of a node's normal form.
    #[must_use]
    pub fn token_count(&self, node: Number) -> u32 {
        self.token_counts[node as usize]
    }

    /// Where consecutive blocks stand in their document, in code points.
    #[must_use]
    pub fn blocks_span(&self, first: Number, last: Number) -> (u32, u32) {
        (self.starts[first as usize], self.ends[last as usize])
    }

    /// Code points of a block.
    #[must_use]
    pub fn block_characters(&self, block: usize) -> u32 {
        self.ends[block] - self.starts[block]
    }

    /// The token stream of a node that is in memory, as those of nodes that match are after
    /// `keep_tokens_of`; empty where it was not kept, see `Settings::keeps_tokens`.
    #[must_use]
    pub fn node_tokens(&self, node: Number) -> &[u32] {
        let (rows, spool) = if self.matching_rows.is_empty() {
            (&self.token_rows, &self.tokens)
        } else {
            (&self.matching_rows, &self.matching)
        };
        match rows[node as usize] {
            NONE => &[],
            row => &spool.held(row as usize)[..self.token_count(node) as usize],
        }
    }

    /// Reads the token streams of nodes wherever they are.
    #[must_use]
    pub fn token_reader(&self) -> TokenReader<'_> {
        TokenReader::new(self)
    }

    /// Lets tokens go to an empty file.
    pub fn spool_to(&mut self, file: File) {
        self.tokens.write_to(file);
    }

    /// Whether all that was read of that file was there.
    ///
    /// # Errors
    /// The first error of a read.
    pub fn check_spool(&self) -> Result<(), &std::io::Error> {
        self.tokens.check()
    }

    /// The tokens of a node that may be judged by its characters, read from its normal form: those of
    /// some such nodes are kept, but maybe in a file.
    pub fn short_tokens<'a>(&self, node: Number, buffer: &'a mut TokenBuffer) -> &'a [u32] {
        // A normal form's tokens are the tokens it was made of.
        buffer.read(self.node_normal(node), false);
        buffer.hashes()
    }

    /// The normal form of a node that may be judged by its characters, else the empty string.
    #[must_use]
    pub fn node_normal(&self, node: Number) -> &str {
        match self.normal_rows[node as usize] {
            NONE => "",
            row => self.normals.get(row as usize),
        }
    }

    /// Whether a variant is the first raw text of its node.
    #[must_use]
    pub fn is_first_text(&self, variant: Number) -> bool {
        self.other_texts.binary_search_by_key(&variant, |&(variant, _)| variant).is_err()
    }

    /// The raw text of a variant, where texts are kept; else nothing.
    #[must_use]
    pub fn variant_text(&self, variant: Number) -> String {
        let other = self.other_texts.binary_search_by_key(&variant, |&(variant, _)| variant);
        let node = self.variant_nodes[variant as usize];
        let (row, tokens) = if let Ok(found) = other {
            (self.other_texts[found].1, 0)
        } else {
            let row = self.token_rows.get(node as usize).copied().unwrap_or(NONE);
            (row, self.token_count(node) as usize)
        };
        if row == NONE {
            return String::new();
        }
        unpack(&self.tokens.reader().row(row as usize)[tokens..])
    }
}
