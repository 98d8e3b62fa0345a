//! Second steps of the batch scan: what a new block may go for where it matches only what went.

use std::io;

use hashbrown::HashMap;

use super::batch::Batch;
use super::gather::Gatherer;
use super::hubs::FirstKept;
use crate::keepers::second_step::SECOND_STEPS;

/// A block from which second steps lead.
struct Step {
    /// What is held of what it matches; nothing once it is known which of many are kept.
    others: Vec<u32>,
    /// The first ones of these that are kept, and their documents, once one of them mattered.
    kept: Option<FirstKept>,
}

/// Matches of a block that are looked through for each new one before it is asked which are kept.
const FEW: usize = 64;

/// Second steps that were taken, for one new document after the other: nothing of what is held changes between
/// them. All that a text of a template matches was looked through for each other one: the tenth thousand of notices
/// took three times as long as the first one.
#[derive(Default)]
pub(super) struct Steps {
    /// By the blocks from which they lead.
    of: HashMap<u32, Step>,
    /// See `first_kept`: the matches of a template's texts are the same ones, for the most part.
    first_kept: HashMap<u32, Option<u32>>,
    /// They were taken for one document that does not see all that is held, and are of no use to the next one.
    are_its_own: bool,
}

impl Gatherer<'_> {
    /// Whether what is held leads to the same blocks for all documents of a batch.
    fn shares_steps(&self) -> bool {
        !self.earlier.is_back && self.before >= self.state.fresh.next_document()
    }

    /// Forgets the steps that were taken for other documents, if they may lead elsewhere for this one.
    pub(super) fn forget_steps(&self) {
        let (mut steps, are_its_own) = (self.earlier.steps.borrow_mut(), !self.shares_steps());
        if are_its_own || steps.are_its_own {
            *steps = Steps { are_its_own, ..Steps::default() };
        }
    }

    /// Takes in the first kept blocks that a match of a new block matches, as far as it may match them: the
    /// second step of the batch scan.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn add_second_steps(&mut self, node: u32, (batch, new): (&Batch, u32)) -> io::Result<()> {
        let earlier = self.earlier;
        let mut steps = earlier.steps.borrow_mut();
        let (hubs, version) = (&self.state.hubs, self.state.version);
        let is_shared = self.shares_steps() && !batch.is_new(node);
        let known = || if is_shared { hubs.get(version, node) } else { None };
        let mut step = match steps.of.remove(&node) {
            Some(step) => step,
            None => match known() {
                Some(kept) => Step { others: Vec::new(), kept: Some(kept) },
                None => Step { others: self.held_matches(node, batch)?, kept: None },
            },
        };
        let may =
            |other| Ok::<_, io::Error>(other != new && batch.may_be_alike(self.state, new, other)?);
        let fresh = earlier.kept.get(&node).map_or(&[][..], Vec::as_slice);
        if step.kept.is_none() {
            let is_any = step.others.len() > FEW || {
                let mut any = false;
                for &other in step.others.iter().chain(fresh) {
                    any = any || may(other)?;
                }
                any
            };
            if is_any {
                let others = step.others.iter();
                let kept = self.first_of(others, SECOND_STEPS, &mut steps.first_kept)?;
                if step.others.len() > FEW {
                    step.others = Vec::new();
                    if is_shared {
                        hubs.put(version, node, &kept);
                    }
                }
                step.kept = Some(kept);
            }
        }
        if let Some(kept) = &step.kept {
            let more = SECOND_STEPS - kept.len();
            let more = self.first_of(fresh.iter(), more, &mut steps.first_kept)?;
            for &(other, document) in kept.iter().chain(&more) {
                if may(other)? {
                    self.pairs.push((node.min(other), node.max(other)));
                    self.add_document(document)?;
                }
            }
        }
        steps.of.insert(node, step);
        Ok(())
    }

    /// What a block matches of what is held.
    fn held_matches(&self, node: u32, batch: &Batch) -> io::Result<Vec<u32>> {
        if !batch.is_new(node) {
            return self.state.matches(node);
        }
        let found = self.earlier.matches.get(&node).into_iter().flatten().copied();
        Ok(found.filter(|&other| !batch.is_new(other)).collect())
    }

    /// The first so many kept ones of some blocks, and their documents.
    fn first_of<'a>(
        &self,
        others: impl Iterator<Item = &'a u32>,
        most: usize,
        known: &mut HashMap<u32, Option<u32>>,
    ) -> io::Result<FirstKept> {
        let mut kept = Vec::new();
        for &other in others {
            if kept.len() == most {
                break;
            }
            let document = match known.get(&other) {
                Some(&document) => document,
                None => self.first_kept(other)?,
            };
            known.insert(other, document);
            kept.extend(document.map(|document| (other, document)));
        }
        Ok(kept)
    }

    /// The first document of a block, where it is kept there.
    fn first_kept(&self, node: u32) -> io::Result<Option<u32>> {
        let first = self.first_block(node)?.map(|(place, held)| {
            let fate = held.blocks[place.block as usize].fate;
            fate.is_kept().then_some(place.document)
        });
        Ok(first.flatten())
    }
}
