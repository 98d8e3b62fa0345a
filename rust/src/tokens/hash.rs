//! The hash of a token: its bytes by eight, each folded into a state by a product of 128 bits.
//!
//! Tokens are short: XXH3, which chooses its way by their length, took a quarter of the reader's time.

/// Odd, with bits set as if by chance: the fraction of the square root of 2, of 3.
const FIRST: u64 = 0x6A09_E667_F3BC_C909;
const SECOND: u64 = 0xBB67_AE85_84CA_A73B;

/// The two halves of the 128-bit product, one folded over the other.
#[inline]
const fn fold_product(left: u64, right: u64) -> u64 {
    let product = left as u128 * right as u128;
    product as u64 ^ (product >> 64) as u64
}

/// The state of a token's hash after eight more bytes, the first one lowest.
#[inline]
pub(crate) const fn hash_step(state: u64, bytes: u64) -> u64 {
    fold_product(state ^ bytes ^ FIRST, SECOND)
}

/// The hash that a state makes.
#[inline]
pub(crate) const fn hash_end(state: u64) -> u32 {
    (fold_product(state, FIRST) >> 32) as u32
}

/// The hash of a token of any length; zeros follow its last byte. No token holds a zero byte, so none
/// is another one's beginning with zeros.
#[must_use]
pub fn token_hash(token: &[u8]) -> u32 {
    let state = token.chunks(8).fold(0, |state, chunk| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        hash_step(state, u64::from_le_bytes(bytes))
    });
    hash_end(state)
}

/// All bytes of a word of eight or fewer, given how many they are.
pub(crate) static BYTES: [u64; 9] = {
    let mut masks = [u64::MAX; 9];
    let mut length = 0;
    while length < 8 {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};
