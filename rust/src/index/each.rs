//! The same work for many things: by all threads, or in this one where that is all there is to do.

use std::io;

use rayon::prelude::*;

/// What the work gives for each number below `count`, in order; each thread has a scratch of its own.
///
/// `alone`: in this thread. Handing a single text over to others takes longer than looking it up, and a
/// forked process has no others.
///
/// # Errors
/// The first one of the work.
pub fn each<S, T: Send>(
    (alone, count): (bool, usize),
    scratch: impl Fn() -> S + Sync + Send,
    work: impl Fn(&mut S, usize) -> io::Result<T> + Sync + Send,
) -> io::Result<Vec<T>> {
    if alone {
        let mut scratch = scratch();
        return (0..count).map(|place| work(&mut scratch, place)).collect();
    }
    (0..count).into_par_iter().with_min_len(8).map_init(scratch, work).collect()
}
