//! Which documents may repeat each other: by the policy's scope, groups and window of time.

use crate::settings::{Scope, Settings};
use crate::store::{Number, Store, UNDATED};

/// What says so.
#[derive(Clone, Copy)]
pub struct Scopes<'a> {
    /// Groups and times of documents.
    pub store: &'a Store,
    /// The policy.
    pub settings: &'a Settings,
}

impl Scopes<'_> {
    /// Whether the policy lets a block of one document be a repeat of a block of another: by its
    /// scope, its groups and its window of time.
    #[must_use]
    pub fn in_scope(&self, document: Number, keeper_document: Number) -> bool {
        let same = document == keeper_document;
        let scope = match self.settings.scope {
            Scope::Both => true,
            Scope::Within => same,
            Scope::Across => !same,
        };
        scope
            && self.in_group(document, keeper_document)
            && (same || self.is_near(document, keeper_document))
    }

    fn in_group(&self, document: Number, other: Number) -> bool {
        let groups = &self.store.groups;
        let same = !self.grouped() || groups[document as usize] == groups[other as usize];
        same != self.settings.group_across
    }

    fn is_near(&self, document: Number, other: Number) -> bool {
        self.settings.window.is_none_or(|window| {
            let times = (self.time(document), self.time(other));
            matches!(times, (Some(one), Some(two)) if one.abs_diff(two) <= window.unsigned_abs())
        })
    }

    /// What keepers and their repeats share for sure: equal for all where there is no such thing.
    #[must_use]
    pub fn home(&self, document: Number) -> Number {
        if self.settings.scope == Scope::Within {
            document
        } else if self.grouped() && !self.settings.group_across {
            self.store.groups[document as usize]
        } else {
            0
        }
    }

    /// Whether documents have groups.
    #[must_use]
    pub fn grouped(&self) -> bool {
        !self.store.groups.is_empty()
    }

    /// The time of a document, where it has one.
    #[must_use]
    pub fn time(&self, document: Number) -> Option<i64> {
        let time = self.store.times.get(document as usize).copied();
        time.filter(|&time| time != UNDATED)
    }
}
