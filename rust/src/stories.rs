//! Stories: documents that are versions of one text, in their order.
//!
//! Each document is compared with documents before it: those in which its blocks, or blocks that match
//! them, stood last or last but one, and those of the blocks that they repeat, where these hold half of the
//! smaller one. Four at most, so the work is linear however often a block stands. Furniture counts for nothing. What joins is the exact score of the two
//! documents: resemblance makes one story of any number of them. By containment a smaller one joins a
//! larger one once: where it is more than half of it (any two such overlap), or else only the most alike
//! one, so that a digest does not make one story of all that it holds.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::cluster::Corpus;
use crate::families::{Families, join, root};
use crate::fates::{Fates, State};
use crate::portrait::{Portraits, Scores};
use crate::runs::Run;
use crate::settings::Scope;
use crate::store::{NONE, Number, Store, UNDATED};
use crate::text::Token;

/// Earlier documents that one is compared with.
const MOST_PARTNERS: usize = 4;
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
    let homes = |document| corpus.home(document);
    let mut order: Vec<Number> = (0..store.documents() as Number).collect();
    order.par_sort_unstable_by_key(|&document| (homes(document), date(document), document));
    let families = Families::new(store, corpus.settings, corpus.neighbours, (&order, &homes));
    let pairs = Search::new(corpus, &families, told, &order).pairs(&order);
    let portraits = Portraits { store, settings: corpus.settings };
    let says = |document: Number, block: usize| families.says(store, document, block);
    let scores = portraits.compare(&pairs, &says);
    let mut parents = joined(corpus, &pairs, &scores);
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

/// Looks for the documents that each is compared with.
struct Search<'a> {
    corpus: &'a Corpus<'a>,
    families: &'a Families,
    fates: &'a Fates,
    runs: RunLinks,
    /// Tokens of each document that say which story it tells.
    tokens: Vec<u64>,
    /// The last document in which each node stood; and each family, and the one before that.
    last: Vec<[Number; 3]>,
}

impl<'a> Search<'a> {
    fn new(
        corpus: &'a Corpus<'a>,
        families: &'a Families,
        (fates, runs): (&'a Fates, &[Run]),
        order: &[Number],
    ) -> Self {
        let store = corpus.store;
        let mut made = Self {
            corpus,
            families,
            fates,
            runs: RunLinks::new(store, runs, order),
            tokens: Vec::new(),
            last: vec![[NONE; 3]; store.nodes()],
        };
        made.tokens = (0..store.documents())
            .into_par_iter()
            .map(|document| made.blocks(document as Number).map(|(_, _, tokens)| tokens).sum())
            .collect();
        made
    }

    /// The blocks of a document that say which text it is a version of: number, family, tokens.
    fn blocks(&self, document: Number) -> impl Iterator<Item = (usize, Number, u64)> {
        let store = self.corpus.store;
        store
            .document_blocks(document as usize)
            .filter(move |&block| self.families.says(store, document, block))
            .map(|block| (block, self.families.of(store, block), store.block_tokens(block)))
            .filter(|&(_, _, tokens)| tokens > 0)
            .map(|(block, family, tokens)| (block, family, u64::from(tokens)))
    }

    fn pairs(mut self, order: &[Number]) -> Vec<(Number, Number)> {
        let (mut pairs, mut met) = (Vec::new(), Vec::new());
        let least = u64::from(self.corpus.settings.least_tokens());
        for &document in order {
            if self.tokens[document as usize] < least || !self.may_have_partners(document) {
                continue;
            }
            self.meet(document, &mut met);
            self.choose(document, &mut met);
            pairs.extend(met.iter().map(|&(other, _)| (other, document)));
            self.note(document);
        }
        pairs
    }

    /// Whether so much of a document stands in others as any rule asks for.
    fn may_have_partners(&self, document: Number) -> bool {
        let runs: u64 = self.runs.of(document).iter().map(|link| link.2).sum();
        let shared: u64 = self
            .blocks(document)
            .filter(|&(block, family, _)| {
                self.families.is_shared(family) || self.keeper(block) != NONE
            })
            .map(|(_, _, tokens)| tokens)
            .sum();
        (shared + runs) * 2 * u64::from(LEAST_PART) >= self.tokens[document as usize]
    }

    /// The document of the block, or run of tokens, that a block repeats.
    fn keeper(&self, block: usize) -> Number {
        match self.fates.aligned[block] {
            NONE => NONE,
            _ if self.fates.states[block] == State::Numbers => NONE,
            keeper => self.corpus.store.document_of(keeper) as Number,
        }
    }

    /// The documents before in which blocks of a document stand, with the tokens of these.
    fn meet(&self, document: Number, met: &mut Vec<(Number, u64)>) {
        let store = self.corpus.store;
        met.clear();
        met.extend(self.runs.of(document).iter().map(|&(_, other, tokens)| (other, tokens)));
        for (block, family, tokens) in self.blocks(document) {
            let [same, _, _] = self.last[store.node(block) as usize];
            let [_, alike, before] = self.last[family as usize];
            let first = met.len();
            for other in [same, alike, before, self.keeper(block)] {
                if other != document && !met[first..].contains(&(other, tokens)) {
                    met.push((other, tokens));
                }
            }
        }
    }

    /// Of the documents met those that hold half of the smaller one: the nearest.
    fn choose(&self, document: Number, met: &mut Vec<(Number, u64)>) {
        met.retain(|&(other, _)| other != NONE && self.corpus.in_scope(document, other));
        met.sort_unstable();
        met.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        let own = self.tokens[document as usize];
        met.retain(|&(other, tokens)| tokens * 2 >= own.min(self.tokens[other as usize]));
        met.sort_unstable_by_key(|&(other, tokens)| std::cmp::Reverse((tokens, other)));
        met.truncate(MOST_PARTNERS);
    }

    fn note(&mut self, document: Number) {
        let store = self.corpus.store;
        for block in store.document_blocks(document as usize) {
            self.last[store.node(block) as usize][0] = document;
            let [_, alike, before] = &mut self.last[self.families.of(store, block) as usize];
            if *alike != document {
                (*alike, *before) = (document, *alike);
            }
        }
    }
}

/// Documents, others before them with which they share runs of tokens, and how many tokens; ascending.
struct RunLinks(Vec<(Number, Number, u64)>);

impl RunLinks {
    fn new(store: &Store, runs: &[Run], order: &[Number]) -> Self {
        let mut places = vec![0u32; store.documents()];
        for (place, &document) in (0..).zip(order) {
            places[document as usize] = place;
        }
        let home = |token: Token| store.document_of(token.block) as Number;
        let mut links: Vec<(Number, Number, u64)> = runs
            .iter()
            .map(|run| (home(run.later), home(run.earlier), u64::from(run.length)))
            .filter(|&(one, other, _)| one != other)
            .map(|(one, other, tokens)| {
                let later = places[one as usize] > places[other as usize];
                if later { (one, other, tokens) } else { (other, one, tokens) }
            })
            .collect();
        links.sort_unstable();
        Self(links)
    }

    fn of(&self, document: Number) -> &[(Number, Number, u64)] {
        let start = self.0.partition_point(|link| link.0 < document);
        let end = self.0.partition_point(|link| link.0 <= document);
        &self.0[start..end]
    }
}

/// Which documents are in one story: numbers with one root.
fn joined(corpus: &Corpus<'_>, pairs: &[(Number, Number)], scores: &[Scores]) -> Vec<Number> {
    let settings = corpus.settings;
    let mut parents: Vec<Number> = (0..corpus.store.documents() as Number).collect();
    let mut parts = Vec::new();
    for (&(one, other), scores) in pairs.iter().zip(scores) {
        if scores.resemblance() >= settings.threshold {
            join(&mut parents, one, other);
        } else if scores.containment() >= settings.containment
            && scores.shared * LEAST_PART >= scores.left.max(scores.right)
        {
            let (small, large) =
                if scores.left <= scores.right { (one, other) } else { (other, one) };
            parts.push((scores, small, large));
        }
    }
    // Sizes below 2^32 are exact as f64, and so their order is the same everywhere.
    parts.sort_by(|one, other| {
        let key = |part: &(&Scores, Number, Number)| (part.1, part.2);
        other.0.resemblance().total_cmp(&one.0.resemblance()).then(key(one).cmp(&key(other)))
    });
    let near: Vec<Number> =
        (0..parents.len() as Number).map(|document| root(&mut parents, document)).collect();
    let (mut is_part, mut has_part) = (vec![false; near.len()], vec![false; near.len()]);
    for (scores, small, large) in parts {
        let (small, large) = (near[small as usize], near[large as usize]);
        let most = scores.shared * 2 > scores.left.max(scores.right);
        if small == large || is_part[small as usize] || (has_part[large as usize] && !most) {
            continue;
        }
        (is_part[small as usize], has_part[large as usize]) = (true, true);
        join(&mut parents, small, large);
    }
    parents
}
