//! The keys under which a block is found by blocks that it may match: those of the batch scan.
//!
//! Of a band key the upper 30 bits are kept, two fewer than grouping compares (`group.rs`): what meets there meets here.

use super::disk::file::{CHARACTERS, Kind};
use super::disk::spread::KEY_BITS;
use super::sieve::{Probe, of_characters, of_words};
use crate::candidates::anchors::{Anchors, GRAM, WINDOW};
use crate::candidates::band::BandKeys;
use crate::candidates::shingle::{CharacterReader, Powers, extend_items};
use crate::candidates::sign::{Permutations, SLOTS, Signature, sign};
use crate::search::characters::CHARACTER_BANDS;
use crate::settings::Settings;
use crate::simd::Path;

/// The keys of one block.
#[derive(Default)]
pub struct Keys {
    /// Of its bands.
    pub bands: Vec<(Kind, u32)>,
    /// Its different anchors, ascending.
    pub anchors: Vec<u32>,
    /// What tells which others it may match.
    pub probe: Probe,
}

impl Keys {
    /// All of them, each with its kind.
    pub fn all(&self) -> impl Iterator<Item = (Kind, u32)> + '_ {
        let anchors = self.anchors.iter().map(|&anchor| (Kind::Anchors, anchor));
        self.bands.iter().copied().chain(anchors)
    }
}

/// Makes the keys of one block after the other.
pub struct KeyMaker<'a> {
    settings: &'a Settings,
    permutations: &'a Permutations,
    path: Path,
    powers: Powers,
    characters: CharacterReader,
    anchors: Anchors,
    items: Vec<u32>,
    signature: Signature,
}

impl<'a> KeyMaker<'a> {
    /// For a policy.
    #[must_use]
    pub fn new(settings: &'a Settings, permutations: &'a Permutations) -> Self {
        let path = Path::best();
        Self {
            settings,
            permutations,
            path,
            powers: Powers::of(settings.shingle_size),
            characters: CharacterReader::with(path),
            anchors: Anchors::of(GRAM + WINDOW - 1),
            items: Vec::new(),
            signature: [0; SLOTS],
        }
    }

    /// The keys of a block with these tokens and this normal form; none where it can match none.
    pub fn keys(&mut self, tokens: &[u32], normal: &str) -> Keys {
        let mut keys = Keys::default();
        let count = tokens.len() as u32;
        let least = self.settings.least_tokens();
        // What is judged by its characters alone needs no judge where no text is short.
        let short = count >= least
            && count < self.settings.short_limit()
            && self.settings.short_tokens > least;
        if count >= least.max(self.settings.short_tokens) {
            self.items.clear();
            extend_items(self.path, tokens, &self.powers, &mut self.items);
            if !short {
                keys.probe = Probe { sieve: of_words(&self.items), size: self.items.len() as u32 };
            }
            let (bands, rows) = (self.settings.bands, self.settings.rows);
            self.add_bands((bands, rows), 0, &mut keys);
            if self.settings.finds_contained() {
                self.anchors.find(tokens, |hash, _| keys.anchors.push(hash));
            }
            keys.anchors.sort_unstable();
            keys.anchors.dedup();
        }
        if short {
            let sieve = of_characters(normal, count >= self.settings.short_tokens);
            keys.probe = Probe { sieve, size: normal.chars().count() as u32 };
            self.items.clear();
            self.characters.extend_items(normal, &mut self.items);
            let bands = CHARACTER_BANDS;
            self.add_bands((bands.count, bands.rows), CHARACTERS, &mut keys);
        }
        keys
    }

    fn add_bands(&mut self, (bands, rows): (usize, usize), first: u8, keys: &mut Keys) {
        sign(self.path, &mut self.items, self.permutations, &mut self.signature);
        let makers = BandKeys::of(rows);
        for band in 0..bands {
            let key = (makers.key(&self.signature, band) >> (64 - KEY_BITS)) as u32;
            keys.bands.push((Kind::Band(first + band as u8), key));
        }
    }
}
