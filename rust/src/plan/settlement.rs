//! What becomes of all blocks: keepers, passages, runs, and copies of documents, one after the other.

use rayon::prelude::*;

use crate::both::both;
use crate::keepers::cluster::{Corpus, choose_keepers, contents};
use crate::keepers::furniture::short_furniture;
use crate::passages::copies::Copies;
use crate::passages::count_documents;
use crate::passages::fates::{Fates, State};
use crate::passages::given::Given;
use crate::passages::resettle::settle_runs;
use crate::passages::runs::Run;
use crate::passages::settling::settle;
use crate::store::{Number, Store};

/// In which order blocks and documents are visited.
#[derive(Clone, Copy)]
pub struct Visiting<'a> {
    /// The rank of each block, `None` for the order of the input.
    pub rank: Option<&'a [u32]>,
    /// When each document is visited, where blocks have ranks.
    pub order: Option<&'a [u32]>,
}

/// What was settled.
pub struct Settlement {
    /// What becomes of each block.
    pub fates: Fates,
    /// The runs that were found, whatever became of them.
    pub runs: Vec<Run>,
    /// See `Plan::by_blocks`.
    pub by_blocks: Option<(Vec<State>, Vec<Number>)>,
    /// In how many documents each node stands.
    pub spread: Vec<u32>,
}

/// Settles all blocks, some of which may be `known`; `is_copy` says of each document whether it is one of the copies.
///
/// # Errors
/// The documents that are no copies after all: what one of their blocks would go for is out of their reach.
pub fn settle_all(
    corpus: &Corpus<'_>,
    Visiting { rank, order }: Visiting<'_>,
    sources: &[Number],
    known: Option<&Given>,
    (copies, is_copy): (&Copies, &[bool]),
) -> Result<Settlement, Vec<usize>> {
    let Corpus { store, settings, .. } = *corpus;
    let nothing = Given::default();
    let given = known.unwrap_or(&nothing);
    // Each takes one thread.
    let (keepers, (spread, furniture)) = both(
        store.blocks(),
        || choose_keepers(corpus, rank),
        || {
            let spread = count_documents(corpus);
            let furniture = short_furniture(corpus, &spread, sources);
            (spread, furniture)
        },
    );
    let mut fates = settle(corpus, keepers, &furniture, order, &given.holes);
    given.keep_closed(&mut fates.states);
    copies.drop_all(corpus, &mut fates, given)?;
    let by_blocks = known.map(|_| (fates.states.clone(), fates.aligned.clone()));
    let mut runs = Vec::new();
    if settings.finds_runs() && !settings.chain {
        (fates, runs) = settle_runs(corpus, fates, &furniture, order, (given, is_copy));
        // They follow what runs took of the other ones.
        copies.drop_all(corpus, &mut fates, given)?;
    }
    Ok(Settlement { fates, runs, by_blocks, spread })
}

/// When each document is visited first, as `choose_keepers` visits blocks; those of equal rank and
/// content share a number, and documents without blocks come last. Those that the others are held
/// against come first.
pub fn first_visits(store: &Store, rank: &[u32]) -> Vec<u32> {
    let references = store.reference_documents();
    let least = |document| store.document_blocks(document).map(|block| rank[block]).min();
    let contents = contents(store);
    let keys: Vec<(bool, u32, u64)> = (0..store.documents())
        .map(|document| (least(document), contents[document]))
        .map(|(first, content)| (first.is_none(), first.unwrap_or(0), content))
        .collect();
    let mut order: Vec<Number> = (0..keys.len() as Number).collect();
    order[references..].par_sort_unstable_by_key(|&document| keys[document as usize]);
    let mut visits = vec![0; keys.len()];
    let mut visit = 0;
    for pair in order.windows(2) {
        let differ = keys[pair[0] as usize] != keys[pair[1] as usize];
        visit += u32::from(differ || (pair[0] as usize) < references);
        visits[pair[1] as usize] = visit;
    }
    visits
}
