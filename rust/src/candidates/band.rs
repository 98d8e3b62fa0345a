//! Band keys: one 64-bit hash per band of a signature.

use crate::candidates::shingle::{Powers, mix64};
use crate::candidates::sign::Signature;

/// Makes the keys of bands of some number of rows.
pub struct BandKeys {
    rows: usize,
    powers: Powers,
}

impl BandKeys {
    /// For bands of `rows` slots, at least one.
    #[must_use]
    pub fn of(rows: usize) -> Self {
        Self { rows, powers: Powers::of(rows + 1) }
    }

    /// The key of one band: slots `band * rows ..` of the signature, with the band's number before them.
    ///
    /// Without the number, band 3 of one block could meet band 7 of another, which the S-curve does
    /// not count.
    #[inline]
    #[must_use]
    pub fn key(&self, signature: &Signature, band: usize) -> u64 {
        let slots = &signature[band * self.rows..(band + 1) * self.rows];
        // No product waits for another, as each would by Horner's rule.
        let (weights, first) = (self.powers.weights(), band as u64 + 1);
        let sum = weights[1..]
            .iter()
            .zip(slots)
            .fold(weights[0].wrapping_mul(first), |sum, (&weight, &slot)| {
                sum.wrapping_add(weight.wrapping_mul(u64::from(slot)))
            });
        mix64(sum)
    }
}
