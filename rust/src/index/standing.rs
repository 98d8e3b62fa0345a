//! In which group a document stands, and when: what says with which others it is compared.
//!
//! A policy with groups or a window lets a block go for some of its copies only. So of each block it
//! is noted under which *homes* it may be asked for as a keeper: the group, where only blocks of one
//! group meet, and the stretch of time as wide as the window. Whoever asks looks into the homes that are
//! within reach (`scoped.rs`), as the batch scan does (`kept.rs`), and finds a handful of blocks there,
//! however many copies went.

use hashbrown::HashSet;
use xxhash_rust::xxh3::xxh3_64;

use super::record::{Fate, Held};
use crate::settings::{Scope, Settings};
use crate::store::UNDATED;

/// The group and the time of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Hash of the group's name, 0 for none.
    pub group: u64,
    /// Seconds since 1970, or `UNDATED`.
    pub time: i64,
}

impl Default for Standing {
    fn default() -> Self {
        Self { group: 0, time: UNDATED }
    }
}

impl Standing {
    /// In the group of that name; no name is a group too.
    #[must_use]
    pub fn of(group: &str, time: i64) -> Self {
        let group = if group.is_empty() { 0 } else { xxh3_64(group.as_bytes()) };
        Self { group, time }
    }

    /// Whether a policy lets blocks of two documents meet.
    #[must_use]
    pub fn meets(self, other: Self, settings: &Settings) -> bool {
        let in_group = !settings.grouped || (self.group == other.group) != settings.group_across;
        let is_near = settings.window.is_none_or(|window| {
            self.time != UNDATED
                && other.time != UNDATED
                && self.time.abs_diff(other.time) <= window.unsigned_abs()
        });
        settings.scope != Scope::Within && in_group && is_near
    }

    /// What anchors of streams are mixed with, so that documents of one group meet alone where others
    /// are not compared.
    #[must_use]
    pub fn salt(self, settings: &Settings) -> u32 {
        if has_homes(settings) { (self.group >> 32) as u32 ^ self.group as u32 } else { 0 }
    }

    /// The keys of the homes in which a keeper of a block may stand.
    pub fn reach(self, settings: &Settings, node: u32) -> impl Iterator<Item = u32> {
        let (home, cell) = (self.home(settings), self.cell(settings));
        let around = i64::from(settings.window.is_some());
        let cells = cell.map(|cell| cell.saturating_sub(around)..=cell.saturating_add(around));
        cells.into_iter().flatten().map(move |cell| key(node, home, cell))
    }

    fn home(self, settings: &Settings) -> u64 {
        if has_homes(settings) { self.group } else { 0 }
    }

    /// The stretch of time, of those as wide as the window; `None` for what is near to nothing.
    fn cell(self, settings: &Settings) -> Option<i64> {
        match settings.window {
            None => Some(0),
            Some(_) if self.time == UNDATED => None,
            Some(window) => Some(self.time.div_euclid(window)),
        }
    }
}

impl Held {
    /// The keys of the homes under which its blocks are asked for as keepers, ascending; none where the
    /// policy compares all documents with each other.
    #[must_use]
    pub fn homes(&self, settings: &Settings) -> Vec<u32> {
        let Some(cell) = self.standing.cell(settings).filter(|_| settings.is_scoped()) else {
            return Vec::new();
        };
        let home = self.standing.home(settings);
        let nodes: HashSet<u32> = self
            .blocks
            .iter()
            .filter(|block| {
                matches!(block.fate, Fate::Kept | Fate::Covered(_) | Fate::Loose)
                    && !self.is_mute(block)
            })
            .map(|block| block.node)
            .collect();
        let mut keys: Vec<u32> = nodes.into_iter().map(|node| key(node, home, cell)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Whether only blocks of one group meet.
const fn has_homes(settings: &Settings) -> bool {
    settings.grouped && !settings.group_across
}

fn key(node: u32, home: u64, cell: i64) -> u32 {
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&node.to_le_bytes());
    bytes[4..12].copy_from_slice(&home.to_le_bytes());
    bytes[12..].copy_from_slice(&cell.to_le_bytes());
    (xxh3_64(&bytes) >> 32) as u32
}
