//! The index on disk: what was seen before, in sorted files that never change.
//!
//! A document that is added is read, its blocks are looked up, and its fate is decided by the code of the
//! batch scan, as if it came last. What that takes is kept: of each different block its fingerprint, its
//! first text and the keys by which others find it; of each document where its blocks stand and what
//! became of them (`disk` tells how files are made). Which files count, and which documents were removed, the caller remembers.

pub mod background;
pub mod batch;
pub mod columns;
pub mod decide;
pub mod disk;
pub mod each;
pub mod export;
pub mod fresh;
pub mod gather;
mod heirs;
pub mod held;
mod hubs;
pub mod judge;
pub mod keys;
pub mod levels;
pub mod list;
pub mod meet;
pub mod merge;
pub mod record;
pub mod run;
pub mod scoped;
mod second_steps;
pub mod seek;
pub mod sequences;
pub mod share;
pub mod short_texts;
pub mod sieve;
pub mod sift;
pub mod stage;
pub mod standing;
pub mod state;
pub mod streams;
pub mod suspects;
pub mod texts;
pub mod verdict;
pub mod view;
