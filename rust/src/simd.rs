//! The one loop that is worth vector instructions, compiled once per instruction set.
//!
//! The portable body is written so that the compiler vectorises it: 32 slots at a time keep their
//! multipliers, addends and minima in registers (AVX2: 12 of 16). The wrappers only switch the
//! instruction set; the arithmetic is the same integer arithmetic, so all paths agree bit for bit.
#![allow(unsafe_code)]

use crate::sign::{Permutations, SLOTS};

/// Slots computed together.
const LANES: usize = 32;

#[inline(always)]
fn minima(premixed: &[u32], permutations: &Permutations, out: &mut [u32; SLOTS]) {
    for group in 0..SLOTS / LANES {
        let range = group * LANES..(group + 1) * LANES;
        let mut multiplier = [0u32; LANES];
        let mut addend = [0u32; LANES];
        multiplier.copy_from_slice(&permutations.multipliers[range.clone()]);
        addend.copy_from_slice(&permutations.addends[range.clone()]);
        let mut least = [u32::MAX; LANES];
        for &value in premixed {
            for lane in 0..LANES {
                let image = multiplier[lane].wrapping_mul(value).wrapping_add(addend[lane]);
                least[lane] = least[lane].min(image);
            }
        }
        out[range].copy_from_slice(&least);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn minima_avx512(premixed: &[u32], permutations: &Permutations, out: &mut [u32; SLOTS]) {
    minima(premixed, permutations, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn minima_avx2(premixed: &[u32], permutations: &Permutations, out: &mut [u32; SLOTS]) {
    minima(premixed, permutations, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse4.1")]
fn minima_sse41(premixed: &[u32], permutations: &Permutations, out: &mut [u32; SLOTS]) {
    minima(premixed, permutations, out);
}

/// An instruction set that this machine is known to have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Path(Kind);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Sse41,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// Every path this machine can run, slowest first; the portable one is always there.
///
/// On aarch64 the portable body is compiled to NEON, which that architecture always has.
#[must_use]
pub fn paths() -> Vec<Path> {
    let mut found = vec![Path(Kind::Portable)];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("sse4.1") {
            found.push(Path(Kind::Sse41));
        }
        if is_x86_feature_detected!("avx2") {
            found.push(Path(Kind::Avx2));
        }
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
        {
            found.push(Path(Kind::Avx512));
        }
    }
    found
}

impl Path {
    /// The fastest path of this machine; ask once per batch, detection costs about a nanosecond.
    #[must_use]
    pub fn best() -> Self {
        paths().pop().unwrap_or(Self(Kind::Portable))
    }

    /// Minima of all permutations over premixed items; `u32::MAX` in every slot where there are none.
    pub fn minima(self, premixed: &[u32], permutations: &Permutations, out: &mut [u32; SLOTS]) {
        match self.0 {
            Kind::Portable => minima(premixed, permutations, out),
            // SAFETY (all three): a `Path` of this kind is made only by `paths`, and only after
            // the instruction set was detected on this machine.
            #[cfg(target_arch = "x86_64")]
            Kind::Sse41 => unsafe { minima_sse41(premixed, permutations, out) },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { minima_avx2(premixed, permutations, out) },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { minima_avx512(premixed, permutations, out) },
        }
    }
}
