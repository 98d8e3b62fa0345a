//! Adding to what is held: a batch's documents, and the runs that they become.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::batch::Batch;
use super::decide::decide;
use super::file::Kind;
use super::fresh::Fresh;
use super::gather::{Earlier, other_side};
use super::record::Held;
use super::run::Run;
use super::state::{Placed, State};
use super::verdict::{Said, Verdict};

/// A run that was written: the numbers of the blocks and documents that are new in it, its bytes and hash.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// Number of its first block, and of the next run's.
    pub nodes: (u32, u32),
    /// Number of its first document, and of the next run's.
    pub documents: (u32, u32),
    /// Bytes of the file.
    pub bytes: u64,
    /// What identifies its content.
    pub hash: u64,
}

impl State {
    /// Decides on the documents of a batch that was judged, each as if those before it were held.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn decide(&self, batch: &mut Batch, said: &[Said<'_>]) -> io::Result<Vec<Verdict>> {
        let mut earlier = Earlier::default();
        let first = self.fresh.next_document();
        let mut verdicts = Vec::with_capacity(said.len());
        for (document, &said) in said.iter().enumerate() {
            let number = first + document as u32;
            let verdict = decide(self, batch, &earlier, (document, number), said)?;
            if document + 1 < batch.store.documents() {
                let anchors = if self.compares_documents() { &verdict.anchors[..] } else { &[] };
                earlier.push(number, verdict.held.clone(), anchors, &self.settings);
            }
            verdicts.push(verdict);
        }
        Ok(verdicts)
    }

    /// Remembers some documents of a batch that follow one another, with the anchors of their streams, as they
    /// were decided: first the new blocks up to a number, the next documents' first. After the last ones nothing
    /// of the batch is left.
    pub fn remember(&mut self, batch: &Batch, documents: &mut Vec<(Held, Vec<u32>)>, nodes: u32) {
        self.version += 1;
        let first = self.fresh.next_node();
        let new = batch.nodes.iter().zip(&batch.keys);
        let new = new.filter(|((number, _), _)| batch.is_new(*number));
        for (&(number, node), keys) in new.skip((first - batch.first_new) as usize) {
            if number >= nodes {
                break;
            }
            let text = batch.texts.get(&number).map_or("", String::as_str);
            self.fresh.push_node(node, keys.probe.sieve, text);
            for (kind, key) in keys.all() {
                self.fresh.chains.push(kind, key, number);
            }
            // Each is known with the earlier ones that it matches.
            let matches = batch.matches.get(&number).into_iter().flatten();
            let others = matches.map(|found| other_side(found, number));
            let mut others: Vec<u32> = others.filter(|&other| other < number).collect();
            others.sort_unstable();
            others.dedup();
            for other in others {
                self.fresh.chains.push(Kind::Matches, other, number);
                self.fresh.chains.push(Kind::Matches, number, other);
            }
        }
        let anchored = self.compares_documents();
        for (document, anchors) in documents.drain(..) {
            let number = self.fresh.next_document();
            for anchor in anchors.into_iter().filter(|_| anchored) {
                self.fresh.chains.push(Kind::Streams, anchor, number);
            }
            for key in document.homes(&self.settings) {
                self.fresh.chains.push(Kind::Homes, key, number);
            }
            self.fresh.push_document(document);
        }
    }

    /// Goes on with what was written as a run, which is in no run yet no more.
    pub fn flushed(&mut self, run: Run, name: String, written: &Written) {
        let Written { nodes, documents, .. } = *written;
        self.fresh = Fresh::new(nodes.1, documents.1);
        self.version += 1;
        self.runs.push(Arc::new(Placed { run, name, nodes, documents }));
    }

    /// Writes what is in no run yet as a run into an empty file.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_fresh(&self, file: &File, identity: [u8; 16]) -> io::Result<Written> {
        let (bytes, hash) = self.fresh.write(file, identity)?;
        let fresh = &self.fresh;
        let nodes = (fresh.first_node, fresh.next_node());
        let documents = (fresh.first_document, fresh.next_document());
        Ok(Written { nodes, documents, bytes, hash })
    }
}
