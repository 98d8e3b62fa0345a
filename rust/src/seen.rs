//! The texts of a stream, remembered as they come: has one like this been here before?
//!
//! One text at a time, so the tables are hash tables that grow, not sorted columns. Everything else,
//! from tokens to the judge, is what a run over a corpus uses. A band key remembers its first four
//! texts, so that a hot key costs no more than a cold one.

use hashbrown::HashMap;

use crate::candidates::band::BandKeys;
use crate::candidates::group::Bands;
use crate::candidates::shingle::{CharacterReader, Powers, extend_items};
use crate::candidates::sign::{Permutations, SLOTS, sign};
use crate::judging::readings::Readings;
use crate::judging::similarity::Similarity;
use crate::judging::verify::{ShortScratch, judge, node_set, short_match};
use crate::reading::enter::{Workspace, read_batch};
use crate::reading::read::NewDocument;
use crate::search::characters::CHARACTER_BANDS;
use crate::settings::Settings;
use crate::simd::Path;
use crate::store::{NONE, Number, Store};
use crate::tokens::token::TokenBuffer;

/// Texts that one band key remembers.
const REPRESENTATIVES: usize = 4;

/// The remembered texts.
pub struct Seen {
    settings: Settings,
    powers: Powers,
    permutations: Permutations,
    store: Store,
    workspace: Workspace,
    keys: HashMap<(bool, u64), [Number; REPRESENTATIVES]>,
    pending: Vec<((bool, u64), Number)>,
    path: Path,
}

impl Seen {
    /// Remembers nothing yet. Texts are compared as whole documents, whatever the unit.
    #[must_use]
    pub fn new(settings: Settings, permutations: Permutations) -> Self {
        Self {
            powers: Powers::of(settings.shingle_size),
            // Only whole texts are compared.
            settings: Settings { min_run: 0, ..settings },
            permutations,
            store: Store::new(),
            workspace: Workspace::default(),
            keys: HashMap::new(),
            pending: Vec::new(),
            path: Path::best(),
        }
    }

    /// Whether a text repeats a remembered one; `remember` makes it known. Blank texts are always new.
    pub fn is_repeated(&mut self, text: &str) -> bool {
        self.pending.clear();
        let known = self.store.nodes();
        read_batch(
            &mut self.store,
            &mut self.workspace,
            &[NewDocument { text, id: "", source: "", line: 0 }],
            &self.settings,
            None,
        );
        let Some(block) = self.store.document_blocks(self.store.documents() - 1).next() else {
            return false;
        };
        let node = self.store.node(block);
        if (node as usize) < known {
            // Equal to an earlier text, which was kept or repeats one that was; either way it is here.
            return true;
        }
        let count = self.store.token_counts[node as usize];
        count >= self.settings.least_tokens()
            && (count >= self.settings.short_tokens && self.repeats_by_shingles(node)
                || count < self.settings.short_limit() && self.repeats_by_characters(node))
    }

    /// Makes the text that was asked for last known to later ones.
    pub fn remember(&mut self) {
        for (key, node) in self.pending.drain(..) {
            let row = self.keys.entry(key).or_insert([NONE; REPRESENTATIVES]);
            if let Some(free) = row.iter_mut().find(|place| **place == NONE) {
                *free = node;
            }
        }
    }

    /// Remembered nodes that share a band key with the items' signature; notes the keys.
    fn candidates(
        &mut self,
        node: Number,
        mut items: Vec<u32>,
        short: bool,
        bands: Bands,
    ) -> Vec<Number> {
        let mut signature = [0; SLOTS];
        sign(self.path, &mut items, &self.permutations, &mut signature);
        let (mut found, keys) = (Vec::new(), BandKeys::of(bands.rows));
        for band in 0..bands.count {
            let key = (short, keys.key(&signature, band));
            found.extend(self.keys.get(&key).into_iter().flatten().filter(|&&node| node != NONE));
            self.pending.push((key, node));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn repeats_by_shingles(&mut self, node: Number) -> bool {
        let mut items = Vec::new();
        extend_items(self.path, self.store.node_tokens(node), &self.powers, &mut items);
        let bands = Bands { count: self.settings.bands, rows: self.settings.rows };
        let candidates = self.candidates(node, items, false, bands);
        let (store, settings) = (&self.store, &self.settings);
        let set = node_set(store, settings, node);
        let mut readings = Readings::new(store);
        candidates.into_iter().any(|other| {
            let tokens = (store.node_tokens(other), store.node_tokens(node));
            judge(settings, (other, node), (&node_set(store, settings, other), &set)).is_some_and(
                |found| {
                    found.would_remove(settings, node, tokens)
                        && !readings.is_kept_apart(settings, (&found, node), tokens)
                },
            )
        })
    }

    fn repeats_by_characters(&mut self, node: Number) -> bool {
        let mut items = Vec::new();
        CharacterReader::with(self.path).extend_items(self.store.node_normal(node), &mut items);
        let candidates = self.candidates(node, items, true, CHARACTER_BANDS);
        let (store, settings) = (&self.store, &self.settings);
        let counts = &store.token_counts;
        let (mut scratch, mut readings) = (ShortScratch::default(), Readings::new(store));
        let (mut own, mut theirs) = (TokenBuffer::default(), TokenBuffer::default());
        let own = store.short_tokens(node, &mut own);
        let (mut similarity, least) = (Similarity::default(), settings.short_threshold);
        candidates.into_iter().any(|other| {
            let (left, right) = (store.node_normal(other), store.node_normal(node));
            settings.judged_by_characters(counts[node as usize], counts[other as usize])
                == Some(true)
                && similarity.of(left, right, least).is_some_and(|alike| {
                    short_match(store, settings, (other, node), alike as f32, &mut scratch)
                        .is_some_and(|found| {
                            let tokens = (store.short_tokens(other, &mut theirs), own);
                            found.may_remove(node)
                                && !readings.is_kept_apart(settings, (&found, node), tokens)
                        })
                })
        })
    }
}
