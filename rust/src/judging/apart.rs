//! Whether two token streams are the same but for what is kept apart: runs of numbers, or of names.
//!
//! A word that differs directly beside a run that differs is a part of what is said there: 12 mai and 3 juin,
//! 5 km and 3 miles, King Charles and Queen Anne are dates, distances and persons as wholes, and no list of
//! months or units is of use for every language.

use std::cell::Cell;
use std::ops::Range;

/// Looks at tokens, after which two texts that repeat themselves are held to say different things: then both
/// stay.
const MOST_LOOKS: usize = 1 << 22;

/// A text's tokens, and which of them are kept apart.
#[derive(Clone, Copy)]
pub struct Side<'a, F> {
    /// The tokens.
    pub tokens: &'a [u32],
    /// Whether the token at a place is kept apart; such tokens that follow one another are one run.
    pub is_apart: F,
}

impl<F: Fn(usize) -> bool> Side<'_, F> {
    /// Where the run that begins at a place ends.
    fn run_end(&self, place: usize) -> usize {
        (place + 1..self.tokens.len())
            .find(|&next| !(self.is_apart)(next))
            .unwrap_or(self.tokens.len())
    }
}

/// Whether two sides differ in their runs only, and in words directly beside runs that differ where
/// `with_words`; `each` is told the tokens of both in which they differ.
pub fn differ_in_runs_only<F: Fn(usize) -> bool, G: Fn(usize) -> bool>(
    sides: (Side<'_, F>, Side<'_, G>),
    with_words: bool,
    each: impl FnMut(Range<usize>, Range<usize>),
) -> bool {
    let all = sides.1.tokens.len();
    differ_up_to(sides, with_words, each) == Some(all)
}

/// How many tokens of the other side the first one is the same as, but for runs and words beside them;
/// `None` where it differs from all that the other side begins with in something else.
pub fn differ_up_to<F: Fn(usize) -> bool, G: Fn(usize) -> bool>(
    (one, other): (Side<'_, F>, Side<'_, G>),
    with_words: bool,
    mut each: impl FnMut(Range<usize>, Range<usize>),
) -> Option<usize> {
    let (mut i, mut j) = (0, 0);
    // A difference that is not told yet, as the next word may belong to it; and a word that is one only if
    // the next run differs.
    let mut open: Option<(Range<usize>, Range<usize>)> = None;
    let mut owed = false;
    while i < one.tokens.len() && j < other.tokens.len() {
        let is_run = (one.is_apart)(i);
        if is_run != (other.is_apart)(j) {
            return None;
        }
        let (start, end) = ((i, j), (&mut i, &mut j));
        if is_run {
            (*end.0, *end.1) = (one.run_end(start.0), other.run_end(start.1));
        } else {
            (*end.0, *end.1) = (start.0 + 1, start.1 + 1);
        }
        let (own, theirs) = (start.0..i, start.1..j);
        let differ = one.tokens[own.clone()] != other.tokens[theirs.clone()];
        if owed && !(is_run && differ) || differ && !is_run && !with_words {
            return None;
        }
        match (open.take(), differ) {
            (Some((one, other)), false) => each(one, other),
            (None, false) => (),
            (None, true) => (open, owed) = (Some((own, theirs)), !is_run),
            // A word and the run behind it, to which one more word may belong.
            (Some(before), true) if owed => {
                (open, owed) = (Some((before.0.start..i, before.1.start..j)), false);
            }
            // A run and the word behind it.
            (Some(before), true) => each(before.0.start..i, before.1.start..j),
        }
    }
    if owed || i < one.tokens.len() {
        return None;
    }
    if let Some((one, other)) = open {
        each(one, other);
    }
    Some(j)
}

/// Whether a text, which has a token, is as a whole the same as a part of another one, but for runs and words
/// directly beside them: `… until 13` of `… until 12, and then on`.
pub fn is_part_but_for_runs<F: Fn(usize) -> bool, G: Fn(usize) -> bool>(
    own: &Side<'_, F>,
    other: &Side<'_, G>,
) -> bool {
    let looks = Cell::new(0);
    let counted = |is_apart: bool| {
        looks.set(looks.get() + 1);
        is_apart
    };
    let is_own = |place: usize| counted((own.is_apart)(place));
    (0..other.tokens.len()).any(|start| {
        // A part of a run is another run, and what stands beside it would seem to belong to a difference.
        if start > 0 && (other.is_apart)(start) && (other.is_apart)(start - 1) {
            return false;
        }
        let tokens = &other.tokens[start..];
        let is_part = |place: usize| counted((other.is_apart)(start + place));
        let are_runs = |place: usize| {
            place < own.tokens.len().min(tokens.len())
                && (own.is_apart)(place)
                && (other.is_apart)(start + place)
        };
        let one = Side { tokens: own.tokens, is_apart: is_own };
        (own.tokens[0] == tokens[0] || are_runs(0) || are_runs(1))
            && (looks.get() > MOST_LOOKS
                || differ_up_to((one, Side { tokens, is_apart: is_part }), true, |_, _| ())
                    .is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_looked_at_only_where_the_other_may_begin() {
        let other: Vec<u32> = (10..10 + (MOST_LOOKS as u32)).chain([1, 3]).collect();
        let side = |tokens| Side { tokens, is_apart: |_: usize| false };
        assert!(!is_part_but_for_runs(&side(&[1, 2]), &side(&other)));
        assert!(is_part_but_for_runs(&side(&[1, 3]), &side(&other)));
    }
}
