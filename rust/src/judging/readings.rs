//! What the raw texts of nodes tell beyond their tokens, each read once: names, and words of code.
//!
//! Of equal texts the one that came first speaks for all. Of a template each text meets scores of others; read anew
//! for each of these, names took most of the time.

use std::sync::Arc;

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::judging::capitals::{NameReader, Written};
use crate::judging::names::{Spelled, may_differ_in_names, may_say_other_code};
use crate::judging::numerals::differ_in_values_only;
use crate::judging::verify::Match;
use crate::memory::at_most;
use crate::settings::{Names, Numbers, Settings};
use crate::store::token_reader::TokenReader;
use crate::store::{Number, Store};

/// Tokens of which it is held what their texts tell, by one who asks for them one by one.
const MOST_HELD: usize = 1 << 16;

/// Reads texts of nodes one by one; those that were asked for before are held.
pub struct Readings<'a> {
    reader: TokenReader<'a>,
    names: NameReader,
    held: HashMap<Number, Arc<[Written]>>,
    tokens: usize,
}

impl<'a> Readings<'a> {
    /// Of a store's texts.
    #[must_use]
    pub fn new(store: &'a Store) -> Self {
        let (reader, names) = (store.token_reader(), NameReader::default());
        Self { reader, names, held: HashMap::new(), tokens: 0 }
    }

    fn of(&mut self, node: Number) -> Arc<[Written]> {
        if let Some(held) = self.held.get(&node) {
            return Arc::clone(held);
        }
        let (_, text) = self.reader.tokens_and_text(node);
        let written: Arc<[Written]> = self.names.read(&text).into();
        self.tokens += written.len();
        if self.tokens > MOST_HELD {
            self.held.clear();
            self.tokens = written.len();
        }
        self.held.insert(node, Arc::clone(&written));
        written
    }

    /// Whether two nodes differ in nothing but what the policy keeps apart: numbers, or names. `tokens` are theirs.
    #[must_use]
    pub fn is_template(
        &mut self,
        settings: &Settings,
        nodes: (Number, Number),
        tokens: (&[u32], &[u32]),
    ) -> bool {
        if settings.numbers == Numbers::Veto && differ_in_values_only(tokens.0, tokens.1) {
            return true;
        }
        settings.names != Names::Keep && may_differ_in_names(tokens.0, tokens.1) && {
            let written = (self.of(nodes.0), self.of(nodes.1));
            let one = Spelled { tokens: tokens.0, written: &written.0 };
            one.differs_in_names_from(
                Spelled { tokens: tokens.1, written: &written.1 },
                settings.numbers,
            )
        }
    }

    /// Whether what `node`, one of the two of a match, says must stay beside the other: they differ in nothing but
    /// what the policy keeps apart, or it is the same as a part of the other but for that, or they say other words of
    /// code. Of numbers alone the match knows the latter two. `tokens` are those of left and right.
    #[must_use]
    pub fn is_kept_apart(
        &mut self,
        settings: &Settings,
        (found, node): (&Match, Number),
        tokens: (&[u32], &[u32]),
    ) -> bool {
        if settings.numbers == Numbers::Veto && differ_in_values_only(tokens.0, tokens.1) {
            return true;
        }
        let may_differ = settings.names != Names::Keep && may_differ_in_names(tokens.0, tokens.1);
        let may_say_other_code = may_say_other_code(settings, tokens.0, tokens.1);
        if !may_differ && !may_say_other_code {
            return false;
        }
        let written = (self.of(found.left), self.of(found.right));
        let left = Spelled { tokens: tokens.0, written: &written.0 };
        let right = Spelled { tokens: tokens.1, written: &written.1 };
        let side = usize::from(node == found.right);
        let (own, other) = if side == 0 { (left, right) } else { (right, left) };
        may_say_other_code && own.says_other_code(other)
            || may_differ
                && (own.differs_in_names_from(other, settings.numbers)
                    || found.has_more(side) && own.is_part_of(other, settings.numbers))
    }
}

/// Notes which matches differ in names only, those that differ in numbers only being known; and which sides say
/// another name than the part of the other which they repeat, or other words of code, so that they do not stand
/// in it.
pub fn mark_names(store: &Store, settings: &Settings, matches: &mut [Match]) {
    if settings.names == Names::Keep {
        return;
    }
    let mut rest = matches;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at_mut(piece_length(store, rest));
        mark_piece(store, settings, piece);
        rest = after;
    }
}

/// Bytes of what is known of the texts of one piece of the matches, at most, where memory has no limit.
const KNOWN_AT_ONCE: usize = 16 << 20;

/// How many of the first matches are taken together: each of their texts is read once.
fn piece_length(store: &Store, matches: &[Match]) -> usize {
    let most = (at_most(KNOWN_AT_ONCE, 64) / size_of::<Written>()) as u64;
    let (mut tokens, mut last) = (0, None);
    let is_beyond = |found: &Match| {
        let nodes = [found.left, found.right];
        let fresh =
            nodes.into_iter().filter(|&node| last.is_none_or(|last: [_; 2]| !last.contains(&node)));
        tokens += fresh.map(|node| u64::from(store.token_count(node))).sum::<u64>();
        last = Some(nodes);
        tokens > most
    };
    matches.iter().position(is_beyond).map_or(matches.len(), |place| place.max(1))
}

/// What is asked of a match, told by its tokens alone.
#[derive(Clone, Copy)]
struct Asked {
    names: bool,
    code: bool,
}

fn mark_piece(store: &Store, settings: &Settings, matches: &mut [Match]) {
    let asked: Vec<Asked> = matches
        .par_iter()
        .map_init(
            || (store.token_reader(), store.token_reader()),
            |(left, right), found| {
                let sides = if found.template {
                    (&[][..], &[][..])
                } else {
                    (left.tokens(found.left), right.tokens(found.right))
                };
                Asked {
                    names: may_differ_in_names(sides.0, sides.1),
                    code: found.covered.contains(&true)
                        && may_say_other_code(settings, sides.0, sides.1),
                }
            },
        )
        .collect();
    let is_asked = |asked: &Asked| asked.names || asked.code;
    let mut nodes: Vec<Number> = matches
        .iter()
        .zip(&asked)
        .filter(|(_, asked)| is_asked(asked))
        .flat_map(|(found, _)| [found.left, found.right])
        .collect();
    nodes.par_sort_unstable();
    nodes.dedup();
    let written: Vec<Box<[Written]>> = nodes
        .par_iter()
        .map_init(
            || (store.token_reader(), NameReader::default()),
            |(reader, names), &node| names.read(&reader.tokens_and_text(node).1).into(),
        )
        .collect();
    let written = |node: Number| &*written[nodes.partition_point(|&one| one < node)];
    matches.par_iter_mut().zip(&asked).filter(|(_, asked)| is_asked(asked)).for_each_init(
        || (store.token_reader(), store.token_reader()),
        |(left, right), (found, asked)| {
            let one = Spelled { tokens: left.tokens(found.left), written: written(found.left) };
            let other =
                Spelled { tokens: right.tokens(found.right), written: written(found.right) };
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
        },
    );
}
