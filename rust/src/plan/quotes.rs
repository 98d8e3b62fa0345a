//! Quotes: runs that are only a part of a block, or that stay for another reason. They are reported.

use std::ops::Range;

use rayon::prelude::*;

use crate::passages::fates::{Fates, State};
use crate::passages::runs::Run;
use crate::passages::text::{Text, Token};
use crate::plan::Kind;
use crate::plan::places::Places;
use crate::settings::Settings;
use crate::store::Number;

/// Runs whose places are found by one task, at least.
const RUNS_PER_TASK: usize = 64;

/// One place of some tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The first and the last block that they stand in.
    pub blocks: (Number, Number),
    /// Code points of the document.
    pub span: (u32, u32),
}

impl Place {
    fn order(&self) -> (Number, (u32, u32)) {
        (self.blocks.0, self.span)
    }

    /// Both of two places of one document, and what stands between.
    fn with(self, other: Self) -> Self {
        Self {
            blocks: (self.blocks.0.min(other.blocks.0), self.blocks.1.max(other.blocks.1)),
            span: (self.span.0.min(other.span.0), self.span.1.max(other.span.1)),
        }
    }
}

/// A place that repeats the first one of a quote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Repeat {
    /// Where it stands.
    pub place: Place,
    /// Code points of the keeper's document that it repeats, where these are not all of the keeper.
    pub part: Option<(u32, u32)>,
}

/// The same tokens at several places, all of which stay.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Where they stand first: the union of what the others repeat, which overlaps.
    pub keeper: Place,
    /// The other places, in `Quotes::places`.
    pub members: Range<usize>,
    /// How many tokens at the first place.
    pub tokens: u32,
    /// Documents they stand in.
    pub documents: u32,
    /// Why they repeat.
    pub kind: Kind,
    /// Code points of all other places.
    pub characters: u64,
}

/// All quotes.
#[derive(Default)]
pub struct Quotes {
    /// By the place of the first one.
    pub clusters: Vec<Quote>,
    /// Those that are told in the cluster of what repeats more of their first place, cluster by cluster.
    pub joined: Vec<Quote>,
    /// The other places, quote by quote.
    pub places: Vec<Repeat>,
}

/// A run that stays, or what stays of one.
#[derive(Clone, Copy)]
struct Piece {
    keeper: Place,
    member: Place,
    /// Tokens of the two documents before the places, and of each place.
    positions: (u32, u32),
    tokens: u32,
}

impl Piece {
    /// The tokens of the documents that the earlier and the later place are.
    fn ranges(&self) -> (Range<u32>, Range<u32>) {
        let (earlier, later) = self.positions;
        (earlier..earlier + self.tokens, later..later + self.tokens)
    }
}

impl Quotes {
    /// What stays of the runs and is still long enough.
    #[must_use]
    pub fn new(text: &Text<'_>, settings: &Settings, fates: &Fates, runs: &[Run]) -> Self {
        let mut parts: Vec<Run> = runs
            .par_iter()
            .flat_map_iter(|run| staying_parts(text, run))
            .filter(|part| untold(text, fates, part) >= settings.min_run)
            .collect();
        tell_once(text, settings.min_run, &mut parts);
        let places = places_of(text, settings, &parts);
        let mut pieces: Vec<Piece> = parts
            .iter()
            .zip(places.as_chunks::<2>().0)
            .map(|(part, &[keeper, member])| Piece {
                keeper,
                member,
                positions: (text.position(part.earlier), text.position(part.later)),
                tokens: part.length,
            })
            .collect();
        pieces.par_sort_by_key(|piece| (piece.keeper.order(), piece.member.order()));
        let mut quotes = Self::default();
        let mut rest = &pieces[..];
        while !rest.is_empty() {
            let count = overlapping(text, settings.min_run, rest);
            quotes.add(text, &rest[..count]);
            rest = &rest[count..];
        }
        quotes
    }

    /// Adds the quote of pieces whose keepers overlap; its keeper is their union.
    fn add(&mut self, text: &Text<'_>, pieces: &[Piece]) {
        let home = |place: &Place| text.documents[place.blocks.0 as usize];
        let start = pieces[0].ranges().0.start;
        let end = pieces.iter().map(|piece| piece.ranges().0.end).max().unwrap_or(start);
        let keeper = pieces.iter().fold(pieces[0].keeper, |whole, piece| whole.with(piece.keeper));
        let first = self.places.len();
        self.places.extend(pieces.iter().map(|piece| Repeat {
            place: piece.member,
            part: (piece.keeper != keeper).then_some(piece.keeper.span),
        }));
        self.places[first..].sort_unstable_by_key(|repeat| repeat.place.order());
        let mut homes: Vec<Number> = pieces.iter().map(|piece| home(&piece.member)).collect();
        homes.push(home(&keeper));
        homes.sort_unstable();
        homes.dedup();
        let characters =
            pieces.iter().map(|piece| u64::from(piece.member.span.1 - piece.member.span.0)).sum();
        self.clusters.push(Quote {
            keeper,
            members: first..self.places.len(),
            tokens: end - start,
            documents: homes.len() as u32,
            kind: if homes.len() == 1 { Kind::SelfRepeat } else { Kind::Shared },
            characters,
        });
    }
}

/// How many of the pieces, by their earlier places, are one quote: of which each shares as many tokens as
/// a run has, `least`, with those before it, and of which none repeats what is a keeper then.
fn overlapping(text: &Text<'_>, least: u32, pieces: &[Piece]) -> usize {
    let home = |place: &Place| text.documents[place.blocks.0 as usize];
    let own = home(&pieces[0].keeper);
    let mut end = 0;
    // Where the first repeat in the document of the keeper begins, which must stay outside of it.
    let mut limit = u32::MAX;
    for (count, piece) in pieces.iter().enumerate() {
        let (earlier, later) = piece.ranges();
        let more = end.max(earlier.end);
        let bound = if home(&piece.member) == own { limit.min(later.start) } else { limit };
        let shared = earlier.end.min(end).saturating_sub(earlier.start);
        if count > 0 && (home(&piece.keeper) != own || shared < least || more > bound) {
            return count;
        }
        (end, limit) = (more, bound);
    }
    pieces.len()
}

/// The earlier and the later place of each run. They are read in the order of the blocks, so that each
/// text is read once.
fn places_of(text: &Text<'_>, settings: &Settings, runs: &[Run]) -> Vec<Place> {
    let side = |number: usize| {
        let run = &runs[number / 2];
        if number.is_multiple_of(2) { run.earlier } else { run.later }
    };
    let mut order: Vec<usize> = (0..2 * runs.len()).collect();
    order.par_sort_unstable_by_key(|&number| (side(number), number));
    let found: Vec<Place> = order
        .par_iter()
        .with_min_len(RUNS_PER_TASK)
        .map_init(
            || Places::new(text.store, settings),
            |places, &number| place(text, places, side(number), runs[number / 2].length),
        )
        .collect();
    let mut places = vec![Place { blocks: (0, 0), span: (0, 0) }; order.len()];
    for (number, place) in order.into_iter().zip(found) {
        places[number] = place;
    }
    places
}

fn place(text: &Text<'_>, places: &mut Places<'_>, first: Token, length: u32) -> Place {
    let first = text.start_after(first).unwrap_or(first);
    let end = text.after(first, length);
    Place { blocks: (first.block, end.block), span: (places.start(first), places.end(end)) }
}

/// Of parts that overlap at their later places, what the earlier one does not hold already.
fn tell_once(text: &Text<'_>, least: u32, parts: &mut Vec<Run>) {
    parts.sort_unstable_by_key(|part| (part.later, std::cmp::Reverse(part.length), part.earlier));
    let mut told: Option<Token> = None;
    parts.retain_mut(|part| {
        let end = text.after(part.later, part.length);
        if let Some(last) = told
            && part.later < last
            && text.documents[part.later.block as usize] == text.documents[last.block as usize]
        {
            let over = text.position(last).saturating_sub(text.position(part.later));
            if over >= part.length {
                return false;
            }
            part.later = last;
            part.earlier = text.after(part.earlier, over);
            part.length -= over;
        }
        let is_long = part.length >= least;
        if is_long {
            told = Some(end);
        }
        is_long
    });
}

/// The parts of a run of which both places stay.
fn staying_parts(text: &Text<'_>, run: &Run) -> Vec<Run> {
    let stays = |token: Token| !text.states[token.block as usize].is_gone();
    let mut parts: Vec<Run> = Vec::new();
    let mut open = false;
    each_stretch(text, run, |stretch| {
        if stays(stretch.later) && stays(stretch.earlier) {
            match parts.last_mut() {
                Some(part) if open => part.length += stretch.length,
                _ => parts.push(stretch),
            }
            open = true;
        } else {
            open = false;
        }
    });
    parts
}

/// How many tokens of a run no passage tells already: those of blocks of which neither repeats the other.
/// The run may go on beyond such blocks by a word or two that are the same by chance.
fn untold(text: &Text<'_>, fates: &Fates, run: &Run) -> u32 {
    let names = |block: Number, keeper: Number| {
        fates.states[block as usize] != State::Kept && fates.aligned[block as usize] == keeper
    };
    let mut untold = 0;
    each_stretch(text, run, |stretch| {
        let (later, earlier) = (stretch.later.block, stretch.earlier.block);
        if !names(later, earlier) && !names(earlier, later) {
            untold += stretch.length;
        }
    });
    untold
}

/// Calls `each` with the stretches of a run that stand in one block at both places.
fn each_stretch(text: &Text<'_>, run: &Run, mut each: impl FnMut(Run)) {
    let (mut later, mut earlier, mut left) = (run.later, run.earlier, run.length);
    let store = text.store;
    let start = |token: Token| {
        if token.offset < store.block_tokens(token.block as usize) {
            return Some(token);
        }
        let document = text.documents[token.block as usize] as usize;
        let end = store.document_blocks(document).end as Number;
        (token.block + 1..end)
            .find(|&block| store.block_tokens(block as usize) > 0)
            .map(|block| Token { block, offset: 0 })
    };
    while left > 0 {
        let (Some(one), Some(other)) = (start(later), start(earlier)) else { break };
        let count = (store.block_tokens(one.block as usize) - one.offset)
            .min(store.block_tokens(other.block as usize) - other.offset)
            .min(left);
        each(Run { later: one, earlier: other, length: count });
        later = Token { offset: one.offset + count, ..one };
        earlier = Token { offset: other.offset + count, ..other };
        left -= count;
    }
}
