//! Verification: the exact resemblance and containment of two blocks, and what they make of them.

use crate::candidates::shingle::{fill_shingle_set, shingle_set};
use crate::judging::covers::are_enough;
use crate::judging::numerals::differ_in_values_only;
use crate::judging::unspaced::are_alike_by_tokens;
use crate::settings::{Numbers, Settings};
use crate::store::{Number, Store};
use crate::tokens::token::TokenBuffer;

/// How two blocks with different normal forms are alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Relation {
    /// Alike as wholes: resemblance, or similarity of characters for short blocks.
    Near,
    /// The smaller stands, for the most part, in the larger.
    Contained,
}

/// A verified pair of nodes, `left < right`.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    /// The node with the smaller number.
    pub left: Number,
    /// The node with the larger number.
    pub right: Number,
    /// Shingles of both.
    pub shared: u32,
    /// Distinct shingles of the left one.
    pub left_size: u32,
    /// Distinct shingles of the right one.
    pub right_size: u32,
    /// Normalised Indel similarity where the pair was judged by characters, else NaN.
    pub similarity: f32,
    /// How they are alike.
    pub relation: Relation,
    /// They differ in numbers or names only, and the policy keeps such pairs.
    pub template: bool,
    /// Whether enough of the left one stands in the right one, and the other way round (`covers`), and it says
    /// no other name there (`names`); neither does where they say something against each other (`opposed`).
    pub covered: [bool; 2],
    /// It was looked for because both stay, see `crowded`: it decides what goes, and is not listed.
    pub late: bool,
}

impl Match {
    /// Shared shingles over all shingles of the two.
    #[must_use]
    pub fn resemblance(&self) -> f64 {
        resemblance(self.shared, self.left_size, self.right_size)
    }

    /// Shared shingles over those of the smaller set.
    #[must_use]
    pub fn containment(&self) -> f64 {
        containment(self.shared, self.left_size, self.right_size)
    }

    /// Whether `node`, one of the two, may be removed in favour of the other.
    #[must_use]
    pub fn may_remove(&self, node: Number) -> bool {
        let (own, other) = (usize::from(node != self.left), usize::from(node == self.left));
        let sizes = [self.left_size, self.right_size];
        let is_smaller = sizes[own] <= sizes[other];
        !self.template && self.covered[own] && (self.relation == Relation::Near || is_smaller)
    }
}

/// Broder's resemblance; two empty sets resemble each other wholly.
#[must_use]
pub fn resemblance(shared: u32, left: u32, right: u32) -> f64 {
    let union = left + right - shared;
    if union == 0 { 1.0 } else { f64::from(shared) / f64::from(union) }
}

/// Broder's containment of the smaller set in the larger; an empty set is contained wholly.
#[must_use]
pub fn containment(shared: u32, left: u32, right: u32) -> f64 {
    let smaller = left.min(right);
    if smaller == 0 { 1.0 } else { f64::from(shared) / f64::from(smaller) }
}

/// Members of both of two ascending sets, counted without branches that depend on the data.
#[must_use]
pub fn count_shared(left: &[u64], right: &[u64]) -> u32 {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < left.len() && j < right.len() {
        let (a, b) = (left[i], right[j]);
        shared += u32::from(a == b);
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    shared
}

/// The shingle set of a node.
#[must_use]
pub fn node_set(store: &Store, settings: &Settings, node: Number) -> Vec<u64> {
    shingle_set(store.node_tokens(node), settings.shingle_size)
}

/// Judges two nodes by their shingle sets: a match, or none. It is not yet known for a template, and
/// what one side has of the other is counted in shingles alone.
#[must_use]
pub fn judge(
    settings: &Settings,
    (left, right): (Number, Number),
    sets: (&[u64], &[u64]),
) -> Option<Match> {
    let (left_size, right_size) = (sets.0.len() as u32, sets.1.len() as u32);
    let least = least_shared(settings, left_size, right_size);
    let shared = count_shared_from(sets.0, sets.1, least)?;
    let relation = if resemblance(shared, left_size, right_size) >= settings.threshold {
        Relation::Near
    } else if containment(shared, left_size, right_size) >= settings.containment {
        Relation::Contained
    } else {
        return None;
    };
    let similarity = f32::NAN;
    let covered = [left_size, right_size].map(|size| are_enough(shared, size));
    Some(Match {
        left,
        right,
        shared,
        left_size,
        right_size,
        similarity,
        relation,
        template: false,
        covered,
        late: false,
    })
}

/// Sets of these sizes that match share at least so many: where the exact scores decide, this is less.
/// It never falls as one of them grows.
#[must_use]
pub fn least_shared(settings: &Settings, left: u32, right: u32) -> f64 {
    // shared / (left + right - shared) >= t where shared >= t / (1 + t) * (left + right).
    let threshold = settings.threshold / (1.0 + settings.threshold);
    let near = threshold * (f64::from(left) + f64::from(right));
    let contained = settings.containment * f64::from(left.min(right));
    near.min(contained) - 1e-3
}

/// Whether two sets may match, of which it is known how many members each has at most, and how many of
/// these, at least, are not in the other.
#[must_use]
pub fn may_match(settings: &Settings, left: (u32, u32), right: (u32, u32)) -> bool {
    // A little less than asked for, so that this is never stricter than the exact scores.
    let (threshold, containment) = (settings.threshold - 1e-9, settings.containment - 1e-9);
    let sizes = f64::from(left.0) + f64::from(right.0);
    let differing = f64::from(left.1) + f64::from(right.1);
    // Resemblance is (sizes - differing) / (sizes + differing): less where sizes are less.
    let near = sizes - differing >= threshold * (sizes + differing);
    let contained =
        |(size, own): (u32, u32)| f64::from(own) <= (1.0 - containment) * f64::from(size);
    near || contained(left) || contained(right)
}

/// Members of both of two ascending sets, `None` as soon as it is sure that they are fewer than `least`.
fn count_shared_from(left: &[u64], right: &[u64], least: f64) -> Option<u32> {
    /// Steps between two looks at what is left.
    const STEPS: usize = 16;
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i + STEPS <= left.len() && j + STEPS <= right.len() {
        for _ in 0..STEPS {
            let (a, b) = (left[i], right[j]);
            shared += usize::from(a == b);
            i += usize::from(a <= b);
            j += usize::from(b <= a);
        }
        if ((shared + (left.len() - i).min(right.len() - j)) as f64) < least {
            return None;
        }
    }
    let shared = shared as u32 + count_shared(&left[i..], &right[j..]);
    (f64::from(shared) >= least).then_some(shared)
}

/// What building matches of short nodes needs for itself, kept from pair to pair.
#[derive(Default)]
pub struct ShortScratch {
    left: Side,
    right: Side,
}

/// The tokens and shingles of one node.
#[derive(Default)]
struct Side {
    node: Option<Number>,
    buffer: TokenBuffer,
    tokens: Vec<u32>,
    set: Vec<u64>,
}

impl Side {
    fn read(&mut self, store: &Store, settings: &Settings, node: Number) {
        if self.node != Some(node) {
            self.node = Some(node);
            self.tokens.clear();
            self.tokens.extend_from_slice(store.short_tokens(node, &mut self.buffer));
            fill_shingle_set(&self.tokens, settings.shingle_size, &mut self.set);
        }
    }
}

/// The match of two short nodes that were found alike by their characters, if they are by their tokens.
#[must_use]
pub fn short_match(
    store: &Store,
    settings: &Settings,
    pair: (Number, Number),
    similarity: f32,
    scratch: &mut ShortScratch,
) -> Option<Match> {
    let normals = (store.node_normal(pair.0), store.node_normal(pair.1));
    if !are_alike_by_tokens(normals.0, normals.1, settings.short_threshold) {
        return None;
    }
    let ShortScratch { left, right } = scratch;
    left.read(store, settings, pair.0);
    right.read(store, settings, pair.1);
    let shared = count_shared(&left.set, &right.set);
    let (left_size, right_size) = (left.set.len() as u32, right.set.len() as u32);
    let mut found = Match {
        left: pair.0,
        right: pair.1,
        shared,
        left_size,
        right_size,
        similarity,
        relation: Relation::Near,
        template: settings.numbers == Numbers::Veto
            && differ_in_values_only(&left.tokens, &right.tokens),
        covered: [left_size, right_size].map(|size| are_enough(shared, size)),
        late: false,
    };
    found.look_at_tokens(settings, (&left.tokens, &right.tokens));
    Some(found)
}
