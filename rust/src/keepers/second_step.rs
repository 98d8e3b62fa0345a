//! Two steps away: a text that matches only what goes is compared, exactly, with what that went for.

use hashbrown::HashMap;

use crate::candidates::shingle::shingle_set;
use crate::judging::numerals::differ_in_values_only;
use crate::judging::readings::Readings;
use crate::judging::verify::judge;
use crate::settings::{Numbers, Settings};
use crate::store::{NONE, Number, Store};

/// Kept neighbours of a node that what is two steps away is compared with.
pub(crate) const SECOND_STEPS: usize = 4;

/// The first kept neighbours of nodes.
#[derive(Default)]
pub(crate) struct Adopted<Key>(HashMap<Key, [Number; SECOND_STEPS]>);

impl<Key: std::hash::Hash + Eq + Copy> Adopted<Key> {
    /// Notes a kept neighbour.
    pub(crate) fn add(&mut self, key: Key, kept: Number) {
        let adopted = self.0.entry(key).or_insert([NONE; SECOND_STEPS]);
        if let Some(free) = adopted.iter_mut().find(|one| **one == NONE) {
            *free = kept;
        }
    }

    /// Those that were noted.
    pub(crate) fn of(&self, key: Key) -> impl Iterator<Item = Number> + use<'_, Key> {
        self.0.get(&key).into_iter().flatten().copied().take_while(|&kept| kept != NONE)
    }
}

/// Whether `node` may go for `other`, of which no match is known. `tokens` and `set`: of the two, and the shingles
/// of the first.
pub(crate) fn would_go(
    (store, settings): (&Store, &Settings),
    (node, other): (Number, Number),
    tokens: (&[u32], &[u32]),
    set: &[u64],
    readings: &mut Readings<'_>,
) -> bool {
    let counts = [node, other].map(|node| store.token_counts[node as usize]);
    node != other
        && settings.judged_by_characters(counts[0], counts[1]) == Some(false)
        // The cheapest question first: of a template's texts all others are alike.
        && !(settings.numbers == Numbers::Veto && differ_in_values_only(tokens.0, tokens.1))
        && judge(settings, (node, other), (set, &shingle_set(tokens.1, settings.shingle_size)))
            .is_some_and(|found| {
                found.would_remove(settings, node, tokens)
                    && !readings.is_kept_apart(settings, (&found, node), tokens)
            })
}
