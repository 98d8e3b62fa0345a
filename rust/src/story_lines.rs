//! Stories as JSON lines, in the form of `docs/formats.md`.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::escape::write_number;
use crate::paragraphs::Change;
use crate::render::{write_document, write_scores};
use crate::settings::Settings;
use crate::store::{NONE, Number, Store};
use crate::verify::Relation;
use crate::versions::{Likeness, Versions};

/// One id per story: XXH3-64 of the policy's digest and the fingerprints of its first version's blocks.
/// Stories that begin with the same text are numbered.
#[must_use]
pub fn story_ids(store: &Store, settings: &Settings, versions: &Versions) -> Vec<u64> {
    let mut seen = hashbrown::HashMap::new();
    let mut bytes = Vec::new();
    (0..versions.len())
        .map(|story| {
            bytes.clear();
            bytes.extend_from_slice(b"story");
            bytes.extend_from_slice(settings.digest.as_bytes());
            let first = versions.document(versions.members(story).start);
            for block in store.document_blocks(first as usize) {
                let fingerprint = store.fingerprints[store.node(block) as usize];
                bytes.extend_from_slice(&fingerprint.to_le_bytes());
            }
            let id = xxh3_64(&bytes);
            let copies: &mut u64 = seen.entry(id).or_insert(0);
            *copies += 1;
            if *copies == 1 {
                return id;
            }
            bytes.extend_from_slice(&copies.to_le_bytes());
            xxh3_64(&bytes)
        })
        .collect()
}

/// What a block of a version is in the one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Became {
    Same,
    Changed,
    Came,
}

/// Blocks that follow one another and were, in the version before, blocks that follow one another.
struct Stretch {
    became: Became,
    now: Range<usize>,
    was: Range<usize>,
}

/// What lines of stories are written from.
pub struct StoryLines<'a> {
    /// The columns.
    pub store: &'a Store,
    /// The stories.
    pub versions: &'a Versions,
    /// The id of each.
    pub ids: &'a [u64],
}

impl StoryLines<'_> {
    /// Appends a part of a story's line: some of its members, with what stands before them if they are
    /// the first, and with the line's end if they are the last.
    pub fn part(&self, story: usize, part: Range<usize>, out: &mut Vec<u8>) {
        let members = self.versions.members(story);
        if part.start == 0 {
            out.extend_from_slice(format!("{{\"story\":\"{:016x}\"", self.ids[story]).as_bytes());
            out.extend_from_slice(b",\"documents\":");
            write_number(out, members.len() as u64);
            out.extend_from_slice(b",\"members\":[");
        }
        for place in part.clone() {
            out.extend_from_slice(if place > 0 { b",{" } else { b"{" });
            self.member(members.start + place, place > 0, out);
            out.push(b'}');
        }
        if part.end >= members.len() {
            out.extend_from_slice(b"]}\n");
        }
    }

    fn member(&self, member: usize, follows: bool, out: &mut Vec<u8>) {
        write_document(self.store, self.versions.document(member) as usize, out);
        if !follows {
            return;
        }
        let step = self.versions.step(member);
        out.push(b',');
        write_scores(
            name_of(step.likeness),
            step.scores.resemblance(),
            step.scores.containment(),
            out,
        );
        let stretches = self.stretches(member);
        for (name, became) in
            [("same", Became::Same), ("changed", Became::Changed), ("came", Became::Came)]
        {
            out.extend_from_slice(format!(",\"{name}\":[").as_bytes());
            let some = stretches.iter().filter(|stretch| stretch.became == became);
            for (number, stretch) in some.enumerate() {
                out.extend_from_slice(if number > 0 { b",{" } else { b"{" });
                self.place(&stretch.now, out);
                if became != Became::Came {
                    out.extend_from_slice(b",\"was\":{");
                    self.place(&stretch.was, out);
                    out.push(b'}');
                }
                if let Some(change) = self.change(member, stretch) {
                    write_change(&change, out);
                }
                out.push(b'}');
            }
            out.push(b']');
        }
        out.extend_from_slice(b",\"went\":[");
        for (number, gone) in self.gone(member).iter().enumerate() {
            out.extend_from_slice(if number > 0 { b",{" } else { b"{" });
            self.place(gone, out);
            out.push(b'}');
        }
        out.push(b']');
    }

    /// How many blocks of a member are the same, changed, come and gone.
    #[must_use]
    pub fn counts(&self, member: usize) -> [u64; 4] {
        let mut counts = [0; 4];
        for stretch in self.stretches(member) {
            counts[stretch.became as usize] += stretch.now.len() as u64;
        }
        counts[3] = self.gone(member).iter().map(|gone| gone.len() as u64).sum();
        counts
    }

    fn change(&self, member: usize, stretch: &Stretch) -> Option<Change> {
        let changes = self.versions.changes(member);
        let found = changes.binary_search_by_key(&(stretch.now.start as Number), |&(at, _)| at);
        found.ok().map(|place| changes[place].1)
    }

    /// The blocks of a member, in stretches; a changed one stands alone.
    fn stretches(&self, member: usize) -> Vec<Stretch> {
        let start = self.blocks(member).start;
        let mut changes = self.versions.changes(member).iter().map(|&(block, _)| block).peekable();
        let mut stretches: Vec<Stretch> = Vec::new();
        for (place, &was) in self.versions.was(self.store, member).iter().enumerate() {
            let (block, was_block) = (start + place, was as usize);
            let is_change = changes.next_if_eq(&(block as Number)).is_some();
            let became = match was {
                _ if is_change => Became::Changed,
                NONE => Became::Came,
                _ => Became::Same,
            };
            let was = if was == NONE { 0..0 } else { was_block..was_block + 1 };
            match stretches.last_mut() {
                Some(last)
                    if last.became == became
                        && !is_change
                        && (became == Became::Came || last.was.end == was_block) =>
                {
                    last.now.end = block + 1;
                    last.was.end = was.end;
                }
                _ => stretches.push(Stretch { became, now: block..block + 1, was }),
            }
        }
        stretches
    }

    /// The blocks of the version before a member that are not in it, in stretches.
    fn gone(&self, member: usize) -> Vec<Range<usize>> {
        let old = self.blocks(member - 1);
        let mut stays = vec![false; old.len()];
        let was = self.versions.was(self.store, member).iter().filter(|&&block| block != NONE);
        was.for_each(|&block| stays[block as usize - old.start] = true);
        let mut gone: Vec<Range<usize>> = Vec::new();
        for block in old.clone().filter(|block| !stays[block - old.start]) {
            match gone.last_mut() {
                Some(last) if last.end == block => last.end = block + 1,
                _ => gone.push(block..block + 1),
            }
        }
        gone
    }

    fn blocks(&self, member: usize) -> Range<usize> {
        self.store.document_blocks(self.versions.document(member) as usize)
    }

    /// `"blocks":[…],"span":[…]` of consecutive blocks of one document.
    fn place(&self, blocks: &Range<usize>, out: &mut Vec<u8>) {
        let document = self.store.document_of(blocks.start as Number);
        let start = self.store.document_starts[document] as usize;
        let last = blocks.end - 1;
        out.extend_from_slice(b"\"blocks\":[");
        write_number(out, (blocks.start - start) as u64);
        out.push(b',');
        write_number(out, (last - start) as u64);
        out.extend_from_slice(b"],\"span\":[");
        write_number(out, u64::from(self.store.starts[blocks.start]));
        out.push(b',');
        write_number(out, u64::from(self.store.ends[last]));
        out.push(b']');
    }
}

fn write_change(change: &Change, out: &mut Vec<u8>) {
    out.push(b',');
    let relation = if change.relation == Relation::Near { "near" } else { "contained" };
    write_scores(relation, change.resemblance, change.containment, out);
    out.extend_from_slice(if change.template {
        b",\"template\":true"
    } else {
        b",\"template\":false"
    });
}

/// The name of a likeness in files.
#[must_use]
pub const fn name_of(likeness: Likeness) -> &'static str {
    match likeness {
        Likeness::Identical => "identical",
        Likeness::Equal => "equal",
        Likeness::Near => "near",
        Likeness::Contained => "contained",
        Likeness::Apart => "apart",
    }
}
