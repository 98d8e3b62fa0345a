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
use crate::passages::copies::{LEAST_BLOCKS, LOOKS};
use crate::settings::{Scope, Settings};

impl Batch {
    /// The key of a document's blocks in their order; `None` where it is no copy of any, whatever is held.
    #[must_use]
    pub fn sequence(&self, document: usize, settings: &Settings) -> Option<u32> {
        let store = &self.store;
        let blocks = store.document_blocks(document);
        let tokens: u64 = blocks.clone().map(|block| u64::from(store.block_tokens(block))).sum();
        if settings.scope == Scope::Within
            || blocks.len() < LEAST_BLOCKS
            || tokens < u64::from(settings.least_tokens())
        {
            return None;
        }
        let mut bytes = Vec::with_capacity(blocks.len() * size_of::<u128>());
        for block in blocks {
            let node = self.nodes[store.node(block) as usize].1;
            bytes.extend_from_slice(&kept_part(node.fingerprint).to_le_bytes());
        }
        Some((xxh3_64(&bytes) >> 32) as u32 ^ self.standings[document].salt(settings))
    }

    fn is_protected(&self, document: usize) -> bool {
        let mut blocks = self.store.document_blocks(document);
        blocks.any(|block| self.store.layouts[block].protected())
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
        let (state, earlier, before) = (self.state, self.earlier, self.before);
        let Some(key) = batch.sequence(document, &state.settings) else { return Ok(None) };
        if batch.is_protected(document) {
            return Ok(None);
        }
        let of_batch = earlier.sequences.get(&key).into_iter().flatten().copied();
        let mut found: Vec<u32> = of_batch.rev().filter(|&one| one < before).collect();
        found.truncate(LOOKS);
        state.each_back(Kind::Sequences, key, |one| {
            if one < before && state.is_held(one) {
                found.push(one);
            }
            Ok(found.len() < LOOKS)
        })?;
        let are_all = found.len() < LOOKS;
        for number in found {
            let held = self.read(number)?;
            let nodes =
                |held: &Held| held.blocks.iter().map(|block| block.node).collect::<Vec<_>>();
            if !self.standing.meets(held.standing, &state.settings) || nodes(&held) != nodes(new) {
                continue;
            }
            let held = held.into_owned();
            let gone: Vec<u32> = held
                .blocks
                .iter()
                .filter_map(|block| match block.fate {
                    Fate::Gone(place) => Some(place.document),
                    _ => None,
                })
                .collect();
            self.take(number, held);
            for document in gone {
                self.add_document(document)?;
            }
            return Ok(Some(number));
        }
        self.hot += u32::from(!are_all);
        Ok(None)
    }
}
