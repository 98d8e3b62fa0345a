//! What an index holds at one moment: runs, what is not in a run yet, and what was removed.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use hashbrown::HashSet;
use regex::Regex;

use super::disk::bytes::damaged;
use super::disk::file::Kind;
use super::disk::rows::Near;
use super::fresh::{Fresh, quarter};
use super::hubs::Hubs;
use super::record::{Held, Node, id_hash, kept_part};
use super::run::Run;
use super::seek::Seeker;
use super::sieve::Sieve;
use super::sift::Where;
use crate::candidates::sign::Permutations;
use crate::settings::{Names, Scope, Settings};

/// A run, and the numbers of the blocks and documents that are new in it: the first ones, and those of
/// the next run.
pub struct Placed {
    /// The run.
    pub run: Run,
    /// Its name, for messages.
    pub name: String,
    /// Number of its first block, and of the next run's.
    pub nodes: (u32, u32),
    /// Number of its first document, and of the next run's.
    pub documents: (u32, u32),
}

impl Placed {
    /// How many blocks are new in it.
    #[must_use]
    pub fn blocks(&self) -> u32 {
        self.nodes.1 - self.nodes.0
    }
}

/// Everything that is held.
pub struct State {
    /// The policy.
    pub settings: Settings,
    /// The same without runs of tokens.
    pub by_blocks: Settings,
    /// The policy, so that every block that can match keeps its text.
    pub reading: Settings,
    /// The permutations of the policy's seed.
    pub permutations: Permutations,
    /// The policy's pattern of what is never removed.
    pub protect: Option<Regex>,
    /// The runs, oldest first.
    pub runs: Vec<Arc<Placed>>,
    /// What is in no run yet.
    pub fresh: Fresh,
    /// Documents that were removed and are still in runs.
    pub removed: HashSet<u32>,
    /// Goes up whenever something changes: a batch that was read before is of no use then.
    pub version: u64,
    /// Where second steps lead from what matches very many.
    pub(super) hubs: Hubs,
}

impl State {
    /// Nothing yet.
    #[must_use]
    pub fn new(settings: Settings, permutations: Permutations, protect: Option<Regex>) -> Self {
        let by_blocks = Settings { min_run: 0, ..settings.clone() };
        // Names are asked of texts, so their policy keeps these.
        let reading = Settings { names: Names::Veto, ..settings.clone() };
        Self {
            settings,
            by_blocks,
            reading,
            permutations,
            protect,
            runs: Vec::new(),
            fresh: Fresh::default(),
            removed: HashSet::new(),
            version: 0,
            hubs: Hubs::default(),
        }
    }

    /// The runs and what was removed, as they are now: for a merge beside whoever adds.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        let (permutations, protect) = (self.permutations.clone(), self.protect.clone());
        let mut made = Self::new(self.settings.clone(), permutations, protect);
        made.runs.clone_from(&self.runs);
        made.removed.clone_from(&self.removed);
        made
    }

    /// Whether runs of one document are looked for in others.
    #[must_use]
    pub fn compares_documents(&self) -> bool {
        self.settings.finds_runs() && self.settings.scope != Scope::Within
    }

    /// Whether a document may be named: it was not removed.
    #[must_use]
    pub fn is_held(&self, document: u32) -> bool {
        !self.removed.contains(&document)
    }

    /// Calls `visit` with each value of a key, oldest first, until it says no.
    ///
    /// # Errors
    /// Those of reading, of `visit`, and where a file is damaged.
    pub fn each(
        &self,
        kind: Kind,
        key: u32,
        mut visit: impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        self.each_from(0, kind, key, &mut visit)
    }

    /// The same, in the runs from one on.
    fn each_from(
        &self,
        first: usize,
        kind: Kind,
        key: u32,
        visit: &mut impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut goes_on = true;
        for placed in &self.runs[first..] {
            let mut asked = |value| {
                goes_on = visit(value)?;
                Ok(goes_on)
            };
            placed.run.each(kind, key, &mut asked).map_err(|error| named(placed, error))?;
            if !goes_on {
                return Ok(());
            }
        }
        self.fresh.levels.each(kind, key, visit).map(drop)
    }

    /// Calls `visit` with each value of a key, newest first, until it says no.
    ///
    /// # Errors
    /// Those of reading, of `visit`, and where a file is damaged.
    pub fn each_back(
        &self,
        kind: Kind,
        key: u32,
        mut visit: impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        if !self.fresh.levels.each_back(kind, key, &mut visit)? {
            return Ok(());
        }
        let mut goes_on = true;
        for placed in self.runs.iter().rev() {
            let mut asked = |value| {
                goes_on = visit(value)?;
                Ok(goes_on)
            };
            placed.run.each_back(kind, key, &mut asked).map_err(|error| named(placed, error))?;
            if !goes_on {
                break;
            }
        }
        Ok(())
    }

    /// The run that added a block, by its place; that of `fresh` comes behind all others.
    fn run_of_node(&self, node: u32) -> usize {
        self.runs.partition_point(|placed| placed.nodes.1 <= node)
    }

    /// What is known of a block.
    ///
    /// # Errors
    /// Those of reading, and where there is no such block or a file is damaged.
    pub fn node(&self, number: u32) -> io::Result<Node> {
        let found = match self.runs.get(self.run_of_node(number)) {
            Some(placed) => placed.run.node(number).map_err(|error| named(placed, error))?,
            None => self.fresh.node(number),
        };
        found.ok_or_else(|| damaged("a page of blocks"))
    }

    /// The sieve of a block, 0 where nothing is known of it.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn sieve(&self, number: u32) -> io::Result<Sieve> {
        match self.runs.get(self.run_of_node(number)) {
            Some(placed) => placed.run.sieve(number).map_err(|error| named(placed, error)),
            None => Ok(self.fresh.sieve(number).unwrap_or(0)),
        }
    }

    /// The first text of a block that can match others.
    ///
    /// # Errors
    /// Those of reading, and where there is no such text or a file is damaged.
    pub fn text(&self, number: u32) -> io::Result<String> {
        self.text_near(number, &mut None)
    }

    /// The same, with the page that was read last.
    ///
    /// # Errors
    /// Those of `text`.
    pub fn text_near(&self, number: u32, near: &mut Near) -> io::Result<String> {
        let found = match self.runs.get(self.run_of_node(number)) {
            Some(placed) => placed.run.text(number, near).map_err(|error| named(placed, error))?,
            None => self.fresh.text(number).map(str::to_owned),
        };
        found.ok_or_else(|| damaged("a page of texts"))
    }

    /// A document that is held.
    ///
    /// # Errors
    /// Those of reading, and where there is no such document or a file is damaged.
    pub fn document(&self, number: u32) -> io::Result<Cow<'_, Held>> {
        let place = self.runs.partition_point(|placed| placed.documents.1 <= number);
        let found = match self.runs.get(place) {
            Some(placed) => {
                let held = placed.run.document(number).map_err(|error| named(placed, error))?;
                held.map(Cow::Owned)
            }
            None => self.fresh.document(number).map(Cow::Borrowed),
        };
        found.ok_or_else(|| damaged("a page of documents"))
    }

    /// The block of a fingerprint, where it may stand there, and what is known of it.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn find(
        &self,
        seeker: &mut Seeker<'_>,
        there: Where,
        fingerprint: u128,
    ) -> io::Result<Option<(u32, Node)>> {
        let mut found = None;
        seeker.each(there, quarter(fingerprint), |number| {
            let node = self.node(number)?;
            if kept_part(node.fingerprint) == kept_part(fingerprint) {
                found = Some((number, node));
            }
            Ok(found.is_none())
        })?;
        Ok(found)
    }

    /// The document of an id, where it is held.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn find_document(&self, id: &str) -> io::Result<Option<u32>> {
        let mut found = None;
        self.each(Kind::Ids, id_hash(id), |number| {
            if self.is_held(number) && self.document(number)?.id == id {
                found = Some(number);
            }
            Ok(found.is_none())
        })?;
        Ok(found)
    }

    /// Calls `visit` with the documents in which a block stands, oldest first, until it says no; those
    /// that were removed are left out.
    ///
    /// # Errors
    /// Those of reading, of `visit`, and where a file is damaged.
    pub fn each_document(
        &self,
        node: u32,
        visit: &mut impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut held = |document| if self.is_held(document) { visit(document) } else { Ok(true) };
        self.each_from(self.run_of_node(node), Kind::Postings, node, &mut held)
    }

    /// Whether a block stands in any document that is held.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn is_live(&self, node: u32) -> io::Result<bool> {
        let mut live = false;
        self.each_document(node, &mut |_| {
            live = true;
            Ok(false)
        })?;
        Ok(live)
    }

    /// The blocks that a block was found to match, ascending.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn matches(&self, node: u32) -> io::Result<Vec<u32>> {
        let mut found = Vec::new();
        let mut visit = |other| {
            found.push(other);
            Ok(true)
        };
        self.each_from(self.run_of_node(node), Kind::Matches, node, &mut visit)?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// The error with the name of the file.
pub(super) fn named(placed: &Placed, error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::InvalidData {
        return io::Error::new(error.kind(), format!("{}: {error}", placed.name));
    }
    error
}
