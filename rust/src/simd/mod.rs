//! The loops that are worth vector instructions, compiled once per instruction set.
//!
//! Minima, shingles and counts of characters are portable bodies written so that the compiler vectorises them; the wrappers
//! only switch the instruction set. Classes of bytes are looked up by shuffles, for which there is no
//! portable form (`classes`). All of it is integer arithmetic, so all paths agree bit for bit. Beside
//! `memory` this module alone may hold unsafe code.
#![allow(unsafe_code)]

use std::ops::Range;
use std::sync::LazyLock;

use crate::candidates::shingle::{Powers, fill_items};
use crate::candidates::sign::{Permutations, SLOTS, Signature, mix32};
use crate::search::characters::KINDS;
use crate::search::lanes::{LANES as POINTS, near_lanes};
use crate::tokens::bounds::Masks;
use crate::tokens::flatten::BLOCK;

mod ahead;
mod classes;

pub use ahead::fetch;

/// Slots computed together: their multipliers, addends and minima stay in registers (AVX2: 12 of 16).
const LANES: usize = 32;

/// Counts of the kinds of characters.
type Kinds = [u8; KINDS];

/// A window of slots never begins later than this, so that it lies inside the signature.
const LAST_WINDOW: usize = SLOTS - LANES;

// Inlined into every wrapper, so that each is compiled with its own instructions.
#[allow(clippy::inline_always)]
#[inline(always)]
fn minima(
    items: &mut [u32],
    permutations: &Permutations,
    range: Range<usize>,
    out: &mut Signature,
) {
    for value in items.iter_mut() {
        *value = mix32(*value);
    }
    let mut start = range.start;
    while start < range.end {
        let window = start.min(LAST_WINDOW);
        let slots = window..window + LANES;
        let mut multiplier = [0u32; LANES];
        let mut addend = [0u32; LANES];
        multiplier.copy_from_slice(&permutations.multipliers[slots.clone()]);
        addend.copy_from_slice(&permutations.addends[slots.clone()]);
        let mut least = [u32::MAX; LANES];
        for &value in &*items {
            for lane in 0..LANES {
                let image = multiplier[lane].wrapping_mul(value).wrapping_add(addend[lane]);
                least[lane] = least[lane].min(image);
            }
        }
        out[slots].copy_from_slice(&least);
        start = window + LANES;
    }
}

/// One wrapper per instruction set around the portable bodies.
macro_rules! compiled_for {
    ($minima:ident, $items:ident, $near:ident, $features:literal) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $minima(items: &mut [u32], by: &Permutations, range: Range<usize>, out: &mut Signature) {
            minima(items, by, range, out);
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $items(tokens: &[u32], powers: &Powers, out: &mut [u32]) {
            fill_items(tokens, powers, out);
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $near(low: &Kinds, high: &Kinds, columns: &[[u8; POINTS]; KINDS], most: u8) -> u64 {
            near_lanes(low, high, columns, most)
        }
    };
}

compiled_for!(minima_sse41, items_sse41, near_sse41, "sse4.1");
compiled_for!(minima_avx2, items_avx2, near_avx2, "avx2");
compiled_for!(minima_avx512, items_avx512, near_avx512, "avx512f,avx512bw,avx512dq,avx512vl");

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
/// On aarch64 the portable bodies are compiled to NEON, which that architecture always has.
#[must_use]
pub fn paths() -> Vec<Path> {
    let mut found = vec![Path(Kind::Portable)];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("sse4.1") && is_x86_feature_detected!("ssse3") {
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

static BEST: LazyLock<Path> = LazyLock::new(|| paths().pop().unwrap_or(Path(Kind::Portable)));

/// Runs the body of this name for the path's instruction set.
macro_rules! dispatch {
    ($kind:expr, $portable:expr, $sse41:expr, $avx2:expr, $avx512:expr, ($($argument:expr),*)) => {
        match $kind {
            Kind::Portable => $portable($($argument),*),
            // SAFETY (all three): a `Path` of this kind is made only by `paths`, and only after the
            // instruction set was detected on this machine.
            #[cfg(target_arch = "x86_64")]
            Kind::Sse41 => unsafe { $sse41($($argument),*) },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { $avx2($($argument),*) },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { $avx512($($argument),*) },
        }
    };
}

impl Path {
    /// The fastest path of this machine.
    #[must_use]
    pub fn best() -> Self {
        *BEST
    }

    /// Minima of some permutations over items, which are mixed in place; `u32::MAX` where there are
    /// none.
    ///
    /// At least the slots of `range` are written; others may be, with their true values.
    pub fn minima(
        self,
        items: &mut [u32],
        permutations: &Permutations,
        range: Range<usize>,
        out: &mut Signature,
    ) {
        dispatch!(
            self.0,
            minima,
            minima_sse41,
            minima_avx2,
            minima_avx512,
            (items, permutations, range, out)
        );
    }

    /// The items of all windows of a token stream; see `shingle`.
    pub(crate) fn items(self, tokens: &[u32], powers: &Powers, out: &mut [u32]) {
        dispatch!(self.0, fill_items, items_sse41, items_avx2, items_avx512, (tokens, powers, out));
    }

    /// Which points lie near a box; see `lanes`.
    pub(crate) fn near_lanes(
        self,
        low: &Kinds,
        high: &Kinds,
        columns: &[[u8; POINTS]; KINDS],
        most: u8,
    ) -> u64 {
        dispatch!(
            self.0,
            near_lanes,
            near_sse41,
            near_avx2,
            near_avx512,
            (low, high, columns, most)
        )
    }

    /// The classes of some blocks of folded text, into as many masks.
    pub(crate) fn classify(self, blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        dispatch!(
            self.0,
            classes::portable,
            classes::sse41,
            classes::avx2,
            classes::avx512,
            (blocks, masks)
        );
    }
}
