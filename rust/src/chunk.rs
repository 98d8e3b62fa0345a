//! Eight bytes at a time: the word at the start of some text, and the hash of a token.

/// Eight bytes of text side by side in one integer, the first one lowest.
#[derive(Clone, Copy)]
pub struct Chunk(u64);

impl Chunk {
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    const EACH: u64 = 0x0101_0101_0101_0101;
    /// Set in small letters and digits, not in capitals.
    const SMALL: u64 = 0x20 * Self::EACH;

    /// The first eight bytes; zeros, which end a word, where there are fewer.
    #[inline]
    #[must_use]
    pub fn at(bytes: &[u8]) -> Self {
        if let Some(chunk) = bytes.first_chunk() {
            return Self(u64::from_le_bytes(*chunk));
        }
        // Loads that overlap: no loop, and no call to copy a few bytes.
        let length = bytes.len();
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            return Self(u64::from(first) | u64::from(last) << (8 * (length - 4)));
        }
        let Some(&last) = bytes.last() else { return Self(0) };
        let middle = u64::from(bytes[length / 2]) << (8 * (length / 2));
        Self(u64::from(bytes[0]) | middle | u64::from(last) << (8 * (length - 1)))
    }

    /// The first `length` bytes, fewer than eight, capitals made small where letters and digits stand;
    /// zeros after them.
    #[inline]
    #[must_use]
    pub const fn word(self, length: usize) -> u64 {
        // Setting bit 5 makes capitals small and leaves small letters and digits as they are.
        (self.0 | Self::SMALL) & ((1 << (8 * length)) - 1)
    }

    /// All eight bytes, capitals made small where letters and digits stand.
    #[inline]
    #[must_use]
    pub const fn lowercase(self) -> [u8; 8] {
        (self.0 | Self::SMALL).to_le_bytes()
    }

    /// The high bit of each ASCII byte from `low` to `high`. No sum of two 7-bit numbers carries
    /// over.
    #[inline]
    fn between(self, low: u8, high: u8) -> u64 {
        let seven_bits = self.0 & !Self::HIGH_BITS;
        let at_least_low = seven_bits + u64::from(0x80 - low) * Self::EACH;
        let above_high = seven_bits + u64::from(0x7F - high) * Self::EACH;
        at_least_low & !above_high & !self.0 & Self::HIGH_BITS
    }

    /// How many bytes are ASCII letters and digits before the first that is not, and the high bit of
    /// each byte that is a digit.
    #[inline]
    #[must_use]
    pub fn word_length(self) -> (usize, u64) {
        let letters = Self(self.0 | Self::SMALL).between(b'a', b'z');
        let digits = self.between(b'0', b'9');
        ((!(letters | digits) & Self::HIGH_BITS).trailing_zeros() as usize / 8, digits)
    }
}

/// Odd, with bits set as if by chance: the fraction of the square root of 2, of 3.
const FIRST: u64 = 0x6A09_E667_F3BC_C909;
const SECOND: u64 = 0xBB67_AE85_84CA_A73B;

/// The two halves of the 128-bit product, one folded over the other.
#[inline]
const fn fold_product(left: u64, right: u64) -> u64 {
    let product = left as u128 * right as u128;
    product as u64 ^ (product >> 64) as u64
}

/// The hash of a token of at most eight bytes, which are in the low end of `word`, zeros above.
#[inline]
#[must_use]
pub const fn word_hash(word: u64) -> u32 {
    finish(fold_product(word ^ FIRST, SECOND))
}

#[inline]
const fn finish(state: u64) -> u32 {
    (fold_product(state, FIRST) >> 32) as u32
}

/// The hash of a token: its bytes by eight, zeros after the last, each folded into the state by a
/// product of 128 bits. No token holds a zero byte, so none is another one's beginning with zeros.
///
/// Tokens are short: XXH3, which chooses its way by their length, took a quarter of the reader's time.
#[inline]
#[must_use]
pub fn token_hash(token: &[u8]) -> u32 {
    let mut state = 0;
    for chunk in token.chunks(8) {
        state = fold_product(state ^ Chunk::at(chunk).0 ^ FIRST, SECOND);
    }
    finish(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_the_first_eight_bytes_or_all_and_zeros() {
        let bytes = b"abcdefghij";
        for length in 0..=bytes.len() {
            let mut expected = [0; 8];
            let taken = length.min(8);
            expected[..taken].copy_from_slice(&bytes[..taken]);
            assert_eq!(Chunk::at(&bytes[..length]).0.to_le_bytes(), expected);
        }
    }

    #[test]
    fn short_words_hash_like_tokens() {
        for word in ["a", "ab", "zebra12", "abcdefg"] {
            let (length, _) = Chunk::at(word.as_bytes()).word_length();
            assert_eq!(length, word.len());
            let chunk = Chunk::at(word.to_uppercase().as_bytes());
            assert_eq!(word_hash(chunk.word(length)), token_hash(word.as_bytes()));
        }
    }
}
