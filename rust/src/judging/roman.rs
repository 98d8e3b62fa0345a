//! Roman numerals, as they are written in a text.

use crate::tokens::fold::fold;

/// Whether a text begins with a Roman numeral of so many characters: of capitals and well formed, or of
/// Unicode's own. One letter alone is one only with a point or bracket behind it, as in a heading: I, V
/// and X are words and initials too.
#[must_use]
pub fn is_roman(text: &[char], length: usize) -> bool {
    // What folds to nothing behind it stands in its place too.
    let is_seen = |&character: &char| {
        let mut seen = false;
        fold(character, |_| seen = true);
        seen
    };
    let length = text[..length].iter().rposition(is_seen).map_or(0, |last| last + 1);
    let (numeral, rest) = text.split_at(length);
    if numeral.iter().all(|numeral| ('\u{2160}'..='\u{2188}').contains(numeral)) {
        return true;
    }
    let is_heading =
        matches!(numeral, ['I' | 'V' | 'X']) && matches!(rest.first(), Some('.' | ')'));
    is_heading || (length > 1 && is_well_formed(numeral))
}

/// Whether letters are a Roman numeral as one writes them: thousands, hundreds, tens and ones in turn.
fn is_well_formed(mut numeral: &[char]) -> bool {
    let mut pass = |start: &[char]| {
        let rest = numeral.strip_prefix(start);
        numeral = rest.unwrap_or(numeral);
        rest.is_some()
    };
    for (one, five, ten) in [('M', ' ', ' '), ('C', 'D', 'M'), ('X', 'L', 'C'), ('I', 'V', 'X')] {
        if !pass(&[one, ten]) && !pass(&[one, five]) {
            pass(&[five]);
            let _ = pass(&[one]) && pass(&[one]) && pass(&[one]);
        }
    }
    numeral.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number as Romans wrote it, by taking away the largest part each time.
    fn roman(mut number: u32) -> Vec<char> {
        let parts = [
            (1000, "M"),
            (900, "CM"),
            (500, "D"),
            (400, "CD"),
            (100, "C"),
            (90, "XC"),
            (50, "L"),
            (40, "XL"),
            (10, "X"),
            (9, "IX"),
            (5, "V"),
            (4, "IV"),
            (1, "I"),
        ];
        let mut written = Vec::new();
        for (value, letters) in parts {
            while number >= value {
                number -= value;
                written.extend(letters.chars());
            }
        }
        written
    }

    #[test]
    fn well_formed_are_the_numerals_up_to_four_thousand_and_nothing_else() {
        let numerals: std::collections::HashSet<Vec<char>> = (1..4000).map(roman).collect();
        let mut texts = vec![Vec::new()];
        for _ in 0..6 {
            texts = texts
                .iter()
                .flat_map(|text: &Vec<char>| "MDCLXVIA".chars().map(|c| [&text[..], &[c]].concat()))
                .collect();
            for text in &texts {
                assert_eq!(is_well_formed(text), numerals.contains(text), "{text:?}");
            }
        }
        assert!(numerals.iter().all(|numeral| is_well_formed(numeral)));
    }
}
