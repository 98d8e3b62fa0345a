//! Passages that go on behind a gap: an edited, inserted or left-out block in the middle.
//!
//! Two passages of one document that go for passages of one document, in the same order, are one repeat
//! where little else stands between them, here and there: what repeats is four fifths of the whole. What
//! goes is the same; this is how it is told. What stands between the kept passages must stay, so that the
//! keeper of the whole stands in the output as it stands in the input; but for what both have and both
//! lost to another keeper (`elsewhere.rs`), which is no gap.

use std::ops::Range;

use hashbrown::HashMap;

use crate::both::in_parts;
use crate::passages::fates::{Fates, State};
use crate::plan::Passage;
use crate::plan::elsewhere::{MOST_ELSEWHERE, are_lost_alike};
use crate::store::sparse::Sparse;
use crate::store::{Number, Store};

/// Share of the tokens of the whole that gaps may have, on either side.
const MOST_IN_GAPS: f64 = 0.2;

/// Blocks of a gap, on either side.
const MOST_BLOCKS: Number = 16;

/// Which passage each one goes on with, behind a gap.
pub type Continued = Sparse<Number>;

/// A repeat with gaps, so far.
struct Open {
    first: Number,
    last: Number,
    /// Tokens from its beginning to its end, here and in the keeper.
    whole: [u32; 2],
    /// Those of them that stand in gaps.
    gaps: [u32; 2],
    /// Those of them that both sides lost to other keepers.
    elsewhere: u32,
}

/// Finds the gaps between removed passages of whole blocks. `positions` are the tokens of its document
/// before each block, `by_run` says of a passage whether it or its keeper is a part of blocks.
#[must_use]
pub fn continued(
    store: &Store,
    fates: &Fates,
    (documents, positions): (&[Number], &[u32]),
    passages: &[Passage],
    by_run: impl Fn(Number) -> bool + Sync,
) -> Continued {
    // A repeat ends with its document, and so does a part.
    let border = |place: usize| match place.checked_sub(1) {
        None => 0,
        Some(before) => {
            let home = |passage: &Passage| documents[passage.first as usize];
            let same = |passage: &Passage| home(passage) == home(&passages[before]);
            place + passages[place..].partition_point(same)
        }
    };
    let mut found = in_parts(passages.len(), |part| {
        let part = border(part.start)..border(part.end);
        continued_in((store, fates), (documents, positions), (passages, part), &by_run)
    });
    found.sort_unstable();
    Sparse::new(found)
}

/// Of the passages of some documents.
fn continued_in(
    (store, fates): (&Store, &Fates),
    (documents, positions): (&[Number], &[u32]),
    (passages, part): (&[Passage], Range<usize>),
    by_run: &impl Fn(Number) -> bool,
) -> Vec<(Number, Number)> {
    let mut continued = Vec::new();
    let mut open: HashMap<Number, Open> = HashMap::new();
    let mut document = None;
    let tokens = |first: Number, last: Number| {
        positions[last as usize] + store.block_tokens(last as usize) - positions[first as usize]
    };
    for (number, passage) in (part.start as Number..).zip(&passages[part]) {
        let home = documents[passage.first as usize];
        if document != Some(home) {
            open.clear();
            document = Some(home);
        }
        if passage.state != State::Removed || by_run(number) {
            continue;
        }
        let keeper_home = documents[passage.keeper_first as usize];
        let own = [
            tokens(passage.first, passage.last),
            tokens(passage.keeper_first, passage.keeper_last),
        ];
        let alone = Open { first: number, last: number, whole: own, gaps: [0; 2], elsewhere: 0 };
        let more = open.get(&keeper_home).and_then(|before| {
            let last = &passages[before.last as usize];
            let begin = [last.last, last.keeper_last];
            let end = [passage.first, passage.keeper_first];
            let is_order = (0..2)
                .all(|side| begin[side] < end[side] && end[side] - begin[side] - 1 <= MOST_BLOCKS);
            let first = &passages[before.first as usize];
            let is_apart = passage.keeper_last < first.first || first.keeper_first > passage.last;
            if !is_order || !is_apart {
                return None;
            }
            let between = |side: usize| {
                tokens(begin[side], end[side])
                    - store.block_tokens(begin[side] as usize)
                    - store.block_tokens(end[side] as usize)
            };
            let stays = |block: Number| !fates.states[block as usize].is_gone();
            let (mut gaps, mut elsewhere) = (before.gaps, before.elsewhere);
            let middle = [0, 1].map(|side| begin[side] + 1..end[side]);
            if (begin[1] + 1..end[1]).all(stays) {
                gaps = [0, 1].map(|side| gaps[side] + between(side));
            } else if are_lost_alike(store, fates, middle) {
                elsewhere += between(0);
            } else {
                return None;
            }
            let whole = [0, 1].map(|side| before.whole[side] + between(side) + own[side]);
            let is_little = (0..2)
                .all(|side| f64::from(gaps[side]) <= MOST_IN_GAPS * f64::from(whole[side]))
                && f64::from(elsewhere) <= MOST_ELSEWHERE * f64::from(whole[0]);
            let open = Open { first: before.first, last: number, whole, gaps, elsewhere };
            is_little.then_some((before.last, open))
        });
        let next = more.map_or(alone, |(before, whole)| {
            continued.push((before, number));
            whole
        });
        open.insert(keeper_home, next);
    }
    continued
}
