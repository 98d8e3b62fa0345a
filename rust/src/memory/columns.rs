//! Columns: flat, appended to, and read by number.

use bytemuck::Zeroable;
use bytemuck::allocation::zeroed_vec;

use crate::memory::at_most;

/// Bytes a long column asks for at first. Above the largest size that the C library keeps in its
/// arenas, so the column lies in pages of its own: they cost nothing until they are written, and
/// growing moves no byte. Columns that grew inside arenas left 80 MB of holes behind on a corpus of
/// 305 MB (another allocator, mimalloc, took 160 MB more).
const COLUMN_BYTES: usize = 40 << 20;

/// Under a limit on memory less: some twenty columns are made at once, and what they reserve is not yet
/// counted as held.
fn reserved() -> usize {
    at_most(COLUMN_BYTES, 64)
}

/// An empty column that will be long.
#[must_use]
pub fn column<T>() -> Vec<T> {
    Vec::with_capacity(reserved() / size_of::<T>())
}

/// So many zeros; a long array lies in pages of its own, as columns do.
#[must_use]
pub fn zeros<T: Zeroable>(count: usize) -> Vec<T> {
    const LARGE: usize = 1 << 20;
    if count * size_of::<T>() < LARGE {
        return zeroed_vec(count);
    }
    // When such an array is freed, the C library would from then on keep arrays of its size in arenas.
    let mut zeros = zeroed_vec(count.max(reserved() / size_of::<T>()));
    zeros.truncate(count);
    zeros
}

/// Bytes that a column fills; what it asked for beyond costs no memory.
#[must_use]
pub fn filled<T>(column: &[T]) -> u64 {
    size_of_val(column) as u64
}

/// A column of texts, stored end to end.
pub struct Texts {
    pub(crate) text: String,
    pub(crate) ends: Vec<u64>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { text: String::with_capacity(reserved()), ends: column() }
    }
}

impl Texts {
    /// No text, and no room for any.
    #[must_use]
    pub fn none() -> Self {
        Self { text: String::new(), ends: Vec::new() }
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends one text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u64);
    }

    /// Bytes that the texts and their ends fill.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.text.len() as u64 + filled(&self.ends)
    }

    /// The text of that number.
    #[must_use]
    pub fn get(&self, number: usize) -> &str {
        let start = if number == 0 { 0 } else { self.ends[number - 1] as usize };
        &self.text[start..self.ends[number] as usize]
    }
}
