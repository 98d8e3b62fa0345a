//! What was added and is in no run yet.

use std::fs::File;
use std::io;

use hashbrown::HashMap;

use super::chains::Chains;
use super::file::{Kind, Writer};
use super::filter::FilterWriter;
use super::pairs::PairWriter;
use super::record::{Held, Node, id_hash};
use super::rows::RowWriter;
use super::sieve::{Sieve, SieveWriter};

/// Blocks, documents and pairs that wait to be written.
#[derive(Default)]
pub struct Fresh {
    /// Number of the first block that is new here.
    pub first_node: u32,
    /// Blocks that are new here, in the order of their numbers.
    pub nodes: Vec<Node>,
    sieves: Vec<Sieve>,
    /// Ends of their texts, which lie one behind the other.
    ends: Vec<usize>,
    texts: String,
    /// Number of the first document.
    pub first_document: u32,
    /// The documents, in the order of their numbers.
    pub documents: Vec<Held>,
    fingerprints: HashMap<u128, u32>,
    /// The pairs.
    pub chains: Chains,
    held: usize,
}

impl Fresh {
    /// Nothing yet; the first new block and document will have these numbers.
    #[must_use]
    pub fn new(first_node: u32, first_document: u32) -> Self {
        Self { first_node, first_document, ..Self::default() }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The number that the next new block gets.
    #[must_use]
    pub fn next_node(&self) -> u32 {
        self.first_node + self.nodes.len() as u32
    }

    /// The number that the next document gets.
    #[must_use]
    pub fn next_document(&self) -> u32 {
        self.first_document + self.documents.len() as u32
    }

    /// The block of a fingerprint.
    #[must_use]
    pub fn find(&self, fingerprint: u128) -> Option<u32> {
        self.fingerprints.get(&fingerprint).copied()
    }

    /// What is known of a block that is new here.
    #[must_use]
    pub fn node(&self, number: u32) -> Option<Node> {
        self.nodes.get(number.checked_sub(self.first_node)? as usize).copied()
    }

    /// The sieve of a block that is new here.
    #[must_use]
    pub fn sieve(&self, number: u32) -> Option<Sieve> {
        self.sieves.get(number.checked_sub(self.first_node)? as usize).copied()
    }

    /// The first text of a block that is new here; empty where it can match none.
    #[must_use]
    pub fn text(&self, number: u32) -> Option<&str> {
        let place = number.checked_sub(self.first_node)? as usize;
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.texts[start..end])
    }

    /// A document that is not in a run yet.
    #[must_use]
    pub fn document(&self, number: u32) -> Option<&Held> {
        self.documents.get(number.checked_sub(self.first_document)? as usize)
    }

    /// Adds a block.
    pub fn push_node(&mut self, node: Node, sieve: Sieve, text: &str) {
        let number = self.next_node();
        self.fingerprints.insert(node.fingerprint, number);
        self.chains.push(Kind::Fingerprints, quarter(node.fingerprint), number);
        self.nodes.push(node);
        self.sieves.push(sieve);
        self.texts.push_str(text);
        self.ends.push(self.texts.len());
    }

    /// Adds a document and its places.
    pub fn push_document(&mut self, document: Held) {
        let number = self.next_document();
        let mut nodes: Vec<u32> = document.blocks.iter().map(|block| block.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            self.chains.push(Kind::Postings, node, number);
        }
        self.chains.push(Kind::Ids, id_hash(&document.id), number);
        self.held += document.blocks.len() * 48 + document.id.len() + document.fields.len() + 300;
        self.documents.push(document);
    }

    /// Bytes in memory, about.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held
            + self.texts.capacity()
            + self.nodes.capacity() * (size_of::<Node>() + size_of::<Sieve>())
            + self.fingerprints.allocation_size()
            + self.chains.held()
    }

    /// Writes everything as a run into an empty file: its length and hash.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write(&self, file: &File, identity: [u8; 16]) -> io::Result<(u64, u64)> {
        let mut out = Writer::new(file, identity);
        let mut nodes = RowWriter::new(Kind::Nodes);
        for (number, node) in (self.first_node..).zip(&self.nodes) {
            nodes.push(&mut out, number, &node.to_bytes())?;
        }
        end_rows(nodes, &mut out, Kind::Nodes)?;
        let mut sieves = SieveWriter::default();
        for (number, &sieve) in (self.first_node..).zip(&self.sieves) {
            sieves.push(&mut out, number, sieve)?;
        }
        end_sieves(sieves, &mut out)?;
        let mut texts = RowWriter::new(Kind::Texts);
        for number in self.first_node..self.next_node() {
            let text = self.text(number).unwrap_or_default();
            if !text.is_empty() {
                texts.push(&mut out, number, text.as_bytes())?;
            }
        }
        end_rows(texts, &mut out, Kind::Texts)?;
        let mut documents = RowWriter::new(Kind::Documents);
        for (number, document) in (self.first_document..).zip(&self.documents) {
            documents.push(&mut out, number, &document.to_bytes(number))?;
        }
        end_rows(documents, &mut out, Kind::Documents)?;
        for same in self.chains.sorted().chunk_by(|one, other| one.0 >> 32 == other.0 >> 32) {
            let Some(kind) = Kind::of(same[0].0 >> 32) else { continue };
            let mut pairs = PairWriter::default();
            let mut filter = has_filter(kind).then(|| FilterWriter::new(same.len() as u64));
            for &(key, value) in same {
                pairs.push(&mut out, (key as u32, value))?;
                if let Some(filter) = &mut filter {
                    filter.add(key as u32);
                }
            }
            end_pairs(pairs, &mut out, kind, filter)?;
        }
        out.finish()
    }
}

/// The part of a fingerprint by which it is looked up.
#[must_use]
pub fn quarter(fingerprint: u128) -> u32 {
    (fingerprint >> 96) as u32
}

/// Whether keys of a kind are asked for that are mostly not there.
#[must_use]
pub fn has_filter(kind: Kind) -> bool {
    !matches!(kind, Kind::Postings)
}

/// Ends a part of rows.
///
/// # Errors
/// Those of writing.
pub fn end_rows(rows: RowWriter, out: &mut Writer<'_>, kind: Kind) -> io::Result<()> {
    let (fences, count) = rows.end(out)?;
    out.end_part(kind, count, &fences, &[])
}

/// Ends the part of sieves.
///
/// # Errors
/// Those of writing.
pub fn end_sieves(sieves: SieveWriter, out: &mut Writer<'_>) -> io::Result<()> {
    let (fences, count) = sieves.end(out)?;
    out.end_part(Kind::Sieves, count, &fences, &[])
}

/// Ends a part of pairs.
///
/// # Errors
/// Those of writing.
pub fn end_pairs(
    pairs: PairWriter,
    out: &mut Writer<'_>,
    kind: Kind,
    filter: Option<FilterWriter>,
) -> io::Result<()> {
    let (fences, count) = pairs.end(out)?;
    let filter = filter.map(FilterWriter::end).unwrap_or_default();
    out.end_part(kind, count, &fences, &filter)
}
