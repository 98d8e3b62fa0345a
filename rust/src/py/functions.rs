//! The functions of the module: one stage at a time, for tests, tools and restoring.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use rayon::prelude::*;

use super::convert::{
    PyLines, borrow, bytes_of_u32, lines_of, numbers_of, permutations_of, pool_of, unit_of,
    value_error, words,
};
use crate::blocks::split::split as split_text;
use crate::candidates::shingle::{Powers, extend_items, shingle_set};
use crate::candidates::sign::{SLOTS, Signature, sign};
use crate::corpus::compile;
use crate::corpus::section::{Mark, sound_sections as sections_of};
use crate::judging::names::texts_differ_in_names_only;
use crate::judging::numerals;
use crate::judging::similarity::Similarity;
use crate::judging::unspaced::are_alike_by_tokens;
use crate::memory;
use crate::plan::differences::differences_of_texts;
use crate::reading::read::CodePoints;
use crate::records::record::{Fields, Line};
use crate::simd::{Path, paths};
use crate::tokens::token::TokenBuffer;
use crate::writing::clean::{excerpt, restore_record, restore_text};

/// Sets how many bytes the process may hold in memory; `None` for as many as it likes.
#[pyfunction]
#[pyo3(signature = (bytes))]
pub(super) fn limit_memory(bytes: Option<usize>) {
    memory::limit(bytes);
}

/// Opens a file for what is beyond that limit.
#[pyfunction]
pub(super) fn spill_to(path: PathBuf) -> PyResult<()> {
    memory::spill_to(File::options().read(true).write(true).open(path)?);
    Ok(())
}

/// The error number and the bytes of what found no room in that file.
#[pyfunction]
pub(super) fn memory_shortage() -> Option<(i32, usize)> {
    memory::shortage().map(|shortage| (shortage.code, shortage.bytes))
}

/// Line feeds in some bytes.
#[pyfunction]
pub(super) fn count_line_feeds(data: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', data).count()
}

/// The records of whole lines: id, source and text of each; lines that hold none are left out.
#[pyfunction]
pub(super) fn read_records(
    lines: PyLines<'_>,
    text_field: &str,
    id_field: &str,
) -> Vec<(Option<String>, u64, String)> {
    let lines = lines_of(&lines);
    let fields = Fields { text: text_field, id: id_field, extras: &[] };
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

/// Passages of records in whole lines: each by its record's number, and the code points where it
/// starts and ends; empty where there is no such one.
#[pyfunction]
pub(super) fn excerpts(
    lines: PyLines<'_>,
    text_field: &str,
    places: Vec<(u64, u32, u32)>,
) -> Vec<String> {
    let lines = lines_of(&lines);
    let mut wanted: HashMap<u64, Vec<usize>> = HashMap::new();
    for (number, place) in places.iter().enumerate() {
        wanted.entry(place.0).or_default().push(number);
    }
    let mut found = vec![String::new(); places.len()];
    for (number, line) in lines.iter() {
        for &place in wanted.get(&number).into_iter().flatten() {
            let (_, start, end) = places[place];
            found[place] = excerpt(line, text_field, (start, end)).unwrap_or_default();
        }
    }
    found
}

/// The tokens of a text, in their order.
#[pyfunction]
pub(super) fn fold_tokens(text: &str) -> Vec<String> {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, false);
    buffer.normal().split(' ').filter(|token| !token.is_empty()).map(str::to_owned).collect()
}

/// The tokens of a text, joined by spaces.
#[pyfunction]
#[pyo3(signature = (text, mask_numbers=false))]
pub(super) fn normal_form(text: &str, mask_numbers: bool) -> String {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, mask_numbers);
    buffer.normal().to_owned()
}

/// The token hashes of a text as `uint32` bytes.
#[pyfunction]
pub(super) fn token_hashes(py: Python<'_>, text: &str) -> Py<PyBytes> {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, false);
    bytes_of_u32(py, buffer.hashes())
}

/// The 16 bytes of a block's fingerprint, little-endian.
#[pyfunction]
#[pyo3(signature = (text, mask_numbers=false))]
pub(super) fn fingerprint(py: Python<'_>, text: &str, mask_numbers: bool) -> Py<PyBytes> {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, mask_numbers);
    PyBytes::new(py, &buffer.fingerprint(text).to_le_bytes()).unbind()
}

/// Whether two texts differ in numbers only, each run of which is one: digits, and Chinese numerals.
#[pyfunction]
pub(super) fn differ_in_numbers_only(left: &str, right: &str) -> bool {
    let hashes = |text| {
        let mut buffer = TokenBuffer::default();
        buffer.read(text, false);
        buffer.hashes().to_vec()
    };
    numerals::differ_in_values_only(&hashes(left), &hashes(right))
}

/// Whether two texts differ in names only, and in numbers where `numbers` keeps these apart too.
#[pyfunction]
pub(super) fn differ_in_names_only(left: &str, right: &str, numbers: &str) -> PyResult<bool> {
    Ok(texts_differ_in_names_only(left, right, numbers_of(numbers)?))
}

/// Whether two normal forms are alike by their tokens, or not both of a script without spaces.
#[pyfunction]
pub(super) fn alike_by_tokens(left: &str, right: &str, threshold: f64) -> bool {
    are_alike_by_tokens(left, right, threshold)
}

/// The similarity of two normal forms by their characters, if it is `least` or more.
#[pyfunction]
pub(super) fn similarity(left: &str, right: &str, least: f64) -> Option<f64> {
    Similarity::default().of(left, right, least)
}

/// Where code points start and end.
type PySpan = (u32, u32);

/// The code points in which two texts differ that are the same but for numbers, or but for names and
/// vetoed numbers: of the left one, and of the right one; nothing for other texts.
#[pyfunction]
pub(super) fn differences(
    left: &str,
    right: &str,
    numbers: &str,
) -> PyResult<Vec<(PySpan, PySpan)>> {
    let found = differences_of_texts(left, right, numbers_of(numbers)?).into_iter();
    Ok(found.map(|[one, other]| ((one.start, one.end), (other.start, other.end))).collect())
}

/// The code-point spans of a text's blocks.
#[pyfunction]
pub(super) fn split(text: &str, unit: &str) -> PyResult<Vec<(u32, u32)>> {
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
pub(super) fn shingles(py: Python<'_>, text: &str, size: usize) -> Py<PyBytes> {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, false);
    let set = shingle_set(buffer.hashes(), size);
    let bytes: Vec<u8> = set.iter().flat_map(|value| value.to_le_bytes()).collect();
    PyBytes::new(py, &bytes).unbind()
}

/// Signatures of sets of 32-bit items: `uint32 (n, 128)` bytes, row-major.
#[pyfunction]
pub(super) fn signatures(
    py: Python<'_>,
    items: Vec<Vec<u8>>,
    a: &[u8],
    b: &[u8],
) -> PyResult<Py<PyBytes>> {
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
#[pyo3(signature = (texts, size, a, b, threads, mask_numbers=false))]
pub(super) fn sign_texts(
    py: Python<'_>,
    texts: Vec<Bound<'_, PyString>>,
    size: usize,
    a: &[u8],
    b: &[u8],
    threads: usize,
    mask_numbers: bool,
) -> PyResult<Py<PyBytes>> {
    let permutations = permutations_of(a, b)?;
    let texts = borrow(&texts)?;
    let powers = Powers::of(size.max(1));
    let pool = pool_of(threads)?;
    let sign_one = |scratch: &mut Scratch, row: &mut [u8], text: &str| {
        scratch.buffer.read(text, mask_numbers);
        scratch.items.clear();
        extend_items(scratch.path, scratch.buffer.hashes(), &powers, &mut scratch.items);
        sign(scratch.path, &mut scratch.items, &permutations, &mut scratch.signature);
        for (bytes, slot) in row.as_chunks_mut::<4>().0.iter_mut().zip(&scratch.signature) {
            *bytes = slot.to_le_bytes();
        }
    };
    // Straight into the answer: half a kilobyte a text is not copied for nothing.
    let rows = PyBytes::new_with(py, texts.len() * 4 * SLOTS, |rows| {
        py.detach(|| {
            pool.install(|| {
                rows.par_chunks_exact_mut(4 * SLOTS).zip(&texts).for_each_init(
                    Scratch::new,
                    |scratch, (row, text)| {
                        sign_one(scratch, row, text);
                    },
                );
            });
        });
        Ok(())
    })?;
    Ok(rows.unbind())
}

struct Scratch {
    buffer: TokenBuffer,
    items: Vec<u32>,
    signature: Signature,
    path: Path,
}

impl Scratch {
    fn new() -> Self {
        Self {
            buffer: TokenBuffer::default(),
            items: Vec::new(),
            signature: [0; SLOTS],
            path: Path::best(),
        }
    }
}

/// Why a pattern is no regular expression, or `None`.
#[pyfunction]
pub(super) fn check_pattern(pattern: &str) -> Option<String> {
    compile(pattern).err()
}

/// The instruction sets this machine signs with, fastest last.
#[pyfunction]
pub(super) fn instruction_sets() -> Vec<String> {
    paths().iter().map(|path| format!("{path:?}")).collect()
}

/// Puts removed passages back into cleaned texts; `ledgers[i]` are the ledger lines of `texts[i]`.
#[pyfunction]
pub(super) fn restore_texts(
    texts: Vec<String>,
    ledgers: Vec<Vec<Vec<u8>>>,
) -> PyResult<Vec<String>> {
    texts
        .iter()
        .zip(&ledgers)
        .map(|(text, ledger)| restore_text(text, &borrow_lines(ledger)).map_err(value_error))
        .collect()
}

/// Puts removed passages back into cleaned JSON records.
#[pyfunction]
pub(super) fn restore_records(
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

/// How many sections of a file are as they were written.
#[pyfunction]
pub(super) fn sound_sections(
    py: Python<'_>,
    path: PathBuf,
    marks: Vec<(u64, u64)>,
) -> PyResult<usize> {
    let file = File::open(path)?;
    let marks: Vec<Mark> = marks.into_iter().map(|(end, hash)| Mark { end, hash }).collect();
    Ok(py.detach(|| sections_of(&file, &marks)))
}
