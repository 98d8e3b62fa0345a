//! Whether two texts match, exactly, and whether one may go for the other: what either would lose is looked for
//! here (numbers, names, opposites, words of code).

pub mod amounts;
pub mod apart;
pub(crate) mod capitals;
pub(crate) mod code;
pub(crate) mod common;
pub mod covers;
pub(crate) mod denials;
pub(crate) mod edits;
pub mod ends;
pub mod marking;
pub mod names;
pub mod numerals;
pub mod opposed;
pub(crate) mod opposites;
pub(crate) mod own_passages;
pub mod readings;
pub(crate) mod roman;
pub(crate) mod similarity;
pub(crate) mod together;
#[cfg(test)]
pub(crate) mod trial;
pub mod unspaced;
pub mod verify;
pub(crate) mod word_set;
