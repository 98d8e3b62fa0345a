//! The texts of blocks that can match none by themselves: kept for the texts of documents alone.

use super::batch::Batch;
use super::state::State;
use crate::reading::read::NewDocument;

/// Byte offsets of ascending code points of one text.
struct Bytes<'a> {
    text: &'a str,
    count: u32,
    byte: usize,
}

impl<'a> Bytes<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, count: 0, byte: 0 }
    }

    fn at(&mut self, place: u32) -> usize {
        let rest = &self.text[self.byte..];
        let ahead = (place - self.count) as usize;
        self.byte += rest.char_indices().nth(ahead).map_or(rest.len(), |(byte, _)| byte);
        self.count = place;
        self.byte
    }
}

impl Batch {
    /// Keeps the texts of new blocks that can match none by themselves, so that the text of a document can
    /// be put together again.
    pub(super) fn keep_short_texts(&mut self, state: &State, documents: &[NewDocument<'_>]) {
        let least = state.settings.least_tokens();
        for (document, new) in documents.iter().enumerate() {
            let mut place = Bytes::new(new.text);
            for block in self.store.document_blocks(document) {
                let (number, known) = self.nodes[self.store.node(block) as usize];
                if self.is_new(number) && known.tokens < least && !self.texts.contains_key(&number)
                {
                    let start = place.at(self.store.starts[block]);
                    let end = place.at(self.store.ends[block]);
                    self.texts.insert(number, new.text[start..end].to_owned());
                }
            }
        }
    }
}
