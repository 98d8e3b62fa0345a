//! Exhaustive search among short blocks: every pair that their characters may make a match.
//!
//! A match leaves room for so many insertions and deletions, and each of them changes one count of a
//! kind of character by one. So blocks are points whose coordinates are such counts, and matches lie
//! near each other by the sum of differences. The points are halved again and again where they vary
//! most, down to *boxes* of a few dozen; two boxes that are too far apart are passed over with all
//! pairs in them. What is left is compared point by point, and then exactly, up to the first difference
//! that is too much. Nothing that matches is lost, and no list holds more than what nearly matches.
//!
//! Shared runs of characters rule out next to nothing here: a similarity of .9 leaves room for so many
//! changes that forty characters may share no run of five.

use crate::characters::{Counts, KINDS, ShortBlocks};
use crate::group::Pair;
use crate::store::Number;

/// Points that are not halved any more.
const LEAF: usize = 24;
/// Points from which on halves are joined by several threads.
const SPLIT_WORK: usize = 1 << 12;

/// Every pair of blocks whose normal forms are near enough, in no order that means anything.
pub(crate) fn near_pairs(blocks: &ShortBlocks<'_>) -> Vec<Pair> {
    let mut order: Vec<u32> = (0..blocks.counts.len() as u32).collect();
    let Some(tree) = Tree::new(&blocks.counts, &mut order, 0) else { return Vec::new() };
    let counts = order.iter().map(|&place| blocks.counts[place as usize]).collect();
    Search { blocks, order, counts }.inside(&tree)
}

/// Points that stand one after the other, and the box around them.
struct Tree {
    first: usize,
    count: usize,
    low: Counts,
    high: Counts,
    halves: Option<Box<(Self, Self)>>,
}

impl Tree {
    /// Orders the points of a range so that those of each half stand together; `None` without points.
    fn new(counts: &[Counts], order: &mut [u32], first: usize) -> Option<Self> {
        let points = || order.iter().map(|&place| &counts[place as usize]);
        let (mut low, mut high) = (*points().next()?, *points().next()?);
        for point in points() {
            low = low.each(point, u8::min, u32::min);
            high = high.each(point, u8::max, u32::max);
        }
        let count = order.len();
        let mut halves = None;
        if count > LEAF {
            let (coordinate, middle) = (widest(points()), count / 2);
            order.select_nth_unstable_by_key(middle, |&place| {
                (counts[place as usize].coordinate(coordinate), place)
            });
            let (left, right) = order.split_at_mut(middle);
            let both = rayon::join(
                || Self::new(counts, left, first),
                || Self::new(counts, right, first + middle),
            );
            halves = both.0.zip(both.1).map(Box::new);
        }
        Some(Self { first, count, low, high, halves })
    }
}

/// The coordinate with the largest variance.
fn widest<'a>(points: impl Iterator<Item = &'a Counts>) -> usize {
    let mut sums = [[0u64; 2]; KINDS + 1];
    let mut count = 0u64;
    for point in points {
        count += 1;
        for (coordinate, [sum, squares]) in sums.iter_mut().enumerate() {
            let value = u64::from(point.coordinate(coordinate));
            *sum += value;
            *squares += value * value;
        }
    }
    let spread =
        |&[sum, squares]: &[u64; 2]| u128::from(squares) * u128::from(count) - u128::from(sum).pow(2);
    let widest = sums.iter().enumerate().max_by_key(|(_, sums)| spread(sums));
    widest.map_or(0, |(coordinate, _)| coordinate)
}

struct Search<'a> {
    blocks: &'a ShortBlocks<'a>,
    order: Vec<u32>,
    /// Counts in that order.
    counts: Vec<Counts>,
}

impl Search<'_> {
    /// The pairs inside a box.
    fn inside(&self, tree: &Tree) -> Vec<Pair> {
        let Some(halves) = &tree.halves else {
            let mut near = Near::default();
            let points = tree.first..tree.first + tree.count;
            for left in points.clone() {
                near.compare(self, left, left + 1..points.end);
            }
            return near.pairs;
        };
        let (left, right) = &**halves;
        both(
            tree.count,
            || both(left.count, || self.inside(left), || self.inside(right)),
            || self.between(left, right),
        )
    }

    /// The pairs of a point of one box and a point of another one.
    fn between(&self, left: &Tree, right: &Tree) -> Vec<Pair> {
        if !self.may_hold_pairs((&left.low, &left.high), (&right.low, &right.high)) {
            return Vec::new();
        }
        let (larger, smaller) = if left.count < right.count { (right, left) } else { (left, right) };
        if let Some(halves) = &larger.halves {
            let (one, other) = (|| self.between(&halves.0, smaller), || self.between(&halves.1, smaller));
            return both(larger.count, one, other);
        }
        let mut near = Near::default();
        let members = smaller.first..smaller.first + smaller.count;
        for point in larger.first..larger.first + larger.count {
            let own = &self.counts[point];
            if self.may_hold_pairs((own, own), (&smaller.low, &smaller.high)) {
                near.compare(self, point, members.clone());
            }
        }
        near.pairs
    }

    /// Whether two boxes, given by their lowest and highest corners, are near enough for a pair.
    fn may_hold_pairs(&self, left: (&Counts, &Counts), right: (&Counts, &Counts)) -> bool {
        let gaps = gaps(&left.0.kinds, &right.1.kinds) + gaps(&right.0.kinds, &left.1.kinds);
        let longer = left.0.length.saturating_sub(right.1.length);
        let shorter = right.0.length.saturating_sub(left.1.length);
        let room = self.blocks.room(left.1.length + right.1.length);
        f64::from(gaps.max(longer + shorter)) <= room
            && left.0.tokens.min(right.0.tokens) < self.blocks.settings.short_tokens
    }
}

/// By how much the counts of one lie above those of the other, summed up.
fn gaps(low: &[u8; KINDS], high: &[u8; KINDS]) -> u32 {
    low.iter().zip(high).map(|(&low, &high)| u32::from(low.saturating_sub(high))).sum()
}

/// What two tasks find, on two threads where it is worth it.
fn both(
    points: usize,
    one: impl FnOnce() -> Vec<Pair> + Send,
    other: impl FnOnce() -> Vec<Pair> + Send,
) -> Vec<Pair> {
    let (mut one, other) =
        if points < SPLIT_WORK { (one(), other()) } else { rayon::join(one, other) };
    if one.is_empty() {
        return other;
    }
    one.extend(other);
    one
}

/// Pairs that were found near, and what comparing needs for itself.
#[derive(Default)]
struct Near {
    pairs: Vec<Pair>,
    left: Vec<char>,
    right: Vec<char>,
    reached: Vec<usize>,
}

impl Near {
    fn compare(&mut self, search: &Search<'_>, left: usize, rights: std::ops::Range<usize>) {
        let (blocks, own) = (search.blocks, &search.counts[left]);
        let mut is_read = false;
        for right in rights {
            let other = &search.counts[right];
            if !blocks.leave_room(own, other) {
                continue;
            }
            let node = |place: usize| blocks.nodes[search.order[place] as usize];
            let (one, two) = (node(left), node(right));
            let read = |node: Number, out: &mut Vec<char>| {
                out.clear();
                out.extend(blocks.store.node_normal(node).chars());
            };
            if !std::mem::replace(&mut is_read, true) {
                read(one, &mut self.left);
            }
            read(two, &mut self.right);
            let room = blocks.room(own.length + other.length) as usize;
            if distance(&self.left, &self.right, room, &mut self.reached).is_some() {
                self.pairs.push((one.min(two), one.max(two)));
            }
        }
    }
}

/// The fewest insertions and deletions that make one text of the other, if they are at most `most`.
///
/// Myers, An O(ND) difference algorithm and its variations (Algorithmica 1, 1986): on each diagonal
/// of the matrix, how far so many edits lead.
pub(crate) fn distance(
    left: &[char],
    right: &[char],
    most: usize,
    reached: &mut Vec<usize>,
) -> Option<usize> {
    // Diagonals are numbered from the one that is `most + 1` below the middle.
    let middle = most + 1;
    reached.clear();
    reached.resize(2 * middle + 1, 0);
    for edits in 0..=most {
        for diagonal in (middle - edits..=middle + edits).step_by(2) {
            let (below, above) = (reached[diagonal - 1], reached[diagonal + 1]);
            let down = diagonal == middle - edits || (diagonal != middle + edits && below < above);
            let mut along = if down { above } else { below + 1 };
            let mut other = along + middle - diagonal;
            while along < left.len() && other < right.len() && left[along] == right[other] {
                along += 1;
                other += 1;
            }
            if along >= left.len() && other >= right.len() {
                return Some(edits);
            }
            reached[diagonal] = along;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the table of longest common subsequences.
    fn plain_distance(left: &[char], right: &[char]) -> usize {
        let mut row: Vec<usize> = (0..=right.len()).collect();
        for (place, one) in left.iter().enumerate() {
            let mut before = std::mem::replace(&mut row[0], place + 1);
            for (column, other) in right.iter().enumerate() {
                let edits =
                    if one == other { before } else { 1 + row[column].min(row[column + 1]) };
                before = std::mem::replace(&mut row[column + 1], edits);
            }
        }
        row[right.len()]
    }

    #[test]
    fn distances_are_those_of_the_table() {
        let mut reached = Vec::new();
        for seed in 0..2000u32 {
            let text = |salt: u32, length: u32| -> Vec<char> {
                (0..length % 13)
                    .map(|place| crate::sign::mix32(seed * 977 + salt + place) % 3)
                    .filter_map(|digit| char::from_digit(digit, 10))
                    .collect()
            };
            let (left, right) = (text(0, seed), text(500, seed / 13));
            let wanted = plain_distance(&left, &right);
            for most in 0..30 {
                let found = distance(&left, &right, most, &mut reached);
                assert_eq!(found, (wanted <= most).then_some(wanted), "{left:?} {right:?} {most}");
            }
        }
    }
}
