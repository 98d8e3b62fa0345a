//! What two texts say against each other: a text that goes would take a fact with it.
//!
//! Texts that differ in numbers alone are templates. With one more word changed they are alike as any others
//! are, and a price, a date or a term is lost all the same: so where each has a number that the other has
//! not, both stay. A number with which a text begins is its label (14. against 10.), and tells nothing. So do
//! both where one denies what the other says (`denials`), which costs a long text few of its shingles, and where they say
//! other words of code (`code`).
//!
//! Read by hand, of 36 removed texts whose number was another one, with other words changed too, a fact was
//! lost with 23; of 56 in which one side denied, with 13.

use std::ops::Range;
use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};

use crate::judging::capitals::Written;
use crate::judging::denials::{is_denying_character, may_deny};
use crate::judging::ends::alike_at_ends;
use crate::judging::numerals::{counts_numerals, is_amount, is_number, is_numeral, measured};
use crate::judging::opposites::{has_opposite, opposites_of};
use crate::judging::word_set::WordSet;
use crate::tokens::hash::token_hash;

/// Tokens in a row in which two texts differ, at most, where one denies what the other says.
const A_FEW: usize = 4;

/// Tokens of a text that is looked through for each number of the other.
const SHORT: usize = 256;

/// Words in the place of a number: those for one, which are articles and pronouns as well, and for a number that is
/// not said.
const UNSAID: &str = "\
    one un une uno una ein eine einem einen einer eines um uma een один одна одно одного \
    several few many some various plusieurs quelques mehrere einige viele wenige varios varias algunos algunas \
    diversi diverse alcuni alcune vari alguns enkele несколько много";

/// Signs of code and markup that are tokens, alone or three and more of one in a row.
const SIGNS_OF_CODE: &str = "$ + < = > ^ ` | ~ $$$ +++ <<< === >>> ^^^ ``` ||| ~~~";

static SIGNS: LazyLock<WordSet> = LazyLock::new(|| WordSet::of(SIGNS_OF_CODE.split_whitespace()));

static BAR: LazyLock<u32> = LazyLock::new(|| token_hash(b"|") & !1);

static UNSAID_NUMBERS: LazyLock<WordSet> = LazyLock::new(|| WordSet::of(UNSAID.split_whitespace()));

/// Whether no rule asks for a token.
fn is_plain(token: u32) -> bool {
    !is_number(token)
        && !counts_numerals(token)
        && !has_opposite(token)
        && !may_deny(token)
        && !UNSAID_NUMBERS.has(token)
}

/// Two texts, and where they differ: between what both begin and what both end with.
pub struct Sides<'a> {
    pub(super) whole: [&'a [u32]; 2],
    pub(super) between: [Range<usize>; 2],
}

impl<'a> Sides<'a> {
    /// Those of two texts.
    #[must_use]
    pub fn new(left: &'a [u32], right: &'a [u32]) -> Self {
        let (before, after) = alike_at_ends(left, right);
        let whole = [left, right];
        Self { whole, between: whole.map(|tokens| before..tokens.len() - after) }
    }

    /// Whether, laid side by side, they differ here and there in words alone that nothing below asks for: then
    /// neither says other numbers, denies or says the opposite. Of most pairs of a template this tells all.
    #[must_use]
    pub fn differ_in_plain_words(&self) -> bool {
        let [left, right] = &self.between;
        let differing = |offset: usize| {
            let places = [left.start + offset, right.start + offset];
            let [one, other] = [0, 1].map(|side| self.whole[side][places[side]]);
            (one != other).then_some((one, other, places))
        };
        // What is denied stands behind the character that denies.
        let is_denied = |side: usize, place: usize| {
            place > 0 && is_denying_character(self.whole[side][place - 1])
        };
        left.len() == right.len()
            && (0..left.len()).filter_map(differing).all(|(one, other, places)| {
                is_plain(one)
                    && is_plain(other)
                    && !is_denied(0, places[0])
                    && !is_denied(1, places[1])
            })
    }

    /// Whether each has a number that the other has not, or not so often, those with which it begins left out.
    #[must_use]
    pub fn say_other_numbers(&self) -> bool {
        (0..2).all(|side| self.has_own_number(side) || self.has_own_numeral(side))
    }

    /// Whether one says a number more often than the other does.
    fn has_own_number(&self, side: usize) -> bool {
        let (own, other) = (self.whole[side], self.whole[1 - side]);
        let between = self.between[side].clone();
        let mut amounts = between.filter(|&place| is_amount(own[place])).peekable();
        if amounts.peek().is_none() {
            return false;
        }
        let label = own.iter().take_while(|&&token| is_amount(token)).count();
        let mut amounts = amounts.skip_while(|&place| place < label).map(|place| own[place]);
        if own.len().max(other.len()) <= SHORT {
            let count =
                |tokens: &[u32], amount| tokens.iter().filter(|&&one| one == amount).count();
            return amounts.any(|amount| count(&own[label..], amount) > count(other, amount));
        }
        let counted = |tokens: &[u32]| {
            let mut counts: HashMap<u32, usize> = HashMap::new();
            for &token in tokens.iter().filter(|&&token| is_amount(token)) {
                *counts.entry(token).or_default() += 1;
            }
            counts
        };
        let (own, other) = (counted(&own[label..]), counted(other));
        amounts.any(|amount| own.get(&amount) > other.get(&amount))
    }

    /// Whether one counts by a numeral what the other does not count so, or not so often.
    fn has_own_numeral(&self, side: usize) -> bool {
        let has_any = |side: usize| self.few(side).any(is_numeral);
        if !has_any(0) && !has_any(1) {
            return false;
        }
        let [own, other] = [side, 1 - side].map(|side| {
            let mut counts: HashMap<&[u32], usize> = HashMap::new();
            for amount in measured(self.whole[side]) {
                *counts.entry(amount).or_default() += 1;
            }
            counts
        });
        own.iter().any(|(amount, count)| Some(count) > other.get(amount))
    }

    /// Whether they are the same but for a few words in a row, of which those of one are no number, and one of
    /// them stands in the place of one.
    #[must_use]
    pub fn one_says_no_number(&self) -> bool {
        let says = |side: usize, known: fn(u32) -> bool| self.few(side).any(known);
        let is_unsaid = |token: u32| UNSAID_NUMBERS.has(token);
        let alone = |side: usize| says(side, is_unsaid) && !says(side, is_amount);
        self.differ_in_few() && (alone(0) && says(1, is_amount) || alone(1) && says(0, is_amount))
    }

    pub(super) fn differ_in_few(&self) -> bool {
        self.between.iter().all(|between| between.len() <= A_FEW)
    }

    /// The tokens of a side in which it differs.
    pub(super) fn few(&self, side: usize) -> impl Iterator<Item = u32> {
        self.whole[side][self.between[side].clone()].iter().copied()
    }

    /// Whether one says the opposite of a word of the other behind or before the same word, and says it more often.
    #[must_use]
    pub fn say_opposites(&self) -> bool {
        let places = [0, 1].map(|side| {
            let places = self.between[side].clone();
            places.filter(|&place| has_opposite(self.whole[side][place])).collect::<Vec<_>>()
        });
        if places.iter().any(Vec::is_empty) {
            return false;
        }
        // Outside of where they differ both say each word as often.
        let counts = [0, 1].map(|side| {
            let mut counts: HashMap<u32, usize> = HashMap::new();
            for &place in &places[side] {
                *counts.entry(self.whole[side][place]).or_default() += 1;
            }
            counts
        });
        let beside = |side: usize, place: usize| {
            let tokens = self.whole[side];
            let at = |place: Option<usize>| place.and_then(|place| tokens.get(place)).copied();
            [
                (tokens[place], at(place.checked_sub(1)), false),
                (tokens[place], at(Some(place + 1)), true),
            ]
        };
        let there: HashSet<_> = places[1].iter().flat_map(|&place| beside(1, place)).collect();
        places[0].iter().flat_map(|&place| beside(0, place)).any(|(word, neighbour, is_behind)| {
            opposites_of(word).any(|other| {
                there.contains(&(other, neighbour, is_behind))
                    && counts[0].get(&word) > counts[1].get(&word)
                    && counts[1].get(&other) > counts[0].get(&other)
            })
        })
    }

    /// Whether a third of a side are signs, and beside them are so few words that one of them is all that it says
    /// (`<b>yes</b>`).
    #[must_use]
    pub fn has_fewer_words(&self, side: usize, least: u32) -> bool {
        let own = self.whole[side];
        // Of long texts nobody asks.
        own.len() < SHORT && {
            let words = own.iter().filter(|&&token| !SIGNS.has(token));
            let words = words.take(least as usize).count();
            words < least as usize && 3 * (own.len() - words) >= own.len()
        }
    }

    /// Whether they are rows of a table (`| London | 12 | ...`) of other things: their first cells differ.
    #[must_use]
    pub fn are_other_rows(&self) -> bool {
        let cell = |tokens: &'a [u32]| {
            let is_bar = |&token: &u32| token == *BAR;
            let start =
                tokens.iter().position(|token| !is_bar(token)).filter(|&start| start > 0)?;
            let rest = &tokens[start..];
            let stop = rest.iter().position(is_bar)?;
            Some(&rest[..stop])
        };
        let [left, right] = self.whole.map(cell);
        left.is_some() && right.is_some() && left != right
    }

    /// Whether they say other words of code: each has one that the other has not, by itself or behind that which it
    /// is joined to, or one has a few more in one place and they are the same else. `written`: which tokens are such.
    #[must_use]
    pub(crate) fn say_other_code(&self, written: [&[Written]; 2]) -> bool {
        let few_more = |side: usize| {
            let between = self.between[side].clone();
            self.between[1 - side].is_empty()
                && (1..=A_FEW).contains(&between.len())
                && written[side][between].iter().all(|token| token.code().is_code)
        };
        let has_own = |side: usize| {
            // A token, and that which it is joined to, if any.
            let part = |side: usize, place: usize| {
                let tokens = self.whole[side];
                let is_joined = place > 0 && written[side][place].code().is_joined;
                (is_joined.then(|| tokens[place - 1]), tokens[place])
            };
            // What both end with may begin with a word that is joined to another one.
            let end = self.whole[side].len().min(self.between[side].end + 1);
            let places = self.between[side].start..end;
            let mut own = places.filter(|&place| written[side][place].code().is_code);
            let other = 0..self.whole[1 - side].len();
            if other.len() <= SHORT {
                return own.any(|place| {
                    other.clone().all(|other| part(1 - side, other) != part(side, place))
                });
            }
            let others: HashSet<_> = other.map(|place| part(1 - side, place)).collect();
            own.any(|place| !others.contains(&part(side, place)))
        };
        few_more(0) || few_more(1) || has_own(0) && has_own(1)
    }

    /// What the tokens tell: whether there may be other words of code, where no more than so many tokens differ.
    #[must_use]
    pub fn may_say_other_code(&self, most: usize) -> bool {
        let lengths = self.between.clone().map(|between| between.len());
        let (fewer, more) = (lengths[0].min(lengths[1]), lengths[0].max(lengths[1]));
        more <= most && (fewer > 0 || (1..=A_FEW).contains(&more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::trial::{chance, tokens};

    #[test]
    fn plain_words_say_nothing_against_each_other() {
        let words = "7 12 two 三 百 元 第 not can isn t one un minimum maximum hours days 不 未 a b c d e f g";
        let words = tokens(words);
        let mut random = chance();
        let mut plain = 0;
        for _ in 0..50_000 {
            let one: Vec<u32> = (0..4 + random(8)).map(|_| words[random(words.len())]).collect();
            let mut other = one.clone();
            for _ in 0..=random(3) {
                let place = random(other.len());
                other[place] = words[random(words.len())];
            }
            let sides = Sides::new(&one, &other);
            if one != other && sides.differ_in_plain_words() {
                plain += 1;
                assert!(
                    !sides.say_other_numbers() && !sides.one_says_no_number(),
                    "{one:?} {other:?}"
                );
                assert!(!sides.one_denies() && !sides.say_opposites(), "{one:?} {other:?}");
                assert!(!sides.denies_a_phrase(), "{one:?} {other:?}");
                assert!(!sides.denies_more(0) && !sides.denies_more(1), "{one:?} {other:?}");
            }
        }
        assert!(plain > 1000, "{plain}");
    }
}
