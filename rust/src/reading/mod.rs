//! Documents into the store: pieces are read by all threads, and entered in their order.

pub(crate) mod enter;
pub mod read;
