//! What stays and repeats a part of what others repeat: told in their cluster, not beside it.
//!
//! A paragraph that was copied whole in one place, and is quoted or held by a longer one in another, is one
//! text at three places. Were each told by what became of it, the copy and the quotation would never be
//! named together, since both repeat the first place alone.

use std::ops::Range;

use rayon::prelude::*;

use crate::both::in_parts;
use crate::passages::fates::State;
use crate::plan::quotes::{Quote, Repeat};
use crate::plan::{Cluster, Kind, Plan};
use crate::store::{Number, Store};

/// A passage by its state, its keeper's first block, its number, and the keeper's last block.
pub(crate) type Ordered = (State, Number, Number, Number);

/// Sorts passages; as numbers, since comparing them field by field takes twice the time.
pub(crate) fn put_in_order(order: &mut [Ordered]) {
    order.par_sort_unstable_by_key(|&(state, first, number, _)| {
        (state as u128) << 64 | u128::from(first) << 32 | u128::from(number)
    });
}

/// Lets passages that stay, as the larger side, stand with those that go for the same keeper: where theirs
/// is no longer. `order` is ascending, and is so again.
pub(crate) fn join_larger_sides(store: &Store, plan: &Plan, order: &mut [Ordered]) {
    if !order.iter().any(|passage| passage.0 == State::Contained) {
        return;
    }
    let asked = |passage: &&Ordered| passage.0 == State::Removed;
    let spans = in_parts(order.len(), |part| {
        let asked = order[part].iter().filter(asked);
        asked.map(|&(_, _, number, _)| plan.keeper_span(store, number)).collect()
    });
    let mut keepers: Vec<(Number, Number, (u32, u32))> = Vec::new();
    for (&(_, first, _, last), span) in order.iter().filter(asked).zip(spans) {
        match keepers.last_mut() {
            Some(keeper) if first <= keeper.1 => {
                keeper.1 = keeper.1.max(last);
                keeper.2 = (keeper.2.0.min(span.0), keeper.2.1.max(span.1));
            }
            _ => keepers.push((first, last, span)),
        }
    }
    for passage in order.iter_mut().filter(|passage| passage.0 == State::Contained) {
        let (first, last) = (passage.1, passage.3);
        let Some(keeper) = enclosing(&keepers, first, |keeper| keeper.0) else { continue };
        let own = &plan.passages[passage.2 as usize];
        let apart = own.last < keeper.0 || own.first > keeper.1;
        if last <= keeper.1 && apart && lies_in(plan.keeper_span(store, passage.2), keeper.2) {
            passage.0 = State::Removed;
        }
    }
    put_in_order(order);
}

/// The last of some things in order that does not begin behind a block.
fn enclosing<T>(things: &[T], block: Number, first: impl Fn(&T) -> Number) -> Option<&T> {
    let place = things.partition_point(|thing| first(thing) <= block);
    place.checked_sub(1).map(|place| &things[place])
}

fn lies_in(own: (u32, u32), whole: (u32, u32)) -> bool {
    whole.0 <= own.0 && own.1 <= whole.1
}

impl Plan {
    /// Lets quotes of a part of what others go for stand in their cluster.
    pub(crate) fn join_quotes(&mut self) {
        let going: Vec<(usize, (u32, u32))> = (0..self.clusters.len())
            .into_par_iter()
            .filter(|&number| self.clusters[number].state == State::Removed)
            .map(|number| (number, self.clusters[number].keeper_span))
            .collect();
        let (mut joined, mut rest) = (Vec::new(), Vec::new());
        for quote in std::mem::take(&mut self.quotes.clusters) {
            let first = quote.keeper.blocks.0;
            let found = enclosing(&going, first, |going| self.clusters[going.0].keeper_first)
                .filter(|going| self.is_of(&quote, &self.clusters[going.0], going.1));
            let Some(&(number, _)) = found else {
                rest.push(quote);
                continue;
            };
            let cluster = &mut self.clusters[number];
            if cluster.quotes.is_empty() {
                cluster.quotes = joined.len()..joined.len();
            }
            cluster.quotes.end += 1;
            cluster.characters += quote.characters;
            joined.push(quote);
        }
        (self.quotes.clusters, self.quotes.joined) = (rest, joined);
        for (number, _) in going {
            if self.clusters[number].quotes.is_empty() {
                continue;
            }
            let homes = self.homes(&self.clusters[number]);
            let cluster = &mut self.clusters[number];
            cluster.documents = homes as u32;
            if cluster.kind == Kind::SelfRepeat && homes > 1 {
                cluster.kind = Kind::Shared;
            }
        }
    }

    /// Whether what is quoted is a part of a cluster's keeper, and all that quotes it stands outside.
    fn is_of(&self, quote: &Quote, cluster: &Cluster, whole: (u32, u32)) -> bool {
        let blocks = cluster.keeper_first..=cluster.keeper_last;
        let places = &self.quotes.places[quote.members.clone()];
        quote.keeper.blocks.1 <= cluster.keeper_last
            && lies_in(quote.keeper.span, whole)
            && !places.iter().any(|repeat| {
                let place = repeat.place.blocks;
                place.1 >= *blocks.start() && place.0 <= *blocks.end()
            })
    }

    /// How many documents a cluster stands in.
    fn homes(&self, cluster: &Cluster) -> usize {
        let passages = self.members[cluster.members.clone()]
            .iter()
            .map(|&member| self.passages[member as usize].first);
        let quotes = self.quotes.joined[cluster.quotes.clone()].iter();
        let places = quotes.flat_map(|quote| &self.quotes.places[quote.members.clone()]);
        let mut homes: Vec<Number> = passages
            .chain(places.map(|repeat| repeat.place.blocks.0))
            .chain([cluster.keeper_first])
            .map(|block| self.documents[block as usize])
            .collect();
        homes.sort_unstable();
        homes.dedup();
        homes.len()
    }

    /// The places of a cluster that only quote its keeper: each with the part of it.
    pub fn quoting(&self, cluster: &Cluster) -> impl Iterator<Item = (&Repeat, (u32, u32))> {
        self.quotes.joined[cluster.quotes.clone()].iter().flat_map(|quote| {
            let places = &self.quotes.places[quote.members.clone()];
            places.iter().map(|repeat| (repeat, repeat.part.unwrap_or(quote.keeper.span)))
        })
    }
}

/// How many places some quotes have.
pub(crate) fn count_places(quotes: &[Quote], range: Range<usize>) -> usize {
    quotes[range].iter().map(|quote| quote.members.len()).sum()
}
