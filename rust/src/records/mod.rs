//! Records as bytes: lines of JSON, elements of a JSON array, rows of separated values. Where they begin and
//! end, where in them the text stands, and how strings are read and written.

pub mod array;
pub mod csv;
pub mod escape;
pub mod json;
pub mod name;
pub mod record;
