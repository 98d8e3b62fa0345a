//! The classes of bytes by shuffles: a byte is of a kind when the table entries of its low half and of
//! its high half share the kind's bit. Each kind is a set of high halves times a set of low ones.

use crate::tokens::bounds::{
    CLASSES, DIGIT_BIT, Masks, POINT_BIT, SIGN_BIT, SINGLE_BIT, SYMBOL_BIT, WORD_BIT,
};
use crate::tokens::flatten::BLOCK;

/// Byte by byte, by the table that defines the classes.
pub(super) fn portable(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
    for (block, masks) in blocks.iter().zip(masks) {
        let mut made = Masks::default();
        for (place, &byte) in block.iter().enumerate() {
            let class = CLASSES[usize::from(byte)];
            let bit = |of: u8| u64::from(class & of != 0) << place;
            made.word |= bit(WORD_BIT);
            made.digit |= bit(DIGIT_BIT);
            made.point |= bit(POINT_BIT);
            made.sign |= bit(SIGN_BIT);
            made.symbol |= bit(SYMBOL_BIT);
            made.single |= bit(SINGLE_BIT);
        }
        *masks = made;
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{avx2, avx512, sse41};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m128i, __m256i, __m512i, _mm_and_si128, _mm_cmpeq_epi8, _mm_loadu_si128,
        _mm_movemask_epi8, _mm_set1_epi8, _mm_setzero_si128, _mm_shuffle_epi8, _mm_srli_epi16,
        _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256,
        _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
        _mm256_srli_epi16, _mm512_and_si512, _mm512_broadcast_i32x4, _mm512_loadu_si512,
        _mm512_movepi8_mask, _mm512_set1_epi8, _mm512_shuffle_epi8, _mm512_srli_epi16,
        _mm512_test_epi8_mask,
    };

    use super::{BLOCK, Masks};

    /// High halves and low halves of words' letters (two kinds), numbers, points, signs, singles, the code of a
    /// fraction's slash.
    const WORDS: Tables = tables(&[
        (1 << 6, 0b1111_1111_1111_1110),
        (1 << 7, 0b0000_0111_1111_1111),
        (1 << 3 | 1 << 0, 0b0000_0011_1111_1111),
        (1 << 2 | 1 << 0, 1 << 0xC | 1 << 0xE),
        (1 << 2 | 1 << 0, 1 << 0xB | 1 << 0xD),
        (1 << 1, 1 << 1),
        (1 << 0, 1 << 0xF),
    ]);
    const WORD: i8 = 0b111;
    const DIGIT: i8 = 1 << 2;
    const POINT: i8 = 1 << 3 | 1 << 6;
    const SIGN: i8 = 1 << 4;
    const SINGLE: i8 = 1 << 5;

    /// Symbols: `$ +`, `< = >`, `^`, the grave accent, `| ~`, the code of a symbol, those of the minus and
    /// of a fraction's slash.
    const SYMBOLS: Tables = tables(&[
        (1 << 2, 1 << 0x4 | 1 << 0xB),
        (1 << 3, 1 << 0xC | 1 << 0xD | 1 << 0xE),
        (1 << 5, 1 << 0xE),
        (1 << 6, 1 << 0x0),
        (1 << 7, 1 << 0xC | 1 << 0xE),
        (1 << 1, 1 << 0x2),
        (1 << 0, 1 << 0xD | 1 << 0xF),
    ]);

    /// Entries of high halves, entries of low ones.
    type Tables = [[u8; 16]; 2];

    const fn tables(kinds: &[(u16, u16)]) -> Tables {
        let mut tables = [[0; 16]; 2];
        let mut kind = 0;
        while kind < kinds.len() {
            let mut half = 0;
            while half < 16 {
                tables[0][half] |= ((kinds[kind].0 >> half & 1) as u8) << kind;
                tables[1][half] |= ((kinds[kind].1 >> half & 1) as u8) << kind;
                half += 1;
            }
            kind += 1;
        }
        tables
    }

    fn load(half: &[u8; 16]) -> __m128i {
        // SAFETY: sixteen bytes are read, which is what a table has, and no alignment is needed. The
        // instruction (SSE2) is part of every x86-64.
        unsafe { _mm_loadu_si128(half.as_ptr().cast()) }
    }

    #[target_feature(enable = "sse4.1,ssse3")]
    pub(in crate::simd) fn sse41(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        let (words, symbols) = (WORDS.map(|half| load(&half)), SYMBOLS.map(|half| load(&half)));
        let (half, zero) = (_mm_set1_epi8(0x0F), _mm_setzero_si128());
        for (block, masks) in blocks.iter().zip(masks) {
            *masks = Masks::default();
            for (part, bytes) in block.as_chunks::<16>().0.iter().enumerate() {
                let bytes = load(bytes);
                let high = _mm_and_si128(_mm_srli_epi16::<4>(bytes), half);
                let low = _mm_and_si128(bytes, half);
                let kinds = |tables: [__m128i; 2]| {
                    let high = _mm_shuffle_epi8(tables[0], high);
                    // A byte that is not ASCII selects nothing in the table of high halves.
                    _mm_and_si128(high, _mm_shuffle_epi8(tables[1], low))
                };
                let bits =
                    |vector| u64::from(_mm_movemask_epi8(vector).cast_unsigned()) << (16 * part);
                let all = bits(_mm_cmpeq_epi8(zero, zero));
                let of = |kinds, kind| {
                    all ^ bits(_mm_cmpeq_epi8(_mm_and_si128(kinds, _mm_set1_epi8(kind)), zero))
                };
                let (words, symbols) = (kinds(words), kinds(symbols));
                masks.word |= of(words, WORD) | bits(bytes);
                masks.digit |= of(words, DIGIT);
                masks.point |= of(words, POINT);
                masks.sign |= of(words, SIGN);
                masks.single |= of(words, SINGLE);
                masks.symbol |= of(symbols, -1);
            }
        }
    }

    #[target_feature(enable = "avx2")]
    pub(in crate::simd) fn avx2(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        let twice = |half: [u8; 16]| _mm256_broadcastsi128_si256(load(&half));
        let (words, symbols) = (WORDS.map(twice), SYMBOLS.map(twice));
        let (half, zero) = (_mm256_set1_epi8(0x0F), _mm256_setzero_si256());
        for (block, masks) in blocks.iter().zip(masks) {
            *masks = Masks::default();
            for (part, bytes) in block.as_chunks::<32>().0.iter().enumerate() {
                // SAFETY: 32 bytes are read of 32, without alignment.
                let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
                let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
                let low = _mm256_and_si256(bytes, half);
                let kinds = |tables: [__m256i; 2]| {
                    let high = _mm256_shuffle_epi8(tables[0], high);
                    _mm256_and_si256(high, _mm256_shuffle_epi8(tables[1], low))
                };
                let bits =
                    |vector| u64::from(_mm256_movemask_epi8(vector).cast_unsigned()) << (32 * part);
                let all = bits(_mm256_cmpeq_epi8(zero, zero));
                let of = |kinds, kind| {
                    let found = _mm256_and_si256(kinds, _mm256_set1_epi8(kind));
                    all ^ bits(_mm256_cmpeq_epi8(found, zero))
                };
                let (words, symbols) = (kinds(words), kinds(symbols));
                masks.word |= of(words, WORD) | bits(bytes);
                masks.digit |= of(words, DIGIT);
                masks.point |= of(words, POINT);
                masks.sign |= of(words, SIGN);
                masks.single |= of(words, SINGLE);
                masks.symbol |= of(symbols, -1);
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    pub(in crate::simd) fn avx512(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        let often = |half: [u8; 16]| _mm512_broadcast_i32x4(load(&half));
        let (words, symbols) = (WORDS.map(often), SYMBOLS.map(often));
        let half = _mm512_set1_epi8(0x0F);
        for (block, masks) in blocks.iter().zip(masks) {
            // SAFETY: 64 bytes are read of 64, without alignment.
            let bytes = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
            let high = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), half);
            let low = _mm512_and_si512(bytes, half);
            let kinds = |tables: [__m512i; 2]| {
                let high = _mm512_shuffle_epi8(tables[0], high);
                _mm512_and_si512(high, _mm512_shuffle_epi8(tables[1], low))
            };
            let of = |kinds, kind| _mm512_test_epi8_mask(kinds, _mm512_set1_epi8(kind));
            let (words, symbols) = (kinds(words), kinds(symbols));
            *masks = Masks {
                word: of(words, WORD) | _mm512_movepi8_mask(bytes),
                digit: of(words, DIGIT),
                point: of(words, POINT),
                sign: of(words, SIGN),
                symbol: of(symbols, -1),
                single: of(words, SINGLE),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::paths;
    use crate::tokens::flatten::CODES;

    #[test]
    fn every_instruction_set_finds_the_same_classes() {
        // Of the controls only the codes stand in folded text.
        let folded = |byte: u8| if byte < b' ' && !CODES.contains(&byte) { b' ' } else { byte };
        let block =
            |first: u8| std::array::from_fn(|place| folded(first.wrapping_add((7 * place) as u8)));
        let blocks: Vec<[u8; BLOCK]> = (0..=255).map(block).collect();
        let mut expected = vec![Masks::default(); blocks.len()];
        portable(&blocks, &mut expected);
        for path in paths() {
            let mut masks = vec![Masks::default(); blocks.len()];
            path.classify(&blocks, &mut masks);
            for (number, (found, expected)) in masks.iter().zip(&expected).enumerate() {
                assert_eq!(found, expected, "{path:?}, {:?}", blocks[number]);
            }
        }
    }
}
