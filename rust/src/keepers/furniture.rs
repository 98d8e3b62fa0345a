//! Site furniture: what many documents of one source have, short or at the edges of their pages.
//!
//! A *source* is what one publisher's pages share: the host of an id or source that is a URL, else what
//! stands before the first slash of the id or path, else the file of the records. Files side by side
//! without a folder, and texts in memory without such an id, are one source.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::keepers::cluster::Corpus;
use crate::settings::Settings;
use crate::store::{NONE, Number, Store};

/// What stands in fewer documents of one source is not called furniture (design: ten).
pub const FURNITURE_DOCUMENTS: usize = 10;

/// The longer a text, the more documents show that it is furniture and no article that is shared: one
/// for each so many tokens. Notices of cookies and of copyright have 20 to 50.
const TOKENS_A_DOCUMENT: usize = 6;

/// As long a text is no furniture, however often and wherever it stands.
const LONG_TOKENS: u64 = 200;

/// Blocks at either end of a page that are its edge, if a tenth of its blocks are fewer.
const EDGE_BLOCKS: u32 = 3;

/// The number of each document's source.
#[must_use]
pub fn sources(store: &Store) -> Vec<Number> {
    let mut numbers: HashMap<String, Number> = HashMap::new();
    let mut key = String::new();
    (0..store.documents())
        .map(|document| {
            key.clear();
            key.push_str(source_of(store, document));
            key.make_ascii_lowercase();
            let next = numbers.len() as Number;
            *numbers.entry_ref(key.as_str()).or_insert(next)
        })
        .collect()
}

fn source_of(store: &Store, document: usize) -> &str {
    let (id, name) = (store.ids.get(document), store.document_name(document));
    let is_record = store.places[document].line > 0;
    // A record without an id of its own has its source for one.
    let is_own = !(is_record && id.starts_with(name));
    let path = if is_record { None } else { first_part(name) };
    host(id)
        .or_else(|| host(name))
        .or_else(|| first_part(id).filter(|_| is_own))
        .or(path)
        .unwrap_or(if is_record { name } else { "" })
}

/// The host of a URL, without what stands around it.
fn host(name: &str) -> Option<&str> {
    let (scheme, rest) = name.split_once("://")?;
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { host } else { authority }
    });
    (is_scheme && !host.is_empty()).then(|| without_www(host))
}

/// What stands before the first slash.
fn first_part(name: &str) -> Option<&str> {
    let (first, _) = name.split_once('/')?;
    (!first.is_empty()).then(|| without_www(first))
}

fn without_www(host: &str) -> &str {
    match host.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("www.") => &host[4..],
        _ => host,
    }
}

/// A passage: its document, its first block and its last one.
pub type Passage = (Number, Number, Number);

/// Whether each node is short furniture: fewer tokens than `min_tokens`, and in many documents of one
/// source. `spread` counts the documents of each node.
#[must_use]
pub fn short_furniture(corpus: &Corpus<'_>, spread: &[u32], sources: &[Number]) -> Vec<bool> {
    let Corpus { store, settings, documents, .. } = *corpus;
    let is_likely = |node: usize| {
        let tokens = store.token_counts[node];
        tokens > 0
            && tokens < settings.least_tokens()
            && spread[node] as usize >= FURNITURE_DOCUMENTS
    };
    let mut last = vec![NONE; store.nodes()];
    let mut homes: Vec<u64> = Vec::new();
    for (block, &document) in documents.iter().enumerate() {
        let node = store.node(block);
        if is_likely(node as usize) && last[node as usize] != document {
            last[node as usize] = document;
            homes.push(u64::from(node) << 32 | u64::from(sources[document as usize]));
        }
    }
    homes.par_sort_unstable();
    let mut found = vec![false; store.nodes()];
    for same in homes.chunk_by(|one, other| one == other) {
        if same.len() >= FURNITURE_DOCUMENTS {
            found[(same[0] >> 32) as usize] = true;
        }
    }
    found
}

/// Whether a keeper and the passages that repeat it are furniture: in many documents of one source one
/// of them is short, or is not long, stands at an edge of its page and is no more than half of it.
#[must_use]
pub fn is_furniture(
    (store, settings): (&Store, &Settings),
    sources: &[Number],
    (keeper, members): (Passage, impl Iterator<Item = Passage>),
) -> bool {
    let kept = tokens_of(store, keeper.1 as usize..keeper.2 as usize + 1);
    if kept >= LONG_TOKENS {
        return false;
    }
    let least = FURNITURE_DOCUMENTS.max((kept as usize).div_ceil(TOKENS_A_DOCUMENT));
    let mut homes: Vec<(Number, Number)> = Vec::new();
    // Members of one document follow one another, and it may have many: its tokens are counted once, and
    // only where that is asked for.
    let mut page = (NONE, 0);
    for (document, first, last) in members.chain([keeper]) {
        let home = (sources[document as usize], document);
        if homes.last() == Some(&home) {
            continue;
        }
        let tokens = tokens_of(store, first as usize..last as usize + 1);
        let mut is_half = || {
            if page.0 != document {
                page = (document, tokens_of(store, store.document_blocks(document as usize)));
            }
            2 * tokens <= page.1
        };
        if tokens < u64::from(settings.least_tokens())
            || (tokens < LONG_TOKENS && is_at_an_edge(store, document, (first, last)) && is_half())
        {
            homes.push(home);
        }
    }
    homes.sort_unstable();
    homes.dedup();
    homes.chunk_by(|one, other| one.0 == other.0).any(|same| same.len() >= least)
}

fn is_at_an_edge(store: &Store, document: Number, (first, last): (Number, Number)) -> bool {
    let page = store.document_blocks(document as usize);
    let (start, end) = (page.start as Number, page.end as Number);
    let edge = EDGE_BLOCKS.max((end - start) / 10);
    last < start + edge || first + edge >= end
}

fn tokens_of(store: &Store, blocks: std::ops::Range<usize>) -> u64 {
    blocks.map(|block| u64::from(store.block_tokens(block))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_those_of_urls() {
        let cases = [
            ("https://www.Example.com/a/b", Some("Example.com")),
            ("http://user:word@example.com:8080/a", Some("example.com")),
            ("https://example.com?a=/b", Some("example.com")),
            ("HTTPS://WWW.example.com", Some("example.com")),
            ("https:///a", None),
            ("example.com/a", None),
            ("a b://c", None),
            ("plain", None),
        ];
        for (name, found) in cases {
            assert_eq!(host(name), found, "{name}");
        }
        assert_eq!(first_part("www.example.com/a/b"), Some("example.com"));
        assert_eq!((first_part("plain"), first_part("/a")), (None, None));
    }
}
