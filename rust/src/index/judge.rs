//! From pairs that may match to matches; characters are judged outside of the core.

use rayon::prelude::*;

use super::batch::{Batch, Suspects};
use super::state::State;
use super::view::{match_by_characters, match_by_shingles};
use crate::judging::verify::Match;

impl Batch {
    /// The normal forms of the pairs that are judged by their characters.
    #[must_use]
    pub fn short_texts(&self) -> Vec<(&str, &str)> {
        let normal = |node: &u32| self.views[node].normal.as_str();
        self.short.iter().map(|(left, right)| (normal(left), normal(right))).collect()
    }

    /// Judges all pairs; `alike` are the similarities of those that are judged by their characters.
    pub fn judge(&mut self, state: &State, alike: &[f64]) {
        let (views, settings) = (&self.views, &state.settings);
        let by_shingles =
            |&(left, right): &Suspects| match_by_shingles(settings, &views[&left], &views[&right]);
        let mut found: Vec<Match> =
            self.long.par_iter().with_min_len(16).filter_map(by_shingles).collect();
        for (&(left, right), &alike) in self.short.iter().zip(alike) {
            if alike >= settings.short_threshold {
                found.extend(match_by_characters(settings, &views[&left], &views[&right], alike));
            }
        }
        for found in found {
            for node in [found.left, found.right] {
                self.matches.entry(node).or_default().push(found);
            }
        }
    }
}
