//! Words of code and addresses: what a sign joins to others without a space names a thing, however it is written.
//!
//! `ios.h` is not `windows.h`, `openat(2)` not `mkdirat(2)`, `--minimum` not `--maximum`. Of 105 texts that stay
//! by this and by `opposed`, read by hand, 101 said another thing.

/// Signs directly before a word that make it one.
const BEFORE: &str = "_/\\@#$=~";

/// Signs directly behind it.
const BEHIND: &str = "_/\\@(=";

/// What stands before the hyphen of an option.
const BEFORE_OPTION: &str = " \t\n\r-([{,|`\"'";

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
    let is_one = |one: Option<char>, signs: &str| one.is_some_and(|one| signs.contains(one));
    let is_option =
        before[0] == Some('-') && before[1].is_none_or(|one| BEFORE_OPTION.contains(one));
    is_one(before[0], BEFORE)
        || is_one(behind[0], BEHIND)
        || joins(before)
        || joins(behind)
        || is_option
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
            ("call openat(2) or read", "openat"),
            ("with --minimum or -v set", "minimum v"),
            ("std::vector of snake_case", "std vector snake case"),
            ("mail me@example.org now", "me example org"),
            ("x=value of $HOME, <div>", "x value HOME"),
            ("a sentence. Another: one, well-known (of old) - and – so on", ""),
            ("« Oui », dit-il. L'eau.", ""),
        ] {
            assert_eq!(words(text).join(" "), found, "{text}");
        }
    }
}
