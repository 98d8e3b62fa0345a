//! Files of sorted pairs and rows in pages, every byte under a hash, and filters that tell which keys have no
//! page. They know nothing of documents.

pub mod bytes;
pub mod file;
pub mod filter;
pub mod lines;
pub mod page;
pub mod pairs;
pub mod rows;
pub mod spread;
