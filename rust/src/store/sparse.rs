//! What is said of few of many numbers: a bit for each says whether there is anything, and where it stands
//! follows from how many bits are set before it.

use crate::memory::columns::filled;
use crate::store::Number;

/// Values of some of the numbers from 0 on.
pub struct Sparse<T> {
    /// A bit for each number, up to the last one of which something is said.
    marks: Vec<u64>,
    /// Bits that are set before each word of marks.
    before: Vec<u32>,
    values: Vec<T>,
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self { marks: Vec::new(), before: Vec::new(), values: Vec::new() }
    }
}

impl<T> Sparse<T> {
    /// The values of numbers, which are given in ascending order.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = (Number, T)>) -> Self {
        let mut made = Self::default();
        for (number, value) in rows {
            let word = number as usize / 64;
            debug_assert!(word + 1 >= made.marks.len());
            made.marks.resize(word + 1, 0);
            made.before.resize(word + 1, made.values.len() as u32);
            made.marks[word] |= 1 << (number % 64);
            made.values.push(value);
        }
        made
    }

    /// The value of a number, if it has one.
    #[must_use]
    pub fn get(&self, number: Number) -> Option<&T> {
        self.place(number).map(|place| &self.values[place])
    }

    /// Where the value of a number stands among all values, if it has one.
    #[must_use]
    pub fn place(&self, number: Number) -> Option<usize> {
        let (word, bit) = (number as usize / 64, number % 64);
        let marks = *self.marks.get(word)?;
        let is_set = marks >> bit & 1 == 1;
        is_set
            .then(|| self.before[word] as usize + (marks & ((1 << bit) - 1)).count_ones() as usize)
    }

    /// All values, by their numbers.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All numbers and their values, ascending.
    pub fn into_rows(self) -> impl Iterator<Item = (Number, T)> {
        let numbers = self.marks.into_iter().enumerate().flat_map(|(word, mut marks)| {
            std::iter::from_fn(move || {
                let bit = (marks != 0).then(|| marks.trailing_zeros())?;
                marks &= marks - 1;
                Some((word * 64) as Number + bit)
            })
        });
        numbers.zip(self.values)
    }

    /// Keeps the values of the numbers that `stays` names.
    pub fn retain(&mut self, stays: impl Fn(Number) -> bool) {
        let rows = std::mem::take(self).into_rows();
        *self = Self::new(rows.filter(|&(number, _)| stays(number)));
    }

    /// Bytes that it fills.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        filled(&self.marks) + filled(&self.before) + filled(&self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_values_that_they_were_given() {
        for step in [1, 2, 63, 64, 65, 1000] {
            let rows = || (7..5000).step_by(step).map(|number: Number| (number, number * 3));
            let sparse = Sparse::new(rows());
            for number in 0..6000 {
                let wanted = rows().find(|&(one, _)| one == number).map(|(_, value)| value);
                assert_eq!(sparse.get(number).copied(), wanted, "{number} of every {step}");
            }
            assert_eq!(sparse.values().len(), rows().count());
            assert!(sparse.into_rows().eq(rows()));
        }
        assert_eq!(Sparse::<u8>::default().get(0), None);
    }
}
