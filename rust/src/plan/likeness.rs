//! How alike passages and their keepers are.

use rayon::prelude::*;

use crate::judging::verify::{Relation, containment, count_shared, node_set, resemblance};
use crate::keepers::neighbours::Neighbours;
use crate::passages::fates::Fates;
use crate::plan::Passage;
use crate::settings::Settings;
use crate::store::sparse::Sparse;
use crate::store::{Number, Store};

/// The relations, from the strongest to the weakest.
pub const RELATIONS: [&str; 4] = ["identical", "equal", "near", "contained"];

/// How alike a passage and its keeper are: the weakest of its blocks counts.
#[derive(Clone, Copy, Debug)]
pub struct Likeness {
    /// Place of the relation in `RELATIONS`.
    pub relation: u8,
    /// The lowest resemblance of its blocks.
    pub resemblance: f64,
    /// The lowest containment of its blocks.
    pub containment: f64,
}

/// How alike each passage and its keeper are.
///
/// Asked for by the ledger and twice by the clusters, in another order than that of the matches: so
/// each is looked up once. Most are wholly alike; their scores take no room.
pub struct Likenesses {
    relations: Vec<u8>,
    /// The scores that are not 1, resemblance and containment, by passage.
    scores: Sparse<(f64, f64)>,
}

impl Likenesses {
    /// Looks at all passages.
    #[must_use]
    pub fn new(
        store: &Store,
        settings: &Settings,
        neighbours: &Neighbours,
        fates: &Fates,
        passages: &[Passage],
    ) -> Self {
        let mut relations = vec![0; passages.len()];
        let scores: Vec<(Number, (f64, f64))> = relations
            .par_iter_mut()
            .zip(passages)
            .zip(0..passages.len() as Number)
            .filter_map(|((relation, passage), number)| {
                let found = likeness((store, settings, neighbours), fates, passage);
                *relation = found.relation;
                let Likeness { resemblance, containment, .. } = found;
                (containment < 1.0 || resemblance < 1.0)
                    .then_some((number, (resemblance, containment)))
            })
            .collect();
        Self { relations, scores: Sparse::new(scores) }
    }

    /// How alike a passage and its keeper are.
    #[must_use]
    pub fn of(&self, passage: Number) -> Likeness {
        let (resemblance, containment) = self.scores.get(passage).copied().unwrap_or((1.0, 1.0));
        Likeness { relation: self.relation(passage), resemblance, containment }
    }

    /// Says how alike some passages and their keepers are after all, passages ascending.
    pub fn correct(&mut self, found: impl Iterator<Item = (Number, Likeness)>) {
        let mut rows: Vec<_> = std::mem::take(&mut self.scores).into_rows().collect();
        for (passage, Likeness { relation, resemblance, containment }) in found {
            self.relations[passage as usize] = relation;
            rows.push((passage, (resemblance, containment)));
        }
        // Of two rows of one passage the new one stands behind.
        rows.sort_by_key(|&(passage, _)| passage);
        rows.dedup_by(|later, row| {
            let is_same = later.0 == row.0;
            if is_same {
                *row = *later;
            }
            is_same
        });
        self.scores = Sparse::new(rows);
    }

    /// Place of a passage's relation in `RELATIONS`.
    #[must_use]
    pub fn relation(&self, passage: Number) -> u8 {
        self.relations[passage as usize]
    }
}

fn likeness(
    (store, settings, neighbours): (&Store, &Settings, &Neighbours),
    fates: &Fates,
    passage: &Passage,
) -> Likeness {
    let mut weakest = Likeness { relation: 0, resemblance: 1.0, containment: 1.0 };
    for block in passage.first as usize..=passage.last as usize {
        let twin = fates.twins.get(&(block as Number));
        if twin.is_none() && fates.regions.contains_key(&(block as Number)) {
            // The same tokens, in other blocks.
            weakest.relation = weakest.relation.max(1);
            continue;
        }
        let keeper = *twin.unwrap_or(&fates.aligned[block]) as usize;
        if store.variants[block] == store.variants[keeper] {
            continue;
        }
        let pair = (store.node(block), store.node(keeper));
        let (level, resemblance, containment) = if pair.0 == pair.1 {
            (1, 1.0, 1.0)
        } else {
            scores(store, settings, neighbours, pair)
        };
        weakest.relation = weakest.relation.max(level);
        weakest.resemblance = weakest.resemblance.min(resemblance);
        weakest.containment = weakest.containment.min(containment);
    }
    weakest
}

/// Level of the relation (its place in `RELATIONS`) and both scores of two different nodes.
fn scores(
    store: &Store,
    settings: &Settings,
    neighbours: &Neighbours,
    pair: (Number, Number),
) -> (u8, f64, f64) {
    if let Some(found) = neighbours.between(pair.0, pair.1) {
        let level = if found.relation == Relation::Near { 2 } else { 3 };
        return (level, found.resemblance(), found.containment());
    }
    // Found two steps away, or joined by a chain: the scores are as exact, only not stored.
    let sets = (node_set(store, settings, pair.0), node_set(store, settings, pair.1));
    let shared = count_shared(&sets.0, &sets.1);
    let (left, right) = (sets.0.len() as u32, sets.1.len() as u32);
    let resemblance = resemblance(shared, left, right);
    let level = if resemblance >= settings.threshold || settings.chain { 2 } else { 3 };
    (level, resemblance, containment(shared, left, right))
}
