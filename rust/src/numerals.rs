//! Which tokens are numbers: those with a digit, and the numerals of Chinese and Japanese.
//!
//! A numeral is a word like others (统一, 一些), so it is one only where two texts are held against each
//! other: if they are the same but for such characters, they say other numbers, and a fact would be lost
//! with one of them. What is masked (`--numbers mask`) are digits alone.

use std::sync::LazyLock;

use crate::hash::token_hash;

/// Numerals in common use, and those of documents that must not be altered.
const NUMERALS: &str =
    "一二三四五六七八九十百千万萬亿億零两兩廿卅卌壹贰貳叁肆伍陆陸柒捌玖拾佰仟壱弐";

static HASHES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let hash = |numeral: char| token_hash(numeral.encode_utf8(&mut [0; 4]).as_bytes()) & !1;
    let mut hashes: Vec<u32> = NUMERALS.chars().map(hash).collect();
    hashes.sort_unstable();
    hashes
});

/// Whether a token is a number; hashes of those with a digit have bit 0 set.
#[must_use]
pub fn is_number(token: u32) -> bool {
    token & 1 == 1 || HASHES.binary_search(&token).is_ok()
}

/// Whether two token streams are the same but for numbers, of which each run counts as one: 900 and
/// 1 500 are one number each, as are 九百 and 一千五百.
#[must_use]
pub fn differ_in_numbers_only(left: &[u32], right: &[u32]) -> bool {
    let most = left.len().min(right.len());
    // What both begin and end with is the same, whole runs of it.
    let mut before = left.iter().zip(right).take_while(|(one, other)| one == other).count();
    while before > 0 && is_number(left[before - 1]) {
        before -= 1;
    }
    let ends = left.iter().rev().zip(right.iter().rev()).take(most - before);
    let mut after = ends.take_while(|(one, other)| one == other).count();
    while after > 0 && is_number(left[left.len() - after]) {
        after -= 1;
    }
    let between = |tokens: &'_ [u32]| before..tokens.len() - after;
    numbers_as_one(&left[between(left)]).eq(numbers_as_one(&right[between(right)]))
}

/// The tokens; `None` for each run of numbers.
fn numbers_as_one(tokens: &[u32]) -> impl Iterator<Item = Option<u32>> {
    tokens
        .chunk_by(|&token, &next| is_number(token) && is_number(next))
        .map(|run| (!is_number(run[0])).then_some(run[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<u32> {
        let hash = |word: &str| {
            token_hash(word.as_bytes()) & !1 | u32::from(word.bytes().any(|b| b.is_ascii_digit()))
        };
        text.split(' ').map(hash).collect()
    }

    #[test]
    fn what_both_begin_and_end_with_changes_nothing() {
        let words = ["一", "二", "7", "12", "a", "b", ""];
        let mut state = 1u64;
        let mut random = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % most
        };
        for _ in 0..20_000 {
            let mut text = || -> Vec<u32> {
                let count = random(6);
                (0..count).flat_map(|_| tokens(words[random(7) as usize])).collect()
            };
            let (left, right) = (text(), text());
            let plain = numbers_as_one(&left).eq(numbers_as_one(&right));
            assert_eq!(differ_in_numbers_only(&left, &right), plain, "{left:?} {right:?}");
        }
    }

    #[test]
    fn numerals_are_numbers_and_other_characters_are_not() {
        assert!(differ_in_numbers_only(&tokens("第 二 十 三 条"), &tokens("第 五 条")));
        assert!(differ_in_numbers_only(&tokens("第 1 500 条"), &tokens("第 一 千 条")));
        assert!(!differ_in_numbers_only(&tokens("第 二 条"), &tokens("第 条")));
        assert!(!differ_in_numbers_only(&tokens("统 一"), &tokens("统 计")));
    }
}
