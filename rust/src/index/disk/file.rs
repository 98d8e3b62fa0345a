//! A run's file: parts with a directory behind them, in which every byte is under some hash.
//!
//! The head names the index that the file belongs to, and seeds all hashes: neither a file of another
//! index nor a page of another place passes for one of its own. The directory says where each part is
//! and holds what is kept in memory of it (`fences`); the last bytes say where the directory is.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::bytes::{Taker, damaged, put, put_bytes};

/// The first bytes of every run.
const MAGIC: &[u8; 8] = b"dedupRUN";
/// Magic, and the identity of the index.
const HEAD: u64 = 24;
/// Where the directory begins, its hash.
const TAIL: u64 = 16;
/// Bytes that are written at one time.
const BUFFER: usize = 256 << 10;

/// Changes with everything that changes what the files hold or mean.
pub const FORMAT: u32 = 8;

/// Puts the hash into the first eight bytes of a page that stands at some place of its part.
#[must_use]
pub fn sealed(mut page: Vec<u8>, place: u64) -> Vec<u8> {
    let hash = xxh3_64_with_seed(&page[8..], place);
    page[..8].copy_from_slice(&hash.to_le_bytes());
    page
}

/// Whether a page is as it was sealed.
///
/// # Errors
/// Where it is not.
pub fn unsealed(page: &[u8], place: u64, name: &str) -> io::Result<()> {
    let (hash, rest) = page.split_first_chunk::<8>().ok_or_else(|| damaged(name))?;
    if u64::from_le_bytes(*hash) != xxh3_64_with_seed(rest, place) {
        return Err(damaged(name));
    }
    Ok(())
}

/// What a part of a run holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// What is known of each different block, by its number.
    Nodes,
    /// Their first texts, where these may be asked for.
    Texts,
    /// The documents, by their numbers.
    Documents,
    /// From a quarter of a fingerprint to blocks.
    Fingerprints,
    /// From a block to the documents in which it stands.
    Postings,
    /// From a block to the blocks that it matches.
    Matches,
    /// From an anchor to the blocks in which it stands.
    Anchors,
    /// From a hash of an id to documents.
    Ids,
    /// From an anchor of what stays of documents, whatever their breaks, to documents.
    Streams,
    /// What tells of each block, by its number, which others it may match.
    Sieves,
    /// From a home and a block that is kept there to documents.
    Homes,
    /// From a hash of the blocks of a document, in their order, to documents.
    Sequences,
    /// From a key of one band to blocks: bands of words, then those of characters.
    Band(u8),
}

/// Bands of characters come behind as many bands of words.
pub const CHARACTERS: u8 = 128;

impl Kind {
    /// Its number in files.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Nodes => 0,
            Self::Texts => 1,
            Self::Documents => 2,
            Self::Fingerprints => 3,
            Self::Postings => 4,
            Self::Matches => 5,
            Self::Anchors => 6,
            Self::Ids => 7,
            Self::Streams => 8,
            Self::Sieves => 9,
            Self::Homes => 10,
            Self::Sequences => 11,
            Self::Band(band) => 16 + band as u64,
        }
    }

    /// The kind of a number.
    #[must_use]
    pub fn of(number: u64) -> Option<Self> {
        [
            Self::Nodes,
            Self::Texts,
            Self::Documents,
            Self::Fingerprints,
            Self::Postings,
            Self::Matches,
            Self::Anchors,
            Self::Ids,
            Self::Streams,
            Self::Sieves,
            Self::Homes,
            Self::Sequences,
        ]
        .into_iter()
        .find(|kind| kind.number() == number)
        .or_else(|| Some(Self::Band(u8::try_from(number.checked_sub(16)?).ok()?)))
    }

    /// As messages name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nodes => "a page of blocks",
            Self::Texts => "a page of texts",
            Self::Documents => "a page of documents",
            Self::Fingerprints => "a page of fingerprints",
            Self::Postings => "a page of places",
            Self::Matches => "a page of matches",
            Self::Anchors => "a page of anchors",
            Self::Ids => "a page of ids",
            Self::Streams => "a page of stream anchors",
            Self::Sieves => "a page of sieves",
            Self::Homes => "a page of homes",
            Self::Sequences => "a page of sequences",
            Self::Band(_) => "a page of band keys",
        }
    }
}

/// Where a part is.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// What it holds.
    pub kind: Kind,
    /// How many rows or pairs.
    pub rows: u64,
    start: u64,
    end: u64,
}

impl Part {
    /// Bytes of it.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.end - self.start
    }

    /// As messages name it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }
}

/// An open run file.
pub struct RunFile {
    file: File,
}

/// A part, what is held of it in memory, and its filter, as the directory has them.
pub type Entry = (Part, Vec<u8>, Option<Part>);

impl RunFile {
    /// Reads the directory: parts in their order.
    ///
    /// # Errors
    /// Those of reading, and where the file is not a run of that index as it was written.
    pub fn open(file: File, identity: [u8; 16]) -> io::Result<(Self, Vec<Entry>, u64)> {
        let wrong = || damaged("the directory");
        let length = file.metadata()?.len();
        if length < HEAD + TAIL {
            return Err(wrong());
        }
        let mut head = [0; HEAD as usize];
        file.read_exact_at(&mut head, 0)?;
        if head[..8] != *MAGIC || head[8..] != identity {
            return Err(damaged("the head (or it belongs to another index)"));
        }
        let mut tail = [0; TAIL as usize];
        file.read_exact_at(&mut tail, length - TAIL)?;
        let word = |place: usize| {
            u64::from_le_bytes(tail[place..place + 8].try_into().unwrap_or_default())
        };
        let (start, hash) = (word(0), word(8));
        if start < HEAD || start > length - TAIL {
            return Err(wrong());
        }
        let mut directory = vec![0; (length - TAIL - start) as usize];
        file.read_exact_at(&mut directory, start)?;
        if xxh3_64_with_seed(&directory, start) != hash {
            return Err(wrong());
        }
        let mut taker = Taker::new(&directory, "the directory");
        let (mut entries, mut end) = (Vec::new(), HEAD);
        while !taker.is_empty() {
            let kind = Kind::of(taker.number()?).ok_or_else(wrong)?;
            let rows = taker.number()?;
            let mut part = |taker: &mut Taker<'_>| {
                let length = taker.number()?;
                let part = Part { kind, rows, start: end, end: end.saturating_add(length) };
                if part.end > start {
                    return Err(wrong());
                }
                end = part.end;
                Ok(part)
            };
            let data = part(&mut taker)?;
            let filter = part(&mut taker)?;
            let fences = taker.slice()?.to_vec();
            entries.push((data, fences, (filter.length() > 0).then_some(filter)));
        }
        if end != start {
            return Err(wrong());
        }
        Ok((Self { file }, entries, hash))
    }

    /// Bytes of a part.
    ///
    /// # Errors
    /// Those of reading, and where they lie beyond the part.
    pub fn read(&self, part: &Part, start: u64, size: usize) -> io::Result<Vec<u8>> {
        if start.checked_add(size as u64).is_none_or(|end| end > part.length()) {
            return Err(damaged(part.name()));
        }
        // Room for what those who take numbers out of it put behind it.
        let mut bytes = Vec::with_capacity(size + 8);
        bytes.resize(size, 0);
        self.file.read_exact_at(&mut bytes, part.start + start).map_err(|error| {
            if error.kind() == ErrorKind::UnexpectedEof { damaged(part.name()) } else { error }
        })?;
        Ok(bytes)
    }
}

/// Writes a run's file.
pub struct Writer<'a> {
    file: &'a File,
    buffer: Vec<u8>,
    place: u64,
    part: u64,
    directory: Vec<u8>,
    stopped: Option<&'a AtomicBool>,
}

impl<'a> Writer<'a> {
    /// Into an empty file, for the index of that identity.
    #[must_use]
    pub fn new(file: &'a File, identity: [u8; 16]) -> Self {
        let mut buffer = Vec::with_capacity(BUFFER);
        buffer.extend_from_slice(MAGIC);
        buffer.extend_from_slice(&identity);
        Self { file, buffer, place: 0, part: HEAD, directory: Vec::new(), stopped: None }
    }

    /// The same, which fails once someone says that it is to stop.
    #[must_use]
    pub fn stopped_by(self, stopped: Option<&'a AtomicBool>) -> Self {
        Self { stopped, ..self }
    }

    fn end(&self) -> u64 {
        self.place + self.buffer.len() as u64
    }

    /// Bytes that the part has so far.
    #[must_use]
    pub fn in_part(&self) -> u64 {
        self.end() - self.part
    }

    /// Appends bytes to the part.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.stopped.is_some_and(|stopped| stopped.load(Ordering::Relaxed)) {
            return Err(io::Error::other("it was stopped"));
        }
        self.file.write_all_at(&self.buffer, self.place)?;
        self.place += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Ends the part, which has so many rows, with its filter behind it.
    ///
    /// # Errors
    /// Those of writing.
    pub fn end_part(
        &mut self,
        kind: Kind,
        rows: u64,
        fences: &[u8],
        filter: &[u8],
    ) -> io::Result<()> {
        let length = self.in_part();
        if rows > 0 {
            self.write(filter)?;
            put(&mut self.directory, kind.number());
            put(&mut self.directory, rows);
            put(&mut self.directory, length);
            put(&mut self.directory, filter.len() as u64);
            put_bytes(&mut self.directory, fences);
        }
        self.part = self.end();
        Ok(())
    }

    /// Ends the file, which is on the disk then: its length and what identifies its content.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(mut self) -> io::Result<(u64, u64)> {
        let start = self.end();
        let hash = xxh3_64_with_seed(&self.directory, start);
        let directory = std::mem::take(&mut self.directory);
        self.write(&directory)?;
        self.write(&start.to_le_bytes())?;
        self.write(&hash.to_le_bytes())?;
        self.flush()?;
        self.file.sync_all()?;
        Ok((self.place, hash))
    }
}
