//! JSON strings: what the inside of one stands for, and writing them.

/// The raw offset of some ascending code points of the text that the inside of a JSON string stands
/// for; the end counts as one more. `None` where the text is shorter or an escape is broken.
#[must_use]
pub fn raw_offsets(raw: &[u8], points: impl Iterator<Item = u32>) -> Option<Vec<usize>> {
    let mut offsets = Vec::new();
    let mut place = 0;
    let mut count = 0u32;
    for point in points {
        // From escape to escape: what lies between is counted at once.
        while count < point {
            let rest = &raw[place..];
            let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
            let leads = count_leads(&rest[..plain]) as u32;
            if count + leads >= point {
                place += nth_lead(&rest[..plain], (point - count) as usize);
                count = point;
            } else {
                place += plain + escape_length(&rest[plain..])?;
                count += leads + 1;
            }
        }
        offsets.push(place);
    }
    Some(offsets)
}

/// Code points of some UTF-8: every one has exactly one byte that is no continuation byte (10xxxxxx).
#[must_use]
pub fn count_leads(bytes: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut leads = rest.iter().filter(|&&byte| is_lead(byte)).count();
    // Eight counters of one byte side by side, added up before one can be full.
    for chunks in chunks.chunks(usize::from(u8::MAX)) {
        let mut counters = 0;
        for chunk in chunks {
            let eight = u64::from_le_bytes(*chunk);
            counters += (!eight >> 7 | eight >> 6) & EACH;
        }
        let pairs = (counters & EVEN) + ((counters >> 8) & EVEN);
        leads += (pairs.wrapping_mul(PAIRS) >> 48) as usize;
    }
    leads
}

/// One in each pair of bytes.
const PAIRS: u64 = 0x0001_0001_0001_0001;

/// The lower byte of each pair.
const EVEN: u64 = 0x00FF_00FF_00FF_00FF;

const fn is_lead(byte: u8) -> bool {
    byte.cast_signed() >= -0x40
}

/// Where code point number `count` of some UTF-8 begins; the end, where there are just so many.
fn nth_lead(bytes: &[u8], mut count: usize) -> usize {
    let mut passed = 0;
    for chunk in bytes.chunks(64) {
        let leads = count_leads(chunk);
        if leads > count {
            break;
        }
        count -= leads;
        passed += chunk.len();
    }
    let mut leads = (passed..bytes.len()).filter(|&place| is_lead(bytes[place]));
    leads.nth(count).unwrap_or(bytes.len())
}

/// Bytes of the escape at the start of `raw`; `None` where it is broken, cut, or half a surrogate pair.
#[must_use]
pub fn escape_length(raw: &[u8]) -> Option<usize> {
    match raw.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => unicode_escape_at(raw).map(|(_, length)| length),
        _ => None,
    }
}

/// Replaces `text` by what the inside of a JSON string stands for. `None` where an escape is broken or
/// a surrogate stands alone.
pub fn unescape_into(raw: &str, text: &mut String) -> Option<()> {
    text.clear();
    let mut rest = raw;
    while let Some(plain) = first_to_escape(rest.as_bytes()) {
        text.push_str(&rest[..plain]);
        let (character, length) = escape_at(&rest.as_bytes()[plain..])?;
        text.push(character);
        rest = &rest[plain + length..];
    }
    text.push_str(rest);
    Some(())
}

/// The text that the inside of a JSON string stands for, and the raw offset of each code point (and
/// of the end). `None` where an escape is broken or a surrogate stands alone.
#[must_use]
pub fn unescape(raw: &[u8]) -> Option<(String, Vec<u32>)> {
    let source = std::str::from_utf8(raw).ok()?;
    let mut text = String::with_capacity(raw.len());
    let mut offsets = Vec::with_capacity(raw.len() + 1);
    let mut place = 0;
    while let Some(character) = source[place..].chars().next() {
        offsets.push(place as u32);
        if character == '\\' {
            let (character, length) = escape_at(&raw[place..])?;
            text.push(character);
            place += length;
        } else {
            text.push(character);
            place += character.len_utf8();
        }
    }
    offsets.push(place as u32);
    Some((text, offsets))
}

/// The character that the escape at the start of `raw` stands for, and the escape's bytes.
fn escape_at(raw: &[u8]) -> Option<(char, usize)> {
    let simple = match raw.get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode_escape_at(raw),
        _ => return None,
    };
    Some((simple, 2))
}

fn unicode_escape_at(raw: &[u8]) -> Option<(char, usize)> {
    let unit = |place: usize| {
        raw.get(place..place + 4)?
            .iter()
            .try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
    };
    let first = unit(2)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some((char::from_u32(first)?, 6));
    }
    if raw.get(6..8)? != b"\\u" {
        return None;
    }
    let second = unit(8)?.checked_sub(0xDC00).filter(|&low| low < 0x400)?;
    Some((char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + second)?, 12))
}

/// Appends a JSON string with its quotes: UTF-8, only what must be escaped is.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    write_escaped(out, text);
    out.push(b'"');
}

/// Appends the inside of a JSON string.
pub fn write_escaped(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(plain) = first_to_escape(rest) {
        out.extend_from_slice(&rest[..plain]);
        match rest[plain] {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte @ 0..=0x1F => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            byte => out.extend_from_slice(&[b'\\', byte]),
        }
        rest = &rest[plain + 1..];
    }
    out.extend_from_slice(rest);
}

/// The place of the first byte that a JSON string cannot hold as it is: a quote, a backslash, a control.
#[inline]
#[must_use]
pub fn first_to_escape(bytes: &[u8]) -> Option<usize> {
    let (chunks, rest) = bytes.as_chunks::<8>();
    for (number, chunk) in chunks.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return Some(8 * number + special.trailing_zeros() as usize / 8);
        }
    }
    let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    rest.iter().position(|&byte| special(byte)).map(|place| 8 * chunks.len() + place)
}

/// The high bit of each byte, of eight, that a JSON string cannot hold; above the first such byte there
/// may be more bits. A difference borrows from the next byte only where it has set this one's bit.
#[inline]
const fn special_bytes(eight: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (quote, backslash) = (eight ^ (0x22 * EACH), eight ^ (0x5C * EACH));
    let control = eight.wrapping_sub(0x20 * EACH) & !eight;
    let quote = quote.wrapping_sub(EACH) & !quote;
    let backslash = backslash.wrapping_sub(EACH) & !backslash;
    (control | quote | backslash) & (0x80 * EACH)
}

/// Appends a decimal number.
pub fn write_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0u8; 20];
    let mut place = digits.len();
    loop {
        place -= 1;
        digits[place] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[place..]);
}

/// Appends an id: sixteen hexadecimal digits.
pub fn write_id(out: &mut Vec<u8>, id: u64) {
    let digit = |place: u32| b"0123456789abcdef"[(id >> (4 * place) & 15) as usize];
    out.extend((0..16).rev().map(digit));
}

/// Appends a score as the shortest decimal that reads back as the same number, `1.0` for one.
pub fn write_score(out: &mut Vec<u8>, score: f64) {
    // Most repeats are whole; formatting a float costs as much as the rest of their line.
    if score >= 1.0 {
        out.extend_from_slice(b"1.0");
        return;
    }
    out.extend_from_slice(format!("{score:?}").as_bytes());
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn code_points_are_found_by_their_number() {
        for text in [String::new(), "é".repeat(40), "a字".repeat(100), "x".repeat(129)] {
            let places = text.char_indices().map(|(byte, _)| byte).chain([text.len()]);
            for (count, byte) in places.enumerate() {
                assert_eq!(nth_lead(text.as_bytes(), count), byte, "{count} of {text}");
            }
        }
    }

    #[test]
    fn escapes_become_the_characters_they_stand_for() {
        let raw = br"\u00e9\ud83d\ude00a\n";
        let (text, offsets) = unescape(raw).unwrap();
        assert_eq!(text, "é😀a\n");
        assert_eq!(offsets, [0, 6, 18, 19, 21]);
        let points = 0..=4;
        assert_eq!(raw_offsets(raw, points).unwrap(), [0, 6, 18, 19, 21]);
        assert!(raw_offsets(br"\n", 2..3).is_none());
        assert!(unescape(br"\ud83d").is_none());
        let mut again = String::from("before");
        unescape_into(std::str::from_utf8(raw).unwrap(), &mut again).unwrap();
        assert_eq!(again, text);
    }

    #[test]
    fn code_points_are_counted_and_escapes_found_as_byte_by_byte() {
        let text: String = ('\0'..'\u{300}').chain("Ａ😀".chars().cycle().take(2000)).collect();
        for start in (0..text.len()).filter(|&start| text.is_char_boundary(start)) {
            let rest = &text[start..];
            assert_eq!(count_leads(rest.as_bytes()), rest.chars().count());
            let expected = rest.bytes().position(|byte| byte < 32 || b"\"\\".contains(&byte));
            assert_eq!(first_to_escape(rest.as_bytes()), expected);
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let all: String = (0..0x3000u32).filter_map(char::from_u32).collect();
        for start in all.char_indices().map(|(start, _)| start).take(300) {
            let mut out = Vec::new();
            write_string(&mut out, &all[start..]);
            assert_eq!(unescape(&out[1..out.len() - 1]).unwrap().0, all[start..]);
        }
    }
}
