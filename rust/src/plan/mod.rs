//! The plan of a run: passages, clusters, dropped documents and the counts of it all.

pub mod differences;
pub mod elsewhere;
pub mod exact;
pub mod gaps;
pub mod hottest;
pub(crate) mod kindred;
pub mod likeness;
pub mod member_spans;
pub mod passage_clusters;
pub mod places;
pub mod quotes;
pub(crate) mod settlement;
pub mod similar;

use std::ops::Range;

use crate::both::both;
use crate::judging::amounts::AllAmounts;
use crate::keepers::cluster::Corpus;
use crate::keepers::furniture::sources;
use crate::keepers::neighbours::Neighbours;
use crate::memory::columns::filled;
use crate::passages::copies::Copies;
use crate::passages::dropped::{Dropped, dropped_documents};
use crate::passages::fates::{Fates, State};
use crate::passages::given::Given;
use crate::passages::runs::Run;
use crate::passages::text::{Text, positions};
use crate::plan::differences::Differences;
use crate::plan::elsewhere::{Edges, edges};
use crate::plan::exact::ExactSpans;
use crate::plan::gaps::{Continued, continued};
use crate::plan::kindred::count_places;
use crate::plan::likeness::Likenesses;
use crate::plan::passage_clusters::find_passages;
use crate::plan::quotes::Quotes;
use crate::plan::settlement::{Settlement, Visiting, first_visits, settle_all};
use crate::plan::similar::Similar;
use crate::settings::Settings;
use crate::store::{Number, Store};

/// Blocks of one document that repeat blocks of one document, all in one state.
#[derive(Clone, Debug)]
pub struct Passage {
    /// First block.
    pub first: Number,
    /// Last block, included.
    pub last: Number,
    /// The keeper of the first block, or the first of several; the others' follow it.
    pub keeper_first: Number,
    /// The last block of the keeper, included.
    pub keeper_last: Number,
    /// What became of it.
    pub state: State,
    /// The cluster it belongs to.
    pub cluster: Number,
}

/// Why a cluster repeats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Inside one document.
    SelfRepeat,
    /// In many documents of one source, short or at the edges of pages.
    Boilerplate,
    /// In more than one document.
    Shared,
    /// The same but for numbers.
    Template,
}

/// One kept passage and the passages that repeat it.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// First block of the keeper.
    pub keeper_first: Number,
    /// Its last block, included.
    pub keeper_last: Number,
    /// Code points of its document: all that the members repeat.
    pub keeper_span: (u32, u32),
    /// The passages that repeat it, in `Plan::members`.
    pub members: Range<usize>,
    /// What became of them; but of those that stay as the larger side among some that go.
    pub state: State,
    /// Quotes of parts of the keeper, in `Quotes::joined`.
    pub quotes: Range<usize>,
    /// Why it repeats.
    pub kind: Kind,
    /// Documents it stands in.
    pub documents: u32,
    /// Code points of all its passages but the keeper.
    pub characters: u64,
}

/// Everything that was decided.
pub struct Plan {
    /// What becomes of each block.
    pub fates: Fates,
    /// All passages, by document and place.
    pub passages: Vec<Passage>,
    /// Passage numbers, cluster by cluster; of repeats with gaps the first passage alone.
    pub members: Vec<Number>,
    /// The passage that each one goes on with behind a gap.
    pub continued: Continued,
    /// What repeats and their keepers lost around them, to other keepers.
    pub edges: Edges,
    /// All clusters, by their keepers' place.
    pub clusters: Vec<Cluster>,
    /// Documents of which nothing is written.
    pub dropped: Vec<bool>,
    /// Documents that nearly all stand in another one.
    pub similar: Vec<Similar>,
    /// How alike each passage and its keeper are.
    pub likenesses: Likenesses,
    /// Where passages stand that are not whole blocks on both sides.
    pub spans: ExactSpans,
    /// In what templates differ from their keepers.
    pub differences: Differences,
    /// What repeats and stays, as a part of blocks.
    pub quotes: Quotes,
    /// The runs that were found, whatever became of them; nothing once versions are known.
    pub runs: Vec<Run>,
    /// In how many documents each node stands.
    pub spread: Vec<u32>,
    /// Where something was given: what became of each block before runs were looked for, and what it
    /// repeats.
    pub by_blocks: Option<(Vec<State>, Vec<Number>)>,
    /// The document of each block; nothing once the plan is made.
    pub(crate) documents: Vec<Number>,
}

/// Decides everything, from matches on. `beside` is done by another thread once it is settled what becomes
/// of each block, and which runs there are.
#[must_use]
pub fn make_plan<T: Send>(
    store: &Store,
    settings: &Settings,
    (neighbours, amounts): (&Neighbours, &AllAmounts),
    rank: Option<&[u32]>,
    beside: impl FnOnce(&Corpus<'_>, &Fates, &[Run]) -> T + Send,
) -> (Plan, T) {
    plan_from(store, settings, (neighbours, amounts), rank, None, beside)
}

/// The same, where something was decided before.
#[must_use]
pub fn plan_from<T: Send>(
    store: &Store,
    settings: &Settings,
    (neighbours, amounts): (&Neighbours, &AllAmounts),
    rank: Option<&[u32]>,
    known: Option<&Given>,
    beside: impl FnOnce(&Corpus<'_>, &Fates, &[Run]) -> T + Send,
) -> (Plan, T) {
    let nothing = Given::default();
    let given = known.unwrap_or(&nothing);
    let documents = store.block_documents();
    let sources = sources(store);
    let order = rank.map(|rank| first_visits(store, rank));
    let visiting = Visiting { rank, order: order.as_deref() };
    let mut excluded = vec![false; store.documents()];
    // Copies of others that do not go as such.
    let mut apart = excluded.clone();
    loop {
        let mut corpus = Corpus {
            store,
            settings,
            neighbours,
            amounts,
            documents: &documents,
            excluded: &excluded,
            open: &given.open,
        };
        let copies = match known {
            Some(given) => Copies::of_last(store, given, &apart),
            None => Copies::find(&corpus, visiting.order, &apart),
        };
        let is_copy = copies.marks(store.documents());
        let silent: Vec<bool> =
            excluded.iter().zip(&is_copy).map(|(&excluded, &copy)| excluded || copy).collect();
        corpus.excluded = &silent;
        let settled = settle_all(&corpus, visiting, &sources, known, (&copies, &is_copy));
        let Settlement { fates, runs, by_blocks, spread } = match settled {
            Ok(settled) => settled,
            Err(no_copies) => {
                for document in no_copies {
                    apart[document] = true;
                }
                continue;
            }
        };
        let dropped = dropped_documents(&corpus, &fates);
        // With what `min_kept` drops, and with rulers of punctuation, keepers that others may name
        // would go: then everything is decided again without them, until no more are dropped.
        let last = Dropped { corpus: &corpus, fates: &fates, documents: &dropped };
        if last.has_keepers(&spread) {
            let surely = last.surely();
            excluded.iter_mut().zip(surely).for_each(|(excluded, surely)| *excluded |= surely);
            continue;
        }
        let (told, done) = both(
            store.blocks(),
            || Told::new(&corpus, &fates, &runs, given.exact),
            || beside(&corpus, &fates, &runs),
        );
        let Told { passages, likenesses, spans, quotes, differences, continued, edges } = told;
        let mut plan = Plan {
            differences,
            spans,
            quotes,
            runs,
            members: Vec::new(),
            continued,
            edges,
            clusters: Vec::new(),
            similar: Vec::new(),
            likenesses,
            passages,
            fates,
            dropped,
            spread,
            by_blocks,
            documents,
        };
        plan.join_clusters((store, settings), &sources);
        plan.join_quotes();
        plan.similar = plan.find_similar(store, settings);
        plan.documents = Vec::new();
        return (plan, done);
    }
}

/// What is told of what was settled.
struct Told {
    passages: Vec<Passage>,
    likenesses: Likenesses,
    spans: ExactSpans,
    quotes: Quotes,
    differences: Differences,
    continued: Continued,
    edges: Edges,
}

impl Told {
    fn new(corpus: &Corpus<'_>, fates: &Fates, runs: &[Run], exact: bool) -> Self {
        let Corpus { store, settings, neighbours, documents, .. } = *corpus;
        // The second takes one thread.
        let ((passages, mut likenesses), positions) = both(
            store.blocks(),
            || {
                let passages = find_passages(store, fates, documents);
                let likenesses = Likenesses::new(store, settings, neighbours, fates, &passages);
                (passages, likenesses)
            },
            || positions(store),
        );
        let (spans, quotes) = if settings.finds_runs() || exact {
            let text = Text {
                store,
                states: &fates.states,
                documents,
                order: None,
                positions: &positions,
            };
            let said = (store, settings, neighbours);
            let spans = ExactSpans::new(said, fates, &passages, &mut likenesses);
            (spans, Quotes::new(&text, settings, fates, runs))
        } else {
            Default::default()
        };
        let by_run = |passage| spans.of(passage).is_some();
        let continued = continued(store, fates, (documents, &positions), &passages, by_run);
        let edges = edges(store, fates, &passages, &continued, by_run);
        let differences = Differences::new(store, settings, fates, &passages);
        Self { passages, likenesses, spans, quotes, differences, continued, edges }
    }
}

impl Plan {
    /// Bytes that it fills.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let Fates { states, aligned, inner, regions, twins } = &self.fates;
        filled(states)
            + filled(aligned)
            + filled(inner)
            + regions.allocation_size() as u64
            + twins.allocation_size() as u64
            + filled(&self.passages)
            + filled(&self.members)
            + self.continued.bytes()
            + self.edges.bytes()
            + filled(&self.clusters)
            + filled(&self.dropped)
            + filled(&self.similar)
            + self.differences.bytes()
            + filled(&self.documents)
    }

    /// How many clusters there are, quotes among them.
    #[must_use]
    pub fn count_clusters(&self) -> usize {
        self.clusters.len() + self.quotes.clusters.len()
    }

    /// How many passages repeat the keeper of a cluster or, behind these, of a quote.
    #[must_use]
    pub fn count_members(&self, number: usize) -> usize {
        match number.checked_sub(self.clusters.len()) {
            None => {
                let Cluster { members, quotes, .. } = &self.clusters[number];
                members.len() + count_places(&self.quotes.joined, quotes.clone())
            }
            Some(quote) => self.quotes.clusters[quote].members.len(),
        }
    }

    /// Whether such a cluster has a keeper.
    #[must_use]
    pub fn is_headed(&self, number: usize) -> bool {
        self.clusters.get(number).is_none_or(Self::has_keeper)
    }

    /// Whether a cluster's kept passage stays in the cleaned text.
    #[must_use]
    pub fn has_keeper(cluster: &Cluster) -> bool {
        cluster.state != State::Stripped
    }
}
