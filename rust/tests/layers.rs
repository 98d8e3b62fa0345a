//! The stages of the core use those before them, and none after them.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom to the top; each is a folder or a file of `src`.
const STAGES: &[&str] = &[
    "memory",
    "both",
    "records",
    "tokens",
    "blocks",
    "settings",
    "store",
    "reading",
    "candidates",
    "judging",
    "search",
    "keepers",
    "passages",
    "stories",
    "plan",
    "writing",
    "corpus",
    "seen",
    "index",
    "py",
];

/// Used by all, and uses loops of many stages: it has them compiled for each instruction set.
const BESIDE: &str = "simd";

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            files(&entry.unwrap().path(), found);
        }
    } else {
        found.push(path.to_owned());
    }
}

/// The names that follow `crate::` in a file, but for what only its tests use.
fn used(source: &str) -> impl Iterator<Item = &str> {
    let shipped = source.split("#[cfg(test)]\nmod ").next().unwrap();
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    shipped.split("crate::").skip(1).map(move |rest| rest.split(|c| !is_name(c)).next().unwrap())
}

#[test]
fn stages_use_those_before_them_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut places: Vec<String> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "lib")
        .collect();
    places.sort_unstable();
    let mut stages: Vec<String> = STAGES.iter().chain([&BESIDE]).map(ToString::to_string).collect();
    stages.sort_unstable();
    assert_eq!(places, stages, "each folder and file of src has its place among the stages");

    let mut wrong = Vec::new();
    for (place, stage) in STAGES.iter().enumerate() {
        let folder = root.join(stage);
        let mut found = Vec::new();
        files(&if folder.is_dir() { folder } else { root.join(format!("{stage}.rs")) }, &mut found);
        for file in found {
            for name in used(&fs::read_to_string(&file).unwrap()) {
                let other = STAGES.iter().position(|stage| *stage == name);
                if other.is_some_and(|other| other > place) {
                    wrong.push(format!("{} uses {name}", file.display()));
                }
            }
        }
    }
    wrong.sort_unstable();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
