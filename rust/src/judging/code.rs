//! Words of code and addresses: what a sign joins to others without a space names a thing, however it is written.
//!
//! `ios.h` is not `windows.h`, `openat(2)` not `mkdirat(2)`, `--minimum` not `--maximum`. Of 105 texts that stay
//! by this and by `opposed`, read by hand, 101 said another thing.

use std::ops::Range;

/// Whether a token is a word of code, and whether a single sign joins it to the one before.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Code {
    /// It is one.
    pub is_code: bool,
    /// The token before is a part of the same name.
    pub is_joined: bool,
}

/// Characters between the brackets of a call, at most.
const LONGEST_CALL: usize = 300;

/// Words between two commas of them, at most: `final String name`.
const WORDS_OF_AN_ARGUMENT: usize = 4;

/// Whether a sign directly before a word makes it one.
fn makes_code_before(one: char) -> bool {
    matches!(one, '_' | '/' | '\\' | '@' | '#' | '$' | '=' | '~')
}

/// Whether a sign directly behind it does.
fn makes_code_behind(one: char) -> bool {
    matches!(one, '_' | '/' | '\\' | '@' | '(' | '=')
}

/// Whether what stands before a hyphen makes it that of an option.
fn opens_option(one: char) -> bool {
    matches!(one, ' ' | '\t' | '\n' | '\r' | '-' | '(' | '[' | '{' | ',' | '|' | '`' | '"' | '\'')
}

/// Whether the word from one place of a text to another is one of code.
pub(crate) fn is_code(text: &[char], start: usize, stop: usize) -> bool {
    let at = |place: Option<usize>| place.and_then(|place| text.get(place)).copied();
    let before = [1, 2].map(|back| at(start.checked_sub(back)));
    let behind = [0, 1].map(|on| at(stop.checked_add(on)));
    let goes_on = |one: Option<char>| one.is_some_and(|one| one.is_ascii_alphanumeric());
    // A point or a colon inside of a name, a pair of colons.
    let joins = |[near, far]: [Option<char>; 2]| {
        matches!(near, Some('.' | ':')) && goes_on(far) || (near, far) == (Some(':'), Some(':'))
    };
    // What is called with what.
    let is_argument = before[0] == Some('(') && goes_on(before[1]);
    before[0].is_some_and(makes_code_before)
        || is_argument
        || behind[0].is_some_and(makes_code_behind)
        || joins(before)
        || joins(behind)
        || begins_option(text, start)
        || is_in_compound(text, start, stop)
}

/// Characters on each side of a word, at most, that may be of one compound with it.
const OF_A_COMPOUND: usize = 64;

/// Parts of a compound of code, and of one with a digit.
const PARTS: [usize; 2] = [4, 3];

/// Whether a word is joined by hyphens to so many others that they name a thing: `gcc-multilib-powerpc-linux-gnu`,
/// `libc6-armhf-cross`, not `mother-in-law`.
fn is_in_compound(text: &[char], start: usize, stop: usize) -> bool {
    let is_in = |one: &&char| one.is_ascii_alphanumeric() || **one == '-';
    let before = text[..start].iter().rev().take(OF_A_COMPOUND).take_while(is_in).count();
    let behind = text[stop..].iter().take(OF_A_COMPOUND).take_while(is_in).count();
    if before + behind == 0 {
        return false;
    }
    let compound = &text[start - before..stop + behind];
    let parts = compound.split(|&one| one == '-').filter(|part| !part.is_empty()).count();
    parts >= PARTS[usize::from(compound.iter().any(char::is_ascii_digit))]
}

/// Whether an option begins at a word: it stands behind one or two hyphens.
pub(crate) fn begins_option(text: &[char], start: usize) -> bool {
    let at = |back: usize| start.checked_sub(back).map(|place| text[place]);
    at(1) == Some('-') && at(2).is_none_or(opens_option)
}

/// Where the arguments of a call lie that begin behind the bracket at a place: up to its other bracket, if the name
/// of what is called stands directly before it, and between them are several parts, none of many words.
///
/// `Point(int x, int y)`, not `a person (old, or ill)`.
pub(crate) fn arguments(text: &[char], bracket: usize) -> Option<Range<usize>> {
    let before = text[bracket.checked_sub(1)?];
    if !before.is_ascii_alphanumeric() && before != '_' {
        return None;
    }
    let inside = &text[bracket + 1..text.len().min(bracket + 1 + LONGEST_CALL)];
    let length = inside.iter().position(|one| matches!(one, '(' | ')'))?;
    let parts = inside[..length].split(|&one| one == ',');
    let words = |part: &[char]| {
        let words = part.split(|one: &char| one.is_whitespace());
        words.filter(|word| !word.is_empty()).count()
    };
    let is_call = inside[length] == ')'
        && inside[..length].contains(&',')
        && parts.into_iter().all(|part| words(part) <= WORDS_OF_AN_ARGUMENT);
    is_call.then_some(bracket + 1..bracket + 1 + length)
}

/// Whether a number is a part of a name: `sha1` in `name_sha1.hpp`, `30` in `result_of_30`, `3` in `GPL-3`. Others
/// are numbers, whatever they are joined to.
pub(crate) fn is_code_number(text: &[char], start: usize, stop: usize) -> bool {
    let at = |back: usize| start.checked_sub(back).map(|place| text[place]);
    let has_letter = text[start..stop].iter().any(char::is_ascii_alphabetic);
    has_letter && is_code(text, start, stop)
        || at(1) == Some('_')
        || at(1) == Some('-') && at(2).is_some_and(|one| one.is_ascii_alphabetic())
}

/// What the beginning of an address ends with.
const LINK_ENDS: [&[char]; 3] = [&[':', '/', '/'], &[']', '('], &['w', 'w', 'w', '.']];

/// Tells of places that ascend whether they lie in an address: how that is put together says less than what it
/// leads to. A text is gone through once, however long it goes on without a space.
#[derive(Default)]
pub(crate) struct Links {
    /// The first character that was not looked at.
    next: usize,
    /// Where the address or word began that this is in.
    start: usize,
    is_link: bool,
}

impl Links {
    /// Whether a place of the text does.
    pub(crate) fn have(&mut self, text: &[char], place: usize) -> bool {
        for (at, one) in text.iter().enumerate().take(place).skip(self.next) {
            if one.is_whitespace() {
                (self.start, self.is_link) = (at + 1, false);
            } else if matches!(one, '/' | '(' | '.') {
                let word = &text[self.start..=at];
                self.is_link |= LINK_ENDS.iter().any(|end| word.ends_with(end));
            }
        }
        self.next = self.next.max(place);
        self.is_link
    }
}

/// Whether what stands between two tokens joins them to one name.
pub(crate) fn joins(between: &[char]) -> bool {
    matches!(between, ['_' | '/' | '\\' | '.' | ':' | '@' | '#' | '~' | '=' | '-'] | [':', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let text: Vec<char> = text.chars().collect();
        let is_in = |place: usize| text.get(place).is_some_and(|one| one.is_alphanumeric());
        let starts =
            (0..text.len()).filter(|&place| is_in(place) && (place == 0 || !is_in(place - 1)));
        let end = |start: usize| (start..text.len()).find(|&place| !is_in(place));
        let ranges = starts.map(|start| (start, end(start).unwrap_or(text.len())));
        ranges
            .filter(|&(start, stop)| is_code(&text, start, stop))
            .map(|(start, stop)| text[start..stop].iter().collect())
            .collect()
    }

    #[test]
    fn signs_without_a_space_make_a_word_of_code() {
        for (text, found) in [
            ("see libs/os/ios.h for it", "libs os ios h"),
            ("call openat(flags) or read (it)", "openat flags"),
            ("with --minimum or -v set", "minimum v"),
            ("std::vector of snake_case", "std vector snake case"),
            ("mail me@example.org now", "me example org"),
            ("x=value of $HOME, <div>", "x value HOME"),
            (
                "the gcc-multilib-linux-gnu of libc6-armhf-cross",
                "gcc multilib linux gnu libc6 armhf cross",
            ),
            ("a mother-in-law of a well-known one", ""),
            ("a sentence. Another: one, well-known (of old) - and – so on", ""),
            ("« Oui », dit-il. L'eau.", ""),
        ] {
            assert_eq!(words(text).join(" "), found, "{text}");
        }
    }

    #[test]
    fn a_number_is_part_of_a_name_by_its_letters_or_its_sign() {
        for (text, number, is_part) in [
            ("name_sha1.hpp", "sha1", true),
            ("result_of_30.hpp", "30", true),
            ("by the GPL-3 or later", "3", true),
            ("on 2024-05-17 at noon", "05", false),
            ("at 10:30 or 1/2 of it", "30", false),
            ("the 3rd of them", "3rd", false),
        ] {
            let start = text.find(number).unwrap_or_default();
            let text: Vec<char> = text.chars().collect();
            assert_eq!(is_code_number(&text, start, start + number.len()), is_part, "{number}");
        }
    }

    #[test]
    fn the_arguments_of_a_call_are_parts_of_few_words() {
        for (text, inside) in [
            ("new Point(int x, int y) it", Some("int x, int y")),
            ("a person (old, or ill) it", None),
            ("open(path)", None),
            ("f(g(a, b), c)", None),
            ("f(a, b", None),
            ("the buyer(who is, if there is one, the one that pays now)", None),
        ] {
            let bracket = text.find('(').unwrap_or_default();
            let found = arguments(&text.chars().collect::<Vec<_>>(), bracket);
            assert_eq!(found.map(|range| &text[range]), inside, "{text}");
        }
    }

    #[test]
    fn an_address_is_a_link_up_to_its_end() {
        let is_link = |text: &str, part: &str| {
            let place = text.find(part).unwrap_or_default();
            let text: Vec<char> = text.chars().collect();
            let mut links = Links::default();
            // Each place before is asked for, too.
            (0..=place).map(|place| links.have(&text, place)).last() == Some(true)
        };
        assert!(is_link("see https://example.org/a_b there", "a_b"));
        assert!(is_link("see [this](#_Toc12) there", "Toc12"));
        assert!(is_link("see www.example.org/a_b", "a_b"));
        assert!(!is_link("see https://example.org/a_b c_d", "c_d"));
        assert!(!is_link("libs/a_b.hpp", "b.hpp"));
    }
}
