//! Stories: documents that are versions of one text, in their order.
//!
//! What joins is the exact score of two documents (`partners` says which are compared): resemblance makes
//! one story of any number of them. By containment a smaller one joins a larger one once: where it is more
//! than half of it (any two such overlap), or else only the most alike one, so that a digest does not make
//! one story of all that it holds. Two documents that differ in numbers or names alone are versions only
//! where they are so much alike that few of these differ.

pub mod families;
pub mod paragraphs;
pub(crate) mod partners;
pub mod portrait;
pub mod versions;

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::judging::numerals::differ_in_values_only;
use crate::judging::readings::Readings;
use crate::keepers::cluster::Corpus;
use crate::passages::fates::Fates;
use crate::passages::runs::Run;
use crate::settings::{Numbers, Scope};
use crate::store::{Number, UNDATED};
use crate::stories::families::{ALIKE_TEMPLATE, Families, join, root};
use crate::stories::partners::Search;
use crate::stories::portrait::{Portraits, Scores};

/// A contained document is so large a part of the larger one, at least.
const LEAST_PART: u32 = 4;

/// Documents that are versions of one text, in their order, at least two.
pub type Story = Vec<Number>;

/// All stories, by the smallest number of their documents. `told`: what blocks repeat, and which runs of
/// tokens stand twice; `dates`: when documents were written, `UNDATED` where that is not known, nothing where
/// there are no dates. Those without one come last.
#[must_use]
pub fn find_stories(corpus: &Corpus<'_>, told: (&Fates, &[Run]), dates: &[i64]) -> Vec<Story> {
    let store = corpus.store;
    if corpus.settings.scope == Scope::Within || store.documents() < 2 {
        return Vec::new();
    }
    let date = |document: Number| match dates.get(document as usize) {
        None | Some(&UNDATED) => i64::MAX,
        Some(&date) => date,
    };
    let homes = |document| corpus.scopes().home(document);
    let mut order: Vec<Number> = (0..store.documents() as Number).collect();
    order.par_sort_unstable_by_key(|&document| (homes(document), date(document), document));
    let families = Families::new(store, corpus.neighbours, (&order, &homes));
    let pairs = Search::new(corpus, &families, told, &order).pairs(&order);
    let portraits = Portraits { store, settings: corpus.settings };
    let says = |document: Number, block: usize| families.says(store, document, block);
    let scores = portraits.compare(&pairs, &says);
    let edges = edges(corpus, &families, &pairs, &scores);
    let mut parents = joined(corpus, &edges);
    let mut stories: Vec<(Number, Story)> = Vec::new();
    let mut numbers: HashMap<Number, usize> = HashMap::new();
    for &document in &order {
        let first = root(&mut parents, document);
        let number = *numbers.entry(first).or_insert(stories.len());
        if number == stories.len() {
            stories.push((first, Vec::new()));
        }
        stories[number].1.push(document);
    }
    stories.retain(|(_, story)| story.len() > 1);
    stories.sort_unstable();
    stories.into_iter().map(|(_, story)| story).collect()
}

/// Two documents of which one is a version of the other.
struct Edge {
    scores: Scores,
    small: Number,
    large: Number,
}

/// The pairs that are versions of one text, by resemblance or by containment.
fn edges(
    corpus: &Corpus<'_>,
    families: &Families,
    pairs: &[(Number, Number)],
    scores: &[Scores],
) -> Vec<Edge> {
    let settings = corpus.settings;
    pairs
        .par_iter()
        .zip(scores)
        .map_init(
            || Readings::new(corpus.store),
            |readings, (&(one, other), &scores)| {
                let near = scores.resemblance() >= settings.threshold;
                let part = scores.containment() >= settings.containment
                    && scores.shared * LEAST_PART >= scores.left.max(scores.right);
                let is_edge = (near || part)
                    && (scores.resemblance() >= ALIKE_TEMPLATE
                        || !differ_as_template(corpus, families, (one, other), readings));
                let (small, large) =
                    if scores.left <= scores.right { (one, other) } else { (other, one) };
                is_edge.then_some(Edge { scores, small, large })
            },
        )
        .flatten()
        .collect()
}

/// Whether two documents differ, block for block, in numbers or names alone.
fn differ_as_template(
    corpus: &Corpus<'_>,
    families: &Families,
    (one, other): (Number, Number),
    texts: &mut Readings<'_>,
) -> bool {
    let Corpus { store, settings, .. } = *corpus;
    let nodes = |document: Number| -> Vec<Number> {
        store
            .document_blocks(document as usize)
            .filter(|&block| families.says(store, document, block))
            .map(|block| store.node(block))
            .collect()
    };
    let (left, right) = (nodes(one), nodes(other));
    let mut readers = [store.token_reader(), store.token_reader()];
    let [first, second] = &mut readers;
    left.len() == right.len()
        && left != right
        && left.iter().zip(&right).all(|(&one, &other)| {
            let tokens = (first.tokens(one), second.tokens(other));
            // Of blocks that are too short to match the texts are not always kept: names are not known.
            let short =
                store.token_count(one).min(store.token_count(other)) < settings.least_tokens();
            one == other
                || if short {
                    settings.numbers == Numbers::Veto && differ_in_values_only(tokens.0, tokens.1)
                } else {
                    corpus.neighbours.between(one, other).map_or_else(
                        || texts.is_template(settings, (one, other), tokens),
                        |found| found.template,
                    )
                }
        })
}

/// Which documents are in one story: numbers with one root.
fn joined(corpus: &Corpus<'_>, edges: &[Edge]) -> Vec<Number> {
    let settings = corpus.settings;
    let mut parents: Vec<Number> = (0..corpus.store.documents() as Number).collect();
    let mut parts = Vec::new();
    for edge in edges {
        if edge.scores.resemblance() >= settings.threshold {
            join(&mut parents, edge.small, edge.large);
        } else {
            parts.push(edge);
        }
    }
    // Sizes below 2^32 are exact as f64, and so their order is the same everywhere.
    parts.sort_by(|one, other| {
        let key = |edge: &Edge| (edge.small, edge.large);
        let alike = other.scores.resemblance().total_cmp(&one.scores.resemblance());
        alike.then(key(one).cmp(&key(other)))
    });
    let near: Vec<Number> =
        (0..parents.len() as Number).map(|document| root(&mut parents, document)).collect();
    let (mut is_part, mut has_part) = (vec![false; near.len()], vec![false; near.len()]);
    for Edge { scores, small, large } in parts {
        let (small, large) = (near[*small as usize], near[*large as usize]);
        let most = scores.shared * 2 > scores.left.max(scores.right);
        if small == large || is_part[small as usize] || (has_part[large as usize] && !most) {
            continue;
        }
        (is_part[small as usize], has_part[large as usize]) = (true, true);
        join(&mut parents, small, large);
    }
    parents
}
