//! The held documents on which the fate of a new one depends.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;

use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};

use super::batch::Batch;
use super::disk::file::Kind;
use super::record::{BlockPlace, Fate, Held};
use super::scoped::Asking;
use super::second_steps::Steps;
use super::standing::Standing;
use super::state::State;
use crate::judging::verify::Match;
use crate::settings::Settings;

/// What a batch's documents before a new one add to what is held.
#[derive(Default)]
pub struct Earlier {
    /// The documents, by their numbers.
    pub documents: BTreeMap<u32, Held>,
    /// The first of them in which each block stands.
    pub first: HashMap<u32, u32>,
    /// The first and the last one of each anchor of a stream.
    pub streams: HashMap<u32, (u32, u32)>,
    /// Those of each sequence of blocks, ascending.
    pub sequences: HashMap<u32, Vec<u32>>,
    /// Those that keep each block, where not all documents meet.
    pub keepers: HashMap<u32, Vec<u32>>,
    /// What each block of the batch, new or held, matches of its new ones, ascending.
    pub matches: HashMap<u32, Vec<u32>>,
    /// The new ones of these that are kept where they stand first.
    pub(super) kept: HashMap<u32, Vec<u32>>,
    first_new: u32,
    /// Whether anything that is held was removed.
    any_removed: bool,
    /// Whether blocks that stood in removed documents alone are kept by documents of the batch.
    pub(super) is_back: bool,
    /// Second steps that were taken for these documents.
    pub(super) steps: RefCell<Steps>,
}

impl Earlier {
    /// Nothing, but what the blocks of a batch were found to match.
    #[must_use]
    pub fn none_of(state: &State, batch: &Batch) -> Self {
        let others = batch.matches.iter().map(|(&node, found)| {
            let new = |&other: &u32| batch.is_new(node) || batch.is_new(other);
            let others = found.iter().map(|found| other_side(found, node)).filter(new);
            let mut others: Vec<u32> = others.collect();
            others.sort_unstable();
            (node, others)
        });
        Self {
            matches: others.collect(),
            first_new: batch.first_new,
            any_removed: !state.removed.is_empty(),
            ..Self::default()
        }
    }

    /// Adds a document and its different anchors, which others of the batch follow.
    pub fn push(&mut self, number: u32, held: Held, anchors: &[u32], settings: &Settings) {
        for &anchor in anchors {
            self.streams.entry(anchor).or_insert((number, number)).1 = number;
        }
        self.note_blocks(number, &held, settings);
        self.documents.insert(number, held);
    }

    /// Notes where the blocks of a document stand.
    pub fn note_blocks(&mut self, number: u32, held: &Held, settings: &Settings) {
        for block in held.blocks.iter().filter(|block| !held.is_mute(block)) {
            if let Entry::Vacant(first) = self.first.entry(block.node) {
                first.insert(number);
                if block.fate.is_kept() {
                    self.keep(block.node);
                }
            }
            if settings.is_scoped() {
                let keepers = self.keepers.entry(block.node).or_default();
                if keepers.last() != Some(&number) {
                    keepers.push(number);
                }
            }
        }
    }

    /// The kept matches that held blocks have come to have, ascending for each, and the documents in which these stand
    /// first; `None` where others came back with the batch.
    #[must_use]
    pub fn kept_of_held(&self) -> Option<Vec<(u32, (u32, u32))>> {
        let held = self.kept.iter().filter(|&(&node, _)| node < self.first_new);
        let rows = held.flat_map(|(&node, kept)| {
            kept.iter().map(move |&other| (node, (other, self.first[&other])))
        });
        (!self.is_back).then(|| rows.collect())
    }

    /// Notes that a block is kept where it stands first. Where nothing was removed each held block stands somewhere
    /// to be seen: what dropped documents keep has no tokens and matches nothing.
    fn keep(&mut self, node: u32) {
        if node >= self.first_new {
            for &other in self.matches.get(&node).into_iter().flatten() {
                let kept = self.kept.entry(other).or_default();
                kept.insert(kept.partition_point(|&one| one < node), node);
            }
        } else if self.any_removed {
            self.is_back = true;
            *self.steps.get_mut() = Steps::default();
        }
    }
}

/// Gathers what stands before a new document.
pub struct Gatherer<'a> {
    pub(super) state: &'a State,
    pub(super) earlier: &'a Earlier,
    pub(super) before: u32,
    /// Where the new document stands.
    pub(super) standing: Standing,
    /// What was taken in.
    pub documents: BTreeMap<u32, Held>,
    /// Pairs of blocks that match, besides those that are known.
    pub pairs: Vec<(u32, u32)>,
    /// Loose blocks, which are settled anew with what they match; and for whom.
    pub(super) loose: Vec<(u32, Asking)>,
    /// Blocks that the new document may go for, or matches of these, where not all documents meet.
    pub(super) relevant: HashSet<u32>,
    /// What was asked for in homes already, and whether anything is kept there.
    pub(super) asked: HashMap<(u32, Asking), bool>,
    /// Held blocks of the new document whose matches decide on them: they are kept nowhere that it may name.
    pub unkept: Vec<u32>,
    /// Documents that were removed, and an anchor of theirs: what repeated them may be loose.
    pub ghosts: Vec<(u32, u32)>,
    /// Anchors of which a document was left out.
    pub hot: u32,
}

/// Documents that are gathered for one new one, at most, because of what is loose in others.
pub(super) const MOST: usize = 64;

/// Documents that are gathered for one new one, at most, because of anchors.
const MOST_STREAMS: usize = 128;

/// Documents of one anchor that are looked at, at most, where some were removed.
const GHOSTS: usize = 16;

impl<'a> Gatherer<'a> {
    /// Nothing yet; documents count as held up to a number.
    #[must_use]
    pub fn new(state: &'a State, earlier: &'a Earlier, (standing, before): Asking) -> Self {
        let gatherer = Self {
            state,
            earlier,
            before,
            standing,
            documents: BTreeMap::new(),
            pairs: Vec::new(),
            loose: Vec::new(),
            relevant: HashSet::new(),
            asked: HashMap::new(),
            unkept: Vec::new(),
            ghosts: Vec::new(),
            hot: 0,
        };
        gatherer.forget_steps();
        gatherer
    }

    /// Reads a document, as it is without those that were removed.
    pub(super) fn read(&self, number: u32) -> io::Result<Cow<'_, Held>> {
        if let Some(held) = self.documents.get(&number) {
            return Ok(Cow::Borrowed(held));
        }
        let mut held = self.as_added(number)?;
        if self.state.has_lost(&held) {
            self.state.without_removed(number, held.to_mut())?;
        }
        if self.state.settings.is_scoped() {
            self.hide_what_is_beyond(held.to_mut())?;
        }
        Ok(held)
    }

    /// Reads a document as it was added.
    pub(super) fn as_added(&self, number: u32) -> io::Result<Cow<'_, Held>> {
        match self.earlier.documents.get(&number) {
            Some(held) => Ok(Cow::Borrowed(held)),
            None => self.state.document(number),
        }
    }

    /// Takes a document in.
    pub(super) fn take(&mut self, number: u32, held: Held) {
        if self.documents.contains_key(&number) {
            return;
        }
        let loose = held.blocks.iter().filter(|block| block.fate == Fate::Loose);
        self.loose.extend(loose.map(|block| (block.node, (held.standing, number))));
        self.documents.insert(number, held);
    }

    /// Takes in what loose blocks match, since it is not known what they repeat.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn settle(&mut self) -> io::Result<()> {
        if self.state.settings.is_scoped() {
            return self.settle_in_scope();
        }
        let mut seen = HashSet::new();
        while let Some((node, _)) = self.loose.pop() {
            if self.documents.len() < MOST && seen.insert(node) {
                self.add(node)?;
                self.add_matches(node)?;
            }
        }
        Ok(())
    }

    /// What a block matches of what is held, and of what the batch brings: a document behind others of it is
    /// decided on as if these were held.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn matches(&self, node: u32) -> io::Result<Vec<u32>> {
        let mut found = self.state.matches(node)?;
        found.extend(self.earlier.matches.get(&node).into_iter().flatten());
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Takes in what a block that is held is known to match.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn add_matches(&mut self, node: u32) -> io::Result<()> {
        for other in self.matches(node)? {
            self.pairs.push((node.min(other), node.max(other)));
            self.add(other)?;
        }
        Ok(())
    }

    /// The first block of a node before the new document that may be a keeper there, or repeats one; and
    /// its document.
    pub(super) fn first_block(&self, node: u32) -> io::Result<Option<(BlockPlace, Cow<'_, Held>)>> {
        let look = |document| {
            let held = self.read(document)?;
            let block = held.blocks.iter().position(|block| block.node == node);
            let block = block.filter(|&block| !held.is_mute(&held.blocks[block]));
            Ok::<_, io::Error>(
                block.map(|block| (BlockPlace { document, block: block as u32 }, held)),
            )
        };
        let mut first = None;
        self.state.each_document(node, &mut |document| {
            if document < self.before {
                first = look(document)?;
            }
            Ok(first.is_none() && document < self.before)
        })?;
        if first.is_none()
            && let Some(&document) = self.earlier.first.get(&node)
        {
            first = look(document)?;
        }
        Ok(first)
    }

    /// Takes in the first and the last document before one in which an anchor stands: the batch scan
    /// compares with these.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn add_anchor(&mut self, anchor: u32, before: u32) -> io::Result<()> {
        let state = self.state;
        let mut first = Search { state, asked: 0, found: None };
        state.each(Kind::Streams, anchor, |document| {
            // They ascend.
            Ok(document < before && first.goes_on(document, anchor, &mut self.ghosts))
        })?;
        let mut last = Search { state, asked: 0, found: None };
        state.each_back(Kind::Streams, anchor, |document| {
            Ok(document >= before || last.goes_on(document, anchor, &mut self.ghosts))
        })?;
        self.hot += u32::from(first.was_cut() && last.found.is_none());
        let (mut first, mut last) = (first.found, last.found);
        if let Some(&(one, other)) = self.earlier.streams.get(&anchor)
            && one < before
        {
            first = first.or(Some(one));
            last = Some(if other < before { other } else { one });
        }
        for document in [first, last].into_iter().flatten() {
            if self.documents.contains_key(&document) {
            } else if self.documents.len() < MOST_STREAMS {
                let held = self.read(document)?.into_owned();
                self.take(document, held);
            } else {
                self.hot += 1;
            }
        }
        Ok(())
    }

    /// Takes in the document of a number.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn add_document(&mut self, number: u32) -> io::Result<()> {
        let held = self.read(number)?.into_owned();
        self.take(number, held);
        Ok(())
    }

    /// Takes in what stands for a block: its first document, and that of the block it repeats there;
    /// what became of it, where it stands anywhere.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn add(&mut self, node: u32) -> io::Result<Option<Fate>> {
        if self.state.settings.is_scoped() {
            let any = self.add_keepers(node, (self.standing, self.before))?;
            return Ok(any.then_some(Fate::Kept));
        }
        let Some((place, held)) = self.first_block(node)? else { return Ok(None) };
        let fate = held.blocks[place.block as usize].fate;
        if !matches!(fate, Fate::Gone(_)) {
            let held = held.into_owned();
            self.take(place.document, held);
        }
        if let Some(keeper) = fate.keeper() {
            let held = self.read(keeper.document)?.into_owned();
            if let Some(block) = held.blocks.get(keeper.block as usize)
                && block.node != node
                && !matches!(fate, Fate::Covered(_))
            {
                self.pairs.push((node.min(block.node), node.max(block.node)));
            }
            self.take(keeper.document, held);
        }
        Ok(Some(fate))
    }
}

/// The block that another one matches.
#[must_use]
pub const fn other_side(found: &Match, node: u32) -> u32 {
    if found.left == node { found.right } else { found.left }
}

/// A search for a held document among those of an anchor.
struct Search<'a> {
    state: &'a State,
    asked: usize,
    found: Option<u32>,
}

impl Search<'_> {
    /// Looks at one; whether to look at the next. Those that were removed are noted.
    fn goes_on(&mut self, document: u32, anchor: u32, ghosts: &mut Vec<(u32, u32)>) -> bool {
        self.asked += 1;
        if self.state.is_held(document) {
            self.found = Some(document);
        } else {
            ghosts.push((document, anchor));
        }
        self.found.is_none() && self.asked < GHOSTS
    }

    fn was_cut(&self) -> bool {
        self.found.is_none() && self.asked == GHOSTS
    }
}
