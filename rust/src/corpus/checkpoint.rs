//! Checkpoints: what a run has found so far, kept in two files so that another one can go on.
//!
//! While documents are added, the columns of the store only grow. So a checkpoint appends the rows
//! since the last one: tokens to the file they are spooled to anyway, all others as one section. The
//! verified matches make one more section. Of hash tables at most the entries are kept.
//! Files come from the caller, who remembers the marks; a file that was changed in between is noticed
//! by its hashes, and what is read back is checked once more before anything relies on it.

use std::fs::File;
use std::io;

use crate::corpus::Corpus;
use crate::corpus::section::{Mark, Row, SectionReader, SectionWriter, damaged, hash_range};
use crate::memory::columns::Texts;
use crate::plan::hottest::Hot;
use crate::search::audit::Audit;
use crate::store::known::{NodeTable, RawTable};
use crate::store::spool::no_file;
use crate::store::{NONE, Number, Store};

/// Changes with everything that changes what the files hold or mean.
pub const FORMAT: u32 = 8;

/// Bytes of a token in its file.
const TOKEN: u64 = 4;

/// The file of a run's checkpoints, and how much of each column it holds.
pub struct Checkpoints {
    file: File,
    end: u64,
    saved: Vec<usize>,
    /// Bytes of the file of tokens that belong to the last checkpoint.
    tokens: u64,
}

/// Something that is done to every column of a store, always in the same order.
trait Visitor {
    fn column<T: Row>(&mut self, column: &mut Vec<T>) -> io::Result<()>;

    fn texts(&mut self, texts: &mut Texts) -> io::Result<()>;

    /// A table whose entries are a column of their own.
    fn raw_texts(&mut self, table: &mut RawTable) -> io::Result<()>;
}

impl Corpus {
    /// Keeps checkpoints in two empty files; the second one takes the tokens.
    pub fn checkpoint_to(&mut self, file: File, tokens: File) {
        self.spool_to(tokens);
        self.checkpoints = Some(Checkpoints { file, end: 0, saved: Vec::new(), tokens: 0 });
    }

    /// Appends what was added since the last time: the marks of the new section and of the tokens.
    ///
    /// # Errors
    /// Those of writing; what was saved before still counts then.
    pub fn checkpoint(&mut self) -> io::Result<(Mark, Mark)> {
        let Self { store, checkpoints, .. } = self;
        let checkpoints = checkpoints.as_mut().ok_or_else(no_file)?;
        let end = store.tokens.flush()? * TOKEN;
        let file = store.tokens.file().ok_or_else(no_file)?;
        let tokens = Mark { end, hash: hash_range(file, checkpoints.tokens, end)? };
        let mut saver = Saver {
            section: SectionWriter::new(&checkpoints.file, checkpoints.end),
            before: &checkpoints.saved,
            after: Vec::new(),
        };
        if let Err(error) = store.visit(&mut saver) {
            // The room goes back to whoever needs it more.
            let _ = checkpoints.file.set_len(checkpoints.end);
            return Err(error);
        }
        let Saver { section, after, .. } = saver;
        let mark = section.end();
        (checkpoints.end, checkpoints.saved, checkpoints.tokens) = (mark.end, after, end);
        Ok((mark, tokens))
    }

    /// Appends the matches, after a checkpoint that holds all documents.
    ///
    /// # Errors
    /// Those of writing.
    pub fn checkpoint_matches(&mut self) -> io::Result<Mark> {
        let checkpoints = self.checkpoints.take().ok_or_else(no_file)?;
        let mut section = SectionWriter::new(&checkpoints.file, checkpoints.end);
        section.column(&[self.candidates])?;
        section.column(&self.hot.to_rows())?;
        section.column(self.audits.map(Audit::to_row).as_flattened())?;
        section.column(&self.matches)?;
        Ok(section.end())
    }

    /// Reads checkpoints back into an empty corpus, which then goes on with their files.
    ///
    /// ends: where each section ends; tokens: bytes of the tokens' file. Where the last section holds
    /// the matches, no document can be added afterwards.
    ///
    /// # Errors
    /// Those of reading, and where the files hold no checkpoints; the corpus is of no use then.
    pub fn go_on(
        &mut self,
        file: File,
        ends: &[u64],
        tokens: (File, u64),
        matched: bool,
    ) -> io::Result<()> {
        let (tokens, size) = tokens;
        let (last, sections) = ends.split_last().ok_or_else(damaged)?;
        if *last > file.metadata()?.len() {
            return Err(damaged());
        }
        let sections = if matched { sections } else { ends };
        let store = &mut self.store;
        store.document_starts.clear();
        let mut start = 0;
        for &end in sections {
            let mut loader = Loader(SectionReader::new(&file, start, end));
            store.visit(&mut loader)?;
            loader.0.end()?;
            start = end;
        }
        if !size.is_multiple_of(TOKEN) || !store.is_sound(size / TOKEN) {
            return Err(damaged());
        }
        store.tokens.go_on(tokens, size / TOKEN);
        if matched {
            return self.read_matches(SectionReader::new(&file, start, *last));
        }
        store.node_table = NodeTable::of(&store.fingerprints);
        let mut counter = Counter(Vec::new());
        store.visit(&mut counter)?;
        self.checkpoints = Some(Checkpoints { file, end: start, saved: counter.0, tokens: size });
        Ok(())
    }

    fn read_matches(&mut self, mut section: SectionReader<'_>) -> io::Result<()> {
        let (mut counts, mut audits) = (Vec::new(), Vec::<u64>::new());
        let mut hot = Vec::new();
        section.column(&mut counts)?;
        section.column(&mut hot)?;
        section.column(&mut audits)?;
        section.column(&mut self.matches)?;
        section.end()?;
        let nodes = self.store.nodes() as Number;
        let sound = self.matches.iter().all(|one| one.left < one.right && one.right < nodes);
        let [candidates] = counts[..] else { return Err(damaged()) };
        if !sound {
            return Err(damaged());
        }
        let rows = <[_; 3]>::try_from(audits.as_chunks().0).map_err(|_| damaged())?;
        self.audits = rows.map(Audit::from_row);
        self.hot = Hot::of_rows(&hot, self.store.nodes()).ok_or_else(damaged)?;
        self.candidates = candidates;
        self.store.close();
        self.store.forget_normals();
        self.keep_tokens_of_matches().map_err(io::Error::other)
    }
}

impl Store {
    /// Shows every column that only grows while documents are added.
    fn visit<V: Visitor>(&mut self, visitor: &mut V) -> io::Result<()> {
        visitor.texts(&mut self.ids)?;
        visitor.column(&mut self.places)?;
        visitor.texts(&mut self.names)?;
        visitor.column(&mut self.document_characters)?;
        visitor.column(&mut self.document_starts)?;
        visitor.column(&mut self.variants)?;
        visitor.column(&mut self.starts)?;
        visitor.column(&mut self.ends)?;
        visitor.column(&mut self.layouts)?;
        visitor.column(&mut self.variant_nodes)?;
        visitor.raw_texts(&mut self.raw_texts)?;
        visitor.column(&mut self.fingerprints)?;
        visitor.column(&mut self.token_counts)?;
        visitor.column(&mut self.token_rows)?;
        visitor.column(&mut self.tokens.ends)?;
        visitor.column(&mut self.other_texts)?;
        visitor.column(&mut self.normal_rows)?;
        visitor.texts(&mut self.normals)
    }

    /// Whether every number in the columns points to something, and so many tokens are theirs.
    fn is_sound(&self, tokens: u64) -> bool {
        let (documents, blocks) = (self.documents(), self.blocks());
        let (variants, nodes) = (self.variant_nodes.len(), self.nodes());
        let lengths = [
            (self.ids.len(), documents),
            (self.places.len(), documents),
            (self.document_starts.len(), documents + 1),
            (self.starts.len(), blocks),
            (self.ends.len(), blocks),
            (self.layouts.len(), blocks),
            (self.raw_texts.len(), variants),
            (self.token_counts.len(), nodes),
            (self.token_rows.len(), nodes),
            (self.normal_rows.len(), nodes),
        ];
        let below = |numbers: &[Number], end: usize| numbers.iter().all(|&n| (n as usize) < end);
        let rows = |numbers: &[Number], end: usize| {
            numbers.iter().all(|&n| n == NONE || (n as usize) < end)
        };
        lengths.iter().all(|(length, wanted)| length == wanted)
            && self.document_starts.is_sorted()
            && self.document_starts.first() == Some(&0)
            && self.document_starts.last().is_some_and(|&end| end as usize == blocks)
            && self.places.iter().all(|place| (place.name as usize) < self.names.len())
            && below(&self.variants, variants)
            && below(&self.variant_nodes, nodes)
            && self.starts.iter().zip(&self.ends).all(|(start, end)| start <= end)
            && rows(&self.token_rows, self.tokens.len())
            && rows(&self.normal_rows, self.normals.len())
            && self.other_texts.is_sorted()
            && self.other_texts.iter().all(|&(variant, row)| {
                (variant as usize) < variants && (row as usize) < self.tokens.len()
            })
            && self.tokens.ends.is_sorted()
            && self.tokens.ends.last().copied().unwrap_or(0) == tokens
            && [&self.ids, &self.names, &self.normals].into_iter().all(Texts::is_sound)
    }
}

impl Texts {
    fn is_sound(&self) -> bool {
        self.ends.is_sorted()
            && self.ends.last().copied().unwrap_or(0) == self.text.len() as u64
            && self.ends.iter().all(|&end| self.text.is_char_boundary(end as usize))
    }
}

struct Saver<'a> {
    section: SectionWriter<'a>,
    /// Rows of each column that earlier sections hold; nothing before the first one.
    before: &'a [usize],
    after: Vec<usize>,
}

impl Visitor for Saver<'_> {
    fn column<T: Row>(&mut self, column: &mut Vec<T>) -> io::Result<()> {
        let first = self.before.get(self.after.len()).copied().unwrap_or(0);
        self.after.push(column.len());
        self.section.column(&column[first..])
    }

    fn texts(&mut self, texts: &mut Texts) -> io::Result<()> {
        let first = self.before.get(self.after.len()).copied().unwrap_or(0);
        self.after.push(texts.text.len());
        self.section.column(&texts.text.as_bytes()[first..])?;
        self.column(&mut texts.ends)
    }

    fn raw_texts(&mut self, table: &mut RawTable) -> io::Result<()> {
        let first = self.before.get(self.after.len()).copied().unwrap_or(0);
        self.after.push(table.len());
        self.section.column(&table.rows_from(first))
    }
}

struct Loader<'a>(SectionReader<'a>);

impl Visitor for Loader<'_> {
    fn column<T: Row>(&mut self, column: &mut Vec<T>) -> io::Result<()> {
        self.0.column(column)
    }

    fn texts(&mut self, texts: &mut Texts) -> io::Result<()> {
        let mut bytes: Vec<u8> = Vec::new();
        self.0.column(&mut bytes)?;
        texts.text.push_str(std::str::from_utf8(&bytes).map_err(|_| damaged())?);
        self.column(&mut texts.ends)
    }

    fn raw_texts(&mut self, table: &mut RawTable) -> io::Result<()> {
        let mut rows: Vec<u128> = Vec::new();
        self.0.column(&mut rows)?;
        table.reserve(rows.len());
        let end = table.len() + rows.len();
        if rows.into_iter().all(|row| table.enter_row(row, end)) { Ok(()) } else { Err(damaged()) }
    }
}

struct Counter(Vec<usize>);

impl Visitor for Counter {
    fn column<T: Row>(&mut self, column: &mut Vec<T>) -> io::Result<()> {
        self.0.push(column.len());
        Ok(())
    }

    fn texts(&mut self, texts: &mut Texts) -> io::Result<()> {
        self.0.push(texts.text.len());
        self.column(&mut texts.ends)
    }

    fn raw_texts(&mut self, table: &mut RawTable) -> io::Result<()> {
        self.0.push(table.len());
        Ok(())
    }
}
