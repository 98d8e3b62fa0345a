//! Keys spread evenly over all numbers, in their order where they have a law: filters lay them out so.

use super::file::Kind;
use crate::candidates::shingle::mix64;

/// Bits of a band key. Two blocks of ten million that meet by chance, once in a hundred keys, cost less than
/// two more bits in each of some thirty pairs of a block.
pub const KEY_BITS: u32 = 30;

/// The key's rank among all that there may be of its kind, as a share of all numbers.
///
/// Keys of bands, fingerprints and ids are parts of hashes. Anchors are least hashes, most of them small. Blocks are
/// numbered, and anchors of streams are mixed with their groups: these have no order that tells anything.
#[must_use]
pub fn spread(kind: Kind, key: u32) -> u32 {
    match kind {
        Kind::Anchors => rank_of_anchor(key),
        _ if !is_ordered(kind) => (mix64(u64::from(key) + 1) >> 32) as u32,
        Kind::Band(_) => key << (u32::BITS - KEY_BITS),
        _ => key,
    }
}

/// Whether keys of a kind are spread in their order.
#[must_use]
pub fn is_ordered(kind: Kind) -> bool {
    !matches!(kind, Kind::Matches | Kind::Postings | Kind::Streams | Kind::Homes)
}

/// Of a hash h, as a share of all, a window of eight has it for its least one where the others are larger. It is an
/// anchor where one of the eight windows with it is such: with u = 1 - h, the share u^7 (8 - 7u) of all. So
/// of the anchors 1 - u^8 (9 - 7u) / 2 are smaller.
fn rank_of_anchor(anchor: u32) -> u32 {
    let rest = u64::from(!anchor);
    let square = (rest * rest) >> 32;
    let fourth = (square * square) >> 32;
    let eighth = (fourth * fourth) >> 32;
    let larger = (u128::from(eighth) * u128::from((9 << 32) - 7 * rest)) >> 33;
    !(larger.min(u128::from(u32::MAX)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::anchors::Anchors;
    use crate::candidates::sign::mix32;

    #[test]
    fn anchors_lie_evenly_and_in_their_order() {
        let tokens: Vec<u32> = (0..200_000).map(mix32).collect();
        let mut anchors = Vec::new();
        Anchors::of(15).find(&tokens, |anchor, _| anchors.push(anchor));
        anchors.sort_unstable();
        let ranks: Vec<u32> = anchors.iter().map(|&one| spread(Kind::Anchors, one)).collect();
        assert!(ranks.is_sorted());
        let mut parts = [0usize; 32];
        for rank in &ranks {
            parts[(rank >> 27) as usize] += 1;
        }
        let each = ranks.len() / parts.len();
        assert!(
            parts.iter().all(|&count| count > each * 9 / 10 && count < each * 11 / 10),
            "{parts:?}"
        );
    }
}
