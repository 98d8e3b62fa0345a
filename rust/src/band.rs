//! Band keys: one 64-bit hash per band of a signature.

use crate::shingle::{BASE, mix64};
use crate::sign::Signature;

/// The key of one band: slots `band * rows ..` of the signature, with the band's number in it.
///
/// Without the number, band 3 of one block could meet band 7 of another, which the S-curve does
/// not count.
#[must_use]
pub fn band_key(signature: &Signature, band: usize, rows: usize) -> u64 {
    let sum = signature[band * rows..(band + 1) * rows]
        .iter()
        .fold(band as u64 + 1, |sum, &slot| sum.wrapping_mul(BASE).wrapping_add(u64::from(slot)));
    mix64(sum)
}
