//! The native core of `dedup`.
