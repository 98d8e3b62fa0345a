//! What repeats a document that was removed repeats the next one that has the same text.
//!
//! Without that a block is loose: nobody knows what it repeats now, so whoever meets it settles it anew, with all that
//! it matches. Of 1,500 posts full of quotations 200 were changed, and asking for one of them took 15 ms instead of
//! 0.4, since each met some hundred loose ones. The first of the held documents in which a text stands, its heir,
//! is loose still. All that come later go for that one, or for what it goes for: their texts are the same, and they
//! come later.

use std::borrow::Cow;
use std::io;

use super::gather::Gatherer;
use super::record::{BlockPlace, Fate, Held, HeldBlock};
use super::state::State;

impl State {
    /// Says of a held document what becomes of its blocks without those that were removed; whether that is
    /// something else than before.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn without_removed(&self, number: u32, held: &mut Held) -> io::Result<bool> {
        let lost: Vec<usize> =
            (0..held.blocks.len()).filter(|&place| self.is_lost(&held.blocks[place])).collect();
        let mut short = Vec::new();
        for &place in &lost {
            let block = held.blocks[place];
            let mut heir = None;
            if matches!(block.fate, Fate::Gone(_)) && !self.settings.is_scoped() {
                if block.tokens >= self.settings.least_tokens() {
                    heir = self.heir_of(block.node, number)?;
                } else {
                    short.push(place);
                }
            }
            held.blocks[place].fate = heir.map_or(Fate::Loose, Fate::Gone);
        }
        self.follow_neighbours(number, held, short)?;
        if held.is_loose() {
            held.dropped = false;
        }
        Ok(!lost.is_empty())
    }

    /// Short blocks go as parts of passages alone: beside one that goes for an heir they go for what stands beside
    /// that, if it is the same.
    fn follow_neighbours(&self, number: u32, held: &mut Held, short: Vec<usize>) -> io::Result<()> {
        let mut near: Option<(u32, Cow<'_, Held>)> = None;
        for (places, behind) in [(short.clone(), true), (short.into_iter().rev().collect(), false)]
        {
            for place in places {
                let beside = if behind { place.checked_sub(1) } else { Some(place + 1) };
                let fate = beside.and_then(|beside| held.blocks.get(beside)).map(|one| one.fate);
                // What it repeats in its own document stays with that.
                let (Some(Fate::Gone(heir)), Fate::Loose) = (fate, held.blocks[place].fate) else {
                    continue;
                };
                let next = if behind { Some(heir.block + 1) } else { heir.block.checked_sub(1) };
                if heir.document >= number {
                    continue;
                }
                if near.as_ref().is_none_or(|(document, _)| *document != heir.document) {
                    near = Some((heir.document, self.document(heir.document)?));
                }
                if let (Some((document, other)), Some(next)) = (&near, next)
                    && let Some(block) = other.blocks.get(next as usize)
                    && block.node == held.blocks[place].node
                {
                    let there = BlockPlace { document: *document, block: next };
                    held.blocks[place].fate = Fate::Gone(there);
                }
            }
        }
        Ok(())
    }

    /// Whether a block of a held document repeats one of a removed one.
    #[must_use]
    pub fn has_lost(&self, held: &Held) -> bool {
        !self.removed.is_empty() && held.blocks.iter().any(|block| self.is_lost(block))
    }

    fn is_lost(&self, block: &HeldBlock) -> bool {
        block.fate.keeper().is_some_and(|place| !self.is_held(place.document))
    }

    /// For which place a block goes that stood before in held documents: the first one, or that for which it went.
    fn heir_of(&self, node: u32, before: u32) -> io::Result<Option<BlockPlace>> {
        let mut heir = None;
        self.each_document(node, &mut |document| {
            if document < before {
                let held = self.document(document)?;
                let found = held.blocks.iter().position(|block| block.node == node);
                heir = found.map(|block| match held.blocks[block].fate {
                    Fate::Gone(place) if self.is_held(place.document) => place,
                    _ => BlockPlace { document, block: block as u32 },
                });
            }
            Ok(heir.is_none() && document < before)
        })?;
        Ok(heir)
    }
}

impl Gatherer<'_> {
    /// Takes in what may stand for a block of a removed document: what is loose of its text, or of what that
    /// matches. What stayed beside it has anchors of its own.
    ///
    /// # Errors
    /// Those of reading, and where a file is damaged.
    pub fn add_heirs(&mut self, node: u32) -> io::Result<()> {
        if self.state.settings.is_scoped() {
            self.add(node)?;
            return self.add_matches(node);
        }
        let mut nodes = self.matches(node)?;
        nodes.push(node);
        for node in nodes {
            let Some((place, held)) = self.first_block(node)? else { continue };
            if held.blocks[place.block as usize].fate == Fate::Loose {
                let held = held.into_owned();
                self.take(place.document, held);
            }
        }
        Ok(())
    }
}
