//! How many tokens stand in two texts in the same order.

use hashbrown::HashMap;

/// The length of the longest common subsequence.
///
/// Allison and Dix, A bit-string longest-common-subsequence algorithm (1986), in the form of Hyyrö
/// (2004): a bit for each token of `one`, cleared where the subsequence grows. Only words of 64 bits in
/// which a token stands, or into which a carry runs, are touched, so long texts cost what they share.
pub(crate) fn common(one: &[u32], two: &[u32]) -> u32 {
    let mut places: HashMap<u32, Vec<(usize, u64)>> = HashMap::new();
    for (place, &token) in one.iter().enumerate() {
        let (word, bit) = (place / 64, 1 << (place % 64));
        let words = places.entry(token).or_default();
        match words.last_mut() {
            Some((last, bits)) if *last == word => *bits |= bit,
            _ => words.push((word, bit)),
        }
    }
    let mut row = vec![u64::MAX; one.len().div_ceil(64)];
    for token in two {
        let Some(words) = places.get(token) else { continue };
        let (mut carry, mut next) = (false, 0);
        for &(word, bits) in words {
            carry = carry && ripple(&mut row[next..word]);
            let old = row[word];
            let (sum, over) = old.overflowing_add(old & bits);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            row[word] = sum | (old & !bits);
            carry = over || over_again;
            next = word + 1;
        }
        if carry {
            ripple(&mut row[next..]);
        }
    }
    row.iter().map(|word| word.count_zeros()).sum()
}

/// Lets a carry run through words in which the token does not stand; whether it comes out.
fn ripple(row: &mut [u64]) -> bool {
    for word in row {
        if *word != u64::MAX {
            *word |= *word + 1;
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::trial::chance;

    fn plain(one: &[u32], two: &[u32]) -> u32 {
        let mut row = vec![0; two.len() + 1];
        for a in one {
            let mut diagonal = 0;
            for (place, b) in two.iter().enumerate() {
                let above = row[place + 1];
                row[place + 1] = if a == b { diagonal + 1 } else { above.max(row[place]) };
                diagonal = above;
            }
        }
        row[two.len()]
    }

    #[test]
    fn the_longest_common_subsequence_is_that_of_a_table() {
        let mut random = chance();
        for round in 0..2000 {
            let kinds = 1 + random([2, 5, 40][round % 3]);
            let mut text = |most| -> Vec<u32> {
                let length = random(most);
                (0..length).map(|_| random(kinds) as u32).collect()
            };
            let (one, two) = (text(300), text(300));
            assert_eq!(common(&one, &two), plain(&one, &two), "{one:?} {two:?}");
        }
    }
}
