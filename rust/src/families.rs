//! What stands in several documents: nodes that match, taken together, and which of them are furniture.
//!
//! A *family* is a connected component of matches. It only proposes which documents to compare, so a
//! chain that runs away costs a comparison and joins nothing. *Furniture* is a family in ten documents
//! or more, most of whose neighbours share nothing else: the frame of a site's pages says nothing about
//! which of them tell one story. A text with fifty versions stands in as many documents, but what else
//! stands in these is shared too.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::cluster::Neighbours;
use crate::settings::{BOILERPLATE_DOCUMENTS, Settings};
use crate::store::{NONE, Number, Store};
use crate::verify::Match;

/// Texts that differ in numbers or names alone are versions of one text from this resemblance on: a long
/// text of which some figures were changed. Below it they are another day's figures in the same frame.
pub const ALIKE_TEMPLATE: f64 = 0.9;

/// A document of which less than a tenth stands in few others says nothing about what is furniture.
const OWN_SHARE: u64 = 10;

/// The families of a corpus.
pub struct Families {
    /// The smallest node of each node's family.
    roots: Vec<Number>,
    /// Documents of each family, at the place of its smallest node.
    spread: Vec<Number>,
    /// Whether a family is furniture, likewise.
    furniture: Vec<bool>,
    /// Whether a document holds nothing else.
    bare: Vec<bool>,
}

/// Whether a match says that two texts are versions of one.
#[must_use]
pub fn joins(found: &Match) -> bool {
    !found.template || found.resemblance() >= ALIKE_TEMPLATE
}

impl Families {
    /// The families of all nodes; `order`: documents by home and time, `homes`: the home of each.
    #[must_use]
    pub fn new(
        store: &Store,
        settings: &Settings,
        neighbours: &Neighbours,
        (order, homes): (&[Number], &dyn Fn(Number) -> Number),
    ) -> Self {
        let roots = roots(store.nodes(), neighbours);
        let spread = spread(store, &roots);
        let mut families = Self { roots, spread, furniture: Vec::new(), bare: Vec::new() };
        families.furniture = families.find_furniture(store, settings, (order, homes));
        let is_bare = |document: usize| {
            let mut blocks = store.document_blocks(document);
            blocks.all(|block| {
                store.block_tokens(block) == 0
                    || families.furniture[families.of(store, block) as usize]
            })
        };
        families.bare = (0..store.documents()).into_par_iter().map(is_bare).collect();
        families
    }

    /// The family of a block.
    #[must_use]
    pub fn of(&self, store: &Store, block: usize) -> Number {
        self.roots[store.node(block) as usize]
    }

    /// Whether a family stands in more than one document.
    #[must_use]
    pub fn is_shared(&self, family: Number) -> bool {
        self.spread[family as usize] > 1
    }

    /// Whether a block says which text its document is a version of: furniture does only where there is
    /// nothing else.
    #[must_use]
    pub fn says(&self, store: &Store, document: Number, block: usize) -> bool {
        self.bare[document as usize] || !self.furniture[self.of(store, block) as usize]
    }

    fn is_common(&self, family: Number) -> bool {
        self.spread[family as usize] >= BOILERPLATE_DOCUMENTS
    }

    fn find_furniture(
        &self,
        store: &Store,
        settings: &Settings,
        (order, homes): (&[Number], &dyn Fn(Number) -> Number),
    ) -> Vec<bool> {
        let mut furniture = vec![false; store.nodes()];
        if !self.spread.iter().any(|&documents| documents >= BOILERPLATE_DOCUMENTS) {
            return furniture;
        }
        let kin = self.kin(store, settings);
        let mut neighbours: HashMap<Number, Neighbour> = HashMap::new();
        for &document in order {
            let Some(own) = kin[document as usize] else { continue };
            for block in store.document_blocks(document as usize) {
                let family = self.of(store, block);
                if self.is_common(family) {
                    let last = neighbours.entry(family).or_default();
                    last.meet(document, homes(document), own);
                }
            }
        }
        for (family, last) in neighbours {
            furniture[family as usize] = last.strangers > last.kin;
        }
        furniture
    }

    /// What each document shares with few others: documents that share a family in fewer than ten of
    /// them have one number. None for a document of which next to nothing is its own.
    fn kin(&self, store: &Store, settings: &Settings) -> Vec<Option<Number>> {
        let mut parents: Vec<Number> = (0..store.documents() as Number).collect();
        let mut last = vec![NONE; store.nodes()];
        let mut has_own = Vec::with_capacity(store.documents());
        for document in 0..store.documents() {
            let (mut own, mut all) = (0, 0);
            for block in store.document_blocks(document) {
                let (family, tokens) = (self.of(store, block), store.block_tokens(block));
                all += u64::from(tokens);
                if self.is_common(family) || tokens < settings.least_tokens() {
                    continue;
                }
                own += u64::from(tokens);
                let before = std::mem::replace(&mut last[family as usize], document as Number);
                if before != NONE {
                    join(&mut parents, before, document as Number);
                }
            }
            has_own.push(own * OWN_SHARE > all);
        }
        (0..store.documents() as Number)
            .map(|document| has_own[document as usize].then(|| root(&mut parents, document)))
            .collect()
    }
}

/// The document before in which a family stands, and what was met so far.
#[derive(Clone, Copy)]
struct Neighbour {
    document: Number,
    home: Number,
    own: Number,
    strangers: u32,
    kin: u32,
}

impl Default for Neighbour {
    fn default() -> Self {
        Self { document: NONE, home: 0, own: 0, strangers: 0, kin: 0 }
    }
}

impl Neighbour {
    fn meet(&mut self, document: Number, home: Number, own: Number) {
        if self.document == document {
            return;
        }
        if self.document != NONE && self.home == home {
            if self.own == own {
                self.kin += 1;
            } else {
                self.strangers += 1;
            }
        }
        (self.document, self.home, self.own) = (document, home, own);
    }
}

fn roots(nodes: usize, neighbours: &Neighbours) -> Vec<Number> {
    let mut parents: Vec<Number> = (0..nodes as Number).collect();
    for found in neighbours.all().iter().filter(|found| joins(found)) {
        join(&mut parents, found.left, found.right);
    }
    // A parent's number is smaller than its child's: one pass makes all of them roots.
    for node in 0..nodes {
        parents[node] = parents[parents[node] as usize];
    }
    parents
}

fn spread(store: &Store, roots: &[Number]) -> Vec<Number> {
    let (mut spread, mut last) = (vec![0; roots.len()], vec![NONE; roots.len()]);
    for document in 0..store.documents() {
        for block in store.document_blocks(document) {
            let family = roots[store.node(block) as usize] as usize;
            if last[family] != document as Number {
                last[family] = document as Number;
                spread[family] += 1;
            }
        }
    }
    spread
}

/// The smallest member of what is joined with a number.
pub(crate) fn root(parents: &mut [Number], mut number: Number) -> Number {
    while parents[number as usize] != number {
        parents[number as usize] = parents[parents[number as usize] as usize];
        number = parents[number as usize];
    }
    number
}

/// Joins two numbers and all that is joined with either; whether they were apart.
pub(crate) fn join(parents: &mut [Number], one: Number, other: Number) -> bool {
    let (one, other) = (root(parents, one), root(parents, other));
    parents[one.max(other) as usize] = one.min(other);
    one != other
}
