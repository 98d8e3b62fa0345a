//! Several runs that follow one another become one: what they hold is read once, in order, and written.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use hashbrown::HashSet;

use super::disk::file::{Kind, Writer};
use super::disk::filter::FilterWriter;
use super::disk::pairs::{Pair, PairStream, PairWriter};
use super::disk::rows::RowWriter;
use super::fresh::{end_pairs, end_rows, end_sieves, has_filter};
use super::held::Written;
use super::record::{Fate, Held};
use super::share::bits_of;
use super::sieve::SieveWriter;
use super::state::{Placed, State};
use super::streams::{Streams, distinct};
use crate::settings::Numbers;
use crate::tokens::token::TokenBuffer;

/// The blocks that stand in some document, one bit each.
struct Live(Vec<u64>);

impl Live {
    fn of(state: &State, runs: &[Arc<Placed>]) -> io::Result<Self> {
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

/// Writes runs that follow one another as one into an empty file. Where these are all
/// runs (`compact`), removed documents are left out and blocks that stand in none, and nothing refers to
/// either afterwards. Else removed documents stay, since their anchors lead to what repeated them. `stopped`
/// ends it before its time.
///
/// # Errors
/// Those of reading and writing, and where a file is damaged.
pub fn merge(
    state: &State,
    range: Range<usize>,
    compact: bool,
    (file, identity): (&File, [u8; 16]),
    stopped: Option<&AtomicBool>,
) -> io::Result<Written> {
    let others = state.runs[..range.start].iter().chain(&state.runs[range.end..]);
    let others: Vec<u32> = others.map(|placed| placed.blocks()).collect();
    let runs = &state.runs[range];
    let bits = bits_of(runs.iter().map(|placed| placed.blocks()).sum(), &others);
    let live = compact.then(|| Live::of(state, runs)).transpose()?;
    let stays = |node: u32| live.as_ref().is_none_or(|live| live.has(node));
    let mut out = Writer::new(file, identity).stopped_by(stopped);
    for kind in [Kind::Nodes, Kind::Texts] {
        copy_rows(runs, kind, &mut out, |node, row, rows, out| {
            if stays(node) { rows.push(out, node, row) } else { Ok(()) }
        })?;
    }
    let mut sieves = SieveWriter::default();
    for placed in runs {
        let Some(from) = placed.run.sieves() else { continue };
        from.each(&placed.run.file, |node, sieve| {
            if stays(node) { sieves.push(&mut out, node, sieve) } else { Ok(()) }
        })?;
    }
    end_sieves(sieves, &mut out)?;
    let mut freed = Freed::new(state);
    copy_rows(runs, Kind::Documents, &mut out, |number, row, rows, out| {
        if !compact || state.removed.is_empty() {
            return rows.push(out, number, row);
        }
        if !state.is_held(number) {
            return Ok(());
        }
        let mut held = Held::from_bytes(number, row)?;
        let homes = held.homes(&state.settings);
        if state.without_removed(number, &mut held)? {
            freed.add(number, &held, &homes)?;
        }
        rows.push(out, number, &held.to_bytes(number))
    })?;
    let mut kinds: Vec<Kind> = runs.iter().flat_map(|placed| placed.run.kinds()).collect();
    if !freed.pairs.is_empty() {
        kinds.push(Kind::Streams);
    }
    if !freed.homes.is_empty() {
        kinds.push(Kind::Homes);
    }
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let more = freed.take(kind);
        merge_pairs((runs, more), (kind, bits), &mut out, |(key, value)| match kind {
            Kind::Postings | Kind::Ids | Kind::Homes | Kind::Sequences => state.is_held(value),
            Kind::Matches => stays(key) && stays(value),
            Kind::Streams if compact => state.is_held(value) && !freed.documents.contains(&value),
            Kind::Streams => true,
            _ => stays(value),
        })?;
    }
    let (bytes, hash) = out.finish()?;
    let ends = |of: fn(&Placed) -> (u32, u32)| {
        (runs.first().map_or(0, |run| of(run).0), runs.last().map_or(0, |run| of(run).1))
    };
    Ok(Written { nodes: ends(|run| run.nodes), documents: ends(|run| run.documents), bytes, hash })
}

/// Documents of which something is loose now, and stays until it is settled again: its anchors with that.
struct Freed<'a> {
    state: &'a State,
    streams: Streams,
    buffer: TokenBuffer,
    documents: HashSet<u32>,
    pairs: Vec<Pair>,
    homes: Vec<Pair>,
}

impl<'a> Freed<'a> {
    fn new(state: &'a State) -> Self {
        Self {
            state,
            streams: Streams::new(&state.settings),
            buffer: TokenBuffer::default(),
            documents: HashSet::new(),
            pairs: Vec::new(),
            homes: Vec::new(),
        }
    }

    /// Adds a document, and the homes in which it is asked for now and was not.
    fn add(&mut self, number: u32, held: &Held, before: &[u32]) -> io::Result<()> {
        let Self { state, streams, buffer, documents, pairs, homes } = self;
        let new = held.homes(&state.settings).into_iter();
        homes.extend(new.filter(|key| before.binary_search(key).is_err()).map(|key| (key, number)));
        if !state.compares_documents() {
            return Ok(());
        }
        let mut blocks = Vec::with_capacity(held.blocks.len());
        for block in &held.blocks {
            blocks.push(match block.fate {
                Fate::Gone(_) => None,
                _ if block.tokens == 0 => Some(Vec::new()),
                _ => {
                    let text = state.text(block.node)?;
                    buffer.read(&text, state.settings.numbers == Numbers::Mask);
                    Some(buffer.hashes().to_vec())
                }
            });
        }
        let mut anchors = Vec::new();
        streams.salt = held.standing.salt(&state.settings);
        streams.find(blocks.iter().map(Option::as_deref), |anchor, _| anchors.push(anchor));
        documents.insert(number);
        pairs.extend(distinct(anchors).0.into_iter().map(|anchor| (anchor, number)));
        Ok(())
    }

    /// The pairs of a kind in their order.
    fn take(&mut self, kind: Kind) -> Vec<Pair> {
        let mut pairs = match kind {
            Kind::Streams => std::mem::take(&mut self.pairs),
            Kind::Homes => std::mem::take(&mut self.homes),
            _ => Vec::new(),
        };
        pairs.sort_unstable();
        pairs
    }
}

fn copy_rows(
    runs: &[Arc<Placed>],
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

/// Pairs in order, and the next one of them.
struct Head<'a> {
    stream: Source<'a>,
    pair: Pair,
}

/// Pairs of a run, which `stays` is asked about, or others.
enum Source<'a> {
    Run(PairStream<'a>),
    More(std::vec::IntoIter<Pair>),
}

impl Source<'_> {
    fn take(&mut self) -> io::Result<Option<Pair>> {
        match self {
            Self::Run(stream) => stream.take(),
            Self::More(pairs) => Ok(pairs.next()),
        }
    }
}

fn merge_pairs(
    (runs, more): (&[Arc<Placed>], Vec<Pair>),
    (kind, bits): (Kind, f64),
    out: &mut Writer<'_>,
    stays: impl Fn(Pair) -> bool,
) -> io::Result<()> {
    let held: u64 = runs.iter().map(|placed| placed.run.count(kind)).sum();
    let count = held + more.len() as u64;
    let mut filter = has_filter(kind).then(|| FilterWriter::new(kind, count, bits));
    let mut heads = Vec::new();
    for placed in runs {
        if let Some(mut stream) = placed.run.stream(kind)
            && let Some(pair) = stream.take()?
        {
            heads.push(Head { stream: Source::Run(stream), pair });
        }
    }
    let mut more = more.into_iter();
    heads.extend(more.next().map(|pair| Head { stream: Source::More(more), pair }));
    let mut pairs = PairWriter::default();
    // A handful of runs: looking at each head costs less than a heap.
    while let Some(least) = (0..heads.len()).min_by_key(|&head| heads[head].pair) {
        let pair = heads[least].pair;
        if matches!(heads[least].stream, Source::More(_)) || stays(pair) {
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
