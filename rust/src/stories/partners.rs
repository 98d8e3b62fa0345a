//! Which documents are compared with one another, to see whether they are versions of one text.
//!
//! Each is compared with documents before it: those in which its blocks, or blocks that match them, stood
//! last or last but one, those of the blocks that they repeat, and those with which it shares runs of tokens,
//! where these hold half of the smaller one. Four at most, so the work is linear however often a block
//! stands. Furniture counts for nothing.

use rayon::prelude::*;

use crate::keepers::cluster::Corpus;
use crate::passages::fates::{Fates, State};
use crate::passages::runs::Run;
use crate::passages::text::Token;
use crate::store::{NONE, Number, Store};
use crate::stories::families::Families;

/// Earlier documents that one is compared with.
const MOST_PARTNERS: usize = 4;
/// A document of which less than an eighth stands in others is a version of none: of two versions the
/// smaller one is a quarter of the larger, and half of it stands there.
const LEAST_PART: u64 = 4;

/// Looks for the documents that each is compared with.
pub(crate) struct Search<'a> {
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
    pub(crate) fn new(
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

    /// The pairs to compare, the earlier document first.
    pub(crate) fn pairs(mut self, order: &[Number]) -> Vec<(Number, Number)> {
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
        (shared + runs) * 2 * LEAST_PART >= self.tokens[document as usize]
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
