//! What the raw texts of nodes tell of their tokens, a byte a token, of those that were asked for first.
//!
//! Reading a text for it costs as much as some hundred comparisons, and of a template each text is asked for in many
//! pairs, by one stage after the other.

use std::sync::{PoisonError, RwLock};

use hashbrown::HashMap;

use crate::memory::at_most;
use crate::store::Number;

/// Bytes that are held, at most, where memory has no limit.
const MOST: usize = 32 << 20;

/// Bytes of a row beside its own.
const OF_A_ROW: usize = 2 * size_of::<(Number, u32)>();

/// The rows that are held.
#[derive(Default)]
pub struct Spellings(RwLock<Rows>);

#[derive(Default)]
struct Rows {
    /// Where each begins.
    starts: HashMap<Number, u32>,
    bytes: Vec<u8>,
}

impl Spellings {
    /// What was said of a node, which has so many tokens; `None` where nothing is held.
    pub fn get(&self, node: Number, tokens: u32) -> Option<Box<[u8]>> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let start = *rows.starts.get(&node)? as usize;
        Some(rows.bytes[start..start + tokens as usize].into())
    }

    /// Holds what is said of nodes, a byte for each of their tokens, as long as there is room.
    pub fn add(&self, said: impl Iterator<Item = (Number, impl Iterator<Item = u8>)>) {
        let most = at_most(MOST, 16);
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Rows { starts, bytes } = &mut *rows;
        for (node, row) in said {
            if bytes.len() + starts.len() * OF_A_ROW >= most {
                return;
            }
            starts.entry(node).or_insert_with(|| {
                let start = bytes.len() as u32;
                bytes.extend(row);
                start
            });
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
