//! Where the time of a run goes: CPU seconds of each stage over one JSONL file, without Python.
//!
//!     cargo run --release --example stages -- FILE [UNIT] [THREADS] [compare]
//!
//! `compare` takes the settings of `benchmarks/` (word 5-shingles, threshold 0.8, no rule for short
//! texts); otherwise they are the policy's defaults.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::fs;
use std::io::{Read as _, Write as _};

use dedup_core::blocks::split::Unit;
use dedup_core::candidates::sign::{Permutations, SLOTS, mix32};
use dedup_core::corpus::Corpus;
use dedup_core::records::record::{Fields, Lines};
use dedup_core::settings::{Names, Numbers, Settings};

/// Bytes of text that are handed over at one time, as the Python side does.
const BATCH: usize = 1 << 20;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let path = arguments.get(1).expect("name a file of JSON lines");
    let unit = match arguments.get(2).map(String::as_str) {
        Some("line") => Unit::Line,
        Some("document") => Unit::Document,
        _ => Unit::Paragraph,
    };
    let threads = arguments.get(3).map_or(1, |threads| threads.parse().unwrap());
    let compare = arguments.get(4).is_some();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut clock = Clock::new();
    let mut corpus = Corpus::new(settings(unit, compare), permutations(), None).unwrap();
    let spool = std::env::temp_dir().join("stages.spool");
    let mut options = fs::File::options();
    options.read(true).write(true).create(true).truncate(true);
    corpus.spool_to(options.open(&spool).unwrap());
    fs::remove_file(spool).unwrap();
    let fields = Fields { text: "text", id: "id", extras: &[] };
    let size = fs::metadata(path).unwrap().len() as f64 / 1e6;

    let mut read = 0;
    each_batch(path, |lines| {
        read += lines.data.len();
        corpus.store.expect(read as f64 / 1e6 / size);
        pool.install(|| corpus.add_lines(&lines, &fields));
    });
    clock.tell("read");
    pool.install(|| corpus.look_again(None));
    pool.install(|| corpus.match_short());
    clock.tell("short");
    pool.install(|| corpus.find_matches());
    clock.tell("match");
    pool.install(|| corpus.match_again());
    pool.install(|| corpus.end_matching()).unwrap();
    clock.tell("again");
    pool.install(|| corpus.decide(None, &[]));
    clock.tell("decide");
    let (mut document, mut written) = (0, [0usize; 3]);
    let mut output = fs::File::create(std::env::temp_dir().join("stages.out")).unwrap();
    each_batch(path, |lines| {
        let cleaned = pool.install(|| corpus.clean_lines(document, &lines, "text")).unwrap();
        document += cleaned.documents;
        for (place, pieces) in [&cleaned.rest, &cleaned.ledger].into_iter().enumerate() {
            for piece in pieces {
                written[place] += piece.len();
                output.write_all(piece).unwrap();
            }
        }
    });
    clock.tell("clean");
    let mut next = (0, 0);
    loop {
        let (lines, after) = pool.install(|| corpus.cluster_lines(next));
        if lines.is_empty() {
            break;
        }
        for piece in lines {
            written[2] += piece.len();
            output.write_all(&piece).unwrap();
        }
        next = after;
    }
    clock.tell("clusters");
    let total = clock.total();
    println!("total {total:.2} s CPU, {:.0} MB/s; bytes written {written:?}", size / total);
    println!("{:?}", corpus.counts());
}

fn each_batch(path: &str, mut work: impl FnMut(Lines<'_>)) {
    let mut file = fs::File::open(path).unwrap();
    let mut data = Vec::new();
    let mut first = 1;
    loop {
        let kept = data.len();
        data.resize(kept + BATCH, 0);
        let count = file.read(&mut data[kept..]).unwrap();
        data.truncate(kept + count);
        let end = if count == 0 {
            data.len()
        } else {
            memchr::memrchr(b'\n', &data).map_or(0, |end| end + 1)
        };
        if end > 0 {
            let lines = Lines { data: &data[..end], name: "file", first, ends: None };
            first += lines.count();
            work(lines);
            data.drain(..end);
        }
        if count == 0 {
            return;
        }
    }
}

fn settings(unit: Unit, compare: bool) -> Settings {
    if !compare {
        return Settings { unit, ..Settings::default() };
    }
    Settings {
        unit,
        shingle_size: 5,
        threshold: 0.8,
        containment: f64::INFINITY,
        min_run: 0,
        short_tokens: 0,
        min_tokens: if unit == Unit::Document { 5 } else { 10 },
        numbers: Numbers::Keep,
        names: Names::Keep,
        bands: 21,
        rows: 6,
        ..Settings::default()
    }
}

fn permutations() -> Permutations {
    Permutations {
        multipliers: std::array::from_fn(|slot| mix32(slot as u32) | 1),
        addends: std::array::from_fn(|slot| mix32((slot + SLOTS) as u32)),
    }
}

/// CPU time of all threads, as Linux counts it.
struct Clock {
    start: f64,
    last: f64,
    wall: std::time::Instant,
}

impl Clock {
    fn new() -> Self {
        let now = cpu_seconds();
        Self { start: now, last: now, wall: std::time::Instant::now() }
    }

    fn tell(&mut self, stage: &str) {
        let now = cpu_seconds();
        println!(
            "{stage:12} {:6.3} s CPU {:6.3} s wall",
            now - self.last,
            self.wall.elapsed().as_secs_f64()
        );
        self.last = now;
        self.wall = std::time::Instant::now();
    }

    fn total(&self) -> f64 {
        self.last - self.start
    }
}

fn cpu_seconds() -> f64 {
    fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(|line| line.split(' ').next()?.parse::<f64>().ok())
        .sum::<f64>()
        / 1e9
}
