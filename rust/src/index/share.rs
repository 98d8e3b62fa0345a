//! How many bits a key has in the filter of a run: the more, the smaller the run is.
//!
//! A page that is read in vain costs the same in each run, so each is allowed to be asked for in vain as often as
//! its share of all blocks is: at an equal sum of bits fewer pages are read (Dayan, Athanassoulis and Idreos, Monkey,
//! 2017, section 4). With the same bits everywhere, most were read in runs that hold next to nothing.

/// Bits of all filters for each key, about, where a run is written.
const MEAN: f64 = 7.4;
/// Bits that halve how often a filter is wrong, of filters as these are (`filter`): more than the 1.44 of
/// one that is not cut into lines.
const HALVE: f64 = 1.65;
/// Fewest and most bits.
const RANGE: (f64, f64) = (6.0, 16.0);

/// Bits of each key in the filters of a run of so many blocks beside others.
#[must_use]
pub fn bits_of(blocks: u32, others: &[u32]) -> f64 {
    let all: f64 = std::iter::once(&blocks).chain(others).copied().map(f64::from).sum();
    let all = all.max(1.0);
    // How often its size must be doubled until it is that of all.
    let doublings = |blocks: u32| (all / f64::from(blocks.max(1))).log2();
    let each = std::iter::once(&blocks).chain(others);
    let mean: f64 = each.map(|&blocks| f64::from(blocks) / all * doublings(blocks)).sum();
    (MEAN + HALVE * (doublings(blocks) - mean)).clamp(RANGE.0, RANGE.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_runs_have_more_bits_and_the_mean_stays() {
        let runs = [300_000, 280_000, 290_000, 70_000, 17_000, 4_000];
        let bits: Vec<f64> = (0..runs.len())
            .map(|place| {
                let mut others = runs.to_vec();
                bits_of(others.remove(place), &others)
            })
            .collect();
        assert!(bits[0] < bits[1] && bits[3] > bits[0] + 3.0 && bits[4] > bits[3] + 3.0);
        let all: u32 = runs.iter().sum();
        let mean = runs.iter().zip(&bits).map(|(&blocks, bits)| f64::from(blocks) * bits);
        assert!((mean.sum::<f64>() / f64::from(all) - MEAN).abs() < 0.1, "{bits:?}");
    }

    #[test]
    fn a_run_alone_has_the_mean() {
        assert!((bits_of(1000, &[]) - MEAN).abs() < 1e-9);
        assert!((bits_of(0, &[]) - MEAN).abs() < 1e-9);
        assert!((bits_of(0, &[1_000_000]) - RANGE.1).abs() < 1e-9);
    }
}
