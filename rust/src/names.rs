//! Names: which tokens of a text are, and whether two texts differ in nothing else.
//!
//! What a name is only the text as it was written can tell: a word that begins with a capital where the
//! spelling does not ask for one. So a word that begins a block, a sentence, a quotation or a bracket is
//! none, scripts without capitals have none, and neither have headlines, whose words mostly have capitals.
//! Roman numerals in capitals are names wherever they stand: chapter XIV is not chapter XV.
//! Of equal texts the one that came first speaks for all.

use rayon::prelude::*;

use crate::careful::CarefulReader;
use crate::fold::{Class, fold};
use crate::numerals::{differ_in_numbers_only, is_number};
use crate::settings::{Names, Numbers, Settings};
use crate::store::{Number, Store, TokenReader};
use crate::verify::Match;

/// Tokens between what two texts begin and end with alike, at most, that are looked at for names.
const MOST_BETWEEN: usize = 1024;

/// Whether two nodes differ in nothing but what the policy keeps apart: numbers, or names.
#[must_use]
pub fn is_template(
    store: &Store,
    settings: &Settings,
    (left, right): (Number, Number),
    tokens: (&[u32], &[u32]),
) -> bool {
    if settings.numbers == Numbers::Veto && differ_in_numbers_only(tokens.0, tokens.1) {
        return true;
    }
    if settings.names == Names::Keep || !may_differ_in_names(tokens.0, tokens.1) {
        return false;
    }
    let (mut one, mut other) = (Side::new(store), Side::new(store));
    one.read(left);
    other.read(right);
    one.differs_in_names_from(&other, settings)
}

/// Notes which matches differ in names only; those that differ in numbers only are known.
pub fn mark_names(store: &Store, settings: &Settings, matches: &mut [Match]) {
    if settings.names == Names::Keep {
        return;
    }
    matches.par_iter_mut().filter(|found| !found.template).for_each_init(
        || {
            let sides = (Side::new(store), Side::new(store));
            (store.token_reader(), store.token_reader(), sides)
        },
        |(left, right, (one, other)), found| {
            if may_differ_in_names(left.tokens(found.left), right.tokens(found.right)) {
                one.read(found.left);
                other.read(found.right);
                found.template = one.differs_in_names_from(other, settings);
            }
        },
    );
}

/// Whether two texts differ in names only.
#[must_use]
pub fn texts_differ_in_names_only(left: &str, right: &str, numbers: Numbers) -> bool {
    let mut sides = [left, right].map(|text| {
        let mut reader = NameReader::default();
        let names = reader.read(text).to_vec();
        // The same hash for all numbers, as a mask has it.
        (reader.careful.hashes(), names)
    });
    if numbers == Numbers::Mask {
        for token in
            sides.iter_mut().flat_map(|(tokens, _)| tokens).filter(|token| **token & 1 == 1)
        {
            *token = 1;
        }
    }
    let [left, right] = &sides;
    may_differ_in_names(&left.0, &right.0)
        && names_as_one((&left.0, &left.1), numbers).eq(names_as_one((&right.0, &right.1), numbers))
}

/// What only the tokens tell: after what both begin and end with, something is left of both, not much.
fn may_differ_in_names(left: &[u32], right: &[u32]) -> bool {
    let most = left.len().min(right.len());
    let before = left.iter().zip(right).take_while(|(one, other)| one == other).count();
    let ends = left.iter().rev().zip(right.iter().rev()).take(most - before);
    let after = ends.take_while(|(one, other)| one == other).count();
    let between = |tokens: &[u32]| (1..=MOST_BETWEEN).contains(&(tokens.len() - before - after));
    between(left) && between(right)
}

/// Which tokens are names, or numbers where these are kept apart too.
pub(crate) fn apart<'a>(
    (tokens, names): (&'a [u32], &'a [bool]),
    numbers: Numbers,
) -> impl Iterator<Item = bool> + 'a {
    tokens
        .iter()
        .zip(names)
        .map(move |(&token, &name)| name || numbers == Numbers::Veto && is_number(token))
}

/// The tokens; `None` for each run of those that are kept apart.
fn names_as_one<'a>(
    (tokens, names): (&'a [u32], &'a [bool]),
    numbers: Numbers,
) -> impl Iterator<Item = Option<u32>> + 'a {
    let mut in_run = false;
    tokens.iter().zip(apart((tokens, names), numbers)).filter_map(move |(&token, one)| {
        let goes_on = one && in_run;
        in_run = one;
        (!goes_on).then_some((!one).then_some(token))
    })
}

/// A node's tokens and names, kept while pairs of one node follow one another.
struct Side<'a> {
    reader: TokenReader<'a>,
    node: Option<Number>,
    tokens: Vec<u32>,
    names: NameReader,
}

impl<'a> Side<'a> {
    fn new(store: &'a Store) -> Self {
        let (tokens, names) = (Vec::new(), NameReader::default());
        Self { reader: store.token_reader(), node: None, tokens, names }
    }

    fn read(&mut self, node: Number) {
        if self.node != Some(node) {
            self.node = Some(node);
            let (tokens, text) = self.reader.tokens_and_text(node);
            self.tokens.clear();
            self.tokens.extend_from_slice(tokens);
            self.names.read(&text);
        }
    }

    fn differs_in_names_from(&self, other: &Self, settings: &Settings) -> bool {
        let tokens = |side: &'_ Self| side.tokens.len() == side.names.names.len();
        tokens(self)
            && tokens(other)
            && names_as_one((&self.tokens, &self.names.names), settings.numbers)
                .eq(names_as_one((&other.tokens, &other.names.names), settings.numbers))
    }
}

/// Says which tokens of a text are names.
#[derive(Default)]
pub(crate) struct NameReader {
    /// What was read last.
    pub(crate) careful: CarefulReader,
    text: Vec<char>,
    names: Vec<bool>,
}

impl NameReader {
    /// One answer for each token of a block.
    pub(crate) fn read(&mut self, text: &str) -> &[bool] {
        let Self { careful, text: characters, names } = self;
        names.clear();
        careful.read(text, false);
        characters.clear();
        characters.extend(text.chars());
        let (mut words, mut capitals, mut end) = (0, 0, 0);
        let mut romans = Vec::new();
        let forms = careful.normal.split(|&byte| byte == b' ');
        for ((place, numeric), form) in careful.places.iter().zip(&careful.numeric).zip(forms) {
            let is_word = !numeric && !is_symbol(form);
            let is_capital = is_word && begins_with_capital(characters[place.start as usize]);
            words += usize::from(is_word);
            capitals += usize::from(is_capital);
            let between =
                &characters[(end as usize).min(place.start as usize)..place.start as usize];
            if is_capital && is_roman(&characters[place.start as usize..], place.len()) {
                romans.push(names.len());
            }
            names.push(is_capital && !names.is_empty() && !asks_for_capital(between));
            end = place.end;
        }
        if 2 * capitals > words {
            names.fill(false);
        }
        for roman in romans {
            names[roman] = true;
        }
        names
    }
}

/// Whether a token is a symbol, by its first character.
fn is_symbol(form: &[u8]) -> bool {
    if form.first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let first = form.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    let mut symbol = false;
    if let Some(first) = first {
        fold(first, |folded| symbol |= folded.class == Class::Symbol);
    }
    symbol
}

/// Whether a character is a capital, or begins with one, as ǅ does.
fn begins_with_capital(character: char) -> bool {
    let is_title = |c| matches!(c, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ' | 'ᾈ'..='ᾏ' | 'ᾘ'..='ᾟ' | 'ᾨ'..='ᾯ' | 'ᾼ' | 'ῌ' | 'ῼ');
    character.is_uppercase() || is_title(character)
}

/// Whether a text begins with a Roman numeral of so many characters: of capitals and well formed, or of
/// Unicode's own. One letter alone is one only with a point or bracket behind it, as in a heading: I, V
/// and X are words and initials too.
fn is_roman(text: &[char], length: usize) -> bool {
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

/// Whether what stands between two words ends a sentence or a line, or opens what the second one begins.
fn asks_for_capital(between: &[char]) -> bool {
    let ends = |&c: &char| {
        matches!(c, '.' | '!' | '?' | '…' | ':' | ';' | '。' | '！' | '？' | '؟' | '\n' | '\r')
    };
    let opens = |c: char| {
        matches!(
            c,
            '"' | '“'
                | '„'
                | '‚'
                | '‘'
                | '«'
                | '‹'
                | '('
                | '['
                | '{'
                | '「'
                | '『'
                | '（'
                | '【'
                | '《'
                | '〈'
        )
    };
    let opened = between.last().is_some_and(|&last| match last {
        // Alone between two words it is an apostrophe.
        '\'' => between.len() > 1,
        last => opens(last),
    });
    opened || between.iter().any(ends)
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
