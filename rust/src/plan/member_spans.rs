//! Where the members of clusters stand, and what they repeat, in code points of their documents.

use crate::plan::exact::Spans;
use crate::plan::{Passage, Plan};
use crate::store::{Number, Store};

impl Plan {
    /// A passage, and those that it goes on with behind gaps.
    pub fn pieces(&self, passage: Number) -> impl Iterator<Item = Number> {
        std::iter::successors(Some(passage), |number| self.continued.get(*number).copied())
    }

    /// Code points of a passage and of those that it goes on with, what stands in gaps left out.
    pub(crate) fn repeated(&self, store: &Store, passage: Number) -> u64 {
        let span = |first: Number, last: Number| {
            u64::from(store.ends[last as usize] - store.starts[first as usize])
        };
        let (mut last, mut gaps) = (passage, 0);
        for piece in self.pieces(passage).skip(1) {
            let (before, after) =
                (self.passages[last as usize].last, self.passages[piece as usize].first);
            if before + 1 < after {
                gaps += span(before + 1, after - 1);
            }
            last = piece;
        }
        span(self.passages[passage as usize].first, self.passages[last as usize].last) - gaps
    }

    /// The first passage of a member, and the number of the last one it goes on with behind gaps.
    #[must_use]
    pub fn ends(&self, member: Number) -> (&Passage, Number) {
        let last = self.pieces(member).last().unwrap_or(member);
        (&self.passages[member as usize], last)
    }

    /// What a member repeats, from its first to its last passage.
    #[must_use]
    pub fn keeper_span(&self, store: &Store, member: Number) -> (u32, u32) {
        let [_, (first, last)] = self.reach(member);
        self.span_over(member, store.blocks_span(first, last), |spans| spans.keeper)
    }

    /// A member, from its first to its last passage.
    #[must_use]
    pub fn own_span(&self, store: &Store, member: Number) -> (u32, u32) {
        let [(first, last), _] = self.reach(member);
        self.span_over(member, store.blocks_span(first, last), |spans| spans.own)
    }

    /// A span of whole blocks, but where that of a member's first passage begins and that of its last one
    /// ends, as far as these are parts of blocks.
    fn span_over(
        &self,
        member: Number,
        whole: (u32, u32),
        span: impl Fn(Spans) -> (u32, u32),
    ) -> (u32, u32) {
        let exact = |number| self.spans.of(number).map(&span);
        let start = exact(member).map_or(whole.0, |span| span.0);
        let end = exact(self.ends(member).1).map_or(whole.1, |span| span.1);
        (start, end)
    }

    /// All that some members of one cluster repeat; nothing without members.
    #[must_use]
    pub fn whole_keeper_span(&self, store: &Store, members: &[Number]) -> (u32, u32) {
        let spans = members.iter().map(|&member| self.keeper_span(store, member));
        spans.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))).unwrap_or_default()
    }
}
