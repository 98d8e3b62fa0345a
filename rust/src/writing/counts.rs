//! What a run counted, by the names of `report.json`.

use std::ops::Add;

use rayon::prelude::*;

use crate::passages::fates::State;
use crate::plan::Plan;
use crate::store::{NONE, Number, Store};
use crate::writing::cut::find_cuts;

/// What is counted of each document; sums over all of them.
#[derive(Clone, Copy, Default)]
struct Counted {
    dropped: u64,
    blocks_repeated: u64,
    blocks_removed: u64,
    spans_removed: u64,
    characters_repeated: u64,
    characters_removed: u64,
    characters_without_copy: u64,
}

impl Add for Counted {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            dropped: self.dropped + other.dropped,
            blocks_repeated: self.blocks_repeated + other.blocks_repeated,
            blocks_removed: self.blocks_removed + other.blocks_removed,
            spans_removed: self.spans_removed + other.spans_removed,
            characters_repeated: self.characters_repeated + other.characters_repeated,
            characters_removed: self.characters_removed + other.characters_removed,
            characters_without_copy: self.characters_without_copy + other.characters_without_copy,
        }
    }
}

impl Counted {
    fn of(plan: &Plan, store: &Store, document: usize) -> Self {
        let is_dropped = plan.dropped[document];
        let cuts = find_cuts(store, plan, document as Number);
        let cut = cuts.iter().map(|cut| u64::from(cut.end - cut.start)).sum();
        let mut counted = Self {
            dropped: u64::from(is_dropped),
            spans_removed: cuts.len() as u64,
            characters_removed: if is_dropped { store.document_characters[document] } else { cut },
            ..Self::default()
        };
        for block in store.document_blocks(document) {
            let state = plan.fates.states[block];
            let characters = u64::from(store.block_characters(block));
            counted.blocks_removed += u64::from(state.is_gone());
            if plan.fates.aligned[block] != NONE
                && !matches!(state, State::Numbers | State::Contained)
            {
                counted.blocks_repeated += 1;
                counted.characters_repeated += characters;
            }
            if state == State::Stripped || (is_dropped && !state.is_gone()) {
                counted.characters_without_copy += characters;
            }
        }
        counted
    }
}

/// Counts for the report, by the names of `report.json`; what the corpus is held against does not count.
#[must_use]
pub fn counts(plan: &Plan, store: &Store) -> Vec<(&'static str, u64)> {
    let references = store.reference_documents();
    let documents = (store.documents() - references) as u64;
    let counted = (references..store.documents())
        .into_par_iter()
        .map(|document| Counted::of(plan, store, document))
        .reduce(Counted::default, Counted::add);
    let distinct = store.nodes_of_corpus().into_iter().filter(|&stands| stands).count() as u64;
    vec![
        ("documents_read", documents),
        ("documents_kept", documents - counted.dropped),
        ("documents_dropped", counted.dropped),
        ("blocks", (store.blocks() - store.reference_blocks()) as u64),
        ("blocks_distinct", distinct),
        ("blocks_repeated", counted.blocks_repeated),
        ("blocks_removed", counted.blocks_removed),
        ("spans_removed", counted.spans_removed),
        ("clusters", plan.count_clusters() as u64),
        ("characters_read", store.document_characters[references..].iter().sum()),
        ("characters_repeated", counted.characters_repeated),
        ("characters_removed", counted.characters_removed),
        ("characters_without_copy", counted.characters_without_copy),
    ]
}

/// Of each input that the corpus is held against: its blocks and characters, and how many blocks and
/// characters of the corpus repeat a block of it.
#[must_use]
pub fn reference_counts(plan: &Plan, store: &Store) -> Vec<[u64; 4]> {
    if store.references.is_empty() {
        return Vec::new();
    }
    let ends: Vec<usize> = store
        .references
        .iter()
        .map(|&(end, _)| store.document_starts[end as usize] as usize)
        .collect();
    let mut counts = vec![[0; 4]; ends.len()];
    for block in 0..store.blocks() {
        let keeper = plan.fates.aligned[block];
        let (column, found) = match plan.fates.states[block] {
            _ if block < store.reference_blocks() => (0, block),
            State::Numbers | State::Contained => continue,
            _ if keeper == NONE => continue,
            _ => (2, keeper as usize),
        };
        if let Some(counts) = counts.get_mut(ends.partition_point(|&end| end <= found)) {
            counts[column] += 1;
            counts[column + 1] += u64::from(store.block_characters(block));
        }
    }
    counts
}
