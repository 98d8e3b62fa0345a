//! What comes out: texts without their removed passages, the ledger, clusters and stories as JSON lines.

pub mod clean;
pub(crate) mod cluster_lines;
pub mod counts;
pub mod cut;
pub mod render;
pub mod story_lines;
