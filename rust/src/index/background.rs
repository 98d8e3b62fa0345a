//! A merge in a thread of its own, beside whoever adds and asks. It reads runs, which never change, and writes
//! a file that no one knows yet; what it made is put into their place by the caller, when it asks.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::held::Written;
use super::merge::merge;
use super::state::State;

/// How a merge ended, once it has.
type Outcome = Mutex<Option<io::Result<Written>>>;

/// A merge that was begun. Whoever drops it stops it.
pub struct Background {
    stopped: Arc<AtomicBool>,
    outcome: Arc<(Outcome, Condvar)>,
}

impl Background {
    /// Begins to write some runs that follow one another as one into a new file.
    ///
    /// # Errors
    /// Those of the system, where it gives no thread.
    pub fn begin(
        state: State,
        range: Range<usize>,
        path: PathBuf,
        identity: [u8; 16],
    ) -> io::Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let outcome: Arc<(Outcome, Condvar)> = Arc::default();
        let (stops, told) = (Arc::clone(&stopped), Arc::clone(&outcome));
        let work = move || {
            let merging = || {
                let file = File::options().read(true).write(true).create_new(true).open(path)?;
                merge(&state, range, false, (&file, identity), Some(&stops))
            };
            // Whoever closes the index waits for an answer.
            let made = catch_unwind(AssertUnwindSafe(merging))
                .unwrap_or_else(|_| Err(io::Error::other("a merge ended by a defect of dedup")));
            *told.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
            told.1.notify_all();
        };
        thread::Builder::new().name("dedup-merge".to_owned()).spawn(work)?;
        Ok(Self { stopped, outcome })
    }

    /// How it ended; `None` where it has not within that time. Asked for once.
    #[must_use]
    pub fn ended(&self, within: Duration) -> Option<io::Result<Written>> {
        let outcome = self.outcome.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.outcome.1.wait_timeout_while(outcome, within, |told| told.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.take()
    }

    /// Ends it before its time; what it has written is of no use.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop();
    }
}
