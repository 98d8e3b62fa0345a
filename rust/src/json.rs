//! Just enough JSON: finding a string inside a record without touching a byte of it, and writing
//! strings.
//!
//! Records were read as valid JSON before they come here, so this reader only has to find its way.

use std::ops::Range;

/// The bytes between the quotes of the string at `field`, or `None` where there is none.
///
/// `field` names a key of the top object; when no such key holds a string and it has dots, each part
/// names a key one object deeper. Of repeated keys the last counts, as JSON readers do.
#[must_use]
pub fn find_string(record: &[u8], field: &str) -> Option<Range<usize>> {
    find_value(record, field)
        .filter(|value| record.get(value.start) == Some(&b'"'))
        .map(|value| value.start + 1..value.end - 1)
}

/// The bytes of the value at `field`, quotes included; see [`find_string`].
#[must_use]
pub fn find_value(record: &[u8], field: &str) -> Option<Range<usize>> {
    let start = if record.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let top = Reader { bytes: record, place: start };
    top.clone().member(field).or_else(|| {
        let (outer, inner) = field.split_once('.')?;
        let value = top.clone().member(outer)?;
        let inside = &record[value.clone()];
        let found = find_value(inside, inner)?;
        Some(value.start + found.start..value.start + found.end)
    })
}

#[derive(Clone)]
struct Reader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.place).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.place += 1;
        }
    }

    /// Passes a string; the bytes between its quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.place + 1;
        let mut place = start;
        loop {
            place += memchr::memchr2(b'"', b'\\', self.bytes.get(place..)?)?;
            if self.bytes[place] == b'"' {
                self.place = place + 1;
                return Some(start..place);
            }
            place += 2;
        }
    }

    /// Passes a value of any kind, without recursion: nesting is counted.
    fn value(&mut self) -> Option<Range<usize>> {
        self.skip_space();
        let start = self.place;
        match self.peek()? {
            b'"' => {
                self.string()?;
            }
            b'{' | b'[' => {
                let mut depth = 0usize;
                loop {
                    match self.peek()? {
                        b'"' => {
                            self.string()?;
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    self.place += 1;
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {
                while !matches!(
                    self.peek(),
                    None | Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r')
                ) {
                    self.place += 1;
                }
            }
        }
        Some(start..self.place)
    }

    /// The last member of the object here whose key is `name`.
    fn member(mut self, name: &str) -> Option<Range<usize>> {
        self.skip_space();
        if self.peek() != Some(b'{') {
            return None;
        }
        self.place += 1;
        let mut found = None;
        loop {
            self.skip_space();
            let key = self.string()?;
            self.skip_space();
            self.place += 1; // the colon
            let value = self.value()?;
            let raw = &self.bytes[key];
            let matches = if raw.contains(&b'\\') {
                unescape(raw).is_some_and(|(text, _)| text == name)
            } else {
                raw == name.as_bytes()
            };
            if matches {
                found = Some(value);
            }
            self.skip_space();
            match self.peek() {
                Some(b',') => self.place += 1,
                _ => return found,
            }
        }
    }
}

/// The raw offset of some ascending code points of the text that the inside of a JSON string stands
/// for; the end counts as one more. `None` where the text is shorter or an escape is cut.
#[must_use]
pub fn raw_offsets(raw: &[u8], points: impl Iterator<Item = u32>) -> Option<Vec<usize>> {
    let mut offsets = Vec::new();
    let (mut place, mut count) = (0, 0);
    for point in points {
        while count < point {
            place += raw_length(raw.get(place..)?)?;
            count += 1;
        }
        offsets.push(place);
    }
    Some(offsets)
}

/// Bytes of the code point, written plainly or as an escape, at the start of a string's inside.
fn raw_length(raw: &[u8]) -> Option<usize> {
    let length = match *raw.first()? {
        b'\\' if raw.get(1) != Some(&b'u') => 2,
        b'\\'
            if matches!(raw.get(2..4)?, [b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B']) =>
        {
            12
        }
        b'\\' => 6,
        0..=0x7F => 1,
        0x80..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
    };
    (length <= raw.len()).then_some(length)
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
            let (character, length) = escape_at(&source[place..])?;
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

/// The character that the escape at the start of `source` stands for, and the escape's bytes.
fn escape_at(source: &str) -> Option<(char, usize)> {
    let simple = match source.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode_escape_at(source),
        _ => return None,
    };
    Some((simple, 2))
}

fn unicode_escape_at(source: &str) -> Option<(char, usize)> {
    let unit = |place: usize| u32::from_str_radix(source.get(place..place + 4)?, 16).ok();
    let first = unit(2)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some((char::from_u32(first)?, 6));
    }
    if source.get(6..8)? != "\\u" {
        return None;
    }
    let second = unit(8)?.checked_sub(0xDC00).filter(|&low| low < 0x400)?;
    Some((char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + second)?, 12))
}

/// Appends a JSON string with its quotes: UTF-8, only what must be escaped is.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut start = 0;
    for (place, &byte) in bytes.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0..=0x1F => b"",
            _ => continue,
        };
        out.extend_from_slice(&bytes[start..place]);
        start = place + 1;
        if escape.is_empty() {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
        } else {
            out.extend_from_slice(escape);
        }
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
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

/// Appends a score as the shortest decimal that reads back as the same number, `1.0` for one.
pub fn write_score(out: &mut Vec<u8>, score: f64) {
    out.extend_from_slice(format!("{score:?}").as_bytes());
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text_at(record: &str, field: &str) -> Option<String> {
        let range = find_string(record.as_bytes(), field)?;
        Some(unescape(&record.as_bytes()[range])?.0)
    }

    #[test]
    fn the_last_of_repeated_keys_counts() {
        assert_eq!(text_at(r#"{"text":"a","x":[{"text":"no"}],"text":"b"}"#, "text").unwrap(), "b");
        assert_eq!(text_at(r#" {"\u0074ext" : "a\"}" }"#, "text").unwrap(), "a\"}");
    }

    #[test]
    fn a_key_with_a_dot_wins_over_a_path() {
        assert_eq!(text_at(r#"{"a":{"b":"deep"},"a.b":"flat"}"#, "a.b").unwrap(), "flat");
        assert_eq!(text_at(r#"{"a":{"b":"deep"}}"#, "a.b").unwrap(), "deep");
        assert_eq!(text_at(r#"{"a":3}"#, "a.b"), None);
        assert_eq!(text_at("{}", "text"), None);
        assert_eq!(text_at(r#"{"text":null}"#, "text"), None);
    }

    #[test]
    fn escapes_become_the_characters_they_stand_for() {
        let (text, offsets) = unescape(br"\u00e9\ud83d\ude00a\n").unwrap();
        assert_eq!(text, "é😀a\n");
        assert_eq!(offsets, [0, 6, 18, 19, 21]);
        let points = 0..=4;
        assert_eq!(raw_offsets(br"\u00e9\ud83d\ude00a\n", points).unwrap(), [0, 6, 18, 19, 21]);
        assert!(raw_offsets(br"\n", 2..3).is_none());
        assert!(unescape(br"\ud83d").is_none());
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut out = Vec::new();
        let all: String = (0..0x3000u32).filter_map(char::from_u32).collect();
        write_string(&mut out, &all);
        assert_eq!(unescape(&out[1..out.len() - 1]).unwrap().0, all);
    }
}
