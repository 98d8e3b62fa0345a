//! The one loop that is worth vector instructions, compiled once per instruction set.
//!
//! The portable body is written so that the compiler vectorises it: 32 slots at a time keep their
//! multipliers, addends and minima in registers (AVX2: 12 of 16). The wrappers only switch the
//! instruction set; the arithmetic is the same integer arithmetic, so all paths agree bit for bit.
#![allow(unsafe_code)]

use std::ops::Range;

use crate::sign::{Permutations, SLOTS, Signature};

/// Slots computed together.
pub const LANES: usize = 32;

/// A window of slots never begins later than this, so that it lies inside the signature.
const LAST_WINDOW: usize = SLOTS - LANES;

// Inlined into every wrapper, so that each is compiled with its own instructions.
#[allow(clippy::inline_always)]
#[inline(always)]
fn minima(premixed: &[u32], permutations: &Permutations, range: Range<usize>, out: &mut Signature) {
    let mut start = range.start;
    while start < range.end {
        let window = start.min(LAST_WINDOW);
        let slots = window..window + LANES;
        let mut multiplier = [0u32; LANES];
        let mut addend = [0u32; LANES];
        multiplier.copy_from_slice(&permutations.multipliers[slots.clone()]);
        addend.copy_from_slice(&permutations.addends[slots.clone()]);
        let mut least = [u32::MAX; LANES];
        for &value in premixed {
            for lane in 0..LANES {
                let image = multiplier[lane].wrapping_mul(value).wrapping_add(addend[lane]);
                least[lane] = least[lane].min(image);
            }
        }
        out[slots].copy_from_slice(&least);
        start = window + LANES;
    }
}

/// One wrapper per instruction set around the portable body.
macro_rules! compiled_for {
    ($name:ident, $features:literal) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $name(items: &[u32], by: &Permutations, range: Range<usize>, out: &mut Signature) {
            minima(items, by, range, out);
        }
    };
}

compiled_for!(minima_sse41, "sse4.1");
compiled_for!(minima_avx2, "avx2");
compiled_for!(minima_avx512, "avx512f,avx512bw,avx512dq,avx512vl");

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

    /// Minima of some permutations over premixed items; `u32::MAX` where there are no items.
    ///
    /// At least the slots of `range` are written; others may be, with their true values.
    pub fn minima(
        self,
        items: &[u32],
        permutations: &Permutations,
        range: Range<usize>,
        out: &mut Signature,
    ) {
        match self.0 {
            Kind::Portable => minima(items, permutations, range, out),
            // SAFETY (all three): a `Path` of this kind is made only by `paths`, and only after
            // the instruction set was detected on this machine.
            #[cfg(target_arch = "x86_64")]
            Kind::Sse41 => unsafe { minima_sse41(items, permutations, range, out) },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { minima_avx2(items, permutations, range, out) },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { minima_avx512(items, permutations, range, out) },
        }
    }
}
