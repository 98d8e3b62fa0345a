//! Ids, sources and what templates differ in, as JSON strings that a terminal can be shown.

use crate::records::escape::write_escaped;

/// Controls that act on a terminal or change the order of what is read, and that JSON allows as they
/// are: DEL and C1, the bidi controls, line and paragraph separators.
const fn is_unsafe(character: char) -> bool {
    matches!(
        character,
        '\u{7F}'..='\u{9F}' | '\u{61C}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
    )
}

/// Appends the inside of a JSON string, with every unsafe control as `\uXXXX`.
///
/// Names come from file systems and records, and JSON lines go to stdout; the ledger's texts are
/// not written by this, since they give a record back to the byte.
pub fn write_name(out: &mut Vec<u8>, name: &str) {
    // Nearly all names: one look at all bytes at once, instead of one at each character.
    if name.bytes().max().is_none_or(|most| most < 0x7F) {
        return write_escaped(out, name);
    }
    let mut rest = name;
    while let Some(place) = rest.find(is_unsafe) {
        write_escaped(out, &rest[..place]);
        let mut after = rest[place..].chars();
        let number = after.next().map_or(0, u32::from);
        out.extend_from_slice(format!("\\u{number:04x}").as_bytes());
        rest = after.as_str();
    }
    write_escaped(out, rest);
}
