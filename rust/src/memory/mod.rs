//! A limit on memory: beyond it, large arrays lie in a file, of which the system keeps in memory what
//! is in use.
//!
//! The core's arrays grow with the corpus, and its stages read them in any order. So that no stage
//! needs to know of the limit, it is kept below them: the allocator gives a large block a *region* of
//! an unnamed file once the process holds half of what it may, and a thread watches what the process
//! holds. Above the limit it lets go of the pages of all regions. What they hold stays in the file,
//! that is, for the most part, in the system's cache of it, which is free for others to take.
//!
//! The limit is the process's own: the last one that was set counts for all runs. It holds to within
//! 64 MiB, what threads may touch before the watch looks again.

pub mod columns;
pub(crate) mod packed;
pub(crate) mod slots;
pub mod strings;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::fs::File;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

#[cfg_attr(not(target_os = "linux"), path = "no_regions.rs")]
mod regions;

pub use regions::Shortage;
use regions::{PAGE, Regions, advise_large_pages, around_forks, trim};

/// Blocks from this size on may lie in the file: arrays that grow with the corpus, not what a batch
/// needs.
const LARGE: usize = 1 << 20;
/// How often the watch looks, while there are regions: a look takes some microseconds.
const EVERY: Duration = Duration::from_millis(1);
/// How often the allocator is asked for what it keeps: it stops all threads that allocate.
const TRIMMED: Duration = Duration::from_millis(50);
/// What must have come in before pages are let go again, where the rest alone is near the limit.
const STEP: usize = 16 << 20;

/// Allocates by the system's allocator, and beyond the limit in the file.
pub struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Bytes that the process may hold in memory; the largest number where there is no limit.
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);
static STATE: Mutex<State> =
    Mutex::new(State { regions: Regions::new(), watches: 0, watched_by: 0 });
static CHANGED: Condvar = Condvar::new();

/// Nothing may be allocated while it is locked: the allocator locks it.
struct State {
    regions: Regions,
    watches: usize,
    /// The process whose thread runs; 0 for none. A forked process has none of its own.
    watched_by: u32,
}

/// Whether this system can keep a limit.
pub const IS_KEPT: bool = cfg!(target_os = "linux");

/// Sets how many bytes the process may hold in memory; `None` for as many as it likes.
pub fn limit(bytes: Option<usize>) {
    // What found no room under another limit is no matter of this one.
    lock().regions.shortage = None;
    LIMIT.store(bytes.unwrap_or(usize::MAX), Ordering::Relaxed);
}

/// Lets arrays lie in an empty file, which nobody else writes to, in place of an earlier one.
pub fn spill_to(file: File) {
    let status = File::open("/proc/self/statm").ok();
    let earlier = lock().regions.lie_in(file, status);
    // Closed when the lock is free.
    drop(earlier);
}

/// The first array that found no room in the file, if there was one.
#[must_use]
pub fn shortage() -> Option<Shortage> {
    lock().regions.shortage
}

/// Bytes to take at one time where `usual` are taken without a limit: that part of the limit at most.
#[must_use]
pub fn at_most(usual: usize, part: usize) -> usize {
    usual.min((LIMIT.load(Ordering::Relaxed) / part).max(1 << 16))
}

/// Gives back to the system what was freed and its allocator keeps for later, for a process that lives for long.
pub fn give_back() {
    trim();
}

/// Has an array that nobody wrote to yet lie in large pages, if it is large: for what is read in any order
/// these save most of the look-ups of addresses, and the time in which small pages are made one by one.
pub fn spread_out<T>(array: &[T]) {
    let bytes = size_of_val(array);
    if bytes >= 4 * LARGE {
        advise_large_pages(array.as_ptr().cast(), bytes);
    }
}

/// Keeps the limit for as long as it lives.
pub struct Watch(());

impl Watch {
    /// Starts the thread that watches, if it does not run.
    #[must_use]
    pub fn start() -> Self {
        static FORKS: Once = Once::new();
        FORKS.call_once(|| around_forks(hold, go_on, begin_anew));
        let own = std::process::id();
        let mut state = lock();
        state.watches += 1;
        let wanted = std::mem::replace(&mut state.watched_by, own) != own;
        drop(state);
        let thread = std::thread::Builder::new().name("dedup-memory".to_owned());
        if wanted && thread.spawn(watch).is_err() {
            // The limit is not kept then, but nothing else is wrong.
            lock().watched_by = 0;
        }
        Self(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock().watches -= 1;
        CHANGED.notify_all();
    }
}

/// Looks at what the process holds, until nobody wants it any more.
fn watch() {
    let mut least = 0;
    let mut trimmed = Instant::now();
    let mut state = lock();
    while state.watches > 0 {
        if state.regions.is_empty() {
            state = CHANGED.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        // Below the limit, since a busy machine lets the watch wait.
        let limit = LIMIT.load(Ordering::Relaxed) / 8 * 7;
        if state.regions.held().is_some_and(|held| held > limit.max(least)) {
            let most = limit / 16 * 15;
            state.regions.let_go(most);
            if trimmed.elapsed() > TRIMMED {
                drop(state);
                // What threads freed, and the system's allocator keeps for them: a fifth of a small limit.
                trim();
                trimmed = Instant::now();
                state = lock();
            }
            let held = state.regions.held().unwrap_or_default();
            least = if held > most { held + STEP } else { 0 };
        }
        state = CHANGED.wait_timeout(state, EVERY).unwrap_or_else(PoisonError::into_inner).0;
    }
    state.watched_by = 0;
}

thread_local! {
    static HELD: RefCell<Option<MutexGuard<'static, State>>> = const { RefCell::new(None) };
}

/// Locks the state while the process forks: else the child might have it locked by a thread that it
/// does not have.
extern "C" fn hold() {
    HELD.set(Some(lock()));
}

/// In the parent: the child may read what the regions hold, so their places are not used again.
extern "C" fn go_on() {
    if let Some(mut state) = HELD.take() {
        state.regions.keep_places();
    }
}

/// In the child: what it writes to the regions is its own from here on.
extern "C" fn begin_anew() {
    if let Some(mut state) = HELD.take() {
        state.regions.make_private();
    }
}

fn lock() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Whether a block that takes so many bytes more shall lie in the file.
    fn wants_file(&self, more: usize) -> bool {
        let limit = LIMIT.load(Ordering::Relaxed);
        limit != usize::MAX && self.regions.held().is_some_and(|held| held + more > limit / 2)
    }

    fn map(&mut self, bytes: usize) -> Option<*mut u8> {
        let block = self.regions.map(bytes);
        CHANGED.notify_all();
        block
    }
}

/// A block of zeros in the file, where it shall lie there.
fn in_file(layout: Layout) -> Option<*mut u8> {
    let possible = layout.size() >= LARGE && layout.align() <= PAGE;
    if !possible || LIMIT.load(Ordering::Relaxed) == usize::MAX {
        return None;
    }
    let mut state = lock();
    state.wants_file(layout.size()).then(|| state.map(layout.size())).flatten()
}

// SAFETY: blocks are either the system allocator's or regions, which `Regions` tells apart; only
// blocks of `LARGE` bytes and more are regions.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the system allocator's condition.
        in_file(layout).unwrap_or_else(|| unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above; regions are zeros.
        in_file(layout).unwrap_or_else(|| unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() >= LARGE && lock().regions.unmap(block) {
            return;
        }
        // SAFETY: no region, so it came from the system allocator.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.size() >= LARGE || size >= LARGE {
            let mut state = lock();
            let is_region = layout.size() >= LARGE && state.regions.holds(block);
            if is_region
                && size >= LARGE
                && let Some(moved) = state.regions.resize(block, size)
            {
                return moved;
            }
            let grows = size > layout.size() && state.wants_file(size - layout.size());
            drop(state);
            if is_region || grows {
                // SAFETY: the caller's promise is the condition of `move_to`.
                return unsafe { self.move_to(block, layout, size) };
            }
        }
        // SAFETY: no region, so it came from the system allocator.
        unsafe { System.realloc(block, layout, size) }
    }
}

impl Allocator {
    /// Moves a block to a new one of `size` bytes.
    ///
    /// # Safety
    /// As for `GlobalAlloc::realloc`.
    #[allow(unsafe_code)]
    unsafe fn move_to(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: by the caller's promise `size` is not 0 and fits the alignment; the blocks are
        // different ones, and both are at least as long as what is copied.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
