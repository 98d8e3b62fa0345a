//! Where runs may be: places of the text that share an anchor.

use rayon::prelude::*;

use crate::candidates::anchors::Anchors;
use crate::candidates::repeated::Repeated;
use crate::passages::text::{Text, Token};
use crate::store::Number;
use crate::store::token_reader::TokenReader;

/// Documents whose anchors are found by one task.
const DOCUMENTS_PER_TASK: usize = 64;

/// Two places of one anchor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The later one.
    pub later: Token,
    /// The earlier one.
    pub earlier: Token,
}

/// Each place of an anchor with the first and the previous one of its home, by document and place, with the
/// previous one alone where the two overlap; those
/// of what the corpus is held against have no links to earlier ones.
#[must_use]
pub fn links(text: &Text<'_>, least: u32, home: impl Fn(Number) -> u32 + Sync) -> Vec<Link> {
    let mut entries = repeated_anchors(text, least);
    let key = |entry: &(u32, Token)| (entry.0, home(text.documents[entry.1.block as usize]));
    entries.par_sort_unstable_by(|one, other| {
        key(one).cmp(&key(other)).then_with(|| text.visit(one.1).cmp(&text.visit(other.1)))
    });
    let gram = Anchors::of(least as usize).gram() as u32;
    // In text that repeats itself at once, as a word that stands a hundred thousand times, each place would
    // begin a run with the first one, at a shift of its own. The one before says all that is to be said.
    let overlaps = |one: Token, other: Token| {
        text.documents[one.block as usize] == text.documents[other.block as usize]
            && text.position(other) - text.position(one) < gram
    };
    let mut links = Vec::new();
    let references = text.store.reference_blocks();
    for bucket in entries.chunk_by(|one, other| key(one) == key(other)) {
        for (place, &(_, later)) in bucket.iter().enumerate().skip(1) {
            if (later.block as usize) < references {
                continue;
            }
            let previous = bucket[place - 1].1;
            if place == 1 || !overlaps(previous, later) {
                links.push(Link { later, earlier: bucket[0].1 });
            }
            if place > 1 {
                links.push(Link { later, earlier: previous });
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
    let found: Vec<Found> = documents
        .par_chunks(DOCUMENTS_PER_TASK)
        .map(|documents| {
            let mut streams = Streams::new(text, least);
            for &document in documents {
                streams.read(document);
            }
            streams.found.hashes.shrink_to_fit();
            streams.found.steps.shrink_to_fit();
            streams.found
        })
        .collect();
    let hashes: Vec<&[u32]> = found.iter().map(|found| found.hashes.as_slice()).collect();
    let repeated = Repeated::among(&hashes, rayon::current_num_threads());
    documents
        .par_chunks(DOCUMENTS_PER_TASK)
        .zip(&found)
        .flat_map_iter(|(documents, found)| found.repeated(text, documents, &repeated))
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
    fn repeated(
        &self,
        text: &Text<'_>,
        documents: &[usize],
        again: &Repeated,
    ) -> Vec<(u32, Token)> {
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
                if again.has(hash) {
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

    fn read(&mut self, document: usize) {
        let Self { text, reader, anchors, tokens, found } = self;
        each_stream(text, document, &mut Vec::new(), |blocks| {
            tokens.clear();
            for &block in blocks {
                tokens.extend_from_slice(reader.tokens(text.store.node(block as usize)));
            }
            let (mut last, before) = (0, found.hashes.len());
            anchors.find(tokens, |hash, place| {
                found.hashes.push(hash);
                // Windows overlap, so it is eight tokens at most.
                found.steps.push((place - last) as u8);
                last = place;
            });
            found.counts.push((found.hashes.len() - before) as u32);
        });
    }
}
