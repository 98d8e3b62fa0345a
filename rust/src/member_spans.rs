//! Where the members of clusters stand, and what they repeat, in code points of their documents.

use crate::plan::{Passage, Plan};
use crate::store::{Number, Store};

impl Plan {
    /// The first passage of a member, and the number of the last one it goes on with behind gaps.
    #[must_use]
    pub fn ends(&self, member: Number) -> (&Passage, Number) {
        let last = self.pieces(member).last().unwrap_or(member);
        (&self.passages[member as usize], last)
    }

    /// What a member repeats, from its first to its last passage.
    #[must_use]
    pub fn keeper_span(&self, store: &Store, member: Number) -> (u32, u32) {
        self.span_over(member, |number, passage| {
            let whole = || store.blocks_span(passage.keeper_first, passage.keeper_last);
            self.spans.of(number).map_or_else(whole, |spans| spans.keeper)
        })
    }

    /// A member, from its first to its last passage.
    #[must_use]
    pub fn own_span(&self, store: &Store, member: Number) -> (u32, u32) {
        self.span_over(member, |number, passage| {
            let whole = || store.blocks_span(passage.first, passage.last);
            self.spans.of(number).map_or_else(whole, |spans| spans.own)
        })
    }

    /// From where the span of a member's first passage begins to where that of its last one ends.
    fn span_over(
        &self,
        member: Number,
        span: impl Fn(Number, &Passage) -> (u32, u32),
    ) -> (u32, u32) {
        let (first, last) = self.ends(member);
        (span(member, first).0, span(last, &self.passages[last as usize]).1)
    }

    /// All that some members of one cluster repeat; nothing without members.
    #[must_use]
    pub fn whole_keeper_span(&self, store: &Store, members: &[Number]) -> (u32, u32) {
        let spans = members.iter().map(|&member| self.keeper_span(store, member));
        spans.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))).unwrap_or_default()
    }
}
