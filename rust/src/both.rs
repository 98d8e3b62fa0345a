//! Several things at the same time, where that pays.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

/// Blocks of a corpus from which on each of its stages takes longer than waking a thread.
pub const LARGE: usize = 1 << 12;

/// Does both; at the same time where they are about so many blocks that it pays.
pub fn both<A: Send, B: Send>(
    blocks: usize,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if blocks < LARGE { (one(), other()) } else { rayon::join(one, other) }
}

/// What is made of each part of so many things, in their order; of several parts at the same time, where they are
/// so many that it pays.
pub fn in_parts<T: Send>(
    count: usize,
    work: impl Fn(Range<usize>) -> Vec<T> + Sync + Send,
) -> Vec<T> {
    if count < LARGE {
        return work(0..count);
    }
    let part = |number: usize| work(number * LARGE..count.min((number + 1) * LARGE));
    let parts: Vec<Vec<T>> = (0..count.div_ceil(LARGE)).into_par_iter().map(part).collect();
    let mut all = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    all.extend(parts.into_iter().flatten());
    all
}

/// Does the same on all threads, where they are about so many blocks that it pays; what each of them
/// found, in any order.
pub fn on_all_threads<T: Send>(blocks: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    let threads = if blocks < LARGE { 1 } else { rayon::current_num_threads() };
    let found = Mutex::new(Vec::with_capacity(threads));
    let add = || {
        let one = work();
        found.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    };
    if threads == 1 {
        add();
    } else {
        rayon::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|_| add());
            }
            add();
        });
    }
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_in_their_order_and_none_is_missing() {
        for count in [0, 1, LARGE - 1, LARGE, 3 * LARGE + 7] {
            let found = in_parts(count, |part| part.filter(|number| number % 3 == 1).collect());
            assert_eq!(found, (0..count).filter(|number| number % 3 == 1).collect::<Vec<_>>());
        }
    }
}
