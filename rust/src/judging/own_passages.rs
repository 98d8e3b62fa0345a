//! Passages that one of two texts has for itself, a sentence or so: it stays for them, however alike the two are.

use hashbrown::{HashMap, HashSet};

use crate::judging::ends::alike_at_ends;
use crate::judging::word_set::Marks;
use crate::tokens::letters::{A_WORD, weight};

/// A passage of so many tokens that stands in one of two texts alone keeps that one: as many as a block
/// needs to be removed by itself.
const NEW: usize = 8;

/// Tokens in a row that show that a place stands in the other text too.
pub(crate) const KNOWN: usize = 3;

/// Pairs of places with the same tokens, up to which it is told which of them belong together.
const MOST_PAIRS: usize = 1 << 16;

/// Whether a text has a passage of `NEW` tokens that the other one has not: between what both begin and end
/// with, tokens that stand neither in as many in a row of the other one, wherever these are, nor in `KNOWN` in
/// a row at the place where they belong. A date or a phrase that stands elsewhere makes no sentence known.
pub(crate) fn says_more(own: &[u32], other: &[u32]) -> bool {
    let (before, after) = alike_at_ends(own, other);
    let mine = &own[before..own.len() - after];
    if mine.len() < NEW {
        return false;
    }
    let theirs = &other[before..other.len() - after];
    !differ_here_and_there(mine, theirs) && has_own_grams((mine, theirs), other)
}

/// The same, told by grams: of what is left between, and of all of the other text.
fn has_own_grams((mine, theirs): (&[u32], &[u32]), other: &[u32]) -> bool {
    let mut known = vec![false; mine.len()];
    let own: HashSet<&[u32]> = mine.windows(NEW).collect();
    let marks = Marks::of(mine);
    let anywhere: HashSet<&[u32]> =
        other.windows(NEW).filter(|gram| marks.may_have_ends(gram) && own.contains(gram)).collect();
    for (place, gram) in mine.windows(NEW).enumerate() {
        if anywhere.contains(gram) {
            known[place..place + NEW].fill(true);
        }
    }
    for place in in_order(mine, theirs) {
        known[place..place + KNOWN].fill(true);
    }
    has_new(mine, &known)
}

/// Whether tokens that are not known fill a passage.
fn has_new(mine: &[u32], known: &[bool]) -> bool {
    let new = mine.iter().zip(known).map(|(&token, known)| if *known { 0 } else { weight(token) });
    let lengths = new.scan(0, |length, weight| {
        *length = if weight == 0 { 0 } else { *length + weight };
        Some(*length)
    });
    lengths.max().unwrap_or(0) >= NEW * A_WORD
}

/// Whether two texts of one length, laid side by side, leave no passage between `NEW` equal tokens in a row: of most
/// pairs of a template this tells all, without a look at their grams.
fn differ_here_and_there(mine: &[u32], theirs: &[u32]) -> bool {
    let (mut start, mut last) = (0, None);
    let differing = mine.iter().zip(theirs).enumerate().filter(|(_, (one, other))| one != other);
    mine.len() == theirs.len()
        && differing.map(|(place, _)| place).all(|place| {
            if last.replace(place).is_none_or(|last| place - last > NEW) {
                start = place;
            }
            place - start + 1 < NEW
        })
}

/// Where grams of `KNOWN` tokens begin that belong to any of the longest sequences of grams which both texts
/// have in the same order; every gram that both have, where they repeat themselves too often to tell.
fn in_order(mine: &[u32], theirs: &[u32]) -> Vec<usize> {
    let mut places: HashMap<&[u32], Vec<usize>> =
        mine.windows(KNOWN).map(|gram| (gram, Vec::new())).collect();
    let marks = Marks::of(mine);
    for (place, gram) in theirs.windows(KNOWN).enumerate() {
        if marks.may_have_ends(gram)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::trial::chance;

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
    fn what_is_seen_side_by_side_needs_no_grams() {
        let mut random = chance();
        let mut seen = 0;
        for round in 0..5000 {
            let words = [4, 40, 1000][round % 3];
            let one: Vec<u32> = (0..20 + random(60)).map(|_| random(words) as u32).collect();
            let mut other = one.clone();
            // What both begin and end with was taken away.
            let inside = (0..random(6)).map(|_| random(one.len()));
            for place in inside.chain([0, one.len() - 1]).collect::<Vec<_>>() {
                other[place] = 2000 + random(3) as u32;
            }
            if differ_here_and_there(&one, &other) {
                seen += 1;
                assert!(!has_own_grams((&one, &other), &other), "{one:?} {other:?}");
            }
        }
        assert!(seen > 1000);
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
}
