//! Whether two texts differ in nothing but names, and numbers where these are kept apart too.
//!
//! What a name is `capitals` tells. Of equal texts the one that came first speaks for all.

use rayon::prelude::*;

use crate::blocks::split::Unit;
use crate::judging::apart::{self, differ_in_runs_only, is_part_but_for_runs};
use crate::judging::capitals::NameReader;
use crate::judging::code::Code;
use crate::judging::covers::alike_at_ends;
use crate::judging::numerals::{differ_in_values_only, is_number};
use crate::judging::opposed::Sides;
use crate::judging::verify::Match;
use crate::settings::{Names, Numbers, Settings};
use crate::store::token_reader::TokenReader;
use crate::store::{Number, Store};

/// Tokens between what two texts begin and end with alike, at most, that are looked at for names.
const MOST_BETWEEN: usize = 1024;

/// Whether two nodes differ in nothing but what the policy keeps apart: numbers, or names.
#[must_use]
pub fn is_template(
    store: &Store,
    settings: &Settings,
    nodes: (Number, Number),
    tokens: (&[u32], &[u32]),
) -> bool {
    let differ_in_names = || {
        let (one, other) = read_both(store, nodes);
        one.differs_in_names_from(&other, settings)
    };
    settings.numbers == Numbers::Veto && differ_in_values_only(tokens.0, tokens.1)
        || settings.names != Names::Keep
            && may_differ_in_names(tokens.0, tokens.1)
            && differ_in_names()
}

/// Whether what `node`, one of the two of a match, says must stay beside the other: they differ in nothing but
/// what the policy keeps apart, or it is the same as a part of the other but for that, or they say other words of
/// code. Of numbers alone the match knows the latter two. `tokens` are those of left and right.
#[must_use]
pub fn is_kept_apart(
    store: &Store,
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
    let (left, right) = read_both(store, (found.left, found.right));
    let side = usize::from(node == found.right);
    let (own, other) = if side == 0 { (&left, &right) } else { (&right, &left) };
    may_say_other_code && own.says_other_code(other)
        || may_differ
            && (own.differs_in_names_from(other, settings)
                || found.has_more(side) && own.is_part_of(other, settings))
}

/// Both nodes with their names.
fn read_both(store: &Store, (left, right): (Number, Number)) -> (Side<'_>, Side<'_>) {
    let mut sides = (Side::new(store), Side::new(store));
    sides.0.read(left);
    sides.1.read(right);
    sides
}

/// Notes which matches differ in names only, those that differ in numbers only being known; and which sides say
/// another name than the part of the other which they repeat, or other words of code, so that they do not stand
/// in it.
pub fn mark_names(store: &Store, settings: &Settings, matches: &mut [Match]) {
    if settings.names == Names::Keep {
        return;
    }
    matches.par_iter_mut().filter(|found| !found.template).for_each_init(
        || {
            let sides = (Side::new(store), Side::new(store));
            (store.token_reader(), store.token_reader(), sides)
        },
        |(left, right, (one, other)), found| {
            let tokens = (left.tokens(found.left), right.tokens(found.right));
            let may_say_other_code = may_say_other_code(settings, tokens.0, tokens.1);
            if may_differ_in_names(tokens.0, tokens.1) {
                one.read(found.left);
                other.read(found.right);
                found.template = one.differs_in_names_from(other, settings);
                let sides = [(&*one, &*other), (&*other, &*one)];
                for (side, (own, other)) in sides.into_iter().enumerate() {
                    let is_asked = !found.template && found.covered[side] && found.has_more(side);
                    found.covered[side] &= !(is_asked && own.is_part_of(other, settings));
                }
            }
            if may_say_other_code && !found.template && found.covered.contains(&true) {
                one.read(found.left);
                other.read(found.right);
                if one.says_other_code(other) {
                    found.covered = [false; 2];
                }
            }
        },
    );
}

/// Whether two texts differ in names only.
#[must_use]
pub fn texts_differ_in_names_only(left: &str, right: &str, numbers: Numbers) -> bool {
    Named::of(left, numbers).differs_in_names_only(&Named::of(right, numbers), numbers)
}

/// A text's tokens, and which of them are names.
#[derive(Clone)]
pub struct Named {
    tokens: Vec<u32>,
    names: Vec<bool>,
    codes: Vec<Code>,
}

impl Named {
    /// Those of a text.
    #[must_use]
    pub fn of(text: &str, numbers: Numbers) -> Self {
        let mut reader = NameReader::default();
        let names = reader.read(text).to_vec();
        let codes = reader.codes().collect();
        let mut tokens = reader.careful.hashes();
        if numbers == Numbers::Mask {
            // The same hash for all numbers, as a mask has it.
            tokens.iter_mut().filter(|token| **token & 1 == 1).for_each(|token| *token = 1);
        }
        Self { tokens, names, codes }
    }

    /// Whether it says other words of code than the other text.
    #[must_use]
    pub fn says_other_code(&self, other: &Self) -> bool {
        Sides::new(&self.tokens, &other.tokens).say_other_code([&self.codes, &other.codes])
    }

    /// Whether the other text differs in names only.
    #[must_use]
    pub fn differs_in_names_only(&self, other: &Self, numbers: Numbers) -> bool {
        may_differ_in_names(&self.tokens, &other.tokens)
            && differ_in_names((&self.tokens, &self.names), (&other.tokens, &other.names), numbers)
    }

    /// Whether it says other names than a part of the other text which it is the same as but for these.
    #[must_use]
    pub fn is_part_of(&self, other: &Self, numbers: Numbers) -> bool {
        is_part_but_for_names((&self.tokens, &self.names), (&other.tokens, &other.names), numbers)
    }
}

/// What only the tokens tell: after what both begin and end with, something is left of both, not much.
pub(crate) fn may_differ_in_names(left: &[u32], right: &[u32]) -> bool {
    let (before, after) = alike_at_ends(left, right);
    let between = |tokens: &[u32]| (1..=MOST_BETWEEN).contains(&(tokens.len() - before - after));
    between(left) && between(right)
}

/// What only the tokens tell: whether the policy asks for words of code, and each may have others.
pub(crate) fn may_say_other_code(settings: &Settings, left: &[u32], right: &[u32]) -> bool {
    settings.names != Names::Keep
        && settings.unit != Unit::Document
        && Sides::new(left, right).may_say_other_code(MOST_BETWEEN)
}

/// Whether a token is kept apart: a name, or a number where these are too.
pub(crate) fn is_apart(token: u32, is_name: bool, numbers: Numbers) -> bool {
    is_name || numbers == Numbers::Veto && is_number(token)
}

/// A text's tokens, and which of them are names.
type Tokens<'a> = (&'a [u32], &'a [bool]);

/// The text with what is kept apart.
fn marked(
    (tokens, names): Tokens<'_>,
    numbers: Numbers,
) -> apart::Side<'_, impl Fn(usize) -> bool> {
    let is_apart = move |place: usize| is_apart(tokens[place], names[place], numbers);
    apart::Side { tokens, is_apart }
}

/// Whether two texts are the same but for runs of what is kept apart, and words beside them.
fn differ_in_names(one: Tokens<'_>, other: Tokens<'_>, numbers: Numbers) -> bool {
    differ_in_runs_only((marked(one, numbers), marked(other, numbers)), true, |_, _| ())
}

/// Whether a text that has names is the same as a part of the other but for these.
fn is_part_but_for_names(own: Tokens<'_>, other: Tokens<'_>, numbers: Numbers) -> bool {
    own.1.contains(&true) && is_part_but_for_runs(&marked(own, numbers), &marked(other, numbers))
}

/// A node's tokens and names, kept while pairs of one node follow one another.
struct Side<'a> {
    reader: TokenReader<'a>,
    node: Option<Number>,
    tokens: Vec<u32>,
    names: Vec<bool>,
    codes: Vec<Code>,
    names_of: NameReader,
}

impl<'a> Side<'a> {
    fn new(store: &'a Store) -> Self {
        let (tokens, names, codes) = (Vec::new(), Vec::new(), Vec::new());
        let (reader, names_of) = (store.token_reader(), NameReader::default());
        Self { reader, node: None, tokens, names, codes, names_of }
    }

    fn read(&mut self, node: Number) {
        if self.node != Some(node) {
            self.node = Some(node);
            let (tokens, text) = self.reader.tokens_and_text(node);
            self.tokens.clear();
            self.tokens.extend_from_slice(tokens);
            self.names.clear();
            self.names.extend_from_slice(self.names_of.read(&text));
            self.codes.clear();
            self.codes.extend(self.names_of.codes());
        }
    }

    fn differs_in_names_from(&self, other: &Self, settings: &Settings) -> bool {
        self.and(other, |one, other| differ_in_names(one, other, settings.numbers))
    }

    fn is_part_of(&self, other: &Self, settings: &Settings) -> bool {
        self.and(other, |own, other| is_part_but_for_names(own, other, settings.numbers))
    }

    fn says_other_code(&self, other: &Self) -> bool {
        let sides = Sides::new(&self.tokens, &other.tokens);
        self.and(other, |_, _| sides.say_other_code([&self.codes, &other.codes]))
    }

    /// What holds of two texts of which names are known.
    fn and(&self, other: &Self, holds: impl Fn(Tokens<'_>, Tokens<'_>) -> bool) -> bool {
        let known = |side: &Self| side.tokens.len() == side.names.len();
        known(self)
            && known(other)
            && holds((&self.tokens, &self.names), (&other.tokens, &other.names))
    }
}
