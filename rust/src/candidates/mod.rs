//! Which nodes are worth comparing: shingles, signatures, bands, their groups, and anchors of what is contained.

pub mod anchors;
pub mod band;
pub mod contain;
pub mod crowded;
pub mod crowds;
pub mod group;
pub mod hot;
pub(crate) mod keys;
pub mod repeated;
pub mod shingle;
pub mod sign;
pub mod sketch;
