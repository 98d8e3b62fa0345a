//! Words that a line end parts: `exam-` at the end of a line and `ple` at the beginning of the next one
//! are one word, as typesetting and readers of print have it.
//!
//! A break is a hyphen directly behind a letter, spaces, one line end, spaces, before a letter: it folds
//! to nothing. What folds to nothing itself is not seen on either side. A word that has a hyphen of its
//! own loses it there, since nobody can tell; what a blank line parts stays apart.

use std::ops::Range;

use crate::fold::{Class, Folded, fold, fold_to_one};

/// The breaks inside of words of a text, as ranges of bytes, ascending.
pub(crate) fn word_breaks(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()).filter_map(|end| word_break(text, end))
}

/// The break around a byte that ends a line.
fn word_break(text: &str, end: usize) -> Option<Range<usize>> {
    let word = text[..end].trim_end_matches(is_unseen).strip_suffix(is_hyphen)?;
    let after = &text[end..];
    let next = after.strip_prefix("\r\n").unwrap_or(&after[1..]).trim_start_matches(is_unseen);
    let parts_a_word = is_letter(word.chars().rev()) && is_letter(next.chars());
    parts_a_word.then(|| word.len()..text.len() - next.len())
}

/// The soft hyphen, and what folds to a hyphen.
fn is_hyphen(character: char) -> bool {
    let folds_to = |folded: Folded| matches!(folded.character, '-' | '\u{2010}');
    character == '\u{AD}' || matches!(fold_to_one(character), Some(Some(one)) if folds_to(one))
}

/// Spaces, and what folds to nothing but parts no word.
fn is_unseen(character: char) -> bool {
    let is_dropped = || fold_to_one(character) == Some(None) && !is_hyphen(character);
    matches!(character, ' ' | '\t') || is_dropped()
}

/// Whether the first of some characters that folds to anything is a letter.
fn is_letter(mut characters: impl Iterator<Item = char>) -> bool {
    let letters = |character| {
        let mut all = None;
        fold(character, |Folded { class, number, .. }| {
            all = Some(all.unwrap_or(true) && class == Class::Word && !number);
        });
        all
    };
    characters.find_map(letters).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> String {
        let mut joined = text.to_owned();
        for part in word_breaks(text).collect::<Vec<_>>().into_iter().rev() {
            joined.replace_range(part, "");
        }
        joined
    }

    #[test]
    fn a_word_that_a_line_end_parts_is_whole() {
        for parted in ["exam-\nple", "exam-\r\nple", "exam-\rple", "exam- \t\n  ple"] {
            assert_eq!(joined(parted), "example", "{parted:?}");
        }
        assert_eq!(joined("exam\u{AD}\nple exam\u{2010}\nple"), "example example");
        assert_eq!(joined("EXAM\u{FF0D}\nPLE exam\u{2011}\nPLE"), "EXAMPLE examPLE");
        assert_eq!(joined("e\u{301}-\ne\u{301}a été-\nété"), "e\u{301}e\u{301}a étéété");
        assert_eq!(joined("a-\nb-\nc exam\u{200D}-\u{200D}\nple"), "abc exam\u{200D}ple");
    }

    #[test]
    fn other_hyphens_stay() {
        for text in [
            "exam-\n\nple",
            "exam--\nple",
            "exam -\nple",
            "-\nple",
            "exam-\n",
            "7-\nfold",
            "fold-\n7",
            "exam-ple",
            "exam\nple",
            "字-\n字",
            "exam-\n-ple",
            "exam\u{2013}\nple",
        ] {
            assert_eq!(joined(text), text);
        }
    }
}
