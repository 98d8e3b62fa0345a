//! One run over one corpus: texts in, batch by batch, then candidates, matches and the plan.

use std::fs::File;

use hashbrown::HashMap;
use rayon::prelude::*;
use regex::{Regex, RegexBuilder};

use crate::audit::{Audit, audit_long, audit_short};
use crate::both::both;
use crate::characters::{all_short_pairs, short_candidates};
use crate::checkpoint::Checkpoints;
use crate::clean::{Cleaned, clean_lines, clean_text};
use crate::cluster::Neighbours;
use crate::columns::filled;
use crate::counts::{counts, reference_counts};
use crate::enter::{LinesRead, Workspace, read_batch, read_lines};
use crate::group::Candidates;
use crate::hottest::{Gathered, Hot, HotCrowdText, HotText, tell};
use crate::join::all_matches;
use crate::names::mark_names;
use crate::plan::{Plan, Similar, make_plan};
use crate::read::{NewDocument, PIECE_BYTES};
use crate::record::{Fields, Lines};
use crate::render::{Occurrences, Renderer, cluster_ids, largest_clusters};
use crate::search::{long_candidates, verify_pairs};
use crate::settings::{Search, Settings};
use crate::sign::Permutations;
use crate::store::Store;
use crate::story_lines::{StoryLines, story_ids};
use crate::tune::{Tuning, tune};
use crate::verify::{Match, ShortScratch, short_match};
use crate::versions::Versions;

/// Members of clusters that are written at one time: 1 MiB or so.
const MEMBERS_AT_ONCE: usize = 1 << 13;

/// Members of one cluster that are written by one task.
const MEMBERS_IN_A_PART: usize = 1 << 10;

/// A run. The methods are called in the order in which they stand here.
pub struct Corpus {
    /// The policy.
    pub settings: Settings,
    permutations: Permutations,
    protect: Option<Regex>,
    /// The columns.
    pub store: Store,
    workspace: Workspace,
    short_pairs: Candidates,
    pub(crate) matches: Vec<Match>,
    /// Crowded buckets met so far.
    pub hot: Hot,
    pub(crate) candidates: u64,
    /// What the search found of a sample's matches: of near ones, contained ones, and short ones.
    pub audits: [Audit; 3],
    outcome: Option<Outcome>,
    pub(crate) checkpoints: Option<Checkpoints>,
}

struct Outcome {
    matches: Vec<Match>,
    plan: Plan,
    cluster_ids: Vec<u64>,
    counts: Vec<(&'static str, u64)>,
    reference_counts: Vec<[u64; 4]>,
    versions: Versions,
    story_ids: Vec<u64>,
    /// Bytes that were held before what only deciding needs was forgotten.
    most_bytes: u64,
    occurrences: Option<Occurrences>,
    hottest: (Vec<HotText>, Vec<HotCrowdText>),
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
            short_pairs: Candidates::default(),
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
        self.store.settle();
    }

    /// Adds the records of consecutive lines.
    pub fn add_lines(&mut self, lines: &Lines<'_>, fields: &Fields<'_>) -> LinesRead {
        let Self { store, workspace, settings, protect, .. } = self;
        let found = read_lines(store, workspace, lines, fields, settings, protect.as_ref());
        store.settle();
        found
    }

    /// Finds the pairs of short blocks that a judge of characters has to look at; how many.
    pub fn find_short_pairs(&mut self) -> usize {
        self.store.close();
        self.workspace = Workspace::default();
        if self.settings.short_tokens > self.settings.least_tokens() {
            self.short_pairs = match self.settings.search {
                Search::Lsh => short_candidates(&self.store, &self.settings, &self.permutations),
                Search::Exhaustive => all_short_pairs(&self.store, &self.settings),
            };
            let crowds = std::mem::take(&mut self.short_pairs.crowds);
            self.hot.add(&self.store, Gathered::Characters, crowds);
        }
        self.candidates += self.short_pairs.len() as u64;
        self.short_pairs.len()
    }

    /// The normal forms of some of those pairs.
    #[must_use]
    pub fn short_texts(&self, range: std::ops::Range<usize>) -> Vec<(&str, &str)> {
        self.short_pairs
            .pairs(range)
            .into_iter()
            .map(|(left, right)| (self.store.node_normal(left), self.store.node_normal(right)))
            .collect()
    }

    /// Takes the judge's similarities of the pairs from `first` on.
    pub fn judge_short(&mut self, first: usize, similarities: &[f64]) {
        let (store, settings) = (&self.store, &self.settings);
        let mut found: Vec<Match> = self
            .short_pairs
            .pairs(first..first + similarities.len())
            .into_par_iter()
            .zip(similarities)
            .filter(|&(_, &similarity)| similarity >= settings.short_threshold)
            .map_init(ShortScratch::default, |scratch, (pair, &similarity)| {
                short_match(store, settings, pair, similarity as f32, scratch)
            })
            .flatten()
            .collect();
        mark_names(store, settings, &mut found);
        self.matches.extend(found);
    }

    /// Finds and verifies the matches of all other blocks.
    ///
    /// # Errors
    /// When what went to a file cannot be read back; the text says why.
    pub fn find_matches(&mut self) -> Result<(), String> {
        self.short_pairs = Candidates::default();
        let is_audited = self.settings.search == Search::Lsh;
        if is_audited && self.settings.short_tokens > self.settings.least_tokens() {
            self.audits[2] = audit_short(&self.store, &self.settings, &self.matches);
        }
        self.store.forget_normals();
        let (store, settings) = (&self.store, &self.settings);
        match settings.search {
            Search::Lsh => {
                let (mut found, anchors) = long_candidates(store, settings, &self.permutations);
                self.matches.extend(verify_pairs(store, settings, &found));
                self.candidates += found.len() as u64;
                self.hot.add(store, Gathered::Shingles, std::mem::take(&mut found.crowds));
                self.hot.add(store, Gathered::Anchors, anchors);
            }
            Search::Exhaustive => {
                let (found, verified) = all_matches(store, settings);
                self.matches.extend(found);
                self.candidates += verified;
            }
        }
        self.matches.par_sort_unstable_by_key(|found| (found.left, found.right));
        if is_audited {
            let long = audit_long(&self.store, &self.settings, &self.matches);
            self.audits[..2].copy_from_slice(&long);
        }
        self.keep_tokens_of_matches()
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
        let (mut plan, versions) =
            make_plan(store, settings, &neighbours, rank, |corpus, fates, runs| {
                if settings.tells_versions() {
                    Versions::new(corpus, (fates, runs), dates)
                } else {
                    Versions::default()
                }
            });
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

    fn outcome(&self) -> &Outcome {
        self.outcome.as_ref().expect("decide was called")
    }

    fn with_renderer<T>(&self, work: impl FnOnce(&Renderer<'_>) -> T) -> T {
        let outcome = self.outcome();
        work(&Renderer {
            store: &self.store,
            plan: &outcome.plan,
            cluster_ids: &outcome.cluster_ids,
        })
    }

    /// Counts for the report.
    #[must_use]
    pub fn counts(&self) -> Vec<(&'static str, u64)> {
        let mut counts = self.outcome().counts.clone();
        counts.push(("documents_similar", self.outcome().plan.similar.len() as u64));
        counts.push(("stories", self.outcome().versions.len() as u64));
        counts.push(("documents_in_stories", self.outcome().versions.count_documents() as u64));
        counts.push(("candidates", self.candidates));
        counts.push(("matches", self.outcome().matches.len() as u64));
        counts
    }

    /// The beginning of a cluster's line with so many of its members at most, and how many it has.
    #[must_use]
    pub fn cluster_line(&self, number: usize, members: usize) -> (Vec<u8>, usize) {
        self.with_renderer(|renderer| {
            let mut line = Vec::new();
            let all = renderer.plan.count_members(number);
            renderer.part(number, 0..members.min(all), &mut line);
            if members < all {
                line.extend_from_slice(b"]}\n");
            }
            (line, all + usize::from(renderer.plan.is_headed(number)))
        })
    }

    /// The next bytes of `clusters.jsonl`, a mebibyte or so in pieces, from a member of a cluster on; and
    /// where to go on. Nothing when all is written.
    #[must_use]
    pub fn cluster_lines(&self, from: (usize, usize)) -> (Vec<Vec<u8>>, (usize, usize)) {
        let plan = &self.outcome().plan;
        let (mut number, mut first) = from;
        let mut parts = Vec::new();
        let mut members = 0;
        while number < plan.count_clusters() && members < MEMBERS_AT_ONCE {
            let all = plan.count_members(number);
            let last = all.min(first + MEMBERS_IN_A_PART);
            parts.push((number, first..last));
            members += 1 + last - first;
            (number, first) = if last == all { (number + 1, 0) } else { (number, last) };
        }
        let rendered = self.with_renderer(|renderer| {
            parts
                .par_chunks(256)
                .map(|parts| {
                    let mut out = Vec::new();
                    for (number, part) in parts {
                        renderer.part(*number, part.clone(), &mut out);
                    }
                    out
                })
                .collect()
        });
        (rendered, (number, first))
    }

    /// Of each input that the corpus is held against: see `reference_counts`.
    #[must_use]
    pub fn reference_counts(&self) -> &[[u64; 4]] {
        &self.outcome().reference_counts
    }

    fn story_lines(&self) -> StoryLines<'_> {
        let Outcome { versions, story_ids, .. } = self.outcome();
        StoryLines { store: &self.store, versions, ids: story_ids }
    }

    /// The next bytes of `versions.jsonl`, a mebibyte or so, from a member of a story on; and where to go
    /// on. Nothing when all is written.
    #[must_use]
    pub fn version_lines(&self, from: (usize, usize)) -> (Vec<u8>, (usize, usize)) {
        const BYTES: usize = 1 << 20;
        const MEMBERS: usize = 16;
        let (lines, (mut story, mut first)) = (self.story_lines(), from);
        let mut out = Vec::new();
        while story < lines.versions.len() && out.len() < BYTES {
            let all = lines.versions.members(story).len();
            let last = all.min(first + MEMBERS);
            lines.part(story, first..last, &mut out);
            (story, first) = if last == all { (story + 1, 0) } else { (story, last) };
        }
        (out, (story, first))
    }

    /// The stories of the most documents, and of the most of these the first ones: the first and the last
    /// document, how many there are, and how many blocks of the last one are the same, changed, come and
    /// gone.
    #[must_use]
    pub fn longest_stories(&self, count: usize) -> Vec<(usize, usize, usize, [u64; 4])> {
        let lines = self.story_lines();
        let size = |&story: &usize| std::cmp::Reverse(lines.versions.members(story).len());
        let mut stories: Vec<usize> = (0..lines.versions.len()).collect();
        stories.sort_by_key(size);
        stories.truncate(count);
        let told = |story| {
            let members = lines.versions.members(story);
            let ends = [members.start, members.end - 1];
            let [first, last] = ends.map(|member| lines.versions.document(member) as usize);
            (first, last, members.len(), lines.counts(members.end - 1))
        };
        stories.into_iter().map(told).collect()
    }

    /// The clusters with the most repeated text, largest first.
    #[must_use]
    pub fn largest(&self, count: usize) -> Vec<usize> {
        largest_clusters(&self.outcome().plan, count)
    }

    /// For each cluster: its kind, passages, characters of its repeats, and whether they stay.
    #[must_use]
    pub fn kind_totals(&self) -> HashMap<(&'static str, bool), [u64; 3]> {
        let mut totals: HashMap<(&'static str, bool), [u64; 3]> = HashMap::new();
        for cluster in &self.outcome().plan.clusters {
            let kept = crate::render::kept_by(cluster.state).is_some();
            let total = totals.entry((crate::render::kind_name(cluster.kind), kept)).or_default();
            total[0] += 1;
            total[1] += cluster.members.len() as u64;
            total[2] += cluster.characters;
        }
        for quote in &self.outcome().plan.quotes.clusters {
            let total = totals.entry((crate::render::kind_name(quote.kind), true)).or_default();
            total[0] += 1;
            total[1] += quote.members.len() as u64;
            total[2] += quote.characters;
        }
        totals
    }

    /// The texts that stand most often, and the largest crowds.
    #[must_use]
    pub fn hottest(&self) -> (&[HotText], &[HotCrowdText]) {
        let (texts, crowds) = &self.outcome().hottest;
        (texts, crowds)
    }

    /// How many match lines there are.
    pub fn match_count(&mut self) -> usize {
        let store = &self.store;
        self.outcome.as_mut().map_or(0, |outcome| {
            let occurrences = outcome.occurrences.get_or_insert_with(|| Occurrences::new(store));
            occurrences.lines(&outcome.matches)
        })
    }

    /// Match lines; none before `match_count` was called.
    #[must_use]
    pub fn match_lines(&self, range: std::ops::Range<usize>) -> Vec<u8> {
        let outcome = self.outcome();
        let mut out = Vec::new();
        if let Some(occurrences) = &outcome.occurrences {
            for number in range {
                occurrences.line(&self.store, &outcome.matches, number, &mut out);
            }
        }
        out
    }

    /// Documents that nearly all stand in another one.
    #[must_use]
    pub fn similar(&self) -> &[Similar] {
        &self.outcome().plan.similar
    }

    /// Cleans the texts of consecutive documents: what is left of each, and their ledger lines.
    #[must_use]
    pub fn clean_texts(&self, first: usize, texts: &[&str]) -> (Vec<Cleaned<String>>, Vec<u8>) {
        self.with_renderer(|renderer| {
            let parts: Vec<(Cleaned<String>, Vec<u8>)> = texts
                .par_iter()
                .enumerate()
                .map(|(number, text)| {
                    let mut ledger = Vec::new();
                    (clean_text(renderer, first + number, text, &mut ledger), ledger)
                })
                .collect();
            let (cleaned, ledgers): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
            (cleaned, ledgers.concat())
        })
    }

    /// Cleans consecutive lines of one input, of which no document before `first` stands in them:
    /// what is left, and the ledger lines, in pieces.
    ///
    /// # Errors
    /// Names the first record that is not the one that was read: its line and what is wrong.
    pub fn clean_lines(
        &self,
        first: usize,
        lines: &Lines<'_>,
        field: &str,
    ) -> Result<CleanedLines, (u64, String)> {
        let next = self.store.first_at(first, lines.name, lines.first + lines.count());
        let pieces = self.with_renderer(|renderer| {
            let task = |piece: &Lines<'_>| {
                let (mut rest, mut ledger) = (Vec::with_capacity(piece.data.len()), Vec::new());
                let document = self.store.first_at(first, piece.name, piece.first);
                clean_lines(renderer, document, piece, field, &mut rest, &mut ledger)?;
                Ok((rest, ledger))
            };
            // In order, so that of several errors the first is told.
            let pieces: Vec<Result<_, _>> = lines.cut(PIECE_BYTES).par_iter().map(task).collect();
            pieces.into_iter().collect::<Result<Vec<_>, _>>()
        })?;
        let (rest, ledger) = pieces.into_iter().unzip();
        Ok(CleanedLines { rest, ledger, documents: next - first })
    }
}

/// Lines that were cleaned, in pieces to be written one after the other.
pub struct CleanedLines {
    /// What is left of the lines.
    pub rest: Vec<Vec<u8>>,
    /// Ledger lines.
    pub ledger: Vec<Vec<u8>>,
    /// Documents that stood in the lines.
    pub documents: usize,
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
