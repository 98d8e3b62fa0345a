//! What the numbers of a text tell at a glance: of most pairs of a template that neither may go for the other.
//!
//! Of a hot bucket what stays is held against what is two steps away (`keepers/second_step`), again and again: of
//! 200,000 notices with numbers of their own each against some hundred. Reading both texts for that took half of the
//! time of the whole run.

use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use crate::blocks::split::Unit;
use crate::judging::numerals::{is_amount, is_number};
use crate::settings::{Numbers, Settings};
use crate::store::sparse::Sparse;
use crate::store::token_reader::TokenReader;
use crate::store::{Number, Store};

/// Nodes that are read together.
const TOGETHER: usize = 1024;

/// The numbers of one text.
#[derive(Clone, Copy)]
pub struct Amounts {
    /// A hash of all tokens, of which each run of numbers counts as one and the same; 0 without numbers.
    frame: u64,
    /// A bit for each number that is not a part of its label, the numbers with which it begins.
    own: u32,
    /// A bit for each number.
    all: u32,
}

impl Amounts {
    fn of(tokens: &[u32]) -> Self {
        let mut hasher = Xxh3::new();
        let (mut own, mut all, mut has_numbers, mut is_label) = (0, 0, false, true);
        for run in tokens.chunk_by(|&one, &next| is_number(one) && is_number(next)) {
            let is_run = is_number(run[0]);
            has_numbers |= is_run;
            // Hashes of numbers alone are odd, but for words.
            hasher.update(&if is_run { 1 } else { run[0] }.to_le_bytes());
            for &token in run {
                let bit = if is_amount(token) { bit_of(token) } else { 0 };
                is_label &= bit != 0;
                all |= bit;
                own |= if is_label { 0 } else { bit };
            }
        }
        let frame = if has_numbers { hasher.digest().max(1) } else { 0 };
        Self { frame, own, all }
    }

    /// Whether it is sure that two texts which are not the same both stay: they differ in numbers only, or each has
    /// a number that the other has not, which tells nothing of documents that are compared as wholes.
    fn are_kept_apart(self, other: Self, are_parts: bool) -> bool {
        let has_own = |one: Self, other: Self| one.own & !other.all != 0;
        self.frame != 0 && self.frame == other.frame
            || are_parts && has_own(self, other) && has_own(other, self)
    }
}

/// One of 32 bits.
fn bit_of(token: u32) -> u32 {
    // The lowest bit is set in all numbers.
    1 << (token.wrapping_mul(0x9E37_79B1) >> 27)
}

/// The numbers of some nodes; of none where the policy does not ask for them.
#[derive(Default)]
pub struct AllAmounts {
    amounts: Sparse<Amounts>,
    are_parts: bool,
}

impl AllAmounts {
    /// Those of some nodes, ascending.
    #[must_use]
    pub fn read(store: &Store, settings: &Settings, nodes: &[Number]) -> Self {
        if settings.numbers != Numbers::Veto {
            return Self::default();
        }
        let read = |nodes: &[Number]| -> Vec<Amounts> {
            let mut reader = TokenReader::new(store);
            nodes.iter().map(|&node| Amounts::of(reader.tokens(node))).collect()
        };
        let amounts: Vec<Vec<Amounts>> = nodes.par_chunks(TOGETHER).map(read).collect();
        let amounts = Sparse::new(nodes.iter().copied().zip(amounts.into_iter().flatten()));
        Self { amounts, are_parts: settings.unit != Unit::Document }
    }

    /// Those of a node.
    #[must_use]
    pub fn of(&self, node: Number) -> AmountsOf<'_> {
        AmountsOf { own: self.amounts.get(node).copied(), all: self }
    }
}

/// The numbers of a node among those of others.
#[derive(Clone, Copy)]
pub struct AmountsOf<'a> {
    own: Option<Amounts>,
    all: &'a AllAmounts,
}

impl AmountsOf<'_> {
    /// Whether it is sure that neither of the two may go for the other.
    #[must_use]
    pub fn keeps_apart_from(self, other: Number) -> bool {
        self.own.is_some_and(|own| {
            let other = self.all.amounts.get(other);
            other.is_some_and(|other| own.are_kept_apart(*other, self.all.are_parts))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::numerals::differ_in_values_only;
    use crate::judging::opposed::Sides;
    use crate::judging::trial::{chance, tokens};

    #[test]
    fn what_is_kept_apart_at_a_glance_says_other_numbers() {
        let words = "7 12 1500 40 two three 三 百 元 第 a b c d e f";
        let words = tokens(words);
        let mut random = chance();
        let mut kept_apart = [0; 2];
        for _ in 0..50_000 {
            let one: Vec<u32> = (0..2 + random(8)).map(|_| words[random(words.len())]).collect();
            let mut other = one.clone();
            for _ in 0..=random(3) {
                let place = random(other.len());
                match random(3) {
                    0 => other[place] = words[random(words.len())],
                    1 => other.insert(place, words[random(words.len())]),
                    _ if other.len() > 1 => drop(other.remove(place)),
                    _ => (),
                }
            }
            if one == other {
                continue;
            }
            let amounts = [&one, &other].map(|tokens| Amounts::of(tokens));
            let sides = Sides::new(&one, &other);
            for (are_parts, count) in [false, true].into_iter().zip(&mut kept_apart) {
                if amounts[0].are_kept_apart(amounts[1], are_parts) {
                    *count += 1;
                    let by_numbers = sides.say_other_numbers() && !sides.differ_in_plain_words();
                    let stays = differ_in_values_only(&one, &other) || are_parts && by_numbers;
                    assert!(stays, "{one:?} {other:?}");
                }
            }
        }
        assert!(kept_apart[0] > 1000 && kept_apart[1] > 1000 + kept_apart[0], "{kept_apart:?}");
    }
}
