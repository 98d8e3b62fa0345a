//! Which block stays and which is a repeat: blocks are visited in keeper order, each is a repeat of
//! the first block already kept that it matches, else it is kept.
//!
//! So every repeat matches its own keeper and chains cannot run away. In a hot bucket members were
//! compared with central members only; a block whose matches are all repeats themselves is therefore
//! compared with the keepers of those (two steps away), exactly.

use hashbrown::HashMap;

use crate::columns::filled;
use crate::names::is_template;
use crate::settings::{Scope, Settings};
use crate::store::{NONE, Number, Store};
use crate::verify::{Match, judge, node_set};

/// Kept neighbours of a node that blocks two steps away are compared with.
const SECOND_STEPS: usize = 4;

/// The matches of each node.
pub struct Neighbours {
    matches: Vec<Match>,
    starts: Vec<u32>,
    edges: Vec<(Number, Number)>,
}

impl Neighbours {
    /// Indexes matches by both of their nodes.
    #[must_use]
    pub fn new(matches: Vec<Match>, nodes: usize) -> Self {
        let mut starts = vec![0u32; nodes + 1];
        for found in &matches {
            starts[found.left as usize + 1] += 1;
            starts[found.right as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut edges = vec![(NONE, NONE); matches.len() * 2];
        for (number, found) in matches.iter().enumerate() {
            for (node, other) in [(found.left, found.right), (found.right, found.left)] {
                edges[next[node as usize] as usize] = (other, number as Number);
                next[node as usize] += 1;
            }
        }
        Self { matches, starts, edges }
    }

    /// All matches, by their nodes.
    #[must_use]
    pub fn into_matches(self) -> Vec<Match> {
        self.matches
    }

    /// Bytes that they fill.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        filled(&self.matches) + filled(&self.starts) + filled(&self.edges)
    }

    /// The other node and the match, for each match of a node.
    pub fn of(&self, node: Number) -> impl Iterator<Item = (Number, &Match)> {
        let range = self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize;
        self.edges[range].iter().map(|&(other, number)| (other, &self.matches[number as usize]))
    }

    /// The match between two nodes, if they were found to match.
    #[must_use]
    pub fn between(&self, node: Number, other: Number) -> Option<&Match> {
        let count = |node: Number| self.starts[node as usize + 1] - self.starts[node as usize];
        let (few, many) = if count(node) <= count(other) { (node, other) } else { (other, node) };
        self.of(few).find(|&(found, _)| found == many).map(|(_, found)| found)
    }
}

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
    /// The document of each block.
    pub documents: &'a [Number],
    /// Documents that are dropped: their blocks are never keepers.
    pub excluded: &'a [bool],
}

impl Corpus<'_> {
    /// Whether a block of `node` may be removed in favour of a block of `other`.
    #[must_use]
    pub fn may_remove(&self, node: Number, other: Number) -> bool {
        node == other
            || self.neighbours.between(node, other).is_some_and(|found| found.may_remove(node))
    }

    /// Whether the policy's scope lets a block of one document be a repeat of a block of another.
    #[must_use]
    pub fn in_scope(&self, document: Number, keeper_document: Number) -> bool {
        match self.settings.scope {
            Scope::Both => true,
            Scope::Within => document == keeper_document,
            Scope::Across => document != keeper_document,
        }
    }
}

/// Visits all blocks, `rank` ascending (`None`: in input order), and decides.
#[must_use]
pub fn choose_keepers(corpus: &Corpus<'_>, rank: Option<&[u32]>) -> Keepers {
    let blocks = corpus.store.blocks();
    let order = rank.map(|rank| {
        let mut order: Vec<Number> = (0..blocks as Number).collect();
        order.sort_unstable_by_key(|&block| (rank[block as usize], block));
        order
    });
    let mut visits = Visits {
        corpus,
        components: corpus.settings.chain.then(|| components(corpus)),
        kept: Kept::new(corpus),
        adopted: HashMap::new(),
        position: order.as_deref().map_or_else(Vec::new, position_of),
        keepers: Keepers { keeper: vec![NONE; blocks], echoes: HashMap::new() },
    };
    // Blocks of dropped documents come last: whatever can be their keeper is known by then.
    for excluded in [false, true] {
        if excluded && !corpus.excluded.contains(&true) {
            break;
        }
        let mut visit = |block: Number| {
            if corpus.excluded[corpus.documents[block as usize] as usize] == excluded {
                visits.visit(block, excluded);
            }
        };
        match &order {
            Some(order) => order.iter().copied().for_each(&mut visit),
            None => (0..blocks as Number).for_each(&mut visit),
        }
    }
    visits.keepers
}

/// When each block is visited.
fn position_of(order: &[Number]) -> Vec<u32> {
    let mut position = vec![0; order.len()];
    for (number, &block) in order.iter().enumerate() {
        position[block as usize] = number as u32;
    }
    position
}

struct Visits<'a> {
    corpus: &'a Corpus<'a>,
    components: Option<Vec<Number>>,
    kept: Kept,
    adopted: HashMap<Number, Vec<Number>>,
    /// When each block is visited; empty where that is its own number.
    position: Vec<u32>,
    keepers: Keepers,
}

impl Visits<'_> {
    fn visit(&mut self, block: Number, excluded: bool) {
        let document = self.corpus.documents[block as usize];
        let own = self.corpus.store.node(block as usize);
        let node = self.components.as_ref().map_or(own, |components| components[own as usize]);
        let mut best = self.kept.find(node, document);
        let mut echo = None;
        if let Some(components) = &self.components {
            // Chains pass over what differs in numbers or names only; what is kept for that says so.
            echo = self
                .corpus
                .neighbours
                .of(own)
                .filter(|(_, found)| found.template)
                .map(|(other, _)| self.kept.find(components[other as usize], document))
                .find(|&other| other != NONE)
                .map(|other| (other, Echo::Numbers));
        } else {
            for (other, found) in self.corpus.neighbours.of(node) {
                let block = self.kept.find(other, document);
                if block == NONE {
                } else if found.may_remove(node) {
                    best = self.earlier(best, block);
                } else if echo.is_none_or(|(first, _)| self.earlier(first, block) == block) {
                    echo =
                        Some((block, if found.template { Echo::Numbers } else { Echo::Contained }));
                }
            }
            if best == NONE {
                best = self.two_steps_away(node, document);
            }
        }
        if best != NONE {
            self.keepers.keeper[block as usize] = best;
            return;
        }
        self.keepers.keeper[block as usize] = block;
        if let Some(echo) = echo {
            self.keepers.echoes.insert(block, echo);
        }
        if !excluded {
            self.keep(node, block, document);
        }
    }

    fn keep(&mut self, node: Number, block: Number, document: Number) {
        self.kept.add(node, block, document);
        if self.components.is_some() {
            return;
        }
        for (other, _) in self.corpus.neighbours.of(node) {
            let adopted = self.adopted.entry(other).or_default();
            if adopted.len() < SECOND_STEPS {
                adopted.push(block);
            }
        }
    }

    /// The earliest visited keeper of a match's match that this node truly matches.
    fn two_steps_away(&self, node: Number, document: Number) -> Number {
        let Corpus { store, settings, neighbours, documents, .. } = *self.corpus;
        let mut candidates: Vec<Number> = neighbours
            .of(node)
            .filter_map(|(other, _)| self.adopted.get(&other))
            .flatten()
            .copied()
            .filter(|&block| self.corpus.in_scope(document, documents[block as usize]))
            .collect();
        if candidates.is_empty() {
            return NONE;
        }
        candidates.sort_unstable_by_key(|&block| self.place(block));
        candidates.dedup();
        let set = node_set(store, settings, node);
        candidates
            .into_iter()
            .find(|&block| {
                let other = store.node(block as usize);
                let counts =
                    (store.token_counts[node as usize], store.token_counts[other as usize]);
                other != node
                    && settings.judged_by_characters(counts.0, counts.1) == Some(false)
                    && judge(settings, (node, other), (&set, &node_set(store, settings, other)))
                        .is_some_and(|found| found.may_remove(node))
                    && !is_template(
                        store,
                        settings,
                        (node, other),
                        (store.node_tokens(node), store.node_tokens(other)),
                    )
            })
            .unwrap_or(NONE)
    }

    fn place(&self, block: Number) -> u32 {
        if self.position.is_empty() { block } else { self.position[block as usize] }
    }

    fn earlier(&self, one: Number, other: Number) -> Number {
        if one == NONE || self.place(other) < self.place(one) { other } else { one }
    }
}

/// The first kept block of each node that a document may name as keeper.
struct Kept {
    scope: Scope,
    first: Vec<(Number, Number)>,
    other: HashMap<Number, Number>,
    within: HashMap<(Number, Number), Number>,
}

impl Kept {
    fn new(corpus: &Corpus<'_>) -> Self {
        let nodes = if corpus.settings.scope == Scope::Within { 0 } else { corpus.store.nodes() };
        Self {
            scope: corpus.settings.scope,
            first: vec![(NONE, NONE); nodes],
            other: HashMap::new(),
            within: HashMap::new(),
        }
    }

    fn find(&self, node: Number, document: Number) -> Number {
        match self.scope {
            Scope::Both => self.first[node as usize].0,
            Scope::Within => self.within.get(&(node, document)).copied().unwrap_or(NONE),
            Scope::Across => match self.first[node as usize] {
                (_, home) if home == document => self.other.get(&node).copied().unwrap_or(NONE),
                (block, _) => block,
            },
        }
    }

    fn add(&mut self, node: Number, block: Number, document: Number) {
        if self.scope == Scope::Within {
            self.within.entry((node, document)).or_insert(block);
            return;
        }
        let first = &mut self.first[node as usize];
        if first.0 == NONE {
            *first = (block, document);
        } else if self.scope == Scope::Across && first.1 != document {
            self.other.entry(node).or_insert(block);
        }
    }
}

/// The smallest node of each connected component of matches, for `linkage="chain"`.
fn components(corpus: &Corpus<'_>) -> Vec<Number> {
    fn root(parent: &mut [Number], mut node: Number) -> Number {
        while parent[node as usize] != node {
            parent[node as usize] = parent[parent[node as usize] as usize];
            node = parent[node as usize];
        }
        node
    }
    let nodes = corpus.store.nodes() as Number;
    let mut parent: Vec<Number> = (0..nodes).collect();
    for node in 0..nodes {
        for (other, found) in corpus.neighbours.of(node) {
            if !found.template {
                let (one, two) = (root(&mut parent, node), root(&mut parent, other));
                parent[one.max(two) as usize] = one.min(two);
            }
        }
    }
    (0..nodes).map(|node| root(&mut parent, node)).collect()
}
