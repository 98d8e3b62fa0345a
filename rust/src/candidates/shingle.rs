//! Shingles: every run of `size` consecutive tokens, as a 64-bit hash.
//!
//! A polynomial in the token hashes, finished by `MurmurHash3`'s 64-bit mixer. Token hashes are 32
//! bits wide, so two different shingles agree by chance once in 2^64; two different *words* share
//! a token hash once in 2^32, which matters only where all their neighbours agree too.

use crate::simd::Path;

/// The base of the polynomials that hash sequences: odd, from the golden ratio.
pub const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// `MurmurHash3`'s finaliser of 64 bits: a bijection that lets every input bit reach every output bit.
#[must_use]
pub const fn mix64(mut value: u64) -> u64 {
    value ^= value >> 33;
    value = value.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    value ^= value >> 33;
    value = value.wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    value ^ (value >> 33)
}

fn hash_window(window: &[u32]) -> u64 {
    let sum = window
        .iter()
        .fold(0u64, |sum, &token| sum.wrapping_mul(BASE).wrapping_add(u64::from(token)));
    mix64(sum.wrapping_add(window.len() as u64))
}

/// The shingles of a token stream in its order, repeats included.
///
/// Fewer than `size` tokens make one shingle of all of them; no tokens make none.
pub fn shingles_of(tokens: &[u32], size: usize) -> impl Iterator<Item = u64> {
    // Windows of one over no tokens are none.
    tokens.windows(size.min(tokens.len()).max(1)).map(hash_window)
}

/// Appends the shingles of a token stream to `out`, in its order, repeats included.
pub fn extend_shingles(tokens: &[u32], size: usize, out: &mut Vec<u64>) {
    out.extend(shingles_of(tokens, size));
}

/// Appends the items of a token stream's shingles to `out`, in its order, repeats included.
pub fn extend_items(path: Path, tokens: &[u32], powers: &Powers, out: &mut Vec<u32>) {
    let size = powers.size();
    if tokens.len() < size {
        out.extend(shingles_of(tokens, size).map(item));
        return;
    }
    let start = out.len();
    out.resize(start + tokens.len() + 1 - size, 0);
    path.items(tokens, powers, &mut out[start..]);
}

/// What each token of a window is multiplied by.
#[derive(Clone, Debug)]
pub struct Powers(Vec<u64>);

impl Powers {
    /// For windows of `size` tokens, at least one.
    #[must_use]
    pub fn of(size: usize) -> Self {
        let weight =
            |place: usize| (place + 1..size).fold(1, |weight, _| BASE.wrapping_mul(weight));
        Self((0..size).map(weight).collect())
    }

    fn size(&self) -> usize {
        self.0.len()
    }

    /// The factors, the first token's first.
    pub(crate) fn weights(&self) -> &[u64] {
        &self.0
    }

    fn array<const SIZE: usize>(&self) -> [u64; SIZE] {
        std::array::from_fn(|place| self.0[place])
    }
}

/// The items of all windows of a token stream, which is no shorter than one.
///
/// Sums of products, not Horner's rule: no product waits for another, and the compiler takes several
/// windows at once.
// Inlined into a function for each instruction set, see `simd`.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(crate) fn fill_items(tokens: &[u32], powers: &Powers, out: &mut [u32]) {
    match powers.size() {
        2 => fill(powers.array::<2>(), tokens, out),
        3 => fill(powers.array::<3>(), tokens, out),
        4 => fill(powers.array::<4>(), tokens, out),
        5 => fill(powers.array::<5>(), tokens, out),
        8 => fill(powers.array::<8>(), tokens, out),
        13 => fill(powers.array::<13>(), tokens, out),
        size => {
            for (window, out) in tokens.windows(size).zip(out) {
                *out = item(hash_window(window));
            }
        }
    }
}

#[allow(clippy::inline_always)]
#[inline(always)]
fn fill<const SIZE: usize>(weights: [u64; SIZE], tokens: &[u32], out: &mut [u32]) {
    let columns: [&[u32]; SIZE] = std::array::from_fn(|place| &tokens[place..place + out.len()]);
    for (window, out) in out.iter_mut().enumerate() {
        let mut sum = SIZE as u64;
        for place in 0..SIZE {
            let product = weights[place].wrapping_mul(u64::from(columns[place][window]));
            sum = sum.wrapping_add(product);
        }
        *out = item(mix64(sum));
    }
}

/// The set of shingles, ascending: what resemblance and containment are counted on.
#[must_use]
pub fn shingle_set(tokens: &[u32], size: usize) -> Vec<u64> {
    let mut set = Vec::new();
    fill_shingle_set(tokens, size, &mut set);
    set
}

/// Replaces `set` by the set of shingles, ascending.
pub fn fill_shingle_set(tokens: &[u32], size: usize, set: &mut Vec<u64>) {
    set.clear();
    set.extend(shingles_of(tokens, size));
    sort_hashes(set);
    set.dedup();
}

/// Hashes below this are compared with each other.
const FEW_HASHES: usize = 96;

/// Sorts values that are spread evenly: to where their upper bits tell, and then among the few there.
fn sort_hashes(values: &mut [u64]) {
    if values.len() < FEW_HASHES {
        values.sort_unstable();
        return;
    }
    let lists = (values.len() / 4).next_power_of_two();
    let shift = 64 - lists.ilog2();
    let list = |value: u64| (value >> shift) as usize;
    let mut ends = vec![0u32; lists];
    for &value in &*values {
        ends[list(value)] += 1;
    }
    let mut sum = 0;
    for end in &mut ends {
        // Where the list begins; its end once all are in it.
        sum += std::mem::replace(end, sum);
    }
    let unsorted = values.to_vec();
    for value in unsorted {
        let end = &mut ends[list(value)];
        values[*end as usize] = value;
        *end += 1;
    }
    let mut start = 0;
    for end in ends {
        // One hash that comes again and again makes a long list.
        values[start..end as usize].sort_unstable();
        start = end as usize;
    }
}

/// The 32 bits of a shingle that a signature is made from.
#[must_use]
pub const fn item(shingle: u64) -> u32 {
    (shingle >> 32) as u32
}

/// Characters in a shingle of a short block.
pub const CHARACTER_SHINGLE: usize = 5;

/// What reading the character shingles of normal forms needs for itself.
pub struct CharacterReader {
    path: Path,
    powers: Powers,
    values: Vec<u32>,
}

impl CharacterReader {
    /// A reader that uses some instruction set.
    #[must_use]
    pub fn with(path: Path) -> Self {
        Self { path, powers: Powers::of(CHARACTER_SHINGLE), values: Vec::new() }
    }

    /// Appends the items of all runs of five characters of a normal form; for short blocks.
    ///
    /// Code points count as tokens (plus one, so that none is zero). Fewer than five make one run.
    pub fn extend_items(&mut self, normal: &str, out: &mut Vec<u32>) {
        self.values.clear();
        self.values.extend(normal.chars().map(|character| u32::from(character) + 1));
        extend_items(self.path, &self.values, &self.powers, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_shorter_than_the_window_is_one_shingle() {
        assert_eq!(shingle_set(&[7, 9], 3).len(), 1);
        assert_eq!(shingle_set(&[], 3).len(), 0);
        assert_ne!(shingle_set(&[7, 9], 3), shingle_set(&[9, 7], 3));
    }

    #[test]
    fn character_items_are_the_hashes_of_runs_of_five() {
        for normal in ["", "a", "abcd", "abcde", "l été à la mer 北京 😀 été"] {
            let characters: Vec<u32> = normal.chars().map(|c| c as u32 + 1).collect();
            let expected: Vec<u32> = if characters.is_empty() {
                Vec::new()
            } else {
                characters.windows(5.min(characters.len())).map(hash_window).map(item).collect()
            };
            let mut items = Vec::new();
            CharacterReader::with(Path::best()).extend_items(normal, &mut items);
            assert_eq!(items, expected, "{normal}");
        }
    }

    #[test]
    fn items_are_the_hashes_of_their_windows_on_every_instruction_set() {
        let tokens: Vec<u32> =
            (0..77).map(|number: u32| crate::candidates::sign::mix32(number)).collect();
        for path in crate::simd::paths() {
            for size in 1..9 {
                for length in 0..tokens.len() {
                    let tokens = &tokens[..length];
                    let mut items = vec![7];
                    extend_items(path, tokens, &Powers::of(size), &mut items);
                    let expected: Vec<u32> = shingles_of(tokens, size).map(item).collect();
                    assert_eq!(items[1..], expected, "{path:?}, {length} tokens by {size}");
                }
            }
        }
    }

    #[test]
    fn hashes_are_sorted_however_many_there_are_and_however_uneven_they_are() {
        for count in [0, 1, FEW_HASHES - 1, FEW_HASHES, FEW_HASHES + 1, 1000, 5000] {
            for different in [1, 2, 7, count.max(1)] {
                for shift in [0, 9, 60] {
                    let value = |number: usize| mix64((number % different) as u64) >> shift;
                    let mut values: Vec<u64> = (0..count).map(value).collect();
                    let mut expected = values.clone();
                    expected.sort_unstable();
                    sort_hashes(&mut values);
                    assert_eq!(values, expected, "{count} of {different} by {shift}");
                }
            }
        }
    }

    #[test]
    fn repeated_shingles_count_once() {
        assert_eq!(shingle_set(&[1, 1, 1, 1, 1], 3).len(), 1);
    }
}
