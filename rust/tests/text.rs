//! Text to tokens and to blocks: the rules by example, and what must hold for every text.

use dedup_core::blocks::split::{Before, BlockSpan, Unit, is_list_of_items, split};
use dedup_core::blocks::wrapped::{WrappedLine, is_hard_wrapped};
use dedup_core::simd::paths;
use dedup_core::tokens::careful::CarefulReader;
use dedup_core::tokens::token::TokenBuffer;

fn normal(text: &str) -> String {
    let mut buffer = TokenBuffer::default();
    buffer.read(text, false);
    assert_eq!(buffer.hashes().len(), buffer.normal().split_terminator(' ').count(), "{text}");
    buffer.normal().to_owned()
}

fn blocks_of(text: &str, unit: Unit) -> Vec<BlockSpan> {
    let mut blocks = Vec::new();
    split(text, unit, &mut TokenBuffer::default(), &mut blocks);
    blocks
}

fn texts(text: &str, unit: Unit) -> Vec<&str> {
    let part = |block: &BlockSpan| &text[block.start as usize..block.end as usize];
    blocks_of(text, unit).iter().map(part).collect()
}

#[test]
fn words_of_every_script_become_tokens() {
    for (text, expected) in [
        ("", ""),
        (" .,-—« »\n", ""),
        ("L’été, à l'École!", "l ete a l ecole"),
        ("e\u{301}TE\u{301}", "ete"),
        ("Straße STRASSE GROẞ", "strasse strasse gross"),
        ("İstanbul", "istanbul"),
        ("ﬁn ﬂot", "fin flot"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("مُحَمَّدٌ رَسُول", "محمد رسول"),
        ("שָׁלוֹם", "שלום"),
        ("漢字and仮名", "漢 字 and 仮 名"),
        ("がカ", "か \u{3099} カ"),
        ("ไทย๑๒", "ไ ท ย ๑๒"),
        ("हिन्दी है", "हिन्दी है"),
        ("co\u{AD}operate zero\u{200B}width", "cooperate zerowidth"),
        ("snake_case don't", "snake case don t"),
        ("www.example.com/a?b=1", "www example com a b = 1"),
    ] {
        assert_eq!(normal(text), expected, "{text}");
    }
    assert_eq!(normal("한국"), normal("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}"));
}

#[test]
fn points_and_commas_stay_only_between_numbers() {
    for (text, expected) in [
        ("1.5 15 1,500.25", "1.5 15 1,500.25"),
        ("1. 5 .5 5. 1..5", "1 5 5 5 1 5"),
        ("1 500 1\u{A0}500", "1 500 1 500"),
        ("v1.2.a 3.x", "v1.2 a 3 x"),
        ("１．５ ٣٫١٤", "1.5 ٣٫١٤"),
        ("1.\u{AD}5 1\u{301}.5", "1.5 1.5"),
        ("½ 2½ m² 3⁄4", "1⁄2 21⁄2 m2 3⁄4"),
        ("½½ -½ 1⁄a 1⁄⁄2 ⅟ 1/2", "1⁄21⁄2 -1⁄2 1 ⁄ a 1 ⁄ ⁄ 2 1 ⁄ 1 2"),
    ] {
        assert_eq!(normal(text), expected, "{text}");
    }
}

#[test]
fn a_sign_counts_only_before_a_number_and_after_no_word() {
    for (text, expected) in [
        ("-5 +5 −5 (-5) $-5", "-5 +5 -5 -5 $ -5"),
        ("－５ ＋５ ﹣5", "-5 +5 -5"),
        ("3-5 3+5 3−5 x-5", "3 5 3 + 5 3 − 5 x 5"),
        ("é-5 e\u{301}-5 漢-5", "e 5 e 5 漢 5"),
        ("--5 ++5 +-5 -+5", "5 + + 5 + 5 + 5"),
        ("- 5 -\u{AD}5 -x +x -", "5 -5 x + x"),
        ("-.5 +", "5 +"),
        ("1.-5 5,+6", "1 -5 5 +6"),
        ("C++ C+5 a+b", "c + + c + 5 a + b"),
        ("-5kg -1.5", "-5kg -1.5"),
    ] {
        assert_eq!(normal(text), expected, "{text}");
    }
}

#[test]
fn symbols_are_tokens_and_rulers_are_one() {
    for (text, expected) in [
        ("== === =====", "= = === ==="),
        ("<=>", "< = >"),
        ("+++5 ++", "+++ 5 + +"),
        ("😂😂😂😂 👍🏽", "😂😂😂 👍 🏽"),
        ("👩\u{200D}💻 ❤\u{FE0F}", "👩 💻 ❤"),
        ("€5 5€ ™", "€ 5 5 € tm"),
        ("a===b|c", "a === b | c"),
        ("----- _____ *****", ""),
    ] {
        assert_eq!(normal(text), expected, "{text}");
    }
}

#[test]
fn a_stroke_makes_another_symbol_and_is_an_accent_elsewhere() {
    for (text, expected) in [
        ("a≠b =\u{338} =\u{301}\u{200D}\u{338}", "a =\u{338} b =\u{338} =\u{338}"),
        ("∉ ∄ →\u{20D2} 📱\u{FE0F}\u{20E0}", "∈\u{338} ∃\u{338} →\u{20D2} 📱\u{20E0}"),
        ("o\u{338} 7\u{338} 字\u{338} . \u{338} -\u{338}5", "o 7 字 -5"),
        ("≠\u{20D2}\u{338}= a\u{336}=\u{336}", "=\u{338} = a ="),
        ("==≠ ===≠ ≠≠≠", "= = =\u{338} === =\u{338} =\u{338} =\u{338} =\u{338}"),
        ("+\u{338}5 −\u{338}-5", "+\u{338} 5 −\u{338} -5"),
        ("1⁄\u{338}2", "1 ⁄\u{338} 2"),
    ] {
        assert_eq!(normal(text), expected, "{text}");
    }
}

#[test]
fn a_symbol_and_its_stroke_stand_together() {
    let mut careful = CarefulReader::default();
    for (text, expected) in [
        ("a ≠b", vec![0..1, 2..3, 3..4]),
        ("=\u{301}\u{338}\u{200D} 1⁄2", vec![0..4, 5..8]),
        ("==\u{200D}=\u{338}", vec![0..1, 1..3, 3..5]),
        ("====\u{338}\u{20D2}+\u{338}", vec![0..3, 3..6, 6..8]),
        ("1⁄\u{338}2", vec![0..1, 1..3, 3..4]),
    ] {
        careful.read(text, false);
        assert_eq!(careful.places, expected, "{text}");
    }
}

#[test]
fn numbers_are_flagged_and_masked() {
    let mut buffer = TokenBuffer::default();
    buffer.read("on 5 May -1.5 v2 Ⅳ 〇 ½", false);
    let flags: Vec<u32> = buffer.hashes().iter().map(|hash| hash & 1).collect();
    assert_eq!(buffer.normal(), "on 5 may -1.5 v2 iv 〇 1⁄2");
    assert_eq!(flags, [0, 1, 0, 1, 1, 0, 1, 1]);
    buffer.read("on 5 May -1.5 2½", true);
    assert_eq!(buffer.normal(), "on 0 may 0 0");
    assert_eq!(buffer.hashes()[1], buffer.hashes()[3]);
    assert_eq!(buffer.hashes()[1] & 1, 1);
}

#[test]
fn fingerprints_are_those_of_the_normal_form_and_else_of_the_text() {
    let fingerprint = |text: &str| {
        let mut buffer = TokenBuffer::default();
        buffer.read(text, false);
        buffer.fingerprint(text)
    };
    assert_eq!(fingerprint("Été !"), fingerprint("ete"));
    assert_ne!(fingerprint("***"), fingerprint("---"));
    assert_ne!(fingerprint("."), fingerprint(""));
    assert_eq!(fingerprint("..."), fingerprint("..."));
}

/// Holds the reader of whole blocks, on every instruction set, to the careful one.
struct Readers {
    quick: Vec<TokenBuffer>,
    careful: CarefulReader,
}

impl Readers {
    fn new() -> Self {
        let quick = paths().into_iter().map(TokenBuffer::with).collect();
        Self { quick, careful: CarefulReader::default() }
    }

    fn agree_on(&mut self, text: &str) {
        for mask_numbers in [false, true] {
            self.careful.read(text, mask_numbers);
            let normal =
                std::str::from_utf8(&self.careful.normal).expect("it was made of characters");
            for quick in &mut self.quick {
                quick.read(text, mask_numbers);
                assert_eq!(quick.normal(), normal, "{text:?}");
                assert_eq!(quick.hashes(), self.careful.hashes(), "{text:?}");
            }
            self.places_are_right(text);
        }
    }
}

impl Readers {
    /// Each token, read from its own place alone, is that token; places ascend.
    fn places_are_right(&mut self, text: &str) {
        let characters: Vec<char> = text.chars().collect();
        let CarefulReader { places, numeric, .. } = &self.careful;
        assert_eq!(places.len(), numeric.len());
        assert!(places.windows(2).all(|pair| pair[0].start <= pair[1].start), "{text:?}");
        for place in places {
            assert!(place.start < place.end && place.end as usize <= characters.len(), "{text:?}");
        }
    }
}

#[test]
fn whole_blocks_are_read_as_one_code_point_after_the_other() {
    const CHARACTERS: &[char] = &['a', 'Z', '1', '.', ',', '-', '+', '=', ' ', 'é', '字'];
    const SIGNS: &[char] =
        &['a', '1', '½', '⁄', '.', '+', '−', '=', '⩵', '≠', '\u{338}', '\u{301}'];
    let mut readers = Readers::new();
    for characters in [CHARACTERS, SIGNS] {
        let count = characters.len();
        for number in 0..count.pow(5) {
            let picks = (0..5).map(|place| characters[number / count.pow(place) % count]);
            readers.agree_on(&picks.collect::<String>());
        }
    }
    let ascii: String = (' '..='~').chain("abcdefgh12345678ABCDEFGHI 7x-9.5".chars()).collect();
    for start in 0..ascii.len() {
        let text = &ascii[start..];
        let wide: String = text.chars().map(full_width).collect();
        let joined: String = text.chars().flat_map(|c| [c, '\u{200D}']).collect();
        for text in [text, &wide, &joined] {
            readers.agree_on(text);
        }
        assert_eq!(normal(text), normal(&wide), "{text}");
        assert_eq!(normal(text), normal(&joined), "{text}");
    }
    for character in '\0'..=char::MAX {
        for frame in ["", "a", "1", "-", "12345678", "=="] {
            readers.agree_on(&format!("{frame}{character}{frame}5"));
        }
        readers.agree_on(&format!("{character}\u{338}{character}\u{301}\u{338}"));
    }
}

fn full_width(character: char) -> char {
    match character {
        ' ' => '\u{3000}',
        _ => char::from_u32(u32::from(character) + 0xFEE0).expect("a code point"),
    }
}

#[test]
fn lines_end_at_line_feeds_and_carriage_returns_only() {
    for (text, expected) in [
        ("", vec![]),
        (" \n\t\r\n\u{3000}", vec![]),
        ("\u{FEFF}", vec![]),
        ("\u{FEFF} one\r\ntwo\r\rthree four\n5", vec!["one", "two", "three four", "5"]),
        ("\n\r\n one \u{A0}\n", vec!["one"]),
        ("a\u{2028}b\u{85}c\u{B}d\u{C}e", vec!["a\u{2028}b\u{85}c\u{B}d\u{C}e"]),
        ("a\n\u{FEFF}b", vec!["a", "\u{FEFF}b"]),
    ] {
        assert_eq!(texts(text, Unit::Line), expected, "{text:?}");
        assert_eq!(texts(text, Unit::Paragraph), expected, "{text:?}");
    }
    assert_eq!(texts("\u{FEFF} a\n\nb \n", Unit::Document), ["a\n\nb"]);
    assert!(texts(" \n", Unit::Document).is_empty());
}

#[test]
fn blocks_know_what_stands_before_them() {
    let before = |text, unit| blocks_of(text, unit).iter().map(|b| b.before).collect::<Vec<_>>();
    let expected = [Before::Start, Before::LineEnd, Before::BlankLine, Before::BlankLine];
    for text in ["a\nb\n\nc\n \n\nd", "\n\na\r\nb\r\n\r\nc\r\r\rd\r"] {
        assert_eq!(before(text, Unit::Paragraph), expected, "{text:?}");
        assert_eq!(before(text, Unit::Line), expected, "{text:?}");
    }
    assert_eq!(blocks_of("été long", Unit::Line)[0].first_word, 3);
    assert_eq!(blocks_of(&"x".repeat(300), Unit::Line)[0].first_word, 255);
}

#[test]
fn hard_wrapped_lines_are_one_block() {
    let wrapped = "It was the best of times, it was\nthe worst of times, it was the\nage of wisdom";
    assert_eq!(texts(wrapped, Unit::Paragraph), [wrapped]);
    assert_eq!(texts(wrapped, Unit::Line).len(), 3);
    let two = format!("  {}\r\n\r\n{wrapped}\n\nEnd", wrapped.replace('\n', " \r\n  "));
    let blocks = blocks_of(&two, Unit::Paragraph);
    assert_eq!(blocks.iter().map(|b| b.wrapped).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(blocks[1].before, Before::BlankLine);
    for separate in [
        "one\ntwo\nthree four five six",
        "- milk\n- bread\n- a dozen eggs and more",
        "if (x) {\n  y();\n}",
    ] {
        assert_eq!(texts(separate, Unit::Paragraph).len(), 3, "{separate}");
    }
    assert_eq!(texts("It was the best of times\nthe worst", Unit::Paragraph).len(), 2);
}

#[test]
fn hard_wrapping_is_judged_by_the_room_for_the_next_word() {
    let line = |&(length, first_word): &(u32, u32)| WrappedLine {
        length,
        first_word,
        ends_sentence: false,
        joined: false,
        quoted: false,
    };
    let judge = |lines: &[(u32, u32)]| is_hard_wrapped(lines.iter().map(line));
    assert!(!judge(&[]) && !judge(&[(80, 5), (80, 5)]));
    assert!(judge(&[(100, 5), (97, 5), (3, 3)]));
    assert!(!judge(&[(101, 5), (100, 5), (3, 3)]));
    assert!(judge(&[(100, 5), (94, 5), (3, 6)]) && !judge(&[(100, 5), (94, 5), (3, 5)]));
}

#[test]
fn some_line_of_a_wrapped_paragraph_ends_inside_of_a_sentence() {
    let judge = |ends: [bool; 3]| {
        is_hard_wrapped(ends.into_iter().map(|ends_sentence| WrappedLine {
            length: 90,
            first_word: 5,
            ends_sentence,
            joined: false,
            quoted: false,
        }))
    };
    assert!(judge([false, true, true]) && judge([true, false, false]));
    assert!(!judge([true, true, false]) && !judge([true, true, true]));
}

#[test]
fn of_lines_that_part_words_the_longest_is_told() {
    let longest = |text: &str| -> Vec<u8> {
        blocks_of(text, Unit::Paragraph).iter().map(|block| block.longest_line).collect()
    };
    assert_eq!(longest("one ex-\nample"), [7]);
    assert_eq!(longest("one exam-\nple\nof two exam-\nples"), [9, 12]);
    // The second line had room for the third one's first word, or the first one is too long.
    assert_eq!(longest("a long line that has parted ex-\namples-\nof"), [255]);
    assert_eq!(longest(&format!("{}exam-\nple", "word ".repeat(20))), [255]);
    assert_eq!(longest("one\ntwo and three"), [0, 0]);
    assert_eq!(longest("a line of exam-\nples that is as\nlong as others"), [0]);
}

#[test]
fn joined_lines_count_as_several_without_room() {
    let line = |length, joined| WrappedLine {
        length,
        first_word: 3,
        ends_sentence: true,
        joined,
        quoted: false,
    };
    let judge = |lines: &[WrappedLine]| is_hard_wrapped(lines.iter().copied());
    assert!(judge(&[line(40, true), line(40, false)]));
    assert!(judge(&[line(30, true), line(40, false), line(10, false)]));
    assert!(!judge(&[line(40, false), line(40, false), line(10, false)]));
    assert!(!judge(&[line(36, false), line(40, true)]));
    assert!(!judge(&[line(255, true), line(40, false)]) && !judge(&[line(40, true)]));
}

#[test]
fn a_ticker_becomes_headlines_and_a_table_stays_lines() {
    let headlines =
        ["Oil falls to a low", "Storm nears the coast", "Vote today", "Cup goes to Leeds again"];
    for gap in ["   ", "\u{A0}\u{A0}\u{A0}\u{A0}", "\t\t\t", " \u{3000}\u{2003}", "  \u{B}   "] {
        let ticker = headlines.join(gap);
        assert_eq!(texts(&ticker, Unit::Paragraph), headlines, "{gap:?}");
        assert_eq!(texts(&ticker, Unit::Line).len(), 1, "{gap:?}");
        let blocks = blocks_of(&format!("a\n\t\t\t{ticker}   \nb"), Unit::Paragraph);
        let before: Vec<Before> = blocks.iter().map(|b| b.before).collect();
        let gaps = [Before::Gap; 3];
        assert_eq!(
            before,
            [&[Before::Start, Before::LineEnd][..], &gaps, &[Before::LineEnd]].concat()
        );
    }
    for line in [
        headlines.join("  "),
        headlines[..3].join("    "),
        "Name    Age    Town    Street and number here".to_owned(),
        "    let x   = 1;   // one    // two".to_owned(),
        "なたぁ　　　".repeat(3) + "あ",
    ] {
        assert_eq!(texts(&line, Unit::Paragraph), [line.trim()], "{line}");
    }
    assert!(is_list_of_items([4, 4, 1, 1].into_iter()));
    assert!(!is_list_of_items([4, 1, 1, 1].into_iter()) && !is_list_of_items([4; 3].into_iter()));
}

/// Every arrangement of what spaces and letters are made of, against the rule read character by
/// character: the search for gaps looks at bytes, and at every third one only.
#[test]
fn gaps_are_found_wherever_they_stand() {
    const CHARACTERS: [char; 6] = [' ', '\u{A0}', '\u{3000}', 'x', 'た', 'Ê'];
    let tail = "   a b c d   a b c d   a b c d";
    for number in 0..6_usize.pow(6) {
        let picks = (0..6).map(|place| CHARACTERS[number / 6_usize.pow(place) % 6]);
        let text: String = ['x'].into_iter().chain(picks).chain(['x']).collect();
        let space = |c: char| c.is_whitespace();
        let mut items = vec![String::new()];
        let mut rest = text.as_str();
        while let Some(character) = rest.chars().next() {
            let run = rest.len() - rest.trim_start_matches(space).len();
            if run > 0 && rest[..run].chars().count() >= 3 {
                items.push(String::new());
                rest = &rest[run..];
            } else {
                let taken = run.max(character.len_utf8());
                items.last_mut().expect("one at least").push_str(&rest[..taken]);
                rest = &rest[taken..];
            }
        }
        let line = text.clone() + tail;
        assert_eq!(texts(&line, Unit::Paragraph)[..items.len()], items, "{text:?}");
    }
}

/// Quadratic work on any of these would take hours.
#[test]
fn long_and_strange_texts_take_linear_time() {
    for text in [
        "\n".repeat(300_000),
        "\r".repeat(300_000),
        "a\n".repeat(300_000),
        " ".repeat(300_000) + "x",
        "a   ".repeat(300_000),
        "a b c d   ".repeat(200_000),
        "\u{3000}".repeat(300_000) + "た",
        "た".repeat(300_000),
        format!("5.{}", "\u{200B}-".repeat(300_000)),
        "+".repeat(300_000),
        "≠".repeat(300_000),
        format!("={}", "\u{338}".repeat(300_000)),
        format!("a{}", "\u{301}".repeat(300_000)),
    ] {
        for unit in [Unit::Paragraph, Unit::Line, Unit::Document] {
            blocks_of(&text, unit);
        }
        normal(&text);
    }
}
