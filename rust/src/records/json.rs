//! Just enough JSON: whether a record is sound, and where in it the fields stand that are asked for.
//!
//! Strict by RFC 8259, and what a string's escapes stand for must be Unicode (no lone surrogate).
//! Bytes are not checked for UTF-8 here. Numbers are not read, so one that no machine type holds is
//! as good as any, and nesting is counted without recursion, so it may be as deep as memory allows.

use std::ops::Range;

use crate::records::escape::{escape_length, first_to_escape, unescape};

/// The bytes of the values at some fields of a record, quotes included; `None` where there is none.
///
/// A field names a key of the top object; when there is no such key and the name has dots, each part
/// names a key one object deeper. Of repeated keys the last counts, as JSON readers do. A record that
/// is no object has no fields.
///
/// # Errors
/// When the record is not one JSON value with white space around.
pub fn find_values<const N: usize>(
    record: &[u8],
    fields: [&str; N],
) -> Result<[Option<Range<usize>>; N], Unsound> {
    let mut reader = Reader { bytes: record, place: 0, open: Vec::new() };
    let (mut found, outer) = reader.members(fields)?;
    reader.skip_space();
    if reader.place < record.len() {
        return Err(Unsound);
    }
    for number in 0..N {
        if found[number].is_none() {
            found[number] = find_deeper(record, fields[number], outer[number].clone());
        }
    }
    Ok(found)
}

/// The value at `field`, of which the part before the first dot names the object at `outer`.
fn find_deeper(
    record: &[u8],
    mut field: &str,
    mut outer: Option<Range<usize>>,
) -> Option<Range<usize>> {
    loop {
        let inside = outer?;
        (_, field) = field.split_once('.')?;
        let bytes = &record[..inside.end];
        let mut reader = Reader { bytes, place: inside.start, open: Vec::new() };
        let ([found], [deeper]) = reader.members([field]).ok()?;
        if found.is_some() {
            return found;
        }
        outer = deeper;
    }
}

/// The bytes between the quotes of the string at `field`, or `None` where there is none.
#[must_use]
pub fn find_string(record: &[u8], field: &str) -> Option<Range<usize>> {
    find_value(record, field)
        .filter(|value| is_string(record, value))
        .map(|value| value.start + 1..value.end - 1)
}

/// The bytes of the value at `field`, see [`find_values`]; none where the record is unsound.
#[must_use]
pub fn find_value(record: &[u8], field: &str) -> Option<Range<usize>> {
    let [found] = find_values(record, [field]).ok()?;
    found
}

/// Whether the value at these bytes is a string.
#[must_use]
pub fn is_string(record: &[u8], value: &Range<usize>) -> bool {
    record.get(value.start) == Some(&b'"')
}

/// The record is not JSON.
#[derive(Debug)]
pub struct Unsound;

struct Reader<'a> {
    bytes: &'a [u8],
    place: usize,
    /// The brackets that are open; kept, so that a record allocates once.
    open: Vec<u8>,
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

    fn expect(&mut self, byte: u8) -> Result<(), Unsound> {
        self.skip_space();
        if self.peek() != Some(byte) {
            return Err(Unsound);
        }
        self.place += 1;
        Ok(())
    }

    /// Whether the next byte is `byte`, which is then passed.
    fn passes(&mut self, byte: u8) -> bool {
        self.expect(byte).is_ok()
    }

    /// Passes a string; the bytes between its quotes.
    fn string(&mut self) -> Result<Range<usize>, Unsound> {
        self.expect(b'"')?;
        let start = self.place;
        loop {
            let rest = &self.bytes[self.place..];
            let plain = first_to_escape(rest).ok_or(Unsound)?;
            self.place += plain;
            match rest[plain] {
                b'"' => {
                    self.place += 1;
                    return Ok(start..self.place - 1);
                }
                b'\\' => self.place += escape_length(&rest[plain..]).ok_or(Unsound)?,
                _ => return Err(Unsound),
            }
        }
    }

    fn digits(&mut self) -> Result<(), Unsound> {
        let start = self.place;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.place += 1;
        }
        if self.place > start { Ok(()) } else { Err(Unsound) }
    }

    fn number(&mut self) -> Result<(), Unsound> {
        if self.peek() == Some(b'-') {
            self.place += 1;
        }
        if self.peek() == Some(b'0') {
            self.place += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.place += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.place += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.place += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Unsound> {
        if !self.bytes[self.place..].starts_with(word) {
            return Err(Unsound);
        }
        self.place += word.len();
        Ok(())
    }

    /// Passes a value of any kind; its bytes.
    fn value(&mut self) -> Result<Range<usize>, Unsound> {
        self.skip_space();
        let start = self.place;
        self.open.clear();
        loop {
            self.skip_space();
            match self.peek().ok_or(Unsound)? {
                b'"' => {
                    self.string()?;
                }
                b'{' => {
                    self.place += 1;
                    if !self.passes(b'}') {
                        self.open.push(b'}');
                        self.key()?;
                        continue;
                    }
                }
                b'[' => {
                    self.place += 1;
                    if !self.passes(b']') {
                        self.open.push(b']');
                        continue;
                    }
                }
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            if self.close()? {
                return Ok(start..self.place);
            }
        }
    }

    /// After a value: closes what ends here. Whether nothing is open; else another value follows.
    fn close(&mut self) -> Result<bool, Unsound> {
        while let Some(&end) = self.open.last() {
            if self.passes(b',') {
                if end == b'}' {
                    self.key()?;
                }
                return Ok(false);
            }
            self.expect(end)?;
            self.open.pop();
        }
        Ok(true)
    }

    /// Passes a key and its colon; the bytes between the key's quotes.
    fn key(&mut self) -> Result<Range<usize>, Unsound> {
        let key = self.string()?;
        self.expect(b':')?;
        Ok(key)
    }

    /// Passes a value and finds, if it is an object, the values of the fields in it, and those of the
    /// keys that the fields begin with, up to their first dot.
    fn members<const N: usize>(&mut self, fields: [&str; N]) -> Result<Members<N>, Unsound> {
        let mut direct = [const { None }; N];
        let mut outer = [const { None }; N];
        if !self.passes(b'{') {
            self.value()?;
            return Ok((direct, outer));
        }
        if self.passes(b'}') {
            return Ok((direct, outer));
        }
        let paths = fields.map(|field| field.split_once('.'));
        loop {
            let key = self.key()?;
            let value = self.value()?;
            let key = &self.bytes[key];
            for number in 0..N {
                if is_key(key, fields[number]) {
                    direct[number] = Some(value.clone());
                } else if paths[number].is_some_and(|(first, _)| is_key(key, first)) {
                    outer[number] = Some(value.clone());
                }
            }
            if !self.passes(b',') {
                break;
            }
        }
        self.expect(b'}')?;
        Ok((direct, outer))
    }
}

/// Values of fields, and of the objects that may hold them.
type Members<const N: usize> = ([Option<Range<usize>>; N], [Option<Range<usize>>; N]);

/// Whether a key, as it stands between its quotes, is `name`.
fn is_key(raw: &[u8], name: &str) -> bool {
    raw == name.as_bytes()
        || raw.contains(&b'\\') && unescape(raw).is_some_and(|(text, _)| text == name)
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
        assert_eq!(text_at(r#"{"a":{"b":{"c":"deeper"}}}"#, "a.b.c").unwrap(), "deeper");
        assert_eq!(text_at(r#"{"a":3}"#, "a.b"), None);
        assert_eq!(text_at("{}", "text"), None);
        assert_eq!(text_at(r#"{"text":null}"#, "text"), None);
    }

    #[test]
    fn what_is_no_json_is_unsound() {
        let sound = [
            "{}",
            " [] \r\n",
            "-0.5e+3",
            r#"{"a":[{"b":[]},{},[1,"x",true,false,null]]}"#,
            "1e400",
            r#""\ud83d\ude00\/""#,
        ];
        for record in sound {
            assert!(find_values(record.as_bytes(), ["a"]).is_ok(), "{record}");
        }
        let unsound = [
            "",
            " ",
            "{",
            "}",
            "[1,]",
            "{,}",
            r#"{"a":1,}"#,
            r#"{"a" 1}"#,
            r#"{"a":}"#,
            "{a:1}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "tru",
            "[1}",
            "[",
            "[[]",
            r#""a"#,
            r#""\x""#,
            r#""\u12g4""#,
            r#""\ud800""#,
            r#""\udc00""#,
            r#""\ud800\u0041""#,
            "\"a\tb\"",
            "{} {}",
            r#"{"a":1}x"#,
            "NaN",
            "'a'",
        ];
        for record in unsound {
            assert!(find_values(record.as_bytes(), ["a"]).is_err(), "{record}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(find_values(deep.as_bytes(), ["a"]).is_ok());
    }
}
