//! The classes of the module that find records in blocks of bytes.

use pyo3::prelude::*;

use super::convert::value_error;
use crate::records::array::{ArrayScanner as CoreArrayScanner, Broken};
use crate::records::csv::{Fault, Row, RowScanner as CoreRowScanner, Span};
use crate::records::record::MOST_EXTRAS;

/// Finds the records of a JSON array.
#[pyclass]
pub(super) struct ArrayScanner {
    core: CoreArrayScanner,
}

#[pymethods]
impl ArrayScanner {
    #[new]
    fn new() -> Self {
        Self { core: CoreArrayScanner::default() }
    }

    fn feed(&mut self, block: &[u8]) -> PyResult<(Vec<u64>, Option<u64>)> {
        let mut commas = Vec::new();
        let end = self.core.feed(block, &mut commas).map_err(|broken| {
            value_error(match broken {
                Broken::Empty(_) => "nothing stands before a comma or after the last one",
                Broken::Bracket(_) => "a closing brace has no opening one",
            })
        })?;
        Ok((commas, end))
    }
}

/// A row as Python takes it: end, cells, line feeds, fault, the text's and the id's cell, and the
/// others that were asked for.
type PyRow = (u64, u32, u64, u8, Option<Span>, Option<Span>, [Option<Span>; MOST_EXTRAS]);

/// Finds rows of separated values.
#[pyclass]
pub(super) struct RowScanner {
    core: CoreRowScanner,
}

#[pymethods]
impl RowScanner {
    #[new]
    fn new(
        delimiter: u8,
        text: Option<u32>,
        id: Option<u32>,
        extras: [Option<u32>; MOST_EXTRAS],
    ) -> Self {
        let [one, two, three, four] = extras;
        Self { core: CoreRowScanner::new(delimiter, [text, id, one, two, three, four]) }
    }

    fn feed(&mut self, block: &[u8]) -> Vec<PyRow> {
        let mut rows = Vec::new();
        self.core.feed(block, &mut rows);
        rows.iter().map(py_row).collect()
    }

    fn finish(&mut self) -> Option<PyRow> {
        self.core.finish().as_ref().map(py_row)
    }
}

const fn py_row(row: &Row) -> PyRow {
    let fault = match row.fault {
        Fault::None => 0,
        Fault::AfterQuote => 1,
        Fault::Unclosed => 2,
    };
    let [text, id, extras @ ..] = row.wanted;
    (row.end, row.cells, row.line_feeds, fault, text, id, extras)
}
