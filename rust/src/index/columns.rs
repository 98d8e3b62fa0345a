//! The keys of a batch's new blocks by their kinds, sorted: as they are looked up, and as they are held then.

use std::io;

use super::disk::file::Kind;
use super::each::each;
use super::keys::Keys;
use super::levels::{Column, packed};

/// The keys of some blocks, each with its number, which ascend.
///
/// # Errors
/// Never.
pub fn columns(alone: bool, blocks: impl Iterator<Item = (u32, Keys)>) -> io::Result<Vec<Column>> {
    let mut columns: Vec<Column> = Vec::new();
    let mut places = [usize::MAX; 1 << 9];
    for (number, keys) in blocks {
        for (kind, key) in keys.all() {
            let place = &mut places[kind.number() as usize];
            if *place == usize::MAX {
                *place = columns.len();
                columns.push(Column { kind, pairs: Vec::new() });
            }
            columns[*place].pairs.push(packed(key, number));
        }
    }
    if alone {
        for column in &mut columns {
            column.pairs.sort_unstable();
        }
        return Ok(columns);
    }
    let sort = |(): &mut (), place: usize| {
        let mut pairs = columns[place].pairs.clone();
        pairs.sort_unstable();
        Ok(Column { kind: columns[place].kind, pairs })
    };
    each((alone, columns.len()), || (), sort)
}

/// A part of a column.
pub type Piece<'a> = (Kind, &'a [u64]);

/// Columns in pieces of about so many pairs, none of which ends within a key.
#[must_use]
pub fn pieces(columns: &[Column], most: usize) -> Vec<Piece<'_>> {
    let mut made = Vec::new();
    for column in columns {
        let mut rest = column.pairs.as_slice();
        while !rest.is_empty() {
            let mut end = most.min(rest.len());
            while end < rest.len() && rest[end] >> 32 == rest[end - 1] >> 32 {
                end += 1;
            }
            let (piece, others) = rest.split_at(end);
            made.push((column.kind, piece));
            rest = others;
        }
    }
    made
}

/// Pieces in parts of so many pairs at least, but the last one.
#[must_use]
pub fn tasks<'a, 'b>(pieces: &'b [Piece<'a>], least: usize) -> Vec<&'b [Piece<'a>]> {
    let (mut made, mut start, mut size) = (Vec::new(), 0, 0);
    for (place, (_, pairs)) in pieces.iter().enumerate() {
        size += pairs.len();
        if size >= least || place + 1 == pieces.len() {
            made.push(&pieces[start..=place]);
            (start, size) = (place + 1, 0);
        }
    }
    made
}
