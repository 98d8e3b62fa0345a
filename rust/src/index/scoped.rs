//! What stands before a new document where the policy compares only inside, or across, groups, or within
//! a window of time: the first blocks that it may name are looked for in the homes within its reach.
//!
//! Where all documents meet, the first place of a block tells all (`gather.rs`). Here what the first one
//! went for may be out of reach of the new document, so each block that it matches is asked for by itself.

use std::io;

use hashbrown::HashSet;

use super::batch::Batch;
use super::disk::file::Kind;
use super::gather::{Gatherer, MOST, other_side};
use super::record::{Fate, Held};
use super::standing::Standing;
use crate::judging::verify::Match;
use crate::keepers::second_step::SECOND_STEPS;

/// Documents of one home that are looked at, at most: more than a few stand there only where groups are
/// compared across.
const LOOKS: usize = 64;

/// Documents of a block that are looked at, at most, where what went for a removed one may stand for it.
const HEIRS: usize = 32;

/// Who asks for keepers: where it stands, and before which document they come.
pub type Asking = (Standing, u32);

impl Gatherer<'_> {
    /// Takes in the documents that hold what the blocks of a new one may go for; the matches of its new
    /// blocks, and whether two of its known blocks match.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn gather_in_scope(
        &mut self,
        batch: &Batch,
        nodes: &[u32],
    ) -> io::Result<(Vec<Match>, bool)> {
        let (mut matches, mut others) = (Vec::new(), Vec::with_capacity(nodes.len()));
        let mut own_pairs = false;
        for &node in nodes {
            // For which of them it may go is known of a new block.
            others.push(if batch.is_new(node) {
                let found = batch.matches.get(&node).map_or(&[][..], Vec::as_slice);
                matches.extend_from_slice(found);
                found
                    .iter()
                    .map(|found| {
                        (other_side(found, node), found.template || found.may_remove(node))
                    })
                    .collect()
            } else {
                let known = self.matches(node)?;
                own_pairs |= known.iter().any(|other| nodes.binary_search(other).is_ok());
                known.into_iter().map(|other| (other, false)).collect::<Vec<_>>()
            });
        }
        let matching = others.iter().flatten().map(|&(other, _)| other);
        self.relevant = nodes.iter().copied().chain(matching).collect();
        let asking = (self.standing, self.before);
        let mut stepped = HashSet::new();
        for (&node, others) in nodes.iter().zip(others) {
            let is_kept = self.add_keepers(node, asking)?;
            if !is_kept && !batch.is_new(node) {
                self.unkept.push(node);
            }
            let mut goes = is_kept;
            for &(other, may_remove) in &others {
                goes |= self.add_keepers(other, asking)? && may_remove;
            }
            if goes {
                continue;
            }
            for (other, _) in others.into_iter().filter(|&(other, _)| stepped.insert(other)) {
                self.add_keepers_two_steps_away(other, asking)?;
            }
        }
        self.settle()?;
        Ok((matches, own_pairs))
    }

    /// Takes in the first documents in reach that keep a block of a node; whether there are any.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn add_keepers(&mut self, node: u32, asking: Asking) -> io::Result<bool> {
        if let Some(&any) = self.asked.get(&(node, asking)) {
            return Ok(any);
        }
        let (standing, before) = asking;
        let (state, earlier) = (self.state, self.earlier);
        let mut found = Vec::new();
        for key in standing.reach(&state.settings, node) {
            let mut looks = 0;
            state.each(Kind::Homes, key, |document| {
                if document >= before {
                    return Ok(false);
                }
                if !state.is_held(document) {
                    return Ok(true);
                }
                looks += 1;
                if looks > LOOKS {
                    self.hot += 1;
                    return Ok(false);
                }
                let held = self.read(document)?;
                let fate = self.keeps(&held, node, standing);
                if fate.is_some() {
                    found.push((document, held.into_owned()));
                }
                Ok(fate.is_none_or(|fate| fate == Fate::Loose))
            })?;
        }
        let mut new = earlier.keepers.get(&node).into_iter().flatten().copied();
        while let Some(document) = new.next()
            && document < before
        {
            let held = self.read(document)?;
            if self.keeps(&held, node, standing).is_some() {
                found.push((document, held.into_owned()));
                break;
            }
        }
        if found.is_empty() && !state.removed.is_empty() {
            found = self.heirs(node, asking)?;
        }
        let any = !found.is_empty();
        self.asked.insert((node, asking), any);
        for (document, held) in found {
            self.take(document, held);
        }
        Ok(any)
    }

    /// Of blocks that went for a run of tokens: where that is out of reach of the new document, they are
    /// gone for it, as those that went for a block are. Who names them would go for that run.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn hide_what_is_beyond(&self, held: &mut Held) -> io::Result<()> {
        let mut known: Option<(u32, bool)> = None;
        for block in &mut held.blocks {
            let Fate::Covered(stretch) = block.fate else { continue };
            let document = stretch.first.document;
            let meets = match known {
                Some((number, meets)) if number == document => meets,
                _ => {
                    let other = self.as_added(document)?.standing;
                    self.standing.meets(other, &self.state.settings)
                }
            };
            known = Some((document, meets));
            if !meets {
                block.fate = Fate::Gone(stretch.first);
            }
        }
        Ok(())
    }

    /// What became of the first block of a node that a document keeps, where that is in reach.
    fn keeps(&self, held: &Held, node: u32, asking: Standing) -> Option<Fate> {
        if !asking.meets(held.standing, &self.state.settings) {
            return None;
        }
        let mut kept = held.blocks.iter().filter(|block| {
            block.node == node
                && matches!(block.fate, Fate::Kept | Fate::Covered(_) | Fate::Loose)
                && !held.is_mute(block)
        });
        kept.next().map(|block| block.fate)
    }

    /// The last documents in reach in which a block stands that went for one of a removed document.
    fn heirs(&mut self, node: u32, (standing, before): Asking) -> io::Result<Vec<(u32, Held)>> {
        let state = self.state;
        let (mut found, mut looks) = (Vec::new(), 0);
        state.each_back(Kind::Postings, node, |document| {
            if document >= before || !state.is_held(document) {
                return Ok(true);
            }
            looks += 1;
            if looks > HEIRS {
                self.hot += 1;
                return Ok(false);
            }
            let held = self.read(document)?;
            if self.keeps(&held, node, standing).is_some() {
                found.push((document, held.into_owned()));
            }
            Ok(true)
        })?;
        Ok(found)
    }

    /// Takes in the first kept blocks in reach that a match of a new block matches: the second step of the
    /// batch scan.
    fn add_keepers_two_steps_away(&mut self, node: u32, asking: Asking) -> io::Result<()> {
        let mut kept = 0;
        for other in self.matches(node)? {
            if self.add_keepers(other, asking)? {
                self.pairs.push((node.min(other), node.max(other)));
                kept += 1;
            }
            if kept == SECOND_STEPS {
                break;
            }
        }
        Ok(())
    }

    /// Takes in what loose blocks may go for, each within the reach of its own document.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn settle_in_scope(&mut self) -> io::Result<()> {
        let mut seen = HashSet::new();
        loop {
            while let Some((node, asking)) = self.loose.pop() {
                if self.documents.len() >= MOST || !seen.insert((node, asking)) {
                    continue;
                }
                self.relevant.insert(node);
                self.add_keepers(node, asking)?;
                for other in self.matches(node)? {
                    self.relevant.insert(other);
                    self.pairs.push((node.min(other), node.max(other)));
                    self.add_keepers(other, asking)?;
                }
            }
            self.add_what_stays_repeats()?;
            if self.loose.is_empty() {
                return Ok(());
            }
        }
    }

    /// Takes in what those blocks went for that stay by some rule in gathered documents: else they would
    /// pass for kept ones. Only those count that a block of the new document may match.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    fn add_what_stays_repeats(&mut self) -> io::Result<()> {
        let mut seen = HashSet::new();
        loop {
            let mut missing = Vec::new();
            for (&number, held) in &self.documents {
                if !seen.insert(number) {
                    continue;
                }
                missing.extend(held.blocks.iter().filter_map(|block| match block.fate {
                    Fate::Stays(keeper) if self.relevant.contains(&block.node) => {
                        Some((block.node, keeper))
                    }
                    _ => None,
                }));
            }
            if missing.is_empty() {
                return Ok(());
            }
            for (node, keeper) in missing {
                if self.documents.len() >= MOST && !self.documents.contains_key(&keeper.document) {
                    self.hot += 1;
                    continue;
                }
                let held = self.read(keeper.document)?.into_owned();
                if let Some(block) = held.blocks.get(keeper.block as usize)
                    && block.node != node
                {
                    self.pairs.push((node.min(block.node), node.max(block.node)));
                }
                self.take(keeper.document, held);
            }
        }
    }
}
