//! Reading the rows of a spool, in memory and in its file: one after the other, or out of turn.

use std::ops::Range;

use crate::store::spool::Spool;

/// Numbers that a reader which goes from row to row reads at one time: 64 KiB of them.
const WINDOW: u64 = 16 << 10;

/// Numbers in a page: 2 KiB of them.
const PAGE: u64 = 512;
/// Pages that a reader keeps of those it was asked for out of turn: 1 MiB of them.
const SLOTS: usize = 512;

/// A place in a spool from which rows are read.
pub struct SpoolReader<'a> {
    spool: &'a Spool,
    window: Vec<u32>,
    /// The first number of the window.
    start: u64,
    /// Numbers of the window that were asked for.
    used: u64,
    pages: Pages,
    /// What was read last that lies in no window and no single page.
    aside: Vec<u32>,
}

impl<'a> SpoolReader<'a> {
    /// A reader of all rows of a spool.
    #[must_use]
    pub fn of(spool: &'a Spool) -> Self {
        let (window, aside) = (Vec::new(), Vec::new());
        Self { spool, window, start: 0, used: 0, pages: Pages::default(), aside }
    }

    /// A row.
    pub fn row(&mut self, row: usize) -> &[u32] {
        let (start, end) = self.spool.bounds(row);
        if let Some(numbers) = self.spool.in_memory(start, end) {
            return numbers;
        }
        if start < self.start {
            // Who goes from row to row looks back now and then, and goes on.
            return self.part(row, 0..(end - start) as usize);
        }
        if end > self.start + self.window.len() as u64 {
            // Eight times as many as were of use the last time: asking costs as much as 600 numbers.
            // Who goes from row to row soon reads whole windows, who leaves most out little in vain.
            let ahead = start + (8 * self.used).min(WINDOW);
            let end = end.max(ahead).min(self.spool.filed);
            self.spool.read(start, end, &mut self.window);
            self.start = start;
            self.used = 0;
        }
        self.used += end - start;
        let first = (start - self.start) as usize;
        &self.window[first..first + (end - start) as usize]
    }

    /// A part of a row, counted in numbers.
    pub fn part(&mut self, row: usize, part: Range<usize>) -> &[u32] {
        let (start, _) = self.spool.bounds(row);
        let (start, end) = (start + part.start as u64, start + part.end as u64);
        if let Some(numbers) = self.spool.in_memory(start, end) {
            return numbers;
        }
        if start == end {
            return &[];
        }
        let (first, last) = (start / PAGE, (end - 1) / PAGE);
        if first == last {
            let page = self.pages.page(self.spool, first);
            return &page[(start % PAGE) as usize..][..(end - start) as usize];
        }
        if last - first > 2 {
            self.spool.read(start, end, &mut self.aside);
            return &self.aside;
        }
        self.aside.clear();
        for number in first..=last {
            let before = number * PAGE;
            let page = self.pages.page(self.spool, number);
            let part = start.saturating_sub(before)..(end - before).min(PAGE);
            self.aside.extend_from_slice(&page[part.start as usize..part.end as usize]);
        }
        &self.aside
    }
}

/// Pages of the file that were asked for out of turn: what repeats is asked for again and again, and a
/// read costs as much as looking at twenty rows.
#[derive(Default)]
struct Pages {
    /// Which page each slot holds, plus one.
    held: Vec<u64>,
    pages: Vec<Vec<u32>>,
}

impl Pages {
    fn page(&mut self, spool: &Spool, number: u64) -> &[u32] {
        if self.held.is_empty() {
            self.held.resize(SLOTS, 0);
            self.pages.resize_with(SLOTS, Vec::new);
        }
        let slot = number as usize % SLOTS;
        let page = &mut self.pages[slot];
        if self.held[slot] != number + 1 {
            let start = number * PAGE;
            spool.read(start, (start + PAGE).min(spool.filed), page);
            self.held[slot] = number + 1;
        }
        page
    }
}
