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
//! `NEW` tokens in a row that the other one has not. Documents that are compared as wholes (`--unit document`)
//! are alike or not; what each says beyond the other is not looked at.
//!
//! Of planted repeats, removed lines of which less than .8 of the words stood in what was left: 8,538
//! characters without this; 645 with .8 of the tokens, none with .85 (1.0 % less was removed); with .9
//! 3.4 % less, bylines among it.

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::blocks::split::Unit;
use crate::judging::numerals::{differ_in_numbers_only, differs_from_a_part_in_values};
use crate::judging::opposed::Sides;
use crate::judging::verify::Match;
use crate::settings::{Numbers, Settings};
use crate::store::{Number, Store};
use crate::tokens::letters::{A_WORD, weight};

/// The share of a text's shingles that is enough: that of two texts of one size with a resemblance of 0.7.
pub const SHINGLES: f64 = 0.82;

/// The share of its tokens that is enough: one of eight may differ, but not two of twelve.
const TOKENS: f64 = 0.85;

/// A passage of so many tokens that stands in one of two texts alone keeps that one: as many as a block
/// needs to be removed by itself.
const NEW: usize = 8;

/// Tokens in a row that show that a place stands in the other text too.
const KNOWN: usize = 3;

/// A text with more than so many times the shingles of another one is looked through for where that stands in it:
/// in 15,000 words, or letters of an encoded file, any line stands here and there by chance.
const MUCH_LONGER: u64 = 8;

/// How much longer the stretch may be in which it stands.
const STRETCH: usize = 4;

/// Pairs of tokens, of which 64 are compared at one time, up to which it is counted what stands in order in two
/// texts: a third of a second. Of longer ones shingles alone decide, and what they leave in doubt stays.
const MOST_COMPARED: u64 = 1 << 34;

/// Pairs of places with the same tokens, up to which it is told which of them belong together.
const MOST_PAIRS: usize = 1 << 16;

/// Whether so many of a text's shingles are enough.
#[must_use]
pub fn are_enough(shared: u32, all: u32) -> bool {
    f64::from(shared) >= SHINGLES * f64::from(all)
}

fn is_enough(common: u32, tokens: u32) -> bool {
    f64::from(common) >= TOKENS * f64::from(tokens)
}

/// Notes which side of each match stands in the other; of shingles that is known.
pub fn mark_covered(store: &Store, settings: &Settings, matches: &mut [Match]) {
    matches.par_iter_mut().filter(|found| found.asks_for_tokens(settings)).for_each_init(
        || (store.token_reader(), store.token_reader()),
        |(left, right), found| {
            let tokens = (left.tokens(found.left), right.tokens(found.right));
            found.look_at_tokens(settings, tokens);
        },
    );
}

impl Match {
    /// Whether tokens may show that a side stands in the other whose shingles do not, or that one does
    /// not whose shingles do.
    fn asks_for_tokens(&self, settings: &Settings) -> bool {
        let doubted = |side: usize| {
            !self.covered[side]
                || self.may_say_more(settings, side)
                || self.may_say_another_number(settings, side)
                || self.may_be_scattered(settings, side)
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
        let sizes = [self.left_size, self.right_size].map(u64::from);
        settings.unit != Unit::Document && sizes[1 - side] > MUCH_LONGER * sizes[side]
    }

    /// Whether the two may say something against each other: a word of one costs shingles of both.
    fn may_be_opposed(&self, settings: &Settings) -> bool {
        settings.unit != Unit::Document && (self.has_more(0) || self.has_more(1))
    }

    /// Whether a side has shingles that the other has not.
    pub(crate) fn has_more(&self, side: usize) -> bool {
        [self.left_size, self.right_size][side] > self.shared
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
            let numbers = settings.numbers == Numbers::Veto
                && (sides.say_other_numbers() || sides.one_says_one());
            if numbers || sides.one_denies() || sides.say_opposites() || sides.are_other_rows() {
                self.covered = [false; 2];
                return;
            }
            stays = [0, 1].map(|side| {
                sides.denies_more(side) || sides.has_fewer_words(side, settings.min_tokens)
            });
        }
        for (side, (own, other)) in [(left, right), (right, left)].into_iter().enumerate() {
            self.covered[side] = (self.covered[side] || stands_in(own, other))
                && !stays[side]
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

/// Whether half of a text's grams of `KNOWN` tokens stand in a stretch of another one that is no longer than
/// `STRETCH` times the text.
fn stands_together(own: &[u32], other: &[u32]) -> bool {
    let mut numbers: HashMap<&[u32], usize> = HashMap::new();
    for gram in own.windows(KNOWN) {
        let number = numbers.len();
        numbers.entry(gram).or_insert(number);
    }
    let mut counts = vec![0u32; numbers.len()];
    let mut there = 0;
    let marks = Marks::of(own);
    let grams = |place: usize| {
        let gram = &other[place..place + KNOWN];
        marks.may_have(gram).then(|| numbers.get(gram).copied()).flatten()
    };
    (0..(other.len() + 1).saturating_sub(KNOWN)).any(|place| {
        // From here back the stretch ends with this gram.
        if let Some(gone) = (place + KNOWN).checked_sub(STRETCH * own.len() + 1).and_then(grams) {
            counts[gone] -= 1;
            there -= usize::from(counts[gone] == 0);
        }
        if let Some(come) = grams(place) {
            there += usize::from(counts[come] == 0);
            counts[come] += 1;
        }
        2 * there >= numbers.len()
    })
}

/// How many tokens two texts begin with alike, and how many of the others they end with.
pub(crate) fn alike_at_ends(own: &[u32], other: &[u32]) -> (usize, usize) {
    let most = own.len().min(other.len());
    let before = own.iter().zip(other).take_while(|(one, two)| one == two).count();
    let ends = own.iter().rev().zip(other.iter().rev()).take(most - before);
    (before, ends.take_while(|(one, two)| one == two).count())
}

/// Whether a text has a passage of `NEW` tokens that the other one has not: between what both begin and end
/// with, tokens that stand neither in as many in a row of the other one, wherever these are, nor in `KNOWN` in
/// a row at the place where they belong. A date or a phrase that stands elsewhere makes no sentence known.
pub(crate) fn says_more(own: &[u32], other: &[u32]) -> bool {
    let (before, after) = alike_at_ends(own, other);
    let mine = &own[before..own.len() - after];
    if mine.len() < NEW {
        return false;
    }
    let mut known = vec![false; mine.len()];
    let own: HashSet<&[u32]> = mine.windows(NEW).collect();
    let marks = Marks::of(mine);
    let anywhere: HashSet<&[u32]> =
        other.windows(NEW).filter(|gram| marks.may_have(gram) && own.contains(gram)).collect();
    for (place, gram) in mine.windows(NEW).enumerate() {
        if anywhere.contains(gram) {
            known[place..place + NEW].fill(true);
        }
    }
    for place in in_order(mine, &other[before..other.len() - after]) {
        known[place..place + KNOWN].fill(true);
    }
    let new = mine.iter().zip(known).map(|(&token, known)| if known { 0 } else { weight(token) });
    let lengths = new.scan(0, |length, weight| {
        *length = if weight == 0 { 0 } else { *length + weight };
        Some(*length)
    });
    lengths.max().unwrap_or(0) >= NEW * A_WORD
}

/// Tells of most grams of another text that none of them stands in a short one, without looking for them there.
struct Marks([u64; 64]);

impl Marks {
    /// The marks of a text's tokens.
    fn of(tokens: &[u32]) -> Self {
        let mut marks = [0; 64];
        for token in tokens {
            // The lowest bit tells of numbers.
            marks[(token >> 1) as usize % 64] |= 1 << ((token >> 7) % 64);
        }
        Self(marks)
    }

    /// Whether the first and the last token of a gram may stand there.
    fn may_have(&self, gram: &[u32]) -> bool {
        let has = |token: u32| self.0[(token >> 1) as usize % 64] >> ((token >> 7) % 64) & 1 == 1;
        has(gram[0]) && has(gram[gram.len() - 1])
    }
}

/// Where grams of `KNOWN` tokens begin that belong to any of the longest sequences of grams which both texts
/// have in the same order; every gram that both have, where they repeat themselves too often to tell.
fn in_order(mine: &[u32], theirs: &[u32]) -> Vec<usize> {
    let mut places: HashMap<&[u32], Vec<usize>> =
        mine.windows(KNOWN).map(|gram| (gram, Vec::new())).collect();
    let marks = Marks::of(mine);
    for (place, gram) in theirs.windows(KNOWN).enumerate() {
        if marks.may_have(gram)
            && let Some(places) = places.get_mut(gram)
        {
            places.push(place);
        }
    }
    let shared = || {
        let grams = mine.windows(KNOWN).enumerate();
        grams
            .filter_map(|(place, gram)| places.get(gram).map(|theirs| (place, theirs)))
            .filter(|(_, theirs)| !theirs.is_empty())
    };
    if shared().map(|(_, theirs)| theirs.len()).sum::<usize>() > MOST_PAIRS {
        return shared().map(|(place, _)| place).collect();
    }
    // Of one place of ours the last ones first, so that none of them follows another.
    let pairs: Vec<(usize, usize)> = shared()
        .flat_map(|(place, theirs)| theirs.iter().rev().map(move |&other| (place, other)))
        .collect();
    let up_to = longest(pairs.iter().map(|&(_, other)| other));
    let mut from = longest(pairs.iter().rev().map(|&(_, other)| usize::MAX - other));
    from.reverse();
    let all = up_to.iter().copied().max().unwrap_or(0);
    let lengths = up_to.iter().zip(&from).map(|(before, after)| before + after);
    let mut found: Vec<usize> =
        pairs.iter().zip(lengths).filter(|pair| pair.1 == all + 1).map(|pair| pair.0.0).collect();
    found.dedup();
    found
}

/// How long the longest ascending sequence is that ends at each number (Fredman 1975).
fn longest(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut ends = Vec::new();
    numbers
        .map(|number| {
            let length = ends.partition_point(|&last| last < number);
            match ends.get_mut(length) {
                Some(last) => *last = number,
                None => ends.push(number),
            }
            length + 1
        })
        .collect()
}

/// The length of the longest common subsequence.
///
/// Allison and Dix, A bit-string longest-common-subsequence algorithm (1986), in the form of Hyyrö
/// (2004): a bit for each token of `one`, cleared where the subsequence grows. Only words of 64 bits in
/// which a token stands, or into which a carry runs, are touched, so long texts cost what they share.
pub(crate) fn common(one: &[u32], two: &[u32]) -> u32 {
    let mut places: HashMap<u32, Vec<(usize, u64)>> = HashMap::new();
    for (place, &token) in one.iter().enumerate() {
        let (word, bit) = (place / 64, 1 << (place % 64));
        let words = places.entry(token).or_default();
        match words.last_mut() {
            Some((last, bits)) if *last == word => *bits |= bit,
            _ => words.push((word, bit)),
        }
    }
    let mut row = vec![u64::MAX; one.len().div_ceil(64)];
    for token in two {
        let Some(words) = places.get(token) else { continue };
        let (mut carry, mut next) = (false, 0);
        for &(word, bits) in words {
            carry = carry && ripple(&mut row[next..word]);
            let old = row[word];
            let (sum, over) = old.overflowing_add(old & bits);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            row[word] = sum | (old & !bits);
            carry = over || over_again;
            next = word + 1;
        }
        if carry {
            ripple(&mut row[next..]);
        }
    }
    row.iter().map(|word| word.count_zeros()).sum()
}

/// Lets a carry run through words in which the token does not stand; whether it comes out.
fn ripple(row: &mut [u64]) -> bool {
    for word in row {
        if *word != u64::MAX {
            *word |= *word + 1;
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(one: &[u32], two: &[u32]) -> u32 {
        let mut row = vec![0; two.len() + 1];
        for a in one {
            let mut diagonal = 0;
            for (place, b) in two.iter().enumerate() {
                let above = row[place + 1];
                row[place + 1] = if a == b { diagonal + 1 } else { above.max(row[place]) };
                diagonal = above;
            }
        }
        row[two.len()]
    }

    #[test]
    fn the_longest_common_subsequence_is_that_of_a_table() {
        let mut state = 1u64;
        let mut random = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % most
        };
        for round in 0..2000 {
            let kinds = 1 + random([2, 5, 40][round % 3]);
            let mut text = |most| -> Vec<u32> {
                let length = random(most);
                (0..length).map(|_| random(kinds) as u32).collect()
            };
            let (one, two) = (text(300), text(300));
            assert_eq!(common(&one, &two), plain(&one, &two), "{one:?} {two:?}");
        }
    }

    #[test]
    fn a_passage_of_its_own_is_eight_tokens_in_a_row() {
        let text: Vec<u32> = (0..60).collect();
        for (count, more) in [(7, false), (8, true)] {
            for place in [0, 30, 60] {
                let new: Vec<u32> = (100..100 + count).collect();
                let longer = [&text[..place], &new, &text[place..]].concat();
                assert_eq!(says_more(&longer, &text), more, "{count} at {place}");
                assert!(!says_more(&text, &longer));
            }
        }
    }

    #[test]
    fn a_phrase_that_stands_elsewhere_makes_no_sentence_known() {
        let text: Vec<u32> = (0..80).collect();
        let sentence = [100, 101, 102, 20, 21, 22, 23, 103, 104, 105, 106];
        for place in [0, 10, 40, 80] {
            let longer = [&text[..place], &sentence, &text[place..]].concat();
            assert!(says_more(&longer, &text), "at {place}");
        }
        // A sentence that was moved is no new one, and neither are words changed here and there.
        let moved = [&text[30..], &text[..30]].concat();
        assert!(!says_more(&moved, &text) && !says_more(&text, &moved));
        let edited: Vec<u32> = text.iter().map(|&t| if t % 5 == 2 { 100 + t } else { t }).collect();
        assert!(!says_more(&edited, &text) && !says_more(&text, &edited));
        let laughing = [text.as_slice(), &[200; 8]].concat();
        assert!(says_more(&laughing, &text) && !says_more(&text, &laughing));
        let again = vec![7; 5000];
        assert!(says_more(&[&again[..], &text[..]].concat(), &again));
    }

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
