//! What a corpus tells once all is decided: counts, clusters, versions, matches, and the texts without what
//! goes.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::corpus::{Corpus, Outcome};
use crate::plan::hottest::{HotCrowdText, HotText};
use crate::plan::similar::Similar;
use crate::plan::{Cluster, Kind};
use crate::reading::read::PIECE_BYTES;
use crate::records::record::Lines;
use crate::writing::clean::{Cleaned, clean_lines, clean_text};
use crate::writing::render::{Occurrences, Renderer, largest_clusters};
use crate::writing::story_lines::StoryLines;

/// Members of clusters that are written at one time: 1 MiB or so.
const MEMBERS_AT_ONCE: usize = 1 << 13;

/// Members of one cluster that are written by one task.
const MEMBERS_IN_A_PART: usize = 1 << 10;

impl Corpus {
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
                    renderer.touch(parts);
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

    /// Of the clusters of each kind, and of those whose passages stay: how many, their passages, and
    /// characters of these.
    #[must_use]
    pub fn kind_totals(&self) -> HashMap<(&'static str, bool), [u64; 3]> {
        let plan = &self.outcome().plan;
        let clusters = plan.clusters.par_iter().map(|cluster| self.totals_of(cluster));
        let mut totals = clusters.fold(Totals::default, add).reduce(Totals::default, add);
        for quote in &plan.quotes.clusters {
            let total = &mut totals[quote.kind as usize][1];
            total[0] += 1;
            total[1] += quote.members.len() as u64;
            total[2] += quote.characters;
        }
        let kinds = [Kind::SelfRepeat, Kind::Boilerplate, Kind::Shared, Kind::Template];
        let told = kinds.into_iter().flat_map(|kind| {
            let name = crate::writing::render::kind_name(kind);
            [false, true].map(|kept| ((name, kept), totals[kind as usize][usize::from(kept)]))
        });
        told.filter(|(_, total)| *total != [0; 3]).collect()
    }

    fn totals_of(&self, cluster: &Cluster) -> Totals {
        let plan = &self.outcome().plan;
        let mut totals = Totals::default();
        let total = &mut totals[cluster.kind as usize];
        let stays = |state| usize::from(crate::writing::render::kept_by(state).is_some());
        total[stays(cluster.state)][0] += 1;
        for &member in &plan.members[cluster.members.clone()] {
            let own = &mut total[stays(plan.passages[member as usize].state)];
            own[1] += 1;
            own[2] += plan.repeated(&self.store, member);
        }
        for (repeat, _) in plan.quoting(cluster) {
            total[1][1] += 1;
            total[1][2] += u64::from(repeat.place.span.1 - repeat.place.span.0);
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

/// Three numbers for each kind, of what goes and of what stays.
type Totals = [[[u64; 3]; 2]; 4];

fn add(mut totals: Totals, more: Totals) -> Totals {
    let more = more.into_iter().flatten().flatten();
    totals.iter_mut().flatten().flatten().zip(more).for_each(|(total, one)| *total += one);
    totals
}
