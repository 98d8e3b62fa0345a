//! Versions: how each document of a story differs from the one before it.

use rayon::prelude::*;

use crate::keepers::cluster::Corpus;
use crate::memory::columns::filled;
use crate::passages::fates::Fates;
use crate::passages::runs::Run;
use crate::store::{NONE, Number, Store};
use crate::stories::find_stories;
use crate::stories::paragraphs::{Changed, Compared, Comparer};
use crate::stories::portrait::{Portraits, Scores};

/// Members that are compared before what they gave is put together.
const AT_ONCE: usize = 1 << 12;

/// How a version and the one before it are alike, as wholes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Likeness {
    /// Block for block the same characters.
    Identical,
    /// Block for block the same tokens.
    Equal,
    /// Alike by resemblance.
    Near,
    /// The smaller one stands for the most part in the larger one.
    Contained,
    /// By neither: both are versions of others of the story.
    Apart,
}

/// How a document differs from the version before it.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// How alike they are.
    pub likeness: Likeness,
    /// The scores of all of their text.
    pub scores: Scores,
    /// Where the places of its blocks begin in `Versions::was`.
    first: usize,
}

/// All stories, and what became of their blocks.
#[derive(Default)]
pub struct Versions {
    /// Documents, story after story, each in its order.
    members: Vec<Number>,
    /// Where each story ends among the members.
    ends: Vec<usize>,
    /// Of each member; that of the first of a story says nothing.
    steps: Vec<Step>,
    /// For each block of a member that is not the first: the block of the version before that it is, or
    /// `NONE`.
    was: Vec<Number>,
    /// Blocks that were changed, ascending; of each member its own.
    changes: Vec<Changed>,
    /// Where the changes of each member end.
    change_ends: Vec<usize>,
}

impl Versions {
    /// Finds them; `told`, `dates` as `find_stories` has them. Stories of nothing but what the corpus is
    /// held against are left out.
    #[must_use]
    pub fn new(corpus: &Corpus<'_>, told: (&Fates, &[Run]), dates: &[i64]) -> Self {
        let mut stories = find_stories(corpus, told, dates);
        let references = corpus.store.reference_documents();
        stories.retain(|story| story.iter().any(|&document| document as usize >= references));
        let mut made = Self::default();
        let mut pairs = Vec::new();
        for story in stories {
            pairs.push((NONE, story[0]));
            pairs.extend(story.windows(2).map(|pair| (pair[0], pair[1])));
            made.members.extend(story);
            made.ends.push(made.members.len());
        }
        for pairs in pairs.chunks(AT_ONCE) {
            made.compare(corpus, pairs);
        }
        made
    }

    fn compare(&mut self, corpus: &Corpus<'_>, pairs: &[(Number, Number)]) {
        let portraits = Portraits { store: corpus.store, settings: corpus.settings };
        let followers: Vec<(Number, Number)> =
            pairs.iter().copied().filter(|pair| pair.0 != NONE).collect();
        let scores = portraits.compare(&followers, &|_, _| true);
        let compared: Vec<Compared> = followers
            .par_iter()
            .map_init(
                || Comparer::new(corpus),
                |comparer, &(before, document)| comparer.compare(before, document),
            )
            .collect();
        let mut found = scores.into_iter().zip(compared);
        for &(before, document) in pairs {
            let first = self.was.len();
            let (likeness, scores) = if before == NONE {
                (Likeness::Apart, Scores { shared: 0, left: 0, right: 0 })
            } else if let Some((scores, (was, changes))) = found.next() {
                self.was.extend(was);
                self.changes.extend(changes);
                (likeness(corpus, (before, document), scores), scores)
            } else {
                continue;
            };
            self.steps.push(Step { likeness, scores, first });
            self.change_ends.push(self.changes.len());
        }
    }

    /// How many stories there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many documents are in a story.
    #[must_use]
    pub fn count_documents(&self) -> usize {
        self.members.len()
    }

    /// The members of a story, by their numbers among all members.
    #[must_use]
    pub fn members(&self, story: usize) -> std::ops::Range<usize> {
        let start = if story == 0 { 0 } else { self.ends[story - 1] };
        start..self.ends[story]
    }

    /// The document of a member.
    #[must_use]
    pub fn document(&self, member: usize) -> Number {
        self.members[member]
    }

    /// How a member that is not the first of its story differs from the one before it.
    #[must_use]
    pub fn step(&self, member: usize) -> Step {
        self.steps[member]
    }

    /// For each block of such a member the one of the version before that it is, or `NONE`.
    #[must_use]
    pub fn was(&self, store: &Store, member: usize) -> &[Number] {
        let first = self.steps[member].first;
        &self.was[first..first + store.document_blocks(self.members[member] as usize).len()]
    }

    /// The blocks of such a member that were changed, ascending.
    #[must_use]
    pub fn changes(&self, member: usize) -> &[Changed] {
        let start = if member == 0 { 0 } else { self.change_ends[member - 1] };
        &self.changes[start..self.change_ends[member]]
    }

    /// Bytes that they fill.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        filled(&self.members)
            + filled(&self.ends)
            + filled(&self.steps)
            + filled(&self.was)
            + filled(&self.changes)
            + filled(&self.change_ends)
    }
}

fn likeness(corpus: &Corpus<'_>, (one, other): (Number, Number), scores: Scores) -> Likeness {
    let Corpus { store, settings, .. } = *corpus;
    let blocks = |document: Number| store.document_blocks(document as usize);
    let variants = |document| &store.variants[blocks(document)];
    if variants(one) == variants(other) {
        Likeness::Identical
    } else if blocks(one).map(|block| store.node(block)).eq(blocks(other).map(|b| store.node(b))) {
        Likeness::Equal
    } else if scores.resemblance() >= settings.threshold {
        Likeness::Near
    } else if scores.containment() >= settings.containment {
        Likeness::Contained
    } else {
        Likeness::Apart
    }
}
