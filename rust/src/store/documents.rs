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

    /// Says which documents the others are held against: those up to each end, by their name. They come
    /// first, and nothing of them goes or is reported by itself.
    pub fn set_references(&mut self, references: Vec<(Number, String)>) {
        self.references = references;
    }

    /// How many documents the others are held against.
    #[must_use]
    pub fn reference_documents(&self) -> usize {
        self.references.last().map_or(0, |&(end, _)| end as usize)
    }

    /// How many blocks these have.
    #[must_use]
    pub fn reference_blocks(&self) -> usize {
        self.document_starts[self.reference_documents()] as usize
    }

    /// The name of what a document was read from, if the others are held against it.
    #[must_use]
    pub fn reference_of(&self, document: usize) -> Option<&str> {
        let place = self.references.partition_point(|&(end, _)| end as usize <= document);
        self.references.get(place).map(|(_, name)| name.as_str())
    }

    /// Whether each node stands in a document that is not one of those.
    #[must_use]
    pub fn nodes_of_corpus(&self) -> Vec<bool> {
        let mut stands = vec![self.references.is_empty(); self.nodes()];
        if self.references.is_empty() {
            return stands;
        }
        for block in self.reference_blocks()..self.blocks() {
            stands[self.node(block) as usize] = true;
        }
        stands
    }

    /// Documents whose id an earlier one has: how many, and the first of them. What these are held
    /// against may have the same ids.
    #[must_use]
    pub fn repeated_ids(&self) -> (usize, Option<usize>) {
        let hash = |document: usize| xxh3_64(self.ids.get(document).as_bytes());
        let mut seen: HashTable<usize> = HashTable::with_capacity(self.documents());
        let (mut count, mut first) = (0, None);
        for document in self.reference_documents()..self.documents() {
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
