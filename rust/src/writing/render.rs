//! Decisions as JSON lines: clusters, matches and the ledger, in the form of `docs/formats.md`.

use xxhash_rust::xxh3::xxh3_64;

use crate::judging::verify::{Match, Relation};
use crate::passages::fates::State;
use crate::plan::likeness::{Likeness, RELATIONS};
use crate::plan::{Kind, Plan};
use crate::records::escape::{write_id, write_number, write_score, write_string};
use crate::records::name::write_name;
use crate::settings::Settings;
use crate::store::{NONE, Number, Store};

/// All that a line can be written from.
pub struct Renderer<'a> {
    /// The columns.
    pub store: &'a Store,
    /// The decisions.
    pub plan: &'a Plan,
    /// The id of each cluster.
    pub cluster_ids: &'a [u64],
}

/// The rule that keeps what is only a part of a block, by its name in files.
pub const PART: &str = "part";

/// One id per cluster, those of quotes behind the others: XXH3-64 of the policy's digest, the rule that kept its members, and the
/// fingerprints of its keeper. Clusters with the same text kept apart are numbered.
#[must_use]
pub fn cluster_ids(store: &Store, settings: &Settings, plan: &Plan) -> Vec<u64> {
    let mut seen = hashbrown::HashMap::new();
    let mut bytes = Vec::new();
    let clusters = plan.clusters.iter().map(|cluster| {
        let rule = kept_by(cluster.state).unwrap_or_default();
        (rule, cluster.keeper_first..=cluster.keeper_last, None)
    });
    let quotes = plan.quotes.clusters.iter().map(|quote| {
        let (first, last) = quote.keeper.blocks;
        let start = store.starts[first as usize];
        (PART, first..=last, Some((quote.keeper.span.0 - start, quote.keeper.span.1 - start)))
    });
    clusters
        .chain(quotes)
        .map(|(rule, blocks, part)| {
            bytes.clear();
            bytes.extend_from_slice(settings.digest.as_bytes());
            bytes.extend_from_slice(rule.as_bytes());
            for block in blocks {
                let node = store.node(block as usize) as usize;
                bytes.extend_from_slice(&store.fingerprints[node].to_le_bytes());
            }
            if let Some((start, end)) = part {
                bytes.extend_from_slice(&start.to_le_bytes());
                bytes.extend_from_slice(&end.to_le_bytes());
            }
            let id = xxh3_64(&bytes);
            let copies: &mut u64 = seen.entry(id).or_insert(0);
            *copies += 1;
            if *copies > 1 {
                bytes.extend_from_slice(&copies.to_le_bytes());
                return xxh3_64(&bytes);
            }
            id
        })
        .collect()
}

/// The rule that kept a repeat, by the name it has in files; `None` where it was removed.
#[must_use]
pub const fn kept_by(state: State) -> Option<&'static str> {
    match state {
        State::MinTokens => Some("min_tokens"),
        State::Boilerplate => Some("boilerplate"),
        State::Numbers => Some("numbers"),
        State::Contained => Some("contained"),
        State::Protect => Some("protect"),
        State::Layout => Some("layout"),
        State::Kept | State::Pending | State::Removed | State::Stripped => None,
    }
}

/// The name of a kind in files.
#[must_use]
pub const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::SelfRepeat => "self-repeat",
        Kind::Boilerplate => "boilerplate",
        Kind::Shared => "shared",
        Kind::Template => "template",
    }
}

impl Renderer<'_> {
    pub(crate) fn write_id(&self, number: usize, out: &mut Vec<u8>) {
        write_id(out, self.cluster_ids[number]);
    }

    /// Appends one line of `removed.jsonl`; `literal` is the removed text as a JSON string with quotes.
    pub fn ledger_line(
        &self,
        passage: Number,
        span: (u32, u32),
        literal: &[u8],
        out: &mut Vec<u8>,
    ) {
        let likeness = self.plan.likenesses.of(passage);
        let exact = self.plan.spans.of(passage);
        let passage = &self.plan.passages[passage as usize];
        let document = self.store.document_of(passage.first);
        out.push(b'{');
        write_document(self.store, document, out);
        out.extend_from_slice(b",\"span\":[");
        write_number(out, u64::from(span.0));
        out.push(b',');
        write_number(out, u64::from(span.1));
        out.extend_from_slice(b"],\"text\":");
        out.extend_from_slice(literal);
        out.extend_from_slice(b",\"cluster\":\"");
        self.write_id(passage.cluster as usize, out);
        out.extend_from_slice(b"\",");
        write_likeness(likeness, out);
        out.extend_from_slice(b",\"keeper\":");
        if passage.state == State::Stripped {
            out.extend_from_slice(b"null}\n");
            return;
        }
        let home = self.store.document_of(passage.keeper_first);
        out.push(b'{');
        write_document(self.store, home, out);
        out.extend_from_slice(b",\"span\":[");
        let whole = self.store.blocks_span(passage.keeper_first, passage.keeper_last);
        let (start, end) = exact.map_or(whole, |spans| spans.keeper);
        write_number(out, u64::from(start));
        out.push(b',');
        write_number(out, u64::from(end));
        out.extend_from_slice(b"]}}\n");
    }

    /// Appends the ledger line of a dropped document; `record` is its text or its raw record.
    pub fn dropped_line(&self, document: usize, record: &str, out: &mut Vec<u8>) {
        out.push(b'{');
        write_document(self.store, document, out);
        out.extend_from_slice(b",\"dropped\":true,\"record\":");
        write_string(out, record);
        out.extend_from_slice(b"}\n");
    }
}

pub(crate) fn write_document(store: &Store, document: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"document\":\"");
    write_name(out, store.ids.get(document));
    out.extend_from_slice(b"\",\"source\":\"");
    write_name(out, store.document_name(document));
    if store.places[document].line > 0 {
        out.push(b':');
        write_number(out, store.places[document].line);
    }
    out.push(b'"');
    if let Some(name) = store.reference_of(document) {
        out.extend_from_slice(b",\"against\":\"");
        write_name(out, name);
        out.push(b'"');
    }
}

pub(crate) fn write_likeness(likeness: Likeness, out: &mut Vec<u8>) {
    write_scores(
        RELATIONS[usize::from(likeness.relation)],
        likeness.resemblance,
        likeness.containment,
        out,
    );
}

pub(crate) fn write_scores(relation: &str, resemblance: f64, containment: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"relation\":\"");
    out.extend_from_slice(relation.as_bytes());
    out.extend_from_slice(b"\",\"resemblance\":");
    write_score(out, resemblance);
    out.extend_from_slice(b",\"containment\":");
    write_score(out, containment);
}

/// Clusters in the order a reader wants them: most repeated characters first, ties by place.
#[must_use]
pub fn largest_clusters(plan: &Plan, count: usize) -> Vec<usize> {
    let clusters = plan.clusters.iter().map(|cluster| cluster.characters);
    let quotes = plan.quotes.clusters.iter().map(|quote| quote.characters);
    let characters: Vec<u64> = clusters.chain(quotes).collect();
    let mut order: Vec<usize> = (0..characters.len()).collect();
    order.sort_by_key(|&number| std::cmp::Reverse(characters[number]));
    order.truncate(count);
    order
}

/// Where each node stands first, and how often. What stands again only in that which the corpus is held
/// against is not repeated.
pub struct Occurrences {
    first: Vec<Number>,
    second: Vec<Number>,
    counts: Vec<u32>,
    repeated: Vec<Number>,
    documents: Vec<Number>,
}

impl Occurrences {
    /// Counts all blocks.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        let mut first = vec![NONE; store.nodes()];
        let mut second = vec![NONE; store.nodes()];
        let mut counts = vec![0u32; store.nodes()];
        let references = store.reference_blocks();
        for block in 0..store.blocks() {
            let node = store.node(block) as usize;
            if first[node] == NONE {
                first[node] = block as Number;
            } else if second[node] == NONE && block >= references {
                second[node] = block as Number;
            }
            counts[node] += 1;
        }
        let is_repeated = |&node: &Number| second[node as usize] != NONE;
        let repeated = (0..store.nodes() as Number).filter(is_repeated).collect();
        Self { first, second, counts, repeated, documents: store.block_documents() }
    }

    /// How many match lines there are: one for each node that stands twice or more, then one for
    /// each verified pair.
    #[must_use]
    pub fn lines(&self, matches: &[Match]) -> usize {
        self.repeated.len() + matches.len()
    }

    /// Appends a line: both sides by their first place and their copies, relation and scores.
    pub fn line(&self, store: &Store, matches: &[Match], number: usize, out: &mut Vec<u8>) {
        let (left, right, found) = match number.checked_sub(self.repeated.len()) {
            None => (self.repeated[number], self.repeated[number], None),
            Some(place) => (matches[place].left, matches[place].right, Some(&matches[place])),
        };
        let (left, right) = if self.first[left as usize] <= self.first[right as usize] {
            (left, right)
        } else {
            (right, left)
        };
        out.extend_from_slice(b"{\"left\":{");
        self.write_side(store, left, self.first[left as usize], out);
        out.extend_from_slice(b"},\"right\":{");
        let (second, relation) = match found {
            Some(found) if found.relation == Relation::Near => (self.first[right as usize], "near"),
            Some(_) => (self.first[right as usize], "contained"),
            None => self.second(store, left),
        };
        self.write_side(store, right, second, out);
        out.extend_from_slice(b"},");
        let scores = found.map_or((1.0, 1.0), |found| (found.resemblance(), found.containment()));
        write_scores(relation, scores.0, scores.1, out);
        let template = found.is_some_and(|found| found.template);
        out.extend_from_slice(if template {
            b",\"template\":true}\n"
        } else {
            b",\"template\":false}\n"
        });
    }

    /// The second place of a repeated node, and whether it is the same raw text as the first.
    fn second(&self, store: &Store, node: Number) -> (Number, &'static str) {
        let (first, second) = (self.first[node as usize], self.second[node as usize]);
        let same = store.variants[first as usize] == store.variants[second as usize];
        (second, if same { "identical" } else { "equal" })
    }

    fn write_side(&self, store: &Store, node: Number, block: Number, out: &mut Vec<u8>) {
        let document = self.documents[block as usize] as usize;
        write_document(store, document, out);
        let place = u64::from(block - store.document_starts[document]);
        out.extend_from_slice(b",\"blocks\":[");
        write_number(out, place);
        out.push(b',');
        write_number(out, place);
        out.extend_from_slice(b"],\"span\":[");
        write_number(out, u64::from(store.starts[block as usize]));
        out.push(b',');
        write_number(out, u64::from(store.ends[block as usize]));
        out.extend_from_slice(b"],\"copies\":");
        write_number(out, u64::from(self.counts[node as usize]));
    }
}
