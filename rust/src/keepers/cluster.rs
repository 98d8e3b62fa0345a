//! Which block stays and which is a repeat: blocks are visited in keeper order, each is a repeat of
//! the first block already kept that it matches, else it is kept.
//!
//! So every repeat matches its own keeper and chains cannot run away. In a hot bucket members were
//! compared with central members only; a block whose matches are all repeats themselves is therefore
//! compared with the keepers of those (two steps away), exactly.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use crate::both::{LARGE, on_all_threads};
use crate::candidates::sign::mix32;
use crate::judging::amounts::AllAmounts;
use crate::judging::readings::Readings;
use crate::judging::verify::node_set;
use crate::keepers::kept::{Cell, Kept};
use crate::keepers::neighbours::Neighbours;
use crate::keepers::scopes::Scopes;
use crate::keepers::second_step::{Adopted, would_go};
use crate::settings::Settings;
use crate::store::{NONE, Number, Store};

/// Parts of the nodes that are visited at the same time, at most: each goes over all blocks.
const MOST_PARTS: usize = 8;

/// Why a kept block that matches another kept block was not removed for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Echo {
    /// They differ in numbers or names only.
    Numbers,
    /// It is the larger one; only the contained side may go.
    Contained,
}

/// The outcome for all blocks.
pub struct Keepers {
    /// The kept block that each block repeats; a kept block names itself. A block of an excluded
    /// document that matches nothing names itself too, and is never named by others.
    pub keeper: Vec<Number>,
    /// Kept blocks that match an earlier kept one, with that one.
    pub echoes: HashMap<Number, (Number, Echo)>,
}

/// Everything the visits need to look at.
pub struct Corpus<'a> {
    /// The columns.
    pub store: &'a Store,
    /// The policy.
    pub settings: &'a Settings,
    /// The verified matches.
    pub neighbours: &'a Neighbours,
    /// The numbers of what stands in hot buckets.
    pub amounts: &'a AllAmounts,
    /// The document of each block.
    pub documents: &'a [Number],
    /// Documents that are dropped, copies of others among them: their blocks are never keepers.
    pub excluded: &'a [bool],
    /// Whether it is not known yet that a block stays; empty where it is of none.
    pub open: &'a [bool],
}

impl Corpus<'_> {
    /// Whether a block of `node` may be removed in favour of a block of `other`.
    #[must_use]
    pub fn may_remove(&self, node: Number, other: Number) -> bool {
        node == other
            || self.neighbours.between(node, other).is_some_and(|found| found.may_remove(node))
    }

    /// Which documents may repeat each other.
    #[must_use]
    pub fn scopes(&self) -> Scopes<'_> {
        Scopes { store: self.store, settings: self.settings }
    }

    /// See `Scopes::in_scope`.
    #[must_use]
    pub fn in_scope(&self, document: Number, keeper_document: Number) -> bool {
        self.scopes().in_scope(document, keeper_document)
    }
}

/// Visits all blocks and decides: `rank` ascending, of equal ranks by the content of their documents,
/// then by position (`None`: in input order). What the corpus is held against comes before all that, in
/// input order, and all of it is kept.
#[must_use]
pub fn choose_keepers(corpus: &Corpus<'_>, rank: Option<&[u32]>) -> Keepers {
    let blocks = corpus.store.blocks();
    let references = corpus.store.reference_blocks();
    let order = rank.map(|rank| {
        let mut order: Vec<Number> = (0..blocks as Number).collect();
        let contents = contents(corpus.store);
        order[references..].sort_unstable_by_key(|&block| {
            (rank[block as usize], contents[corpus.documents[block as usize] as usize], block)
        });
        order
    });
    let components = corpus.settings.chain.then(|| components(corpus));
    let position = order.as_deref().map_or_else(Vec::new, position_of);
    let keeper: Vec<AtomicU32> = (0..blocks).map(|_| AtomicU32::new(NONE)).collect();
    let pairs = Kept::pairs(corpus);
    // Texts that do not match, not even by way of others, have nothing to do with each other.
    let threads = rayon::current_num_threads();
    let is_whole = blocks < LARGE || threads == 1 || components.is_some();
    let parts = if is_whole { 1 } else { (2 * threads).min(MOST_PARTS) };
    let part_of = if is_whole { Vec::new() } else { parts_of(corpus, parts) };
    let next = AtomicUsize::new(0);
    let found = on_all_threads(blocks, || {
        let mut echoes = Vec::new();
        while let part = next.fetch_add(1, Ordering::Relaxed)
            && part < parts
        {
            let mut visits = Visits {
                corpus,
                components: components.as_deref(),
                kept: Kept::new(corpus, &pairs),
                adopted: Adopted::default(),
                position: &position,
                keeper: &keeper,
                echoes: Vec::new(),
                readings: Readings::new(corpus.store),
            };
            let is_ours = |block: Number| {
                let node = corpus.store.node(block as usize) as usize;
                part_of.get(node).is_none_or(|&own| usize::from(own) == part)
            };
            visits.visit_all(order.as_deref(), is_ours);
            echoes.append(&mut visits.echoes);
        }
        echoes
    });
    Keepers {
        keeper: keeper.into_iter().map(AtomicU32::into_inner).collect(),
        echoes: found.into_iter().flatten().collect(),
    }
}

/// The part of each node, of so many: nodes that match have one, and so do those that match these.
fn parts_of(corpus: &Corpus<'_>, parts: usize) -> Vec<u8> {
    let matches = corpus.neighbours.all().iter();
    let roots = roots(corpus.store.nodes(), matches.map(|found| (found.left, found.right)));
    roots.into_par_iter().map(|root| (mix32(root) as usize % parts) as u8).collect()
}

/// What tells documents of equal rank apart, whatever their order in the input; equal for those of
/// one normal form. Of documents and not of blocks, so that one document keeps all that it shares.
pub fn contents(store: &Store) -> Vec<u64> {
    (0..store.documents())
        .into_par_iter()
        .map(|document| {
            let mut hasher = Xxh3::new();
            for block in store.document_blocks(document) {
                let node = store.node(block) as usize;
                hasher.update(&store.fingerprints[node].to_le_bytes());
            }
            hasher.digest()
        })
        .collect()
}

/// When each block is visited.
fn position_of(order: &[Number]) -> Vec<u32> {
    let mut position = vec![0; order.len()];
    for (number, &block) in order.iter().enumerate() {
        position[block as usize] = number as u32;
    }
    position
}

/// The visits to the blocks of one part of all nodes.
struct Visits<'a> {
    corpus: &'a Corpus<'a>,
    components: Option<&'a [Number]>,
    kept: Kept<'a>,
    adopted: Adopted<(Number, Cell)>,
    /// When each block is visited; empty where that is its own number.
    position: &'a [u32],
    /// See `Keepers`; each block is written by one thread.
    keeper: &'a [AtomicU32],
    echoes: Vec<(Number, (Number, Echo))>,
    readings: Readings<'a>,
}

impl Visits<'_> {
    /// Visits the blocks that are ours, in their `order`.
    fn visit_all(&mut self, order: Option<&[Number]>, is_ours: impl Fn(Number) -> bool) {
        let corpus = self.corpus;
        let (references, blocks) = (corpus.store.reference_blocks(), corpus.store.blocks());
        (0..references as Number)
            .filter(|&block| is_ours(block))
            .for_each(|block| self.keep_reference(block));
        // Blocks of dropped documents come last: whatever can be their keeper is known by then.
        for excluded in [false, true] {
            if excluded && !corpus.excluded.contains(&true) {
                break;
            }
            let mut visit = |block: Number| {
                let document = corpus.documents[block as usize] as usize;
                if is_ours(block) && corpus.excluded[document] == excluded {
                    self.visit(block, excluded);
                }
            };
            match order {
                Some(order) => order[references..].iter().copied().for_each(&mut visit),
                None => (references as Number..blocks as Number).for_each(&mut visit),
            }
        }
    }

    fn name(&self, block: Number, keeper: Number) {
        self.keeper[block as usize].store(keeper, Ordering::Relaxed);
    }

    /// The node of a block, or of the chain that it stands in.
    fn node(&self, block: Number) -> Number {
        let own = self.corpus.store.node(block as usize);
        self.components.map_or(own, |components| components[own as usize])
    }

    /// Keeps a block that others are held against, whatever it repeats.
    fn keep_reference(&mut self, block: Number) {
        let (node, document) = (self.node(block), self.corpus.documents[block as usize]);
        self.name(block, block);
        if self.find(node, document) == NONE {
            self.keep(node, block, document);
        } else {
            // What it matches was told of by the copy before it.
            self.kept.add(node, block, document);
        }
    }

    fn visit(&mut self, block: Number, excluded: bool) {
        let document = self.corpus.documents[block as usize];
        let own = self.corpus.store.node(block as usize);
        let node = self.node(block);
        let mut best = self.find(node, document);
        let (mut echo, mut echoed) = (None, None);
        if let Some(components) = self.components {
            // Chains pass over what differs in numbers or names only; what is kept for that says so.
            echo = self
                .corpus
                .neighbours
                .of(own)
                .filter(|(_, found)| found.template)
                .map(|(other, _)| self.find(components[other as usize], document))
                .find(|&other| other != NONE)
                .map(|other| (other, Echo::Numbers));
        } else {
            for (other, found) in self.corpus.neighbours.of(node) {
                let block = self.find(other, document);
                if block == NONE {
                } else if found.may_remove(node) {
                    best = self.earlier(best, block);
                } else {
                    let why = if found.template { Echo::Numbers } else { Echo::Contained };
                    // What is alike as a whole says more than what it holds.
                    let order = (found.relation, self.place(block));
                    if echoed.is_none_or(|before| order < before) {
                        (echo, echoed) = (Some((block, why)), Some(order));
                    }
                }
            }
            if best == NONE && self.corpus.open.get(block as usize) != Some(&false) {
                best = self.two_steps_away(node, document);
            }
        }
        if best != NONE {
            self.name(block, best);
            return;
        }
        self.name(block, block);
        if let Some(echo) = echo {
            self.echoes.push((block, echo));
        }
        if !excluded {
            self.keep(node, block, document);
        }
    }

    fn find(&self, node: Number, document: Number) -> Number {
        self.kept.find(node, document, |block| self.place(block))
    }

    fn keep(&mut self, node: Number, block: Number, document: Number) {
        self.kept.add(node, block, document);
        if self.components.is_some() {
            return;
        }
        let cell = self.kept.cell(document);
        for (other, _) in self.corpus.neighbours.of(node) {
            self.adopted.add((other, cell), block);
        }
    }

    /// The earliest visited keeper of a match's match that this node truly matches.
    fn two_steps_away(&mut self, node: Number, document: Number) -> Number {
        let Corpus { store, settings, neighbours, amounts, documents, .. } = *self.corpus;
        let own = amounts.of(node);
        let mut candidates: Vec<Number> = neighbours
            .of(node)
            .flat_map(|(other, _)| self.kept.cells(document).map(move |cell| (other, cell)))
            .flat_map(|key| self.adopted.of(key))
            .filter(|&block| {
                let other = store.node(block as usize);
                self.corpus.in_scope(document, documents[block as usize])
                    && !own.keeps_apart_from(other)
            })
            .collect();
        if candidates.is_empty() {
            return NONE;
        }
        candidates.sort_unstable_by_key(|&block| self.place(block));
        candidates.dedup();
        // Of those that match it directly it is known that it may not go for them.
        let direct: HashSet<Number> = neighbours.of(node).map(|(other, _)| other).collect();
        candidates.retain(|&block| !direct.contains(&store.node(block as usize)));
        let (set, said) = (node_set(store, settings, node), (store, settings));
        let goes_for = |&block: &Number| {
            let other = store.node(block as usize);
            let tokens = (store.node_tokens(node), store.node_tokens(other));
            would_go(said, (node, other), tokens, &set, &mut self.readings)
        };
        candidates.into_iter().find(goes_for).unwrap_or(NONE)
    }

    fn place(&self, block: Number) -> u32 {
        if self.position.is_empty() { block } else { self.position[block as usize] }
    }

    fn earlier(&self, one: Number, other: Number) -> Number {
        if one == NONE || self.place(other) < self.place(one) { other } else { one }
    }
}

/// The smallest node of each connected component of matches, for `linkage="chain"`.
fn components(corpus: &Corpus<'_>) -> Vec<Number> {
    let matches = corpus.neighbours.all().iter().filter(|found| !found.template);
    roots(corpus.store.nodes(), matches.map(|found| (found.left, found.right)))
}

/// The smallest node of each connected component.
fn roots(nodes: usize, pairs: impl Iterator<Item = (Number, Number)>) -> Vec<Number> {
    fn root(parent: &mut [Number], mut node: Number) -> Number {
        while parent[node as usize] != node {
            parent[node as usize] = parent[parent[node as usize] as usize];
            node = parent[node as usize];
        }
        node
    }
    let mut parent: Vec<Number> = (0..nodes as Number).collect();
    for (node, other) in pairs {
        let (one, two) = (root(&mut parent, node), root(&mut parent, other));
        parent[one.max(two) as usize] = one.min(two);
    }
    // Each node's parent is smaller than itself, and has its root when the node is asked for.
    for node in 0..nodes {
        parent[node] = parent[parent[node] as usize];
    }
    parent
}
