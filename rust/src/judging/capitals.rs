//! Names: which tokens of a text are.
//!
//! Only the text as it was written can tell: a word that begins with a capital where the spelling does not
//! ask for one. So a word that begins a block, a sentence or a quotation is none, scripts
//! without capitals have none, and neither have headlines, whose words mostly have capitals, the long ones all.
//!
//! - The point of an initial or of a short title ends no sentence: J. S. Bach, Dr. Watson. That of a numeral
//!   with which a text begins does.
//! - A capital that the place asks for is a part of the name that follows it at once: Ann Lee came.
//! - One or two short words between two names are a part of them: Otto von Bismarck, Oscar de la Renta.
//! - A line end asks for none, a blank line does.
//! - A capital behind a small letter is a name's wherever it stands, in headlines too (iPhone, eBay), and so
//!   are two before two small letters: `JTree`.
//! - So is a word of three capitals or more: EADDRINUSE, NATO.
//! - Roman numerals in capitals are names wherever they stand: chapter XIV is not chapter XV.
//! - And words of code, with capitals or without (`code`): openat(2) is not mkdirat(2).

use crate::judging::code::{self, Code, Links, arguments, begins_option, is_code, is_code_number};
use crate::judging::roman::is_roman;
use crate::tokens::careful::CarefulReader;
use crate::tokens::fold::{Class, fold};

/// Letters of a word between two names, at most.
const SHORT: usize = 3;

/// Letters of a word that begins with a capital in a headline, at least.
const LONG: usize = 5;

/// Short words between two names, at most.
const BETWEEN: usize = 2;

/// Letters of a word of capitals alone, at least.
const LEAST_CAPITALS: usize = 3;

/// Titles with a vowel that are written with a point, without their capital.
const TITLES: [&[u8]; 26] = [
    b"adm", b"capt", b"col", b"comm", b"dipl", b"dir", b"dott", b"dra", b"gen", b"gov", b"hon",
    b"ing", b"insp", b"lic", b"maj", b"mons", b"pres", b"prof", b"rep", b"rev", b"sen", b"sig",
    b"sra", b"srta", b"supt", b"univ",
];

/// Says which tokens of a text are names.
#[derive(Default)]
pub(crate) struct NameReader {
    /// What was read last.
    pub(crate) careful: CarefulReader,
    text: Vec<char>,
    words: Vec<Word>,
    names: Vec<bool>,
    written: Vec<Written>,
}

/// What the spelling of a text tells of one of its tokens, in a byte: many are held.
#[derive(Clone, Copy)]
pub(crate) struct Written(pub u8);

impl Written {
    fn new(is_name: bool, code: Code) -> Self {
        let Code { is_code, is_joined } = code;
        Self(u8::from(is_name) | u8::from(is_code) << 1 | u8::from(is_joined) << 2)
    }

    /// It is a name, or a part of one.
    pub(crate) fn is_name(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether it is a word of code.
    pub(crate) fn code(self) -> Code {
        Code { is_code: self.0 & 2 != 0, is_joined: self.0 & 4 != 0 }
    }
}

/// What is asked of a token.
#[derive(Clone, Copy)]
struct Word {
    form: Form,
    before: Before,
    /// It has a capital inside: a name wherever it stands.
    has_inner: bool,
    /// It is of capitals alone: a name wherever it stands, but in headlines.
    is_of_capitals: bool,
    /// It is a Roman numeral: a name there too.
    is_roman: bool,
    /// It is a word of code: so is this, where it is no number.
    code: Code,
}

/// How a token is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A number or symbol.
    Other,
    ShortSmall,
    Small,
    LongSmall,
    Capital,
}

/// What stands between a token and the one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// What asks for a capital; or it is the text's first.
    Start,
    /// What may stand inside of a name.
    Joint,
    Other,
}

impl NameReader {
    /// One answer for each token of a block.
    pub(crate) fn read(&mut self, text: &str) -> &[Written] {
        self.careful.read(text, false);
        self.text.clear();
        self.text.extend(text.chars());
        self.read_words();
        let Self { words, names, written, .. } = self;
        let count =
            |asked: fn(&Form) -> bool| words.iter().filter(|word| asked(&word.form)).count();
        let is_headline = 2 * count(|&form| form == Form::Capital)
            > count(|&form| form != Form::Other)
            && count(|&form| form == Form::LongSmall) == 0;
        names.clear();
        names.extend(words.iter().map(|word| {
            let is_capital = word.form == Form::Capital && word.before != Before::Start;
            word.has_inner || !is_headline && (word.is_of_capitals || is_capital)
        }));
        if !is_headline {
            add_first_words(words, names);
            add_short_words(words, names);
        }
        written.clear();
        written.extend(names.iter().zip(words).map(|(&is_name, word)| {
            let is_name = is_name || word.is_roman || word.code.is_code && word.form != Form::Other;
            Written::new(is_name, word.code)
        }));
        written
    }

    fn read_words(&mut self) {
        let Self { careful, text, words, .. } = self;
        words.clear();
        let (mut end, mut is_abbreviation, mut links) = (None, false, Links::default());
        // Behind a hyphen an option or another word of code goes on: --with-font, gtk.file-chooser.
        let mut goes_on = false;
        let forms = careful.normal.split(|&byte| byte == b' ');
        for ((place, numeric), form) in careful.places.iter().zip(&careful.numeric).zip(forms) {
            let (start, stop) = (place.start as usize, place.end as usize);
            let written = &text[start..stop];
            let between = end.map(|end: usize| &text[end.min(start)..start]);
            // The point behind an abbreviation says nothing.
            let between = between.map(|between| match between {
                ['.', rest @ ..] if is_abbreviation => rest,
                between => between,
            });
            let is_word = !numeric && !is_symbol(form);
            let is_capital = is_word && begins_with_capital(written[0]);
            let letters = form.iter().map(|&byte| usize::from(byte & 0xC0 != 0x80)).sum();
            let is_roman = is_capital && is_roman(&text[start..], place.len());
            is_abbreviation = is_capital
                && (letters == 1 || is_without_vowels(form) || TITLES.contains(&form))
                && !(is_roman && end.is_none())
                && !written[1..].iter().any(|character| character.is_uppercase());
            let form = match letters {
                _ if !is_word => Form::Other,
                _ if is_capital => Form::Capital,
                ..=SHORT => Form::ShortSmall,
                LONG.. => Form::LongSmall,
                _ => Form::Small,
            };
            let before = match between {
                Some([' ']) => Before::Joint,
                Some(between) if !asks_for_capital(between) => {
                    let joins = between.iter().all(|&character| joins(character));
                    if joins { Before::Joint } else { Before::Other }
                }
                _ => Before::Start,
            };
            let has_inner = is_word && has_capital_inside(written);
            let is_of_capitals = is_capital && is_of_capitals(written);
            let raw = end.map_or(&[][..], |end: usize| &text[end.min(start)..start]);
            goes_on = begins_option(text, start) || goes_on && raw == ['-'];
            let is_link = links.have(text, start);
            let is_code = if is_word {
                goes_on || is_code(text, start, stop)
            } else {
                *numeric && is_code_number(text, start, stop) && !is_link
            };
            let is_joined = code::joins(raw) && !is_link;
            goes_on = goes_on || is_code;
            let code = Code { is_code, is_joined };
            words.push(Word { form, before, has_inner, is_of_capitals, is_roman, code });
            end = Some(stop);
        }
        self.mark_arguments();
    }

    /// Words between the brackets of a call are words of code.
    fn mark_arguments(&mut self) {
        let Self { careful, text, words, .. } = self;
        let mut places = careful.places.iter().zip(words).peekable();
        for bracket in (0..text.len()).filter(|&place| text[place] == '(') {
            let Some(inside) = arguments(text, bracket) else { continue };
            while places.next_if(|(place, _)| (place.start as usize) < inside.start).is_some() {}
            while let Some((_, word)) =
                places.next_if(|(place, _)| (place.start as usize) < inside.end)
            {
                word.code.is_code |= word.form != Form::Other;
            }
        }
    }
}

/// Capitals that their place asks for, where a name follows at once.
fn add_first_words(words: &[Word], names: &mut [bool]) {
    for place in (1..words.len()).rev() {
        let goes_on = names[place] && words[place].before == Before::Joint;
        let is_capital = words[place - 1].form == Form::Capital;
        names[place - 1] = names[place - 1] || goes_on && is_capital;
    }
}

/// Short words between two names.
fn add_short_words(words: &[Word], names: &mut [bool]) {
    let mut last = None;
    for place in 0..words.len() {
        if !names[place] {
            continue;
        }
        if let Some(last) = last.replace(place) {
            let joined = words[last + 1..=place].iter().all(|word| word.before == Before::Joint);
            let between = &words[last + 1..place];
            if joined
                && between.len() <= BETWEEN
                && between.iter().all(|word| word.form == Form::ShortSmall)
            {
                names[last + 1..place].fill(true);
            }
        }
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

/// Whether these letters can only be an abbreviation, as Dr, Mrs and Ltd: no word is without a vowel.
fn is_without_vowels(form: &[u8]) -> bool {
    form.iter().all(|letter| letter.is_ascii_lowercase() && !b"aeiouy".contains(letter))
}

/// The small letters and capitals of a word: marks on them, which another spelling has not, are neither.
fn cased(written: &[char]) -> impl Iterator<Item = char> + Clone + '_ {
    written.iter().copied().filter(|letter| letter.is_lowercase() || letter.is_uppercase())
}

/// Whether a small letter stands before a capital in a word, or two capitals before two small letters: no plural
/// is so (`PDFs`).
fn has_capital_inside(written: &[char]) -> bool {
    let mut last = [None; 4];
    cased(written).any(|letter| {
        last = [last[1], last[2], last[3], Some(letter.is_uppercase())];
        last[2..] == [Some(false), Some(true)]
            || last == [Some(true), Some(true), Some(false), Some(false)]
    })
}

/// Whether a word is written in capitals, three or more.
fn is_of_capitals(written: &[char]) -> bool {
    let mut letters = cased(written);
    letters.clone().count() >= LEAST_CAPITALS && letters.all(char::is_uppercase)
}

/// Whether a character may stand inside of a name.
fn joins(character: char) -> bool {
    matches!(character, ' ' | '\n' | '\r' | '\u{A0}' | '\u{202F}' | '-' | '\u{2010}' | '\'' | '’')
}

/// Whether what stands between two words ends a sentence or a paragraph, or opens what the second one
/// begins. A line end alone may be one of a paragraph that was broken to fit a width.
fn asks_for_capital(between: &[char]) -> bool {
    let ends =
        |&c: &char| matches!(c, '.' | '!' | '?' | '…' | ':' | ';' | '。' | '！' | '？' | '؟');
    let count = |end: char| between.iter().filter(|&&c| c == end).count();
    let is_blank_line = count('\n').max(count('\r')) > 1;
    let opens = |c: char| {
        matches!(c, '"' | '“' | '„' | '‚' | '‘' | '«' | '‹' | '「' | '『' | '【' | '《' | '〈')
    };
    let opened = between.last().is_some_and(|&last| match last {
        // Alone between two words it is an apostrophe.
        '\'' => between.len() > 1,
        last => opens(last),
    });
    opened || is_blank_line || between.iter().any(ends)
}
