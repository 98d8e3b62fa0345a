//! The index on disk, as Python sees it: one process writes, and asks it nothing while it writes.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::convert::{Threads, borrow, field, permutations_of, settings_of, value_error, words};
use super::here::here;
use super::index_values::{
    Columns, PyBlock, PyDocument, PyMatch, PyRun, PyText, PyTexts, PyVerdict, PyWritten, Scopes,
    failure, place, said_of, standings_of, verdict_of,
};
use crate::corpus::compile;
use crate::index::background::Background;
use crate::index::batch::Batch;
use crate::index::export::{Told, texts};
use crate::index::fresh::Fresh;
use crate::index::held::Written;
use crate::index::list::{DOCUMENTS, Listed, documents, list};
use crate::index::merge::merge;
use crate::index::record::Held;
use crate::index::run::Run;
use crate::index::state::{Placed, State};
use crate::index::texts::{blocks, document_texts};
use crate::memory::give_back;
use crate::reading::read::NewDocument;

/// Documents that were read and looked up, and are not judged yet.
#[pyclass]
pub(super) struct IndexBatch {
    batch: Option<Batch>,
}

/// Works on some threads, or on this one.
fn on<T: Send>(threads: Option<&Threads>, work: impl FnOnce() -> T + Send) -> T {
    match threads {
        Some(threads) => threads.install(work),
        None => work(),
    }
}

fn told(written: Written) -> PyWritten {
    (written.nodes, written.documents, written.bytes, written.hash)
}

fn used() -> PyErr {
    value_error("the batch was decided already")
}

/// How long a merge is waited for at one time.
const WAIT: Duration = Duration::from_millis(50);

/// The state of an index. No lock is waited for in a thread of `pool`: who holds one waits for these threads.
#[pyclass]
pub(super) struct IndexState {
    state: RwLock<State>,
    background: Mutex<Option<Background>>,
    identity: [u8; 16],
    pool: Threads,
    single: Threads,
}

impl IndexState {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn background(&self) -> std::sync::MutexGuard<'_, Option<Background>> {
        self.background.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_run(&self, (path, name, nodes, documents): PyRun) -> std::io::Result<Placed> {
        let run = Run::open(File::open(path)?, self.identity)
            .map_err(|error| std::io::Error::new(error.kind(), format!("{name}: {error}")))?;
        Ok(Placed { run, name, nodes, documents })
    }

    /// Decides on a batch; `remember` makes its documents held. Nothing where the index changed since the
    /// batch was read.
    fn settle(
        &self,
        py: Python<'_>,
        batch: &mut IndexBatch,
        columns: &Columns<'_>,
        remember: bool,
    ) -> PyResult<Option<Vec<PyVerdict>>> {
        let mut batch = batch.batch.take().ok_or_else(used)?;
        let said = said_of(columns)?;
        if said.len() != batch.store.documents() {
            return Err(value_error("the columns are not those of the batch"));
        }
        let (is_plain, is_small) = (batch.is_plain(), batch.alone);
        let pool = (!is_small).then_some(&self.pool);
        let decided = py.detach(|| {
            let guard = self.read();
            let state: &State = &guard;
            if batch.version != state.version {
                return Ok(None);
            }
            let mut verdicts = if said.len() > 1 {
                on(pool, || batch.judge(state));
                // What is decided on one of many documents is little for many threads.
                self.single.install(|| state.decide(&mut batch, &said))
            } else {
                let decide = || {
                    batch.judge(state);
                    state.decide(&mut batch, &said)
                };
                // Of what is plain nothing is split.
                if is_small && !is_plain { here(&self.single, decide) } else { on(pool, decide) }
            }?;
            if remember {
                // Whoever asks waits only until what is ready is put into its place.
                let addition = on(pool, || state.addition(&mut batch, &mut verdicts));
                drop(guard);
                self.write().remember(addition);
            }
            Ok(Some(verdicts))
        });
        let verdicts = decided.map_err(failure)?;
        Ok(verdicts.map(|verdicts| verdicts.into_iter().map(verdict_of).collect()))
    }
}

#[pymethods]
impl IndexState {
    /// An empty one, whose first block and document will have these numbers.
    #[new]
    fn new(
        policy: &Bound<'_, PyDict>,
        permutations: (Vec<u8>, Vec<u8>),
        identity: [u8; 16],
        threads: usize,
    ) -> PyResult<Self> {
        let protect: Option<String> = field(policy, "protect")?;
        let protect = protect.as_deref().map(compile).transpose().map_err(value_error)?;
        let permutations = permutations_of(&permutations.0, &permutations.1)?;
        let state = State::new(settings_of(policy)?, permutations, protect);
        let background = Mutex::new(None);
        let (pool, single) = (Threads::new(threads)?, Threads::new(1)?);
        Ok(Self { state: RwLock::new(state), background, identity, pool, single })
    }

    /// Goes on with these runs and removed documents; what is in no run is forgotten. Runs that are open
    /// stay so.
    fn set(
        &self,
        py: Python<'_>,
        runs: Vec<PyRun>,
        removed: &[u8],
        next: (u32, u32),
    ) -> PyResult<()> {
        let removed = words(removed).into_iter().collect();
        let set = || {
            let mut state = self.write();
            let mut known = std::mem::take(&mut state.runs);
            let mut opened = Vec::with_capacity(runs.len());
            for run in runs {
                match known.iter().position(|placed| placed.name == run.1) {
                    Some(place) => opened.push(known.swap_remove(place)),
                    None => opened.push(Arc::new(self.open_run(run)?)),
                }
            }
            (state.runs, state.removed) = (opened, removed);
            state.fresh = Fresh::new(next.0, next.1);
            state.version += 1;
            Ok(())
        };
        py.detach(set).map_err(failure)
    }

    /// Reads texts and looks their blocks up; `scopes`: the group and the time of each, where the policy asks
    /// for any.
    #[pyo3(signature = (texts, scopes=None))]
    fn ask(
        &self,
        py: Python<'_>,
        texts: Vec<Bound<'_, PyString>>,
        scopes: Option<Scopes<'_>>,
    ) -> PyResult<IndexBatch> {
        let standings = standings_of(scopes, texts.len())?;
        let texts = borrow(&texts)?;
        if let Some(number) = texts.iter().position(|text| text.len() > u32::MAX as usize) {
            return Err(value_error(format!("text {number} of the batch is larger than 4 GiB")));
        }
        let documents: Vec<NewDocument<'_>> = texts
            .into_iter()
            .map(|text| NewDocument { text, id: "", source: "", line: 0 })
            .collect();
        let pool = (!Batch::is_small(&documents)).then_some(&self.pool);
        let batch = py.detach(|| {
            let guard = self.read();
            let state: &State = &guard;
            on(pool, || Batch::new(state, &documents, standings))
        });
        let batch = batch.map_err(failure)?;
        Ok(IndexBatch { batch: Some(batch) })
    }

    /// What becomes of the documents of a batch; nothing is remembered.
    fn check(
        &self,
        py: Python<'_>,
        batch: &mut IndexBatch,
        columns: Columns<'_>,
    ) -> PyResult<Option<Vec<PyVerdict>>> {
        self.settle(py, batch, &columns, false)
    }

    /// The same, and they are remembered.
    fn add(
        &self,
        py: Python<'_>,
        batch: &mut IndexBatch,
        columns: Columns<'_>,
    ) -> PyResult<Option<Vec<PyVerdict>>> {
        self.settle(py, batch, &columns, true)
    }

    /// Forgets documents; their room comes back when all runs are merged.
    fn remove(&self, documents: Vec<u32>) {
        let mut state = self.write();
        state.removed.extend(documents);
        state.version += 1;
    }

    /// The numbers that the next block and document get.
    fn next(&self) -> (u32, u32) {
        let state = self.read();
        (state.fresh.next_node(), state.fresh.next_document())
    }

    /// Documents that are in no run yet.
    fn waiting(&self) -> usize {
        let state = self.read();
        (state.fresh.next_document() - state.fresh.first_document) as usize
    }

    /// Bytes in memory, about: of what is in no run yet, and of what runs keep there.
    fn held(&self) -> (usize, u64) {
        let state = self.read();
        (state.fresh.held(), state.runs.iter().map(|placed| placed.run.held()).sum())
    }

    /// Writes what is in no run yet into a new file.
    fn flush(&self, py: Python<'_>, path: PathBuf, name: String) -> PyResult<PyWritten> {
        let flush = || {
            let file = File::options().read(true).write(true).create_new(true).open(path)?;
            // Others ask meanwhile; the one who writes adds nothing. It works in threads of its own: those that all
            // share may be those of the process that this is a fork of.
            let written = {
                let guard = self.read();
                let state: &State = &guard;
                self.pool.install(|| state.write_fresh(&file, self.identity))?
            };
            let run = Run::open(file, self.identity)?;
            self.write().flushed(run, name, &written);
            Ok(written)
        };
        py.detach(flush).map(told).map_err(failure)
    }

    /// Writes some runs that follow one another as one into a new file; `compact`: they are all runs.
    fn merge(
        &self,
        py: Python<'_>,
        range: (usize, usize),
        compact: bool,
        path: PathBuf,
    ) -> PyResult<PyWritten> {
        let (first, last) = range;
        let merge = || {
            let file = File::options().read(true).write(true).create_new(true).open(path)?;
            let state = self.read().snapshot();
            let merged = merge(&state, first..last, compact, (&file, self.identity), None);
            give_back();
            merged
        };
        py.detach(merge).map(told).map_err(failure)
    }

    /// Begins to do the same in a thread of its own, without `compact`; one at a time.
    fn begin_merge(&self, range: (usize, usize), path: PathBuf) -> PyResult<()> {
        let state = self.read().snapshot();
        let begun = Background::begin(state, range.0..range.1, path, self.identity);
        *self.background() = Some(begun.map_err(failure)?);
        Ok(())
    }

    /// What the merge that was begun has written; `None` while it goes on, for which this waits a little where
    /// that is asked for.
    fn end_merge(&self, py: Python<'_>, wait: bool) -> PyResult<Option<PyWritten>> {
        let end = || {
            let mut background = self.background();
            let within = if wait { WAIT } else { Duration::ZERO };
            let ended = background.as_ref().and_then(|merge| merge.ended(within));
            if ended.is_some() {
                *background = None;
                give_back();
            }
            ended
        };
        py.detach(end).map(|ended| ended.map(told).map_err(failure)).transpose()
    }

    /// Ends the merge that was begun before its time: it writes no more when this returns.
    fn stop_merge(&self, py: Python<'_>) {
        py.detach(|| {
            if let Some(merge) = self.background().take() {
                merge.stop();
                while merge.ended(WAIT).is_none() {}
            }
        });
    }

    /// Puts a merged run in the place of those that it holds; `compact`: nothing is removed any more.
    fn replace(
        &self,
        py: Python<'_>,
        range: (usize, usize),
        compact: bool,
        run: PyRun,
    ) -> PyResult<()> {
        let (first, last) = range;
        let replace = || {
            let placed = self.open_run(run)?;
            let mut state = self.write();
            state.runs.splice(first..last, [Arc::new(placed)]);
            if compact {
                state.removed.clear();
            }
            state.version += 1;
            Ok(())
        };
        py.detach(replace).map_err(failure)
    }

    /// The damage of each run that has any: its name and what is wrong.
    fn verify(&self, py: Python<'_>) -> Vec<(String, String)> {
        let check = |placed: &Arc<Placed>| {
            let error = placed.run.check().err()?;
            Some((placed.name.clone(), error.to_string()))
        };
        py.detach(|| self.read().runs.iter().filter_map(check).collect())
    }

    /// What identifies the content of each run.
    fn hashes(&self) -> Vec<u64> {
        self.read().runs.iter().map(|placed| placed.run.hash).collect()
    }

    /// The number of a document, by its id.
    fn find(&self, py: Python<'_>, id: &str) -> PyResult<Option<u32>> {
        py.detach(|| self.read().find_document(id)).map_err(failure)
    }

    /// Documents from a number on, and where to go on.
    fn documents(&self, py: Python<'_>, first: u32) -> PyResult<(Vec<PyDocument>, u32)> {
        let (found, end) =
            py.detach(|| documents(&self.read(), first, DOCUMENTS)).map_err(failure)?;
        let told =
            |(number, held): (u32, Held)| (number, held.id, held.date, held.source, held.fields);
        Ok((found.into_iter().map(told).collect(), end))
    }

    /// Different blocks from a number on, with their first places, and where to go on.
    fn blocks(&self, py: Python<'_>, first: u32) -> PyResult<(Vec<PyBlock>, u32)> {
        let (found, end) = py.detach(|| blocks(&self.read(), first)).map_err(failure)?;
        let told = |(side, text)| (place(side), text);
        Ok((found.into_iter().map(told).collect(), end))
    }

    /// Documents from a number on, each as its id and the texts of its blocks, and where to go on.
    fn block_texts(&self, py: Python<'_>, first: u32) -> PyResult<(Vec<PyTexts>, u32)> {
        let (found, end) = py.detach(|| document_texts(&self.read(), first)).map_err(failure)?;
        Ok((found.into_iter().map(|one| (one.id, one.texts)).collect(), end))
    }

    /// Documents with their texts from a number on, and where to go on.
    fn texts(&self, py: Python<'_>, first: u32) -> PyResult<(Vec<PyText>, u32)> {
        let (found, end) = py.detach(|| texts(&self.read(), first)).map_err(failure)?;
        let told = |Told { held, text, missing }| {
            let Held { id, date, source, fields, .. } = held;
            (id, date, source, fields, text, missing)
        };
        Ok((found.into_iter().map(told).collect(), end))
    }

    /// Matches of blocks from a number on, some thousands of blocks at a time: see `dedup/_core.pyi`.
    fn matches(&self, py: Python<'_>, first: u32) -> PyResult<(Vec<PyMatch>, u32)> {
        let found = py.detach(|| list(&self.read(), first)).map_err(failure)?;
        let matches = found.0.into_iter().map(|one| {
            let Listed { left, right, relation, scores, template } = one;
            (place(left), place(right), relation, scores.0, scores.1, template)
        });
        Ok((matches.collect(), found.1))
    }
}
