//! Hot buckets: which of their members are compared, so that the work for each is bounded.
//!
//! A sample of the members, those with the smallest fingerprints, tells which items most of them have.
//! Every member is compared with the *central* ones of the sample, which have most of these: they meet
//! nearly everything that belongs together, where the first-seen member meets nothing once a template
//! has random words in it. And every member is compared with its *neighbours*, the members that lack
//! the same of these items: two texts that were changed at the same place resemble each other more
//! than either does a central one.
//!
//! Nothing here depends on the order of the members.

use hashbrown::HashMap;

use crate::group::Features;
use crate::store::Number;

/// Buckets with this many members are hot.
pub const HOT: usize = 32;
/// Central members that every member of a hot bucket is compared with.
const CENTRAL: usize = 1;
/// Members that are asked what most have, and of which the central ones are taken.
const SAMPLE: usize = 64;
/// Members next to it that a member is compared with, in each of two orders.
const NEIGHBOURS: usize = 1;
/// Bits that tell what a member lacks.
const BITS: usize = u128::BITS as usize;

/// Calls `push` with the pairs of a hot bucket that are worth comparing; some come more than once.
pub(crate) fn hot_pairs<F: Features>(
    members: &mut [Number],
    features: &F,
    reader: &mut F::Reader<'_>,
    mut push: impl FnMut(Number, Number),
) {
    let order = |&node: &Number| features.order(node as usize);
    let sampled = members.len().min(SAMPLE);
    members.select_nth_unstable_by_key(sampled - 1, order);
    members[..sampled].sort_unstable_by_key(order);
    let sample = Sample::read(&members[..sampled], features, reader);
    let central = sample.central();
    for (number, &center) in central.iter().enumerate() {
        for (place, &other) in members.iter().enumerate() {
            if !central[..=number].contains(&place) {
                push(members[center], other);
            }
        }
    }
    let majority = Majority::of(&sample, central[0]);
    // In the order in which their items are stored.
    members.sort_unstable();
    let mut scratch = Vec::new();
    let mut lacking: Vec<(u128, u128, Number)> = members
        .iter()
        .map(|&node| {
            scratch.clear();
            features.items(reader, node as usize, &mut scratch);
            (majority.lacking(&scratch), order(&node), node)
        })
        .collect();
    // By the first item that is lacking, then by the last one.
    for _ in 0..2 {
        lacking.sort_unstable();
        for (place, &(_, _, node)) in lacking.iter().enumerate() {
            for &(_, _, other) in lacking.iter().skip(place + 1).take(NEIGHBOURS) {
                push(node, other);
            }
        }
        for (bits, _, _) in &mut lacking {
            *bits = bits.reverse_bits();
        }
    }
}

/// The items of some members.
struct Sample {
    items: Vec<u32>,
    ends: Vec<usize>,
    /// In how many of the members an item stands.
    counts: HashMap<u32, u32>,
}

impl Sample {
    fn read<F: Features>(members: &[Number], features: &F, reader: &mut F::Reader<'_>) -> Self {
        let (mut items, mut ends) = (Vec::new(), Vec::new());
        for &node in members {
            features.items(reader, node as usize, &mut items);
            ends.push(items.len());
        }
        // Beside the count stands the last member that was counted.
        let mut seen: HashMap<u32, (u32, u32)> = HashMap::with_capacity(items.len() / 4);
        let mut start = 0;
        for (member, &end) in (1..).zip(&ends) {
            for &item in &items[start..end] {
                let (count, last) = seen.entry(item).or_default();
                *count += u32::from(*last != member);
                *last = member;
            }
            start = end;
        }
        let counts = seen.into_iter().map(|(item, (count, _))| (item, count)).collect();
        Self { items, ends, counts }
    }

    fn of(&self, member: usize) -> &[u32] {
        let start = if member == 0 { 0 } else { self.ends[member - 1] };
        &self.items[start..self.ends[member]]
    }

    fn is_common(&self, item: u32) -> bool {
        self.counts[&item] as usize * 2 > self.ends.len()
    }

    /// The members that have most of what most have, the first one most; ties by their order.
    fn central(&self) -> Vec<usize> {
        let mut ranked: Vec<(usize, usize)> = (0..self.ends.len())
            .map(|member| {
                let share = self.of(member).iter().filter(|&&item| self.is_common(item)).count();
                (usize::MAX - share, member)
            })
            .collect();
        ranked.sort_unstable();
        ranked.truncate(CENTRAL);
        ranked.into_iter().map(|(_, member)| member).collect()
    }
}

/// The items that most members have, in the order in which a text has them, in as many parts as there
/// are bits: where there are more, some share one.
struct Majority {
    parts: HashMap<u32, u8>,
    /// Items of each part.
    sizes: [u32; BITS],
    all: u128,
}

impl Majority {
    /// In the order of one member of the sample; what that one lacks comes last.
    fn of(sample: &Sample, center: usize) -> Self {
        let mut rest: Vec<u32> = sample.counts.keys().copied().collect();
        rest.sort_unstable();
        let mut ranks = HashMap::new();
        for &item in sample.of(center).iter().chain(&rest) {
            if sample.is_common(item) {
                let next = ranks.len();
                ranks.entry(item).or_insert(next);
            }
        }
        let mut made = Self { parts: HashMap::new(), sizes: [0; BITS], all: 0 };
        let count = ranks.len();
        for (item, rank) in ranks {
            let part = if count <= BITS { rank } else { rank * BITS / count };
            made.sizes[part] += 1;
            made.all |= bit(part);
            made.parts.insert(item, part as u8);
        }
        made
    }

    /// Which parts a member lacks something of, the first part's bit highest.
    fn lacking(&self, items: &[u32]) -> u128 {
        let present = items.iter().filter_map(|item| self.parts.get(item)).map(|&part| part.into());
        if self.parts.len() <= BITS {
            return present.fold(self.all, |bits, part| bits & !bit(part));
        }
        let mut missing = self.sizes;
        for part in present {
            let part: &mut u32 = &mut missing[part];
            *part = part.saturating_sub(1);
        }
        let lacking = (0..BITS).filter(|&part| missing[part] > 0);
        lacking.fold(0, |bits, part| bits | bit(part))
    }
}

const fn bit(part: usize) -> u128 {
    1 << (BITS - 1 - part)
}
