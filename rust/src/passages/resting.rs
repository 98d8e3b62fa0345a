//! Passages of one document that repeat in it, beside blocks that repeat something else.
//!
//! A form whose answers are yes and no, a table whose cells come again: where it stands a second time, the second
//! `yes` of the first copy is a repeat itself, of the first one, and no keeper; the passage would fall apart at each of
//! them, and a question go without its answer. Once nothing more goes of a document, its repeats stay: then they may
//! be named as well, and must stay.

use std::ops::Range;

use hashbrown::HashMap;

use crate::passages::Settler;
use crate::passages::fates::State;
use crate::store::{NONE, Number};

impl Settler<'_> {
    /// Removes runs whose keepers are in part repeats of this document that stay from then on; whether there was
    /// any. Nothing goes else.
    ///
    /// Half of a run's tokens, and `min_tokens` of them, must be of different texts: a column of yes and no is no copy
    /// of another one.
    pub(crate) fn remove_beside_repeats(&mut self, left: &[Number], locked: &[bool]) -> bool {
        self.repeats_rest = true;
        let aligned = self.align(left, locked);
        let goes = self.what_goes(left, &aligned);
        self.repeats_rest = false;
        let mut accepted = vec![false; left.len()];
        let mut start = 0;
        while let Some(found) = goes[start..].iter().position(|&goes| goes) {
            start += found;
            let end = self.end_of_run(left, &aligned, start);
            if self.is_copy_beside_repeats(left, &aligned, start..end, &accepted) {
                accepted[start..end].fill(true);
                for &keeper in &aligned[start..end] {
                    if self.is_own_repeat(keeper) {
                        let place = self.place(keeper);
                        self.named[place] = true;
                    }
                }
            }
            start = end;
        }
        let any = accepted.contains(&true);
        if any {
            self.remove(left, &aligned, &accepted);
        }
        any
    }

    /// Whether a run may go: it names repeats of this document, of which none goes, none of its blocks is named by
    /// another one, and half of it are different texts.
    fn is_copy_beside_repeats(
        &self,
        left: &[Number],
        aligned: &[Number],
        run: Range<usize>,
        accepted: &[bool],
    ) -> bool {
        let goes = |block: Number| {
            let found = left.binary_search(&block);
            found.is_ok_and(|place| accepted[place] || run.contains(&place))
        };
        let (mut all, mut names_repeats) = (0u64, false);
        let mut different = HashMap::new();
        for place in run.clone() {
            let (keeper, tokens) = (aligned[place], u64::from(self.tokens(left[place])));
            let is_repeat = self.is_own_repeat(keeper);
            if is_repeat && goes(keeper) || self.named[self.place(left[place])] {
                return false;
            }
            names_repeats |= is_repeat;
            all += tokens;
            different.insert(self.corpus.store.node(left[place] as usize), tokens);
        }
        let told: u64 = different.into_values().sum();
        names_repeats && 2 * told >= all && told >= u64::from(self.corpus.settings.least_tokens())
    }

    /// Whether a block is a repeat of this document that is not settled.
    fn is_own_repeat(&self, block: Number) -> bool {
        let own = (block as usize).checked_sub(self.draft.first);
        own.and_then(|place| self.draft.states.get(place)) == Some(&State::Pending)
    }

    /// Where a run of blocks ends that are aligned one behind the other.
    pub(crate) fn end_of_run(&self, left: &[Number], aligned: &[Number], start: usize) -> usize {
        let goes_on = |&end: &usize| {
            aligned[end] != NONE
                && self.follows((left[end - 1], aligned[end - 1]), (left[end], aligned[end]))
        };
        start + 1 + (start + 1..left.len()).take_while(goes_on).count()
    }
}
