//! In place of `regions` where the system has none: no limit is kept, everything lies in memory.

use std::fs::File;

pub(super) const PAGE: usize = 4096;

/// Why an array had to stay in memory.
#[derive(Clone, Copy, Debug)]
pub struct Shortage {
    /// The system's number for the error.
    pub code: i32,
    /// Bytes that were asked for.
    pub bytes: usize,
}

/// No region.
pub(super) struct Regions {
    pub(super) shortage: Option<Shortage>,
}

#[allow(clippy::unused_self)]
impl Regions {
    pub(super) const fn new() -> Self {
        Self { shortage: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        true
    }

    pub(super) fn lie_in(&mut self, file: File, status: Option<File>) -> (File, Option<File>) {
        (file, status)
    }

    pub(super) fn held(&self) -> Option<usize> {
        None
    }

    pub(super) fn holds(&self, _block: *mut u8) -> bool {
        false
    }

    pub(super) fn map(&mut self, _bytes: usize) -> Option<*mut u8> {
        None
    }

    pub(super) fn resize(&mut self, _block: *mut u8, _bytes: usize) -> Option<*mut u8> {
        None
    }

    pub(super) fn unmap(&mut self, _block: *mut u8) -> bool {
        false
    }

    pub(super) fn keep_places(&mut self) {}

    pub(super) fn make_private(&mut self) {}

    pub(super) fn let_go(&mut self, _: usize) {}
}

pub(super) fn around_forks(
    _before: extern "C" fn(),
    _in_parent: extern "C" fn(),
    _in_child: extern "C" fn(),
) {
}

pub(super) fn trim() {}

pub(super) fn advise_large_pages(_address: *const u8, _bytes: usize) {}
