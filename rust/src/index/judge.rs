//! From pairs that may match to matches.

use rayon::prelude::*;

use super::batch::{Batch, Suspects};
use super::state::State;
use super::view::{match_by_characters, match_by_shingles};
use crate::judging::similarity::Similarity;
use crate::judging::verify::Match;

impl Batch {
    /// Judges all pairs.
    pub fn judge(&mut self, state: &State) {
        let (views, settings) = (&self.views, &state.settings);
        let by_shingles =
            |&(left, right): &Suspects| match_by_shingles(settings, &views[&left], &views[&right]);
        let mut found: Vec<Match> =
            self.long.par_iter().with_min_len(16).filter_map(by_shingles).collect();
        let by_characters = |similarity: &mut Similarity, &(left, right): &Suspects| {
            let (left, right) = (&views[&left], &views[&right]);
            let least = settings.short_threshold;
            let alike = similarity.of(&left.normal, &right.normal, least)?;
            match_by_characters(settings, left, right, alike)
        };
        let short = self.short.par_iter().with_min_len(16);
        found.par_extend(short.map_init(Similarity::default, by_characters).flatten());
        for found in found {
            for node in [found.left, found.right] {
                self.matches.entry(node).or_default().push(found);
            }
        }
    }
}
