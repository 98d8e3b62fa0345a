//! Where a block stands among its neighbours, in three bytes.

use crate::split::{Before, BlockSpan};

/// How a block sits among its neighbours; enough to know how what is left of a document splits.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// `Before` in the lower two bits, then three flags: three bytes a block, not five.
    packed: u8,
    /// Code points of its first word, as the splitter counts them, at most 255.
    pub first_word: u8,
    /// Code points of white space between its line's start and itself; 255 and more count as none.
    pub indentation: u8,
}

const PROTECTED: u8 = 4;
const WRAPPED: u8 = 8;
const ENDS_SENTENCE: u8 = 16;

impl Layout {
    /// The layout of a block that the splitter found.
    #[must_use]
    pub fn new(span: &BlockSpan, indentation: u8, protected: bool) -> Self {
        let flags = (PROTECTED * u8::from(protected))
            | (WRAPPED * u8::from(span.wrapped))
            | (ENDS_SENTENCE * u8::from(span.ends_sentence));
        Self { packed: span.before as u8 | flags, first_word: span.first_word, indentation }
    }

    /// The layout as it stands in a file.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 3] {
        [self.packed, self.first_word, self.indentation]
    }

    /// The layout that those bytes hold; any three hold one.
    #[must_use]
    pub fn from_bytes([packed, first_word, indentation]: [u8; 3]) -> Self {
        Self { packed, first_word, indentation }
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
}
