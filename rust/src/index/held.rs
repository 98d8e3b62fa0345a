//! Adding to what is held: a batch's documents, and the runs that they become.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::batch::Batch;
use super::decide::decide;
use super::disk::file::Kind;
use super::fresh::{Brought, Fresh, quarter};
use super::gather::{Earlier, other_side};
use super::levels::{Change, Column, packed};
use super::record::id_hash;
use super::run::Run;
use super::share::bits_of;
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

/// What a batch adds to what is held.
pub struct Addition {
    brought: Brought,
    change: Change,
    /// See `Batch::kept`.
    kept: Option<Vec<(u32, (u32, u32))>>,
}

impl State {
    /// Decides on the documents of a batch that was judged, each as if those before it were held.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn decide(&self, batch: &mut Batch, said: &[Said<'_>]) -> io::Result<Vec<Verdict>> {
        let mut earlier = Earlier::none_of(self, batch);
        let first = self.fresh.next_document();
        let mut verdicts = Vec::with_capacity(said.len());
        for (document, &said) in said.iter().enumerate() {
            let number = first + document as u32;
            let verdict = decide(self, batch, &earlier, (document, number), said)?;
            if document + 1 < batch.store.documents() {
                let anchors = if self.compares_documents() { &verdict.anchors[..] } else { &[] };
                earlier.push(number, verdict.held.clone(), anchors, &self.settings);
                if let Some(key) = batch.sequences[document] {
                    earlier.sequences.entry(key).or_default().push(number);
                }
            } else {
                earlier.note_blocks(number, &verdict.held, &self.settings);
            }
            verdicts.push(verdict);
        }
        batch.kept = earlier.kept_of_held();
        Ok(verdicts)
    }

    /// What is held once a batch is, of which verdicts were made: taken out of these, whatever is not told.
    #[must_use]
    pub fn addition(&self, batch: &mut Batch, verdicts: &mut [Verdict]) -> Addition {
        let mut brought = Brought {
            first_node: self.fresh.next_node(),
            first_document: self.fresh.next_document(),
            ..Brought::default()
        };
        let kept = batch.kept.take();
        let mut columns = std::mem::take(&mut batch.columns);
        let mut matches = Vec::new();
        for (number, &(place, probe)) in (batch.first_new..).zip(&batch.new) {
            let text = batch.texts.get(&number).map_or("", String::as_str);
            brought.push_node(batch.nodes[place as usize].1, probe.sieve, text);
            // Each is known with the earlier ones that it matches.
            let found = batch.matches.get(&number).into_iter().flatten();
            for other in
                found.map(|found| other_side(found, number)).filter(|&other| other < number)
            {
                matches.extend([packed(other, number), packed(number, other)]);
            }
        }
        let (mut streams, mut ids) = (Vec::new(), Vec::new());
        let (mut postings, mut homes) = (Vec::new(), Vec::new());
        let mut sequences = Vec::new();
        for (document, verdict) in verdicts.iter_mut().enumerate() {
            let number = brought.first_document + document as u32;
            sequences.extend(batch.sequences[document].map(|key| packed(key, number)));
            if self.compares_documents() {
                streams.extend(verdict.anchors.iter().map(|&anchor| packed(anchor, number)));
            }
            let held = std::mem::take(&mut verdict.held);
            ids.push(packed(id_hash(&held.id), number));
            homes.extend(held.homes(&self.settings).into_iter().map(|key| packed(key, number)));
            postings.extend(held.blocks.iter().map(|block| packed(block.node, number)));
            brought.documents.push(held);
        }
        let fingerprints = brought.nodes.iter().zip(brought.first_node..);
        let fingerprints =
            fingerprints.map(|(node, number)| packed(quarter(node.fingerprint), number)).collect();
        for (kind, mut pairs) in [
            (Kind::Fingerprints, fingerprints),
            (Kind::Postings, postings),
            (Kind::Matches, matches),
            (Kind::Ids, ids),
            (Kind::Streams, streams),
            (Kind::Homes, homes),
            (Kind::Sequences, sequences),
        ] {
            pairs.sort_unstable();
            pairs.dedup();
            if !pairs.is_empty() {
                columns.push(Column { kind, pairs });
            }
        }
        Addition { brought, change: self.fresh.levels.change(batch.alone, &columns), kept }
    }

    /// Holds what a batch adds, which was made ready since anything changed.
    pub fn remember(&mut self, addition: Addition) {
        if let Some(kept) = addition.kept {
            self.hubs.go_on(self.version, &kept);
        }
        self.version += 1;
        self.fresh.push(addition.brought, addition.change);
    }

    /// Goes on with what was written as a run, which is in no run yet no more.
    pub fn flushed(&mut self, run: Run, name: String, written: &Written) {
        let Written { nodes, documents, .. } = *written;
        self.fresh = Fresh::new(nodes.1, documents.1);
        self.hubs.go_on(self.version, &[]);
        self.version += 1;
        self.runs.push(Arc::new(Placed { run, name, nodes, documents }));
    }

    /// Writes what is in no run yet as a run into an empty file.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_fresh(&self, file: &File, identity: [u8; 16]) -> io::Result<Written> {
        let fresh = &self.fresh;
        let nodes = (fresh.first_node, fresh.next_node());
        let others: Vec<u32> = self.runs.iter().map(|placed| placed.blocks()).collect();
        let bits = bits_of(nodes.1 - nodes.0, &others);
        let (bytes, hash) = fresh.write(file, identity, bits)?;
        let documents = (fresh.first_document, fresh.next_document());
        Ok(Written { nodes, documents, bytes, hash })
    }
}
