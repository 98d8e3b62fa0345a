//! What is said of a new document: its blocks' fates, what is left of it, and where it was seen before.

use std::collections::BTreeMap;

use super::batch::Batch;
use super::record::{Fate, Held, HeldBlock};
use super::stage::Stage;
use super::state::State;
use crate::passages::fates::State as BlockState;
use crate::passages::regions::Region;
use crate::passages::text::Token;
use crate::plan::Plan;
use crate::plan::likeness::{Likeness, RELATIONS};
use crate::store::{NONE, Number};
use crate::writing::clean::{Cleaned, clean_text};
use crate::writing::render::{PART, Renderer, cluster_ids, kept_by};

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
    /// The different anchors of what stays of it once blocks are settled, ascending.
    pub anchors: Vec<u32>,
    /// What is left of its text; `None` where nothing is written.
    pub rest: Cleaned<String>,
    /// Code points of its blocks, and of those among them that repeat others.
    pub characters: (u64, u64),
    /// Its passages that repeat others, in their order.
    pub sightings: Vec<Sighting>,
    /// Buckets of which only a part was looked at.
    pub hot: u32,
}

impl Verdict {
    /// That of a document of which nothing was seen before.
    #[must_use]
    pub fn of_unknown(held: Held, anchors: Vec<u32>, hot: u32) -> Self {
        let characters = (block_characters(&held), 0);
        let (rest, sightings) = (Cleaned::Unchanged, Vec::new());
        Self { held, anchors, rest, characters, sightings, hot }
    }
}

/// A document of a batch, whose fate is not known yet.
#[must_use]
pub fn describe(state: &State, batch: &Batch, document: usize, said: Said<'_>) -> Held {
    let numbers = batch.store.document_blocks(document);
    let block = |block: usize| {
        let (node, spelling) = batch.block(block);
        let (start, end, layout, tokens) = batch.shape(block);
        HeldBlock { node, start, end, layout, tokens, spelling, fate: Fate::Kept }
    };
    let blocks: Vec<HeldBlock> = numbers.clone().map(block).collect();
    let is_spelled =
        |block: &HeldBlock| state.settings.finds_runs() && block.spelling != 0 && block.tokens > 0;
    let spelled = (0..)
        .zip(&blocks)
        .zip(numbers)
        .filter(|((_, block), _)| is_spelled(block))
        .map(|((place, _), number)| (place, batch.store.variant_text(batch.store.variants[number])))
        .collect();
    Held {
        id: said.id.to_owned(),
        source: said.source.to_owned(),
        date: said.date.to_owned(),
        fields: said.fields.to_owned(),
        standing: batch.standings[document],
        characters: batch.store.document_characters[document],
        dropped: false,
        blocks,
        spelled,
    }
}

/// What a plan says of the new document, the scene's last one; the others are held. `anchors` are those of
/// what stays of it.
#[must_use]
pub fn tell(
    scene: &Stage<'_>,
    plan: &Plan,
    documents: &BTreeMap<u32, Held>,
    (number, mut held, said): (u32, Held, Said<'_>),
    anchors: Vec<u32>,
    hot: u32,
) -> Verdict {
    note_fates(scene, plan, &mut held);
    let rest = clean(scene, plan, said.text);
    let characters = (block_characters(&held), repeated_characters(&held));
    let mut sightings = sightings(scene, plan, documents, (number, &held));
    sightings.extend(quotes(scene, plan, documents, (number, &held)));
    sightings.sort_by_key(|sighting| sighting.span);
    Verdict { held, anchors, rest, characters, sightings, hot }
}

fn block_characters(held: &Held) -> u64 {
    held.blocks.iter().map(|block| u64::from(block.end - block.start)).sum()
}

fn repeated_characters(held: &Held) -> u64 {
    let repeated = held.blocks.iter().filter(|block| block.fate != Fate::Kept);
    repeated.map(|block| u64::from(block.end - block.start)).sum()
}

/// Says of each block of the new document what became of it.
fn note_fates(scene: &Stage<'_>, plan: &Plan, held: &mut Held) {
    let last = scene.store.documents() - 1;
    held.dropped = plan.dropped[last];
    let Some((states, aligned)) = &plan.by_blocks else { return };
    for (number, block) in scene.store.document_blocks(last).zip(&mut held.blocks) {
        let (state, keeper) = (states[number], aligned[number]);
        block.fate = if plan.fates.states[number].is_gone() && !state.is_gone() {
            let found = plan.fates.regions.get(&(number as Number)).copied();
            let region = found.unwrap_or_else(|| whole(scene, plan.fates.aligned[number]));
            Fate::Covered(scene.stretch_of(&region))
        } else if keeper == NONE {
            Fate::Kept
        } else {
            let place = scene.places[keeper as usize];
            match state {
                BlockState::Kept | BlockState::Numbers | BlockState::Contained => Fate::Kept,
                state if state.is_gone() => Fate::Gone(place),
                _ => Fate::Stays(place),
            }
        };
    }
    let Held { blocks, spelled, .. } = held;
    spelled.retain(|&(block, _)| !matches!(blocks[block as usize].fate, Fate::Gone(_)));
}

/// All of a block.
fn whole(scene: &Stage<'_>, block: Number) -> Region {
    let end = scene.store.block_tokens(block as usize);
    Region { first: Token { block, offset: 0 }, end: Token { block, offset: end } }
}

fn clean(scene: &Stage<'_>, plan: &Plan, text: &str) -> Cleaned<String> {
    let ids = cluster_ids(&scene.store, scene.settings(), plan);
    let renderer = Renderer { store: &scene.store, plan, cluster_ids: &ids };
    clean_text(&renderer, scene.store.documents() - 1, text, &mut Vec::new())
}

/// Number, id, source and date of the document of a block.
fn home_of(
    scene: &Stage<'_>,
    documents: &BTreeMap<u32, Held>,
    (number, held): (u32, &Held),
    block: Number,
) -> Option<(u32, String, String, String)> {
    let document = scene.places[block as usize].document;
    let other = if document == number { held } else { documents.get(&document)? };
    Some((document, other.id.clone(), other.source.clone(), other.date.clone()))
}

fn sightings(
    scene: &Stage<'_>,
    plan: &Plan,
    documents: &BTreeMap<u32, Held>,
    own: (u32, &Held),
) -> Vec<Sighting> {
    let store = &scene.store;
    let first = store.document_blocks(store.documents() - 1).start;
    let from = plan.passages.partition_point(|passage| (passage.first as usize) < first);
    let span = |first: u32, last: u32| (store.starts[first as usize], store.ends[last as usize]);
    let sighting = |(place, passage): (usize, &crate::plan::Passage)| {
        let Likeness { relation, resemblance, containment } = plan.likenesses.of(place as u32);
        let exact = plan.spans.of(place as u32);
        let whole = span(passage.first, passage.last);
        let keeper = span(passage.keeper_first, passage.keeper_last);
        Some(Sighting {
            span: exact.map_or(whole, |spans| spans.own),
            relation: RELATIONS[relation as usize],
            scores: (resemblance, containment),
            kept: kept_by(passage.state),
            other: home_of(scene, documents, own, passage.keeper_first)?,
            other_span: exact.map_or(keeper, |spans| spans.keeper),
        })
    };
    plan.passages.iter().enumerate().skip(from).filter_map(sighting).collect()
}

/// What repeats and stays, as a part of blocks.
fn quotes(
    scene: &Stage<'_>,
    plan: &Plan,
    documents: &BTreeMap<u32, Held>,
    own: (u32, &Held),
) -> Vec<Sighting> {
    let first = scene.store.document_blocks(scene.store.documents() - 1).start;
    let quotes = &plan.quotes;
    let members = quotes.clusters.iter().chain(&quotes.joined).flat_map(|quote| {
        quotes.places[quote.members.clone()].iter().map(move |repeat| (quote.keeper, repeat))
    });
    let own_ones = members.filter(|(_, repeat)| repeat.place.blocks.0 as usize >= first);
    own_ones
        .filter_map(|(keeper, repeat)| {
            Some(Sighting {
                span: repeat.place.span,
                relation: RELATIONS[1],
                scores: (1.0, 1.0),
                kept: Some(PART),
                other: home_of(scene, documents, own, keeper.blocks.0)?,
                other_span: repeat.part.unwrap_or(keeper.span),
            })
        })
        .collect()
}
