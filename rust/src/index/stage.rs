//! The part of what is held on which the fate of a new document depends, as a store of its own: so that
//! the batch scan's code decides, as if the document came last.
//!
//! Of a held document stand there the blocks that stay, and those that are loose; where others went there
//! are holes. What went for a run is there until blocks are settled, as it was then.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::record::{BlockPlace, Fate, Held, HeldBlock, Stretch};
use super::standing::Standing;
use super::view::View;
use crate::candidates::shingle::mix64;
use crate::judging::verify::Match;
use crate::memory::packed::pack;
use crate::passages::given::Given;
use crate::passages::regions::Region;
use crate::passages::text::Token;
use crate::settings::Settings;
use crate::store::intern::Content;
use crate::store::{Number, Place, Store};

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
    /// What is known of its blocks.
    pub given: Given,
    settings: &'a Settings,
    views: &'a HashMap<u32, View>,
    locals: HashMap<u32, Number>,
    groups: HashMap<u64, Number>,
    stretches: Vec<(Number, Stretch)>,
}

impl<'a> Stage<'a> {
    /// An empty one; `views` are the blocks that stand in matches and, where runs are looked for, all others.
    #[must_use]
    pub fn new(settings: &'a Settings, views: &'a HashMap<u32, View>) -> Self {
        Self {
            store: Store::small(),
            places: Vec::new(),
            given: Given::default(),
            settings,
            views,
            locals: HashMap::new(),
            groups: HashMap::new(),
            stretches: Vec::new(),
        }
    }

    /// The store's number of a node, which is made where there is none; `spelling` tells its texts apart, and
    /// `text` is that one where it is not the first of the node.
    fn variant(&mut self, node: u32, (spelling, text): (u64, Option<&str>), tokens: u32) -> Number {
        let view = self.views.get(&node);
        let mut packed = Vec::new();
        if let Some(text) = text.or(view.map(|view| view.text.as_str())) {
            pack(text, &mut packed);
        }
        let content = Content {
            fingerprint: spread(node, 0),
            count: tokens,
            tokens: view.map_or(&[], |view| &view.tokens),
            text: &packed,
            normal: view.map_or("", |view| &view.normal),
        };
        let variant = self.store.variant(spread(node, spelling), &content);
        self.locals.insert(node, self.store.variant_nodes[variant as usize]);
        variant
    }

    /// Appends a block to the document that is being built.
    fn push(&mut self, place: BlockPlace, held: &Held, is_new: bool) {
        let block = &held.blocks[place.block as usize];
        let text = held.spelling_of(place.block);
        let variant = self.variant(block.node, (block.spelling, text), block.tokens);
        let number = self.store.blocks() as Number;
        self.store.push_block(variant, block.start, block.end, block.layout);
        self.places.push(place);
        let fate = if is_new { Fate::Loose } else { block.fate };
        self.given.open.push(fate == Fate::Loose);
        if let Fate::Covered(stretch) = fate {
            self.stretches.push((number, stretch));
        }
    }

    /// Appends what went: a block of no text, unlike all others.
    fn push_hole(&mut self, place: BlockPlace, block: &HeldBlock) {
        let number = self.store.blocks() as Number;
        let fingerprint = spread(u32::MAX - number, u64::MAX);
        let content = Content { fingerprint, count: 0, tokens: &[], text: &[], normal: "" };
        let variant = self.store.variant(fingerprint, &content);
        self.store.push_block(variant, block.start, block.start, block.layout);
        self.places.push(place);
        self.given.open.push(false);
        self.given.holes.push(number);
    }

    fn end_document(&mut self, held: &Held, looks: bool) {
        let place = Place { name: self.store.name(""), line: 0 };
        self.store.end_document("", place, held.characters);
        let Standing { group, time } = held.standing;
        if self.settings.grouped {
            let next = self.groups.len() as Number;
            self.store.groups.push(*self.groups.entry(group).or_insert(next));
        }
        if self.settings.window.is_some() {
            self.store.times.push(time);
        }
        self.given.looks.push(looks);
    }

    /// Adds held documents in their order.
    pub fn add_held(&mut self, documents: &BTreeMap<u32, Held>) {
        for (&document, held) in documents {
            for (block, described) in (0..).zip(&held.blocks) {
                let place = BlockPlace { document, block };
                if matches!(described.fate, Fate::Gone(_)) {
                    self.push_hole(place, described);
                } else {
                    self.push(place, held, false);
                }
            }
            self.end_document(held, held.is_loose());
        }
    }

    /// Adds the new document.
    pub fn add_new(&mut self, document: u32, held: &Held) {
        for block in 0..held.blocks.len() as u32 {
            self.push(BlockPlace { document, block }, held, true);
        }
        self.end_document(held, true);
        self.place_stretches();
    }

    /// Notes that the new document is a copy of a held one.
    pub fn note_original(&mut self, documents: &BTreeMap<u32, Held>, original: u32) {
        let held = &documents[&original];
        for (block, described) in (0..).zip(&held.blocks) {
            let own = BlockPlace { document: original, block };
            let Fate::Gone(place) = described.fate else { continue };
            let (Some(own), Some(keeper)) = (self.number_of(own), self.number_of(place)) else {
                return;
            };
            // What names itself went with all its copies.
            if own != keeper {
                self.given.gone.insert(own, keeper);
            }
        }
        let number = documents.keys().position(|&document| document == original);
        self.given.original = number.map(|number| number as Number);
    }

    /// Finds where in the store those blocks stand for which others went.
    fn place_stretches(&mut self) {
        for (block, stretch) in std::mem::take(&mut self.stretches) {
            let last = BlockPlace { block: stretch.last, ..stretch.first };
            let (first, last) = (self.number_of(stretch.first), self.number_of(last));
            let region = first.zip(last).map(|(first, last)| Region {
                first: Token { block: first, offset: stretch.offset },
                end: Token { block: last, offset: stretch.end },
            });
            self.given.covered.insert(block, region);
        }
    }

    fn number_of(&self, place: BlockPlace) -> Option<Number> {
        self.places.binary_search(&place).ok().map(|number| number as Number)
    }

    /// Where a region stands.
    #[must_use]
    pub fn stretch_of(&self, region: &Region) -> Stretch {
        let place = |token: Token| self.places[token.block as usize];
        Stretch {
            first: place(region.first),
            offset: region.first.offset,
            last: place(region.end).block,
            end: region.end.offset,
        }
    }

    /// The matches with the store's numbers; nodes that stand in no block get one too.
    pub fn localise(&mut self, matches: &[Match]) -> Vec<Match> {
        let mut number = |node: u32| {
            if let Some(&local) = self.locals.get(&node) {
                return local;
            }
            let tokens = self.views.get(&node).map_or(0, |view| view.tokens.len() as u32);
            let variant = self.variant(node, (0, None), tokens);
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
