//! One run over one corpus: texts in, batch by batch, then candidates, matches and the plan.

pub mod answers;
pub mod checkpoint;
pub mod section;

use std::fs::File;

use rayon::prelude::*;
use regex::{Regex, RegexBuilder};

use crate::both::both;
use crate::candidates::crowded::{Crowded, TURNS};
use crate::candidates::sign::Permutations;
use crate::corpus::checkpoint::Checkpoints;
use crate::judging::amounts::AllAmounts;
use crate::judging::verify::Match;
use crate::keepers::neighbours::Neighbours;
use crate::keepers::outlook::{Outlook, Tried, first_visits};
use crate::memory::columns::filled;
use crate::plan::hottest::{Gathered, Hot, HotCrowdText, HotText, tell};
use crate::plan::{Plan, make_plan};
use crate::reading::enter::{LinesRead, Workspace, read_batch, read_lines};
use crate::reading::read::NewDocument;
use crate::records::record::{Fields, Lines};
use crate::search::audit::{Audit, audit_long, audit_short};
use crate::search::characters::{
    all_short_pairs, short_candidates, short_candidates_again, verify_short_pairs,
};
use crate::search::join::all_matches;
use crate::search::tune::{Tuning, tune};
use crate::search::{long_candidates, long_candidates_again, verify_pairs};
use crate::settings::{Search, Settings};
use crate::store::Store;
use crate::stories::versions::Versions;
use crate::writing::counts::{counts, reference_counts};
use crate::writing::render::{Occurrences, cluster_ids};
use crate::writing::story_lines::story_ids;

/// A run. The methods are called in the order in which they stand here; `answers` has what it tells once all
/// is decided.
pub struct Corpus {
    /// The policy.
    pub settings: Settings,
    permutations: Permutations,
    protect: Option<Regex>,
    /// The columns.
    pub store: Store,
    workspace: Workspace,
    /// What is to be looked at again: nothing unless `look_again` was called.
    again: Option<Again>,
    /// The numbers of what stands in hot buckets, once these are looked at again.
    amounts: AllAmounts,
    pub(crate) matches: Vec<Match>,
    /// Crowded buckets met so far.
    pub hot: Hot,
    pub(crate) candidates: u64,
    /// What the search found of a sample's matches: of near ones, contained ones, and short ones.
    pub audits: [Audit; 3],
    pub(crate) outcome: Option<Outcome>,
    pub(crate) checkpoints: Option<Checkpoints>,
}

pub(crate) struct Outcome {
    pub matches: Vec<Match>,
    pub plan: Plan,
    pub cluster_ids: Vec<u64>,
    pub counts: Vec<(&'static str, u64)>,
    pub reference_counts: Vec<[u64; 4]>,
    pub versions: Versions,
    pub story_ids: Vec<u64>,
    /// Bytes that were held before what only deciding needs was forgotten.
    pub most_bytes: u64,
    pub occurrences: Option<Occurrences>,
    pub hottest: (Vec<HotText>, Vec<HotCrowdText>),
}

impl Corpus {
    /// An empty corpus.
    ///
    /// # Errors
    /// When `protect` is no regular expression; the text says why.
    pub fn new(
        settings: Settings,
        permutations: Permutations,
        protect: Option<&str>,
    ) -> Result<Self, String> {
        let protect = protect.map(compile).transpose()?;
        Ok(Self {
            settings,
            permutations,
            protect,
            store: Store::new(),
            workspace: Workspace::default(),
            again: None,
            amounts: AllAmounts::default(),
            matches: Vec::new(),
            hot: Hot::default(),
            candidates: 0,
            audits: [Audit::default(); 3],
            outcome: None,
            checkpoints: None,
        })
    }

    /// Lets what is seldom read again go to an empty file, which nobody else writes to.
    pub fn spool_to(&mut self, file: File) {
        self.store.spool_to(file);
    }

    /// Adds documents.
    pub fn add(&mut self, documents: &[NewDocument<'_>]) {
        let protect = self.protect.as_ref();
        read_batch(&mut self.store, &mut self.workspace, documents, &self.settings, protect);
    }

    /// Adds the records of consecutive lines.
    pub fn add_lines(&mut self, lines: &Lines<'_>, fields: &Fields<'_>) -> LinesRead {
        let Self { store, workspace, settings, protect, .. } = self;
        read_lines(store, workspace, lines, fields, settings, protect.as_ref())
    }

    /// Lets members of hot buckets that stay be compared again, after all documents; `rank` is that of the
    /// blocks, in whose order they will be visited (`None`: input order).
    pub fn look_again(&mut self, rank: Option<&[u32]>) {
        self.store.close();
        if self.settings.search == Search::Lsh {
            let visits = first_visits(&self.store, rank);
            self.again = Some(Again { visits, ..Again::default() });
        }
    }

    /// Finds and verifies the matches of short blocks by their characters.
    pub fn match_short(&mut self) {
        self.store.close();
        self.workspace = Workspace::default();
        if self.settings.short_tokens <= self.settings.least_tokens() {
            return;
        }
        let (store, settings) = (&self.store, &self.settings);
        let mut found = match settings.search {
            Search::Lsh => short_candidates(store, settings, &self.permutations),
            Search::Exhaustive => all_short_pairs(store, settings),
        };
        self.hot.add(store, Gathered::Characters, std::mem::take(&mut found.crowds));
        if let Some(again) = &mut self.again {
            again.short = std::mem::take(&mut found.crowded);
        }
        self.candidates += found.len() as u64;
        self.matches.extend(verify_short_pairs(store, settings, &found));
    }

    /// Finds and verifies the matches of all other blocks.
    pub fn find_matches(&mut self) {
        let is_audited = self.settings.search == Search::Lsh;
        if is_audited && self.settings.short_tokens > self.settings.least_tokens() {
            self.audits[2] = audit_short(&self.store, &self.settings, &self.matches);
        }
        let crowded = self.again.as_ref().map_or(&[][..], |again| again.short.members());
        if crowded.is_empty() {
            self.store.forget_normals();
        } else {
            self.store.keep_normals_of(crowded);
        }
        let (store, settings) = (&self.store, &self.settings);
        match settings.search {
            Search::Lsh => {
                let (mut found, anchors) = long_candidates(store, settings, &self.permutations);
                self.matches.extend(verify_pairs(store, settings, &found));
                self.candidates += found.len() as u64;
                self.hot.add(store, Gathered::Shingles, std::mem::take(&mut found.crowds));
                self.hot.add(store, Gathered::Anchors, anchors);
                if let Some(again) = &mut self.again {
                    again.long = std::mem::take(&mut found.crowded);
                }
            }
            Search::Exhaustive => {
                let (found, verified) = all_matches(store, settings);
                self.matches.extend(found);
                self.candidates += verified;
            }
        }
        if is_audited {
            self.sort_matches();
            let long = audit_long(&self.store, &self.settings, &self.matches);
            self.audits[..2].copy_from_slice(&long);
        }
    }

    /// Finds and verifies the matches among what stays of hot buckets.
    pub fn match_again(&mut self) {
        let Self { store, settings, matches, candidates, amounts, .. } = self;
        let Some(Again { visits, short, long, tried }) = &mut self.again else { return };
        *amounts = AllAmounts::read(store, settings, long.members());
        for _ in 0..TURNS {
            let said = (&*store, &*settings);
            let (known, visits) = (std::mem::take(matches), visits.as_deref());
            let outlook = Outlook::new(known, said, visits, (long.members(), amounts), tried);
            let long_pairs = long_candidates_again(store, settings, long, outlook.goes());
            let are_long = long_pairs.is_some();
            // Those of short blocks once nothing is left to compare of the long ones.
            let again = || short_candidates_again(store, settings, short, outlook.goes());
            let pairs = long_pairs.or_else(again).map(|found| outlook.unknown(found));
            *matches = outlook.into_matches();
            let Some(pairs) = pairs.filter(|pairs| are_long || !pairs.is_empty()) else { return };
            *candidates += pairs.len() as u64;
            let verify = if are_long { verify_pairs } else { verify_short_pairs };
            let found = verify(store, settings, &pairs);
            matches.extend(found.into_iter().map(|found| Match { late: true, ..found }));
        }
    }

    /// Takes what is asked of the matches from now on into memory.
    ///
    /// # Errors
    /// When what went to a file cannot be read back; the text says why.
    pub fn end_matching(&mut self) -> Result<(), String> {
        self.again = None;
        self.store.forget_normals();
        self.sort_matches();
        self.keep_tokens_of_matches()
    }

    fn sort_matches(&mut self) {
        self.matches.par_sort_unstable_by_key(|found| (found.left, found.right));
    }

    /// Takes the tokens of nodes that match any into memory.
    pub(crate) fn keep_tokens_of_matches(&mut self) -> Result<(), String> {
        let found = self.matches.iter().flat_map(|found| [found.left, found.right]);
        let mut matching = vec![false; self.store.nodes()];
        found.for_each(|node| matching[node as usize] = true);
        let others = self.settings.keeps_texts() || self.settings.tells_versions();
        self.store.keep_tokens_of(|node| matching[node as usize], others);
        self.store.check_spool().map_err(|error| format!("a temporary file: {error}"))
    }

    /// Which pairs of long blocks lie at which resemblance, by a sample of them; after all documents.
    #[must_use]
    pub fn tune(&self, levels: &[f64], most: usize) -> Tuning {
        tune(&self.store, &self.settings, levels, most)
    }

    /// Decides what stays; `rank` orders the blocks' visits, ascending (`None`: input order). `dates`: when
    /// each document was written, `UNDATED` where that is not known; empty where versions follow one another
    /// in input order.
    pub fn decide(&mut self, rank: Option<&[u32]>, dates: &[i64]) {
        let matches = std::mem::take(&mut self.matches);
        let neighbours = Neighbours::new(matches, self.store.nodes());
        let (store, settings) = (&self.store, &self.settings);
        let (mut plan, versions) = make_plan(
            store,
            settings,
            (&neighbours, &self.amounts),
            rank,
            |corpus, fates, runs| {
                if settings.tells_versions() {
                    Versions::new(corpus, (fates, runs), dates)
                } else {
                    Versions::default()
                }
            },
        );
        self.amounts = AllAmounts::default();
        let ((cluster_ids, counts), hottest) = both(
            self.store.blocks(),
            || (cluster_ids(&self.store, &self.settings, &plan), counts(&plan, &self.store)),
            || tell(&self.store, &self.hot.crowds, &plan.spread),
        );
        let reference_counts = reference_counts(&plan, &self.store);
        plan.spread = Vec::new();
        let memory = self.store.state().into_iter().filter(|&(name, _)| name != "file");
        let most_bytes = memory.map(|(_, bytes)| bytes).sum::<u64>()
            + plan.bytes()
            + neighbours.bytes()
            + filled(&cluster_ids);
        plan.runs = Vec::new();
        let story_ids = story_ids(&self.store, &self.settings, &versions);
        plan.fates.aligned = Vec::new();
        self.store.forget_content();
        let mut matches = neighbours.into_matches();
        matches.retain(|found| !found.late);
        if self.store.reference_documents() > 0 {
            let stands = self.store.nodes_of_corpus();
            matches.retain(|one| stands[one.left as usize] || stands[one.right as usize]);
        }
        let occurrences = None;
        self.outcome = Some(Outcome {
            matches,
            plan,
            cluster_ids,
            counts,
            reference_counts,
            versions,
            story_ids,
            most_bytes,
            occurrences,
            hottest,
        });
    }

    /// Bytes that a run holds now, see `Store::state`; `decided` is what was decided so far, `most` no
    /// memory of its own but all that was held when deciding ended.
    #[must_use]
    pub fn state(&self) -> Vec<(&'static str, u64)> {
        let mut state = self.store.state();
        if let Some(Outcome { matches, plan, cluster_ids, versions, most_bytes, .. }) =
            &self.outcome
        {
            let decided = plan.bytes() + versions.bytes();
            state.push(("decided", decided + filled(matches) + filled(cluster_ids)));
            state.push(("most", *most_bytes));
        } else {
            state.push(("decided", filled(&self.matches)));
        }
        state
    }

    pub(crate) fn outcome(&self) -> &Outcome {
        self.outcome.as_ref().expect("decide was called")
    }
}

/// What is left of hot buckets, see `crowded`.
#[derive(Default)]
struct Again {
    /// When nodes are visited; `None` where that is in their order.
    visits: Option<Vec<u32>>,
    /// Those of short blocks.
    short: Crowded,
    /// Those of long ones.
    long: Crowded,
    /// What may go for what is two steps away.
    tried: Tried,
}

/// Compiles a pattern for `--protect`; `^` and `$` match at the lines of a document, whatever ends them.
///
/// # Errors
/// The reason in the words of the regular expression reader.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .multi_line(true)
        .crlf(true)
        .build()
        .map_err(|error| error.to_string())
}
