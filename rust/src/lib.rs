//! The native core of `dedup`: from texts to blocks, signatures, candidates, matches and passages.
//!
//! One folder a stage, one file an idea. A stage uses those above it in this list and none below
//! (`tests/layers.rs`):
//!
//! - `memory`, `both`: large arrays and their limit, threads
//! - `records`: JSON lines, arrays and separated values as bytes
//! - `tokens`, `blocks`: what a text is made of
//! - `store`, `reading`: what is remembered of a corpus, and how documents come into it
//! - `candidates`, `judging`, `search`: what matches
//! - `keepers`, `passages`: what goes, and in whose favour
//! - `stories`, `plan`: what is told of it
//! - `writing`: what comes out
//! - `corpus`, `seen`, `index`: a run over a corpus, a stream, an index on disk
//! - `py`: the face towards Python
//!
//! `simd` stands beside them: it has their innermost loops compiled for each instruction set.
//!
//! The core knows nothing of Python (only `py` does), reads no file, clock or environment (but `memory`, which
//! changes no answer, and `index`, which reads its own files), and gives the same answer for any number of
//! threads.

pub mod blocks;
pub mod both;
pub mod candidates;
pub mod corpus;
pub mod index;
pub mod judging;
pub mod keepers;
pub mod memory;
pub mod passages;
pub mod plan;
#[cfg(feature = "python")]
mod py;
pub mod reading;
pub mod records;
pub mod search;
pub mod seen;
pub mod settings;
pub mod simd;
pub mod store;
pub mod stories;
pub mod tokens;
pub mod writing;
