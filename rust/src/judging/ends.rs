//! How much of two texts is the same from their beginnings on, and from their ends back.
//!
//! Of a template's texts nearly all of it is, and it is asked for again and again, so eight
//! tokens are compared at once.

/// Tokens that are compared at once.
const AT_ONCE: usize = 8;

/// How many tokens two texts begin with alike.
#[must_use]
pub fn begin_alike<T: PartialEq>(own: &[T], other: &[T]) -> usize {
    let chunks = own.as_chunks::<AT_ONCE>().0.iter().zip(other.as_chunks::<AT_ONCE>().0);
    let first = AT_ONCE * chunks.take_while(|(one, two)| one == two).count();
    let rest = own[first..].iter().zip(&other[first..]);
    first + rest.take_while(|(one, two)| one == two).count()
}

/// How many tokens they end with alike.
#[must_use]
pub fn end_alike<T: PartialEq>(own: &[T], other: &[T]) -> usize {
    let ends = own.as_rchunks::<AT_ONCE>().1.iter().rev();
    let chunks = ends.zip(other.as_rchunks::<AT_ONCE>().1.iter().rev());
    let last = AT_ONCE * chunks.take_while(|(one, two)| one == two).count();
    let rest = own[..own.len() - last].iter().rev().zip(other[..other.len() - last].iter().rev());
    last + rest.take_while(|(one, two)| one == two).count()
}

/// How many tokens they begin with alike, and how many of the others they end with.
#[must_use]
pub fn alike_at_ends(own: &[u32], other: &[u32]) -> (usize, usize) {
    let before = begin_alike(own, other);
    (before, end_alike(&own[before..], &other[before..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::trial::chance;

    #[test]
    fn what_begins_and_ends_alike_is_counted_once() {
        let mut random = chance();
        for round in 0..20_000 {
            let kinds = [1, 2, 30][round % 3];
            let mut own: Vec<u32> = (0..random(50)).map(|_| random(kinds) as u32).collect();
            let mut other = own.clone();
            for _ in 0..random(3) {
                let text = if random(2) == 0 { &mut own } else { &mut other };
                text.insert(random(text.len() + 1), 7);
            }
            let before = own.iter().zip(&other).take_while(|(one, two)| one == two).count();
            let most = own.len().min(other.len()) - before;
            let ends = own.iter().rev().zip(other.iter().rev()).take(most);
            let after = ends.take_while(|(one, two)| one == two).count();
            assert_eq!(alike_at_ends(&own, &other), (before, after), "{own:?} {other:?}");
        }
    }
}
