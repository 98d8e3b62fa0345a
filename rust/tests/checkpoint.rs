//! What checkpoints saved is what is read back, and no bytes in their place make the core panic.

#![allow(clippy::unwrap_used, missing_docs)]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU32, Ordering};

use dedup_core::candidates::sign::{Permutations, SLOTS};
use dedup_core::corpus::Corpus;
use dedup_core::corpus::section::sound_sections;
use dedup_core::reading::read::NewDocument;
use dedup_core::settings::Settings;

fn settings() -> Settings {
    Settings { short_tokens: 9, min_tokens: 3, ..Settings::default() }
}

fn empty() -> Corpus {
    let permutations = Permutations { multipliers: [1; SLOTS], addends: [0; SLOTS] };
    Corpus::new(settings(), permutations, None).unwrap()
}

fn file(bytes: &[u8]) -> File {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("dedup-{}-{number}", std::process::id()));
    let mut options = File::options();
    let file = options.read(true).write(true).create_new(true).open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file
}

fn bytes(file: &File, size: u64) -> Vec<u8> {
    let mut bytes = vec![0; size as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}

fn add(corpus: &mut Corpus, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let text = format!("Eight words and a number make one block {}\nétage", number % 7);
        let id = number.to_string();
        corpus.add(&[NewDocument { text: &text, id: &id, source: "a", line: 0 }]);
    }
}

#[test]
fn a_corpus_goes_on_from_its_checkpoints_and_saves_more() {
    let (rows, tokens) = (file(b""), file(b""));
    let mut whole = empty();
    whole.checkpoint_to(rows.try_clone().unwrap(), tokens.try_clone().unwrap());
    add(&mut whole, 0..5);
    let first = whole.checkpoint().unwrap();
    add(&mut whole, 5..9);
    let second = whole.checkpoint().unwrap();
    assert_eq!(sound_sections(&rows, &[first.0, second.0]), 2);
    assert_eq!(sound_sections(&tokens, &[first.1, second.1]), 2);

    let mut resumed = empty();
    let ends = [first.0.end];
    let copies = (rows.try_clone().unwrap(), tokens.try_clone().unwrap());
    resumed.go_on(copies.0, &ends, (copies.1, first.1.end), false).unwrap();
    add(&mut resumed, 5..9);
    assert_eq!(resumed.checkpoint().unwrap(), second);
    assert_eq!(resumed.store.nodes(), whole.store.nodes());
    assert_eq!(resumed.store.variants, whole.store.variants);
}

#[test]
fn no_bytes_make_the_reader_panic() {
    let (rows, tokens) = (file(b""), file(b""));
    let mut corpus = empty();
    corpus.checkpoint_to(rows.try_clone().unwrap(), tokens.try_clone().unwrap());
    add(&mut corpus, 0..9);
    let (mark, size) = corpus.checkpoint().unwrap();
    let good = bytes(&rows, mark.end);
    let go_on = |data: &[u8], end: u64, size: u64| {
        let tokens = (tokens.try_clone().unwrap(), size);
        empty().go_on(file(data), &[end], tokens, false)
    };
    assert!(go_on(&good, mark.end, size.end).is_ok());
    for length in 0..good.len() {
        assert!(go_on(&good[..length], length as u64, size.end).is_err());
    }
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] = !bad[place];
        // What was changed may be a number that any value suits; the hashes tell, not this.
        let _ = go_on(&bad, mark.end, size.end);
    }
    assert!(go_on(&good, mark.end, size.end - 4).is_err());
    assert!(go_on(&good, u64::MAX, size.end).is_err());
}
