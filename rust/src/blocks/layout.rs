//! Where a block stands among its neighbours, in four bytes.

use crate::blocks::split::{Before, BlockSpan};

/// How a block sits among its neighbours; enough to know how what is left of a document splits.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// `Before` in the lower two bits, then six flags: four bytes a block, not nine.
    packed: u8,
    /// Code points of its first word, as the splitter counts them, at most 255.
    pub first_word: u8,
    /// Code points of white space and marks of quotation between its line's start and itself; 255 and more count
    /// as none.
    pub indentation: u8,
    /// Of lines that are one block since they part words, what `BlockSpan` says of the longest; else 0.
    pub longest_line: u8,
}

const PROTECTED: u8 = 4;
const WRAPPED: u8 = 8;
const ENDS_SENTENCE: u8 = 16;
const ENDS_WITH_A_HYPHEN: u8 = 32;
const BEGINS_WITH_A_LETTER: u8 = 64;
const QUOTED: u8 = 128;

impl Layout {
    /// The layout of a block that the splitter found.
    #[must_use]
    pub fn new(span: &BlockSpan, indentation: u8, protected: bool) -> Self {
        let flags = (PROTECTED * u8::from(protected))
            | (WRAPPED * u8::from(span.wrapped))
            | (ENDS_SENTENCE * u8::from(span.ends_sentence))
            | (ENDS_WITH_A_HYPHEN * u8::from(span.edges.hyphen))
            | (BEGINS_WITH_A_LETTER * u8::from(span.edges.letter))
            | (QUOTED * u8::from(span.quoted));
        let BlockSpan { before, first_word, longest_line, .. } = *span;
        Self { packed: before as u8 | flags, first_word, indentation, longest_line }
    }

    /// The layout as it stands in a file.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 4] {
        [self.packed, self.first_word, self.indentation, self.longest_line]
    }

    /// The layout that those bytes hold; any four hold one.
    #[must_use]
    pub fn from_bytes([packed, first_word, indentation, longest_line]: [u8; 4]) -> Self {
        Self { packed, first_word, indentation, longest_line }
    }

    /// What stands between the block and the one before it.
    #[must_use]
    pub fn before(self) -> Before {
        [Before::Start, Before::Gap, Before::LineEnd, Before::BlankLine]
            [usize::from(self.packed & 3)]
    }

    /// Whether `--protect` covers a part of it.
    #[must_use]
    pub fn protected(self) -> bool {
        self.packed & PROTECTED != 0
    }

    /// Whether it is a hard-wrapped group of lines.
    #[must_use]
    pub fn wrapped(self) -> bool {
        self.packed & WRAPPED != 0
    }

    /// Whether it ends as a sentence does.
    #[must_use]
    pub fn ends_sentence(self) -> bool {
        self.packed & ENDS_SENTENCE != 0
    }

    /// Whether it ends with a hyphen behind a letter.
    #[must_use]
    pub fn ends_with_a_hyphen(self) -> bool {
        self.packed & ENDS_WITH_A_HYPHEN != 0
    }

    /// Whether marks of quotation stand before it on its line.
    #[must_use]
    pub fn quoted(self) -> bool {
        self.packed & QUOTED != 0
    }

    /// Whether it begins with a letter.
    #[must_use]
    pub fn begins_with_a_letter(self) -> bool {
        self.packed & BEGINS_WITH_A_LETTER != 0
    }
}
