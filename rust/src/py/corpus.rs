//! A run over a corpus, as Python sees it.

use std::borrow::Cow;
use std::fs::File;
use std::path::PathBuf;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use super::convert::{
    PyLines, PyLinesRead, Threads, borrow, bytes_of_u32, field, joined, lines_of, permutations_of,
    seconds, settings_of, value_error, words,
};
use crate::corpus::Corpus as CoreCorpus;
use crate::memory::Watch;
use crate::plan::hottest::{Gathered, HotText};
use crate::reading::read::NewDocument;
use crate::records::record::Fields;
use crate::search::audit::Audit;
use crate::search::tune::{Borderline, Level};
use crate::writing::clean::Cleaned;

/// A place in a document, by its number.
type PyPlace = (usize, (u32, u32));

/// Two places at a level: resemblance, containment, whether they differ in numbers or names only.
type PyBorderline = (PyPlace, PyPlace, f64, f64, bool);

/// See `Corpus::tune`.
type PyTuning = (u64, u64, Vec<u64>, Vec<u64>, Vec<(u64, u64, Vec<PyBorderline>)>);

/// Where a section of a file ends, and its hash.
type PyMark = (u64, u64);

/// One run over one corpus; the methods are called in the order of `dedup/_core.pyi`.
#[pyclass]
pub(super) struct Corpus {
    core: CoreCorpus,
    pool: Threads,
    _watch: Watch,
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
        Ok(Self { core, pool: Threads::new(threads)?, _watch: Watch::start() })
    }

    /// Adds documents; `lines` are their numbers in the inputs that the sources name.
    #[pyo3(signature = (texts, ids, sources, lines=None))]
    fn add(
        &mut self,
        py: Python<'_>,
        texts: Vec<Bound<'_, PyString>>,
        ids: Vec<Bound<'_, PyString>>,
        sources: Vec<Bound<'_, PyString>>,
        lines: Option<Vec<u64>>,
    ) -> PyResult<()> {
        let (texts, ids, sources) = (borrow(&texts)?, borrow(&ids)?, borrow(&sources)?);
        if let Some(number) = texts.iter().position(|text| text.len() > u32::MAX as usize) {
            return Err(value_error(format!("text {number} of the batch is larger than 4 GiB")));
        }
        let documents: Vec<NewDocument<'_>> = texts
            .into_iter()
            .zip(ids)
            .zip(sources)
            .zip(lines.unwrap_or_default().into_iter().chain(std::iter::repeat(0)))
            .map(|(((text, id), source), line)| NewDocument { text, id, source, line })
            .collect();
        let Self { core, pool, .. } = self;
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
        extra_fields: Vec<String>,
    ) -> PyLinesRead {
        let lines = lines_of(&lines);
        let extras: Vec<&str> = extra_fields.iter().map(String::as_str).collect();
        let fields = Fields { text: text_field, id: id_field, extras: &extras };
        let Self { core, pool, .. } = self;
        let found = py.detach(|| pool.install(|| core.add_lines(&lines, &fields)));
        let extras = found.extras.into_iter().map(|extra| extra.map(Cow::Owned)).collect();
        (found.documents, found.bad, extras)
    }

    /// Says what share of the corpus will have been read when the next documents are added.
    const fn expect(&mut self, share: f64) {
        self.core.store.expect(share);
    }

    /// Says what the other documents are held against: where the documents of each end, and its name.
    fn hold_against(&mut self, references: Vec<(u32, String)>) -> PyResult<()> {
        let end = references.last().map_or(0, |&(end, _)| end as usize);
        if !references.is_sorted_by_key(|&(end, _)| end) || end > self.core.store.documents() {
            return Err(value_error("no such documents"));
        }
        self.core.store.set_references(references);
        Ok(())
    }

    /// How many distinct blocks all documents have, those that the others are held against too.
    fn distinct(&self) -> usize {
        self.core.store.nodes()
    }

    /// The name of what a document was read from, if the others are held against it.
    fn reference_of(&self, document: usize) -> Option<&str> {
        self.core.store.reference_of(document)
    }

    fn repeated_ids(&self, py: Python<'_>) -> (usize, Option<(String, String)>) {
        let store = &self.core.store;
        let (count, first) = py.detach(|| store.repeated_ids());
        (count, first.map(|document| (store.ids.get(document).to_owned(), store.source(document))))
    }

    fn match_short(&mut self, py: Python<'_>) {
        let Self { core, pool, .. } = self;
        py.detach(|| pool.install(|| core.match_short()));
    }

    #[pyo3(signature = (rank, *, of_documents=false))]
    fn look_again(&mut self, py: Python<'_>, rank: Option<&[u8]>, of_documents: bool) {
        let Self { core, pool, .. } = self;
        let rank = rank
            .map(words)
            .map(|rank| if of_documents { core.store.ranks_of_blocks(&rank) } else { rank });
        py.detach(|| pool.install(|| core.look_again(rank.as_deref())));
    }

    fn match_again(&mut self, py: Python<'_>) {
        let Self { core, pool, .. } = self;
        py.detach(|| pool.install(|| core.match_again()));
    }

    fn r#match(&mut self, py: Python<'_>) {
        let Self { core, pool, .. } = self;
        py.detach(|| pool.install(|| core.find_matches()));
    }

    fn end_matching(&mut self, py: Python<'_>) -> PyResult<()> {
        let Self { core, pool, .. } = self;
        let found = py.detach(|| pool.install(|| core.end_matching()));
        found.map_err(PyOSError::new_err)
    }

    /// Opens a file for what is seldom read again.
    fn spool_to(&mut self, path: PathBuf) -> PyResult<()> {
        let file = File::options().read(true).write(true).open(path)?;
        self.core.spool_to(file);
        Ok(())
    }

    /// Keeps checkpoints in two files, which are made or emptied.
    fn checkpoint_to(&mut self, rows: PathBuf, tokens: PathBuf) -> PyResult<()> {
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(true);
        self.core.checkpoint_to(options.open(rows)?, options.open(tokens)?);
        Ok(())
    }

    fn checkpoint(&mut self, py: Python<'_>) -> PyResult<(PyMark, PyMark)> {
        let (rows, tokens) = py.detach(|| self.core.checkpoint())?;
        Ok(((rows.end, rows.hash), (tokens.end, tokens.hash)))
    }

    fn checkpoint_matches(&mut self, py: Python<'_>) -> PyResult<PyMark> {
        let mark = py.detach(|| self.core.checkpoint_matches())?;
        Ok((mark.end, mark.hash))
    }

    /// Reads checkpoints back: the files, where the sections of the first one end, what of the
    /// second one counts, and whether the last section holds the matches.
    fn go_on(
        &mut self,
        py: Python<'_>,
        rows: (PathBuf, Vec<u64>),
        tokens: (PathBuf, u64),
        matched: bool,
    ) -> PyResult<()> {
        let mut options = File::options();
        let options = options.read(true).write(true);
        let ((rows, ends), (tokens, size)) = (rows, tokens);
        let (rows, tokens) = (options.open(rows)?, options.open(tokens)?);
        let Self { core, pool, .. } = self;
        py.detach(|| pool.install(|| core.go_on(rows, &ends, (tokens, size), matched)))?;
        Ok(())
    }

    /// Blocks, those compared with all others, both histograms, and of each level: blocks near it, those
    /// that differ in numbers or names only, and pairs.
    fn tune(&self, py: Python<'_>, levels: Vec<f64>, most: usize) -> PyTuning {
        let found = py.detach(|| self.pool.install(|| self.core.tune(&levels, most)));
        let store = &self.core.store;
        let place = |block: u32| {
            let (document, block) = (store.document_of(block), block as usize);
            (document, (store.starts[block], store.ends[block]))
        };
        let pair = |pair: &Borderline| {
            let places = (place(pair.blocks.0), place(pair.blocks.1));
            (places.0, places.1, pair.resemblance, pair.containment, pair.template)
        };
        let level =
            |level: &Level| (level.blocks, level.templates, level.pairs.iter().map(pair).collect());
        let levels = found.levels.iter().map(level).collect();
        let (pairs, best) = (found.pairs.to_vec(), found.best.to_vec());
        (found.blocks, found.sampled, pairs, best, levels)
    }

    fn block_tokens(&self, py: Python<'_>) -> Py<PyBytes> {
        let store = &self.core.store;
        let tokens: Vec<u32> =
            py.detach(|| (0..store.blocks()).map(|block| store.block_tokens(block)).collect());
        bytes_of_u32(py, &tokens)
    }

    /// `rank`: of each block, or of each document, whose blocks then share it; `groups`, `times`, `dates`:
    /// of each document, or nothing where none is asked for.
    #[pyo3(signature = (rank, groups=None, times=None, dates=None, *, of_documents=false))]
    fn cluster(
        &mut self,
        py: Python<'_>,
        rank: Option<&[u8]>,
        groups: Option<&[u8]>,
        times: Option<&[u8]>,
        dates: Option<&[u8]>,
        of_documents: bool,
    ) -> PyResult<()> {
        let Self { core, pool, .. } = self;
        let mut rank = rank.map(words);
        let (groups, times, dates) = (groups.map(words), times.map(seconds), dates.map(seconds));
        let (documents, blocks) = (core.store.documents(), core.store.blocks());
        let ranks = if of_documents { documents } else { blocks };
        for (found, needed, name) in [
            (rank.as_ref().map_or(ranks, Vec::len), ranks, "ranks"),
            (groups.as_ref().map_or(documents, Vec::len), documents, "groups"),
            (times.as_ref().map_or(documents, Vec::len), documents, "times"),
            (dates.as_ref().map_or(documents, Vec::len), documents, "dates"),
        ] {
            if found != needed {
                return Err(value_error(format!("{found} {name} were given; {needed} are needed")));
            }
        }
        core.store.groups = groups.unwrap_or_default();
        core.store.times = times.unwrap_or_default();
        py.detach(|| {
            if of_documents {
                rank = rank.map(|rank| core.store.ranks_of_blocks(&rank));
            }
            pool.install(|| core.decide(rank.as_deref(), &dates.unwrap_or_default()));
        });
        Ok(())
    }

    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for (name, count) in self.core.counts() {
            counts.set_item(name, count)?;
        }
        Ok(counts)
    }

    fn reference_counts(&self) -> Vec<[u64; 4]> {
        self.core.reference_counts().to_vec()
    }

    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let state = PyDict::new(py);
        for (name, bytes) in self.core.state() {
            state.set_item(name, bytes)?;
        }
        Ok(state)
    }

    fn hot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let hot = &self.core.hot;
        let made = PyDict::new(py);
        made.set_item("largest", hot.largest)?;
        for (gathered, total) in Gathered::ALL.iter().zip(&hot.totals) {
            made.set_item(gathered.name(), total)?;
        }
        let (texts, crowds) = self.core.hottest();
        let repeats = PyList::empty(py);
        for text in texts {
            repeats.append(hot_text(py, &self.core, text)?)?;
        }
        let told = PyList::empty(py);
        for (crowd, central) in crowds {
            let row = hot_text(py, &self.core, central)?;
            row.set_item("gathered", crowd.gathered.name())?;
            for (name, count) in [
                ("buckets", crowd.buckets),
                ("members", crowd.members),
                ("copies", crowd.copies),
                ("documents", crowd.documents),
                ("pairs", crowd.pairs),
                ("compared", crowd.compared),
            ] {
                row.set_item(name, count)?;
            }
            told.append(row)?;
        }
        made.set_item("repeats", repeats)?;
        made.set_item("crowds", told)?;
        Ok(made)
    }

    fn audits(&self) -> [[u64; 7]; 3] {
        self.core.audits.map(Audit::to_row)
    }

    fn kind_totals(&self, py: Python<'_>) -> Vec<(&'static str, bool, u64, u64, u64)> {
        let mut totals: Vec<_> = py
            .detach(|| self.pool.install(|| self.core.kind_totals()))
            .into_iter()
            .map(|((kind, kept), total)| (kind, kept, total[0], total[1], total[2]))
            .collect();
        totals.sort_unstable();
        totals
    }

    fn cluster_line(&self, py: Python<'_>, number: usize, members: usize) -> (Py<PyBytes>, usize) {
        let (line, all) = self.core.cluster_line(number, members);
        (PyBytes::new(py, &line).unbind(), all)
    }

    fn clusters(
        &self,
        py: Python<'_>,
        cluster: usize,
        member: usize,
    ) -> PyResult<(Py<PyBytes>, usize, usize)> {
        let (lines, (cluster, member)) =
            py.detach(|| self.pool.install(|| self.core.cluster_lines((cluster, member))));
        Ok((joined(py, &lines)?, cluster, member))
    }

    fn versions(&self, py: Python<'_>, story: usize, member: usize) -> (Py<PyBytes>, usize, usize) {
        let (lines, (story, member)) = py.detach(|| self.core.version_lines((story, member)));
        (PyBytes::new(py, &lines).unbind(), story, member)
    }

    fn longest_stories(
        &self,
        py: Python<'_>,
        count: usize,
    ) -> Vec<(usize, usize, usize, [u64; 4])> {
        py.detach(|| self.core.longest_stories(count))
    }

    fn largest(&self, py: Python<'_>, count: usize) -> Vec<usize> {
        py.detach(|| self.core.largest(count))
    }

    fn match_count(&mut self, py: Python<'_>) -> usize {
        py.detach(|| self.core.match_count())
    }

    fn matches(&self, py: Python<'_>, low: usize, high: usize) -> Py<PyBytes> {
        let lines = py.detach(|| self.core.match_lines(low..high));
        PyBytes::new(py, &lines).unbind()
    }

    fn similar_documents(&self, most: usize) -> Vec<(u32, u32, f64)> {
        let similar = self.core.similar().iter().take(most);
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
        let lines = lines_of(&lines);
        let cleaned = py
            .detach(|| {
                self.pool.install(|| self.core.clean_lines(first_document, &lines, text_field))
            })
            .map_err(|(line, reason)| value_error(format!("{}:{line}: {reason}", lines.name)))?;
        let rest = joined(py, &cleaned.rest)?;
        Ok((rest, joined(py, &cleaned.ledger)?, cleaned.documents))
    }
}

/// What every row of the hottest repeats has: document, span, text and tokens.
fn hot_text<'py>(
    py: Python<'py>,
    core: &CoreCorpus,
    text: &HotText,
) -> PyResult<Bound<'py, PyDict>> {
    let (store, block) = (&core.store, text.block as usize);
    let row = PyDict::new(py);
    row.set_item("document", store.document_of(text.block))?;
    row.set_item("span", (store.starts[block], store.ends[block]))?;
    row.set_item("text", text.text.as_deref())?;
    row.set_item("tokens", store.block_tokens(block))?;
    row.set_item("copies", text.copies)?;
    row.set_item("documents", text.documents)?;
    Ok(row)
}
