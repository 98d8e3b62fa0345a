//! How many insertions and deletions make one text of another, up to the first one too many.

/// The fewest insertions and deletions that make one text of the other, if they are at most `most`.
///
/// Myers, An O(ND) difference algorithm and its variations (Algorithmica 1, 1986): on each diagonal
/// of the matrix, how far so many edits lead.
pub(crate) fn distance(
    left: &[char],
    right: &[char],
    most: usize,
    reached: &mut Vec<usize>,
) -> Option<usize> {
    // Diagonals are numbered from the one that is `most + 1` below the middle.
    let middle = most + 1;
    reached.clear();
    reached.resize(2 * middle + 1, 0);
    for edits in 0..=most {
        for diagonal in (middle - edits..=middle + edits).step_by(2) {
            let (below, above) = (reached[diagonal - 1], reached[diagonal + 1]);
            let down = diagonal == middle - edits || (diagonal != middle + edits && below < above);
            let mut along = if down { above } else { below + 1 };
            let mut other = along + middle - diagonal;
            while along < left.len() && other < right.len() && left[along] == right[other] {
                along += 1;
                other += 1;
            }
            if along >= left.len() && other >= right.len() {
                return Some(edits);
            }
            reached[diagonal] = along;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the table of longest common subsequences.
    fn plain_distance(left: &[char], right: &[char]) -> usize {
        let mut row: Vec<usize> = (0..=right.len()).collect();
        for (place, one) in left.iter().enumerate() {
            let mut before = std::mem::replace(&mut row[0], place + 1);
            for (column, other) in right.iter().enumerate() {
                let edits =
                    if one == other { before } else { 1 + row[column].min(row[column + 1]) };
                before = std::mem::replace(&mut row[column + 1], edits);
            }
        }
        row[right.len()]
    }

    #[test]
    fn distances_are_those_of_the_table() {
        let mut reached = Vec::new();
        for seed in 0..2000u32 {
            let text = |salt: u32, length: u32| -> Vec<char> {
                (0..length % 13)
                    .map(|place| crate::candidates::sign::mix32(seed * 977 + salt + place) % 3)
                    .filter_map(|digit| char::from_digit(digit, 10))
                    .collect()
            };
            let (left, right) = (text(0, seed), text(500, seed / 13));
            let wanted = plain_distance(&left, &right);
            for most in 0..30 {
                let found = distance(&left, &right, most, &mut reached);
                assert_eq!(found, (wanted <= most).then_some(wanted), "{left:?} {right:?} {most}");
            }
        }
    }
}
