//! Several things at the same time, where that pays.

use std::sync::{Mutex, PoisonError};

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
