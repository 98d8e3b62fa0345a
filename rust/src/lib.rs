//! The native core of `dedup`: from texts to blocks, signatures, candidates, matches and passages.
//!
//! One file a stage, in the order of the pipeline. The core knows nothing of Python (only `py` does),
//! reads no file, clock or environment (but `memory`, which changes no answer), and gives the same answer
//! for any number of threads.

pub mod anchors;
pub mod array;
pub mod audit;
pub mod band;
mod bounds;
mod boxes;
pub mod careful;
pub mod characters;
pub mod checkpoint;
pub mod clean;
pub mod cluster;
pub mod columns;
pub mod contain;
pub mod corpus;
pub mod counts;
pub mod csv;
pub mod cut;
mod documents;
pub mod escape;
pub mod exact;
pub mod fates;
mod flatten;
pub mod fold;
#[rustfmt::skip]
mod fold_table;
pub mod group;
pub mod hash;
pub mod hot;
pub mod index;
pub mod join;
pub mod json;
pub mod kept;
mod keys;
pub mod layout;
pub mod likeness;
pub mod links;
pub mod memory;
pub mod name;
pub mod names;
mod packed;
pub mod passages;
pub mod places;
pub mod plan;
#[cfg(feature = "python")]
mod py;
pub mod quotes;
pub mod read;
pub mod record;
pub mod regions;
pub mod remains;
pub mod render;
pub mod runs;
pub mod search;
pub mod section;
pub mod seen;
pub mod settings;
pub mod shingle;
pub mod sign;
pub mod simd;
pub mod sketch;
pub mod split;
pub mod spool;
pub mod store;
pub mod strings;
pub mod strip;
pub mod text;
pub mod token;
pub mod verify;
