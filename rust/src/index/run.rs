//! A run: what some commits added, sorted, in one file that never changes.
//!
//! Runs follow one another: the numbers of the blocks and documents that are new in one are above those
//! of all runs before it. Where an older block stands again a run holds its place only.

use std::fs::File;
use std::io;

use super::disk::bytes::damaged;
use super::disk::file::{Kind, RunFile};
use super::disk::filter::Filter;
use super::disk::lines::Lines;
use super::disk::pairs::{Cursor, PairStream, Pairs};
use super::disk::rows::{Near, Rows};
use super::record::{Held, Node};
use super::sieve::{Sieve, Sieves};

/// Keys whose lines of filters are looked for before the first one is read: so the processor waits for many of
/// them at once.
const TOGETHER: usize = 512;

/// An open run.
pub struct Run {
    /// Its file.
    pub file: RunFile,
    rows: [Option<Rows>; 3],
    sieves: Option<Sieves>,
    /// By the numbers of their kinds: looking one up must cost nothing beside its filter.
    pairs: Vec<Option<(Pairs, Option<Filter>)>>,
    /// What was read of the filters.
    lines: Lines,
    /// What identifies its content.
    pub hash: u64,
}

impl Run {
    /// Opens the run of an index; little is read but the directory.
    ///
    /// # Errors
    /// Those of reading, and where the file is not as it was written.
    pub fn open(file: File, identity: [u8; 16]) -> io::Result<Self> {
        let (file, entries, hash) = RunFile::open(file, identity)?;
        let rows = [None, None, None];
        let lines = Lines::new(0);
        let mut run = Self { file, rows, sieves: None, pairs: Vec::new(), lines, hash };
        let mut lines = 0;
        for (part, fences, filter) in entries {
            let place = match part.kind {
                Kind::Nodes => 0,
                Kind::Texts => 1,
                Kind::Documents => 2,
                Kind::Sieves => {
                    run.sieves = Some(Sieves::new(part, &fences)?);
                    continue;
                }
                kind => {
                    let filter = filter.map(|part| Filter::new(part, lines)).transpose()?;
                    lines += filter.as_ref().map_or(0, Filter::lines);
                    let pairs = Pairs::new(part, &fences)?;
                    let place = kind.number() as usize;
                    if run.pairs.len() <= place {
                        run.pairs.resize_with(place + 1, || None);
                    }
                    if run.pairs[place].replace((pairs, filter)).is_some() {
                        return Err(damaged("the directory"));
                    }
                    continue;
                }
            };
            run.rows[place] = Some(Rows::new(part, &fences)?);
        }
        run.lines = Lines::new(lines);
        Ok(run)
    }

    fn pairs(&self, kind: Kind) -> Option<&(Pairs, Option<Filter>)> {
        self.pairs.get(kind.number() as usize)?.as_ref()
    }

    /// The pairs of one kind, where a key may be among them.
    fn pairs_of(&self, kind: Kind, key: u32) -> io::Result<Option<&Pairs>> {
        let Some((pairs, filter)) = self.pairs(kind) else { return Ok(None) };
        let may_have = match filter {
            Some(filter) => filter.may_have(&self.file, &self.lines, key)?,
            None => true,
        };
        Ok(may_have.then_some(pairs))
    }

    /// Sets a bit for each of some keys that may be there.
    ///
    /// # Errors
    /// Those of reading, and where a filter is damaged.
    pub fn sift(&self, keys: &[(Kind, u32)], bit: u64, found: &mut [u64]) -> io::Result<()> {
        let mut looked = Vec::with_capacity(keys.len().min(TOGETHER));
        for (keys, found) in keys.chunks(TOGETHER).zip(found.chunks_mut(TOGETHER)) {
            looked.clear();
            for (place, &(kind, key)) in keys.iter().enumerate() {
                match self.pairs(kind) {
                    Some((_, Some(filter))) => {
                        let bits = filter.look(&self.file, &self.lines, key)?;
                        self.lines.fetch(bits);
                        looked.push((place, bits));
                    }
                    Some((_, None)) => found[place] |= bit,
                    None => {}
                }
            }
            for &(place, bits) in &looked {
                found[place] |= bit * u64::from(self.lines.have(bits));
            }
        }
        Ok(())
    }

    /// For about so many keys of one kind that may be there.
    #[must_use]
    pub fn cursor(&self, kind: Kind, keys: usize) -> Option<Cursor<'_>> {
        self.pairs(kind).map(|(pairs, _)| pairs.cursor(&self.file, keys))
    }

    /// Calls `visit` with each value of a key of one kind, ascending, until it says no.
    ///
    /// # Errors
    /// Those of reading, of `visit`, and where a page is damaged.
    pub fn each(
        &self,
        kind: Kind,
        key: u32,
        visit: &mut impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        match self.pairs_of(kind, key)? {
            Some(pairs) => pairs.each(&self.file, key, visit),
            None => Ok(()),
        }
    }

    /// The same, from the last value to the first.
    ///
    /// # Errors
    /// Those of reading, of `visit`, and where a page is damaged.
    pub fn each_back(
        &self,
        kind: Kind,
        key: u32,
        visit: &mut impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        match self.pairs_of(kind, key)? {
            Some(pairs) => pairs.each_back(&self.file, key, visit),
            None => Ok(()),
        }
    }

    /// What is known of a block; `None` where this run did not add it.
    ///
    /// # Errors
    /// Those of reading, and where a page is damaged.
    pub fn node(&self, number: u32) -> io::Result<Option<Node>> {
        let Some(rows) = &self.rows[0] else { return Ok(None) };
        rows.get(&self.file, number, Node::from_bytes)
    }

    /// The sieve of a block, 0 where this run holds none.
    ///
    /// # Errors
    /// Those of reading, and where a page is damaged.
    pub fn sieve(&self, number: u32) -> io::Result<Sieve> {
        self.sieves.as_ref().map_or(Ok(0), |sieves| sieves.get(&self.file, number))
    }

    /// All sieves, where there are any.
    #[must_use]
    pub fn sieves(&self) -> Option<&Sieves> {
        self.sieves.as_ref()
    }

    /// The first text of a block; `None` where this run holds none.
    ///
    /// # Errors
    /// Those of reading, and where a page is damaged.
    pub fn text(&self, number: u32, near: &mut Near) -> io::Result<Option<String>> {
        let Some(rows) = &self.rows[1] else { return Ok(None) };
        rows.get_near(&self.file, number, near, |bytes| {
            let text = std::str::from_utf8(bytes).map_err(|_| damaged(Kind::Texts.name()))?;
            Ok(text.to_owned())
        })
    }

    /// A document; `None` where this run did not add it.
    ///
    /// # Errors
    /// Those of reading, and where a page is damaged.
    pub fn document(&self, number: u32) -> io::Result<Option<Held>> {
        let Some(rows) = &self.rows[2] else { return Ok(None) };
        rows.get(&self.file, number, |bytes| Held::from_bytes(number, bytes))
    }

    /// The rows of one kind, where there are any.
    #[must_use]
    pub fn rows(&self, kind: Kind) -> Option<&Rows> {
        let place = match kind {
            Kind::Nodes => 0,
            Kind::Texts => 1,
            Kind::Documents => 2,
            _ => return None,
        };
        self.rows[place].as_ref()
    }

    /// All pairs of one kind in order, where there are any.
    #[must_use]
    pub fn stream(&self, kind: Kind) -> Option<PairStream<'_>> {
        self.pairs(kind).map(|(pairs, _)| pairs.stream(&self.file))
    }

    /// The kinds of pairs that it holds.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        let held = (0..).zip(&self.pairs).filter(|(_, pairs)| pairs.is_some());
        held.filter_map(|(number, _)| Kind::of(number))
    }

    /// Pairs of one kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> u64 {
        self.pairs(kind).map_or(0, |(pairs, _)| pairs.count())
    }

    /// Bytes in memory.
    #[must_use]
    pub fn held(&self) -> u64 {
        let rows: u64 = self.rows.iter().flatten().map(Rows::held).sum();
        let pairs = self.pairs.iter().flatten();
        rows + self.sieves.as_ref().map_or(0, Sieves::held)
            + pairs
                .map(|(pairs, filter)| pairs.held() + filter.as_ref().map_or(0, Filter::held))
                .sum::<u64>()
    }

    /// Reads everything, to see that it is as it was written.
    ///
    /// # Errors
    /// Those of reading, and the first damage.
    pub fn check(&self) -> io::Result<()> {
        if let Some(rows) = self.rows(Kind::Nodes) {
            rows.each(&self.file, |_, row| Node::from_bytes(row).map(drop))?;
        }
        if let Some(rows) = self.rows(Kind::Texts) {
            rows.each(&self.file, |_, row| match std::str::from_utf8(row) {
                Ok(_) => Ok(()),
                Err(_) => Err(damaged(Kind::Texts.name())),
            })?;
        }
        if let Some(rows) = self.rows(Kind::Documents) {
            rows.each(&self.file, |number, row| Held::from_bytes(number, row).map(drop))?;
        }
        if let Some(sieves) = &self.sieves {
            sieves.each(&self.file, |_, _| Ok(()))?;
        }
        for kind in self.kinds() {
            let Some((pairs, filter)) = self.pairs(kind) else { continue };
            let mut stream = pairs.stream(&self.file);
            let mut last = (0, 0);
            while let Some(pair) = stream.take()? {
                let in_filter = match filter {
                    Some(filter) => filter.may_have(&self.file, &self.lines, pair.0)?,
                    None => true,
                };
                if pair < last || !in_filter {
                    return Err(damaged(kind.name()));
                }
                last = pair;
            }
            if let Some(filter) = filter {
                filter.check(&self.file)?;
            }
        }
        Ok(())
    }
}
