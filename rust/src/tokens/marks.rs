//! The order of marks that stand on one letter.
//!
//! Some marks may be written in either order and are the same to a reader: Burmese is typed with asat
//! before the dot below, and normalised with it behind. What folding drops has no order; of what it keeps,
//! the marks of Indian scripts, Tibetan, Thai, Lao, Burmese and Khmer, that of Unicode is taken.

/// Unicode's combining class of a mark that folding keeps; 0 for all else, which keeps its place.
#[inline]
#[must_use]
pub fn order(character: char) -> u8 {
    let place = (character as usize).wrapping_sub(FIRST as usize);
    ORDERS.get(place).copied().unwrap_or_default()
}

/// The marks lie from here on.
const FIRST: u32 = 0x900;

static ORDERS: [u8; 0xF00] = {
    let mut orders = [0; 0xF00];
    let mut place = 0;
    while place < orders.len() {
        if let Some(character) = char::from_u32(FIRST + place as u32) {
            orders[place] = class(character);
        }
        place += 1;
    }
    orders
};

const fn class(character: char) -> u8 {
    match character {
        '\u{93C}' | '\u{9BC}' | '\u{A3C}' | '\u{ABC}' | '\u{B3C}' | '\u{C3C}' | '\u{CBC}'
        | '\u{1037}' => 7,
        '\u{94D}' | '\u{9CD}' | '\u{A4D}' | '\u{ACD}' | '\u{B4D}' | '\u{BCD}' | '\u{C4D}'
        | '\u{CCD}' | '\u{D3B}' | '\u{D3C}' | '\u{D4D}' | '\u{DCA}' | '\u{E3A}' | '\u{EBA}'
        | '\u{F84}' | '\u{1039}' | '\u{103A}' | '\u{1714}' | '\u{1715}' | '\u{1734}'
        | '\u{17D2}' => 9,
        '\u{C55}' => 84,
        '\u{C56}' => 91,
        '\u{E38}' | '\u{E39}' => 103,
        '\u{E48}'..='\u{E4B}' => 107,
        '\u{EB8}' | '\u{EB9}' => 118,
        '\u{EC8}'..='\u{ECB}' => 122,
        '\u{F71}' => 129,
        '\u{F72}' | '\u{F7A}'..='\u{F7D}' | '\u{F80}' => 130,
        '\u{F74}' => 132,
        '\u{F39}' => 216,
        '\u{952}' | '\u{F18}' | '\u{F19}' | '\u{F35}' | '\u{F37}' | '\u{FC6}' | '\u{108D}' => 220,
        '\u{951}'
        | '\u{953}'
        | '\u{954}'
        | '\u{9FE}'
        | '\u{F82}'
        | '\u{F83}'
        | '\u{F86}'
        | '\u{F87}'
        | '\u{135D}'..='\u{135F}'
        | '\u{17DD}' => 230,
        _ => 0,
    }
}

/// Bytes of each of these marks in UTF-8.
pub(crate) const BYTES: usize = 3;

/// The mark that some bytes end with, if they end with one.
pub(crate) fn last_mark(bytes: &[u8]) -> Option<char> {
    let mark = bytes.last_chunk::<BYTES>().filter(|mark| mark[0] & 0xF0 == 0xE0)?;
    let mark = std::str::from_utf8(mark).ok()?.chars().next()?;
    (order(mark) > 0).then_some(mark)
}

/// Whether a mark is a token of its own: one of Thai, Lao, Burmese or Khmer.
const fn is_single(mark: char) -> bool {
    matches!(mark, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

/// How many of the marks that some bytes end with belong behind one that follows them, and are tokens of
/// their own or parts of words as it is; `between` bytes stand behind each.
pub(crate) fn marks_behind(bytes: &[u8], mark: char, between: usize) -> usize {
    let own = order(mark);
    let mut count = 0;
    if own > 0 {
        let mut end = bytes.len();
        while let Some(before) = last_mark(&bytes[..end])
            && order(before) > own
            && is_single(before) == is_single(mark)
        {
            count += 1;
            let Some(next) = end.checked_sub(BYTES + between) else { break };
            end = next;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use crate::tokens::careful::CarefulReader;
    use crate::tokens::token::TokenBuffer;

    #[test]
    fn both_readers_put_marks_in_order() {
        let kinds: Vec<char> = "\u{1037}\u{103A}\u{E38}\u{E48}\u{17D2}\u{17DD}\u{93C}\u{94D}\u{F71}\u{F72}\u{F74}ကกa -\u{200B}中 7"
            .chars()
            .collect();
        let (mut careful, mut buffer) = (CarefulReader::default(), TokenBuffer::default());
        let mut state = 1u64;
        for _ in 0..100_000 {
            let mut random = |most: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 33) as usize % most
            };
            let text: String = (0..random(8)).map(|_| kinds[random(kinds.len())]).collect();
            careful.read(&text, false);
            buffer.read(&text, false);
            assert_eq!(careful.normal, buffer.normal().as_bytes(), "{text:?}");
            assert!(careful.places.is_sorted_by_key(|place| place.start), "{text:?}");
        }
    }
}
