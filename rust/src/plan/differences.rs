//! In what the repeats of a template differ: the numbers or names of either side, and where they stand.

use std::ops::Range;

use rayon::prelude::*;

use crate::judging::apart::{self, differ_in_runs_only};
use crate::judging::capitals::NameReader;
use crate::judging::names::{Spelled, is_apart};
use crate::judging::numerals::{differ_in_values_only, is_number};
use crate::judging::readings::Readings;
use crate::passages::fates::{Fates, State};
use crate::passages::text::Token;
use crate::plan::Passage;
use crate::plan::places::Places;
use crate::records::escape::write_number;
use crate::records::name::write_name;
use crate::settings::{Numbers, Settings};
use crate::store::sparse::Sparse;
use crate::store::token_reader::TokenReader;
use crate::store::{Number, Store};
use crate::tokens::careful::CarefulReader;

/// Differences of a passage that are told; all are counted.
pub const TOLD: usize = 5;

/// Code points of a text that are told.
const EXCERPT: usize = 40;

/// Code points of two texts, in which they differ.
pub type Difference = [Range<u32>; 2];

/// In what passages that are templates differ from their keepers, as it stands in files.
#[derive(Default)]
pub struct Differences {
    /// Where what is told of each passage ends.
    ends: Sparse<u64>,
    text: Vec<u8>,
}

impl Differences {
    /// Of all passages that stay for their numbers or names.
    #[must_use]
    pub fn new(store: &Store, settings: &Settings, fates: &Fates, passages: &[Passage]) -> Self {
        let templates = passages
            .iter()
            .zip(0..)
            .filter(|(passage, _)| passage.state == State::Numbers)
            .collect::<Vec<(&Passage, Number)>>();
        let written: Vec<Vec<u8>> = templates
            .par_iter()
            .map_init(
                || Finder::new(store, settings),
                |finder, (passage, _)| finder.written(fates, passage),
            )
            .collect();
        let mut text = Vec::new();
        let ends = Sparse::new(templates.into_iter().zip(written).map(|((_, number), written)| {
            text.extend_from_slice(&written);
            (number, text.len() as u64)
        }));
        Self { ends, text }
    }

    /// `"differences":[…],"differing":…` of a passage; `None` where it is no template.
    #[must_use]
    pub fn of(&self, passage: Number) -> Option<&[u8]> {
        let (place, ends) = (self.ends.place(passage)?, self.ends.values());
        let start = place.checked_sub(1).map_or(0, |before| ends[before]);
        Some(&self.text[start as usize..ends[place] as usize])
    }

    /// Bytes that it fills.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.text.len() as u64 + self.ends.bytes()
    }
}

/// Where two texts differ that are the same but for numbers, or but for names and the numbers that the
/// policy keeps apart too; nothing for other texts.
#[must_use]
pub fn differences_of_texts(left: &str, right: &str, numbers: Numbers) -> Vec<Difference> {
    let mut readers = [NameReader::default(), NameReader::default()];
    let written = [readers[0].read(left).to_vec(), readers[1].read(right).to_vec()];
    let mut tokens = readers.each_ref().map(|reader| reader.careful.hashes());
    let places = readers.each_ref().map(|reader| reader.careful.places.as_slice());
    if numbers == Numbers::Mask {
        // The same hash for all numbers, as a mask has it.
        for token in tokens.iter_mut().flatten().filter(|token| **token & 1 == 1) {
            *token = 1;
        }
    }
    let sides = [0, 1].map(|side| Spelled { tokens: &tokens[side], written: &written[side] });
    placed(&differing(sides, numbers), places)
}

/// The runs of numbers, or of names and numbers, in which two sides differ, with the words beside them
/// that do; nothing where they differ in something else.
fn differing(sides: [Spelled<'_>; 2], numbers: Numbers) -> Vec<[Range<usize>; 2]> {
    let [one, other] = sides.map(|side| side.tokens);
    if numbers == Numbers::Veto && differ_in_values_only(one, other) {
        differing_in_numbers([one, other])
    } else {
        differing_in_names(sides, numbers)
    }
}

fn differing_in_numbers(sides: [&[u32]; 2]) -> Vec<[Range<usize>; 2]> {
    let sides =
        sides.map(|tokens| apart::Side { tokens, is_apart: |place| is_number(tokens[place]) });
    runs(sides)
}

fn differing_in_names(sides: [Spelled<'_>; 2], numbers: Numbers) -> Vec<[Range<usize>; 2]> {
    runs(sides.map(|Spelled { tokens, written }| {
        let is_apart = move |place: usize| is_apart(tokens[place], written[place], numbers);
        apart::Side { tokens, is_apart }
    }))
}

fn runs<F: Fn(usize) -> bool>([one, other]: [apart::Side<'_, F>; 2]) -> Vec<[Range<usize>; 2]> {
    let mut found = Vec::new();
    let is_template =
        differ_in_runs_only((one, other), true, |own, theirs| found.push([own, theirs]));
    if is_template { found } else { Vec::new() }
}

/// The code points of some tokens.
fn placed(found: &[[Range<usize>; 2]], places: [&[Range<u32>]; 2]) -> Vec<Difference> {
    let span = |side: usize, tokens: &Range<usize>| {
        places[side][tokens.start].start..places[side][tokens.end - 1].end
    };
    found.iter().map(|pair| [span(0, &pair[0]), span(1, &pair[1])]).collect()
}

/// Finds differences of blocks.
struct Finder<'a> {
    store: &'a Store,
    settings: &'a Settings,
    tokens: TokenReader<'a>,
    readings: Readings<'a>,
    careful: CarefulReader,
    places: Places<'a>,
}

/// What is compared of a block.
struct Read {
    tokens: Vec<u32>,
    text: String,
    places: Vec<Range<u32>>,
}

impl<'a> Finder<'a> {
    fn new(store: &'a Store, settings: &'a Settings) -> Self {
        let (readings, careful) = (Readings::new(store), CarefulReader::default());
        let places = Places::new(store, settings);
        Self { store, settings, tokens: store.token_reader(), readings, careful, places }
    }

    fn read(&mut self, block: Number) -> Read {
        let (tokens, first) = self.tokens.tokens_and_text(self.store.node(block as usize));
        let variant = self.store.variants[block as usize];
        let is_first = self.store.is_first_text(variant);
        let text = if is_first { first } else { self.store.variant_text(variant) };
        let tokens = tokens.to_vec();
        self.careful.read(&text, false);
        Read { tokens, text, places: self.careful.places.clone() }
    }

    /// Where two blocks differ; nothing where their texts were not kept.
    fn differing(&mut self, blocks: [Number; 2], read: [&Read; 2]) -> Vec<[Range<usize>; 2]> {
        let [own, other] = read;
        if self.settings.numbers == Numbers::Veto
            && differ_in_values_only(&own.tokens, &other.tokens)
        {
            return differing_in_numbers([&own.tokens, &other.tokens]);
        }
        let written = blocks.map(|block| self.readings.of(self.store.node(block as usize)));
        let sides =
            [0, 1].map(|side| Spelled { tokens: &read[side].tokens, written: &written[side] });
        if sides.iter().any(|side| side.tokens.len() != side.written.len()) {
            return Vec::new();
        }
        differing_in_names(sides, self.settings.numbers)
    }

    fn written(&mut self, fates: &Fates, passage: &Passage) -> Vec<u8> {
        let (mut told, mut count) = (Vec::new(), 0);
        for block in passage.first..=passage.last {
            let keeper = fates.aligned[block as usize];
            // The tokens of a twin stand in the region.
            let twin = fates.twins.get(&block).copied();
            let compared = twin.unwrap_or(keeper);
            let (own, other) = (self.read(block), self.read(compared));
            if [&own, &other].iter().any(|read| read.tokens.len() != read.places.len()) {
                continue;
            }
            let found = self.differing([block, compared], [&own, &other]);
            let texts = placed(&found, [&own.places, &other.places]);
            for (tokens, pair) in found.iter().zip(texts) {
                if count < TOLD {
                    told.extend_from_slice(if count == 0 { b"{" } else { b",{" });
                    let own_span = self.span_in(block, &pair[0]);
                    write_side((&own.text, &pair[0]), own_span, &mut told);
                    let span = match twin.and(fates.regions.get(&block)) {
                        Some(region) => self.span_from(region.first, &tokens[1]),
                        None => self.span_in(keeper, &pair[1]),
                    };
                    told.extend_from_slice(b",\"keeper\":{");
                    write_side((&other.text, &pair[1]), span, &mut told);
                    told.extend_from_slice(b"}}");
                }
                count += 1;
            }
        }
        let mut out = b",\"differences\":[".to_vec();
        out.extend_from_slice(&told);
        out.extend_from_slice(b"],\"differing\":");
        write_number(&mut out, count as u64);
        out
    }

    /// The code points of its document of a part of a block.
    fn span_in(&self, block: Number, part: &Range<u32>) -> (u32, u32) {
        let start = self.store.starts[block as usize];
        (start + part.start, start + part.end)
    }

    /// The code points of some tokens, counted from a place on.
    fn span_from(&mut self, first: Token, tokens: &Range<usize>) -> (u32, u32) {
        let store = self.store;
        let place = |count: usize| {
            let mut token = Token { offset: first.offset + count as u32, ..first };
            while token.offset >= store.block_tokens(token.block as usize) {
                token.offset -= store.block_tokens(token.block as usize);
                token.block += 1;
            }
            token
        };
        let last = place(tokens.end - 1);
        let end = Token { offset: last.offset + 1, ..last };
        (self.places.start(place(tokens.start)), self.places.end(end))
    }
}

/// `"text":…,"span":[…]` of a part of a text, which stands there in its document.
fn write_side((text, part): (&str, &Range<u32>), span: (u32, u32), out: &mut Vec<u8>) {
    let length = part.len();
    let mut shown: String =
        text.chars().skip(part.start as usize).take(length.min(EXCERPT)).collect();
    if length > EXCERPT {
        shown.push('…');
    }
    out.extend_from_slice(b"\"text\":\"");
    write_name(out, &shown);
    out.extend_from_slice(b"\",\"span\":[");
    write_number(out, u64::from(span.0));
    out.push(b',');
    write_number(out, u64::from(span.1));
    out.push(b']');
}
