//! What the report tells of repetition at its hottest: the largest crowds, and the texts that stand
//! most often.

use rayon::prelude::*;

use crate::candidates::crowds::{Crowds, TOLD};
use crate::store::{NONE, Number, Store};

/// Code points of a text that are told.
const EXCERPT: usize = 160;

/// How the members of a crowd came together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Gathered {
    /// By a band of the signature of their shingles.
    Shingles,
    /// By a band of that of their characters: short texts.
    Characters,
    /// By an anchor: texts that may hold one another.
    Anchors,
}

impl Gathered {
    /// All of them; each at its own number.
    pub const ALL: [Self; 3] = [Self::Shingles, Self::Characters, Self::Anchors];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        ["shingles", "characters", "anchors"][self as usize]
    }
}

/// What is told of a crowd.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HotCrowd {
    /// How its members came together.
    pub gathered: Gathered,
    /// The member that the others were compared with.
    pub central: Number,
    /// Buckets of that member.
    pub buckets: u64,
    /// Different texts in the largest.
    pub members: u64,
    /// How often they stand in the corpus.
    pub copies: u64,
    /// In how many documents.
    pub documents: u64,
    /// Pairs of members, over all buckets.
    pub pairs: u64,
    /// Pairs that were compared.
    pub compared: u64,
}

/// Crowded buckets of a run.
#[derive(Clone, Default, Debug)]
pub struct Hot {
    /// Members of the largest bucket of a band, crowded or not.
    pub largest: u64,
    /// For each way in which they were gathered: buckets, pairs of their members, pairs compared.
    pub totals: [[u64; 3]; 3],
    /// The largest, ten at most.
    pub crowds: Vec<HotCrowd>,
}

impl Hot {
    /// Adds the crowds of one way of gathering them, but for those of nothing but what the corpus is held
    /// against.
    pub fn add(&mut self, store: &Store, gathered: Gathered, crowds: Crowds) {
        if gathered != Gathered::Anchors {
            self.largest = self.largest.max(crowds.largest);
        }
        let (total, found) = (&mut self.totals[gathered as usize], crowds.totals());
        for (total, found) in total.iter_mut().zip(found) {
            *total += found;
        }
        let mut crowds = crowds.largest_crowds();
        if store.reference_documents() > 0 {
            let stands = store.nodes_of_corpus();
            crowds.retain(|(_, crowd)| crowd.nodes.iter().any(|&node| stands[node as usize]));
        }
        let stand = count_places(store, &mut crowds.iter_mut().map(|(_, crowd)| &crowd.nodes));
        self.crowds.extend(crowds.iter().zip(stand).map(
            |((central, crowd), (copies, documents))| HotCrowd {
                gathered,
                central: *central,
                buckets: crowd.buckets,
                members: crowd.members,
                copies,
                documents,
                pairs: crowd.pairs,
                compared: crowd.compared,
            },
        ));
        self.crowds
            .sort_by_key(|crowd| (std::cmp::Reverse(crowd.members), crowd.gathered, crowd.central));
        self.crowds.truncate(TOLD);
    }

    /// As numbers, for a file.
    #[must_use]
    pub fn to_rows(&self) -> Vec<u64> {
        let mut rows = vec![self.largest];
        rows.extend(self.totals.as_flattened());
        for crowd in &self.crowds {
            let &HotCrowd { gathered, central, buckets, members, .. } = crowd;
            rows.extend([gathered as u64, u64::from(central), buckets, members]);
            rows.extend([crowd.copies, crowd.documents, crowd.pairs, crowd.compared]);
        }
        rows
    }

    /// What such numbers stand for; `None` where they stand for nothing. `nodes` is how many there are.
    #[must_use]
    pub fn of_rows(rows: &[u64], nodes: usize) -> Option<Self> {
        let (&largest, rows) = rows.split_first()?;
        let (totals, rows) = rows.split_at_checked(9)?;
        let (totals, []) = totals.as_chunks::<3>() else { return None };
        let (rows, []) = rows.as_chunks::<8>() else { return None };
        let crowd =
            |&[gathered, central, buckets, members, copies, documents, pairs, compared]: &[u64;
                  8]| {
                let gathered = *Gathered::ALL.get(usize::try_from(gathered).ok()?)?;
                let central =
                    Number::try_from(central).ok().filter(|&one| (one as usize) < nodes)?;
                Some(HotCrowd {
                    gathered,
                    central,
                    buckets,
                    members,
                    copies,
                    documents,
                    pairs,
                    compared,
                })
            };
        let crowds = rows.iter().map(crowd).collect::<Option<Vec<_>>>()?;
        Some(Self { largest, totals: totals.try_into().ok()?, crowds })
    }
}

/// How often the texts of each of some lists stand in the corpus, and in how many documents; lists
/// beyond the 32nd are passed over.
fn count_places(store: &Store, lists: &mut dyn Iterator<Item = &Vec<Number>>) -> Vec<(u64, u64)> {
    let mut counts = Vec::new();
    let mut masks = Vec::new();
    for (nodes, mask) in lists.zip((0..32).map(|place| 1u32 << place)) {
        masks.resize(store.nodes(), 0);
        for &node in nodes {
            masks[node as usize] |= mask;
        }
        counts.push((0, 0));
    }
    if counts.is_empty() {
        return counts;
    }
    for document in 0..store.documents() {
        let mut met = 0u32;
        for block in store.document_blocks(document) {
            let mask = masks[store.node(block) as usize];
            met |= mask;
            each_bit(mask, |place| counts[place].0 += 1);
        }
        each_bit(met, |place| counts[place].1 += 1);
    }
    counts
}

fn each_bit(mut mask: u32, mut work: impl FnMut(usize)) {
    while mask != 0 {
        work(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

/// A text that stands often.
#[derive(Clone, Debug)]
pub struct HotText {
    /// The first block that holds it.
    pub block: Number,
    /// Its beginning as it stands there; `None` where texts are not kept.
    pub text: Option<String>,
    /// How often it stands in the corpus.
    pub copies: u64,
    /// In how many documents.
    pub documents: u64,
}

/// A crowd with the text of its central member.
pub type HotCrowdText = (HotCrowd, HotText);

/// The texts with tokens that stand most often, in normal form, ten at most and each twice or more; and
/// the texts of crowds. `spread` counts the documents of each node. What stands only in that which the
/// corpus is held against is left out.
#[must_use]
pub fn tell(
    store: &Store,
    crowds: &[HotCrowd],
    spread: &[u32],
) -> (Vec<HotText>, Vec<HotCrowdText>) {
    let stands = store.nodes_of_corpus();
    let mut copies = vec![0u32; store.nodes()];
    for block in 0..store.blocks() {
        copies[store.node(block) as usize] += 1;
    }
    let mut most: Vec<(std::cmp::Reverse<u32>, Number)> = (0..store.nodes() as Number)
        .into_par_iter()
        .filter(|&node| copies[node as usize] > 1 && store.token_count(node) > 0)
        .filter(|&node| stands[node as usize])
        .map(|node| (std::cmp::Reverse(copies[node as usize]), node))
        .collect();
    if most.len() > TOLD {
        most.select_nth_unstable(TOLD);
        most.truncate(TOLD);
    }
    most.sort_unstable();
    let most: Vec<Number> = most.into_iter().map(|(_, node)| node).collect();
    let wanted: Vec<Number> =
        most.iter().copied().chain(crowds.iter().map(|crowd| crowd.central)).collect();
    let mut texts: Vec<HotText> = first_blocks(store, &wanted)
        .into_iter()
        .zip(&wanted)
        .map(|(block, &node)| HotText {
            block,
            text: excerpt(store, block),
            copies: u64::from(copies[node as usize]),
            documents: u64::from(spread[node as usize]),
        })
        .collect();
    let central = texts.split_off(most.len());
    (texts, crowds.iter().copied().zip(central).collect())
}

/// The first block of each of some nodes; before those that the corpus is held against, one of its own.
fn first_blocks(store: &Store, nodes: &[Number]) -> Vec<Number> {
    let mut first = vec![NONE; nodes.len()];
    let mut order: Vec<(Number, usize)> = nodes.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let mut missing = nodes.len();
    let references = store.reference_blocks();
    for block in (references..store.blocks()).chain(0..references) {
        let node = store.node(block);
        let start = order.partition_point(|&(other, _)| other < node);
        for &(_, place) in order[start..].iter().take_while(|&&(other, _)| other == node) {
            if first[place] == NONE {
                first[place] = block as Number;
                missing -= 1;
            }
        }
        if missing == 0 {
            break;
        }
    }
    first
}

fn excerpt(store: &Store, block: Number) -> Option<String> {
    let text = store.variant_text(store.variants[block as usize]);
    (!text.is_empty()).then(|| text.chars().take(EXCERPT).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_hold_all() {
        let crowd = HotCrowd {
            gathered: Gathered::Anchors,
            central: 5,
            buckets: 2,
            members: 40,
            copies: 50,
            documents: 9,
            pairs: 780,
            compared: 79,
        };
        let hot =
            Hot { largest: 3, totals: [[1, 2, 3], [4, 5, 6], [7, 8, 9]], crowds: vec![crowd] };
        let rows = hot.to_rows();
        let back = Hot::of_rows(&rows, 6).map(|hot| (hot.largest, hot.totals, hot.crowds));
        assert_eq!(back, Some((3, hot.totals, hot.crowds)));
        assert!(Hot::of_rows(&rows, 5).is_none(), "no such node");
        assert!(Hot::of_rows(&rows[..rows.len() - 1], 6).is_none(), "half a row");
        assert!(Hot::of_rows(&[], 6).is_none());
    }
}
