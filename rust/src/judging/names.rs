//! Whether two texts differ in nothing but names, and numbers where these are kept apart too, or say other words of
//! code.
//!
//! What a name is `capitals` tells.

use crate::blocks::split::Unit;
use crate::judging::apart::{self, differ_in_runs_only, is_part_but_for_runs};
use crate::judging::capitals::{NameReader, Written};
use crate::judging::ends::alike_at_ends;
use crate::judging::numerals::is_number;
use crate::judging::opposed::Sides;
use crate::settings::{Names, Numbers, Settings};

/// Tokens between what two texts begin and end with alike, at most, that are looked at for names.
const MOST_BETWEEN: usize = 1024;

/// Whether two texts differ in names only.
#[must_use]
pub fn texts_differ_in_names_only(left: &str, right: &str, numbers: Numbers) -> bool {
    Named::of(left, numbers).differs_in_names_only(&Named::of(right, numbers), numbers)
}

/// A text's tokens, and what their spelling tells.
#[derive(Clone, Copy)]
pub(crate) struct Spelled<'a> {
    /// The tokens.
    pub tokens: &'a [u32],
    /// One answer for each of them; fewer where the text was not kept, of which then nothing is told.
    pub written: &'a [Written],
}

impl Spelled<'_> {
    /// Whether two texts are the same but for runs of what is kept apart, and words beside them.
    pub(crate) fn differs_in_names_from(self, other: Self, numbers: Numbers) -> bool {
        self.is_told_with(other)
            && differ_in_runs_only((self.marked(numbers), other.marked(numbers)), true, |_, _| ())
    }

    /// Whether it has names and is the same as a part of the other text but for these.
    pub(crate) fn is_part_of(self, other: Self, numbers: Numbers) -> bool {
        self.is_told_with(other) && self.written.iter().any(|token| token.is_name()) && {
            // Each token is asked for again and again.
            let apart = [self, other].map(|text| text.apart(numbers));
            is_part_but_for_runs(
                &apart::Side { tokens: self.tokens, is_apart: |place: usize| apart[0][place] },
                &apart::Side { tokens: other.tokens, is_apart: |place: usize| apart[1][place] },
            )
        }
    }

    /// Whether it says other words of code than the other text.
    pub(crate) fn says_other_code(self, other: Self) -> bool {
        self.is_told_with(other)
            && Sides::new(self.tokens, other.tokens).say_other_code([self.written, other.written])
    }

    fn is_told_with(self, other: Self) -> bool {
        [self, other].iter().all(|text| text.tokens.len() == text.written.len())
    }

    /// The text with what is kept apart.
    fn marked(&self, numbers: Numbers) -> apart::Side<'_, impl Fn(usize) -> bool> {
        let Self { tokens, written } = *self;
        let is_apart = move |place: usize| is_apart(tokens[place], written[place], numbers);
        apart::Side { tokens, is_apart }
    }

    fn apart(&self, numbers: Numbers) -> Vec<bool> {
        let both = self.tokens.iter().zip(self.written);
        both.map(|(&token, &written)| is_apart(token, written, numbers)).collect()
    }
}

/// A text's tokens, and what their spelling tells, by themselves.
#[derive(Clone)]
pub struct Named {
    tokens: Vec<u32>,
    written: Vec<Written>,
}

impl Named {
    /// Those of a text.
    #[must_use]
    pub fn of(text: &str, numbers: Numbers) -> Self {
        let mut reader = NameReader::default();
        let written = reader.read(text).to_vec();
        let mut tokens = reader.careful.hashes();
        if numbers == Numbers::Mask {
            // The same hash for all numbers, as a mask has it.
            tokens.iter_mut().filter(|token| **token & 1 == 1).for_each(|token| *token = 1);
        }
        Self { tokens, written }
    }

    fn spelled(&self) -> Spelled<'_> {
        Spelled { tokens: &self.tokens, written: &self.written }
    }

    /// Whether it says other words of code than the other text.
    #[must_use]
    pub fn says_other_code(&self, other: &Self) -> bool {
        self.spelled().says_other_code(other.spelled())
    }

    /// Whether the other text differs in names only.
    #[must_use]
    pub fn differs_in_names_only(&self, other: &Self, numbers: Numbers) -> bool {
        may_differ_in_names(&self.tokens, &other.tokens)
            && self.spelled().differs_in_names_from(other.spelled(), numbers)
    }

    /// Whether it says other names than a part of the other text which it is the same as but for these.
    #[must_use]
    pub fn is_part_of(&self, other: &Self, numbers: Numbers) -> bool {
        self.spelled().is_part_of(other.spelled(), numbers)
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
pub(crate) fn is_apart(token: u32, written: Written, numbers: Numbers) -> bool {
    written.is_name() || numbers == Numbers::Veto && is_number(token)
}
