//! Work for one thread, in the thread that asks for it.
//!
//! What decides on a corpus splits its work among the threads of the pool that it runs in. Of one article that is
//! next to nothing, but to hand it to a thread of another pool and to wait for it takes longer than a known article
//! takes: two wake-ups of the system, 90 µs. So a thread that asks often becomes the only one of a pool of its own.

use std::cell::{Cell, OnceCell};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::convert::Threads;

/// How often a thread asks before it has a pool. What rayon keeps of such a thread (8 kB) stays when the
/// thread ends, which those that live for one request would make a leak.
const OFTEN: u32 = 1000;

thread_local! {
    static ASKED: Cell<u32> = const { Cell::new(0) };
    /// None where it could not be made.
    static HERE: OnceCell<Option<ThreadPool>> = const { OnceCell::new() };
}

/// Works in this thread, or in some other one where this asks seldom.
///
/// A forked process has this thread and no other; in it that is enough.
pub(super) fn here<T: Send>(elsewhere: &Threads, work: impl FnOnce() -> T + Send) -> T {
    let asked = ASKED.get();
    if asked < OFTEN {
        ASKED.set(asked + 1);
        return elsewhere.install(work);
    }
    HERE.with(|pool| match pool.get_or_init(pool_here) {
        Some(pool) => pool.install(work),
        None => elsewhere.install(work),
    })
}

fn pool_here() -> Option<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok()
}
