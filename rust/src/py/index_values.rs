//! What goes in and out of an index, as Python sees it.

use std::path::PathBuf;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::convert::borrow;
use crate::index::list::Side;
use crate::index::standing::Standing;
use crate::index::verdict::{Said, Verdict};
use crate::writing::clean::Cleaned;

/// Damage is a `ValueError`, everything else an `OSError`.
pub(super) fn failure(error: std::io::Error) -> PyErr {
    match error.kind() {
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => {
            PyValueError::new_err(error.to_string())
        }
        _ => match error.raw_os_error() {
            Some(code) => PyOSError::new_err((code, error.to_string())),
            None => error.into(),
        },
    }
}

/// Span here; relation, resemblance, containment, the rule that keeps it; number, id, source, date, span
/// of the other document.
pub(super) type PySighting = (
    (u32, u32),
    &'static str,
    f64,
    f64,
    Option<&'static str>,
    (u32, String, String, String),
    (u32, u32),
);

/// `action`, what is left where that is not the text itself, code points of the blocks, of those that
/// repeat others, the sightings, hot buckets.
pub(super) type PyVerdict = (&'static str, Option<String>, u64, u64, Vec<PySighting>, u32);

pub(super) fn verdict_of(verdict: Verdict) -> PyVerdict {
    let (action, rest) = match verdict.rest {
        Cleaned::Unchanged => ("keep", None),
        Cleaned::Dropped => ("drop", None),
        Cleaned::Changed(rest) => ("clean", Some(rest)),
    };
    let sightings = verdict.sightings.into_iter().map(|one| {
        (one.span, one.relation, one.scores.0, one.scores.1, one.kept, one.other, one.other_span)
    });
    let (all, repeated) = verdict.characters;
    (action, rest, all, repeated, sightings.collect(), verdict.hot)
}

/// What is said of each document of a batch: texts, ids, sources, dates, fields, and of which document on
/// held ones do not count.
pub(super) type Columns<'py> = (
    Vec<Bound<'py, PyString>>,
    Vec<Bound<'py, PyString>>,
    Vec<Bound<'py, PyString>>,
    Vec<Bound<'py, PyString>>,
    Vec<Bound<'py, PyString>>,
    Vec<u32>,
);

/// What is said of each document of a batch, with its text.
pub(super) fn said_of<'a>(columns: &'a Columns<'_>) -> PyResult<Vec<Said<'a>>> {
    let (texts, ids) = (borrow(&columns.0)?, borrow(&columns.1)?);
    let (sources, dates) = (borrow(&columns.2)?, borrow(&columns.3)?);
    let fields = borrow(&columns.4)?;
    Ok(texts
        .into_iter()
        .zip(ids)
        .zip(sources)
        .zip(dates)
        .zip(fields)
        .zip(&columns.5)
        .map(|(((((text, id), source), date), fields), &before)| Said {
            id,
            text,
            source,
            date,
            fields,
            before,
        })
        .collect())
}

/// The name of each document's group, and its time.
pub(super) type Scopes<'py> = (Vec<Bound<'py, PyString>>, Vec<i64>);

/// The group and time of each of so many documents.
pub(super) fn standings_of(scopes: Option<Scopes<'_>>, count: usize) -> PyResult<Vec<Standing>> {
    let Some((groups, times)) = scopes else { return Ok(vec![Standing::default(); count]) };
    if groups.len() != count || times.len() != count {
        return Err(PyValueError::new_err("the scopes are not those of the texts"));
    }
    let groups = borrow(&groups)?;
    Ok(groups.into_iter().zip(times).map(|(group, time)| Standing::of(group, time)).collect())
}

/// A run by the catalogue: its path, name, numbers of blocks and of documents.
pub(super) type PyRun = (PathBuf, String, (u32, u32), (u32, u32));

/// A run that was written: numbers of blocks and of documents, bytes, hash.
pub(super) type PyWritten = ((u32, u32), (u32, u32), u64, u64);

/// Number, id, date, source, fields.
pub(super) type PyDocument = (u32, String, String, String, String);

/// Id, date, source, fields, text, blocks that it lacks.
pub(super) type PyText = (String, String, String, String, String, u32);

/// Id, source, date and span of one side.
pub(super) type PyPlace = (String, String, String, (u32, u32));

/// A block: its first place and its text.
pub(super) type PyBlock = (PyPlace, String);

/// A document: its id and the texts of its blocks.
pub(super) type PyTexts = (String, Vec<String>);

/// Both sides, relation, resemblance, containment, whether they differ in numbers or names only.
pub(super) type PyMatch = (PyPlace, PyPlace, &'static str, f64, f64, bool);

pub(super) fn place(side: Side) -> PyPlace {
    (side.id, side.source, side.date, side.span)
}
