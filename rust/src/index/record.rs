//! What is kept of blocks and documents, and how it stands in files.

use std::io;

use xxhash_rust::xxh3::xxh3_64;

use super::bytes::{Taker, put, put_bytes};
use crate::layout::Layout;

/// What is known of one different block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// 128-bit hash of the normal form.
    pub fingerprint: u128,
    /// Hash of its first raw text.
    pub raw: u64,
    /// Tokens of the normal form.
    pub tokens: u32,
    /// Its different anchors; none where it is judged by its characters alone.
    pub anchors: u32,
}

impl Node {
    /// As bytes.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(28);
        out.extend_from_slice(&self.fingerprint.to_le_bytes());
        out.extend_from_slice(&self.raw.to_le_bytes());
        put(&mut out, u64::from(self.tokens));
        put(&mut out, u64::from(self.anchors));
        out
    }

    /// From such bytes.
    ///
    /// # Errors
    /// Where they are none.
    pub fn from_bytes(bytes: &[u8]) -> io::Result<Self> {
        let mut taker = Taker::new(bytes, "a page of blocks");
        Ok(Self {
            fingerprint: u128::from_le_bytes(taker.array()?),
            raw: u64::from_le_bytes(taker.array()?),
            tokens: taker.small()?,
            anchors: taker.small()?,
        })
    }
}

/// A block of a document that is held: which document of the index, which block there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockPlace {
    /// Number of the document.
    pub document: u32,
    /// Number of the block in it, from 0.
    pub block: u32,
}

/// What became of a block when its document was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It repeats nothing, or nothing that it may go for.
    Kept,
    /// It repeats that block, and stays by some rule.
    Stays(BlockPlace),
    /// It repeats that block, and goes.
    Gone(BlockPlace),
    /// It repeated a block that was removed since: it is to be settled again.
    Loose,
}

/// One block of a held document.
#[derive(Clone, Copy, Debug)]
pub struct HeldBlock {
    /// Number of its node.
    pub node: u32,
    /// First code point.
    pub start: u32,
    /// End, exclusive.
    pub end: u32,
    /// How it sits among its neighbours.
    pub layout: Layout,
    /// Its tokens.
    pub tokens: u32,
    /// Hash of its raw text, 0 where that is the first one of its node.
    pub spelling: u64,
    /// What became of it.
    pub fate: Fate,
}

/// The hash under which an id is looked up.
#[must_use]
pub fn id_hash(id: &str) -> u32 {
    (xxh3_64(id.as_bytes()) >> 32) as u32
}

/// A held document.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// Where it came from.
    pub source: String,
    /// Its date, as the caller said it.
    pub date: String,
    /// What else the caller said of it, as JSON.
    pub fields: String,
    /// Its code points.
    pub characters: u64,
    /// Nothing would be written of it: its blocks are no keepers.
    pub dropped: bool,
    /// Its blocks.
    pub blocks: Vec<HeldBlock>,
}

impl Held {
    /// Whether no other block may go for this one, which nothing keeps alive: its document is dropped.
    #[must_use]
    pub fn is_mute(&self, block: &HeldBlock) -> bool {
        self.dropped && block.fate == Fate::Kept
    }

    /// Forgets documents that were removed: what repeated a block of theirs is loose.
    pub fn free(&mut self, is_held: impl Fn(u32) -> bool) {
        for block in &mut self.blocks {
            if let Fate::Stays(keeper) | Fate::Gone(keeper) = block.fate
                && !is_held(keeper.document)
            {
                block.fate = Fate::Loose;
                self.dropped = false;
            }
        }
    }

    /// As bytes, given its number.
    #[must_use]
    pub fn to_bytes(&self, number: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.blocks.len() * 16);
        for text in [&self.id, &self.source, &self.date, &self.fields] {
            put_bytes(&mut out, text.as_bytes());
        }
        put(&mut out, self.characters << 1 | u64::from(self.dropped));
        put(&mut out, self.blocks.len() as u64);
        let mut end = 0;
        for block in &self.blocks {
            put(&mut out, u64::from(block.node));
            put(&mut out, u64::from(block.start - end));
            put(&mut out, u64::from(block.end - block.start));
            end = block.end;
            out.extend_from_slice(&block.layout.to_bytes());
            put(&mut out, u64::from(block.tokens));
            let (fate, place) = match block.fate {
                Fate::Kept => (0, None),
                Fate::Stays(place) => (1, Some(place)),
                Fate::Gone(place) => (2, Some(place)),
                Fate::Loose => (3, None),
            };
            out.push(fate | u8::from(block.spelling != 0) << 2);
            if block.spelling != 0 {
                out.extend_from_slice(&block.spelling.to_le_bytes());
            }
            if let Some(place) = place {
                put(&mut out, u64::from(number - place.document));
                put(&mut out, u64::from(place.block));
            }
        }
        out
    }

    /// From such bytes.
    ///
    /// # Errors
    /// Where they are none.
    pub fn from_bytes(number: u32, bytes: &[u8]) -> io::Result<Self> {
        const WHAT: &str = "a page of documents";
        let wrong = || super::bytes::damaged(WHAT);
        let mut taker = Taker::new(bytes, WHAT);
        let (id, source) = (taker.text()?.to_owned(), taker.text()?.to_owned());
        let (date, fields) = (taker.text()?.to_owned(), taker.text()?.to_owned());
        let packed = taker.number()?;
        let count = taker.number()?;
        // No block takes fewer bytes.
        if count > bytes.len() as u64 {
            return Err(wrong());
        }
        let mut blocks = Vec::with_capacity(count as usize);
        let mut last = 0u32;
        for _ in 0..count {
            let node = taker.small()?;
            let start = last.checked_add(taker.small()?).ok_or_else(wrong)?;
            let end = start.checked_add(taker.small()?).ok_or_else(wrong)?;
            last = end;
            let layout = Layout::from_bytes(taker.array()?);
            let tokens = taker.small()?;
            let [flags] = taker.array()?;
            let spelling = if flags & 4 == 0 { 0 } else { u64::from_le_bytes(taker.array()?) };
            let mut place = || {
                let document = number.checked_sub(taker.small()?).ok_or_else(wrong)?;
                Ok::<_, io::Error>(BlockPlace { document, block: taker.small()? })
            };
            let fate = match flags & 3 {
                0 => Fate::Kept,
                1 => Fate::Stays(place()?),
                2 => Fate::Gone(place()?),
                _ => Fate::Loose,
            };
            blocks.push(HeldBlock { node, start, end, layout, tokens, spelling, fate });
        }
        let (characters, dropped) = (packed >> 1, packed & 1 == 1);
        Ok(Self { id, source, date, fields, characters, dropped, blocks })
    }
}
