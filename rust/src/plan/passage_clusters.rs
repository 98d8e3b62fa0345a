//! Passages, and the clusters of those that repeat one keeper.

use std::ops::Range;

use rayon::prelude::*;

use crate::keepers::furniture::{FURNITURE_DOCUMENTS, is_furniture};
use crate::passages::fates::{Fates, State};
use crate::plan::kindred::{Ordered, join_larger_sides, put_in_order};
use crate::plan::{Cluster, Kind, Passage, Plan};
use crate::settings::Settings;
use crate::store::{NONE, Number, Store};

/// Repeated blocks that follow one another as their keepers do, in one state: each such stretch.
#[must_use]
pub fn find_passages(store: &Store, fates: &Fates, documents: &[Number]) -> Vec<Passage> {
    // None goes beyond its document.
    const TOGETHER: usize = 256;
    let parts: Vec<Vec<Passage>> = (0..store.documents().div_ceil(TOGETHER))
        .into_par_iter()
        .map(|part| {
            let last = store.documents().min((part + 1) * TOGETHER);
            let ends = [part * TOGETHER, last].map(|end| store.document_starts[end] as usize);
            passages_of(ends[0]..ends[1], store, fates, documents)
        })
        .collect();
    parts.concat()
}

fn passages_of(
    blocks: Range<usize>,
    store: &Store,
    fates: &Fates,
    documents: &[Number],
) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    for block in blocks {
        let state = fates.states[block];
        let keeper = fates.aligned[block];
        if state == State::Kept || keeper == NONE {
            continue;
        }
        let keeper_end = fates.keeper_end(store, block as Number).block;
        // Of what stays each may repeat the one before it; no passage reaches into its keeper.
        if let Some(open) = passages.last_mut()
            && open.last as usize + 1 == block
            && fates.continues(store, block, documents)
            && (keeper_end < open.first || block < open.keeper_first as usize)
        {
            open.last = block as Number;
            open.keeper_last = keeper_end;
            continue;
        }
        let block = block as Number;
        passages.push(Passage {
            first: block,
            last: block,
            keeper_first: keeper,
            keeper_last: keeper_end,
            state,
            cluster: NONE,
        });
    }
    passages
}

impl Plan {
    /// Passages whose keepers overlap, and which share their fate, share a cluster; see also `kindred`.
    pub(crate) fn join_clusters(&mut self, said: (&Store, &Settings), sources: &[Number]) {
        let (mut order, mut joined) = self.ranges(said.0);
        // What both sides of several repeats lost may make the keeper of them all reach into one of them.
        let crossing = self.crossing(&order, &joined);
        if !crossing.is_empty() {
            self.edges.retain(|member| crossing.binary_search(&member).is_err());
            (order, joined) = self.ranges(said.0);
        }
        let firsts: Vec<(State, Number)> = joined
            .iter()
            .map(|(members, _)| (order[members.start].0, order[members.start].1))
            .collect();
        let mut members: Vec<Number> = order.into_iter().map(|(_, _, number, _)| number).collect();
        for (range, _) in &joined {
            members[range.clone()].sort_unstable();
        }
        self.clusters = joined
            .into_par_iter()
            .zip(firsts)
            .map(|((range, keeper_last), (state, keeper_first))| {
                let keeper = (keeper_first, keeper_last);
                let cluster = self.describe(said, sources, &members[range.clone()], keeper, state);
                Cluster { members: range, ..cluster }
            })
            .collect();
        self.members = members;
        self.clusters.par_sort_by_key(|cluster| (cluster.keeper_first, cluster.state));
        for (number, cluster) in self.clusters.iter().enumerate() {
            for &member in &self.members[cluster.members.clone()] {
                let mut piece = Some(member);
                while let Some(member) = piece {
                    self.passages[member as usize].cluster = number as Number;
                    piece = self.continued.get(member).copied();
                }
            }
        }
    }

    /// Passages with what orders them, and which of them share a cluster, with the last block of its keeper.
    fn ranges(&self, store: &Store) -> (Vec<Ordered>, Vec<(Range<usize>, Number)>) {
        let mut is_later = vec![false; self.passages.len()];
        self.continued.values().iter().for_each(|&number| is_later[number as usize] = true);
        let mut order: Vec<Ordered> = self
            .passages
            .par_iter()
            .zip(0..self.passages.len() as Number)
            .filter(|&(_, number)| !is_later[number as usize])
            .map(|(passage, number)| {
                let [_, (keeper_first, keeper_last)] = self.reach(number);
                (passage.state, keeper_first, number, keeper_last)
            })
            .collect();
        put_in_order(&mut order);
        join_larger_sides(store, self, &mut order);
        let mut joined: Vec<(Range<usize>, Number)> = Vec::new();
        for (place, &(state, keeper_first, _, keeper_last)) in order.iter().enumerate() {
            match joined.last_mut() {
                Some((members, last))
                    if order[members.start].0 == state && keeper_first <= *last =>
                {
                    members.end = place + 1;
                    *last = keeper_last.max(*last);
                }
                _ => joined.push((place..place + 1, keeper_last)),
            }
        }
        (order, joined)
    }

    /// Passages with something lost beside them in clusters of which one meets the keeper of all, ascending.
    fn crossing(&self, order: &[Ordered], joined: &[(Range<usize>, Number)]) -> Vec<Number> {
        if self.edges.values().is_empty() {
            return Vec::new();
        }
        let mut found: Vec<Number> = joined
            .par_iter()
            .flat_map_iter(|(members, keeper_last)| {
                let keeper_first = order[members.start].1;
                let members = order[members.clone()].iter().map(|&(_, _, number, _)| number);
                let has_edges = |&number: &Number| self.edges.get(number).is_some();
                let meets = |number: Number| {
                    let [(first, last), _] = self.reach(number);
                    first <= *keeper_last && keeper_first <= last
                };
                let crosses =
                    members.clone().any(|one| has_edges(&one)) && members.clone().any(meets);
                members.filter(move |one| crosses && has_edges(one))
            })
            .collect();
        found.sort_unstable();
        found
    }

    fn describe(
        &self,
        (store, settings): (&Store, &Settings),
        sources: &[Number],
        members: &[Number],
        (keeper_first, keeper_last): (Number, Number),
        state: State,
    ) -> Cluster {
        let mut homes: Vec<Number> = members
            .iter()
            .map(|&member| self.documents[self.passages[member as usize].first as usize])
            .collect();
        homes.push(self.documents[keeper_first as usize]);
        homes.sort_unstable();
        homes.dedup();
        let documents = homes.len() as u32;
        let characters = members.iter().map(|&member| self.repeated(store, member)).sum();
        let place = |first, last| (self.documents[first as usize], first, last);
        let keeper = place(keeper_first, keeper_last);
        let own = |&&member: &&Number| self.passages[member as usize].state == state;
        let places = members.iter().filter(own).map(|&member| {
            let [(first, last), _] = self.reach(member);
            place(first, last)
        });
        let kind = match state {
            State::Numbers => Kind::Template,
            State::Boilerplate | State::Stripped => Kind::Boilerplate,
            // Of these only one side is the furniture.
            State::Contained if documents > 1 => Kind::Shared,
            _ if documents as usize >= FURNITURE_DOCUMENTS
                && is_furniture((store, settings), sources, (keeper, places)) =>
            {
                Kind::Boilerplate
            }
            _ if documents == 1 => Kind::SelfRepeat,
            _ => Kind::Shared,
        };
        let keeper_span = self.whole_keeper_span(store, members);
        let (members, quotes) = (0..0, 0..0);
        Cluster {
            keeper_first,
            keeper_last,
            keeper_span,
            members,
            state,
            quotes,
            kind,
            documents,
            characters,
        }
    }
}
