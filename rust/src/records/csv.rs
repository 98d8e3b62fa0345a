//! Rows of separated values (RFC 4180), found in bytes that come block by block.
//!
//! A cell that begins with a quote ends at its closing quote, and a doubled quote inside stands for
//! one; in any other cell a quote is a character. A row ends at a line feed outside of quotes; a
//! carriage return before it belongs to the line end. Nothing is decoded, and no row is held.

/// Cells of a row that can be asked for: text, id, and three more.
pub const WANTED: usize = 6;

/// What is wrong with a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Something stands between a closing quote and the end of its cell.
    AfterQuote,
    /// A quote is not closed before the input ends.
    Unclosed,
}

/// The bytes of a cell with its quotes, from the start of the input.
pub type Span = (u64, u64);

/// A row; all offsets count from the start of the input.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// The byte after its line end.
    pub end: u64,
    /// How many cells it has.
    pub cells: u32,
    /// Line feeds in it, its own end included.
    pub line_feeds: u64,
    /// What is wrong with it.
    pub fault: Fault,
    /// The cells that were asked for.
    pub wanted: [Option<Span>; WANTED],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first byte of a cell.
    Start,
    /// In a cell without quotes around.
    Plain,
    /// Between the quotes of a cell.
    Quoted,
    /// After a quote that closes the cell or is the first of two.
    Quote,
    /// After a closing quote and a carriage return.
    QuoteReturn,
}

/// Finds rows; remembers where it is between two blocks.
pub struct RowScanner {
    delimiter: u8,
    wanted: [Option<u32>; WANTED],
    state: State,
    place: u64,
    last: u8,
    cell_start: u64,
    row: Row,
}

impl RowScanner {
    /// At the start of an input; `wanted` are the numbers of the cells that are asked for.
    #[must_use]
    pub fn new(delimiter: u8, wanted: [Option<u32>; WANTED]) -> Self {
        let row = Row::default();
        Self { delimiter, wanted, state: State::Start, place: 0, last: 0, cell_start: 0, row }
    }

    /// Reads the next block; rows that end in it are appended.
    pub fn feed(&mut self, block: &[u8], rows: &mut Vec<Row>) {
        let mut at = 0;
        while at < block.len() {
            at = match self.state {
                State::Start => {
                    self.cell_start = self.place + at as u64;
                    let quoted = block[at] == b'"';
                    self.state = if quoted { State::Quoted } else { State::Plain };
                    at + usize::from(quoted)
                }
                State::Plain => self.plain(block, at, rows),
                State::Quoted => self.quoted(block, at),
                State::Quote => self.quote(block, at, rows),
                State::QuoteReturn => self.quote_return(block, at, rows),
            };
        }
        self.place += block.len() as u64;
        self.last = block.last().copied().unwrap_or(self.last);
    }

    /// Ends the input: the row that has no line end, if there is one.
    pub fn finish(&mut self) -> Option<Row> {
        match self.state {
            State::Start if self.row.cells == 0 => return None,
            State::Start => self.cell_start = self.place,
            State::Plain | State::Quote => {}
            State::Quoted => self.row.fault = Fault::Unclosed,
            State::QuoteReturn => self.row.fault = Fault::AfterQuote,
        }
        self.end_cell(self.place);
        self.row.end = self.place;
        self.state = State::Start;
        Some(std::mem::take(&mut self.row))
    }

    fn plain(&mut self, block: &[u8], at: usize, rows: &mut Vec<Row>) -> usize {
        let Some(found) = memchr::memchr2(self.delimiter, b'\n', &block[at..]) else {
            return block.len();
        };
        let end = at + found;
        let place = self.place + end as u64;
        if block[end] != b'\n' {
            self.end_cell(place);
            return end + 1;
        }
        let before = if end > 0 { block[end - 1] } else { self.last };
        let returned = before == b'\r' && place > self.cell_start;
        self.end_cell(place - u64::from(returned));
        self.end_row(place + 1, rows);
        end + 1
    }

    fn quoted(&mut self, block: &[u8], at: usize) -> usize {
        let rest = &block[at..];
        let found = memchr::memchr(b'"', rest);
        let inside = &rest[..found.unwrap_or(rest.len())];
        self.row.line_feeds += memchr::memchr_iter(b'\n', inside).count() as u64;
        let Some(found) = found else {
            return block.len();
        };
        self.state = State::Quote;
        at + found + 1
    }

    fn quote(&mut self, block: &[u8], at: usize, rows: &mut Vec<Row>) -> usize {
        let place = self.place + at as u64;
        match block[at] {
            b'"' => self.state = State::Quoted,
            b'\r' => self.state = State::QuoteReturn,
            b'\n' => {
                self.end_cell(place);
                self.end_row(place + 1, rows);
            }
            byte if byte == self.delimiter => self.end_cell(place),
            _ => return self.after_quote(at),
        }
        at + 1
    }

    fn quote_return(&mut self, block: &[u8], at: usize, rows: &mut Vec<Row>) -> usize {
        if block[at] != b'\n' {
            return self.after_quote(at);
        }
        let place = self.place + at as u64;
        self.end_cell(place - 1);
        self.end_row(place + 1, rows);
        at + 1
    }

    fn after_quote(&mut self, at: usize) -> usize {
        self.row.fault = Fault::AfterQuote;
        self.state = State::Plain;
        at
    }

    fn end_cell(&mut self, end: u64) {
        for (span, wanted) in self.row.wanted.iter_mut().zip(self.wanted) {
            if wanted == Some(self.row.cells) {
                *span = Some((self.cell_start, end));
            }
        }
        self.row.cells += 1;
        self.state = State::Start;
    }

    fn end_row(&mut self, end: u64, rows: &mut Vec<Row>) {
        self.row.end = end;
        self.row.line_feeds += 1;
        rows.push(std::mem::take(&mut self.row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells at 0, 1 and 2 of each row, its fault, and whether it has a line end.
    fn rows_of(text: &str, size: usize) -> Vec<(Vec<&str>, u32, Fault)> {
        let mut scanner = RowScanner::new(b',', [Some(0), Some(1), Some(2), None, None, None]);
        let mut rows = Vec::new();
        for block in text.as_bytes().chunks(size) {
            scanner.feed(block, &mut rows);
        }
        rows.extend(scanner.finish());
        let cell = |(start, end): Span| &text[start as usize..end as usize];
        rows.iter()
            .map(|row| (row.wanted.into_iter().flatten().map(cell).collect(), row.cells, row.fault))
            .collect()
    }

    #[test]
    fn rows_are_the_same_however_they_are_cut() {
        let good = |cells: &[&'static str]| (cells.to_vec(), cells.len() as u32, Fault::None);
        let cases = [
            ("", vec![]),
            ("\n", vec![good(&[""])]),
            ("a,b\r\nc", vec![good(&["a", "b"]), good(&["c"])]),
            ("a,\r\n,", vec![good(&["a", ""]), good(&["", ""])]),
            ("\"a\n\"\"b\",5\" c\n", vec![good(&["\"a\n\"\"b\"", "5\" c"])]),
            ("\"a\"\r\n\"\",\"b\"", vec![good(&["\"a\""]), good(&["\"\"", "\"b\""])]),
            ("\"a\"b,c\nd\n", vec![(vec!["\"a\"b", "c"], 2, Fault::AfterQuote), good(&["d"])]),
            ("\"a\"\rb\n", vec![(vec!["\"a\"\rb"], 1, Fault::AfterQuote)]),
            ("a\n\"b\nc", vec![good(&["a"]), (vec!["\"b\nc"], 1, Fault::Unclosed)]),
            ("a\rb\n", vec![good(&["a\rb"])]),
        ];
        for (text, expected) in cases {
            for size in 1..text.len() + 2 {
                assert_eq!(rows_of(text, size), expected, "{text:?} by {size}");
            }
        }
    }

    #[test]
    fn line_feeds_inside_quotes_count() {
        let mut rows = Vec::new();
        RowScanner::new(b'\t', [None; WANTED]).feed(b"\"a\n\nb\"\tc\nd\n", &mut rows);
        let found: Vec<_> = rows.iter().map(|row| (row.end, row.line_feeds)).collect();
        assert_eq!(found, [(9, 3), (11, 1)]);
    }
}
