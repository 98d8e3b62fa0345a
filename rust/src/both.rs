//! Two things at the same time, where that pays.

/// Blocks of a corpus from which on each of its stages takes longer than waking a thread.
const LARGE: usize = 1 << 12;

/// Does both; at the same time where they are about so many blocks that it pays.
pub fn both<A: Send, B: Send>(
    blocks: usize,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if blocks < LARGE { (one(), other()) } else { rayon::join(one, other) }
}
