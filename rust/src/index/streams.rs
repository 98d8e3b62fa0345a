//! Documents as streams of tokens, whatever their breaks, broken where something goes; and their anchors.
//!
//! What a batch scan compares are places of one anchor: each with the first and the previous one. So of an
//! anchor it is enough to know the first and the last document that is held (`gather.rs`): the batch
//! scan's code finds the same links between these as it would between all.

use std::io;

use hashbrown::HashSet;

use super::batch::Batch;
use super::disk::file::Kind;
use super::each::each;
use super::state::State;
use crate::candidates::anchors::Anchors;
use crate::settings::Settings;

/// Anchors that are looked up by one task.
const PART: usize = 2048;

/// Finds the anchors of documents.
pub struct Streams {
    anchors: Anchors,
    /// What anchors are mixed with.
    pub salt: u32,
    tokens: Vec<u32>,
    /// First token of each block of the stream, and the block.
    starts: Vec<(usize, u32)>,
}

impl Streams {
    /// For a policy.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let anchors = Anchors::of(settings.min_run as usize);
        Self { anchors, salt: 0, tokens: Vec::new(), starts: Vec::new() }
    }

    /// The same, of documents that have anchors of their own (`Standing::salt`).
    #[must_use]
    pub fn salted(settings: &Settings, salt: u32) -> Self {
        Self { salt, ..Self::new(settings) }
    }

    /// Calls `each` with every anchor of a document and the first and the last block that its tokens stand
    /// in. The tokens of its blocks come in their order; `None` is a block that goes.
    pub fn find<'a>(
        &mut self,
        blocks: impl IntoIterator<Item = Option<&'a [u32]>>,
        mut each: impl FnMut(u32, (u32, u32)),
    ) {
        self.clear();
        for (block, tokens) in (0..).zip(blocks) {
            if let Some(tokens) = tokens {
                self.starts.push((self.tokens.len(), block));
                self.tokens.extend_from_slice(tokens);
            } else {
                self.end(&mut each);
            }
        }
        self.end(&mut each);
    }

    fn clear(&mut self) {
        self.tokens.clear();
        self.starts.clear();
    }

    fn end(&mut self, each: &mut impl FnMut(u32, (u32, u32))) {
        let (starts, gram, salt) = (&self.starts, self.anchors.gram(), self.salt);
        let block_at = |token: usize| {
            let after = starts.partition_point(|&(start, _)| start <= token);
            starts[after - 1].1
        };
        self.anchors.find(&self.tokens, |hash, first| {
            each(hash ^ salt, (block_at(first), block_at(first + gram - 1)));
        });
        self.clear();
    }
}

/// The different ones of some anchors, ascending; and whether any stands twice.
#[must_use]
pub fn distinct(mut anchors: Vec<u32>) -> (Vec<u32>, bool) {
    let count = anchors.len();
    anchors.sort_unstable();
    anchors.dedup();
    let twice = anchors.len() < count;
    (anchors, twice)
}

impl Batch {
    /// The tokens of a document's blocks.
    pub fn tokens(&self, document: usize) -> impl Iterator<Item = &[u32]> {
        let blocks = self.store.document_blocks(document);
        blocks.map(|block| self.store.node_tokens(self.store.node(block)))
    }

    /// Finds the anchors of all documents, and which of them held documents have.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub(super) fn find_anchors(&mut self, state: &State) -> io::Result<()> {
        if !state.settings.finds_runs() {
            return Ok(());
        }
        let find = |streams: &mut Streams, document: usize| {
            let blocks = self.store.document_blocks(document);
            let is_new = |block: u32| {
                let node = self.store.node(blocks.start + block as usize);
                self.is_new(self.nodes[node as usize].0)
            };
            let (mut anchors, mut asked) = (Vec::new(), HashSet::new());
            streams.salt = self.standings[document].salt(&state.settings);
            streams.find(self.tokens(document).map(Some), |anchor, (first, last)| {
                anchors.push(anchor);
                // What is known goes, most often, and nobody asks for its anchors.
                if (first..=last).any(is_new) {
                    asked.insert(anchor);
                }
            });
            let (anchors, twice) = distinct(anchors);
            Ok((anchors, twice, asked))
        };
        let streams = || Streams::new(&state.settings);
        let found = each((self.alone, self.store.documents()), streams, find)?;
        for (anchors, twice, asked) in found {
            self.anchors.push((anchors, twice));
            self.asked.extend(asked);
        }
        if state.compares_documents() {
            let asked: Vec<u32> = self.asked.iter().copied().collect();
            self.met = state.met(self.alone, asked)?.into_iter().collect();
        }
        Ok(())
    }
}

/// Looks those anchors up that were not asked for yet; which are met.
///
/// # Errors
/// Those of reading, and where a file is damaged.
pub fn ask(
    state: &State,
    (asked, met): (&mut HashSet<u32>, &mut HashSet<u32>),
    anchors: &[u32],
) -> io::Result<()> {
    if !state.compares_documents() {
        return Ok(());
    }
    let new: Vec<u32> = anchors.iter().copied().filter(|&anchor| asked.insert(anchor)).collect();
    met.extend(state.met(true, new)?);
    Ok(())
}

impl State {
    /// Those of some anchors that any document has.
    fn met(&self, alone: bool, mut anchors: Vec<u32>) -> io::Result<Vec<u32>> {
        anchors.sort_unstable();
        let parts: Vec<&[u32]> = anchors.chunks(PART).collect();
        let look = |(): &mut (), part: usize| {
            let keys: Vec<(Kind, u32)> =
                parts[part].iter().map(|&anchor| (Kind::Streams, anchor)).collect();
            let there = self.sift(&keys)?;
            let mut seeker = self.seeker(Kind::Streams, &there);
            let mut met = Vec::new();
            for (&anchor, &there) in parts[part].iter().zip(&there) {
                if there != 0 {
                    seeker.each(there, anchor, |_| {
                        met.push(anchor);
                        Ok(false)
                    })?;
                }
            }
            Ok(met)
        };
        Ok(each((alone, parts.len()), || (), look)?.concat())
    }
}
