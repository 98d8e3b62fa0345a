//! What verified pairs are beyond their scores: templates, and which side may go for the other.
//!
//! Asked of many pairs at one time, so that each text is read once, in the order in which they lie: of a template
//! each meets scores of others, and read anew for each of these, names took most of the time.

use rayon::prelude::*;

use crate::judging::capitals::{NameReader, Written};
use crate::judging::names::{Spelled, may_differ_in_names, may_say_other_code};
use crate::judging::numerals::differ_in_values_only;
use crate::judging::readings::held_spelling;
use crate::judging::verify::Match;
use crate::memory::at_most;
use crate::settings::{Names, Numbers, Settings};
use crate::store::{NONE, Number, Store};

/// Bytes of the texts that are held for one piece of the matches, at most, where memory has no limit.
const TEXTS_AT_ONCE: usize = 32 << 20;

/// Bytes of a token: itself, and what its spelling tells.
const OF_A_TOKEN: usize = size_of::<u32>() + size_of::<Written>();

/// Nodes whose tokens lie together.
const TOGETHER: usize = 256;

/// Notes of pairs that were judged by their shingles what else is asked of them.
pub fn mark(store: &Store, settings: &Settings, matches: &mut [Match]) {
    let vetoes = settings.numbers == Numbers::Veto;
    let is_asked =
        |found: &Match| vetoes || settings.names != Names::Keep || found.asks_for_tokens(settings);
    in_pieces(store, matches, is_asked, |piece, texts| {
        piece.par_iter_mut().filter(|found| is_asked(found)).for_each(|found| {
            let tokens = (texts.tokens(found.left), texts.tokens(found.right));
            found.template = vetoes && differ_in_values_only(tokens.0, tokens.1);
            found.look_at_tokens(settings, tokens);
        });
        mark_names_of(store, settings, piece, texts);
    });
}

/// Notes which matches differ in names only, those that differ in numbers only being known; and which sides say
/// another name than the part of the other which they repeat, or other words of code, so that they do not stand
/// in it.
pub fn mark_names(store: &Store, settings: &Settings, matches: &mut [Match]) {
    if settings.names != Names::Keep {
        in_pieces(
            store,
            matches,
            |found| !found.template,
            |piece, texts| mark_names_of(store, settings, piece, texts),
        );
    }
}

/// Does the work on piece after piece of the matches, with the texts of those that ask.
fn in_pieces(
    store: &Store,
    matches: &mut [Match],
    is_asked: impl Fn(&Match) -> bool,
    work: impl Fn(&mut [Match], &Texts<'_>),
) {
    let most = (at_most(TEXTS_AT_ONCE, 64) / OF_A_TOKEN) as u64;
    // Where each node of a piece is among them.
    let mut places = vec![NONE; store.nodes()];
    let mut rest = matches;
    while !rest.is_empty() {
        let (mut nodes, mut tokens) = (Vec::new(), 0);
        let is_beyond = |found: &Match| {
            let fresh = [found.left, found.right].map(|node| places[node as usize] == NONE);
            let sizes = [found.left, found.right].map(|node| u64::from(store.token_count(node)));
            let more: u64 = sizes.iter().zip(fresh).filter(|one| one.1).map(|one| one.0).sum();
            if !is_asked(found) || tokens > 0 && tokens + more > most {
                return is_asked(found);
            }
            tokens += more;
            for node in [found.left, found.right] {
                if std::mem::replace(&mut places[node as usize], 0) == NONE {
                    nodes.push(node);
                }
            }
            false
        };
        let length = rest.iter().position(is_beyond).unwrap_or(rest.len());
        let (piece, after) = rest.split_at_mut(length);
        rest = after;
        nodes.par_sort_unstable();
        for (place, &node) in (0..).zip(&nodes) {
            places[node as usize] = place;
        }
        work(piece, &Texts::read(store, &nodes, &places));
        for &node in &nodes {
            places[node as usize] = NONE;
        }
    }
}

/// The tokens of some nodes.
struct Texts<'a> {
    nodes: &'a [Number],
    places: &'a [Number],
    /// Of each `TOGETHER` of them the tokens, and where those of each end.
    tokens: Vec<(Vec<u32>, Vec<usize>)>,
}

impl<'a> Texts<'a> {
    fn read(store: &Store, nodes: &'a [Number], places: &'a [Number]) -> Self {
        let read = |nodes: &[Number]| {
            let mut reader = store.token_reader();
            let (mut tokens, mut ends) = (Vec::new(), Vec::with_capacity(nodes.len()));
            for &node in nodes {
                tokens.extend_from_slice(reader.tokens(node));
                ends.push(tokens.len());
            }
            (tokens, ends)
        };
        Self { nodes, places, tokens: nodes.par_chunks(TOGETHER).map(read).collect() }
    }

    fn place(&self, node: Number) -> usize {
        self.places[node as usize] as usize
    }

    fn tokens(&self, node: Number) -> &[u32] {
        let place = self.place(node);
        let (tokens, ends) = &self.tokens[place / TOGETHER];
        let place = place % TOGETHER;
        let start = place.checked_sub(1).map_or(0, |before| ends[before]);
        &tokens[start..ends[place]]
    }
}

/// What is asked of a match, told by its tokens alone.
#[derive(Clone, Copy, Default)]
struct Asked {
    names: bool,
    code: bool,
}

impl Asked {
    fn of(settings: &Settings, found: &Match, texts: &Texts<'_>) -> Self {
        if found.template || settings.names == Names::Keep {
            return Self::default();
        }
        let (left, right) = (texts.tokens(found.left), texts.tokens(found.right));
        let names = may_differ_in_names(left, right);
        let code = found.covered.contains(&true) && may_say_other_code(settings, left, right);
        Self { names, code }
    }

    fn is_any(self) -> bool {
        self.names || self.code
    }
}

fn mark_names_of(store: &Store, settings: &Settings, matches: &mut [Match], texts: &Texts<'_>) {
    let asked: Vec<Asked> =
        matches.par_iter().map(|found| Asked::of(settings, found, texts)).collect();
    let mut is_read = vec![false; texts.nodes.len()];
    for (found, _) in matches.iter().zip(&asked).filter(|(_, asked)| asked.is_any()) {
        for node in [found.left, found.right] {
            is_read[texts.place(node)] = true;
        }
    }
    let written: Vec<Box<[Written]>> = texts
        .nodes
        .par_iter()
        .zip(is_read)
        .map_init(
            || (store.token_reader(), NameReader::default()),
            |(reader, names), (&node, is_read)| {
                if !is_read {
                    return Box::default();
                }
                held_spelling(store, node)
                    .unwrap_or_else(|| names.read(&reader.tokens_and_text(node).1).into())
            },
        )
        .collect();
    let told = texts.nodes.iter().zip(&written).filter(|&(&node, written)| {
        !written.is_empty() && written.len() == store.token_count(node) as usize
    });
    store.spellings.add(told.map(|(&node, row)| (node, row.iter().map(|token| token.0))));
    let spelled =
        |node: Number| Spelled { tokens: texts.tokens(node), written: &written[texts.place(node)] };
    let asking = matches.par_iter_mut().zip(&asked).filter(|(_, asked)| asked.is_any());
    asking.for_each(|(found, asked)| {
        let (one, other) = (spelled(found.left), spelled(found.right));
        if asked.names {
            found.template = one.differs_in_names_from(other, settings.numbers);
            for (side, (own, other)) in [(one, other), (other, one)].into_iter().enumerate() {
                let is_asked = !found.template && found.covered[side] && found.has_more(side);
                found.covered[side] &= !(is_asked && own.is_part_of(other, settings.numbers));
            }
        }
        let is_in_doubt = !found.template && found.covered.contains(&true);
        if asked.code && is_in_doubt && one.says_other_code(other) {
            found.covered = [false; 2];
        }
    });
}
