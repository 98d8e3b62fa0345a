//! Hot buckets: which of their members are compared, so that the work for each is bounded.
//!
//! A sample of the members, those with the smallest fingerprints, tells which items most of them have.
//! Every member is compared with the *central* one of the sample, which has most of these: it meets
//! nearly everything that belongs together, where the first-seen member meets nothing once a template
//! has random words in it. And every member is compared with its *neighbours*, the members that lack
//! the same of these items: two texts that were changed at the same place resemble each other more
//! than either does a central one.
//!
//! All of that is read from sketches, and nothing depends on the order of the members.

use crate::candidates::sketch::Sketch;
use crate::store::Number;

/// Buckets with this many members are hot.
pub const HOT: usize = 32;
/// Members that are asked what most have, and of which the central one is taken.
const SAMPLE: usize = 64;
/// Sketches that are fetched before the first of them is looked at: they lie far apart, and memory
/// answers many requests at a time as long as nothing waits for one of them.
const AHEAD: usize = 64;

/// How a bucket was compared.
pub(crate) struct Compared {
    /// The member that all others were compared with.
    pub central: Number,
    /// How many different pairs there were.
    pub pairs: u64,
    lacking: Vec<(u128, u64, Number)>,
}

impl Compared {
    /// All members, each beside those that it was compared with.
    pub(crate) fn side_by_side(&self) -> impl Iterator<Item = Number> + '_ {
        self.lacking.iter().map(|&(_, _, node)| node)
    }
}

/// Calls `compare` with the pairs of a hot bucket that are worth comparing, each node with its sketch;
/// some come more than once.
pub(crate) fn hot_pairs(
    members: &[Number],
    order: impl Fn(Number) -> u64,
    mut sketch: impl FnMut(Number) -> Sketch,
    mut compare: impl FnMut((Number, &Sketch), (Number, &Sketch)),
) -> Option<Compared> {
    let ordered: Vec<(u64, Number)> = members.iter().map(|&node| (order(node), node)).collect();
    let sample: Vec<(u64, Number, Sketch)> =
        first(&ordered).into_iter().map(|(order, node)| (order, node, sketch(node))).collect();
    let most = Sketch::most(sample.iter().map(|(_, _, sketch)| sketch));
    // The first one of several.
    let central = sample.iter().rev().max_by_key(|(_, _, sketch)| sketch.shared(&most));
    let &(turn, central, ref center) = central?;
    let mut pairs = 0;
    let mut lacking: Vec<(u128, u64, Number)> = Vec::with_capacity(members.len());
    each_read(
        &ordered,
        |&(_, node)| sketch(node),
        |&(order, node), read| {
            // Each bucket begins elsewhere, so that not always the same ones are neighbours.
            lacking.push((most.lacking(read).rotate_left(turn as u32 % 128), order, node));
            if node != central {
                pairs += 1;
                compare((central, center), (node, read));
            }
        },
    );
    lacking.sort_unstable();
    let mut last = None;
    each_read(
        &lacking,
        |&(_, _, node)| sketch(node),
        |&(_, _, node), read| {
            if let Some((last, before)) = last.replace((node, *read)) {
                pairs += u64::from(last != central && node != central);
                compare((last, &before), (node, read));
            }
        },
    );
    Some(Compared { central, pairs, lacking })
}

/// Calls `work` with each of the members and its sketch.
fn each_read<M>(
    members: &[M],
    mut sketch: impl FnMut(&M) -> Sketch,
    mut work: impl FnMut(&M, &Sketch),
) {
    let mut read = [Sketch::default(); AHEAD];
    for members in members.chunks(AHEAD) {
        for (read, member) in read.iter_mut().zip(members) {
            *read = sketch(member);
        }
        for (member, read) in members.iter().zip(&read) {
            work(member, read);
        }
    }
}

/// The members that come first, in order.
fn first(members: &[(u64, Number)]) -> Vec<(u64, Number)> {
    let mut members = members.to_vec();
    if members.len() > SAMPLE {
        members.select_nth_unstable(SAMPLE);
        members.truncate(SAMPLE);
    }
    members.sort_unstable();
    members
}
