//! Several runs that follow one another become one: what they hold is read once, in order, and written.

use std::fs::File;
use std::io;
use std::ops::Range;

use super::file::{Kind, Writer};
use super::filter::FilterWriter;
use super::fresh::{end_pairs, end_rows, has_filter};
use super::pairs::{Pair, PairStream, PairWriter};
use super::record::Held;
use super::rows::RowWriter;
use super::state::{Placed, State};

/// The blocks that stand in some document, one bit each.
struct Live(Vec<u64>);

impl Live {
    fn of(state: &State, runs: &[Placed]) -> io::Result<Self> {
        let nodes = runs.last().map_or(0, |placed| placed.nodes.1) as usize;
        let mut live = Self(vec![0; nodes.div_ceil(64)]);
        for placed in runs {
            let Some(mut stream) = placed.run.stream(Kind::Postings) else { continue };
            while let Some((node, document)) = stream.take()? {
                if state.is_held(document)
                    && let Some(word) = live.0.get_mut(node as usize / 64)
                {
                    *word |= 1 << (node % 64);
                }
            }
        }
        Ok(live)
    }

    fn has(&self, node: u32) -> bool {
        self.0.get(node as usize / 64).is_some_and(|word| word >> (node % 64) & 1 == 1)
    }
}

/// Writes runs that follow one another as one into an empty file: its length and hash. Removed documents
/// are left out; where these are all runs (`compact`), so are blocks that stand in none, and nothing
/// refers to either afterwards.
///
/// # Errors
/// Those of reading and writing, and where a file is damaged.
pub fn merge(
    state: &State,
    range: Range<usize>,
    compact: bool,
    (file, identity): (&File, [u8; 16]),
) -> io::Result<(u64, u64)> {
    let runs = &state.runs[range];
    let live = compact.then(|| Live::of(state, runs)).transpose()?;
    let stays = |node: u32| live.as_ref().is_none_or(|live| live.has(node));
    let mut out = Writer::new(file, identity);
    for kind in [Kind::Nodes, Kind::Texts] {
        copy_rows(runs, kind, &mut out, |node, row, rows, out| {
            if stays(node) { rows.push(out, node, row) } else { Ok(()) }
        })?;
    }
    copy_rows(runs, Kind::Documents, &mut out, |number, row, rows, out| {
        if !state.is_held(number) {
            return Ok(());
        }
        if !compact || state.removed.is_empty() {
            return rows.push(out, number, row);
        }
        let mut held = Held::from_bytes(number, row)?;
        held.free(|document| state.is_held(document));
        rows.push(out, number, &held.to_bytes(number))
    })?;
    let mut kinds: Vec<Kind> = runs.iter().flat_map(|placed| placed.run.kinds()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        merge_pairs(runs, kind, &mut out, |(key, value)| match kind {
            Kind::Postings | Kind::Ids => state.is_held(value),
            Kind::Matches => stays(key) && stays(value),
            _ => stays(value),
        })?;
    }
    out.finish()
}

fn copy_rows(
    runs: &[Placed],
    kind: Kind,
    out: &mut Writer<'_>,
    mut copy: impl FnMut(u32, &[u8], &mut RowWriter, &mut Writer<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut rows = RowWriter::new(kind);
    for placed in runs {
        if let Some(from) = placed.run.rows(kind) {
            from.each(&placed.run.file, |number, row| copy(number, row, &mut rows, out))?;
        }
    }
    end_rows(rows, out, kind)
}

/// A stream and its next pair.
struct Head<'a> {
    stream: PairStream<'a>,
    pair: Pair,
}

fn merge_pairs(
    runs: &[Placed],
    kind: Kind,
    out: &mut Writer<'_>,
    stays: impl Fn(Pair) -> bool,
) -> io::Result<()> {
    let count = runs.iter().map(|placed| placed.run.count(kind)).sum();
    let mut filter = has_filter(kind).then(|| FilterWriter::new(count));
    let mut heads = Vec::new();
    for placed in runs {
        if let Some(mut stream) = placed.run.stream(kind)
            && let Some(pair) = stream.take()?
        {
            heads.push(Head { stream, pair });
        }
    }
    let mut pairs = PairWriter::default();
    // A handful of runs: looking at each head costs less than a heap.
    while let Some(least) = (0..heads.len()).min_by_key(|&head| heads[head].pair) {
        let pair = heads[least].pair;
        if stays(pair) {
            pairs.push(out, pair)?;
            if let Some(filter) = &mut filter {
                filter.add(pair.0);
            }
        }
        match heads[least].stream.take()? {
            Some(next) => heads[least].pair = next,
            None => drop(heads.swap_remove(least)),
        }
    }
    end_pairs(pairs, out, kind, filter)
}
