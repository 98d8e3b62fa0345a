//! Texts and records without their removed passages, and back again.

use crate::records::escape::{raw_offsets, unescape, write_string};
use crate::records::json::{find_string, find_value};
use crate::records::record::{Lines, is_blank};
use crate::store::Number;
use crate::writing::cut::{Cut, find_cuts};
use crate::writing::render::Renderer;

/// What is left of one text or record.
pub enum Cleaned<T> {
    /// It loses nothing.
    Unchanged,
    /// Nothing of it is written.
    Dropped,
    /// Its rest.
    Changed(T),
}

/// The byte range of each cut.
fn byte_ranges(text: &str, cuts: &[Cut]) -> Vec<(usize, usize)> {
    let mut points = cuts.iter().flat_map(|cut| [cut.start, cut.end]).peekable();
    let mut bytes = Vec::with_capacity(cuts.len() * 2);
    for (number, (byte, _)) in text.char_indices().enumerate() {
        while points.next_if_eq(&(number as u32)).is_some() {
            bytes.push(byte);
        }
        if points.peek().is_none() {
            break;
        }
    }
    bytes.resize(cuts.len() * 2, text.len());
    bytes.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Cleans one text; ledger lines are appended to `ledger`. Texts longer or shorter than the one that
/// was read are cut where they end.
pub fn clean_text(
    renderer: &Renderer<'_>,
    document: usize,
    text: &str,
    ledger: &mut Vec<u8>,
) -> Cleaned<String> {
    let cuts = find_cuts(renderer.store, renderer.plan, document as Number);
    let mut rest = String::new();
    let mut kept_from = 0;
    let mut literal = Vec::new();
    for (cut, (start, end)) in cuts.iter().zip(byte_ranges(text, &cuts)) {
        literal.clear();
        write_string(&mut literal, &text[start..end]);
        renderer.ledger_line(cut.passage, (cut.start, cut.end), &literal, ledger);
        rest.push_str(&text[kept_from..start]);
        kept_from = end;
    }
    if renderer.plan.dropped[document] {
        renderer.dropped_line(document, text, ledger);
        return Cleaned::Dropped;
    }
    if cuts.is_empty() {
        return Cleaned::Unchanged;
    }
    rest.push_str(&text[kept_from..]);
    Cleaned::Changed(rest)
}

/// Cleans one raw JSON record: inside the text's own literal only the cuts go, and the ledger holds
/// their raw bytes.
///
/// # Errors
/// When the record has no string at `field`: it is not the record that was read.
pub fn clean_record(
    renderer: &Renderer<'_>,
    document: usize,
    record: &[u8],
    field: &str,
    ledger: &mut Vec<u8>,
) -> Result<Cleaned<Vec<u8>>, String> {
    let cuts = find_cuts(renderer.store, renderer.plan, document as Number);
    let dropped = renderer.plan.dropped[document];
    if cuts.is_empty() && !dropped {
        return Ok(Cleaned::Unchanged);
    }
    let range = find_string(record, field).ok_or_else(|| {
        format!("the record has no text at {field}; it changed since it was read")
    })?;
    let points = cuts.iter().flat_map(|cut| [cut.start, cut.end]);
    let offsets = raw_offsets(&record[range.clone()], points)
        .ok_or("the text is shorter than when it was read")?;
    let mut rest = Vec::with_capacity(record.len());
    let mut kept_from = 0;
    let mut literal = Vec::new();
    for (cut, ends) in cuts.iter().zip(offsets.chunks_exact(2)) {
        let (start, end) = (range.start + ends[0], range.start + ends[1]);
        literal.clear();
        literal.push(b'"');
        literal.extend_from_slice(&record[start..end]);
        literal.push(b'"');
        renderer.ledger_line(cut.passage, (cut.start, cut.end), &literal, ledger);
        rest.extend_from_slice(&record[kept_from..start]);
        kept_from = end;
    }
    if dropped {
        let record = std::str::from_utf8(record).map_err(|_| "the record is not UTF-8")?;
        renderer.dropped_line(document, record, ledger);
        return Ok(Cleaned::Dropped);
    }
    rest.extend_from_slice(&record[kept_from..]);
    Ok(Cleaned::Changed(rest))
}

/// A passage of a record's text, by the code points where it starts and ends, without the rest of the
/// text being made. `None` where there is no such passage.
#[must_use]
pub fn excerpt(record: &[u8], field: &str, (start, end): (u32, u32)) -> Option<String> {
    let raw = &record[find_string(record, field)?];
    let offsets = raw_offsets(raw, [start, end].into_iter())?;
    Some(unescape(&raw[offsets[0]..offsets[1]])?.0)
}

/// Cleans some lines of one input; `document` is the first that stands in them or after them.
///
/// What is left is appended to `rest`: blank lines stay, lines that hold no record go; each record of
/// an array has a comma before it. Ledger lines are appended to `ledger`.
///
/// # Errors
/// As [`clean_record`]; the line's number comes with the reason.
pub fn clean_lines(
    renderer: &Renderer<'_>,
    mut document: usize,
    lines: &Lines<'_>,
    field: &str,
    rest: &mut Vec<u8>,
    ledger: &mut Vec<u8>,
) -> Result<(), (u64, String)> {
    rest.extend_from_slice(lines.mark());
    for (number, line) in lines.iter() {
        if renderer.store.is_at(document, lines.name, number) {
            let cleaned = clean_record(renderer, document, line, field, ledger);
            let cleaned = cleaned.map_err(|reason| (number, reason))?;
            if lines.ends.is_some() && !matches!(cleaned, Cleaned::Dropped) {
                rest.push(b',');
            }
            match cleaned {
                Cleaned::Unchanged => rest.extend_from_slice(line),
                Cleaned::Dropped => {}
                Cleaned::Changed(record) => rest.extend_from_slice(&record),
            }
            document += 1;
        } else if is_blank(line) {
            rest.extend_from_slice(line);
        }
    }
    Ok(())
}

/// A removed passage as the ledger tells it: its first code point and its text as a raw literal.
struct Entry<'a> {
    start: usize,
    raw: &'a [u8],
}

fn read_entries<'a>(ledger: &[&'a [u8]]) -> Result<Vec<Entry<'a>>, String> {
    ledger
        .iter()
        .map(|line| {
            let span = find_value(line, "span").and_then(|range| {
                let text = std::str::from_utf8(&line[range]).ok()?;
                text.trim_start_matches('[').split(',').next()?.trim().parse().ok()
            });
            let raw = find_string(line, "text").map(|range| &line[range]);
            match (span, raw) {
                (Some(start), Some(raw)) => Ok(Entry { start, raw }),
                _ => Err("a ledger line has no span or no text".to_owned()),
            }
        })
        .collect()
}

/// Puts removed passages back into a cleaned text; ledger lines ascending.
///
/// # Errors
/// When a ledger line is broken or lies beyond the text.
pub fn restore_text(text: &str, ledger: &[&[u8]]) -> Result<String, String> {
    let mut whole = String::with_capacity(text.len());
    let mut characters = 0;
    let mut rest = text;
    for entry in read_entries(ledger)? {
        let (removed, _) = unescape(entry.raw).ok_or("a ledger text's escapes are broken")?;
        let ahead = entry.start.checked_sub(characters).ok_or("ledger spans overlap")?;
        let byte = match rest.char_indices().nth(ahead) {
            Some((byte, _)) => byte,
            None if rest.chars().count() == ahead => rest.len(),
            None => return Err(beyond(entry.start)),
        };
        whole.push_str(&rest[..byte]);
        rest = &rest[byte..];
        characters = entry.start + removed.chars().count();
        whole.push_str(&removed);
    }
    whole.push_str(rest);
    Ok(whole)
}

fn beyond(start: usize) -> String {
    format!("a ledger span starts at {start}, beyond the text's end; the output was edited")
}

/// Puts removed passages back into the text literal of a cleaned record; ledger lines ascending.
///
/// # Errors
/// When a ledger line or the record is not what `clean` wrote.
pub fn restore_record(record: &[u8], field: &str, ledger: &[&[u8]]) -> Result<Vec<u8>, String> {
    let range =
        find_string(record, field).ok_or_else(|| format!("the record has no text at {field}"))?;
    let (_, offsets) = unescape(&record[range.clone()]).ok_or("the text's escapes are broken")?;
    let mut whole = Vec::with_capacity(record.len());
    let mut kept_from = 0;
    let mut inserted = 0;
    for entry in read_entries(ledger)? {
        let place = entry.start.checked_sub(inserted).ok_or("ledger spans overlap")?;
        let offset = *offsets.get(place).ok_or_else(|| beyond(entry.start))?;
        let byte = range.start + offset as usize;
        if byte < kept_from {
            return Err("ledger spans overlap".to_owned());
        }
        whole.extend_from_slice(&record[kept_from..byte]);
        whole.extend_from_slice(entry.raw);
        kept_from = byte;
        let (removed, _) = unescape(entry.raw).ok_or("a ledger text's escapes are broken")?;
        inserted += removed.chars().count();
    }
    whole.extend_from_slice(&record[kept_from..]);
    Ok(whole)
}
