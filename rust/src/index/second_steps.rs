//! Second steps of the batch scan: what a new block may go for where it matches only what went.

use std::io;

use hashbrown::HashMap;

use super::batch::Batch;
use super::gather::Gatherer;
use super::record::Fate;
use crate::keepers::second_step::SECOND_STEPS;

/// A block from which second steps lead.
struct Step {
    /// What it matches.
    others: Vec<u32>,
    /// The first ones of these that are kept, and their documents, once one of them mattered.
    kept: Option<Vec<(u32, u32)>>,
}

/// Matches of a block that are looked through for each new one before it is asked which are kept.
const FEW: usize = 64;

/// Second steps that were taken for one new document.
#[derive(Default)]
pub(super) struct Steps {
    /// By the blocks from which they lead.
    of: HashMap<u32, Step>,
    /// See `first_kept`: the matches of a template's texts are the same ones, for the most part.
    first_kept: HashMap<u32, Option<u32>>,
}

impl Gatherer<'_> {
    /// Takes in the first kept blocks that a match of a new block matches, as far as it may match them: the
    /// second step of the batch scan.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn add_second_steps(&mut self, node: u32, (batch, new): (&Batch, u32)) -> io::Result<()> {
        let mut step = match self.steps.of.remove(&node) {
            Some(step) => step,
            None => self.step_from(node, batch)?,
        };
        let may =
            |other| Ok::<_, io::Error>(other != new && batch.may_be_alike(self.state, new, other)?);
        let mut kept = match step.kept.take() {
            Some(kept) => Some(kept),
            None if step.others.len() > FEW => Some(self.kept_of(&step.others)?),
            None => {
                let mut any = false;
                for &other in &step.others {
                    any = any || may(other)?;
                }
                if any { Some(self.kept_of(&step.others)?) } else { None }
            }
        };
        for &(other, document) in kept.iter().flatten() {
            if may(other)? {
                self.pairs.push((node.min(other), node.max(other)));
                self.add_document(document)?;
            }
        }
        step.kept = kept.take();
        self.steps.of.insert(node, step);
        Ok(())
    }

    /// What a block matches, without what stands in no document before the new one.
    fn step_from(&self, node: u32, batch: &Batch) -> io::Result<Step> {
        let mut others = self.matches(node)?;
        others.retain(|other| !batch.is_new(*other) || self.earlier.first.contains_key(other));
        Ok(Step { others, kept: None })
    }

    /// The first kept ones of some blocks, and their documents.
    fn kept_of(&mut self, others: &[u32]) -> io::Result<Vec<(u32, u32)>> {
        let mut kept = Vec::new();
        for &other in others {
            if let Some(document) = self.first_kept(other)? {
                kept.push((other, document));
            }
            if kept.len() == SECOND_STEPS {
                break;
            }
        }
        Ok(kept)
    }

    /// The first document of a block, where it is kept there.
    fn first_kept(&mut self, node: u32) -> io::Result<Option<u32>> {
        if let Some(&known) = self.steps.first_kept.get(&node) {
            return Ok(known);
        }
        let first = self.first_block(node)?.map(|(place, held)| {
            let fate = held.blocks[place.block as usize].fate;
            matches!(fate, Fate::Kept | Fate::Covered(_)).then_some(place.document)
        });
        let found = first.flatten();
        self.steps.first_kept.insert(node, found);
        Ok(found)
    }
}
