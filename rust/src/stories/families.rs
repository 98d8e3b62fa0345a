//! What stands in several documents: nodes that match, taken together, and which of them are frames.
//!
//! A *family* is a connected component of matches. It only proposes which documents to compare, so a
//! chain that runs away costs a comparison and joins nothing. A *frame* is a family in ten documents
//! or more, most of whose neighbours share nothing else: the frame of a site's pages says nothing about
//! which of them tell one story. A text with fifty versions stands in as many documents, but what else
//! stands in these is shared too.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::judging::verify::Match;
use crate::keepers::furniture::FURNITURE_DOCUMENTS;
use crate::keepers::neighbours::Neighbours;
use crate::store::{NONE, Number, Store};

/// Texts that differ in numbers or names alone are versions of one text from this resemblance on: a long
/// text of which some figures were changed. Below it they are another day's figures in the same frame.
pub const ALIKE_TEMPLATE: f64 = 0.9;

/// A document of which less than a tenth stands in few others says nothing about what is a frame.
const OWN_SHARE: u64 = 10;

/// The families of a corpus.
pub struct Families {
    /// The smallest node of each node's family.
    roots: Vec<Number>,
    /// Documents of each family, at the place of its smallest node.
    spread: Vec<Number>,
    /// Whether a family is a frame, likewise.
    frames: Vec<bool>,
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
        neighbours: &Neighbours,
        (order, homes): (&[Number], &dyn Fn(Number) -> Number),
    ) -> Self {
        let roots = roots(store.nodes(), neighbours);
        let spread = spread(store, &roots);
        let mut families = Self { roots, spread, frames: Vec::new(), bare: Vec::new() };
        families.frames = families.find_frames(store, (order, homes));
        let is_bare = |document: usize| {
            let mut blocks = store.document_blocks(document);
            blocks.all(|block| {
                store.block_tokens(block) == 0
                    || families.frames[families.of(store, block) as usize]
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

    /// Whether a block says which text its document is a version of: a frame does only where there is
    /// nothing else.
    #[must_use]
    pub fn says(&self, store: &Store, document: Number, block: usize) -> bool {
        self.bare[document as usize] || !self.frames[self.of(store, block) as usize]
    }

    fn is_common(&self, family: Number) -> bool {
        self.spread[family as usize] as usize >= FURNITURE_DOCUMENTS
    }

    fn find_frames(
        &self,
        store: &Store,
        (order, homes): (&[Number], &dyn Fn(Number) -> Number),
    ) -> Vec<bool> {
        let mut frames = vec![false; store.nodes()];
        if !self.spread.iter().any(|&documents| documents as usize >= FURNITURE_DOCUMENTS) {
            return frames;
        }
        let own = OwnText::new(self, store);
        let mut neighbours: HashMap<Number, Neighbour> = HashMap::new();
        let mut known: HashMap<Number, bool> = HashMap::new();
        for &document in order.iter().filter(|&&document| own.is_large(document)) {
            known.clear();
            for block in store.document_blocks(document as usize) {
                let family = self.of(store, block);
                if self.is_common(family) {
                    let last = neighbours.entry(family).or_default();
                    last.meet(document, homes(document), |before| {
                        *known.entry(before).or_insert_with(|| own.are_kin(before, document))
                    });
                }
            }
        }
        for (family, last) in neighbours {
            frames[family as usize] = last.strangers > last.kin;
        }
        frames
    }
}

/// What stands in fewer than ten documents, of each document.
struct OwnText {
    /// Tokens of it; 0 where that is less than a tenth of the document.
    tokens: Vec<u64>,
    /// The families of it that stand in other documents too, with their tokens: document after document,
    /// ascending.
    shared: Vec<(Number, u32)>,
    ends: Vec<usize>,
}

impl OwnText {
    fn new(families: &Families, store: &Store) -> Self {
        let mut made = Self { tokens: Vec::new(), shared: Vec::new(), ends: Vec::new() };
        for document in 0..store.documents() {
            let (mut own, mut all, first) = (0, 0, made.shared.len());
            for block in store.document_blocks(document) {
                let (family, tokens) = (families.of(store, block), store.block_tokens(block));
                all += u64::from(tokens);
                if families.is_common(family) {
                    continue;
                }
                own += u64::from(tokens);
                if families.is_shared(family) {
                    made.shared.push((family, tokens));
                }
            }
            made.shared[first..].sort_unstable();
            made.ends.push(made.shared.len());
            made.tokens.push(if own * OWN_SHARE > all { own } else { 0 });
        }
        made
    }

    fn is_large(&self, document: Number) -> bool {
        self.tokens[document as usize] > 0
    }

    fn of(&self, document: Number) -> &[(Number, u32)] {
        let document = document as usize;
        let start = document.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.shared[start..self.ends[document]]
    }

    /// Whether a third of what the one with less own text has of it stands in the other one too.
    fn are_kin(&self, one: Number, other: Number) -> bool {
        let (left, right) = (self.of(one), self.of(other));
        let (mut i, mut j, mut both) = (0, 0, 0);
        while i < left.len() && j < right.len() {
            let order = left[i].0.cmp(&right[j].0);
            if order.is_eq() {
                both += u64::from(left[i].1.min(right[j].1));
            }
            i += usize::from(order.is_le());
            j += usize::from(order.is_ge());
        }
        both * 3 >= self.tokens[one as usize].min(self.tokens[other as usize])
    }
}

/// The document before in which a family stands, and what was met so far.
#[derive(Clone, Copy)]
struct Neighbour {
    document: Number,
    home: Number,
    strangers: u32,
    kin: u32,
}

impl Default for Neighbour {
    fn default() -> Self {
        Self { document: NONE, home: 0, strangers: 0, kin: 0 }
    }
}

impl Neighbour {
    fn meet(&mut self, document: Number, home: Number, mut are_kin: impl FnMut(Number) -> bool) {
        if self.document == document {
            return;
        }
        if self.document != NONE && self.home == home {
            if are_kin(self.document) {
                self.kin += 1;
            } else {
                self.strangers += 1;
            }
        }
        (self.document, self.home) = (document, home);
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
