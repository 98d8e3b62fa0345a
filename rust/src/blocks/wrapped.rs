//! Whether lines are a paragraph that was broken to fit a width, and not lines of their own.

/// No line of hard-wrapped text is longer, in code points.
pub const LONGEST_LINE: u32 = 100;

/// Fewer lines do not show whether they are hard-wrapped.
const LEAST_LINES: usize = 3;

/// A word of Thai, Lao, Khmer or Burmese, which nothing separates from the next one, has as many code
/// points at most: few have more, and where one has, its lines are told one by one.
const LONGEST_UNSPACED_WORD: u8 = 8;

/// What is asked of a line, without the white space around it, or of lines that are one block.
#[derive(Clone, Copy, Debug)]
pub struct WrappedLine {
    /// Code points; of several lines, those of the longest.
    pub length: u32,
    /// Code points of its first word.
    pub first_word: u32,
    /// Whether it ends as a sentence does.
    pub ends_sentence: bool,
    /// Whether it stands for two lines or more, of which all but the last end inside of a word.
    pub joined: bool,
    /// Whether marks of quotation stand before it.
    pub quoted: bool,
}

/// Whether lines are hard-wrapped: three or more, the longest has at most 100 code points, none but the
/// last had room for the next line's first word, and of these some line ends inside of a sentence.
///
/// Without the last condition three sentences of about one length, each on a line of its own, would be
/// one paragraph. Of joined lines all is held for true that nothing is known of.
pub fn is_hard_wrapped(lines: impl Iterator<Item = WrappedLine> + Clone) -> bool {
    if longest_line(lines.clone()).is_none() {
        return false;
    }
    let count = lines.clone().count();
    let joined = lines.clone().filter(|line| line.joined).count();
    count + joined >= LEAST_LINES
        && (joined > 0 || lines.take(count - 1).any(|line| !line.ends_sentence))
}

/// Code points of the longest of lines that follow one another; `None` where one of them is too long, or quoted,
/// or had room for the first word of the next: no lines with these among them are hard-wrapped.
pub fn longest_line(lines: impl Iterator<Item = WrappedLine> + Clone) -> Option<u32> {
    let mut longest = 0;
    for line in lines.clone() {
        if line.length > LONGEST_LINE || line.quoted {
            return None;
        }
        longest = longest.max(line.length);
    }
    let mut pairs = lines.clone().zip(lines.skip(1));
    let had_room = |line: WrappedLine, next: WrappedLine| {
        !line.joined && line.length + 1 + next.first_word <= longest
    };
    (!pairs.any(|(line, next)| had_room(line, next))).then_some(longest)
}

/// Code points of what a line begins with and would not be broken: up to the first white space, or up to
/// and with the first character behind which a line may end; at most 255. Of Thai and the like eight of
/// its characters.
///
/// Were a whole Chinese or Thai line taken for one word, any short lines would look hard-wrapped.
#[must_use]
pub fn first_word(line: &str) -> u8 {
    let (mut count, mut unspaced) = (0, 0);
    for character in line.chars() {
        if character.is_whitespace() || count == u8::MAX {
            break;
        }
        count += 1;
        unspaced += u8::from(is_of_unspaced_words(character));
        if may_end_a_line(character) || unspaced == LONGEST_UNSPACED_WORD {
            break;
        }
    }
    count
}

/// Whether a character is one of Han or Kana, marks of repetition and length included, or the mark that
/// ends a syllable of Tibetan.
fn may_end_a_line(character: char) -> bool {
    character >= '\u{F0B}'
        && matches!(character,
            '\u{F0B}'
            | '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3031}'..='\u{3035}'
            | '\u{303B}' | '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
            | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
            | '\u{FF66}'..='\u{FF9F}' | '\u{1AFF0}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFD}')
}

/// Whether a character is of a script whose words are written together, and of more than one character:
/// Thai, Lao, Burmese, Khmer.
fn is_of_unspaced_words(character: char) -> bool {
    character >= '\u{E00}'
        && matches!(character,
            '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
            | '\u{A9E0}'..='\u{A9FF}' | '\u{AA60}'..='\u{AA7F}')
}

/// Whether a line ends as sentences and their parts do, closing quotes and brackets left out.
#[must_use]
pub fn ends_a_sentence(line: &str) -> bool {
    let end = line.trim_end_matches(|character| {
        matches!(character, '"' | '\'' | ')' | ']' | '}' | '»' | '”' | '’' | '“' | '›')
            || matches!(character, '」' | '』' | '）' | '】' | '》' | '〉')
    });
    end.ends_with(|character| {
        matches!(character, '.' | '!' | '?' | ':' | ';' | '…')
            || matches!(
                character,
                '\u{589}' | '\u{61B}' | '\u{61F}' | '\u{6D4}' | '\u{964}' | '\u{965}'
            )
            || matches!(character, '\u{F0D}' | '\u{F0E}' | '\u{104A}' | '\u{104B}' | '\u{1362}')
            || matches!(
                character,
                '\u{17D4}' | '\u{17D5}' | '。' | '．' | '｡' | '！' | '？' | '：' | '；'
            )
    })
}
