//! Blocks as the judge needs them, and the judge: the exact scores of two blocks.

use std::sync::OnceLock;

use crate::candidates::shingle::shingle_set;
use crate::judging::covers::are_enough;
use crate::judging::names::{Named, may_differ_in_names, may_say_other_code};
use crate::judging::numerals::differ_in_values_only;
use crate::judging::unspaced::are_alike_by_tokens;
use crate::judging::verify::{Match, Relation, count_shared, judge};
use crate::search::characters::Counts;
use crate::settings::{Names, Numbers, Settings};
use crate::tokens::token::TokenBuffer;

/// A block's text and what follows from it.
#[derive(Clone, Default)]
pub struct View {
    /// Number of its node.
    pub node: u32,
    /// The first raw text.
    pub text: String,
    /// Its tokens.
    pub tokens: Vec<u32>,
    /// Its normal form.
    pub normal: String,
    /// Its shingles, ascending.
    pub set: Vec<u64>,
    /// Which tokens are names, once that was asked for.
    named: OnceLock<Named>,
}

impl View {
    /// Reads a text.
    #[must_use]
    pub fn new(buffer: &mut TokenBuffer, settings: &Settings, node: u32, text: String) -> Self {
        buffer.read(&text, settings.numbers == Numbers::Mask);
        let (tokens, normal) = (buffer.hashes().to_vec(), buffer.normal().to_owned());
        let set = shingle_set(&tokens, settings.shingle_size);
        Self { node, text, tokens, normal, set, named: OnceLock::new() }
    }

    fn named(&self, numbers: Numbers) -> &Named {
        self.named.get_or_init(|| Named::of(&self.text, numbers))
    }

    /// Whether it and another one, that are judged by their characters, may be alike enough.
    #[must_use]
    pub fn may_be_alike(&self, other: &Self, settings: &Settings) -> bool {
        let counts = |view: &Self| Counts::of(&view.normal, view.tokens.len() as u32);
        counts(self).leave_room(&counts(other), settings)
    }

    /// Whether it is judged with another one by their characters, by their shingles, or not at all.
    #[must_use]
    pub fn by_characters(&self, other: &Self, settings: &Settings) -> Option<bool> {
        settings.judged_by_characters(self.tokens.len() as u32, other.tokens.len() as u32)
    }
}

/// Judges two blocks by their shingles: a match or none.
#[must_use]
pub fn match_by_shingles(settings: &Settings, left: &View, right: &View) -> Option<Match> {
    let found = judge(settings, (left.node, right.node), (&left.set, &right.set))?;
    Some(completed(settings, left, right, found))
}

/// The match of two blocks that were found alike by their characters, if they are by their tokens.
#[must_use]
pub fn match_by_characters(
    settings: &Settings,
    left: &View,
    right: &View,
    alike: f64,
) -> Option<Match> {
    if !are_alike_by_tokens(&left.normal, &right.normal, settings.short_threshold) {
        return None;
    }
    let shared = count_shared(&left.set, &right.set);
    let (left_size, right_size) = (left.set.len() as u32, right.set.len() as u32);
    let found = Match {
        left: left.node,
        right: right.node,
        shared,
        left_size,
        right_size,
        similarity: alike as f32,
        relation: Relation::Near,
        template: false,
        covered: [left_size, right_size].map(|size| are_enough(shared, size)),
        late: false,
    };
    Some(completed(settings, left, right, found))
}

/// The match of two blocks that are known to match.
#[must_use]
pub fn known_match(settings: &Settings, left: &View, right: &View) -> Option<Match> {
    if left.by_characters(right, settings) == Some(true) {
        return match_by_characters(settings, left, right, f64::NAN);
    }
    match_by_shingles(settings, left, right)
}

/// A match with what its tokens and texts tell beyond its scores.
fn completed(settings: &Settings, left: &View, right: &View, found: Match) -> Match {
    let mut made = Match { template: is_template(settings, left, right), ..found };
    made.look_at_tokens(settings, (&left.tokens, &right.tokens));
    if !made.template && may_have_other_names(settings, left, right) {
        for (side, (own, other)) in [(left, right), (right, left)].into_iter().enumerate() {
            let is_asked = made.covered[side] && made.has_more(side);
            let [own, other] = [own, other].map(|view| view.named(settings.numbers));
            made.covered[side] &= !(is_asked && own.is_part_of(other, settings.numbers));
        }
    }
    if !made.template
        && made.covered.contains(&true)
        && may_say_other_code(settings, &left.tokens, &right.tokens)
        && left.named(settings.numbers).says_other_code(right.named(settings.numbers))
    {
        made.covered = [false; 2];
    }
    made
}

fn may_have_other_names(settings: &Settings, left: &View, right: &View) -> bool {
    settings.names == Names::Veto && may_differ_in_names(&left.tokens, &right.tokens)
}

fn is_template(settings: &Settings, left: &View, right: &View) -> bool {
    settings.numbers == Numbers::Veto && differ_in_values_only(&left.tokens, &right.tokens)
        || may_have_other_names(settings, left, right)
            && left
                .named(settings.numbers)
                .differs_in_names_only(right.named(settings.numbers), settings.numbers)
}
