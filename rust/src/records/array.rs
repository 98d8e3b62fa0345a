//! Where the records of a JSON array begin and end, in bytes that come block by block.
//!
//! Only brackets, commas and strings are looked at: whether a record is sound JSON is asked when it
//! is read. No record is held.

/// Why an array cannot be read on, and at which byte of the block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Broken {
    /// Nothing stands before a comma, or between the last comma and the end.
    Empty(usize),
    /// A closing bracket does not fit the array's opening one.
    Bracket(usize),
}

/// Finds the commas between records; remembers where it is between two blocks.
pub struct ArrayScanner {
    depth: u64,
    in_string: bool,
    escaped: bool,
    /// Nothing but white space stands after the last comma.
    blank: bool,
    records: u64,
}

impl Default for ArrayScanner {
    fn default() -> Self {
        Self { depth: 0, in_string: false, escaped: false, blank: true, records: 0 }
    }
}

impl ArrayScanner {
    /// Reads the next block after the array's opening bracket. The places of commas between records
    /// are appended; the place of the closing bracket, where it stands in the block.
    ///
    /// # Errors
    /// Where the array is broken; nothing can be read after that.
    pub fn feed(&mut self, block: &[u8], commas: &mut Vec<u64>) -> Result<Option<u64>, Broken> {
        let mut at = 0;
        while at < block.len() {
            if self.in_string {
                at += self.string(&block[at..]);
                continue;
            }
            let byte = block[at];
            match byte {
                b',' if self.depth == 0 => {
                    self.end_record(at)?;
                    commas.push(at as u64);
                }
                b']' if self.depth == 0 => {
                    // An array without records has nothing before its end; all others have.
                    if self.records > 0 {
                        self.end_record(at)?;
                    }
                    return Ok(Some(at as u64));
                }
                b'}' if self.depth == 0 => return Err(Broken::Bracket(at)),
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth -= 1,
                b'"' => self.in_string = true,
                _ => {}
            }
            self.blank &= matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',') && self.depth == 0;
            at += 1;
        }
        Ok(None)
    }

    fn end_record(&mut self, at: usize) -> Result<(), Broken> {
        if std::mem::replace(&mut self.blank, true) {
            return Err(Broken::Empty(at));
        }
        self.records += 1;
        Ok(())
    }

    /// Passes a string up to its end or the block's; how many bytes that are.
    fn string(&mut self, rest: &[u8]) -> usize {
        if std::mem::take(&mut self.escaped) {
            return 1;
        }
        let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
            return rest.len();
        };
        self.escaped = rest[found] == b'\\';
        self.in_string = self.escaped;
        found + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of the commas and of the end in a text after its bracket, or that it is broken.
    fn scan(text: &str, size: usize) -> Result<(Vec<u64>, Option<u64>), ()> {
        let mut scanner = ArrayScanner::default();
        let mut commas = Vec::new();
        for (number, block) in text.as_bytes().chunks(size).enumerate() {
            let base = (number * size) as u64;
            let mut found = Vec::new();
            let end = scanner.feed(block, &mut found).map_err(|_| ())?;
            commas.extend(found.iter().map(|place| base + place));
            if let Some(end) = end {
                return Ok((commas, Some(base + end)));
            }
        }
        Ok((commas, None))
    }

    #[test]
    fn records_are_found_however_the_blocks_are_cut() {
        let cases = [
            ("]", Ok((vec![], Some(0)))),
            (" \n]", Ok((vec![], Some(2)))),
            ("1,2] x", Ok((vec![1], Some(3)))),
            (r#"{"a":[1,2],"b":"]},"},"\"","\\",[[],{}]]"#, Ok((vec![21, 26, 31], Some(39)))),
            ("{},", Ok((vec![2], None))),
            ("1", Ok((vec![], None))),
            (",1]", Err(())),
            ("1,,2]", Err(())),
            ("1, ]", Err(())),
            ("1}", Err(())),
        ];
        for (text, expected) in cases {
            for size in 1..text.len() + 2 {
                assert_eq!(scan(text, size), expected, "{text:?} by {size}");
            }
        }
    }
}
