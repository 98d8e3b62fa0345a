//! How much of a text stands in another one, in order: what a match must have before it removes anything.
//!
//! Two texts may resemble each other while one of them has a sentence that the other lacks; without
//! this, the sentence would go with the rest. So of the side that goes enough must stand in the other:
//! of its shingles, as most have by their resemblance alone, or of its tokens in their order (a changed
//! word costs several shingles, and one token). Where numbers do not count (`--numbers keep`), texts
//! that differ in nothing else stand in each other.
//!
//! And a text of a hundred words may have a sentence of its own and still be nine tenths of another one:
//! a headline that came to a ticker, a correction under an article. So nothing goes with a passage of
//! eight tokens in a row that the other one has not (`own_passages.rs`). Documents that are compared as
//! wholes (`--unit document`) are alike or not; what each says beyond the other is not looked at.
//!
//! Nor does a text of few signs, as a row of yes and no, whose shingles stand there each more than twice: another row
//! has the same ones in another order, and most of its tokens in order. It goes for its equal alone.
//!
//! Of planted repeats, removed lines of which less than .8 of the words stood in what was left: 8,538
//! characters without this; 645 with .8 of the tokens, none with .85 (1.0 % less was removed); with .9
//! 3.4 % less, bylines among it.

use crate::blocks::split::Unit;
use crate::judging::common::common;
use crate::judging::ends::alike_at_ends;
use crate::judging::numerals::{differ_in_numbers_only, differs_from_a_part_in_values};
use crate::judging::opposed::Sides;
use crate::judging::own_passages::{KNOWN, says_more};
use crate::judging::together::stands_together;
use crate::judging::verify::Match;
use crate::settings::{Numbers, Settings};
use crate::store::Number;
use crate::tokens::letters::{A_WORD, weight};

/// The share of a text's shingles that is enough: that of two texts of one size with a resemblance of 0.7.
pub const SHINGLES: f64 = 0.82;

/// The share of its tokens that is enough: one of eight may differ, but not two of twelve.
const TOKENS: f64 = 0.85;

/// A text with more than so many times the shingles of another one is looked through for where that stands in it:
/// in 15,000 words, or letters of an encoded file, any line stands here and there by chance.
const MUCH_LONGER: u64 = 8;

/// Pairs of tokens, of which 64 are compared at one time, up to which it is counted what stands in order in two
/// texts: a third of a second. Of longer ones shingles alone decide, and what they leave in doubt stays.
const MOST_COMPARED: u64 = 1 << 34;

/// Whether so many of a text's shingles are enough.
#[must_use]
pub fn are_enough(shared: u32, all: u32) -> bool {
    f64::from(shared) >= SHINGLES * f64::from(all)
}

fn is_enough(common: u32, tokens: u32) -> bool {
    f64::from(common) >= TOKENS * f64::from(tokens)
}

impl Match {
    /// Whether tokens may show that a side stands in the other whose shingles do not, or that one does
    /// not whose shingles do.
    pub(crate) fn asks_for_tokens(&self, settings: &Settings) -> bool {
        let doubted = |side: usize| {
            !self.covered[side]
                || self.may_say_more(settings, side)
                || self.may_say_another_number(settings, side)
                || self.may_be_scattered(settings, side)
                || self.may_repeat_itself(settings, side)
        };
        !self.template && (doubted(0) || doubted(1))
    }

    /// Whether a side may have a passage of its own: it costs shingles, if it only repeats itself one.
    fn may_say_more(&self, settings: &Settings, side: usize) -> bool {
        settings.unit != Unit::Document && (self.has_more(side) || settings.shingle_size < KNOWN)
    }

    /// Whether a side may say another number than the part of the other which it repeats.
    fn may_say_another_number(&self, settings: &Settings, side: usize) -> bool {
        settings.numbers == Numbers::Veto && self.has_more(side)
    }

    /// Whether a side may stand here and there in the other, which is much longer.
    fn may_be_scattered(&self, settings: &Settings, side: usize) -> bool {
        let sizes = self.sizes().map(u64::from);
        settings.unit != Unit::Document && sizes[1 - side] > MUCH_LONGER * sizes[side]
    }

    /// Whether a side of which all shingles are the other's may be of few signs.
    fn may_repeat_itself(&self, settings: &Settings, side: usize) -> bool {
        settings.unit != Unit::Document && !self.has_more(side)
    }

    /// Whether a side has half as many shingles as places for them, or fewer. Of letters that are tokens three
    /// count as one: there are few of them.
    fn repeats_itself(&self, settings: &Settings, side: usize, own: &[u32]) -> bool {
        let places = |words: usize| words + 1 - settings.shingle_size.min(words);
        let are_few = |words: usize| 2 * self.sizes()[side] as usize <= places(words);
        let words = || own.iter().map(|&token| weight(token)).sum::<usize>() / A_WORD;
        settings.unit != Unit::Document && are_few(own.len()) && are_few(words())
    }

    /// Shingles of both sides.
    fn sizes(&self) -> [u32; 2] {
        [self.left_size, self.right_size]
    }

    /// Whether the two may say something against each other: a word of one costs shingles of both.
    fn may_be_opposed(&self, settings: &Settings) -> bool {
        settings.unit != Unit::Document && (self.has_more(0) || self.has_more(1))
    }

    /// Whether a side has shingles that the other has not.
    pub(crate) fn has_more(&self, side: usize) -> bool {
        self.sizes()[side] > self.shared
    }

    /// Notes which side stands in the other by its tokens.
    pub fn look_at_tokens(&mut self, settings: &Settings, (left, right): (&[u32], &[u32])) {
        if !self.asks_for_tokens(settings) {
            return;
        }
        if settings.numbers == Numbers::Keep && differ_in_numbers_only(left, right) {
            self.covered = [true; 2];
            return;
        }
        let mut stays = [false; 2];
        if self.may_be_opposed(settings) {
            let sides = Sides::new(left, right);
            let are_plain = sides.differ_in_plain_words();
            let are_opposed = || {
                let numbers = settings.numbers == Numbers::Veto
                    && (sides.say_other_numbers() || sides.one_says_no_number());
                numbers || sides.one_denies() || sides.denies_a_phrase() || sides.say_opposites()
            };
            if sides.are_other_rows() || !are_plain && are_opposed() {
                self.covered = [false; 2];
                return;
            }
            stays = [0, 1].map(|side| {
                !are_plain && sides.denies_more(side)
                    || sides.has_fewer_words(side, settings.min_tokens)
            });
        }
        for (side, (own, other)) in [(left, right), (right, left)].into_iter().enumerate() {
            self.covered[side] = (self.covered[side] || stands_in(own, other))
                && !stays[side]
                && !self.repeats_itself(settings, side, own)
                && (!self.may_be_scattered(settings, side) || stands_together(own, other))
                && !(self.may_say_more(settings, side) && says_more(own, other))
                && !(self.may_say_another_number(settings, side)
                    && differs_from_a_part_in_values(own, other));
        }
    }

    /// Whether `node`, one of the two, may be removed in favour of the other, by the tokens of left and
    /// right as well.
    #[must_use]
    pub fn would_remove(
        mut self,
        settings: &Settings,
        node: Number,
        tokens: (&[u32], &[u32]),
    ) -> bool {
        self.look_at_tokens(settings, tokens);
        self.may_remove(node)
    }
}

/// Whether enough of a text's tokens stand in another one, in their order.
#[must_use]
pub fn stands_in(own: &[u32], other: &[u32]) -> bool {
    let all = own.len() as u32;
    let most = own.len().min(other.len());
    if !is_enough(most as u32, all) {
        return false;
    }
    let (before, after) = alike_at_ends(own, other);
    let around = (before + after) as u32;
    let between = [own, other].map(|tokens| &tokens[before..tokens.len() - after]);
    is_enough(around, all)
        || (between[0].len() as u64 * between[1].len() as u64 <= MOST_COMPARED
            && is_enough(around + common(between[0], between[1]), all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_eight_may_differ() {
        let text: Vec<u32> = (0..8).collect();
        assert!(stands_in(&text, &text[1..]));
        assert!(!stands_in(&text, &text[2..]));
        assert!(stands_in(&text[2..], &text));
        let turned: Vec<u32> = text.iter().rev().copied().collect();
        assert!(!stands_in(&text, &turned));
    }
}
