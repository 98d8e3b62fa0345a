//! Which tokens are numbers: those with a digit, words for numbers, parts of dates and currencies, and the
//! numerals of Chinese and Japanese.
//!
//! Words and numerals are words like others (统一, 一些), so they are numbers only where two texts are held against
//! each other: if they are the same but for such words, they say other numbers, and a fact would be lost
//! with one of them. What is masked (`--numbers mask`) are digits alone.

use std::sync::LazyLock;

use crate::judging::apart::{Side, differ_in_runs_only, is_part_but_for_runs};
use crate::judging::ends::{begin_alike, end_alike};
use crate::judging::word_set::WordSet;

/// Numerals in common use, and those of documents that must not be altered.
const NUMERALS: &str =
    "一二三四五六七八九十百千万萬亿億零两兩廿卅卌壹贰貳叁肆伍陆陸柒捌玖拾佰仟壱弐";

/// Words that count or put in order, months and days, and currencies, as they are folded, of eight languages.
/// Not the words for one, which are articles and pronouns too, nor those that mean something else in another
/// of these languages (once, due, sei, to, may).
const WORDS: &str = "\
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million millions \
    billion billions first second third fourth fifth sixth seventh eighth ninth tenth \
    deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante \
    cinquante soixante cent cents mille milliard milliards premier premiere premiers premieres deuxieme seconde \
    troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme \
    zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn \
    achtzehn neunzehn zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert tausend millionen \
    milliarde milliarden erste ersten erster zweite zweiten zweiter dritte dritten dritter vierte vierten \
    dos tres cuatro cinco seis siete ocho nueve diez doce trece catorce veinte treinta cuarenta cincuenta \
    sesenta setenta ochenta noventa cien ciento cientos mil millon millones primero primera segundo segunda \
    tercero tercera cuarto cuarta quinto quinta \
    quattro cinque sette otto nove dieci undici dodici venti trenta cento mila milione milioni primo secondo \
    seconda terzo terza quarto quarta \
    dois duas quatro sete oito dez doze vinte trinta quarenta cinquenta milhao milhoes primeiro primeira \
    terceiro terceira \
    twee vijf zes zeven negen tien twintig dertig honderd duizend miljoen eerste tweede derde vierde \
    два две три четыре пять шесть семь восемь девять десять двадцать тридцать сорок сто тысяча тысячи тысяч \
    миллион миллиона миллионов первыи второи третии первая вторая третья \
    january february march april june july august september october november december monday tuesday wednesday \
    thursday friday saturday sunday \
    januar februar marz april juni juli august september oktober november dezember montag dienstag mittwoch \
    donnerstag freitag samstag sonnabend sonntag \
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre lundi mardi mercredi \
    jeudi vendredi samedi dimanche \
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes \
    miercoles jueves viernes sabado domingo \
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre lunedi martedi mercoledi giovedi \
    venerdi sabato domenica \
    janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro \
    januari februari maart april mei juni juli augustus september oktober november december maandag dinsdag \
    woensdag donderdag vrijdag zaterdag zondag \
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря понедельник вторник \
    среда среду четверг пятница пятницу суббота субботу воскресенье \
    tre drie twaalf terca sexta двух трех четырех пяти шести семи восьми девяти десяти январе феврале марте апреле \
    мае июне июле августе сентябре октябре ноябре декабре \
    $ € £ ¥ ¢ ₹ ₽ ₩ ₪ ₺ ₴ ฿ euro euros dollar dollars pounds francs yen";

/// What is counted: a numeral before one of these is a number, and no part of a word. Not what stands in words of
/// no number (十分, 一家).
const MEASURES: &str = "元圆円倍年月日天人米吨次岁周名户度克里亩秒";

/// What makes a numeral the number of an article.
const ORDINAL: &str = "第";

static MEASURING: LazyLock<WordSet> = LazyLock::new(|| WordSet::of(characters(MEASURES)));

static ORDERING: LazyLock<WordSet> = LazyLock::new(|| WordSet::of([ORDINAL].into_iter()));

static CHARACTERS: LazyLock<WordSet> = LazyLock::new(|| WordSet::of(characters(NUMERALS)));

static SPELLED: LazyLock<WordSet> = LazyLock::new(|| WordSet::of(WORDS.split_whitespace()));

/// Both of them.
static NUMBERS: LazyLock<WordSet> =
    LazyLock::new(|| WordSet::of(WORDS.split_whitespace().chain(characters(NUMERALS))));

fn characters(all: &str) -> impl Iterator<Item = &str> {
    all.char_indices().map(|(at, one)| &all[at..at + one.len_utf8()])
}

/// Whether a token is a number; hashes of those with a digit have bit 0 set.
#[must_use]
pub fn is_number(token: u32) -> bool {
    token & 1 == 1 || NUMBERS.has(token)
}

/// Whether it is a number wherever it stands: in digits, or a word. Numerals are parts of other words, too.
#[must_use]
pub fn is_amount(token: u32) -> bool {
    token & 1 == 1 || SPELLED.has(token)
}

/// Whether a token is a numeral of Chinese or Japanese.
#[must_use]
pub fn is_numeral(token: u32) -> bool {
    CHARACTERS.has(token)
}

/// Whether a token makes a number of the numerals beside it, or the number of an article.
#[must_use]
pub fn counts_numerals(token: u32) -> bool {
    MEASURING.has(token) || ORDERING.has(token)
}

/// The numerals of a text that count something, each with what it counts: 二万元 and 三年, not 第二年.
pub fn measured(tokens: &[u32]) -> impl Iterator<Item = &[u32]> {
    let mut start = 0;
    tokens.iter().enumerate().filter_map(move |(place, &token)| {
        if is_numeral(token) {
            return None;
        }
        let first = std::mem::replace(&mut start, place + 1);
        let is_ordinal = first > 0 && ORDERING.has(tokens[first - 1]);
        (first < place && !is_ordinal && MEASURING.has(token)).then(|| &tokens[first..=place])
    })
}

/// Whether two token streams are the same but for numbers, of which each run counts as one: 900 and
/// 1 500 are one number each, as are 九百 and 一千五百.
#[must_use]
pub fn differ_in_numbers_only(left: &[u32], right: &[u32]) -> bool {
    differ_in_numbers(left, right, false)
}

/// Whether they are so but for words directly beside numbers that differ: 12 mai and 3 juin.
#[must_use]
pub fn differ_in_values_only(left: &[u32], right: &[u32]) -> bool {
    differ_in_numbers(left, right, true)
}

fn differ_in_numbers(left: &[u32], right: &[u32], with_words: bool) -> bool {
    // What both begin and end with is the same, whole runs of it.
    let mut before = begin_alike(left, right);
    while before > 0 && is_number(left[before - 1]) {
        before -= 1;
    }
    let mut after = end_alike(&left[before..], &right[before..]);
    while after > 0 && is_number(left[left.len() - after]) {
        after -= 1;
    }
    let [one, other] = [left, right].map(|tokens| {
        let tokens = &tokens[before..tokens.len() - after];
        Side { tokens, is_apart: |place: usize| is_number(tokens[place]) }
    });
    differ_in_runs_only((one, other), with_words, |_, _| ())
}

/// Whether a text that does not stand in another one is, as a whole, the same as a part of it but for numbers,
/// and words directly beside them.
#[must_use]
pub fn differs_from_a_part_in_values(own: &[u32], other: &[u32]) -> bool {
    let are_numbers = |tokens: &[u32]| tokens.iter().copied().map(is_number).collect::<Vec<_>>();
    let own_numbers = are_numbers(own);
    own_numbers.contains(&true) && {
        let other_numbers = are_numbers(other);
        is_part_but_for_runs(
            &Side { tokens: own, is_apart: |place: usize| own_numbers[place] },
            &Side { tokens: other, is_apart: |place: usize| other_numbers[place] },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::trial::{chance, tokens};

    /// Piece by piece: runs of numbers are alike, and so are words but beside a run that differs.
    fn differ_plainly(left: &[u32], right: &[u32], with_words: bool) -> bool {
        let pieces = |tokens: &[u32]| -> Vec<Vec<u32>> {
            tokens
                .chunk_by(|&one, &two| is_number(one) && is_number(two))
                .map(<[u32]>::to_vec)
                .collect()
        };
        let (left, right) = (pieces(left), pieces(right));
        let is_run = |piece: Option<&Vec<u32>>| piece.is_some_and(|piece| is_number(piece[0]));
        let is_other_run = |place: usize| {
            is_run(left.get(place)) && is_run(right.get(place)) && left[place] != right[place]
        };
        left.len() == right.len()
            && (0..left.len()).all(|place| {
                let runs = (is_run(left.get(place)), is_run(right.get(place)));
                let beside = is_other_run(place + 1) || is_other_run(place.wrapping_sub(1));
                runs == (true, true)
                    || runs == (false, false)
                        && (left[place] == right[place] || with_words && beside)
            })
    }

    #[test]
    fn what_both_begin_and_end_with_changes_nothing() {
        let words = ["一", "二", "7", "12", "a", "b", ""];
        let mut random = chance();
        for _ in 0..20_000 {
            let mut text = || -> Vec<u32> {
                let count = random(6);
                (0..count).flat_map(|_| tokens(words[random(7)])).collect()
            };
            let (left, right) = (text(), text());
            for with_words in [false, true] {
                let plain = differ_plainly(&left, &right, with_words);
                let found = differ_in_numbers(&left, &right, with_words);
                assert_eq!(found, plain, "{left:?} {right:?}");
            }
        }
    }

    #[test]
    fn numerals_before_a_measure_are_amounts() {
        let text = tokens("处 五 万 元 以 下 第 三 年 十 分 二 倍");
        let found: Vec<Vec<u32>> = measured(&text).map(<[u32]>::to_vec).collect();
        assert_eq!(found, [tokens("五 万 元"), tokens("二 倍")]);
    }

    #[test]
    fn numerals_are_numbers_and_other_characters_are_not() {
        assert!(differ_in_numbers_only(&tokens("第 二 十 三 条"), &tokens("第 五 条")));
        assert!(differ_in_numbers_only(&tokens("第 1 500 条"), &tokens("第 一 千 条")));
        assert!(!differ_in_numbers_only(&tokens("第 二 条"), &tokens("第 条")));
        assert!(!differ_in_numbers_only(&tokens("统 一"), &tokens("统 计")));
    }

    #[test]
    fn a_word_beside_a_number_that_differs_belongs_to_it() {
        let differ = |left: &str, right: &str| differ_in_values_only(&tokens(left), &tokens(right));
        assert!(differ("le 12 mai à midi", "le 3 juin à midi"));
        assert!(differ("le lundi 12 mai", "le mardi 3 juin"));
        assert!(!differ("le 12 km à pied", "le 12 miles à pied"));
        assert!(differ("le 12 mai à midi", "le 12 juin à midi"));
        assert!(!differ("le 12 mai à midi", "le 3 juin au soir"));
    }
}
