//! What a run counted, by the names of `report.json`.

use crate::cut::find_cuts;
use crate::fates::State;
use crate::plan::Plan;
use crate::store::{NONE, Number, Store};

/// Counts for the report, by the names of `report.json`.
#[must_use]
pub fn counts(plan: &Plan, store: &Store) -> Vec<(&'static str, u64)> {
    let dropped = plan.dropped.iter().filter(|&&dropped| dropped).count() as u64;
    let read: u64 = store.document_characters.iter().sum();
    let mut without_copy = 0u64;
    let (mut spans_removed, mut removed) = (0u64, 0u64);
    let mut repeated = 0u64;
    let mut removed_blocks = 0u64;
    let mut repeated_blocks = 0u64;
    for (block, &state) in plan.fates.states.iter().enumerate() {
        let characters = u64::from(store.block_characters(block));
        removed_blocks += u64::from(state.is_gone());
        if plan.fates.aligned[block] != NONE && state != State::Numbers && state != State::Contained
        {
            repeated_blocks += 1;
            repeated += characters;
        }
        let lost = plan.dropped[plan.documents[block] as usize] && !state.is_gone();
        without_copy += if lost || state == State::Stripped { characters } else { 0 };
    }
    for (document, &characters) in store.document_characters.iter().enumerate() {
        let cuts = find_cuts(store, plan, document as Number);
        spans_removed += cuts.len() as u64;
        let cut: u64 = cuts.iter().map(|cut| u64::from(cut.end - cut.start)).sum();
        removed += if plan.dropped[document] { characters } else { cut };
    }
    vec![
        ("documents_read", store.documents() as u64),
        ("documents_kept", store.documents() as u64 - dropped),
        ("documents_dropped", dropped),
        ("blocks", store.blocks() as u64),
        ("blocks_distinct", store.nodes() as u64),
        ("blocks_repeated", repeated_blocks),
        ("blocks_removed", removed_blocks),
        ("spans_removed", spans_removed),
        ("clusters", plan.clusters.len() as u64),
        ("characters_read", read),
        ("characters_repeated", repeated),
        ("characters_removed", removed),
        ("characters_without_copy", without_copy),
    ]
}
