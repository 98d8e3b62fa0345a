//! Where the documents of a store come from: their ids, their inputs' names, their lines.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use crate::store::{Number, Place, Store};

impl Store {
    /// The number of an input's name; the name of the document before it is known again.
    pub fn name(&mut self, name: &str) -> Number {
        if self.names.is_empty() || self.names.get(self.names.len() - 1) != name {
            self.names.push(name);
        }
        (self.names.len() - 1) as Number
    }

    /// The name of the input that a document came from.
    #[must_use]
    pub fn document_name(&self, document: usize) -> &str {
        self.names.get(self.places[document].name as usize)
    }

    /// Where a document came from, as files say it: `name` or `name:line`.
    #[must_use]
    pub fn source(&self, document: usize) -> String {
        let name = self.document_name(document);
        match self.places[document].line {
            0 => name.to_owned(),
            line => format!("{name}:{line}"),
        }
    }

    /// Whether there is such a document and it came from that line.
    #[must_use]
    pub fn is_at(&self, document: usize, name: &str, line: u64) -> bool {
        let place = self.places.get(document);
        place.is_some_and(|place| place.line == line) && self.document_name(document) == name
    }

    /// The first document from `from` on that stands at that line of an input or after it.
    #[must_use]
    pub fn first_at(&self, from: usize, name: &str, line: u64) -> usize {
        if from >= self.documents() || self.document_name(from) != name {
            return from;
        }
        let input = self.places[from].name;
        from + self.places[from..].partition_point(|place| place.name == input && place.line < line)
    }

    /// Documents whose id an earlier one has: how many, and the first of them.
    #[must_use]
    pub fn repeated_ids(&self) -> (usize, Option<usize>) {
        let hash = |document: usize| xxh3_64(self.ids.get(document).as_bytes());
        let mut seen: HashTable<usize> = HashTable::with_capacity(self.documents());
        let (mut count, mut first) = (0, None);
        for document in 0..self.documents() {
            let id = self.ids.get(document);
            if seen.find(hash(document), |&other| self.ids.get(other) == id).is_some() {
                count += 1;
                first = first.or(Some(document));
            } else {
                seen.insert_unique(hash(document), document, |&other| hash(other));
            }
        }
        (count, first)
    }

    /// Ends the document that the blocks since the last call belong to.
    pub fn end_document(&mut self, id: &str, place: Place, characters: u64) {
        self.ids.push(id);
        self.places.push(place);
        self.document_characters.push(characters);
        self.document_starts.push(self.variants.len() as Number);
    }
}
