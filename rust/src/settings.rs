//! The policy as the core sees it: plain values, validated before they arrive.

use crate::blocks::split::Unit;

/// What to do with pairs whose normal forms differ only in numeric tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbers {
    /// Report them as `template`; never remove one for the other.
    Veto,
    /// Treat them like any other near match.
    Keep,
    /// Every number is the same token, so they are equal.
    Mask,
}

/// What to do with pairs that differ only in names, and in numbers where these are kept apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Names {
    /// Report them as `template`; never remove one for the other.
    Veto,
    /// Treat them like any other near match.
    Keep,
}

/// What may happen to blocks below `min_tokens` that stand in many documents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Boilerplate {
    /// Reported, never removed on their own.
    Keep,
    /// The first copy stays.
    First,
    /// No copy stays.
    All,
}

/// Where a block's keeper may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Anywhere.
    Both,
    /// In the same document only.
    Within,
    /// In another document only.
    Across,
}

/// How candidates are found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Search {
    /// Banding of `MinHash` signatures.
    Lsh,
    /// Joins that miss nothing; recall 1 by construction.
    Exhaustive,
}

/// Every setting that changes an answer.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What a block is.
    pub unit: Unit,
    /// Tokens in a shingle, at least 1.
    pub shingle_size: usize,
    /// Least resemblance of a near match, in (0, 1].
    pub threshold: f64,
    /// Least containment of a contained match, in (0, 1]; infinite where none are wanted.
    pub containment: f64,
    /// Fewest tokens of a run, which may begin and end anywhere; 0 where none are looked for.
    pub min_run: u32,
    /// Blocks with fewer tokens are judged by their characters.
    pub short_tokens: u32,
    /// Least normalised Indel similarity of two short blocks, in (0, 1].
    pub short_threshold: f64,
    /// A repeat with fewer tokens is not removed alone.
    pub min_tokens: u32,
    /// The rule for pairs that differ only in numbers.
    pub numbers: Numbers,
    /// The rule for pairs that differ only in names.
    pub names: Names,
    /// The rule for short furniture.
    pub boilerplate: Boilerplate,
    /// Where keepers may stand.
    pub scope: Scope,
    /// Whether documents have groups.
    pub grouped: bool,
    /// Keepers stand in another group, where documents have groups, not in the same one.
    pub group_across: bool,
    /// Seconds that may lie between a block's document and its keeper's, at least 1.
    pub window: Option<i64>,
    /// Clusters are connected components of matches; for reports only.
    pub chain: bool,
    /// How candidates are found.
    pub search: Search,
    /// Documents with a smaller share of text left are dropped, in [0, 1].
    pub min_kept: f64,
    /// 16 hex digits that name the policy; part of every cluster id.
    pub digest: String,
    /// Bands of the signature, at least 1.
    pub bands: usize,
    /// Slots in a band, at least 1; `bands * rows <= 128`.
    pub rows: usize,
}

/// What tests and examples begin with; every run gets its policy from the caller.
impl Default for Settings {
    fn default() -> Self {
        Self {
            unit: Unit::Paragraph,
            shingle_size: 3,
            threshold: 0.7,
            containment: 0.8,
            min_run: 20,
            short_tokens: 20,
            short_threshold: 0.9,
            min_tokens: 8,
            numbers: Numbers::Veto,
            names: Names::Veto,
            boilerplate: Boilerplate::Keep,
            scope: Scope::Both,
            grouped: false,
            group_across: false,
            window: None,
            chain: false,
            search: Search::Lsh,
            min_kept: 0.0,
            digest: "0".repeat(16),
            bands: 32,
            rows: 4,
        }
    }
}

impl Settings {
    /// Fewest tokens of a block that can take part in a match by resemblance or characters.
    #[must_use]
    pub fn least_tokens(&self) -> u32 {
        self.min_tokens.max(1)
    }

    /// Whether a block with that many tokens keeps its token hashes: all do where documents are compared as
    /// wholes, and those that can match where names or numbers are kept apart. Else those that are judged by
    /// shingles do; a short one's are read again from its normal form when it matches, which most never do.
    #[must_use]
    pub fn keeps_tokens(&self, count: u32) -> bool {
        if self.tells_versions() {
            count > 0
        } else {
            count >= self.least_tokens()
                && (self.chain || self.keeps_texts() || count >= self.short_tokens)
        }
    }

    /// Whether texts are kept beside tokens: so that it can be told where a run begins and ends, which
    /// tokens are names, and in what a template's copies differ.
    #[must_use]
    pub fn keeps_texts(&self) -> bool {
        self.finds_runs() || self.names == Names::Veto || self.numbers == Numbers::Veto
    }

    /// Whether a block with that many tokens, which keeps them, keeps its text too: those that can match,
    /// and all where runs are looked for.
    #[must_use]
    pub fn keeps_text(&self, count: u32) -> bool {
        self.finds_runs() || (self.keeps_texts() && count >= self.least_tokens())
    }

    /// Whether documents are compared with each other as wholes: where runs are looked for, or where the
    /// blocks are documents. Elsewhere nothing else needs the tokens of all blocks.
    #[must_use]
    pub fn tells_versions(&self) -> bool {
        self.finds_runs() || self.unit == Unit::Document
    }

    /// Whether documents are compared with some others only, by their groups or times.
    #[must_use]
    pub fn is_scoped(&self) -> bool {
        self.grouped || self.window.is_some()
    }

    /// Whether runs are looked for.
    #[must_use]
    pub fn finds_runs(&self) -> bool {
        self.min_run > 0
    }

    /// Whether texts that stand in longer ones are looked for.
    #[must_use]
    pub fn finds_contained(&self) -> bool {
        self.containment.is_finite()
    }

    /// Share of a document, at least, that repeats another one where the two are called similar.
    #[must_use]
    pub fn least_similar(&self) -> f64 {
        if self.finds_contained() { self.containment } else { self.threshold }
    }

    /// Whether a block with that many tokens keeps its normal form: those that may be judged by their
    /// characters do.
    #[must_use]
    pub fn keeps_normal(&self, count: u32) -> bool {
        count >= self.least_tokens() && count < self.short_limit()
    }

    /// Token counts from here on are never judged by characters: an Indel similarity of 0.9 leaves
    /// room for about a fifth more text, and a quarter is allowed.
    #[must_use]
    pub fn short_limit(&self) -> u32 {
        self.short_tokens + self.short_tokens / 4
    }

    /// Whether two blocks of these token counts are judged by their characters (`Some(true)`), by
    /// their shingles (`Some(false)`), or not at all (`None`).
    #[must_use]
    pub fn judged_by_characters(&self, left: u32, right: u32) -> Option<bool> {
        let (smaller, larger) = (left.min(right), left.max(right));
        if smaller < self.least_tokens() {
            None
        } else if smaller >= self.short_tokens {
            Some(false)
        } else if larger < self.short_limit() {
            Some(true)
        } else {
            None
        }
    }
}
