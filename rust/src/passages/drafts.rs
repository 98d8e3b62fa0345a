//! What becomes of each block while documents are settled by several threads.
//!
//! A thread settles one document on copies of its own, a *draft*, and publishes what became of its blocks
//! when it is done. Of other documents it sees what they would be if all were settled one after the other:
//! of those before it what became of them, for which it waits, and of those behind it what they were.
//! Documents are begun in their order, so the first one that is under way never waits.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use hashbrown::HashMap;

use crate::passages::fates::{Fates, STATES, State, View};
use crate::passages::regions::Region;
use crate::store::Number;

/// Gone blocks one after the other from which on their end is looked up: without that a search for the
/// next staying block could walk over a million gone ones, a million times.
const LONG: usize = 64;

/// In place of what became of a block whose document is not settled.
const OPEN: u8 = 0xF0;

/// Looks at a block that another thread settles before the processor is given to others.
const PATIENCE: usize = 1 << 8;

/// What all threads see.
pub struct Settled {
    /// What each block was, and in the upper half what became of it.
    states: Vec<AtomicU8>,
    aligned: Vec<AtomicU32>,
    inner: Vec<AtomicBool>,
    /// The regions that there were before.
    regions: HashMap<Number, Region>,
    twins: HashMap<Number, Number>,
    /// Where long stretches of gone blocks end, by their starts, and the other way round.
    long: RwLock<[HashMap<Number, Number>; 2]>,
    /// Whether a thread panicked: nobody may wait for it.
    failed: AtomicBool,
}

impl Settled {
    /// Nothing is settled yet.
    #[must_use]
    pub fn new(fates: Fates) -> Self {
        let Fates { states, aligned, inner, regions, twins } = fates;
        Self {
            states: states.into_iter().map(|state| AtomicU8::new(state as u8 | OPEN)).collect(),
            aligned: aligned.into_iter().map(AtomicU32::new).collect(),
            inner: inner.into_iter().map(AtomicBool::new).collect(),
            regions,
            twins,
            long: RwLock::default(),
            failed: AtomicBool::new(false),
        }
    }

    /// What became of all blocks, with the regions that threads found.
    #[must_use]
    pub fn into_fates(self, found: impl IntoIterator<Item = (Number, Region)>) -> Fates {
        let Self { states, aligned, inner, mut regions, twins, .. } = self;
        regions.extend(found);
        let told = |state: AtomicU8| STATES[usize::from(state.into_inner() >> 4)];
        Fates {
            states: states.into_iter().map(told).collect(),
            aligned: aligned.into_iter().map(AtomicU32::into_inner).collect(),
            inner: inner.into_iter().map(AtomicBool::into_inner).collect(),
            regions,
            twins,
        }
    }

    /// What a block was before documents were settled.
    #[must_use]
    pub fn before(&self, block: Number) -> State {
        let state = self.states[block as usize].load(Ordering::Relaxed);
        STATES[usize::from(state & !OPEN)]
    }

    /// What became of a block, once its document is settled.
    ///
    /// # Panics
    /// When the thread that settles it panicked.
    #[must_use]
    pub fn after(&self, block: Number) -> State {
        for look in 0.. {
            let state = self.states[block as usize].load(Ordering::Acquire);
            if state < OPEN {
                return STATES[usize::from(state >> 4)];
            }
            assert!(!self.failed.load(Ordering::Relaxed), "another thread failed");
            if look < PATIENCE { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
        unreachable!("looks never end")
    }

    /// Behind the gone blocks from this one on, the first of them, of a settled document that ends at
    /// `end`.
    #[must_use]
    pub fn end_of_gone(&self, first: Number, end: Number) -> Number {
        let walked = (first..end).take(LONG).take_while(|&block| self.after(block).is_gone());
        let next = first + walked.count() as Number;
        if next - first < LONG as Number { next } else { self.long(0, first) }
    }

    /// The first of the gone blocks before this place, in a settled document that starts at `start`.
    #[must_use]
    pub fn start_of_gone(&self, end: Number, start: Number) -> Number {
        let walked = (start..end).rev().take(LONG).take_while(|&block| self.after(block).is_gone());
        let first = end - walked.count() as Number;
        if end - first < LONG as Number { first } else { self.long(1, end) }
    }

    fn long(&self, direction: usize, from: Number) -> Number {
        self.long.read().unwrap_or_else(PoisonError::into_inner)[direction][&from]
    }

    /// Does the work of one thread, for each of the documents that no other one takes, in their order.
    pub fn take(&self, next: &AtomicUsize, count: usize, mut settle: impl FnMut(usize)) {
        let on_panic = OnPanic(&self.failed);
        while let number = next.fetch_add(1, Ordering::Relaxed)
            && number < count
        {
            settle(number);
        }
        drop(on_panic);
    }

    fn publish(&self, draft: &Draft) {
        for (place, (&aligned, &inner)) in draft.aligned.iter().zip(&draft.inner).enumerate() {
            self.aligned[draft.first + place].store(aligned, Ordering::Relaxed);
            self.inner[draft.first + place].store(inner, Ordering::Relaxed);
        }
        self.publish_states(draft.first, &draft.states, &draft.stretches);
    }

    fn publish_states(&self, first: usize, states: &[State], stretches: &[(Number, Number)]) {
        let mut long = stretches.iter().filter(|(start, end)| (end - start) as usize >= LONG);
        if let Some(one) = long.next() {
            let mut known = self.long.write().unwrap_or_else(PoisonError::into_inner);
            for &(start, end) in std::iter::once(one).chain(long) {
                known[0].insert(start, end);
                known[1].insert(end, start);
            }
        }
        for (state, shared) in states.iter().zip(&self.states[first..]) {
            // Who sees it sees the long stretches too.
            let was = shared.load(Ordering::Relaxed) & !OPEN;
            shared.store(was | (*state as u8) << 4, Ordering::Release);
        }
    }
}

/// Tells the others when a thread panics.
struct OnPanic<'a>(&'a AtomicBool);

impl Drop for OnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// The blocks of one document while it is settled.
#[derive(Default)]
pub struct Draft {
    /// The document's first block.
    pub first: usize,
    /// What becomes of each block of it.
    pub states: Vec<State>,
    /// See `Fates::aligned`.
    pub aligned: Vec<Number>,
    /// See `Fates::inner`.
    pub inner: Vec<bool>,
    /// The regions that were found, also those of documents before.
    pub regions: HashMap<Number, Region>,
    /// Gone blocks that follow one another, `[start, end)`, ascending.
    pub stretches: Vec<(Number, Number)>,
}

impl Draft {
    /// Begins with a document whose blocks are given; whether any is pending.
    pub fn begin(&mut self, settled: &Settled, range: Range<usize>) -> bool {
        self.first = range.start;
        self.states.clear();
        self.states.extend(range.clone().map(|block| settled.before(block as Number)));
        self.note_stretches();
        if !self.states.contains(&State::Pending) {
            settled.publish_states(self.first, &self.states, &self.stretches);
            return false;
        }
        self.aligned.clear();
        let aligned = &settled.aligned[range.clone()];
        self.aligned.extend(aligned.iter().map(|aligned| aligned.load(Ordering::Relaxed)));
        self.inner.clear();
        let inner = &settled.inner[range];
        self.inner.extend(inner.iter().map(|inner| inner.load(Ordering::Relaxed)));
        true
    }

    /// Ends with the document.
    pub fn end(&self, settled: &Settled) {
        settled.publish(self);
    }

    /// Notes the stretches of gone blocks, in place of those noted before.
    pub fn note_stretches(&mut self) {
        self.stretches.clear();
        let mut start = 0;
        while start < self.states.len() {
            let gone = self.states[start..].iter().take_while(|state| state.is_gone()).count();
            if gone > 0 {
                let first = self.first + start;
                self.stretches.push((first as Number, (first + gone) as Number));
            }
            start += gone + 1;
        }
    }

    /// What is known of its blocks.
    #[must_use]
    pub fn view<'a>(&'a self, settled: &'a Settled) -> View<'a> {
        View {
            first: self.first,
            states: &self.states,
            aligned: &self.aligned,
            regions: [&self.regions, &settled.regions],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NONE;

    fn settled(states: &[State]) -> Settled {
        Settled::new(Fates {
            states: states.to_vec(),
            aligned: vec![NONE; states.len()],
            inner: vec![false; states.len()],
            regions: HashMap::new(),
            twins: HashMap::new(),
        })
    }

    #[test]
    fn gone_blocks_are_passed_over_however_many_they_are() {
        for gone in [1, LONG - 1, LONG, LONG + 1, 1000] {
            let mut states = vec![State::Kept; gone + 2];
            states[1..=gone].fill(State::Stripped);
            let settled = settled(&states);
            assert!(!Draft::default().begin(&settled, 0..states.len()));
            let last = gone as Number + 1;
            assert_eq!(settled.end_of_gone(1, last + 1), last);
            assert_eq!(settled.start_of_gone(last, 0), 1);
        }
    }

    #[test]
    fn others_see_what_was_before_and_what_became_of_it() {
        let settled = settled(&[State::Pending, State::Kept, State::Pending]);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            // It waits for the draft that is published below.
            let waiting = scope.spawn(|| settled.after(2));
            settled.take(&next, 1, |_| {
                let mut draft = Draft::default();
                assert!(draft.begin(&settled, 1..3));
                draft.states[1] = State::Removed;
                draft.aligned[1] = 0;
                draft.note_stretches();
                draft.end(&settled);
            });
            assert_eq!(waiting.join().ok(), Some(State::Removed));
        });
        assert_eq!((settled.before(2), settled.before(0)), (State::Pending, State::Pending));
        assert!(!Draft::default().begin(&settled, 1..2));
    }

    #[test]
    fn nobody_waits_for_a_thread_that_panicked() {
        let settled = settled(&[State::Pending]);
        std::thread::scope(|scope| {
            let failed =
                scope.spawn(|| settled.take(&AtomicUsize::new(0), 1, |_| panic!("a test")));
            let waiting = scope.spawn(|| settled.after(0));
            assert!(failed.join().is_err() && waiting.join().is_err());
        });
    }

    #[test]
    fn states_have_their_numbers() {
        for (number, state) in STATES.into_iter().enumerate() {
            assert_eq!(state as usize, number);
            assert!((state as u8) << 4 < OPEN);
        }
    }
}
