//! The only file that knows Python exists: text comes in as batches of `str`, flat buffers and JSON
//! lines go out, and the interpreter is free while the core works.

// PyO3 hands arguments over as owned values.
#![allow(clippy::needless_pass_by_value)]

use std::borrow::Cow;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::clean::{Cleaned, restore_record, restore_text};
use crate::corpus::{Corpus as CoreCorpus, compile};
use crate::fold::FOLD_IDENTITY;
use crate::read::{CodePoints, NewDocument};
use crate::record::{Fields, Line, Lines};
use crate::seen::{Answer, Seen as CoreSeen};
use crate::settings::{Boilerplate, Numbers, Scope, Search, Settings};
use crate::shingle::{extend_items, shingle_set};
use crate::sign::{Permutations, SLOTS, sign};
use crate::simd::{Path, paths};
use crate::split::{Unit, split as split_text};
use crate::token::TokenBuffer;

fn value_error(message: impl Into<String>) -> PyErr {
    PyValueError::new_err(message.into())
}

fn pick<T: Copy>(name: &str, value: &str, choices: &[(&str, T)]) -> PyResult<T> {
    choices
        .iter()
        .find(|choice| choice.0 == value)
        .map(|choice| choice.1)
        .ok_or_else(|| value_error(format!("{name} is {value}")))
}

fn unit_of(name: &str) -> PyResult<Unit> {
    pick(
        "unit",
        name,
        &[("paragraph", Unit::Paragraph), ("line", Unit::Line), ("document", Unit::Document)],
    )
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|&chunk| u32::from_le_bytes(chunk)).collect()
}

fn bytes_of_u32(py: Python<'_>, values: &[u32]) -> Py<PyBytes> {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    PyBytes::new(py, &bytes).unbind()
}

fn permutations_of(a: &[u8], b: &[u8]) -> PyResult<Permutations> {
    let wrong = |_| value_error(format!("permutations need {SLOTS} values of 32 bits"));
    Ok(Permutations {
        multipliers: words(a).try_into().map_err(wrong)?,
        addends: words(b).try_into().map_err(wrong)?,
    })
}

fn pool_of(threads: usize) -> PyResult<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|number| format!("dedup-{number}"))
        .build()
        .map_err(|error| value_error(format!("cannot start {threads} threads: {error}")))
}

/// Borrows the UTF-8 of a batch of `str`; lone surrogates are a `ValueError` of Python's own.
fn borrow<'a>(texts: &'a [Bound<'_, PyString>]) -> PyResult<Vec<&'a str>> {
    texts.iter().map(|text| text.to_str()).collect()
}

/// Whole lines of one input: their bytes, the input's name, and the number of the first line.
type PyLines<'py> = (Bound<'py, PyBytes>, String, u64);

/// What reading lines found: documents, numbers of bad lines, values of the extra field.
type PyLinesRead = (usize, Vec<u64>, Vec<Option<Cow<'static, [u8]>>>);

/// Pieces as one `bytes`, copied once.
fn joined(py: Python<'_>, pieces: &[Vec<u8>]) -> PyResult<Py<PyBytes>> {
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

/// Line feeds in some bytes.
#[pyfunction]
fn count_line_feeds(data: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', data).count()
}

/// The records of whole lines: id, source and text of each; lines that hold none are left out.
#[pyfunction]
fn read_records(
    lines: PyLines<'_>,
    text_field: &str,
    id_field: &str,
) -> Vec<(Option<String>, u64, String)> {
    let (data, name, first) = &lines;
    let lines = Lines { data: data.as_bytes(), name, first: *first };
    let fields = Fields { text: text_field, id: id_field, extra: None };
    let mut buffer = String::new();
    lines
        .iter()
        .filter_map(|(number, line)| match Line::read(line, &fields, &mut buffer) {
            Line::Record(record) => {
                Some((record.id.map(Cow::into_owned), number, record.text.to_owned()))
            }
            Line::Blank | Line::Bad => None,
        })
        .collect()
}

/// The tokens of a text, in their order.
#[pyfunction]
fn fold_tokens(text: &str) -> Vec<String> {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, false);
    buffer.normal_str().split(' ').filter(|token| !token.is_empty()).map(str::to_owned).collect()
}

/// The tokens of a text, joined by spaces.
#[pyfunction]
#[pyo3(signature = (text, mask_numbers=false))]
fn normal_form(text: &str, mask_numbers: bool) -> String {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, mask_numbers);
    buffer.normal_str().to_owned()
}

/// The token hashes of a text as `uint32` bytes.
#[pyfunction]
fn token_hashes(py: Python<'_>, text: &str) -> Py<PyBytes> {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, false);
    bytes_of_u32(py, &buffer.hashes)
}

/// The 16 bytes of a block's fingerprint, little-endian.
#[pyfunction]
#[pyo3(signature = (text, mask_numbers=false))]
fn fingerprint(py: Python<'_>, text: &str, mask_numbers: bool) -> Py<PyBytes> {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, mask_numbers);
    PyBytes::new(py, &buffer.fingerprint(text).to_le_bytes()).unbind()
}

/// The code-point spans of a text's blocks.
#[pyfunction]
fn split(text: &str, unit: &str) -> PyResult<Vec<(u32, u32)>> {
    let mut blocks = Vec::new();
    split_text(text, unit_of(unit)?, &mut TokenBuffer::default(), &mut blocks);
    let mut place = CodePoints::new(text);
    Ok(blocks
        .iter()
        .map(|block| (place.at(block.start as usize), place.at(block.end as usize)))
        .collect())
}

/// The set of a text's shingles, ascending, as `uint64` bytes.
#[pyfunction]
fn shingles(py: Python<'_>, text: &str, size: usize) -> Py<PyBytes> {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, false);
    let set = shingle_set(&buffer.hashes, size);
    let bytes: Vec<u8> = set.iter().flat_map(|value| value.to_le_bytes()).collect();
    PyBytes::new(py, &bytes).unbind()
}

/// Signatures of sets of 32-bit items: `uint32 (n, 128)` bytes, row-major.
#[pyfunction]
fn signatures(py: Python<'_>, items: Vec<Vec<u8>>, a: &[u8], b: &[u8]) -> PyResult<Py<PyBytes>> {
    let permutations = permutations_of(a, b)?;
    let path = Path::best();
    let mut rows = vec![[0u32; SLOTS]; items.len()];
    for (set, row) in items.iter().zip(&mut rows) {
        sign(path, &mut words(set), &permutations, row);
    }
    Ok(bytes_of_u32(py, rows.as_flattened()))
}

/// Signatures of texts by their word shingles: `uint32 (n, 128)` bytes, row-major.
#[pyfunction]
fn sign_texts(
    py: Python<'_>,
    texts: Vec<Bound<'_, PyString>>,
    size: usize,
    a: &[u8],
    b: &[u8],
    threads: usize,
) -> PyResult<Py<PyBytes>> {
    let permutations = permutations_of(a, b)?;
    let texts = borrow(&texts)?;
    let pool = pool_of(threads)?;
    let rows = py.detach(|| {
        let mut rows = vec![[0u32; SLOTS]; texts.len()];
        let sign_one = |scratch: &mut Scratch, text: &str, row: &mut [u32; SLOTS]| {
            scratch.buffer.read(text, false);
            scratch.items.clear();
            extend_items(&scratch.buffer.hashes, size, &mut scratch.items);
            sign(scratch.path, &mut scratch.items, &permutations, row);
        };
        pool.install(|| {
            rows.par_iter_mut().zip(&texts).for_each_init(Scratch::new, |scratch, (row, text)| {
                sign_one(scratch, text, row);
            });
        });
        rows
    });
    Ok(bytes_of_u32(py, rows.as_flattened()))
}

struct Scratch {
    buffer: TokenBuffer,
    items: Vec<u32>,
    path: Path,
}

impl Scratch {
    fn new() -> Self {
        Self { buffer: TokenBuffer::default(), items: Vec::new(), path: Path::best() }
    }
}

/// Why a pattern is no regular expression, or `None`.
#[pyfunction]
fn check_pattern(pattern: &str) -> Option<String> {
    compile(pattern).err()
}

/// The instruction sets this machine signs with, fastest last.
#[pyfunction]
fn instruction_sets() -> Vec<String> {
    paths().iter().map(|path| format!("{path:?}")).collect()
}

/// Puts removed passages back into cleaned texts; `ledgers[i]` are the ledger lines of `texts[i]`.
#[pyfunction]
fn restore_texts(texts: Vec<String>, ledgers: Vec<Vec<Vec<u8>>>) -> PyResult<Vec<String>> {
    texts
        .iter()
        .zip(&ledgers)
        .map(|(text, ledger)| restore_text(text, &borrow_lines(ledger)).map_err(value_error))
        .collect()
}

/// Puts removed passages back into cleaned JSON records.
#[pyfunction]
fn restore_records(
    py: Python<'_>,
    lines: Vec<Vec<u8>>,
    field: &str,
    ledgers: Vec<Vec<Vec<u8>>>,
) -> PyResult<Vec<Py<PyBytes>>> {
    lines
        .iter()
        .zip(&ledgers)
        .map(|(line, ledger)| {
            let whole = restore_record(line, field, &borrow_lines(ledger)).map_err(value_error)?;
            Ok(PyBytes::new(py, &whole).unbind())
        })
        .collect()
}

fn borrow_lines(lines: &[Vec<u8>]) -> Vec<&[u8]> {
    lines.iter().map(Vec::as_slice).collect()
}

fn field<'py, T: FromPyObjectOwned<'py>>(policy: &Bound<'py, PyDict>, name: &str) -> PyResult<T> {
    let value = policy.get_item(name)?.ok_or_else(|| value_error(format!("no {name}")))?;
    value.extract().map_err(Into::into)
}

/// The core's settings from the fields of a policy, with its `digest`, `bands` and `rows`.
fn settings_of(policy: &Bound<'_, PyDict>) -> PyResult<Settings> {
    let text = |name: &str| field::<String>(policy, name);
    Ok(Settings {
        unit: unit_of(&text("unit")?)?,
        shingle_size: field(policy, "shingle_size")?,
        threshold: field(policy, "threshold")?,
        containment: field(policy, "containment")?,
        short_tokens: field(policy, "short_tokens")?,
        short_threshold: field(policy, "short_threshold")?,
        min_tokens: field(policy, "min_tokens")?,
        numbers: pick(
            "numbers",
            &text("numbers")?,
            &[("veto", Numbers::Veto), ("keep", Numbers::Keep), ("mask", Numbers::Mask)],
        )?,
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

/// The texts of a stream, remembered as they come.
#[pyclass]
struct Seen {
    core: CoreSeen,
}

#[pymethods]
impl Seen {
    #[new]
    fn new(policy: &Bound<'_, PyDict>, a: &[u8], b: &[u8]) -> PyResult<Self> {
        Ok(Self { core: CoreSeen::new(settings_of(policy)?, permutations_of(a, b)?) })
    }

    fn check(&mut self, py: Python<'_>, text: &str) -> (bool, String, Vec<String>) {
        match py.detach(|| self.core.check(text)) {
            Answer::New => (false, String::new(), Vec::new()),
            Answer::Seen => (true, String::new(), Vec::new()),
            Answer::Ask(own, others) => (false, own, others),
        }
    }

    fn remember(&mut self) {
        self.core.remember();
    }
}

/// One run over one corpus; the methods are called in the order of `dedup/_core.pyi`.
#[pyclass]
struct Corpus {
    core: CoreCorpus,
    pool: ThreadPool,
}

#[pymethods]
impl Corpus {
    #[new]
    #[pyo3(signature = (policy, a, b, *, threads))]
    fn new(policy: &Bound<'_, PyDict>, a: &[u8], b: &[u8], threads: usize) -> PyResult<Self> {
        let protect: Option<String> = field(policy, "protect")?;
        let core =
            CoreCorpus::new(settings_of(policy)?, permutations_of(a, b)?, protect.as_deref())
                .map_err(value_error)?;
        Ok(Self { core, pool: pool_of(threads)? })
    }

    fn add(
        &mut self,
        py: Python<'_>,
        texts: Vec<Bound<'_, PyString>>,
        ids: Vec<Bound<'_, PyString>>,
        sources: Vec<Bound<'_, PyString>>,
    ) -> PyResult<()> {
        let (texts, ids, sources) = (borrow(&texts)?, borrow(&ids)?, borrow(&sources)?);
        if let Some(number) = texts.iter().position(|text| text.len() > u32::MAX as usize) {
            return Err(value_error(format!("text {number} of the batch is larger than 4 GiB")));
        }
        let documents: Vec<NewDocument<'_>> = texts
            .into_iter()
            .zip(ids)
            .zip(sources)
            .map(|((text, id), source)| NewDocument { text, id, source })
            .collect();
        let Self { core, pool } = self;
        py.detach(|| pool.install(|| core.add(&documents)));
        Ok(())
    }

    /// Adds the records of whole lines; see `dedup/_core.pyi` for what comes back.
    fn add_lines(
        &mut self,
        py: Python<'_>,
        lines: PyLines<'_>,
        text_field: &str,
        id_field: &str,
        extra_field: Option<&str>,
    ) -> PyLinesRead {
        let (data, name, first) = &lines;
        let lines = Lines { data: data.as_bytes(), name, first: *first };
        let fields = Fields { text: text_field, id: id_field, extra: extra_field };
        let Self { core, pool } = self;
        let found = py.detach(|| pool.install(|| core.add_lines(&lines, &fields)));
        let extras = found.extras.into_iter().map(|extra| extra.map(Cow::Owned)).collect();
        (found.documents, found.bad, extras)
    }

    fn repeated_ids(&self) -> (usize, Option<(String, String)>) {
        let store = &self.core.store;
        let (count, first) = store.repeated_ids();
        (count, first.map(|document| (store.ids.get(document).to_owned(), store.source(document))))
    }

    fn short_pairs(&mut self, py: Python<'_>) -> usize {
        let Self { core, pool } = self;
        py.detach(|| pool.install(|| core.find_short_pairs()))
    }

    fn short_texts(&self, low: usize, high: usize) -> (Vec<&str>, Vec<&str>) {
        self.core.short_texts(low..high).into_iter().unzip()
    }

    fn judge_short(&mut self, py: Python<'_>, low: usize, scores: &[u8]) {
        let scores: Vec<f64> =
            scores.as_chunks::<8>().0.iter().map(|&chunk| f64::from_le_bytes(chunk)).collect();
        let Self { core, pool } = self;
        py.detach(|| pool.install(|| core.judge_short(low, &scores)));
    }

    fn r#match(&mut self, py: Python<'_>) {
        let Self { core, pool } = self;
        py.detach(|| pool.install(|| core.find_matches()));
    }

    fn block_documents(&self, py: Python<'_>) -> Py<PyBytes> {
        bytes_of_u32(py, &self.core.store.block_documents())
    }

    fn block_tokens(&self, py: Python<'_>) -> Py<PyBytes> {
        let store = &self.core.store;
        let tokens: Vec<u32> = (0..store.blocks()).map(|block| store.block_tokens(block)).collect();
        bytes_of_u32(py, &tokens)
    }

    fn cluster(&mut self, py: Python<'_>, rank: Option<&[u8]>) {
        let rank = rank.map(words);
        let Self { core, pool } = self;
        py.detach(|| pool.install(|| core.decide(rank.as_deref())));
    }

    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for (name, count) in self.core.counts() {
            counts.set_item(name, count)?;
        }
        Ok(counts)
    }

    fn hot(&self) -> (u64, u64) {
        (self.core.hot.buckets, self.core.hot.largest)
    }

    fn kind_totals(&self) -> Vec<(&'static str, bool, u64, u64, u64)> {
        let mut totals: Vec<_> = self
            .core
            .kind_totals()
            .into_iter()
            .map(|((kind, kept), total)| (kind, kept, total[0], total[1], total[2]))
            .collect();
        totals.sort_unstable();
        totals
    }

    fn cluster_count(&self) -> usize {
        self.core.cluster_count()
    }

    fn clusters(&self, py: Python<'_>, low: usize, high: usize) -> Py<PyBytes> {
        let high = high.min(self.core.cluster_count());
        let lines =
            py.detach(|| self.pool.install(|| self.core.cluster_lines(low.min(high)..high)));
        PyBytes::new(py, &lines).unbind()
    }

    fn largest(&self, count: usize) -> Vec<usize> {
        self.core.largest(count)
    }

    fn match_count(&mut self) -> usize {
        self.core.match_count()
    }

    fn matches(&self, py: Python<'_>, low: usize, high: usize) -> Py<PyBytes> {
        PyBytes::new(py, &self.core.match_lines(low..high)).unbind()
    }

    fn similar_documents(&self) -> Vec<(u32, u32, f64)> {
        let similar = self.core.similar().iter();
        similar.map(|found| (found.document, found.other, found.share)).collect()
    }

    fn document_name(&self, document: usize) -> (&str, String) {
        (self.core.store.ids.get(document), self.core.store.source(document))
    }

    fn clean_texts(
        &self,
        py: Python<'_>,
        first_document: usize,
        texts: Vec<Bound<'_, PyString>>,
    ) -> PyResult<(Py<PyList>, Py<PyBytes>)> {
        let borrowed = borrow(&texts)?;
        let (cleaned, ledger) =
            py.detach(|| self.pool.install(|| self.core.clean_texts(first_document, &borrowed)));
        let list = PyList::empty(py);
        for (rest, text) in cleaned.into_iter().zip(&texts) {
            match rest {
                Cleaned::Unchanged => list.append(text)?,
                Cleaned::Dropped => list.append(py.None())?,
                Cleaned::Changed(rest) => list.append(rest)?,
            }
        }
        Ok((list.unbind(), PyBytes::new(py, &ledger).unbind()))
    }

    fn clean_lines(
        &self,
        py: Python<'_>,
        first_document: usize,
        lines: PyLines<'_>,
        text_field: &str,
    ) -> PyResult<(Py<PyBytes>, Py<PyBytes>, usize)> {
        let (data, name, first) = &lines;
        let lines = Lines { data: data.as_bytes(), name, first: *first };
        let cleaned = py
            .detach(|| {
                self.pool.install(|| self.core.clean_lines(first_document, &lines, text_field))
            })
            .map_err(|(line, reason)| value_error(format!("{name}:{line}: {reason}")))?;
        let rest = joined(py, &cleaned.rest)?;
        Ok((rest, joined(py, &cleaned.ledger)?, cleaned.documents))
    }
}

/// The native core of `dedup`.
#[pymodule]
mod _core {
    #[pymodule_export]
    use super::{
        Corpus, Seen, check_pattern, count_line_feeds, fingerprint, fold_tokens, instruction_sets,
        normal_form, read_records, restore_records, restore_texts, shingles, sign_texts,
        signatures, split, token_hashes,
    };

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const FOLD_IDENTITY: &str = super::FOLD_IDENTITY;
}
