//! The part of what is held on which the fate of a new document depends, as a store of its own: so that
//! the batch scan's code decides, as if the document came last.
//!
//! Of a held document stand there the blocks that stay, and those that are loose.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::record::{BlockPlace, Fate, Held, HeldBlock};
use super::view::View;
use crate::packed::pack;
use crate::settings::Settings;
use crate::shingle::mix64;
use crate::store::{Content, Number, Place, Store};
use crate::verify::Match;

/// A number for a node and a spelling of it, no other one's, whose bits are spread as those of a hash.
fn spread(node: u32, spelling: u64) -> u128 {
    u128::from(node) << 64 | u128::from(mix64(u64::from(node) ^ spelling))
}

/// A store that is filled from what is held.
pub struct Stage<'a> {
    /// The store.
    pub store: Store,
    /// Where each of its blocks stands.
    pub places: Vec<BlockPlace>,
    settings: &'a Settings,
    views: &'a HashMap<u32, View>,
    locals: HashMap<u32, Number>,
}

impl<'a> Stage<'a> {
    /// An empty one; `views` are the blocks that stand in matches.
    #[must_use]
    pub fn new(settings: &'a Settings, views: &'a HashMap<u32, View>) -> Self {
        let (store, places, locals) = (Store::small(), Vec::new(), HashMap::new());
        Self { store, places, settings, views, locals }
    }

    /// The store's number of a node, which is made where there is none; `spelling` tells its texts apart.
    fn variant(&mut self, node: u32, spelling: u64, tokens: u32) -> Number {
        let view = self.views.get(&node);
        let mut text = Vec::new();
        if let Some(view) = view {
            pack(&view.text, &mut text);
        }
        let content = Content {
            fingerprint: spread(node, 0),
            count: tokens,
            tokens: view.map_or(&[], |view| &view.tokens),
            text: &text,
            normal: view.map_or("", |view| &view.normal),
        };
        let variant = self.store.variant(spread(node, spelling), &content);
        self.locals.insert(node, self.store.variant_nodes[variant as usize]);
        variant
    }

    /// Appends a block to the document that is being built.
    fn push(&mut self, place: BlockPlace, block: &HeldBlock) {
        let variant = self.variant(block.node, block.spelling, block.tokens);
        self.store.push_block(variant, block.start, block.end, block.layout);
        self.places.push(place);
    }

    fn end_document(&mut self, characters: u64) {
        let place = Place { name: self.store.name(""), line: 0 };
        self.store.end_document("", place, characters);
    }

    /// Adds held documents in their order.
    pub fn add_held(&mut self, documents: &BTreeMap<u32, Held>) {
        for (&document, held) in documents {
            for (block, held) in (0..).zip(&held.blocks) {
                if !matches!(held.fate, Fate::Gone(_)) {
                    self.push(BlockPlace { document, block }, held);
                }
            }
            self.end_document(held.characters);
        }
    }

    /// Adds the new document.
    pub fn add_new(&mut self, document: u32, held: &Held) {
        for (block, held) in (0..).zip(&held.blocks) {
            self.push(BlockPlace { document, block }, held);
        }
        self.end_document(held.characters);
    }

    /// The matches with the store's numbers; nodes that stand in no block get one too.
    pub fn localise(&mut self, matches: &[Match]) -> Vec<Match> {
        let mut number = |node: u32| {
            if let Some(&local) = self.locals.get(&node) {
                return local;
            }
            let tokens = self.views.get(&node).map_or(0, |view| view.tokens.len() as u32);
            let variant = self.variant(node, 0, tokens);
            self.store.variant_nodes[variant as usize]
        };
        let numbered = |found: &Match| Match {
            left: number(found.left),
            right: number(found.right),
            ..*found
        };
        matches.iter().map(numbered).collect()
    }

    /// The policy.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        self.settings
    }
}
