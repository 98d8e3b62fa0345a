//! What a code point folds to when texts are compared, and what it then is.
//!
//! One table, generated from Unicode data by `rust/tables/generate.py`, is the only definition:
//! casefold, compatibility decomposition, default-ignorables, accents of Latin, Greek and Cyrillic
//! and points of Arabic and Hebrew dropped. NFC and NFD of a text fold alike (the generator proves
//! it for every code point). Only Hangul syllables are not in the table, for which Unicode gives a
//! formula. A stroke through a symbol makes another one of it: ≠ folds to = and U+0338. Alone such a mark
//! folds to nothing; whether a symbol stands before it is for the readers to see.

pub use crate::tokens::fold_table::FOLD_IDENTITY;
use crate::tokens::fold_table::{PAGE_BITS, PAGE_INDEX, PAGES, SEQUENCES};

/// What a folded code point does to the tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Ends a token: white space, punctuation, controls.
    Separator,
    /// Part of a word: letters, marks and numbers of scripts that part words by spaces.
    Word,
    /// A token of its own: letters and marks of Han, Kana, Thai, Lao, Khmer, Burmese.
    Single,
    /// A token of its own: mathematical and currency signs, emoji.
    Symbol,
    /// Belongs to the symbol that it follows: U+0338 of ≠.
    Stroke,
}

/// One code point of what a code point folds to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Folded {
    /// The code point itself, which folds to itself.
    pub character: char,
    /// What it does to the tokens.
    pub class: Class,
    /// Whether it is a number (Unicode N*); only words are.
    pub number: bool,
}

// The layout of an entry, as the generator writes it.
const KIND_MASK: u32 = 7;
const SEPARATOR: u32 = 0;
const WORD: u32 = 1;
const SINGLE: u32 = 2;
const SYMBOL: u32 = 3;
const DROPPED: u32 = 4;
const SEQUENCE: u32 = 5;
const HANGUL: u32 = 6;
const STROKE: u32 = 7;
const NUMBER: u32 = 8;
const PAYLOAD_SHIFT: u32 = 4;
const LENGTH_BITS: u32 = 5;

/// Calls `accept` with each code point that `character` folds to, in order: none when it is
/// dropped, one for most, up to eighteen for Arabic ligatures.
#[inline]
pub fn fold(character: char, mut accept: impl FnMut(Folded)) {
    let entry = entry_of(character);
    match entry & KIND_MASK {
        SEPARATOR | WORD | SINGLE | SYMBOL => accept(unpack(entry, character)),
        DROPPED | STROKE => {}
        SEQUENCE => {
            let payload = entry >> PAYLOAD_SHIFT;
            let start = (payload >> LENGTH_BITS) as usize;
            let length = (payload & ((1 << LENGTH_BITS) - 1)) as usize;
            for &entry in &SEQUENCES[start..start + length] {
                accept(unpack(entry, character));
            }
        }
        HANGUL => decompose_hangul(character as u32, accept),
        _ => unreachable!("the generator writes no other kind"),
    }
}

/// What a code point folds to where that is one code point (`Some(Some)`) or nothing at all
/// (`Some(None)`); `None` where it is more.
#[inline]
#[must_use]
pub fn fold_to_one(character: char) -> Option<Option<Folded>> {
    let entry = entry_of(character);
    match entry & KIND_MASK {
        SEPARATOR | WORD | SINGLE | SYMBOL => Some(Some(unpack(entry, character))),
        DROPPED | STROKE => Some(None),
        _ => None,
    }
}

/// Whether a code point that folds to nothing strikes the symbol that it follows, if it follows one.
#[must_use]
pub fn is_stroke(character: char) -> bool {
    entry_of(character) & KIND_MASK == STROKE
}

#[inline]
fn entry_of(character: char) -> u32 {
    let code = character as u32;
    let page = u32::from(PAGE_INDEX[(code >> PAGE_BITS) as usize]);
    PAGES[(page << PAGE_BITS | code & ((1 << PAGE_BITS) - 1)) as usize]
}

#[inline]
fn unpack(entry: u32, itself: char) -> Folded {
    let class = match entry & KIND_MASK {
        WORD => Class::Word,
        SINGLE => Class::Single,
        SYMBOL => Class::Symbol,
        STROKE => Class::Stroke,
        _ => Class::Separator,
    };
    let character = match entry >> PAYLOAD_SHIFT {
        0 => itself,
        code => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    Folded { character, class, number: entry & NUMBER != 0 }
}

/// A syllable into its two or three conjoining letters (The Unicode Standard, section 3.12).
fn decompose_hangul(code: u32, mut accept: impl FnMut(Folded)) {
    const SYLLABLES: u32 = 0xAC00;
    const LEADS: u32 = 0x1100;
    const VOWELS: u32 = 0x1161;
    const TRAILS: u32 = 0x11A7;
    const VOWEL_COUNT: u32 = 21;
    const TRAIL_COUNT: u32 = 28;
    let syllable = code - SYLLABLES;
    let trail = syllable % TRAIL_COUNT;
    let lead_and_vowel = syllable / TRAIL_COUNT;
    let letters = [
        LEADS + lead_and_vowel / VOWEL_COUNT,
        VOWELS + lead_and_vowel % VOWEL_COUNT,
        TRAILS + trail,
    ];
    // The trail numbered nought is no letter.
    for &letter in &letters[..2 + usize::from(trail != 0)] {
        let character = char::from_u32(letter).unwrap_or(char::REPLACEMENT_CHARACTER);
        accept(Folded { character, class: Class::Word, number: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut folded = String::new();
        text.chars().for_each(|each| fold(each, |piece| folded.push(piece.character)));
        folded
    }

    fn class(character: char) -> Class {
        let mut class = None;
        fold(character, |piece| class = Some(piece.class));
        class.expect("it is not dropped")
    }

    #[test]
    fn case_accents_and_compatibility_forms_fold_away() {
        for (text, expected) in [
            ("ÀÉîõÜ Ça", "aeiou ca"),
            ("ẞ ß İ ı ſ", "ss ss i ı s"),
            ("ﬁ ﬃ ㎏ ™ ② ½", "fi ffi kg tm 2 1⁄2"),
            ("ＡＢｃ１", "abc1"),
            ("ΌΣΟΣ ᾳ", "οσοσ αι"),
            ("Ёлка Йод", "елка иод"),
            ("مُحَمَّدٌ مـــحمد", "محمد محمد"),
            ("שָׁלוֹם", "שלום"),
            ("ø đ ł", "ø đ ł"),
            ("한국", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}"),
            ("が ｶﾞ", "か\u{3099} カ\u{3099}"),
            ("हिन्दी", "हिन्दी"),
            ("a\u{AD}b\u{200D}c\u{FE0F}", "abc"),
            ("≠ ∉ ø\u{338}", "=\u{338} ∈\u{338} ø"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn composed_and_decomposed_text_fold_alike() {
        for (composed, decomposed) in [
            ("é Å", "e\u{301} A\u{30A}"),
            ("가각", "\u{1100}\u{1161}\u{1100}\u{1161}\u{11A8}"),
            ("が", "か\u{3099}"),
            ("ᾴ", "α\u{301}\u{345}"),
            ("İ", "I\u{307}"),
        ] {
            assert_eq!(folded(composed), folded(decomposed), "{composed}");
        }
    }

    #[test]
    fn every_script_has_its_class() {
        for single in "漢々〆ひカーไ່កမ\u{3099}\u{E48}".chars() {
            assert_eq!(class(single), Class::Single, "{single}");
        }
        for word in "aøж1७๓〇ㄅ가ا\u{94D}\u{E000}\u{378}".chars() {
            assert_eq!(class(word), Class::Word, "{word}");
        }
        for symbol in "+=<|~$€`^😂🏽©\u{2212}".chars() {
            assert_eq!(class(symbol), Class::Symbol, "{symbol}");
        }
        for separator in " \t\n\u{A0}.,-_—«、。\u{FFFE}\u{FFF9}".chars() {
            assert_eq!(class(separator), Class::Separator, "{separator}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for character in '\0'..=char::MAX {
            fold(character, |piece| {
                if piece.class == Class::Stroke {
                    return assert!(is_stroke(piece.character), "{character:?}");
                }
                let mut again = Vec::new();
                fold(piece.character, |each| again.push(each));
                assert_eq!(again, [piece], "{character:?}");
            });
        }
    }
}
