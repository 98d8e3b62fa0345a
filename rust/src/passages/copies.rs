//! Documents that are another one block by block: each goes as a whole.
//!
//! Runs alone leave scraps of such a copy. What the other one repeats of itself went there, which breaks the run,
//! and what is left is shorter than `min_tokens`, or a line that the layout holds. But all of it stands somewhere:
//! where the other one's block stays, or went. So a copy is no keeper of anything, as documents that are dropped
//! are none, and each of its blocks goes for that place.

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_64;

use crate::keepers::cluster::Corpus;
use crate::passages::by_visits;
use crate::passages::fates::{Fates, State};
use crate::passages::given::Given;
use crate::settings::{Scope, Settings};
use crate::store::{NONE, Number, Store};

/// Earlier documents of the same blocks that are tried, the latest first, where not all of them are within
/// reach.
pub const ORIGINALS: usize = 16;

/// Fewer blocks than this repeat as any block does.
const LEAST_BLOCKS: usize = 2;

/// Whether a document may be a copy or have one: of two blocks or more, with `min_tokens` tokens, and nothing
/// protected.
#[must_use]
pub fn may_be_copy(store: &Store, settings: &Settings, document: usize) -> bool {
    let blocks = store.document_blocks(document);
    let tokens = |block: usize| u64::from(store.block_tokens(block));
    blocks.len() >= LEAST_BLOCKS
        && blocks.clone().map(tokens).sum::<u64>() >= u64::from(settings.least_tokens())
        && !blocks.clone().any(|block| store.layouts[block].protected())
}

/// Copies, each with the document that it is a copy of, in the order of the visits.
#[derive(Default)]
pub struct Copies(Vec<(Number, Number)>);

/// The nodes of a document's blocks.
fn nodes(store: &Store, document: Number) -> impl Iterator<Item = Number> {
    store.document_blocks(document as usize).map(|block| store.node(block))
}

impl Copies {
    /// Those of a corpus whose documents are visited in some order, `None` for their own; `apart` says which
    /// documents are none. What is dropped is none and has none. Reports of chains have none.
    #[must_use]
    pub fn find(corpus: &Corpus<'_>, order: Option<&[u32]>, apart: &[bool]) -> Self {
        let Corpus { store, settings, .. } = *corpus;
        if settings.chain || settings.scope == Scope::Within {
            return Self::default();
        }
        // Whoever is in reach of one that is in reach of the first is in reach of that, too; across groups, of the
        // first one of two of them.
        let most = if settings.window.is_some() {
            usize::MAX
        } else {
            1 + usize::from(settings.group_across)
        };
        let documents = order.map_or_else(|| (0..store.documents() as Number).collect(), by_visits);
        let mut known: HashMap<(u64, Number), Vec<Number>> = HashMap::new();
        let mut copies = Vec::new();
        let mut bytes = Vec::new();
        for document in documents {
            let number = document as usize;
            if corpus.excluded[number] || !may_be_copy(store, settings, number) {
                continue;
            }
            bytes.clear();
            bytes.extend(nodes(store, document).flat_map(Number::to_le_bytes));
            let key = (xxh3_64(&bytes), corpus.scopes().home(document));
            let others = known.entry(key).or_default();
            let may_go = number >= store.reference_documents() && !apart[number];
            let is_other = |&&other: &&Number| {
                corpus.in_scope(document, other) && nodes(store, document).eq(nodes(store, other))
            };
            let found = others.iter().rev().take(ORIGINALS).find(is_other).filter(|_| may_go);
            copies.extend(found.map(|&other| (document, other)));
            let is_wanted = |&other: &Number| most > 2 || corpus.in_scope(document, other);
            if others.len() < most && others.last().is_none_or(is_wanted) {
                others.push(document);
            }
        }
        Self(copies)
    }

    /// That of the last document of a store, which is a copy of another one where that is told.
    #[must_use]
    pub fn of_last(store: &Store, given: &Given, apart: &[bool]) -> Self {
        let last = store.documents() - 1;
        let original = given.original.filter(|_| !apart[last]);
        Self(original.map(|original| (last as Number, original)).into_iter().collect())
    }

    /// Whether each document is one.
    #[must_use]
    pub fn marks(&self, documents: usize) -> Vec<bool> {
        let mut marks = vec![false; documents];
        for &(document, _) in &self.0 {
            marks[document as usize] = true;
        }
        marks
    }

    /// Lets them go for what stands for the other ones now.
    ///
    /// # Errors
    /// The documents that do not go, since some of that is out of their reach.
    pub fn drop_all(
        &self,
        corpus: &Corpus<'_>,
        fates: &mut Fates,
        given: &Given,
    ) -> Result<(), Vec<usize>> {
        let Corpus { store, documents, .. } = *corpus;
        let mut stay = Vec::new();
        for &(document, other) in &self.0 {
            let own = store.document_blocks(document as usize);
            // What has no token stays where it stands, also in what is dropped.
            let pairs = own
                .zip(store.document_blocks(other as usize))
                .filter(|&(own, _)| store.block_tokens(own) > 0);
            let places: Vec<(usize, usize, Option<Number>)> =
                pairs.map(|(own, block)| (own, block, place(fates, given, block))).collect();
            let reaches = |keeper: Number| corpus.in_scope(document, documents[keeper as usize]);
            if !places.iter().all(|&(.., keeper)| keeper.is_none_or(reaches)) {
                stay.push(document as usize);
                continue;
            }
            for (own, block, keeper) in places {
                fates.states[own] = if keeper.is_some() { State::Removed } else { State::Stripped };
                fates.aligned[own] = keeper.unwrap_or(own as Number);
                // What stays may name a part of another block, for which it does not go, and neither does this.
                let followed = (keeper != Some(block as Number)).then_some(block as Number);
                follow_entry(&mut fates.regions, followed, own as Number);
                follow_entry(&mut fates.twins, followed, own as Number);
            }
        }
        if stay.is_empty() { Ok(()) } else { Err(stay) }
    }
}

/// The block that stands for one, itself where it stays; `None` where all copies went.
fn place(fates: &Fates, given: &Given, block: usize) -> Option<Number> {
    match (given.gone.get(&(block as Number)), fates.states[block]) {
        (Some(&keeper), _) => Some(keeper),
        (None, State::Stripped) => None,
        // Of what an index holds it may not be there for what that went: who gathers it looks for that (`decide.rs`).
        (None, State::Removed) if fates.aligned[block] != NONE => Some(fates.aligned[block]),
        (None, _) => Some(block as Number),
    }
}

fn follow_entry<T: Copy>(entries: &mut HashMap<Number, T>, from: Option<Number>, to: Number) {
    match from.and_then(|from| entries.get(&from).copied()) {
        Some(entry) => entries.insert(to, entry),
        None => entries.remove(&to),
    };
}
