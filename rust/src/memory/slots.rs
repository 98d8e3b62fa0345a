//! The places of a table: how many there are, where an entry belongs, and how all move to more of them.
//!
//! An entry lies at the first free place from where its hash, taken as a fraction, points.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

/// Places of a table that holds anything.
const LEAST: usize = 64;

/// Up to so many places a table doubles; then it grows by half, since all of it is memory.
const DOUBLES: usize = 1 << 16;

/// Places that one thread fills at one time when a table grows: some large pages of them.
pub(crate) const PART: usize = 1 << 17;

/// An odd number that spreads hashes whose upper bits are alike (2^64 by the golden ratio).
pub(crate) const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Shares of a corpus below which what is read says little of what is to come.
const TELLING: f64 = 1.0 / 64.0;

/// What is different grows with this power of the text; of real text it is 0.92.
const GROWTH: f64 = 0.95;

pub(crate) const fn grown(places: usize) -> usize {
    if places == 0 {
        LEAST
    } else if places < DOUBLES {
        places * 2
    } else {
        places + places / 2
    }
}

/// Places for a table that is full with so many of them, where a share of the corpus was read: as many as
/// all of it will take, so that it grows once or twice. Each growth stops all threads, and a table that
/// is half empty in the end is memory.
// Both factors are positive.
#[allow(clippy::cast_sign_loss)]
pub(crate) fn foreseen(places: usize, share: f64) -> usize {
    if places < DOUBLES || share < TELLING {
        return grown(places);
    }
    let wanted = places as f64 * share.min(1.0).recip().powf(GROWTH);
    (wanted as usize).max(places + places / 8)
}

/// Entries that so many places hold: seven in ten, beyond which searches get long.
pub(crate) const fn most_entries(places: usize) -> usize {
    places / 10 * 7
}

pub(crate) const fn place(fraction: u64, places: usize) -> usize {
    ((fraction as u128 * places as u128) >> 64) as usize
}

pub(crate) const fn after(place: usize, places: usize) -> usize {
    if place + 1 == places { 0 } else { place + 1 }
}

/// One place of a table.
pub(crate) trait Slot: Send + Sync {
    /// Where the entry belongs, as a fraction; `None` where nothing is.
    fn fraction(&self) -> Option<u64>;
    fn copy_to(&self, other: &mut Self);
}

impl Slot for [AtomicU64; 2] {
    fn fraction(&self) -> Option<u64> {
        let [first, second] = self;
        (second.load(Ordering::Relaxed) != 0)
            .then(|| first.load(Ordering::Relaxed).wrapping_mul(SPREAD))
    }

    fn copy_to(&self, other: &mut Self) {
        for (own, other) in self.iter().zip(other) {
            *other.get_mut() = own.load(Ordering::Relaxed);
        }
    }
}

impl Slot for u64 {
    fn fraction(&self) -> Option<u64> {
        (*self != 0).then_some(*self >> 32 << 32)
    }

    fn copy_to(&self, other: &mut Self) {
        *other = *self;
    }
}

/// Copies all entries to a larger table of free places, by as many threads as there are: most of the time
/// goes into memory that is touched for the first time.
pub(crate) fn move_over<S: Slot>(old: &[S], new: &mut [S]) {
    let places = new.len();
    let beyond: Vec<&S> = new
        .par_chunks_mut(PART)
        .enumerate()
        .flat_map_iter(|(part, slots)| move_part(old, part * PART, slots, places))
        .collect();
    // The part in which they belong is full from there on.
    for slot in beyond {
        let mut at = place(slot.fraction().unwrap_or_default(), places);
        while new[at].fraction().is_some() {
            at = after(at, places);
        }
        slot.copy_to(&mut new[at]);
    }
}

/// Copies the entries that belong into one part of a larger table; those for which it has no room.
fn move_part<'a, S: Slot>(
    old: &'a [S],
    first: usize,
    slots: &mut [S],
    places: usize,
) -> Vec<&'a S> {
    let mut beyond = Vec::new();
    if old.is_empty() {
        return beyond;
    }
    let in_old = |at: usize| (at as u128 * old.len() as u128 / places as u128) as usize;
    let (start, end) = (in_old(first), in_old(first + slots.len()));
    for at in start..start + old.len() {
        let slot = &old[at % old.len()];
        let Some(fraction) = slot.fraction() else {
            if at >= end {
                // No entry stands behind a free place that it could have had.
                break;
            }
            continue;
        };
        let Some(mut at) = place(fraction, places).checked_sub(first) else { continue };
        if at >= slots.len() {
            continue;
        }
        while slots.get(at).is_some_and(|slot| slot.fraction().is_some()) {
            at += 1;
        }
        match slots.get_mut(at) {
            Some(free) => slot.copy_to(free),
            None => beyond.push(slot),
        }
    }
    beyond
}
