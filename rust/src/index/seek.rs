//! Many keys of one kind looked up in their order: a page is read once for all of them, and where most pages are
//! asked for, several at a time.

use std::io;

use super::disk::file::Kind;
use super::disk::pairs::Cursor;
use super::sift::{FRESH, OWN, Where};
use super::state::{State, named};

/// Looks keys of one kind up, which ascend; others are found too, only slower.
pub struct Seeker<'a> {
    state: &'a State,
    kind: Kind,
    asked: [u32; OWN + 1],
    cursors: Vec<Option<Cursor<'a>>>,
}

impl State {
    /// For keys of one kind, where these may stand.
    #[must_use]
    pub fn seeker(&self, kind: Kind, there: &[Where]) -> Seeker<'_> {
        let mut asked = [0; OWN + 1];
        for &there in there {
            let mut left = there & !FRESH;
            while left != 0 {
                asked[left.trailing_zeros() as usize] += 1;
                left &= left - 1;
            }
        }
        Seeker { state: self, kind, asked, cursors: Vec::new() }
    }
}

impl Seeker<'_> {
    /// Calls `visit` with each value of a key that may stand there, oldest first, until it says no.
    ///
    /// # Errors
    /// Those of reading, of `visit`, and where a file is damaged.
    pub fn each(
        &mut self,
        there: Where,
        key: u32,
        mut visit: impl FnMut(u32) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut goes_on = true;
        let runs = &self.state.runs;
        if self.cursors.is_empty() && there & !FRESH != 0 {
            self.cursors.resize_with(runs.len(), || None);
        }
        for (place, (placed, cursor)) in runs.iter().zip(&mut self.cursors).enumerate() {
            let bit = place.min(OWN);
            if there >> bit & 1 == 0 {
                continue;
            }
            let cursor = match cursor {
                Some(cursor) => cursor,
                None => match placed.run.cursor(self.kind, self.asked[bit] as usize) {
                    Some(made) => cursor.insert(made),
                    None => continue,
                },
            };
            let mut asked = |value| {
                goes_on = visit(value)?;
                Ok(goes_on)
            };
            cursor.each(key, &mut asked).map_err(|error| named(placed, error))?;
            if !goes_on {
                return Ok(());
            }
        }
        if there & FRESH != 0 {
            self.state.fresh.levels.each(self.kind, key, &mut visit)?;
        }
        Ok(())
    }
}
