//! From text to tokens: folded code points, the borders of words, and a 32-bit hash of each.

pub(crate) mod bounds;
pub mod careful;
pub(crate) mod flatten;
pub mod fold;
#[rustfmt::skip]
pub(crate) mod fold_table;
pub mod hash;
pub(crate) mod hyphen;
pub(crate) mod letters;
pub mod marks;
pub mod token;
