//! Held documents that a new one is a copy of, block by block (`passages/copies.rs`).
//!
//! Its blocks alone may not lead to that one: where each of them stood in another document first, nothing of it is
//! gathered. So documents are found by a hash of their blocks too.

use std::io;

use xxhash_rust::xxh3::xxh3_64;

use super::batch::Batch;
use super::disk::file::Kind;
use super::gather::Gatherer;
use super::record::{Fate, Held, kept_part};
use crate::passages::copies::{ORIGINALS, may_be_copy};
use crate::settings::{Scope, Settings};

impl Batch {
    /// Notes the key of each document's blocks in their order.
    pub(super) fn note_sequences(&mut self, settings: &Settings) {
        let documents = 0..self.store.documents();
        self.sequences = documents.map(|document| self.sequence(document, settings)).collect();
    }

    fn sequence(&self, document: usize, settings: &Settings) -> Option<u32> {
        let store = &self.store;
        if settings.scope == Scope::Within || !may_be_copy(store, settings, document) {
            return None;
        }
        let blocks = store.document_blocks(document);
        let mut bytes = Vec::with_capacity(blocks.len() * size_of::<u128>());
        for block in blocks {
            let node = self.nodes[store.node(block) as usize].1;
            bytes.extend_from_slice(&kept_part(node.fingerprint).to_le_bytes());
        }
        Some((xxh3_64(&bytes) >> 32) as u32 ^ self.standings[document].salt(settings))
    }
}

impl Gatherer<'_> {
    /// Takes in the held document that a new one is a copy of, and those for which its blocks went; the number of
    /// that document, where there is one.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn add_original(
        &mut self,
        batch: &Batch,
        document: usize,
        new: &Held,
    ) -> io::Result<Option<u32>> {
        let Some(key) = batch.sequences[document] else { return Ok(None) };
        let (candidates, are_all) = self.originals(key)?;
        for number in candidates {
            let held = self.read(number)?;
            if !self.standing.meets(held.standing, &self.state.settings) || !held.is_copy_of(new) {
                continue;
            }
            let held = held.into_owned();
            let places = held.blocks.iter().filter_map(|block| match block.fate {
                Fate::Gone(place) => Some(place),
                Fate::Covered(stretch) => Some(stretch.first),
                _ => None,
            });
            let documents: Vec<u32> = places.map(|place| place.document).collect();
            self.take(number, held);
            for document in documents {
                self.add_document(document)?;
            }
            return Ok(Some(number));
        }
        self.hot += u32::from(!are_all);
        Ok(None)
    }

    /// Documents that may have these blocks, the latest first, and whether these are all.
    fn originals(&self, key: u32) -> io::Result<(Vec<u32>, bool)> {
        let of_batch = self.earlier.sequences.get(&key).into_iter().flatten().copied();
        let mut found: Vec<u32> =
            of_batch.rev().filter(|&one| one < self.before).take(ORIGINALS + 1).collect();
        if found.len() <= ORIGINALS {
            self.state.each_back(Kind::Sequences, key, |one| {
                if one < self.before && self.state.is_held(one) {
                    found.push(one);
                }
                Ok(found.len() <= ORIGINALS)
            })?;
        }
        let are_all = found.len() <= ORIGINALS;
        found.truncate(ORIGINALS);
        Ok((found, are_all))
    }
}

impl Held {
    fn is_copy_of(&self, other: &Self) -> bool {
        let [own, others] = [self, other].map(|held| held.blocks.iter().map(|block| block.node));
        own.eq(others)
    }
}
