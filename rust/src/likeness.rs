//! How alike a passage and its keeper are.

use crate::cluster::Neighbours;
use crate::plan::Passage;
use crate::settings::Settings;
use crate::store::{Number, Store};
use crate::verify::{Relation, containment, count_shared, node_set, resemblance};

/// How alike a passage and its keeper are: the weakest of its blocks counts.
#[derive(Clone, Copy, Debug)]
pub struct Likeness {
    /// `identical`, `equal`, `near` or `contained`.
    pub relation: &'static str,
    /// The lowest resemblance of its blocks.
    pub resemblance: f64,
    /// The lowest containment of its blocks.
    pub containment: f64,
}

/// How alike a passage and its keeper are.
#[must_use]
pub fn likeness(
    store: &Store,
    settings: &Settings,
    neighbours: &Neighbours,
    passage: &Passage,
) -> Likeness {
    let mut weakest = Likeness { relation: "identical", resemblance: 1.0, containment: 1.0 };
    let mut rank = 0;
    for (place, block) in (passage.first..=passage.last).enumerate() {
        let keeper = passage.keeper_first as usize + place;
        let block = block as usize;
        if store.variants[block] == store.variants[keeper] {
            continue;
        }
        let pair = (store.node(block), store.node(keeper));
        let (level, resemblance, containment) = if pair.0 == pair.1 {
            (1, 1.0, 1.0)
        } else {
            scores(store, settings, neighbours, pair)
        };
        rank = rank.max(level);
        weakest.resemblance = weakest.resemblance.min(resemblance);
        weakest.containment = weakest.containment.min(containment);
    }
    weakest.relation = ["identical", "equal", "near", "contained"][rank];
    weakest
}

/// Level of the relation (2 near, 3 contained) and both scores of two different nodes.
fn scores(
    store: &Store,
    settings: &Settings,
    neighbours: &Neighbours,
    pair: (Number, Number),
) -> (usize, f64, f64) {
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
