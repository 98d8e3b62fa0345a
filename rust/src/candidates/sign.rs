//! Signatures: 128 minima of affine permutations of 32-bit items, datasketch 2's `affine32`.
//!
//! Each item is premixed once by `MurmurHash3`'s 32-bit finaliser, then slot i takes the minimum of
//! `a_i * x + b_i mod 2^32`, `a_i` odd. Same seed, same permutations, same items: the signature is
//! equal to `datasketch.MinHash(num_perm=128, scheme="affine32").hashvalues`.

use std::ops::Range;

use crate::simd::Path;

/// Slots of a signature.
pub const SLOTS: usize = 128;

/// A signature; an empty set has `u32::MAX` in every slot.
pub type Signature = [u32; SLOTS];

/// The family of permutations, drawn from the policy's seed outside the core.
#[derive(Clone, Debug)]
pub struct Permutations {
    /// Odd factors.
    pub multipliers: [u32; SLOTS],
    /// Addends.
    pub addends: [u32; SLOTS],
}

/// `MurmurHash3`'s finaliser of 32 bits.
#[must_use]
pub const fn mix32(mut value: u32) -> u32 {
    value ^= value >> 16;
    value = value.wrapping_mul(0x85EB_CA6B);
    value ^= value >> 13;
    value = value.wrapping_mul(0xC2B2_AE35);
    value ^ (value >> 16)
}

/// Signs a set of items, which are mixed in place; their order and repeats do not matter.
pub fn sign(path: Path, items: &mut [u32], permutations: &Permutations, out: &mut Signature) {
    sign_range(path, items, permutations, 0..SLOTS, out);
}

/// Like [`sign`], but only the slots of `range` are sure to be written.
pub fn sign_range(
    path: Path,
    items: &mut [u32],
    permutations: &Permutations,
    range: Range<usize>,
    out: &mut Signature,
) {
    path.minima(items, permutations, range, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::paths;

    #[test]
    fn every_instruction_set_gives_the_same_signature() {
        let mut permutations = Permutations { multipliers: [1; SLOTS], addends: [0; SLOTS] };
        for slot in 0..SLOTS {
            permutations.multipliers[slot] = mix32(slot as u32) | 1;
            permutations.addends[slot] = mix32(slot as u32 + 1000);
        }
        for size in [0usize, 1, 2, 7, 8, 31, 32, 33, 1000] {
            let items: Vec<u32> = (0..size as u32).map(|number| mix32(number * 7)).collect();
            let mut expected = [0; SLOTS];
            let all = paths();
            sign(all[0], &mut items.clone(), &permutations, &mut expected);
            for path in all {
                let mut signature = [0; SLOTS];
                sign(path, &mut items.clone(), &permutations, &mut signature);
                assert_eq!(signature, expected, "{path:?}, {size} items");
                let mut part = [0; SLOTS];
                sign_range(path, &mut items.clone(), &permutations, 100..127, &mut part);
                assert_eq!(part[100..127], expected[100..127], "{path:?}, {size} items");
            }
        }
    }
}
