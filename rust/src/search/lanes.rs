//! Points beside one another, one a lane, that are compared with a box at one time.

use crate::search::characters::KINDS;

/// Points that are compared at one time.
pub(crate) const LANES: usize = 64;

/// Bit by bit, the points that lie near a box, of which the lowest and the highest counts are given:
/// the sum of what their counts lack or have beyond it is at most `most`.
///
/// Sums stop at 255, the largest `most`, which they then do not exceed.
// Inlined into a function for each instruction set, see `simd`.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(crate) fn near_lanes(
    low: &[u8; KINDS],
    high: &[u8; KINDS],
    columns: &[[u8; LANES]; KINDS],
    most: u8,
) -> u64 {
    /// Kinds between two looks at whether any point is left.
    const STEP: usize = 4;
    let mut sums = [0u8; LANES];
    for first in (0..KINDS).step_by(STEP) {
        for kind in first..first + STEP {
            let (low, high, column) = (low[kind], high[kind], &columns[kind]);
            for (sum, &count) in sums.iter_mut().zip(column) {
                let gap = low.saturating_sub(count) | count.saturating_sub(high);
                *sum = sum.saturating_add(gap);
            }
        }
        if sums.iter().fold(u8::MAX, |least, &sum| least.min(sum)) > most {
            return 0;
        }
    }
    let mut flags = [0u8; LANES];
    for (flag, &sum) in flags.iter_mut().zip(&sums) {
        *flag = u8::from(sum <= most);
    }
    // The product brings byte n of eight to bit n of the highest byte.
    flags.as_chunks::<8>().0.iter().rev().fold(0, |bits, &flags| {
        bits << 8 | (u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56)
    })
}

/// The lanes that are set, of so many.
pub(crate) fn lanes(mut bits: u64, count: usize) -> impl Iterator<Item = usize> {
    if count < LANES {
        bits &= (1 << count) - 1;
    }
    std::iter::from_fn(move || {
        let lane = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(lane)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::paths;

    #[test]
    fn lanes_are_the_points_that_lie_near_on_every_instruction_set() {
        let draw = |seed: u32| (crate::candidates::sign::mix32(seed) % 7).pow(2) as u8;
        for seed in 0..300u32 {
            let start = seed * 5000;
            let columns: [[u8; LANES]; KINDS] = std::array::from_fn(|kind| {
                std::array::from_fn(|lane| draw(start + (kind * LANES + lane) as u32))
            });
            let low: [u8; KINDS] = std::array::from_fn(|kind| draw(start + 2000 + kind as u32));
            let wide = if seed % 3 == 0 { 0 } else { 9 };
            let high = low.map(|low| low + wide);
            for most in [0, 30, 90, 120, 200, 250, 254, 255] {
                let sum = |lane: usize| -> u32 {
                    let gap = |kind: usize| {
                        let count = columns[kind][lane];
                        u32::from(low[kind].saturating_sub(count))
                            + u32::from(count.saturating_sub(high[kind]))
                    };
                    (0..KINDS).map(gap).sum()
                };
                let near = |lane: &usize| sum(*lane) <= u32::from(most) || most == u8::MAX;
                let wanted: Vec<usize> = (0..LANES).filter(near).collect();
                for path in paths() {
                    let found = path.near_lanes(&low, &high, &columns, most);
                    assert_eq!(lanes(found, LANES).collect::<Vec<_>>(), wanted, "{path:?}, {most}");
                    assert!(lanes(found, 5).all(|lane| lane < 5));
                }
            }
        }
    }
}
