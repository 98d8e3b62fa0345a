//! What the raw texts of nodes tell beyond their tokens, names and words of code, for one who asks for pairs one by
//! one. Of equal texts the one that came first speaks for all.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::judging::capitals::{NameReader, Written};
use crate::judging::names::{Spelled, may_differ_in_names, may_say_other_code};
use crate::judging::numerals::differ_in_values_only;
use crate::judging::verify::Match;
use crate::settings::{Names, Numbers, Settings};
use crate::store::token_reader::TokenReader;
use crate::store::{Number, Store};

/// Tokens of which it is held what their texts tell, by one who asks for them one by one.
const MOST_HELD: usize = 1 << 16;

/// What the spelling of a node's first text tells of its tokens, if it is held.
pub(crate) fn held_spelling<T: FromIterator<Written>>(store: &Store, node: Number) -> Option<T> {
    let held = store.spellings.get(node, store.token_count(node))?;
    Some(held.iter().copied().map(Written).collect())
}

/// Reads texts of nodes one by one; those that were asked for before are held.
pub struct Readings<'a> {
    store: &'a Store,
    reader: TokenReader<'a>,
    names: NameReader,
    held: HashMap<Number, Arc<[Written]>>,
    tokens: usize,
}

impl<'a> Readings<'a> {
    /// Of a store's texts.
    #[must_use]
    pub fn new(store: &'a Store) -> Self {
        let (reader, names) = (store.token_reader(), NameReader::default());
        Self { store, reader, names, held: HashMap::new(), tokens: 0 }
    }

    /// What the spelling of a node's first text tells of its tokens; nothing where it was not kept.
    pub(crate) fn of(&mut self, node: Number) -> Arc<[Written]> {
        if let Some(held) = self.held.get(&node) {
            return Arc::clone(held);
        }
        let written: Arc<[Written]> = match held_spelling(self.store, node) {
            Some(held) => held,
            None => self.names.read(&self.reader.tokens_and_text(node).1).into(),
        };
        self.tokens += written.len();
        if self.tokens > MOST_HELD {
            self.held.clear();
            self.tokens = written.len();
        }
        self.held.insert(node, Arc::clone(&written));
        written
    }

    /// Whether two nodes differ in nothing but what the policy keeps apart: numbers, or names. `tokens` are theirs.
    #[must_use]
    pub fn is_template(
        &mut self,
        settings: &Settings,
        nodes: (Number, Number),
        tokens: (&[u32], &[u32]),
    ) -> bool {
        if settings.numbers == Numbers::Veto && differ_in_values_only(tokens.0, tokens.1) {
            return true;
        }
        settings.names != Names::Keep && may_differ_in_names(tokens.0, tokens.1) && {
            let written = (self.of(nodes.0), self.of(nodes.1));
            let one = Spelled { tokens: tokens.0, written: &written.0 };
            one.differs_in_names_from(
                Spelled { tokens: tokens.1, written: &written.1 },
                settings.numbers,
            )
        }
    }

    /// Whether what `node`, one of the two of a match, says must stay beside the other: they differ in nothing but
    /// what the policy keeps apart, or it is the same as a part of the other but for that, or they say other words of
    /// code. Of numbers alone the match knows the latter two. `tokens` are those of left and right.
    #[must_use]
    pub fn is_kept_apart(
        &mut self,
        settings: &Settings,
        (found, node): (&Match, Number),
        tokens: (&[u32], &[u32]),
    ) -> bool {
        if settings.numbers == Numbers::Veto && differ_in_values_only(tokens.0, tokens.1) {
            return true;
        }
        let may_differ = settings.names != Names::Keep && may_differ_in_names(tokens.0, tokens.1);
        let may_say_other_code = may_say_other_code(settings, tokens.0, tokens.1);
        if !may_differ && !may_say_other_code {
            return false;
        }
        let written = (self.of(found.left), self.of(found.right));
        let left = Spelled { tokens: tokens.0, written: &written.0 };
        let right = Spelled { tokens: tokens.1, written: &written.1 };
        let side = usize::from(node == found.right);
        let (own, other) = if side == 0 { (left, right) } else { (right, left) };
        may_say_other_code && own.says_other_code(other)
            || may_differ
                && (own.differs_in_names_from(other, settings.numbers)
                    || found.has_more(side) && own.is_part_of(other, settings.numbers))
    }
}
