//! Documents of which nothing is written, since too little of them is left.

use rayon::prelude::*;

use crate::keepers::cluster::Corpus;
use crate::passages::fates::{Fates, State};
use crate::store::Number;

/// Documents that lost something and keep no token, or less than `min_kept` of their characters.
#[must_use]
pub fn dropped_documents(corpus: &Corpus<'_>, fates: &Fates) -> Vec<bool> {
    let store = corpus.store;
    (0..store.documents())
        .into_par_iter()
        .map(|document| {
            let range = store.document_blocks(document);
            let (mut all, mut left, mut tokens) = (0u64, 0u64, 0u64);
            for block in range {
                let characters = u64::from(store.block_characters(block));
                all += characters;
                if !fates.states[block].is_gone() {
                    left += characters;
                    tokens += u64::from(store.block_tokens(block));
                }
            }
            let share = if all == 0 { 1.0 } else { left as f64 / all as f64 };
            corpus.excluded[document]
                || (left < all && (tokens == 0 || share < corpus.settings.min_kept))
        })
        .collect()
}

/// Documents that would be dropped, some of which are excluded already.
pub struct Dropped<'a> {
    /// What they are documents of.
    pub corpus: &'a Corpus<'a>,
    /// What becomes of the blocks.
    pub fates: &'a Fates,
    /// Which they are.
    pub documents: &'a [bool],
}

impl Dropped<'_> {
    fn is_new(&self, document: usize) -> bool {
        self.documents[document] && !self.corpus.excluded[document]
    }

    fn added(&self) -> impl Iterator<Item = usize> {
        (0..self.documents.len()).filter(|&document| self.is_new(document))
    }

    /// The documents of the keepers of what went of a document.
    fn keepers(&self, document: usize) -> impl Iterator<Item = usize> {
        let gone = self.corpus.store.document_blocks(document);
        gone.filter(|&block| self.fates.states[block] == State::Removed)
            .map(|block| self.fates.aligned[block] as usize)
            .filter_map(|keeper| self.corpus.documents.get(keeper))
            .map(|&document| document as usize)
    }

    /// Whether a document that was not excluded before is dropped with a keeper: of a part of its own, or one
    /// that a block of another document may name, whose text stands there too, or matches another text.
    #[must_use]
    pub fn has_keepers(&self, spread: &[u32]) -> bool {
        let Corpus { store, neighbours, .. } = *self.corpus;
        let is_keeper = |state| matches!(state, State::Kept | State::Numbers | State::Contained);
        let may_be_named =
            |node: Number| spread[node as usize] > 1 || neighbours.of(node).next().is_some();
        self.added().any(|document| {
            let mut blocks = store.document_blocks(document);
            blocks
                .any(|block| is_keeper(self.fates.states[block]) && may_be_named(store.node(block)))
                || self.keepers(document).any(|keeper| keeper == document)
        })
    }

    /// Those that are dropped whatever becomes of the others: what stays for what they lost is in none of these.
    #[must_use]
    pub fn surely(&self) -> Vec<bool> {
        let stays = |keeper: usize, document: usize| keeper == document || !self.is_new(keeper);
        let is_sure = |document: usize| {
            self.is_new(document) && self.keepers(document).all(|keeper| stays(keeper, document))
        };
        let surely: Vec<bool> = (0..self.documents.len()).into_par_iter().map(is_sure).collect();
        // Where all hang on one another there is no order to go by.
        if surely.contains(&true) { surely } else { self.documents.to_vec() }
    }
}
