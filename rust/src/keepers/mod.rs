//! Which copy stays: nodes in the order of keepers, each a repeat of one that stays.

pub mod cluster;
pub mod furniture;
pub mod kept;
pub mod neighbours;
pub(crate) mod outlook;
pub mod scopes;
pub(crate) mod second_step;
