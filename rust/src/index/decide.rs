//! What becomes of a new document: decided by the code of the batch scan, with those held documents
//! before it that hold what its blocks match first, and those that share anchors with it.
//!
//! Most documents share none. So blocks are settled first, and all is decided anew, with the tokens of all
//! that was gathered, only where runs may change something.

use std::collections::BTreeMap;
use std::io;

use hashbrown::{HashMap, HashSet};

use super::batch::Batch;
use super::gather::{Earlier, Gatherer, other_side};
use super::meet::{meet, view_all};
use super::record::{Fate, Held};
use super::stage::Stage;
use super::state::State;
use super::streams::{Streams, ask, distinct};
use super::verdict::{Said, Verdict, describe, tell};
use super::view::{View, known_match};
use crate::judging::amounts::AllAmounts;
use crate::judging::verify::Match;
use crate::keepers::neighbours::Neighbours;
use crate::passages::fates::State as BlockState;
use crate::passages::regions::may_stand_around;
use crate::plan::{Plan, plan_from};
use crate::settings::Settings;
use crate::store::NONE;

/// Times that all is decided anew because something names a block that went for another one, which is
/// gathered then.
const TRIES: usize = 4;

/// Different anchors, ascending, and whether one stands twice.
type Anchors = (Vec<u32>, bool);

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
    let held = describe(state, batch, document, said);
    let mut nodes: Vec<u32> = held.blocks.iter().map(|block| block.node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let hot: u32 = nodes.iter().filter_map(|node| batch.hot.get(node)).sum();
    let mut gatherer = Gatherer::new(state, earlier, (held.standing, said.before));
    let (matches, own_pairs) = if state.settings.is_scoped() {
        gatherer.gather_in_scope(batch, &nodes)?
    } else {
        (gather(batch, &mut gatherer, &nodes)?, false)
    };
    let original = gatherer.add_original(batch, document, &held)?;
    let mut hot = hot + std::mem::take(&mut gatherer.hot);
    for node in std::mem::take(&mut gatherer.unkept) {
        hot += batch.crowded(state, node)?;
    }
    let whole = batch.anchors.get(document).cloned().unwrap_or_default();
    let meets = |met: &HashSet<u32>, (anchors, twice): &Anchors| {
        let is_met = |anchor| met.contains(anchor) || earlier.streams.contains_key(anchor);
        *twice || anchors.iter().any(is_met)
    };
    // All documents in which two of its known blocks stood may be gone.
    let is_own = |node: &u32| nodes.binary_search(node).is_ok();
    let own_pairs =
        own_pairs || gatherer.pairs.iter().any(|(left, right)| is_own(left) && is_own(right));
    let is_alone = gatherer.documents.is_empty() && nodes.len() == held.blocks.len() && !own_pairs;
    if is_alone && matches.is_empty() {
        ask(state, (&mut batch.asked, &mut batch.met), &whole.0)?;
        if !meets(&batch.met, &whole) {
            return Ok(Verdict::of_unknown(held, whole.0, hot));
        }
    }
    add_known_pairs(batch, &mut gatherer, &nodes)?;
    let known = complete(state, batch, &gatherer, &matches)?;
    let views = (state, &state.by_blocks, &batch.views);
    let (scene, plan) = decided(views, (&gatherer.documents, original), (number, &held), &known);
    let anchors = staying_anchors(state, batch, document, whole, &scene, &plan);
    ask(state, (&mut batch.asked, &mut batch.met), &anchors.0)?;
    if !state.settings.finds_runs() || !(meets(&batch.met, &anchors) || needs_runs(&scene, &plan)) {
        return Ok(tell(&scene, &plan, &gatherer.documents, (number, held, said), anchors.0, hot));
    }
    if state.compares_documents() {
        let asked =
            anchors.0.iter().copied().filter(|anchor| {
                batch.met.contains(anchor) || earlier.streams.contains_key(anchor)
            });
        let asked: Vec<u32> = asked.collect();
        meet(state, batch, &mut gatherer, (&asked, said.before))?;
    }
    let mut tries = 1;
    loop {
        view_all(state, batch, gatherer.documents.values().chain([&held]))?;
        add_known_pairs(batch, &mut gatherer, &nodes)?;
        let known = complete(state, batch, &gatherer, &matches)?;
        let views = (state, &state.settings, &batch.views);
        let (scene, plan) =
            decided(views, (&gatherer.documents, original), (number, &held), &known);
        let missing = missing(&scene, &plan, &gatherer.documents);
        if missing.is_empty() || tries == TRIES {
            let anchors = staying_anchors(state, batch, document, anchors, &scene, &plan);
            let hot = hot + gatherer.hot;
            let said = (number, held, said);
            return Ok(tell(&scene, &plan, &gatherer.documents, said, anchors.0, hot));
        }
        for document in missing {
            gatherer.add_document(document)?;
        }
        tries += 1;
    }
}

/// Gathers the held documents that hold what the blocks of a new one match first; the matches of its new
/// blocks.
fn gather(batch: &Batch, gatherer: &mut Gatherer<'_>, nodes: &[u32]) -> io::Result<Vec<Match>> {
    let settings = &gatherer.state.settings;
    let mut matches: Vec<Match> = Vec::new();
    for &node in nodes {
        let is_known = gatherer.add(node)?.is_some();
        if !is_known && !batch.is_new(node) {
            // It stood in documents that were removed.
            gatherer.unkept.push(node);
            gatherer.add_matches(node)?;
        }
        if batch.is_new(node) {
            let mut others = Vec::new();
            let mut goes = false;
            for found in batch.matches.get(&node).into_iter().flatten() {
                let other = other_side(found, node);
                matches.push(*found);
                let fate = gatherer.add(other)?;
                // What came later, or was removed, leads nowhere: it is asked as if this document came last.
                if fate.is_some() || settings.is_scoped() || nodes.contains(&other) {
                    others.push(other);
                }
                let stood = matches!(fate, Some(Fate::Kept | Fate::Loose | Fate::Covered(_)));
                goes |= stood && (found.template || found.may_remove(node));
            }
            // What it matches may be kept, and no block for which it may go: the larger one of the two. Not
            // so of templates: of thousands of one template each would look through what all others match.
            if !goes {
                for other in others {
                    gatherer.add_second_steps(other, (batch, node))?;
                }
            }
        }
    }
    gatherer.settle()?;
    Ok(matches)
}

/// Adds the matches of the new document's known blocks with all that was gathered, and with each other: a
/// passage may go on in these.
fn add_known_pairs(batch: &Batch, gatherer: &mut Gatherer<'_>, nodes: &[u32]) -> io::Result<()> {
    let blocks = gatherer.documents.values().flat_map(|held| &held.blocks);
    let present: HashSet<u32> =
        blocks.map(|block| block.node).chain(nodes.iter().copied()).collect();
    for &node in nodes.iter().filter(|&&node| !batch.is_new(node)) {
        let others = gatherer.matches(node)?.into_iter().filter(|other| present.contains(other));
        gatherer.pairs.extend(others.map(|other| (node.min(other), node.max(other))));
    }
    Ok(())
}

/// All matches of what was gathered: those of the new document's new blocks, and those that are known.
fn complete(
    state: &State,
    batch: &mut Batch,
    gatherer: &Gatherer<'_>,
    new: &[Match],
) -> io::Result<Vec<Match>> {
    let mut pairs = gatherer.pairs.clone();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.retain(|pair| !new.iter().any(|found| (found.left, found.right) == *pair));
    let wanted: Vec<u32> = pairs.iter().flat_map(|&(left, right)| [left, right]).collect();
    batch.view(state, &wanted)?;
    let Batch { views, known, .. } = batch;
    let known = |&(left, right): &(u32, u32)| {
        let judge = || known_match(&state.settings, &views[&left], &views[&right]);
        *known.entry((left, right)).or_insert_with(judge)
    };
    let mut matches = new.to_vec();
    matches.extend(pairs.iter().filter_map(known));
    matches.sort_unstable_by_key(|found| (found.left, found.right));
    matches.dedup_by_key(|found| (found.left, found.right));
    Ok(matches)
}

/// Decides on a document, with some held ones before it, by the settings of the policy or by those of its
/// blocks.
fn decided<'a>(
    (state, settings, views): (&State, &'a Settings, &'a HashMap<u32, View>),
    (documents, original): (&BTreeMap<u32, Held>, Option<u32>),
    (number, held): (u32, &Held),
    matches: &[Match],
) -> (Stage<'a>, Plan) {
    let mut scene = Stage::new(settings, views);
    scene.given.exact = state.settings.finds_runs();
    scene.add_held(documents);
    scene.add_new(number, held);
    if let Some(original) = original {
        scene.note_original(documents, original);
    }
    let matches = scene.localise(matches);
    let neighbours = Neighbours::new(matches, scene.store.nodes());
    let (known, amounts) = (Some(&scene.given), AllAmounts::default());
    let (plan, ()) =
        plan_from(&scene.store, settings, (&neighbours, &amounts), None, known, |_, _, _| ());
    (scene, plan)
}

/// The anchors of what stays of the new document, the scene's last one, once blocks are settled; `anchors`
/// are those of all of it.
fn staying_anchors(
    state: &State,
    batch: &Batch,
    document: usize,
    anchors: Anchors,
    scene: &Stage<'_>,
    plan: &Plan,
) -> Anchors {
    let Some((states, _)) = &plan.by_blocks else { return anchors };
    let states = &states[scene.store.document_blocks(scene.store.documents() - 1)];
    if !state.settings.finds_runs() || !states.iter().any(|state| state.is_gone()) {
        return anchors;
    }
    let mut found = Vec::new();
    let tokens = batch.tokens(document).zip(states);
    let staying = tokens.map(|(tokens, state)| (!state.is_gone()).then_some(tokens));
    let salt = batch.standings[document].salt(&state.settings);
    Streams::salted(&state.settings, salt).find(staying, |anchor, _| found.push(anchor));
    distinct(found)
}

/// Whether runs may matter though no anchor is met: something goes for a text that goes on around it, or
/// names what went for a run; or a layout holds something.
fn needs_runs(scene: &Stage<'_>, plan: &Plan) -> bool {
    let store = &scene.store;
    store.document_blocks(store.documents() - 1).any(|block| {
        let (state, keeper) = (plan.fates.states[block], plan.fates.aligned[block]);
        let goes_on = || {
            let (node, other) = (store.node(block), store.node(keeper as usize));
            node != other && may_stand_around(store.node_tokens(node), store.node_tokens(other))
        };
        keeper != NONE
            && (state == BlockState::Layout && !scene.given.covered.is_empty()
                || state == BlockState::Removed && goes_on()
                || scene.given.covered.contains_key(&keeper))
    })
}

/// Documents that were not gathered, and hold what blocks went for that the new document names.
fn missing(scene: &Stage<'_>, plan: &Plan, documents: &BTreeMap<u32, Held>) -> Vec<u32> {
    let store = &scene.store;
    let named = store.document_blocks(store.documents() - 1).filter_map(|block| {
        let keeper = plan.fates.aligned[block];
        if scene.given.covered.get(&keeper) != Some(&None) {
            return None;
        }
        let place = scene.places[keeper as usize];
        let keeper = documents.get(&place.document)?.blocks.get(place.block as usize)?;
        let home = keeper.fate.keeper()?.document;
        (!documents.contains_key(&home)).then_some(home)
    });
    named.collect()
}
