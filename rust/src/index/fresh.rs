//! What was added and is in no run yet.

use std::fs::File;
use std::io;

use super::disk::file::{Kind, Writer};
use super::disk::filter::FilterWriter;
use super::disk::pairs::PairWriter;
use super::disk::rows::RowWriter;
use super::levels::{Change, Levels, unpacked};
use super::record::{Held, Node};
use super::sieve::{Sieve, SieveWriter};

/// The blocks and documents that one batch brought, in the order of their numbers.
#[derive(Default)]
pub struct Brought {
    /// Number of the first block that is new here.
    pub first_node: u32,
    /// Blocks that are new here.
    pub nodes: Vec<Node>,
    /// Their sieves.
    pub sieves: Vec<Sieve>,
    /// Ends of their first texts, which lie one behind the other; empty where a block can match none.
    pub ends: Vec<usize>,
    /// See above.
    pub texts: String,
    /// Number of the first document.
    pub first_document: u32,
    /// The documents.
    pub documents: Vec<Held>,
}

impl Brought {
    /// Adds a block.
    pub fn push_node(&mut self, node: Node, sieve: Sieve, text: &str) {
        self.nodes.push(node);
        self.sieves.push(sieve);
        self.texts.push_str(text);
        self.ends.push(self.texts.len());
    }

    fn text(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.texts[start..end])
    }

    fn held(&self) -> usize {
        let each = size_of::<Node>() + size_of::<Sieve>() + size_of::<usize>();
        let documents = self.documents.iter().map(|document| {
            document.blocks.len() * 48 + document.id.len() + document.fields.len() + 300
        });
        self.texts.len() + self.nodes.len() * each + documents.sum::<usize>()
    }
}

/// Blocks, documents and pairs that wait to be written.
#[derive(Default)]
pub struct Fresh {
    /// Number of the first block that is new here.
    pub first_node: u32,
    /// Number of the first document.
    pub first_document: u32,
    brought: Vec<Brought>,
    next: (u32, u32),
    /// The pairs.
    pub levels: Levels,
    held: usize,
}

impl Fresh {
    /// Nothing yet; the first new block and document will have these numbers.
    #[must_use]
    pub fn new(first_node: u32, first_document: u32) -> Self {
        let next = (first_node, first_document);
        Self { first_node, first_document, next, ..Self::default() }
    }

    /// The number that the next new block gets.
    #[must_use]
    pub fn next_node(&self) -> u32 {
        self.next.0
    }

    /// The number that the next document gets.
    #[must_use]
    pub fn next_document(&self) -> u32 {
        self.next.1
    }

    /// What brought a block, and its place there.
    fn bringer(&self, node: u32) -> Option<(&Brought, usize)> {
        let after = self.brought.partition_point(|brought| brought.first_node <= node);
        let brought = &self.brought[after.checked_sub(1)?];
        Some((brought, (node - brought.first_node) as usize))
    }

    /// A block that is new here.
    #[must_use]
    pub fn node(&self, number: u32) -> Option<Node> {
        let (brought, place) = self.bringer(number)?;
        brought.nodes.get(place).copied()
    }

    /// The sieve of a block that is new here.
    #[must_use]
    pub fn sieve(&self, number: u32) -> Option<Sieve> {
        let (brought, place) = self.bringer(number)?;
        brought.sieves.get(place).copied()
    }

    /// The first text of a block that is new here; empty where it can match none.
    #[must_use]
    pub fn text(&self, number: u32) -> Option<&str> {
        let (brought, place) = self.bringer(number)?;
        brought.text(place)
    }

    /// A document that is not in a run yet.
    #[must_use]
    pub fn document(&self, number: u32) -> Option<&Held> {
        let after = self.brought.partition_point(|brought| brought.first_document <= number);
        let brought = &self.brought[after.checked_sub(1)?];
        brought.documents.get((number - brought.first_document) as usize)
    }

    /// Adds what a batch brought, whose numbers follow those that are here.
    pub fn push(&mut self, brought: Brought, change: Change) {
        self.levels.apply(change);
        self.next.0 += brought.nodes.len() as u32;
        self.next.1 += brought.documents.len() as u32;
        self.held += brought.held();
        self.brought.push(brought);
    }

    /// Bytes in memory, about.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held + self.levels.held()
    }

    /// Writes everything as a run into an empty file, with filters of so many bits a key: its length and hash.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write(&self, file: &File, identity: [u8; 16], bits: f64) -> io::Result<(u64, u64)> {
        let mut out = Writer::new(file, identity);
        self.write_blocks(&mut out)?;
        let mut documents = RowWriter::new(Kind::Documents);
        let all = self.brought.iter().flat_map(|brought| &brought.documents);
        for (number, document) in (self.first_document..).zip(all) {
            documents.push(&mut out, number, &document.to_bytes(number))?;
        }
        end_rows(documents, &mut out, Kind::Documents)?;
        for kind in self.levels.kinds() {
            let mut pairs = PairWriter::default();
            let sorted = self.levels.sorted(kind);
            let mut filter =
                has_filter(kind).then(|| FilterWriter::new(kind, sorted.len() as u64, bits));
            for pair in sorted {
                let pair = unpacked(pair);
                pairs.push(&mut out, pair)?;
                if let Some(filter) = &mut filter {
                    filter.add(pair.0);
                }
            }
            end_pairs(pairs, &mut out, kind, filter)?;
        }
        out.finish()
    }

    fn write_blocks(&self, out: &mut Writer<'_>) -> io::Result<()> {
        let mut nodes = RowWriter::new(Kind::Nodes);
        let all = self.brought.iter().flat_map(|brought| &brought.nodes);
        for (number, node) in (self.first_node..).zip(all) {
            nodes.push(out, number, &node.to_bytes())?;
        }
        end_rows(nodes, out, Kind::Nodes)?;
        let mut sieves = SieveWriter::default();
        let all = self.brought.iter().flat_map(|brought| &brought.sieves);
        for (number, &sieve) in (self.first_node..).zip(all) {
            sieves.push(out, number, sieve)?;
        }
        end_sieves(sieves, out)?;
        let mut texts = RowWriter::new(Kind::Texts);
        for brought in &self.brought {
            for place in 0..brought.ends.len() {
                let text = brought.text(place).unwrap_or_default();
                if !text.is_empty() {
                    texts.push(out, brought.first_node + place as u32, text.as_bytes())?;
                }
            }
        }
        end_rows(texts, out, Kind::Texts)
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
