//! What would go by the matches found so far: hot buckets are compared again among what stays of them
//! (`candidates/crowded.rs`).

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::candidates::group::Candidates;
use crate::candidates::shingle::fill_shingle_set;
use crate::judging::amounts::AllAmounts;
use crate::judging::readings::Readings;
use crate::judging::verify::Match;
use crate::keepers::cluster::contents;
use crate::keepers::neighbours::Neighbours;
use crate::keepers::scopes::Scopes;
use crate::keepers::second_step::{Adopted, would_go};
use crate::memory::at_most;
use crate::settings::{Scope, Settings};
use crate::store::token_reader::TokenReader;
use crate::store::{NONE, Number, Store};

/// When nodes are visited first, as blocks are; `None` where that is in the order of their numbers.
#[must_use]
pub fn first_visits(store: &Store, rank: Option<&[u32]>) -> Option<Vec<u32>> {
    let rank = rank?;
    let (contents, documents) = (contents(store), store.block_documents());
    let key = |block: usize| (rank[block], contents[documents[block] as usize], block);
    let references = store.reference_blocks();
    let mut first = vec![usize::MAX; store.nodes()];
    for block in 0..store.blocks() {
        let seen = &mut first[store.node(block) as usize];
        let is_first = *seen == usize::MAX || *seen >= references && key(block) < key(*seen);
        if is_first {
            *seen = block;
        }
    }
    let mut order: Vec<Number> = (0..store.nodes() as Number).collect();
    order.sort_unstable_by_key(|&node| match first[node as usize] {
        usize::MAX => (2, (0, 0, 0)),
        block if block < references => (0, (0, 0, block)),
        block => (1, key(block)),
    });
    let mut visits = vec![0; order.len()];
    for (visit, &node) in (0..).zip(&order) {
        visits[node as usize] = visit;
    }
    Some(visits)
}

/// The one document in which each node stands, `NONE` where there are several; nothing where no policy asks
/// for it.
fn homes(store: &Store, settings: &Settings) -> Option<Vec<Number>> {
    let asks =
        settings.scope != Scope::Both || settings.window.is_some() || !store.groups.is_empty();
    asks.then(|| {
        let mut homes = vec![None; store.nodes()];
        for document in 0..store.documents() {
            for block in store.document_blocks(document) {
                let home = &mut homes[store.node(block) as usize];
                let is_other = home.is_some_and(|home| home != document as Number);
                *home = Some(if is_other { NONE } else { document as Number });
            }
        }
        homes.into_iter().map(|home| home.unwrap_or(NONE)).collect()
    })
}

/// What would go by the matches found so far.
pub(crate) struct Outlook {
    neighbours: Neighbours,
    goes: Vec<bool>,
}

impl Outlook {
    /// Nodes are visited one after the other: each goes for one that stays, where the policy lets it. So do
    /// `members` of hot buckets for one that stays two steps away, as they will (`second_step`): by their matches
    /// alone few would go, since most match a few central members, which go.
    pub(crate) fn new(
        matches: Vec<Match>,
        (store, settings): (&Store, &Settings),
        visits: Option<&[u32]>,
        (members, amounts): (&[Number], &AllAmounts),
        tried: &mut Tried,
    ) -> Self {
        let nodes = store.nodes();
        let neighbours = Neighbours::new(matches, nodes);
        let homes = homes(store, settings);
        let scopes = Scopes { store, settings };
        let may_be_in_scope = |node: Number, other: Number| {
            homes.as_ref().is_none_or(|homes| {
                let (one, other) = (homes[node as usize], homes[other as usize]);
                one == NONE || other == NONE || scopes.in_scope(one, other)
            })
        };
        let place = |node: Number| visits.map_or(node, |visits| visits[node as usize]);
        let mut order: Vec<Number> =
            (0..nodes as Number).filter(|&node| neighbours.count(node) > 0).collect();
        if visits.is_some() {
            order.par_sort_unstable_by_key(|&node| place(node));
        }
        let mut is_member = vec![false; nodes];
        let mut is_asked = vec![false; nodes];
        for &member in members {
            is_member[member as usize] = true;
            neighbours.of(member).for_each(|(other, _)| is_asked[other as usize] = true);
        }
        let mut adopted = Adopted::default();
        let mut goes = vec![false; nodes];
        let mut steps = Steps::new(store, settings);
        for node in order {
            let mut goes_now = neighbours.of(node).any(|(other, found)| {
                place(other) < place(node)
                    && !goes[other as usize]
                    && found.may_remove(node)
                    && may_be_in_scope(node, other)
            });
            if !goes_now && is_member[node as usize] {
                let others = neighbours.of(node).flat_map(|(other, _)| adopted.of(other));
                let own = amounts.of(node);
                let is_in_question =
                    |&other: &Number| may_be_in_scope(node, other) && !own.keeps_apart_from(other);
                let mut others: Vec<Number> = others.filter(is_in_question).collect();
                others.sort_unstable_by_key(|&other| place(other));
                others.dedup();
                others.retain(|&other| neighbours.between(node, other).is_none());
                goes_now = others.into_iter().any(|other| steps.may_go((node, other), tried));
            }
            goes[node as usize] = goes_now;
            if !goes_now {
                let asked = neighbours.of(node).filter(|(other, _)| is_asked[*other as usize]);
                asked.for_each(|(other, _)| adopted.add(other, node));
            }
        }
        Self { neighbours, goes }
    }

    /// Which nodes go.
    pub(crate) fn goes(&self) -> &[bool] {
        &self.goes
    }

    pub(crate) fn into_matches(self) -> Vec<Match> {
        self.neighbours.into_matches()
    }

    /// Of pairs that were found again those that are no match already.
    pub(crate) fn unknown(&self, mut found: Candidates) -> Candidates {
        found.retain(|(left, right)| self.neighbours.between(left, right).is_none());
        found
    }
}

/// Bytes of the answers that are kept from turn to turn, at most, where memory has no limit.
const TRIED_AT_ONCE: usize = 32 << 20;

/// Bytes of one of them in its table.
const OF_A_PAIR: usize = 2 * size_of::<((Number, Number), bool)>();

/// Whether the first of two nodes may go for the second one, of those of which it was asked last.
pub(crate) type Tried = HashMap<(Number, Number), bool>;

/// Asks of nodes whether they may go for others.
struct Steps<'a> {
    said: (&'a Store, &'a Settings),
    readers: [TokenReader<'a>; 2],
    readings: Readings<'a>,
    /// The node that was asked for last, and its shingles.
    own: (Number, Vec<u64>),
}

impl<'a> Steps<'a> {
    fn new(store: &'a Store, settings: &'a Settings) -> Self {
        Self {
            said: (store, settings),
            readers: [store.token_reader(), store.token_reader()],
            readings: Readings::new(store),
            own: (NONE, Vec::new()),
        }
    }

    fn may_go(&mut self, pair: (Number, Number), tried: &mut Tried) -> bool {
        if tried.len() >= at_most(TRIED_AT_ONCE, 16) / OF_A_PAIR {
            tried.clear();
        }
        let Self { said, readers: [one, two], readings, own } = self;
        *tried.entry(pair).or_insert_with(|| {
            let tokens = (one.tokens(pair.0), two.tokens(pair.1));
            if own.0 != pair.0 {
                own.0 = pair.0;
                fill_shingle_set(tokens.0, said.1.shingle_size, &mut own.1);
            }
            would_go(*said, pair, tokens, &own.1, readings)
        })
    }
}
