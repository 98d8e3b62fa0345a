//! Letters that are tokens of their own, of scripts in which words are written together and have several:
//! what is counted in words must count them for less. A character of Han is a word, or half of one.

use std::sync::OnceLock;

use hashbrown::HashSet;

use crate::tokens::fold::{Class, fold};
use crate::tokens::hash::token_hash;

/// Thai and Lao, Burmese, Khmer.
const SCRIPTS: [std::ops::RangeInclusive<u32>; 3] =
    [0x0E00..=0x0EFF, 0x1000..=0x109F, 0x1780..=0x17FF];

/// Such letters that count as one word.
pub const A_WORD: usize = 3;

/// How much of `A_WORD` a token counts.
pub fn weight(token: u32) -> usize {
    static LETTERS: OnceLock<HashSet<u32>> = OnceLock::new();
    if LETTERS.get_or_init(letters).contains(&token) { 1 } else { A_WORD }
}

fn letters() -> HashSet<u32> {
    let mut found = HashSet::new();
    for character in SCRIPTS.into_iter().flatten().filter_map(char::from_u32) {
        fold(character, |folded| {
            if folded.class == Class::Single {
                let mut bytes = [0; 4];
                let form = folded.character.encode_utf8(&mut bytes);
                found.insert(token_hash(form.as_bytes()) & !1);
            }
        });
    }
    found
}
