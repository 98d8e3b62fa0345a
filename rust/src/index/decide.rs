//! What becomes of a new document, and why: decided by the code of the batch scan, with those held
//! documents before it that hold what its blocks match first.

use std::collections::BTreeMap;
use std::io;

use super::batch::Batch;
use super::gather::{Earlier, Gatherer, other_side};
use super::record::{Fate, Held, HeldBlock};
use super::stage::Stage;
use super::state::State;
use super::view::known_match;
use crate::clean::{Cleaned, clean_text};
use crate::cluster::Neighbours;
use crate::fates::State as BlockState;
use crate::likeness::{Likeness, RELATIONS};
use crate::plan::{Plan, make_plan};
use crate::render::{Renderer, cluster_ids, kept_by};
use crate::settings::Scope;
use crate::store::NONE;
use crate::verify::Match;

/// What is said of a new document by its caller.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Where it came from.
    pub source: &'a str,
    /// Its date.
    pub date: &'a str,
    /// What else is to be kept of it, as JSON.
    pub fields: &'a str,
    /// Only documents with smaller numbers count as held.
    pub before: u32,
}

/// A passage of a new document that repeats one that stands before it.
pub struct Sighting {
    /// Where it stands, in code points.
    pub span: (u32, u32),
    /// How alike they are: `identical`, `equal`, `near`, `contained`.
    pub relation: &'static str,
    /// The lowest scores of its blocks.
    pub scores: (f64, f64),
    /// The rule by which it stays, where it does.
    pub kept: Option<&'static str>,
    /// Number, id, source and date of the document of the other one.
    pub other: (u32, String, String, String),
    /// Where the other one stands there, in code points.
    pub other_span: (u32, u32),
}

/// What becomes of a new document.
pub struct Verdict {
    /// The document, as it would be held.
    pub held: Held,
    /// What is left of its text; `None` where nothing is written.
    pub rest: Cleaned<String>,
    /// Code points of its blocks, and of those among them that repeat others.
    pub characters: (u64, u64),
    /// Its passages that repeat others, in their order.
    pub sightings: Vec<Sighting>,
    /// Buckets of which only a part was looked at.
    pub hot: u32,
}

/// Decides on one document of a batch, which has that number, once the batch was judged.
///
/// # Errors
/// Those of reading, and where a file is damaged.
pub fn decide(
    state: &State,
    batch: &mut Batch,
    earlier: &Earlier,
    (document, number): (usize, u32),
    said: Said<'_>,
) -> io::Result<Verdict> {
    let mut held = describe(batch, document, said);
    let mut nodes: Vec<u32> = held.blocks.iter().map(|block| block.node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let hot = nodes.iter().filter_map(|node| batch.hot.get(node)).sum();
    let mut gatherer = Gatherer::new(state, earlier, said.before);
    let mut matches: Vec<Match> = Vec::new();
    for &node in &nodes {
        let is_known = gatherer.add(node)?.is_some();
        if !is_known && !batch.is_new(node) {
            // It stood in documents that were removed.
            gatherer.add_matches(node)?;
        } else if is_known && state.settings.scope == Scope::Within {
            // What stands elsewhere is no keeper: what matches it in the document itself may be.
            let here = |other: &u32| nodes.binary_search(other).is_ok();
            let found = state.matches(node)?.into_iter().filter(here);
            gatherer.pairs.extend(found.map(|other| (node.min(other), node.max(other))));
        }
        if batch.is_new(node) {
            let mut repeats = Vec::new();
            let mut any_kept = false;
            for found in batch.matches.get(&node).into_iter().flatten() {
                let other = other_side(found, node);
                matches.push(*found);
                match gatherer.add(other)? {
                    Some(Fate::Gone(_) | Fate::Stays(_)) => repeats.push(other),
                    Some(Fate::Kept | Fate::Loose) => any_kept = true,
                    None => {}
                }
            }
            if !any_kept {
                for repeat in repeats {
                    gatherer.add_second_steps(repeat, batch.matches.get(&repeat))?;
                }
            }
        }
    }
    gatherer.settle()?;
    if nodes.len() == held.blocks.len() && gatherer.documents.is_empty() && matches.is_empty() {
        let all = block_characters(&held);
        let (rest, sightings) = (Cleaned::Unchanged, Vec::new());
        return Ok(Verdict { held, rest, characters: (all, 0), sightings, hot });
    }
    let Gatherer { documents, mut pairs, .. } = gatherer;
    pairs.sort_unstable();
    pairs.dedup();
    pairs.retain(|pair| !matches.iter().any(|found| (found.left, found.right) == *pair));
    let wanted: Vec<u32> = pairs.iter().flat_map(|&(left, right)| [left, right]).collect();
    batch.view(state, &wanted)?;
    let views = &batch.views;
    matches.extend(
        pairs
            .iter()
            .filter_map(|(left, right)| known_match(&state.settings, &views[left], &views[right])),
    );
    matches.sort_unstable_by_key(|found| (found.left, found.right));
    matches.dedup_by_key(|found| (found.left, found.right));
    let mut scene = Stage::new(&state.settings, views);
    scene.add_held(&documents);
    scene.add_new(number, &held);
    let matches = scene.localise(&matches);
    let neighbours = Neighbours::new(matches, scene.store.nodes());
    let (plan, ()) = make_plan(&scene.store, scene.settings(), &neighbours, None, |_, _, _| ());
    note_fates(&scene, &plan, &mut held);
    let rest = clean(&scene, &plan, said.text);
    let characters = (block_characters(&held), repeated_characters(&held));
    let sightings = sightings(&scene, &plan, &documents, (number, &held));
    Ok(Verdict { held, rest, characters, sightings, hot })
}

/// A document of a batch, whose fate is not known yet.
fn describe(batch: &Batch, document: usize, said: Said<'_>) -> Held {
    let block = |block: usize| {
        let (node, spelling) = batch.block(block);
        let (start, end, layout, tokens) = batch.shape(block);
        HeldBlock { node, start, end, layout, tokens, spelling, fate: Fate::Kept }
    };
    Held {
        id: said.id.to_owned(),
        source: said.source.to_owned(),
        date: said.date.to_owned(),
        fields: said.fields.to_owned(),
        characters: batch.store.document_characters[document],
        dropped: false,
        blocks: batch.store.document_blocks(document).map(block).collect(),
    }
}

fn block_characters(held: &Held) -> u64 {
    held.blocks.iter().map(|block| u64::from(block.end - block.start)).sum()
}

fn repeated_characters(held: &Held) -> u64 {
    let repeated = held.blocks.iter().filter(|block| block.fate != Fate::Kept);
    repeated.map(|block| u64::from(block.end - block.start)).sum()
}

/// Says of each block of the new document, the scene's last one, what became of it.
fn note_fates(scene: &Stage<'_>, plan: &Plan, held: &mut Held) {
    let last = scene.store.documents() - 1;
    held.dropped = plan.dropped[last];
    for (number, held) in scene.store.document_blocks(last).zip(&mut held.blocks) {
        let keeper = plan.fates.aligned[number];
        let state = plan.fates.states[number];
        if keeper == NONE {
            continue;
        }
        let place = scene.places[keeper as usize];
        held.fate = match state {
            BlockState::Kept | BlockState::Numbers | BlockState::Contained => Fate::Kept,
            state if state.is_gone() => Fate::Gone(place),
            _ => Fate::Stays(place),
        };
    }
}

fn clean(scene: &Stage<'_>, plan: &Plan, text: &str) -> Cleaned<String> {
    let ids = cluster_ids(&scene.store, scene.settings(), plan);
    let renderer = Renderer { store: &scene.store, plan, cluster_ids: &ids };
    clean_text(&renderer, scene.store.documents() - 1, text, &mut Vec::new())
}

fn sightings(
    scene: &Stage<'_>,
    plan: &Plan,
    documents: &BTreeMap<u32, Held>,
    (number, held): (u32, &Held),
) -> Vec<Sighting> {
    let store = &scene.store;
    let first = store.document_blocks(store.documents() - 1).start;
    let from = plan.passages.partition_point(|passage| (passage.first as usize) < first);
    let span = |first: u32, last: u32| (store.starts[first as usize], store.ends[last as usize]);
    let sighting = |(place, passage): (usize, &crate::plan::Passage)| {
        let document = scene.places[passage.keeper_first as usize].document;
        let other = if document == number { held } else { documents.get(&document)? };
        let Likeness { relation, resemblance, containment } = plan.likenesses.of(place as u32);
        Some(Sighting {
            span: span(passage.first, passage.last),
            relation: RELATIONS[relation as usize],
            scores: (resemblance, containment),
            kept: kept_by(passage.state),
            other: (document, other.id.clone(), other.source.clone(), other.date.clone()),
            other_span: span(passage.keeper_first, passage.keeper_last),
        })
    };
    plan.passages.iter().enumerate().skip(from).filter_map(sighting).collect()
}
