//! Short furniture of which no copy stays (`--boilerplate all`).

use hashbrown::HashMap;

use crate::blocks::split::Unit;
use crate::keepers::cluster::Corpus;
use crate::passages::fates::{Fates, State};
use crate::passages::remains::{after_cut, blocks_to_keep};
use crate::store::{NONE, Number};

/// Whether a block is short furniture; `furniture` tells it of each node.
#[must_use]
pub fn is_boilerplate(corpus: &Corpus<'_>, furniture: &[bool], block: Number) -> bool {
    furniture[corpus.store.node(block as usize) as usize]
}

/// Marks all furniture as gone, but for what is protected and for lines without which the lines
/// around them would look like one hard-wrapped paragraph.
pub fn strip_boilerplate(corpus: &Corpus<'_>, furniture: &[bool], fates: &mut Fates) {
    let mut first_kept = HashMap::new();
    for document in corpus.store.reference_documents()..corpus.store.documents() {
        let range = corpus.store.document_blocks(document);
        let mut gone: Vec<Number> = range
            .clone()
            .map(|block| block as Number)
            .filter(|&block| is_boilerplate(corpus, furniture, block))
            .filter(|&block| !corpus.store.layouts[block as usize].protected())
            .collect();
        if gone.is_empty() {
            continue;
        }
        let before: Vec<(State, Number)> =
            range.clone().map(|block| (fates.states[block], fates.aligned[block])).collect();
        loop {
            for (block, &(state, aligned)) in range.clone().zip(&before) {
                (fates.states[block], fates.aligned[block]) = (state, aligned);
            }
            for &block in &gone {
                let aligned = &mut fates.aligned[block as usize];
                *aligned = if *aligned == NONE { block } else { *aligned };
                fates.states[block as usize] = State::Stripped;
            }
            let all: Vec<Number> = range.clone().map(|block| block as Number).collect();
            let left: Vec<Number> =
                all.iter().copied().filter(|&b| !fates.states[b as usize].is_gone()).collect();
            if corpus.settings.unit != Unit::Paragraph {
                break;
            }
            let inner = (range.start, &fates.inner[range.clone()]);
            let old = after_cut(corpus, fates.view(), inner, &all);
            let mut keep =
                blocks_to_keep(corpus.store, &old, &after_cut(corpus, fates.view(), inner, &left));
            keep.sort_unstable();
            let (stay, go): (Vec<Number>, Vec<Number>) =
                gone.iter().partition(|block| keep.binary_search(block).is_ok());
            if stay.is_empty() {
                break;
            }
            gone = go;
        }
        keep_the_rest(corpus, furniture, fates, document, &mut first_kept);
    }
}

/// Furniture of a document that stays: what it would repeat may be gone, so the first such block of
/// each text heads the others.
fn keep_the_rest(
    corpus: &Corpus<'_>,
    furniture: &[bool],
    fates: &mut Fates,
    document: usize,
    first_kept: &mut HashMap<Number, Number>,
) {
    for block in corpus.store.document_blocks(document) {
        let protected = corpus.store.layouts[block].protected();
        let number = block as Number;
        if fates.states[block].is_gone() || protected || !is_boilerplate(corpus, furniture, number)
        {
            continue;
        }
        // What is not written heads nothing.
        let node = corpus.store.node(block);
        let first = if corpus.excluded[document] {
            first_kept.get(&node).copied().unwrap_or(number)
        } else {
            *first_kept.entry(node).or_insert(number)
        };
        let home = corpus.documents[first as usize];
        let repeats = first != number && corpus.in_scope(document as Number, home);
        fates.states[block] = if repeats { State::Layout } else { State::Kept };
        fates.aligned[block] = if repeats { first } else { NONE };
    }
}
