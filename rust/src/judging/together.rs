//! Whether what a text has of a much longer one stands together there.

use hashbrown::HashMap;

use crate::judging::own_passages::KNOWN;
use crate::judging::word_set::Marks;

/// How much longer the stretch may be in which it stands.
const STRETCH: usize = 4;

/// Whether half of a text's grams of `KNOWN` tokens stand in a stretch of another one that is no longer than
/// `STRETCH` times the text.
pub(crate) fn stands_together(own: &[u32], other: &[u32]) -> bool {
    let mut numbers: HashMap<&[u32], usize> = HashMap::new();
    for gram in own.windows(KNOWN) {
        let number = numbers.len();
        numbers.entry(gram).or_insert(number);
    }
    let mut counts = vec![0u32; numbers.len()];
    let mut there = 0;
    let marks = Marks::of(own);
    let grams = |place: usize| {
        let gram = &other[place..place + KNOWN];
        marks.may_have_ends(gram).then(|| numbers.get(gram).copied()).flatten()
    };
    (0..(other.len() + 1).saturating_sub(KNOWN)).any(|place| {
        // From here back the stretch ends with this gram.
        if let Some(gone) = (place + KNOWN).checked_sub(STRETCH * own.len() + 1).and_then(grams) {
            counts[gone] -= 1;
            there -= usize::from(counts[gone] == 0);
        }
        if let Some(come) = grams(place) {
            there += usize::from(counts[come] == 0);
            counts[come] += 1;
        }
        2 * there >= numbers.len()
    })
}
