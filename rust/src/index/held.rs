//! Adding to what is held: a batch's documents, and the runs that they become.

use std::fs::File;
use std::io;

use super::batch::Batch;
use super::decide::decide;
use super::file::Kind;
use super::fresh::Fresh;
use super::gather::Earlier;
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
                earlier.push(number, verdict.held.clone(), anchors);
            }
            verdicts.push(verdict);
        }
        Ok(verdicts)
    }

    /// Remembers the documents of a batch with the anchors of their streams, as they were decided; whether nothing changed since it was
    /// read, else nothing is remembered.
    pub fn remember(&mut self, batch: &Batch, documents: Vec<(Held, Vec<u32>)>) -> bool {
        if batch.version != self.version {
            return false;
        }
        self.version += 1;
        for (keys, &(number, node)) in batch.keys.iter().zip(&batch.nodes) {
            if number < batch.first_new {
                continue;
            }
            let text = batch.texts.get(&number).map_or("", String::as_str);
            self.fresh.push_node(node, keys.probe.sieve, text);
            for (kind, key) in keys.all() {
                self.fresh.chains.push(kind, key, number);
            }
        }
        let mut pairs: Vec<(u32, u32)> = batch
            .matches
            .values()
            .flatten()
            .flat_map(|found| [(found.left, found.right), (found.right, found.left)])
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        for (node, other) in pairs {
            self.fresh.chains.push(Kind::Matches, node, other);
        }
        let anchored = self.compares_documents();
        for (document, anchors) in documents {
            let number = self.fresh.next_document();
            for anchor in anchors.into_iter().filter(|_| anchored) {
                self.fresh.chains.push(Kind::Streams, anchor, number);
            }
            self.fresh.push_document(document);
        }
        true
    }

    /// Writes what is in no run yet as a run into an empty file, and goes on with that.
    ///
    /// # Errors
    /// Those of writing; everything is as it was then.
    pub fn flush(&mut self, file: File, name: String, identity: [u8; 16]) -> io::Result<Written> {
        let (bytes, hash) = self.fresh.write(&file, identity)?;
        let run = Run::open(file, identity)?;
        let fresh = &self.fresh;
        let nodes = (fresh.first_node, fresh.next_node());
        let documents = (fresh.first_document, fresh.next_document());
        self.fresh = Fresh::new(nodes.1, documents.1);
        self.version += 1;
        self.runs.push(Placed { run, name, nodes, documents });
        Ok(Written { nodes, documents, bytes, hash })
    }
}
