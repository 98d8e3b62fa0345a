//! Texts as rows of 32-bit numbers, four bytes a number, so that they can lie beside tokens.

/// Appends a text: its bytes, then how many there are.
pub fn pack(text: &str, out: &mut Vec<u32>) {
    let (chunks, rest) = text.as_bytes().as_chunks::<4>();
    out.extend(chunks.iter().map(|&chunk| u32::from_le_bytes(chunk)));
    if !rest.is_empty() {
        let mut chunk = [0; 4];
        chunk[..rest.len()].copy_from_slice(rest);
        out.push(u32::from_le_bytes(chunk));
    }
    out.push(text.len() as u32);
}

/// The text that a row holds; of a damaged row as much as is one.
#[must_use]
pub fn unpack(row: &[u32]) -> String {
    let Some((&length, numbers)) = row.split_last() else { return String::new() };
    let mut bytes = Vec::with_capacity(4 * numbers.len());
    if cfg!(target_endian = "little") {
        bytes.extend_from_slice(bytemuck::cast_slice(numbers));
    } else {
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }
    bytes.truncate(length as usize);
    String::from_utf8(bytes)
        .unwrap_or_else(|damaged| String::from_utf8_lossy(damaged.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        for text in ["", "a", "four", "l’été\0", "字字字"] {
            let mut row = Vec::new();
            pack(text, &mut row);
            assert_eq!(unpack(&row), text);
        }
    }
}
