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

use std::ops::Range;

use rayon::prelude::*;

use crate::candidates::group::Pair;
use crate::judging::similarity::Similarity;
use crate::judging::unspaced::are_alike_by_tokens;
use crate::search::characters::{Counts, KINDS, ShortBlocks};
use crate::search::lanes::{LANES, lanes};
use crate::simd::Path;

/// Points from which on halves are joined by several threads.
const SPLIT_WORK: usize = 1 << 12;

/// Every pair of blocks whose normal forms are near enough, in no order that means anything.
pub(crate) fn near_pairs(blocks: &ShortBlocks<'_>) -> Vec<Pair> {
    let counts = most_telling_first(&blocks.counts);
    let mut order: Vec<u32> = (0..counts.len() as u32).collect();
    let Some(tree) = Tree::new(&counts, &mut order, 0) else { return Vec::new() };
    let counts = order.iter().map(|&place| counts[place as usize]).collect();
    Search { blocks, order, counts, path: Path::best() }.inside(&tree)
}

/// Blocks that a sample is compared with first.
const FIRST_BLOCKS: usize = 1 << 12;
/// Pairs that are compared exactly, until no more blocks are compared with the sample.
const MOST_PAIRS: u64 = 1 << 18;

/// How many matches some of the blocks have, which are given by their places, and the places of those that
/// they were compared with: all of them, or where most are alike those whose fingerprints come first.
pub(crate) fn near_sample(blocks: &ShortBlocks<'_>, sample: &[usize]) -> (Vec<u32>, Vec<u32>) {
    let fingerprint =
        |&place: &u32| blocks.store.fingerprints[blocks.nodes[place as usize] as usize] as u64;
    let mut order: Vec<u32> = (0..blocks.nodes.len() as u32).collect();
    order.par_sort_unstable_by_key(fingerprint);
    let counts = most_telling_first(&blocks.counts);
    let counts: Vec<Counts> = order.iter().map(|&place| counts[place as usize]).collect();
    let mut points = vec![0; order.len()];
    for (point, &place) in order.iter().enumerate() {
        points[place as usize] = point;
    }
    let sample: Vec<usize> = sample.iter().map(|&place| points[place]).collect();
    let mut search = Search { blocks, order, counts, path: Path::best() };
    let (mut matches, mut compared) = ((vec![0; sample.len()], 0), 0);
    while matches.1 <= MOST_PAIRS && compared < points.len() {
        // Twice as many as all before: little is done in vain where that is far too much.
        let most = points.len().min((2 * compared).max(FIRST_BLOCKS));
        let firsts: Vec<usize> = (compared..most).step_by(LANES).collect();
        let found = firsts
            .par_iter()
            .map(|&first| search.matches_of(&sample, first..most.min(first + LANES)))
            .reduce(|| (vec![0; sample.len()], 0), added);
        matches = added(matches, found);
        compared = most;
    }
    search.order.truncate(compared);
    (matches.0, search.order)
}

/// Numbers of matches, and of pairs that were compared, of two parts of the blocks.
fn added(mut one: (Vec<u32>, u64), other: (Vec<u32>, u64)) -> (Vec<u32>, u64) {
    one.0.iter_mut().zip(other.0).for_each(|(one, other)| *one += other);
    (one.0, one.1 + other.1)
}

/// The counts with the kinds that vary most at the beginning, where they rule out the rest.
fn most_telling_first(counts: &[Counts]) -> Vec<Counts> {
    let spreads = spreads(counts.iter());
    let mut kinds: [usize; KINDS] = std::array::from_fn(|kind| kind);
    kinds.sort_by_key(|&kind| std::cmp::Reverse(spreads[kind]));
    let ordered = |point: &Counts| Counts { kinds: kinds.map(|kind| point.kinds[kind]), ..*point };
    counts.iter().map(ordered).collect()
}

/// Points that stand one after the other, and the box around them.
struct Tree {
    first: usize,
    count: usize,
    low: Counts,
    high: Counts,
    below: Below,
}

enum Below {
    Halves(Box<(Tree, Tree)>),
    /// For each kind the counts of all points; of lanes beyond the points, zeros.
    Columns(Box<[[u8; LANES]; KINDS]>),
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
        if count <= LANES {
            let below = Below::Columns(columns(points()));
            return Some(Self { first, count, low, high, below });
        }
        let spreads = spreads(points());
        let widest = (0..spreads.len()).max_by_key(|&coordinate| spreads[coordinate])?;
        let middle = count / 2;
        order.select_nth_unstable_by_key(middle, |&place| {
            (counts[place as usize].coordinate(widest), place)
        });
        let (left, right) = order.split_at_mut(middle);
        let (left, right) = rayon::join(
            || Self::new(counts, left, first),
            || Self::new(counts, right, first + middle),
        );
        Some(Self { first, count, low, high, below: Below::Halves(Box::new((left?, right?))) })
    }
}

/// The counts of a leaf's points, kind by kind.
fn columns<'a>(points: impl Iterator<Item = &'a Counts>) -> Box<[[u8; LANES]; KINDS]> {
    let mut columns = Box::new([[0; LANES]; KINDS]);
    for (lane, point) in points.enumerate() {
        for (column, &count) in columns.iter_mut().zip(&point.kinds) {
            column[lane] = count;
        }
    }
    columns
}

/// How much each coordinate varies: its variance, times the square of how many points there are.
fn spreads<'a>(points: impl Iterator<Item = &'a Counts>) -> [u128; KINDS + 1] {
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
    sums.map(|[sum, squares]| u128::from(squares) * u128::from(count) - u128::from(sum).pow(2))
}

/// A box that is not halved, and its columns.
type Leaf<'a> = (&'a Tree, &'a [[u8; LANES]; KINDS]);

struct Search<'a> {
    blocks: &'a ShortBlocks<'a>,
    order: Vec<u32>,
    /// Counts in that order.
    counts: Vec<Counts>,
    path: Path,
}

impl Search<'_> {
    /// How many of the points of a leaf some points match, and how many pairs were compared for it.
    fn matches_of(&self, sample: &[usize], points: Range<usize>) -> (Vec<u32>, u64) {
        let first = points.start;
        // The places of the points, in which a leaf leaves them.
        let mut places: Vec<u32> = points.map(|point| point as u32).collect();
        let leaf = Tree::new(&self.counts, &mut places, first);
        let Some(leaf @ Tree { below: Below::Columns(columns), .. }) = &leaf else {
            return (vec![0; sample.len()], 0);
        };
        let mut near = Near::default();
        let matches = sample.iter().map(|&point| {
            let own = point.checked_sub(leaf.first).filter(|&lane| lane < leaf.count);
            let others = own.map_or(!0, |lane| !(1 << lane));
            near.similarities.clear();
            near.compare(self, point, (leaf, columns), others);
            let enough = |&&similarity: &&f64| similarity >= self.blocks.settings.short_threshold;
            near.similarities.iter().filter(enough).count() as u32
        });
        (matches.collect(), near.compared)
    }

    /// The pairs inside a box.
    fn inside(&self, tree: &Tree) -> Vec<Pair> {
        let (left, right) = match &tree.below {
            Below::Columns(columns) => {
                let mut near = Near::default();
                for lane in 0..tree.count {
                    let later = !0u64 << lane << 1;
                    near.compare(self, tree.first + lane, (tree, columns), later);
                }
                return near.pairs;
            }
            Below::Halves(halves) => (&halves.0, &halves.1),
        };
        both(
            tree.count,
            || both(left.count, || self.inside(left), || self.inside(right)),
            || self.between(left, right),
        )
    }

    /// The pairs of a point of one box and a point of another one.
    fn between(&self, left: &Tree, right: &Tree) -> Vec<Pair> {
        if !self.may_hold_pairs(left, right) {
            return Vec::new();
        }
        let (larger, smaller) =
            if left.count < right.count { (right, left) } else { (left, right) };
        match (&larger.below, &smaller.below) {
            (Below::Halves(halves), _) => both(
                larger.count,
                || self.between(&halves.0, smaller),
                || self.between(&halves.1, smaller),
            ),
            (Below::Columns(left), Below::Columns(right)) => {
                self.between_leaves((larger, left), (smaller, right))
            }
            // A box that is no larger than one of a leaf is not halved either.
            (Below::Columns(_), Below::Halves(_)) => Vec::new(),
        }
    }

    /// The pairs of a point of one leaf and a point of another one.
    fn between_leaves(&self, left: Leaf<'_>, right: Leaf<'_>) -> Vec<Pair> {
        let mut near = Near::default();
        let most = self.most(left.0.high.length + right.0.high.length);
        let (low, high) = (&right.0.low.kinds, &right.0.high.kinds);
        for lane in lanes(self.path.near_lanes(low, high, left.1, most), left.0.count) {
            near.compare(self, left.0.first + lane, right, !0);
        }
        near.pairs
    }

    /// The largest sum of differences of two texts of so many characters, as far as lanes can count.
    fn most(&self, lengths: u32) -> u8 {
        u8::try_from(self.blocks.room(lengths)).unwrap_or(u8::MAX)
    }

    /// Whether two boxes are near enough for a pair.
    fn may_hold_pairs(&self, left: &Tree, right: &Tree) -> bool {
        let longer = left.low.length.saturating_sub(right.high.length);
        let shorter = right.low.length.saturating_sub(left.high.length);
        let room = self.blocks.room(left.high.length + right.high.length);
        left.low.tokens.min(right.low.tokens) < self.blocks.settings.short_tokens
            && longer + shorter <= room
            && gaps(&left.low.kinds, &right.high.kinds) + gaps(&right.low.kinds, &left.high.kinds)
                <= room
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
    similarities: Vec<f64>,
    similarity: Similarity,
    /// Pairs that were compared exactly.
    compared: u64,
}

impl Near {
    /// Compares a point with those of a leaf whose bits are set.
    fn compare(
        &mut self,
        search: &Search<'_>,
        left: usize,
        (leaf, columns): Leaf<'_>,
        wanted: u64,
    ) {
        let (blocks, own) = (search.blocks, &search.counts[left]);
        let most = search.most(own.length + leaf.high.length);
        let near = search.path.near_lanes(&own.kinds, &own.kinds, columns, most);
        let mut is_read = false;
        for lane in lanes(near & wanted, leaf.count) {
            let right = leaf.first + lane;
            let other = &search.counts[right];
            if !blocks.leave_room(own, other) {
                continue;
            }
            let node = |place: usize| blocks.nodes[search.order[place] as usize];
            let (one, two) = (node(left), node(right));
            let normals = (blocks.store.node_normal(one), blocks.store.node_normal(two));
            if !std::mem::replace(&mut is_read, true) {
                self.similarity.take(normals.0);
            }
            let least = blocks.settings.short_threshold;
            self.compared += 1;
            if let Some(similarity) = self.similarity.with(normals.1, least)
                && are_alike_by_tokens(normals.0, normals.1, least)
            {
                self.pairs.push((one.min(two), one.max(two)));
                self.similarities.push(similarity);
            }
        }
    }
}
