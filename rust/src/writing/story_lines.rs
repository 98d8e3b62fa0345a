//! Stories as JSON lines, in the form of `docs/formats.md`.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::judging::verify::Relation;
use crate::records::escape::{write_id, write_number};
use crate::settings::Settings;
use crate::store::{NONE, Number, Store};
use crate::stories::paragraphs::Change;
use crate::stories::versions::{Likeness, Versions};
use crate::writing::render::{write_document, write_scores};

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

/// What became of blocks from one version to the next, by its name in files.
const BECAME: [&str; 4] = ["same", "changed", "came", "went"];

/// Blocks that follow one another, what they were in the version before, which follow one another too, and how
/// one was changed.
struct Stretch {
    blocks: Range<usize>,
    was: Option<Range<usize>>,
    change: Option<Change>,
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
            out.extend_from_slice(b"{\"story\":\"");
            write_id(out, self.ids[story]);
            out.push(b'"');
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
        for (name, stretches) in BECAME.iter().zip(self.stretches(member)) {
            out.extend_from_slice(format!(",\"{name}\":[").as_bytes());
            for (number, stretch) in stretches.iter().enumerate() {
                out.extend_from_slice(if number > 0 { b",{" } else { b"{" });
                self.place(&stretch.blocks, out);
                if let Some(was) = &stretch.was {
                    out.extend_from_slice(b",\"was\":{");
                    self.place(was, out);
                    out.push(b'}');
                }
                if let Some(change) = &stretch.change {
                    write_change(change, out);
                }
                out.push(b'}');
            }
            out.push(b']');
        }
    }

    /// How many blocks of a member are the same, changed, come and gone.
    #[must_use]
    pub fn counts(&self, member: usize) -> [u64; 4] {
        let count = |stretches: Vec<Stretch>| {
            let firsts = stretches.chunk_by(|one, other| one.blocks == other.blocks);
            firsts.map(|same| same[0].blocks.len() as u64).sum()
        };
        self.stretches(member).map(count)
    }

    /// What became of the blocks of a member and of the version before it, in the order of `BECAME`.
    fn stretches(&self, member: usize) -> [Vec<Stretch>; 4] {
        let (old, new) = (self.blocks(member - 1), self.blocks(member));
        let changes = self.versions.changes(member);
        let (mut is_told, mut stays) = (vec![false; new.len()], vec![false; old.len()]);
        for &(block, was, _) in changes {
            is_told[block as usize - new.start] = true;
            stays[was as usize - old.start] = true;
        }
        let mut same: Vec<Stretch> = Vec::new();
        for (block, &was) in new.clone().zip(self.versions.was(self.store, member)) {
            if was == NONE {
                continue;
            }
            let was = was as usize;
            is_told[block - new.start] = true;
            stays[was - old.start] = true;
            match same.last_mut() {
                Some(Stretch { blocks, was: Some(before), .. })
                    if blocks.end == block && before.end == was =>
                {
                    (blocks.end, before.end) = (block + 1, was + 1);
                }
                _ => same.push(Stretch {
                    blocks: block..block + 1,
                    was: Some(was..was + 1),
                    change: None,
                }),
            }
        }
        let single = |block: Number| block as usize..block as usize + 1;
        let edits = changes.iter().map(|&(block, was, change)| Stretch {
            blocks: single(block),
            was: Some(single(was)),
            change: Some(change),
        });
        [same, edits.collect(), untold(&new, &is_told), untold(&old, &stays)]
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

/// The blocks of a document that are not told of, in stretches.
fn untold(blocks: &Range<usize>, is_told: &[bool]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for block in blocks.clone().filter(|block| !is_told[block - blocks.start]) {
        match stretches.last_mut() {
            Some(last) if last.blocks.end == block => last.blocks.end = block + 1,
            _ => stretches.push(Stretch { blocks: block..block + 1, was: None, change: None }),
        }
    }
    stretches
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
