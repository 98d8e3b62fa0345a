//! Documents that nearly all stand in another one, by what repeats.

use std::ops::Range;

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::passages::fates::State;
use crate::plan::Plan;
use crate::settings::Settings;
use crate::store::{Number, Store};

/// A document that nearly all stands in another one.
#[derive(Clone, Copy, Debug)]
pub struct Similar {
    /// The document.
    pub document: Number,
    /// The one it repeats.
    pub other: Number,
    /// Share of its characters that repeat blocks of the other, in (0, 1].
    pub share: f64,
}

impl Plan {
    /// Documents of which at least `least_similar` repeats blocks of one other document; what differs
    /// from these in numbers, or holds them and more, does not stand there.
    #[must_use]
    pub(crate) fn find_similar(&self, store: &Store, settings: &Settings) -> Vec<Similar> {
        const TOGETHER: usize = 256;
        let parts: Vec<Vec<Similar>> = (0..store.documents().div_ceil(TOGETHER))
            .into_par_iter()
            .map(|part| {
                let last = store.documents().min((part + 1) * TOGETHER);
                self.similar_of(store, settings, part * TOGETHER..last)
            })
            .collect();
        parts.concat()
    }

    fn similar_of(
        &self,
        store: &Store,
        settings: &Settings,
        documents: Range<usize>,
    ) -> Vec<Similar> {
        let mut similar = Vec::new();
        let mut by_home: HashMap<Number, u64> = HashMap::new();
        let start = store.document_starts[documents.start];
        let first = self.passages.partition_point(|passage| passage.first < start);
        let mut passages = self.passages[first..].iter().peekable();
        for document in documents {
            let document = document as Number;
            by_home.clear();
            while let Some(passage) =
                passages.next_if(|next| self.documents[next.first as usize] == document)
            {
                let home = self.documents[passage.keeper_first as usize];
                let stands_there = !matches!(passage.state, State::Numbers | State::Contained);
                if home != document && stands_there {
                    *by_home.entry(home).or_default() += (passage.first..=passage.last)
                        .map(|block| u64::from(store.block_characters(block as usize)))
                        .sum::<u64>();
                }
            }
            let best =
                by_home.iter().max_by_key(|&(&home, &share)| (share, std::cmp::Reverse(home)));
            let Some((&other, &shared)) = best else { continue };
            let all: u64 = store
                .document_blocks(document as usize)
                .map(|block| u64::from(store.block_characters(block)))
                .sum();
            let share = shared as f64 / all.max(1) as f64;
            if share >= settings.least_similar() {
                similar.push(Similar { document, other, share });
            }
        }
        similar
    }
}
