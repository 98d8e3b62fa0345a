//! A batch of new documents: their blocks, which of these are known, and which known blocks the others
//! may match.

use std::io;

use hashbrown::{HashMap, HashSet};

use super::columns::columns;
use super::disk::file::Kind;
use super::disk::rows::Near;
use super::each::each;
use super::fresh::quarter;
use super::keys::{KeyMaker, Keys};
use super::levels::Column;
use super::record::Node;
use super::sieve::Probe;
use super::standing::Standing;
use super::state::State;
use super::view::View;
use crate::blocks::layout::Layout;
use crate::judging::verify::Match;
use crate::reading::enter::{Workspace, read_batch};
use crate::reading::read::{NewDocument, PIECE_BYTES};
use crate::store::{Number, Store};
use crate::tokens::token::TokenBuffer;

/// Blocks that are read sooner than another thread begins to.
const FEW: usize = 64;

/// Blocks that are looked up by one task.
const PART: usize = 512;

/// A pair that may match: the earlier block, the later one.
pub type Suspects = (u32, u32);

/// Documents that were read, and what is known of their blocks.
pub struct Batch {
    /// The documents.
    pub store: Store,
    /// The group and time of each.
    pub standings: Vec<Standing>,
    /// The hash of each variant's raw text, never 0.
    raw_hashes: Vec<u64>,
    /// The number of each of the store's nodes, and what is known of it.
    pub nodes: Vec<(u32, Node)>,
    /// Nodes from this number on are new.
    pub first_new: u32,
    /// The keys of the new nodes by their kinds, until these are remembered.
    pub columns: Vec<Column>,
    /// Places of the new nodes among all, and what tells which others they may match.
    pub(super) new: Vec<(u32, Probe)>,
    /// The first raw text of each new node that can match others.
    pub texts: HashMap<u32, String>,
    /// The key of each document's blocks in their order; `None` where it is no copy of any, whatever is held, nor
    /// has any.
    pub(super) sequences: Vec<Option<u32>>,
    /// Of each document, as if nothing of it went: its different anchors, ascending, and whether one
    /// stands twice. None where runs are not looked for.
    pub anchors: Vec<(Vec<u32>, bool)>,
    /// Those of them that were looked up, and those among them that held documents have.
    pub asked: HashSet<u32>,
    /// See `asked`.
    pub met: HashSet<u32>,
    /// What is to be judged by shingles.
    pub long: Vec<Suspects>,
    /// What is to be judged by characters.
    pub short: Vec<Suspects>,
    /// The blocks of which these are.
    pub views: HashMap<u32, View>,
    /// Buckets of which only a part was looked at, by node.
    pub hot: HashMap<u32, u32>,
    /// The same of held blocks, once that was asked for.
    pub(super) crowded: HashMap<u32, u32>,
    /// Places of the held ones among the nodes, once one of them was asked for.
    pub(super) held: HashMap<u32, Number>,
    /// What matched, by each of its sides.
    pub matches: HashMap<u32, Vec<Match>>,
    /// Matches of held blocks, each of which is kept where it stands first, once documents were decided on: see
    /// `Earlier::kept_of_held`.
    pub(super) kept: Option<Vec<(u32, (u32, u32))>>,
    /// What is known of pairs that are known to match, where that was asked for.
    pub(super) known: HashMap<Suspects, Option<Match>>,
    /// The version of the state that was asked.
    pub version: u64,
    /// Whether one thread is enough.
    pub alone: bool,
}

impl Batch {
    /// Reads documents, of which each has its group and time, and looks their blocks up; nothing is
    /// remembered.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn new(
        state: &State,
        documents: &[NewDocument<'_>],
        standings: Vec<Standing>,
    ) -> io::Result<Self> {
        let alone = Self::is_small(documents);
        let mut store = Store::small();
        let mut workspace = Workspace::default();
        let protect = state.protect.as_ref();
        read_batch(&mut store, &mut workspace, documents, &state.reading, protect);
        let first_new = state.fresh.next_node();
        let raw_hashes = raw_hashes(&store);
        let nodes = number_nodes((state, alone), (&store, &raw_hashes), first_new)?;
        let mut batch = Self {
            store,
            standings,
            raw_hashes,
            nodes,
            first_new,
            columns: Vec::new(),
            new: Vec::new(),
            texts: HashMap::new(),
            sequences: Vec::new(),
            anchors: Vec::new(),
            asked: HashSet::new(),
            met: HashSet::new(),
            long: Vec::new(),
            short: Vec::new(),
            views: HashMap::new(),
            hot: HashMap::new(),
            crowded: HashMap::new(),
            held: HashMap::new(),
            matches: HashMap::new(),
            kept: None,
            known: HashMap::new(),
            version: state.version,
            alone,
        };
        batch.make_keys(state)?;
        batch.keep_short_texts(state, documents);
        batch.note_sequences(&state.settings);
        batch.find_anchors(state)?;
        batch.find_suspects(state)?;
        batch.view_suspects(state)?;
        Ok(batch)
    }

    /// Whether one thread is enough to look documents up.
    #[must_use]
    pub fn is_small(documents: &[NewDocument<'_>]) -> bool {
        matches!(documents, [one] if one.text.len() < PIECE_BYTES)
    }

    /// Whether nothing of the batch, which is small, is known or may match: then it can be decided in
    /// one thread too.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.alone
            && self.met.is_empty()
            && self.anchors.iter().all(|&(_, twice)| !twice)
            && self.long.is_empty()
            && self.short.is_empty()
            && self.nodes.len() == self.store.blocks()
            && self.nodes.iter().all(|&(node, _)| self.is_new(node))
    }

    /// Whether a number is that of a block of this batch alone.
    #[must_use]
    pub fn is_new(&self, node: u32) -> bool {
        node >= self.first_new
    }

    /// What is known of a node that is new.
    pub(super) fn new_node(&self, number: u32) -> Node {
        let (place, _) = self.new[(number - self.first_new) as usize];
        self.nodes[place as usize].1
    }

    /// What tells which others a new node may match.
    pub(super) fn probe(&self, number: u32) -> Probe {
        self.new[(number - self.first_new) as usize].1
    }

    /// The number of a block's node, and the hash of its raw text where that is not the first one.
    #[must_use]
    pub fn block(&self, block: usize) -> (u32, u64) {
        let (number, node) = self.nodes[self.store.node(block) as usize];
        let raw = self.raw_hashes[self.store.variants[block] as usize];
        (number, if raw == node.raw { 0 } else { raw })
    }

    /// Where a block stands, how, and its tokens.
    #[must_use]
    pub fn shape(&self, block: usize) -> (u32, u32, Layout, u32) {
        let store = &self.store;
        (store.starts[block], store.ends[block], store.layouts[block], store.block_tokens(block))
    }

    fn make_keys(&mut self, state: &State) -> io::Result<()> {
        let (store, nodes, first_new) = (&self.store, &self.nodes, self.first_new);
        let make = |maker: &mut KeyMaker<'_>, node: usize| {
            if nodes[node].0 < first_new {
                return Ok(Keys::default());
            }
            let node = node as Number;
            Ok(maker.keys(store.node_tokens(node), store.node_normal(node)))
        };
        let maker = || KeyMaker::new(&state.settings, &state.permutations);
        let keys = each((self.alone, store.nodes()), maker, make)?;
        for (place, (keys, node)) in (0..).zip(keys.iter().zip(&mut self.nodes)) {
            if node.0 >= first_new {
                node.1.anchors = keys.anchors.len() as u32;
                self.new.push((place, keys.probe));
            }
        }
        let numbers = self.nodes.iter().map(|node| node.0);
        self.columns = columns(self.alone, numbers.zip(keys))?;
        // Where runs begin and end is told by texts, also by those that match none.
        let least = if state.settings.finds_runs() { 1 } else { state.settings.least_tokens() };
        for (variant, &node) in self.store.variant_nodes.iter().enumerate() {
            let (number, known) = self.nodes[node as usize];
            if number >= first_new && known.tokens >= least && !self.texts.contains_key(&number) {
                self.texts.insert(number, self.store.variant_text(variant as Number));
            }
        }
        Ok(())
    }

    /// Reads the blocks that stand in pairs, and leaves out those that are not judged so.
    fn view_suspects(&mut self, state: &State) -> io::Result<()> {
        let pairs = self.long.iter().chain(&self.short);
        let mut wanted: Vec<u32> = pairs.flat_map(|&(one, other)| [one, other]).collect();
        wanted.sort_unstable();
        wanted.dedup();
        self.view(state, &wanted)?;
        let Self { views, long, short, .. } = self;
        let settings = &state.settings;
        let by_characters =
            |pair: &Suspects| views[&pair.0].by_characters(&views[&pair.1], settings);
        // Two that are judged by their shingles may have met by their characters; a scan compares none of these.
        long.retain(|pair| by_characters(pair) == Some(false));
        short.retain(|pair| {
            by_characters(pair) == Some(true)
                && views[&pair.0].may_be_alike(&views[&pair.1], settings)
        });
        Ok(())
    }

    /// Reads some blocks that were not read yet.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn view(&mut self, state: &State, wanted: &[u32]) -> io::Result<()> {
        let missing: Vec<u32> =
            wanted.iter().copied().filter(|node| !self.views.contains_key(node)).collect();
        let texts = &self.texts;
        let read = |(buffer, near): &mut (TokenBuffer, Near), place: usize| {
            let node = missing[place];
            let text = match texts.get(&node) {
                Some(text) => text.clone(),
                None => state.text_near(node, near)?,
            };
            Ok(View::new(buffer, &state.settings, node, text))
        };
        let alone = self.alone || missing.len() < FEW;
        let views: Vec<View> = each((alone, missing.len()), Default::default, read)?;
        self.views.extend(views.into_iter().map(|view| (view.node, view)));
        Ok(())
    }
}

/// Hashes of the variants' raw texts, never 0.
fn raw_hashes(store: &Store) -> Vec<u64> {
    store.raw_texts.hashes_from(0).into_iter().map(|hash| (hash as u64).max(1)).collect()
}

fn number_nodes(
    (state, alone): (&State, bool),
    (store, raw_hashes): (&Store, &[u64]),
    first_new: u32,
) -> io::Result<Vec<(u32, Node)>> {
    let mut order: Vec<(u32, u32)> =
        store.fingerprints.iter().map(|&whole| quarter(whole)).zip(0..).collect();
    order.sort_unstable();
    let parts: Vec<&[(u32, u32)]> = order.chunks(PART).collect();
    let find = |(): &mut (), part: usize| {
        let keys: Vec<(Kind, u32)> =
            parts[part].iter().map(|&(quarter, _)| (Kind::Fingerprints, quarter)).collect();
        let there = state.sift(&keys)?;
        let mut seeker = state.seeker(Kind::Fingerprints, &there);
        let mut found = Vec::new();
        for (&(_, node), &there) in parts[part].iter().zip(&there) {
            if there != 0 {
                let known = state.find(&mut seeker, there, store.fingerprints[node as usize])?;
                found.extend(known.map(|known| (node, known)));
            }
        }
        Ok(found)
    };
    let mut known = vec![None; store.nodes()];
    for (node, found) in each((alone, parts.len()), || (), find)?.into_iter().flatten() {
        known[node as usize] = Some(found);
    }
    let mut raws = vec![0; store.nodes()];
    for (variant, &node) in store.variant_nodes.iter().enumerate().rev() {
        raws[node as usize] = raw_hashes[variant];
    }
    let mut next = first_new;
    let number = |(node, known): (usize, Option<(u32, Node)>)| {
        known.unwrap_or_else(|| {
            next += 1;
            let fingerprint = store.fingerprints[node];
            let tokens = store.token_counts[node];
            (next - 1, Node { fingerprint, raw: raws[node], tokens, anchors: 0 })
        })
    };
    Ok(known.into_iter().enumerate().map(number).collect())
}
