//! The only part that knows Python exists: bytes and batches of `str` come in, flat buffers and JSON
//! lines go out, and the interpreter is free while the core works.

// PyO3 hands arguments over as owned values.
#![allow(clippy::needless_pass_by_value)]

use pyo3::prelude::*;

mod convert;
mod corpus;
mod functions;
mod here;
mod index;
mod index_values;
mod scanners;
mod seen;
mod strings;

/// The native core of `dedup`.
#[pymodule]
mod _core {
    #[pymodule_export]
    use super::corpus::Corpus;

    #[pymodule_export]
    use super::seen::Seen;

    #[pymodule_export]
    use super::index::{IndexBatch, IndexState};

    #[pymodule_export]
    use super::scanners::{ArrayScanner, RowScanner};

    #[pymodule_export]
    use super::strings::Strings;

    #[pymodule_export]
    use super::functions::{
        alike_by_tokens, check_pattern, count_line_feeds, differ_in_names_only,
        differ_in_numbers_only, differences, excerpts, fingerprint, fold_tokens, instruction_sets,
        limit_memory, memory_shortage, normal_form, read_records, restore_records, restore_texts,
        shingles, sign_texts, signatures, similarity, sound_sections, spill_to, split,
        token_hashes,
    };

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const VERSION: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const FOLD_IDENTITY: &str = crate::tokens::fold::FOLD_IDENTITY;

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const KEEPS_MEMORY_LIMIT: bool = crate::memory::IS_KEPT;

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const INDEX_FORMAT: u32 = crate::index::disk::file::FORMAT;

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const CHECKPOINT_FORMAT: u32 = crate::corpus::checkpoint::FORMAT;
}
