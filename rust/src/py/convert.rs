//! Values of Python as the core takes them, and back.

use std::borrow::Cow;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::blocks::split::Unit;
use crate::candidates::sign::{Permutations, SLOTS};
use crate::records::record::{Ends, Lines};
use crate::settings::{Boilerplate, Names, Numbers, Scope, Search, Settings};

pub(super) fn value_error(message: impl Into<String>) -> PyErr {
    PyValueError::new_err(message.into())
}

pub(super) fn pick<T: Copy>(name: &str, value: &str, choices: &[(&str, T)]) -> PyResult<T> {
    choices
        .iter()
        .find(|choice| choice.0 == value)
        .map(|choice| choice.1)
        .ok_or_else(|| value_error(format!("{name} is {value}")))
}

pub(super) fn unit_of(name: &str) -> PyResult<Unit> {
    pick(
        "unit",
        name,
        &[("paragraph", Unit::Paragraph), ("line", Unit::Line), ("document", Unit::Document)],
    )
}

pub(super) fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|&chunk| u32::from_le_bytes(chunk)).collect()
}

pub(super) fn seconds(bytes: &[u8]) -> Vec<i64> {
    bytes.as_chunks::<8>().0.iter().map(|&chunk| i64::from_le_bytes(chunk)).collect()
}

pub(super) fn bytes_of_u32(py: Python<'_>, values: &[u32]) -> Py<PyBytes> {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    PyBytes::new(py, &bytes).unbind()
}

pub(super) fn permutations_of(a: &[u8], b: &[u8]) -> PyResult<Permutations> {
    let wrong = |_| value_error(format!("permutations need {SLOTS} values of 32 bits"));
    Ok(Permutations {
        multipliers: words(a).try_into().map_err(wrong)?,
        addends: words(b).try_into().map_err(wrong)?,
    })
}

/// The threads of a run.
pub(super) struct Threads {
    pool: ThreadPool,
    process: u32,
}

impl Threads {
    pub(super) fn new(threads: usize) -> PyResult<Self> {
        Ok(Self { pool: pool_of(threads)?, process: std::process::id() })
    }

    /// Works on these threads; in a forked process, which has none of them, on new ones.
    pub(super) fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        if std::process::id() == self.process {
            return self.pool.install(work);
        }
        match pool_of(self.pool.current_num_threads()) {
            Ok(pool) => pool.install(work),
            Err(_) => work(),
        }
    }
}

pub(super) fn pool_of(threads: usize) -> PyResult<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|number| format!("dedup-{number}"))
        .build()
        .map_err(|error| value_error(format!("cannot start {threads} threads: {error}")))
}

/// Borrows the UTF-8 of a batch of `str`; lone surrogates are a `ValueError` of Python's own.
pub(super) fn borrow<'a>(texts: &'a [Bound<'_, PyString>]) -> PyResult<Vec<&'a str>> {
    texts.iter().map(|text| text.to_str()).collect()
}

/// Whole lines of one input: their bytes, the input's name, and the number of the first line; of an
/// array's records also where each of them ends.
pub(super) type PyLines<'py> = (Bound<'py, PyBytes>, String, u64, Option<Vec<u64>>);

/// The same as the core takes them.
pub(super) fn lines_of<'a>((data, name, first, ends): &'a PyLines<'_>) -> Lines<'a> {
    let ends = ends.as_deref().map(|places| Ends { places, base: 0 });
    Lines { data: data.as_bytes(), name, first: *first, ends }
}

/// What reading lines found: documents, numbers of bad lines, values of the extra fields.
pub(super) type PyLinesRead = (usize, Vec<u64>, Vec<Option<Cow<'static, [u8]>>>);

/// Pieces as one `bytes`, copied once.
pub(super) fn joined(py: Python<'_>, pieces: &[Vec<u8>]) -> PyResult<Py<PyBytes>> {
    let length = pieces.iter().map(Vec::len).sum();
    let bytes = PyBytes::new_with(py, length, |mut rest| {
        for piece in pieces {
            let (place, after) = rest.split_at_mut(piece.len());
            place.copy_from_slice(piece);
            rest = after;
        }
        Ok(())
    })?;
    Ok(bytes.unbind())
}

pub(super) fn field<'py, T: FromPyObjectOwned<'py>>(
    policy: &Bound<'py, PyDict>,
    name: &str,
) -> PyResult<T> {
    let value = policy.get_item(name)?.ok_or_else(|| value_error(format!("no {name}")))?;
    value.extract().map_err(Into::into)
}

/// The rule for numbers of that name.
pub(super) fn numbers_of(name: &str) -> PyResult<Numbers> {
    let rules = [("veto", Numbers::Veto), ("keep", Numbers::Keep), ("mask", Numbers::Mask)];
    pick("numbers", name, &rules)
}

/// The core's settings from the fields of a policy, with its `digest`, `bands` and `rows`.
pub(super) fn settings_of(policy: &Bound<'_, PyDict>) -> PyResult<Settings> {
    let text = |name: &str| field::<String>(policy, name);
    Ok(Settings {
        unit: unit_of(&text("unit")?)?,
        shingle_size: field(policy, "shingle_size")?,
        threshold: field(policy, "threshold")?,
        containment: Some(field(policy, "containment")?)
            .filter(|&least| least > 0.0)
            .unwrap_or(f64::INFINITY),
        min_run: field(policy, "min_run")?,
        short_tokens: field(policy, "short_tokens")?,
        short_threshold: field(policy, "short_threshold")?,
        min_tokens: field(policy, "min_tokens")?,
        numbers: numbers_of(&text("numbers")?)?,
        names: pick("names", &text("names")?, &[("veto", Names::Veto), ("keep", Names::Keep)])?,
        boilerplate: pick(
            "boilerplate",
            &text("boilerplate")?,
            &[
                ("keep", Boilerplate::Keep),
                ("first", Boilerplate::First),
                ("all", Boilerplate::All),
            ],
        )?,
        scope: pick(
            "scope",
            &text("scope")?,
            &[("both", Scope::Both), ("within", Scope::Within), ("across", Scope::Across)],
        )?,
        grouped: field::<Option<String>>(policy, "group_by")?.is_some(),
        group_across: pick(
            "group_scope",
            &text("group_scope")?,
            &[("within", false), ("across", true)],
        )?,
        window: field(policy, "window_seconds")?,
        chain: pick("linkage", &text("linkage")?, &[("keeper", false), ("chain", true)])?,
        search: pick(
            "search",
            &text("search")?,
            &[("lsh", Search::Lsh), ("exhaustive", Search::Exhaustive)],
        )?,
        min_kept: field(policy, "min_kept")?,
        digest: text("digest")?,
        bands: field(policy, "bands")?,
        rows: field(policy, "rows")?,
    })
}
