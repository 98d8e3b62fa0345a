//! From text to blocks: paragraphs, lines, items or the whole text, and where each stands among its neighbours.

pub mod layout;
pub mod split;
pub mod wrapped;
