//! What is kept of blocks and documents, and how it stands in files.

use std::io;

use xxhash_rust::xxh3::xxh3_64;

use super::disk::bytes::{Taker, put, put_bytes};
use super::standing::Standing;
use crate::blocks::layout::Layout;

/// Bytes of a fingerprint that are kept beside a block: by the others it is looked up (`fresh.rs`).
const KEPT: usize = 12;

/// The part of a fingerprint that is kept beside a block.
#[must_use]
pub const fn kept_part(fingerprint: u128) -> u128 {
    fingerprint & ((1 << (8 * KEPT)) - 1)
}

/// What is known of one different block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// 128-bit hash of the normal form; without what it is looked up by, where it was read.
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
        out.extend_from_slice(&self.fingerprint.to_le_bytes()[..KEPT]);
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
        let mut fingerprint = [0; 16];
        fingerprint[..KEPT].copy_from_slice(taker.bytes(KEPT)?);
        Ok(Self {
            fingerprint: kept_part(u128::from_le_bytes(fingerprint)),
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

/// Where the tokens of a block stand once more, in blocks of a held document that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first of these blocks.
    pub first: BlockPlace,
    /// Tokens of it before them.
    pub offset: u32,
    /// The last of these blocks.
    pub last: u32,
    /// Tokens of that one up to their end.
    pub end: u32,
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
    /// It repeats no block that it goes for, but its tokens stand there: it goes, once all blocks are
    /// settled.
    Covered(Stretch),
    /// It repeated a block that was removed since: it is to be settled again.
    Loose,
}

impl Fate {
    /// Whether it may be named as a keeper by others.
    #[must_use]
    pub const fn is_kept(self) -> bool {
        matches!(self, Self::Kept | Self::Covered(_))
    }

    /// The block that it repeats, or in which its tokens begin; `None` where it repeats nothing.
    #[must_use]
    pub fn keeper(self) -> Option<BlockPlace> {
        match self {
            Self::Stays(keeper) | Self::Gone(keeper) => Some(keeper),
            Self::Covered(stretch) => Some(stretch.first),
            Self::Kept | Self::Loose => None,
        }
    }
}

/// Bits beside a block's fate: that it has a spelling, and that its text follows.
const SPELLED: u8 = 8;
const TOLD: u8 = 16;

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

/// A difference, with small ones of either sign as small numbers.
const fn zigzag(difference: u32) -> u64 {
    let sign = (difference.cast_signed() >> 31).cast_unsigned();
    (difference << 1 ^ sign) as u64
}

const fn unzigzag(number: u32) -> u32 {
    number >> 1 ^ (number & 1).wrapping_neg()
}

/// The hash under which an id is looked up.
#[must_use]
pub fn id_hash(id: &str) -> u32 {
    (xxh3_64(id.as_bytes()) >> 32) as u32
}

/// A held document.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// Where it came from.
    pub source: String,
    /// Its date, as the caller said it.
    pub date: String,
    /// What else the caller said of it, as JSON.
    pub fields: String,
    /// Its group and time.
    pub standing: Standing,
    /// Its code points.
    pub characters: u64,
    /// Nothing would be written of it: its blocks are no keepers.
    pub dropped: bool,
    /// Its blocks.
    pub blocks: Vec<HeldBlock>,
    /// The raw texts of those that stay, where these are not the first ones of their nodes; by the block.
    pub spelled: Vec<(u32, String)>,
}

impl Held {
    /// Whether no other block may go for this one, which nothing keeps alive: its document is dropped.
    #[must_use]
    pub fn is_mute(&self, block: &HeldBlock) -> bool {
        self.dropped && block.fate == Fate::Kept
    }

    /// Whether anything of it is loose.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.blocks.iter().any(|block| block.fate == Fate::Loose)
    }

    /// The raw text of a block that stays, where it is not the first one of its node and is known.
    #[must_use]
    pub fn spelling_of(&self, block: u32) -> Option<&str> {
        let found = self.spelled.binary_search_by_key(&block, |&(block, _)| block);
        found.ok().map(|place| self.spelled[place].1.as_str())
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
        // Most blocks are new, and follow one another.
        let (mut end, mut next) = (0, 0);
        for (place, block) in (0..).zip(&self.blocks) {
            put(&mut out, zigzag(block.node.wrapping_sub(next)));
            next = block.node.wrapping_add(1);
            put(&mut out, u64::from(block.start - end));
            put(&mut out, u64::from(block.end - block.start));
            end = block.end;
            out.extend_from_slice(&block.layout.to_bytes());
            put(&mut out, u64::from(block.tokens));
            let fate = match block.fate {
                Fate::Kept => 0,
                Fate::Stays(_) => 1,
                Fate::Gone(_) => 2,
                Fate::Loose => 3,
                Fate::Covered(_) => 4,
            };
            let text = self.spelling_of(place);
            let spelled = SPELLED * u8::from(block.spelling != 0);
            out.push(fate | spelled | (TOLD * u8::from(text.is_some())));
            if block.spelling != 0 {
                out.extend_from_slice(&block.spelling.to_le_bytes());
            }
            if let Some(text) = text {
                put_bytes(&mut out, text.as_bytes());
            }
            if let Some(keeper) = block.fate.keeper() {
                put(&mut out, u64::from(number - keeper.document));
                put(&mut out, u64::from(keeper.block));
            }
            if let Fate::Covered(stretch) = block.fate {
                put(&mut out, u64::from(stretch.offset));
                put(&mut out, u64::from(stretch.last - stretch.first.block));
                put(&mut out, u64::from(stretch.end));
            }
        }
        // Most policies ask for neither.
        if self.standing != Standing::default() {
            out.extend_from_slice(&self.standing.group.to_le_bytes());
            out.extend_from_slice(&self.standing.time.to_le_bytes());
        }
        out
    }

    /// From such bytes.
    ///
    /// # Errors
    /// Where they are none.
    pub fn from_bytes(number: u32, bytes: &[u8]) -> io::Result<Self> {
        const WHAT: &str = "a page of documents";
        let wrong = || super::disk::bytes::damaged(WHAT);
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
        let mut spelled = Vec::new();
        let (mut last, mut next) = (0u32, 0u32);
        for number_of_block in 0..count as u32 {
            let node = next.wrapping_add(unzigzag(taker.small()?));
            next = node.wrapping_add(1);
            let start = last.checked_add(taker.small()?).ok_or_else(wrong)?;
            let end = start.checked_add(taker.small()?).ok_or_else(wrong)?;
            last = end;
            let layout = Layout::from_bytes(taker.array()?);
            let tokens = taker.small()?;
            let [flags] = taker.array()?;
            let spelling =
                if flags & SPELLED == 0 { 0 } else { u64::from_le_bytes(taker.array()?) };
            if flags & TOLD != 0 {
                spelled.push((number_of_block, taker.text()?.to_owned()));
            }
            let place = |taker: &mut Taker<'_>| {
                let document = number.checked_sub(taker.small()?).ok_or_else(wrong)?;
                Ok::<_, io::Error>(BlockPlace { document, block: taker.small()? })
            };
            let fate = match flags & 7 {
                0 => Fate::Kept,
                1 => Fate::Stays(place(&mut taker)?),
                2 => Fate::Gone(place(&mut taker)?),
                3 => Fate::Loose,
                4 => {
                    let (first, offset) = (place(&mut taker)?, taker.small()?);
                    let last = first.block.checked_add(taker.small()?).ok_or_else(wrong)?;
                    Fate::Covered(Stretch { first, offset, last, end: taker.small()? })
                }
                _ => return Err(wrong()),
            };
            blocks.push(HeldBlock { node, start, end, layout, tokens, spelling, fate });
        }
        let mut standing = Standing::default();
        if !taker.is_empty() {
            standing.group = u64::from_le_bytes(taker.array()?);
            standing.time = i64::from_le_bytes(taker.array()?);
        }
        let (characters, dropped) = (packed >> 1, packed & 1 == 1);
        Ok(Self { id, source, date, fields, standing, characters, dropped, blocks, spelled })
    }
}
