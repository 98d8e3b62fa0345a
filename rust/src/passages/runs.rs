//! Runs: stretches of tokens that stand twice, wherever paragraphs begin and end.
//!
//! Among the blocks that stay, anchors that stand more than once say where to look; from there a run is
//! extended to both sides as far as the tokens are the same. Each place is compared with the first and
//! with the previous place of its anchor, so a hot one costs no more than a cold one. Of each
//! shift between two documents a run is extended once.

use std::ops::Range;

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::judging::ends::{begin_alike, end_alike};
use crate::passages::links::{Link, links};
use crate::passages::text::{Text, Token};
use crate::store::Number;
use crate::store::token_reader::TokenReader;

/// Tokens that are compared at one time.
const NEAR: usize = 64;

/// The same tokens at two places.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The first token at the later place.
    pub later: Token,
    /// The first token at the earlier place.
    pub earlier: Token,
    /// How many tokens there are.
    pub length: u32,
}

/// All runs of at least `least` tokens, by their later place, the longer one first. Places are compared
/// with those of documents of one `home` only; later ones are those of documents at which it `looks`.
#[must_use]
pub fn find_runs(
    text: &Text<'_>,
    least: u32,
    home: impl Fn(Number) -> u32 + Sync,
    looks: impl Fn(Number) -> bool,
) -> Vec<Run> {
    let mut links = links(text, least, home);
    links.retain(|link| looks(text.documents[link.later.block as usize]));
    let tasks: Vec<&[Link]> = links
        .chunk_by(|one, other| {
            text.documents[one.later.block as usize] == text.documents[other.later.block as usize]
        })
        .collect();
    tasks
        .into_par_iter()
        .map_init(|| Sides::new(text), |sides, links| sides.runs(links, least))
        .flatten_iter()
        .collect()
}

/// Where a document repeats itself again and again. Every shift by some turns of what is repeated makes a run there,
/// each to the end: to extend them all grows with the square of it. So a place in the first half of a run begins no
/// other one into the same document.
#[derive(Default)]
struct Turns {
    /// Up to where it repeats itself.
    end: u32,
    /// Up to the middle of which run each document was told.
    middles: HashMap<Number, u32>,
}

/// Turns behind the first one from which on a text repeats itself again and again.
const MANY_TURNS: u32 = 4;

impl Turns {
    /// Notes a run of a document into itself.
    fn note(&mut self, start: u32, length: u32, shift: u32) {
        if length / MANY_TURNS >= shift {
            self.end = self.end.max(start + length);
        }
    }

    /// Notes the middle of a run that is told.
    fn tell(&mut self, document: Number, middle: u32) {
        let told = self.middles.entry(document).or_default();
        *told = middle.max(*told);
    }

    /// Whether a place needs no other run into a document.
    fn told(&self, document: Number, place: u32) -> bool {
        place < self.end && self.middles.get(&document).is_some_and(|&middle| place < middle)
    }
}

/// The two places that are compared.
struct Sides<'a> {
    text: &'a Text<'a>,
    later: Side<'a>,
    earlier: Side<'a>,
}

/// Tokens of the block that is looked at, from the `first` on.
struct Side<'a> {
    reader: TokenReader<'a>,
    block: Option<Number>,
    first: usize,
    tokens: Vec<u32>,
}

impl Side<'_> {
    /// The tokens before a place, up to `NEAR` of them.
    fn before(&mut self, text: &Text<'_>, token: Token) -> &[u32] {
        let offset = token.offset as usize;
        self.read(text, token.block, offset.saturating_sub(NEAR)..offset)
    }

    /// The tokens from a place on, up to `NEAR` of them.
    fn after(&mut self, text: &Text<'_>, token: Token) -> &[u32] {
        let offset = token.offset as usize;
        let end = text.tokens(token.block) as usize;
        self.read(text, token.block, offset..end.min(offset + NEAR))
    }

    fn read(&mut self, text: &Text<'_>, block: Number, wanted: Range<usize>) -> &[u32] {
        let known = self.first..self.first + self.tokens.len();
        if self.block != Some(block) || wanted.start < known.start || wanted.end > known.end {
            // What stands around is asked for next.
            let end = (wanted.end + NEAR).min(text.tokens(block) as usize);
            self.first = wanted.start.saturating_sub(NEAR);
            self.block = Some(block);
            self.tokens.clear();
            let node = text.store.node(block as usize);
            self.tokens.extend_from_slice(self.reader.part(node, self.first..end));
        }
        &self.tokens[wanted.start - self.first..wanted.end - self.first]
    }
}

impl<'a> Sides<'a> {
    fn new(text: &'a Text<'a>) -> Self {
        let side = || Side {
            reader: text.store.token_reader(),
            block: None,
            first: 0,
            tokens: Vec::new(),
        };
        Self { text, later: side(), earlier: side() }
    }

    /// The runs of one document, from its links: for each shift between the two places each run once.
    fn runs(&mut self, links: &[Link], least: u32) -> Vec<Run> {
        let text = self.text;
        let mut runs: Vec<Run> = Vec::new();
        let mut covered: HashMap<(Number, u32), u32> = HashMap::new();
        let mut turns = Turns::default();
        for link in links {
            let later = text.position(link.later);
            let shift = later.wrapping_sub(text.position(link.earlier));
            let document = text.documents[link.earlier.block as usize];
            let is_covered = covered.get(&(document, shift)).is_some_and(|&end| later < end);
            if is_covered || turns.told(document, later) {
                continue;
            }
            let mut run = self.extend(*link);
            let start = text.position(run.later);
            covered.insert((document, shift), start + run.length.max(1));
            if document == text.documents[run.later.block as usize] {
                turns.note(start, run.length, shift);
                // The two must not overlap: what repeats itself again and again is no run of its own.
                run.length = run.length.min(shift);
            }
            if run.length >= least {
                turns.tell(document, start + run.length / 2);
                runs.push(run);
            }
        }
        runs.sort_unstable_by_key(|run| (run.later, std::cmp::Reverse(run.length), run.earlier));
        runs
    }

    /// The longest run through two places of one anchor.
    fn extend(&mut self, link: Link) -> Run {
        let text = self.text;
        let Link { mut later, mut earlier } = link;
        let mut length = 0;
        loop {
            let count = self.same_before(later, earlier);
            later.offset -= count;
            earlier.offset -= count;
            length += count;
            let (Some(one), Some(other)) = (text.end_before(later), text.end_before(earlier))
            else {
                break;
            };
            if self.same_before(one, other) == 0 {
                break;
            }
            (later, earlier) = (one, other);
        }
        let (mut one, mut other) = (link.later, link.earlier);
        while let (Some(next), Some(next_other)) = (text.start_after(one), text.start_after(other))
        {
            let count = self.same_after(next, next_other);
            if count == 0 {
                break;
            }
            one = Token { offset: next.offset + count, ..next };
            other = Token { offset: next_other.offset + count, ..next_other };
            length += count;
        }
        Run { later, earlier, length }
    }

    /// How many tokens before the two are the same, within their blocks, up to `NEAR`.
    fn same_before(&mut self, later: Token, earlier: Token) -> u32 {
        let one = self.later.before(self.text, later);
        let other = self.earlier.before(self.text, earlier);
        end_alike(one, other) as u32
    }

    /// How many tokens from the two on are the same, within their blocks, up to `NEAR`.
    fn same_after(&mut self, later: Token, earlier: Token) -> u32 {
        let one = self.later.after(self.text, later);
        let other = self.earlier.after(self.text, earlier);
        begin_alike(one, other) as u32
    }
}
