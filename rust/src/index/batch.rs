//! A batch of new documents: their blocks, which of these are known, and which known blocks the others
//! may match.

use std::io;

use hashbrown::{HashMap, HashSet};

use super::chains::Chains;
use super::each::each;
use super::file::Kind;
use super::fresh::quarter;
use super::keys::{KeyMaker, Keys};
use super::record::Node;
use super::rows::Near;
use super::sieve::Sieve;
use super::sift::Where;
use super::standing::Standing;
use super::state::State;
use super::view::View;
use crate::contain::{COLD, LONGEST, holds, least_share};
use crate::enter::{Workspace, read_batch};
use crate::hot::HOT;
use crate::layout::Layout;
use crate::read::{NewDocument, PIECE_BYTES};
use crate::repeated::Repeated;
use crate::store::{Number, Store};
use crate::token::TokenBuffer;
use crate::verify::Match;

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
    /// The keys of each node; none of those that are known.
    pub keys: Vec<Keys>,
    /// The first raw text of each new node that can match others.
    pub texts: HashMap<u32, String>,
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
    /// What matched, by each of its sides.
    pub matches: HashMap<u32, Vec<Match>>,
    /// The version of the state that was asked.
    pub version: u64,
    /// Whether one thread is enough.
    pub(super) alone: bool,
}

/// What looking a block up found.
#[derive(Default)]
struct Found {
    others: HashSet<u32>,
    hot: u32,
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
            keys: Vec::new(),
            texts: HashMap::new(),
            anchors: Vec::new(),
            asked: HashSet::new(),
            met: HashSet::new(),
            long: Vec::new(),
            short: Vec::new(),
            views: HashMap::new(),
            hot: HashMap::new(),
            matches: HashMap::new(),
            version: state.version,
            alone,
        };
        batch.make_keys(state)?;
        batch.keep_short_texts(state, documents);
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
        self.keys = each((self.alone, store.nodes()), maker, make)?;
        for (keys, node) in self.keys.iter().zip(&mut self.nodes) {
            if node.0 >= first_new {
                node.1.anchors = keys.anchors.len() as u32;
            }
        }
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

    fn find_suspects(&mut self, state: &State) -> io::Result<()> {
        let (nodes, keys) = (&self.nodes, &self.keys);
        let there = state.sift_keys(self.alone, keys)?;
        let mut firsts = Vec::with_capacity(keys.len());
        keys.iter().fold(0, |first, keys| {
            firsts.push(first);
            first + keys.all().count()
        });
        let look = |(): &mut (), node: usize| {
            let held = |place: usize, asked, limit, bucket: &mut Vec<u32>| match there
                [firsts[node] + place]
            {
                0 => Ok(()),
                there => held_bucket(state, there, asked, limit, bucket),
            };
            let known = (|node| state.node(node), |node| state.sieve(node));
            look_up(state, &keys[node], &nodes[node].1, held, known)
        };
        let mut found: Vec<Found> = each((self.alone, nodes.len()), || (), look)?;
        // Among themselves: each is met by those that come after it. Most keys stand once.
        let all = || keys.iter().flat_map(Keys::all);
        let hashes: Vec<u32> = all().map(|(kind, key)| spread(kind, key)).collect();
        let repeated = Repeated::among(&[&hashes], 1);
        let numbers: HashMap<u32, usize> = nodes.iter().map(|node| node.0).zip(0..).collect();
        let mut chains = Chains::default();
        for ((own, (number, node)), found) in keys.iter().zip(nodes).zip(&mut found) {
            let new = |_, (kind, key), limit, bucket: &mut Vec<u32>| {
                if repeated.has(spread(kind, key)) {
                    chains.each(kind, key, &mut |other| {
                        bucket.push(other);
                        Ok(bucket.len() < limit)
                    })?;
                }
                Ok(())
            };
            let known = (
                |other| Ok(nodes[numbers[&other]].1),
                |other| Ok(keys[numbers[&other]].probe.sieve),
            );
            let more = look_up(state, own, node, new, known)?;
            found.others.extend(more.others);
            found.hot += more.hot;
            for (kind, key) in own.all().filter(|&(kind, key)| repeated.has(spread(kind, key))) {
                chains.push(kind, key, *number);
            }
        }
        for (&(number, _), found) in nodes.iter().zip(found) {
            if found.hot > 0 {
                self.hot.insert(number, found.hot);
            }
            let mut others: Vec<u32> = found.others.into_iter().collect();
            others.sort_unstable();
            self.long.extend(others.into_iter().map(|other| (other, number)));
        }
        Ok(())
    }

    /// Reads the blocks that stand in pairs, and sorts the pairs by their judges.
    fn view_suspects(&mut self, state: &State) -> io::Result<()> {
        let mut wanted: Vec<u32> =
            self.long.iter().flat_map(|&(one, other)| [one, other]).collect();
        wanted.sort_unstable();
        wanted.dedup();
        self.view(state, &wanted)?;
        let suspects = std::mem::take(&mut self.long);
        for pair in suspects {
            let (left, right) = (&self.views[&pair.0], &self.views[&pair.1]);
            match left.by_characters(right, &state.settings) {
                Some(true) if left.may_be_alike(right, &state.settings) => self.short.push(pair),
                Some(false) => self.long.push(pair),
                _ => {}
            }
        }
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
        let views: Vec<View> = each((self.alone, missing.len()), Default::default, read)?;
        self.views.extend(views.into_iter().map(|view| (view.node, view)));
        Ok(())
    }
}

/// A key with its kind, as one number of 32 bits: two of them may share one.
const fn spread(kind: Kind, key: u32) -> u32 {
    (kind.number() as u32).wrapping_mul(0x9E37_79B1) ^ key
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
    let quarters: Vec<u32> = store.fingerprints.iter().map(|&whole| quarter(whole)).collect();
    let there = state.sift_many(alone, Kind::Fingerprints, &quarters)?;
    let find = |(): &mut (), node: usize| state.find(there[node], store.fingerprints[node]);
    let known: Vec<Option<(u32, Node)>> = each((alone, store.nodes()), || (), find)?;
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

/// The blocks that a new one may match, of those that `fill` puts into a bucket: those of a kind and key,
/// up to a limit; the first number it is given is that of the key among all of the block.
fn look_up(
    state: &State,
    keys: &Keys,
    node: &Node,
    fill: impl Fn(usize, (Kind, u32), usize, &mut Vec<u32>) -> io::Result<()>,
    (known, sieve): (impl Fn(u32) -> io::Result<Node>, impl Fn(u32) -> io::Result<Sieve>),
) -> io::Result<Found> {
    let mut found = Found::default();
    let mut bucket = Vec::new();
    for (place, &asked) in keys.bands.iter().enumerate() {
        bucket.clear();
        fill(place, asked, HOT, &mut bucket)?;
        found.hot += u32::from(bucket.len() >= HOT);
        for &other in &bucket {
            if !found.others.contains(&other)
                && keys.probe.may_match(&state.settings, sieve(other)?)
            {
                found.others.insert(other);
            }
        }
    }
    let mut shared: HashMap<u32, u32> = HashMap::new();
    let mut hot = 0;
    for (place, &anchor) in (keys.bands.len()..).zip(&keys.anchors) {
        bucket.clear();
        fill(place, (Kind::Anchors, anchor), COLD, &mut bucket)?;
        if bucket.len() >= COLD {
            hot += 1;
            bucket.truncate(LONGEST);
        }
        for &other in &bucket {
            *shared.entry(other).or_default() += 1;
        }
    }
    found.hot += hot;
    for (other, shared) in shared {
        if !found.others.contains(&other)
            && keys.probe.may_match(&state.settings, sieve(other)?)
            && may_hold(state, (node, &known(other)?), shared + hot)
        {
            found.others.insert(other);
        }
    }
    Ok(found)
}

/// A bucket of what is held, without blocks that stand in no document any more where it would be full. Within
/// a window the newest are looked at: those before them are out of reach.
fn held_bucket(
    state: &State,
    there: Where,
    asked: (Kind, u32),
    limit: usize,
    bucket: &mut Vec<u32>,
) -> io::Result<()> {
    let push = |other| {
        bucket.push(other);
        if bucket.len() >= limit && !state.removed.is_empty() {
            let mut live = Vec::new();
            for &other in &*bucket {
                if state.is_live(other)? {
                    live.push(other);
                }
            }
            *bucket = live;
        }
        Ok(bucket.len() < limit)
    };
    if state.settings.window.is_some() {
        state.each_back(asked.0, asked.1, push)
    } else {
        state.each_there(there, asked, push)
    }
}

/// Whether one of two blocks that share so many anchors may hold the other; what stands in large buckets
/// may be shared without having been met.
fn may_hold(state: &State, (one, other): (&Node, &Node), shared: u32) -> bool {
    let (shorter, longer) = if one.tokens < other.tokens { (one, other) } else { (other, one) };
    holds(longer.tokens, shorter.tokens)
        && f64::from(shared) >= least_share(&state.settings) * f64::from(shorter.anchors)
}
