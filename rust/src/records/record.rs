//! Lines of JSON, and records of an array: which of them hold a text, and how a batch of them is cut for the threads.

use std::borrow::Cow;

use crate::records::escape::{unescape, unescape_into};
use crate::records::json::{find_values, is_string};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Consecutive whole lines of one input, with their ends, or records of an array.
#[derive(Clone, Copy)]
pub struct Lines<'a> {
    /// Their bytes.
    pub data: &'a [u8],
    /// The input's name.
    pub name: &'a str,
    /// Number of the first one; the first line of an input has number 1.
    pub first: u64,
    /// Where the records of an array end; none for lines.
    pub ends: Option<Ends<'a>>,
}

/// Where the records of an array end, each at its comma; one byte later the next one begins.
#[derive(Clone, Copy)]
pub struct Ends<'a> {
    /// The places, counted from `base` bytes before the data.
    pub places: &'a [u64],
    /// See `places`.
    pub base: u64,
}

impl<'a> Lines<'a> {
    /// The byte order mark before the first record of the input, or nothing.
    #[must_use]
    pub fn mark(&self) -> &'a [u8] {
        let lines = self.first == 1 && self.ends.is_none();
        let marked = lines && self.data.starts_with(BYTE_ORDER_MARK);
        if marked { &self.data[..BYTE_ORDER_MARK.len()] } else { &[] }
    }

    /// The lines with their numbers and ends, without the byte order mark; the records of an array
    /// without the commas between them.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &'a [u8])> + use<'a> {
        let Self { data, first, ends, .. } = *self;
        let mut next = self.mark().len();
        let mut number = first;
        std::iter::from_fn(move || {
            let start = next;
            let end = if let Some(ends) = ends {
                let end = (ends.places.get((number - first) as usize)? - ends.base) as usize;
                next = end + 1;
                end
            } else {
                let rest = &data[start..];
                if rest.is_empty() {
                    return None;
                }
                next = memchr::memchr(b'\n', rest).map_or(data.len(), |end| start + end + 1);
                next
            };
            number += 1;
            Some((number - 1, &data[start..end]))
        })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        if let Some(ends) = self.ends {
            return ends.places.len() as u64;
        }
        let ends = count_ends(self.data);
        ends + u64::from(self.data.last().is_some_and(|&byte| byte != b'\n'))
    }

    /// The same lines in pieces of about `size` bytes.
    #[must_use]
    pub fn cut(&self, size: usize) -> Vec<Self> {
        if let Some(ends) = self.ends {
            return self.cut_array(ends, size as u64);
        }
        let mut pieces = Vec::new();
        let mut rest = *self;
        while !rest.data.is_empty() {
            let least = size.min(rest.data.len());
            let end = memchr::memchr(b'\n', &rest.data[least - 1..])
                .map_or(rest.data.len(), |end| least + end);
            let (data, after) = rest.data.split_at(end);
            pieces.push(Self { data, ..rest });
            rest = Self { data: after, first: rest.first + count_ends(data), ..rest };
        }
        pieces
    }

    fn cut_array(&self, ends: Ends<'a>, size: u64) -> Vec<Self> {
        let mut pieces = Vec::new();
        let (mut places, mut base, mut first) = (ends.places, ends.base, self.first);
        while !places.is_empty() {
            let within = places.iter().take_while(|&&end| end < base + size).count();
            let count = (within + 1).min(places.len());
            let (these, after) = places.split_at(count);
            let end = these[count - 1];
            let data = &self.data[(base - ends.base) as usize..(end - ends.base) as usize];
            let ends = Some(Ends { places: these, base });
            pieces.push(Self { data, first, ends, ..*self });
            (places, base, first) = (after, end + 1, first + count as u64);
        }
        pieces
    }
}

fn count_ends(data: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', data).count() as u64
}

/// Other fields of a record that may be asked for: of its keeper's rank, its group, its time and its date.
pub const MOST_EXTRAS: usize = 4;

/// Which fields of a record are asked for.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Others, `MOST_EXTRAS` at most, whose values are handed on as they stand.
    pub extras: &'a [&'a str],
}

/// What a line is.
pub enum Line<'a> {
    /// A record with a text.
    Record(Record<'a>),
    /// White space alone.
    Blank,
    /// Anything else.
    Bad,
}

/// What a record says.
pub struct Record<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its id, where it has one that is a string or a whole number.
    pub id: Option<Cow<'a, str>>,
    /// The values of the extra fields, in their order.
    pub extras: [Option<&'a [u8]>; MOST_EXTRAS],
}

impl<'a> Line<'a> {
    /// Reads a line; a text with escapes is written to `buffer`.
    pub fn read(line: &'a [u8], fields: &Fields<'_>, buffer: &'a mut String) -> Self {
        if is_blank(line) {
            return Self::Blank;
        }
        Self::record(line, fields, buffer).map_or(Self::Bad, Self::Record)
    }

    fn record(line: &'a [u8], fields: &Fields<'_>, buffer: &'a mut String) -> Option<Record<'a>> {
        let whole = simdutf8::basic::from_utf8(line).ok()?;
        let extra = |number: usize| fields.extras.get(number).copied().unwrap_or(fields.id);
        let (text, id, extras) = if fields.extras.is_empty() {
            let [text, id] = find_values(line, [fields.text, fields.id]).ok()?;
            (text, id, [const { None }; MOST_EXTRAS])
        } else {
            let names = [fields.text, fields.id, extra(0), extra(1), extra(2), extra(3)];
            let [text, id, extras @ ..] = find_values(line, names).ok()?;
            (text, id, extras)
        };
        let text = text.filter(|text| is_string(line, text))?;
        let text = &whole[text.start + 1..text.end - 1];
        let text = if memchr::memchr(b'\\', text.as_bytes()).is_none() {
            text
        } else {
            unescape_into(text, buffer)?;
            buffer
        };
        let id = id.and_then(|value| id_of(&whole[value]));
        // Block spans hold 32 bits.
        let fits = u32::try_from(text.len()).is_ok();
        fits.then(|| Record {
            text,
            id,
            extras: extras.map(|value| value.map(|value| &line[value])),
        })
    }
}

/// Whether a line holds nothing but what JSON counts as white space.
#[must_use]
pub fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// The id that a JSON value makes: a string that is not empty, or a whole number as it is written.
fn id_of(value: &str) -> Option<Cow<'_, str>> {
    if let Some(inside) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        if inside.is_empty() {
            return None;
        }
        if inside.contains('\\') {
            return unescape(inside.as_bytes()).map(|(text, _)| Cow::Owned(text));
        }
        return Some(Cow::Borrowed(inside));
    }
    let digits = value.strip_prefix('-').unwrap_or(value);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(Cow::Borrowed(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_however_they_are_cut() {
        for text in ["", "\n", "a", "a\n", "\u{FEFF}a\r\n\nbb\nccc", "\u{FEFF}"] {
            let lines = Lines { data: text.as_bytes(), name: "x", first: 1, ends: None };
            let whole: Vec<_> = lines.iter().collect();
            for size in 1..text.len() + 2 {
                let cut = lines.cut(size);
                let again: Vec<_> = cut.iter().flat_map(Lines::iter).collect();
                assert_eq!(again, whole, "{text:?} by {size}");
            }
        }
    }
    #[test]
    fn records_are_the_same_however_they_are_cut() {
        let text = b"{\"a\":[1,2]}, 3,\n\"x\" ,4";
        let ends = Ends { places: &[11, 14, 20, 22], base: 0 };
        let lines = Lines { data: text, name: "x", first: 7, ends: Some(ends) };
        let whole: Vec<_> = lines.iter().collect();
        assert_eq!(whole[1], (8, &b" 3"[..]));
        assert_eq!(whole.len() as u64, lines.count());
        for size in 1..text.len() + 2 {
            let again: Vec<_> = lines.cut(size).iter().flat_map(Lines::iter).collect();
            assert_eq!(again, whole, "by {size}");
        }
    }
}
