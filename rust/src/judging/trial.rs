//! What tests make texts of: numbers by chance, the same ones each time, and tokens of words.

use crate::tokens::hash::token_hash;

/// Numbers below each `most` that is asked for.
pub(crate) fn chance() -> impl FnMut(usize) -> usize {
    let mut state = 1u64;
    move |most| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % most
    }
}

/// The tokens of words, of which those with a digit are numbers.
pub(crate) fn tokens(text: &str) -> Vec<u32> {
    let hash = |word: &str| {
        token_hash(word.as_bytes()) & !1 | u32::from(word.bytes().any(|byte| byte.is_ascii_digit()))
    };
    text.split(' ').map(hash).collect()
}
