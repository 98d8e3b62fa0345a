//! Words that a line end parts: `exam-` at the end of a line and `ple` at the beginning of the next one
//! are one word, as typesetting and readers of print have it.
//!
//! A break is a hyphen directly behind a letter, spaces, one line end, spaces, before a letter: it folds
//! to nothing. What folds to nothing itself is not seen on either side. A word that has a hyphen of its
//! own loses it there, since nobody can tell; what a blank line parts stays apart, and so does a word whose other
//! half stands behind the next one (`In-` before `und Ausland`).

use std::ops::Range;

use crate::tokens::fold::{Class, Folded, fold, fold_to_one};

/// The breaks inside of words of a text, as ranges of bytes, ascending.
pub(crate) fn word_breaks(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()).filter_map(|end| word_break(text, end))
}

/// Whether a text without white space around it ends with a hyphen directly behind a letter, so that a
/// line behind it may go on with the word.
#[must_use]
pub(crate) fn ends_with_a_hyphen(text: &str) -> bool {
    // Of ASCII nothing else is a hyphen, or folds to nothing.
    let may = text.as_bytes().last().is_some_and(|&last| last == b'-' || last >= 0x80);
    may && before_hyphen(text).is_some()
}

/// Whether a text without white space around it begins with a letter, so that it may go on with a word.
#[must_use]
pub(crate) fn begins_with_a_letter(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(first) if first.is_ascii() => first.is_ascii_alphabetic() && !is_conjunction(text),
        _ => from_letter(text).is_some(),
    }
}

/// Whether nothing but one line end and what is not seen is between two lines, given what is.
#[must_use]
pub(crate) fn is_mere_line_end(between: &str) -> bool {
    between.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// The break around a byte that ends a line.
fn word_break(text: &str, end: usize) -> Option<Range<usize>> {
    let word = before_hyphen(&text[..end])?;
    let after = &text[end..];
    let next = from_letter(after.strip_prefix("\r\n").unwrap_or(&after[1..]))?;
    Some(word.len()..text.len() - next.len())
}

/// What is before the hyphen with which a text ends, if that is a letter.
fn before_hyphen(text: &str) -> Option<&str> {
    let word = text.trim_end_matches(is_unseen).strip_suffix(is_hyphen)?;
    is_letter(word.chars().rev()).then_some(word)
}

/// A text without what is not seen at its start, if it goes on with a letter.
fn from_letter(text: &str) -> Option<&str> {
    let next = text.trim_start_matches(is_unseen);
    (is_letter(next.chars()) && !is_conjunction(next)).then_some(next)
}

/// Words behind a hyphen that stands for the other half of a word (`In- und Ausland`), as they are folded.
const CONJUNCTIONS: [&str; 5] = ["und", "oder", "bzw", "sowie", "and"];

/// Whether the first word of a text, which begins with a letter, is one of them.
fn is_conjunction(text: &str) -> bool {
    if text
        .as_bytes()
        .first()
        .is_some_and(|first| first.is_ascii() && !b"uobsaUOBSA".contains(first))
    {
        return false;
    }
    let (mut word, mut ended) = (String::new(), false);
    for character in text.chars() {
        fold(character, |Folded { character, class, .. }| {
            ended |= class != Class::Word;
            if !ended {
                word.push(character);
            }
        });
        // Longer than any of them.
        if ended || word.len() > 5 {
            break;
        }
    }
    CONJUNCTIONS.contains(&word.as_str())
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
            "In-\nund Ausland",
            "IN-\r\nUND AUSLAND",
            "Text-\noder Bilder",
        ] {
            assert_eq!(joined(text), text);
        }
    }

    #[test]
    fn what_is_said_of_two_lines_is_what_is_said_of_their_text() {
        let ends =
            ["exam-", "exam\u{AD}", "exam-\u{200D}", "e\u{301}\u{2010}", "7-", "exam", "-", "字-"];
        let begins = [
            "und",
            "undine",
            "ple",
            "\u{200D} ple",
            "\u{AD}ple",
            "7",
            "\"ple",
            "-ple",
            "étage",
            "字",
        ];
        for (end, begin) in ends.iter().flat_map(|end| begins.map(|begin| (end, begin))) {
            for between in ["\n", " \r\n\t", "\r", "\u{A0}\n"] {
                let text = format!("{end}{between}{begin}");
                let said = ends_with_a_hyphen(end)
                    && begins_with_a_letter(begin)
                    && is_mere_line_end(between);
                assert_eq!(word_breaks(&text).count() == 1, said, "{text:?}");
            }
        }
    }
}
