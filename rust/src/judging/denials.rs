//! What denies: a negation in one of two texts, where the other one says the same without it.

use std::ops::Range;
use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};

use crate::judging::opposed::Sides;
use crate::judging::word_set::WordSet;
use crate::tokens::hash::token_hash;
use crate::tokens::token::TokenBuffer;

/// Words that deny, as they are folded; of negations with an apostrophe what stands before it.
const NEGATIONS: &str = "\
    not no never without cannot nor none neither isn aren wasn weren don doesn didn won wouldn couldn shouldn \
    mustn hasn haven hadn \
    pas jamais sans aucun aucune ni rien \
    nicht kein keine keinen keinem keiner keines nie niemals ohne weder \
    nunca sin jamas ningun ninguna non senza nessun nessuna nao sem nenhum nenhuma \
    niet geen nooit zonder inte aldrig utan ikke ingen bez neni nelze \
    не нет без никогда нельзя немає \
    不 没 沒 無 无 未 非 \
    لا لم لن ليس ليست غير بدون نیست \
    לא אין בלי \
    δεν μην χωρισ khong chua \
    नहीं नही না নয় নেই نہیں";

/// Words that deny, or what of them stands before the apostrophe, each with what is said without the denial.
const AFFIRMED: &str = "\
    isn is aren are wasn was weren were don do doesn does didn did won will wouldn would couldn could shouldn should \
    mustn must hasn has haven have hadn had can can cannot can \
    kein ein keine eine keinen einen keinem einem keiner einer keines eines geen een";

/// What denies in scripts in which each character is a token: Japanese (behind a verb's own ending: 大切な and いのち
/// do not), Thai, Lao, Khmer.
const SEQUENCES: &str = "\
    ません かない がない さない たない ばない まない らない わない しない きない いない えない けない げない せない てない でない べない めない れない じない びない \
    かなかっ がなかっ さなかっ たなかっ ばなかっ まなかっ らなかっ わなかっ しなかっ きなかっ いなかっ えなかっ けなかっ げなかっ せなかっ てなかっ でなかっ べなかっ めなかっ \
    れなかっ じなかっ びなかっ ไม่ มิได้ อย่า ห้าม ບໍ່ មិន";

/// Tokens around where two texts differ in which such a sequence may begin or end.
const AROUND: usize = 4;

/// Characters that deny, in Chinese and Japanese.
const DENYING_HAN: &str = "不 没 沒 無 无 未";

static DENYING_CHARACTERS: LazyLock<WordSet> =
    LazyLock::new(|| WordSet::of(DENYING_HAN.split_whitespace()));

/// The tokens of each sequence that denies.
static DENYING_SEQUENCES: LazyLock<Vec<Vec<u32>>> = LazyLock::new(|| {
    let mut buffer = TokenBuffer::default();
    let mut tokens = |word: &str| {
        buffer.read(word, false);
        buffer.hashes().to_vec()
    };
    SEQUENCES.split_whitespace().map(&mut tokens).collect()
});

/// All tokens of them, ascending.
static OF_SEQUENCES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut tokens = DENYING_SEQUENCES.concat();
    tokens.sort_unstable();
    tokens
});

static DENYING: LazyLock<WordSet> = LazyLock::new(|| WordSet::of(NEGATIONS.split_whitespace()));

static AFFIRMATIONS: LazyLock<HashMap<u32, u32>> = LazyLock::new(|| {
    let words: Vec<u32> =
        AFFIRMED.split_whitespace().map(|word| token_hash(word.as_bytes()) & !1).collect();
    words.as_chunks().0.iter().map(|&[denying, affirming]| (denying, affirming)).collect()
});

/// What stands behind the apostrophe of a negation.
static SHORT_NOT: LazyLock<u32> = LazyLock::new(|| token_hash(b"t") & !1);

/// Whether any rule for denials asks for a token.
pub(super) fn may_deny(token: u32) -> bool {
    DENYING.has(token)
        || token == *SHORT_NOT
        || DENYING_CHARACTERS.has(token)
        || OF_SEQUENCES.binary_search(&token).is_ok()
}

/// Whether it denies what stands behind it.
pub(super) fn is_denying_character(token: u32) -> bool {
    DENYING_CHARACTERS.has(token)
}

impl Sides<'_> {
    /// Whether they are the same but for a few words in a row, of which those of one deny, or the two not equally often.
    #[must_use]
    pub fn one_denies(&self) -> bool {
        let denies = |side: usize| self.few(side).any(|token| DENYING.has(token));
        self.differ_in_few()
            && (denies(0) != denies(1) || self.count_denials(0) != self.count_denials(1))
    }

    /// Whether one denies in the middle of what the other says without that, and denies more often where they differ:
    /// `has not decided` where there is `has decided`, whatever else differs.
    #[must_use]
    pub fn denies_a_phrase(&self) -> bool {
        let denials = [0, 1].map(|side| {
            let places = self.between[side].clone();
            places.filter(|&place| self.denies_at(side, place)).collect::<Vec<_>>()
        });
        (0..2).any(|side| {
            denials[side].len() > denials[1 - side].len()
                && denials[side].iter().any(|&place| self.is_said_without(side, place))
        })
    }

    /// Whether a word denies; of a negation with an apostrophe only what stands behind that.
    fn denies_at(&self, side: usize, place: usize) -> bool {
        let tokens = self.whole[side];
        let is_short = |place: usize| {
            tokens.get(place) == Some(&*SHORT_NOT)
                && place > 0
                && AFFIRMATIONS.contains_key(&tokens[place - 1])
        };
        is_short(place) || DENYING.has(tokens[place]) && !is_short(place + 1)
    }

    /// Whether the other one has the words beside a denial beside each other.
    fn is_said_without(&self, side: usize, place: usize) -> bool {
        let (own, other) = (self.whole[side], self.whole[1 - side]);
        let Some(&behind) = own.get(place + 1) else { return false };
        let is_short = own[place] == *SHORT_NOT;
        let word = place - usize::from(is_short);
        let before = word.checked_sub(1).map(|before| own[before]);
        let affirming = AFFIRMATIONS.get(&own[word]).copied();
        other.iter().enumerate().any(|(at, &token)| {
            let there = at.checked_sub(1).map(|before| other[before]);
            token == behind && (there == before || affirming.is_some() && there == affirming)
        })
    }

    /// How often sequences that deny stand where a side differs, or reach into it.
    fn count_denials(&self, side: usize) -> usize {
        let Range { start, end } = self.between[side];
        let tokens = self.whole[side];
        let around = &tokens[start.saturating_sub(AROUND)..tokens.len().min(end + AROUND)];
        if !around.iter().any(|token| OF_SEQUENCES.binary_search(token).is_ok()) {
            return 0;
        }
        let count = |word: &Vec<u32>| {
            around.windows(word.len()).filter(|tokens| *tokens == word.as_slice()).count()
        };
        DENYING_SEQUENCES.iter().map(count).sum()
    }

    /// Whether a side denies what the other does not deny, in a script in which a character denies what stands
    /// behind it.
    #[must_use]
    pub fn denies_more(&self, side: usize) -> bool {
        let (own, other) = (self.whole[side], self.whole[1 - side]);
        let denied = |tokens: &[u32], place: usize| (tokens[place], tokens.get(place + 1).copied());
        let places = self.between[side].clone();
        let mut places = places.filter(|&place| DENYING_CHARACTERS.has(own[place])).peekable();
        if places.peek().is_none() {
            return false;
        }
        let there: HashSet<_> = (0..other.len())
            .filter(|&place| DENYING_CHARACTERS.has(other[place]))
            .map(|place| denied(other, place))
            .collect();
        places.any(|place| !there.contains(&denied(own, place)))
    }
}
