//! Exact scores of documents: the shingle sets of their tokens, block after block, compared.

use hashbrown::HashMap;
use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use crate::candidates::shingle::fill_shingle_set;
use crate::judging::verify::{containment, count_shared, resemblance};
use crate::memory::at_most;
use crate::settings::Settings;
use crate::store::{Number, Store};

/// Bytes of the shingle sets that are made at one time, where memory has no limit.
const SETS_AT_ONCE: usize = 32 << 20;

/// Nodes whose tokens one task reads.
const NODES_PER_TASK: usize = 1 << 12;

/// How many shingles two documents have, and share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scores {
    /// Shingles of both.
    pub shared: u32,
    /// Distinct shingles of the first one.
    pub left: u32,
    /// Distinct shingles of the second one.
    pub right: u32,
}

impl Scores {
    /// Shared shingles over all shingles of the two.
    #[must_use]
    pub fn resemblance(&self) -> f64 {
        resemblance(self.shared, self.left, self.right)
    }

    /// Shared shingles over those of the smaller set.
    #[must_use]
    pub fn containment(&self) -> f64 {
        containment(self.shared, self.left, self.right)
    }
}

/// Makes the shingle sets of documents.
#[derive(Clone, Copy)]
pub struct Portraits<'a> {
    /// The columns.
    pub store: &'a Store,
    /// The policy.
    pub settings: &'a Settings,
}

impl Portraits<'_> {
    /// The scores of pairs of documents, of those of their blocks that `counts`. Neighbours in the list
    /// should have documents in common.
    #[must_use]
    pub fn compare(
        &self,
        pairs: &[(Number, Number)],
        counts: &(dyn Fn(Number, usize) -> bool + Sync),
    ) -> Vec<Scores> {
        let mut scores = Vec::with_capacity(pairs.len());
        let mut rest = pairs;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(self.piece_length(rest));
            rest = after;
            let mut documents: Vec<Number> =
                piece.iter().flat_map(|&(one, other)| [one, other]).collect();
            documents.sort_unstable();
            documents.dedup();
            let sequences = Sequences::new(self, &documents, counts);
            let tokens = self.tokens_of(&sequences.different, counts);
            let sets: Vec<Vec<u64>> = sequences
                .different
                .par_iter()
                .map_init(Vec::new, |stream, &document| {
                    stream.clear();
                    for block in self.blocks(document, counts) {
                        stream.extend_from_slice(tokens.of(self.store, self.store.node(block)));
                    }
                    let mut set = Vec::new();
                    fill_shingle_set(stream, self.settings.shingle_size, &mut set);
                    set
                })
                .collect();
            let place_of = |document: Number| {
                sequences.of[documents.partition_point(|&other| other < document)]
            };
            scores.par_extend(piece.par_iter().map(|&(one, other)| {
                let (one, other) = (place_of(one), place_of(other));
                let (left, right) = (&sets[one], &sets[other]);
                let shared =
                    if one == other { left.len() as u32 } else { count_shared(left, right) };
                Scores { shared, left: left.len() as u32, right: right.len() as u32 }
            }));
        }
        scores
    }

    /// How many of the first pairs are taken together.
    fn piece_length(&self, pairs: &[(Number, Number)]) -> usize {
        let at_once = (at_most(SETS_AT_ONCE, 64) / size_of::<u64>()) as u64;
        let size = |document: Number| -> u64 {
            let blocks = self.store.document_blocks(document as usize);
            blocks.map(|block| u64::from(self.store.block_tokens(block))).sum()
        };
        let (mut tokens, mut last) = (0, None);
        pairs
            .iter()
            .position(|&(one, other)| {
                let own = if last.replace(other) == Some(other) { 0 } else { size(other) };
                // Who comes first was most often second before.
                tokens += own + size(one) / 2;
                tokens > at_once
            })
            .map_or(pairs.len(), |place| place.max(1))
    }

    fn blocks(
        &self,
        document: Number,
        counts: &(dyn Fn(Number, usize) -> bool + Sync),
    ) -> impl Iterator<Item = usize> {
        self.store.document_blocks(document as usize).filter(move |&block| counts(document, block))
    }

    /// The tokens of the blocks of some documents that are not in memory, read in their order and once
    /// however many versions hold them.
    fn tokens_of(
        &self,
        documents: &[Number],
        counts: &(dyn Fn(Number, usize) -> bool + Sync),
    ) -> Tokens {
        let mut nodes: Vec<Number> = documents
            .iter()
            .flat_map(|&document| self.blocks(document, counts))
            .map(|block| self.store.node(block))
            .filter(|&node| self.store.node_tokens(node).is_empty())
            .collect();
        nodes.par_sort_unstable();
        nodes.dedup();
        let parts: Vec<Vec<u32>> = nodes
            .par_chunks(NODES_PER_TASK)
            .map(|nodes| {
                let (mut reader, mut tokens) = (self.store.token_reader(), Vec::new());
                for &node in nodes {
                    tokens.extend_from_slice(reader.tokens(node));
                }
                tokens
            })
            .collect();
        let mut end = 0;
        let ends = nodes.iter().map(|&node| {
            end += self.store.token_count(node) as usize;
            end
        });
        Tokens { ends: ends.collect(), nodes, all: parts.concat() }
    }
}

/// Which of some documents are block for block the same, of the blocks that count: of a million copies the
/// shingles are read once.
struct Sequences {
    /// The first document of each sequence of blocks, ascending.
    different: Vec<Number>,
    /// For each document its sequence's place there.
    of: Vec<usize>,
}

impl Sequences {
    fn new(
        portraits: &Portraits<'_>,
        documents: &[Number],
        counts: &(dyn Fn(Number, usize) -> bool + Sync),
    ) -> Self {
        let hashes: Vec<u128> = documents
            .par_iter()
            .map(|&document| {
                let mut hasher = Xxh3::new();
                for block in portraits.blocks(document, counts) {
                    hasher.update(&portraits.store.node(block).to_le_bytes());
                }
                hasher.digest128()
            })
            .collect();
        let (mut different, mut places) = (Vec::new(), HashMap::new());
        let of = documents.iter().zip(hashes).map(|(&document, hash)| {
            *places.entry(hash).or_insert_with(|| {
                different.push(document);
                different.len() - 1
            })
        });
        Self { of: of.collect(), different }
    }
}

/// The tokens of some nodes, end to end.
struct Tokens {
    /// Ascending.
    nodes: Vec<Number>,
    ends: Vec<usize>,
    all: Vec<u32>,
}

impl Tokens {
    /// The tokens of a node, which is one of these or in memory.
    fn of<'a>(&'a self, store: &'a Store, node: Number) -> &'a [u32] {
        match self.nodes.binary_search(&node) {
            Err(_) => store.node_tokens(node),
            Ok(place) => {
                let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
                &self.all[start..self.ends[place]]
            }
        }
    }
}
