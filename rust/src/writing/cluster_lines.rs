//! The lines of `clusters.jsonl`: a cluster, its keeper, and what repeats it.

use std::ops::Range;

use crate::plan::Plan;
use crate::plan::likeness::{Likeness, RELATIONS};
use crate::plan::quotes::Place;
use crate::records::escape::{write_id, write_number};
use crate::store::Number;
use crate::writing::render::{
    Renderer, kept_by, kind_name, write_document, write_likeness, write_scores,
};

impl Renderer<'_> {
    /// Numbers of a cluster's passages, its keeper left out.
    fn members(&self, number: usize) -> &[Number] {
        &self.plan.members[self.plan.clusters[number].members.clone()]
    }

    /// Has the processor fetch what lines say of the members of some parts of clusters, several at a time:
    /// written one by one, each waits for memory a dozen times.
    pub fn touch(&self, parts: &[(usize, Range<usize>)]) {
        let clusters = parts.iter().filter(|(number, _)| *number < self.plan.clusters.len());
        let members = clusters.flat_map(|(number, part)| {
            let members = self.members(*number);
            &members[part.start.min(members.len())..part.end.min(members.len())]
        });
        let firsts: Vec<Number> =
            members.map(|&member| self.plan.passages[member as usize].first).collect();
        let documents: Vec<usize> =
            firsts.iter().map(|&first| self.store.document_of(first)).collect();
        let blocks = firsts.iter().map(|&first| self.store.blocks_span(first, first).0);
        let ids = documents.iter().map(|&document| self.store.ids.get(document).len() as u32);
        std::hint::black_box(blocks.chain(ids).fold(0, |all, one| all ^ one));
    }

    /// Appends a part of a line of `clusters.jsonl`: some of the members, with what stands before them
    /// if they are the first, and with the line's end if they are the last.
    pub fn cluster_part(&self, number: usize, part: Range<usize>, out: &mut Vec<u8>) {
        if part.start == 0 {
            self.write_head(number, out);
        }
        let cluster = &self.plan.clusters[number];
        let headed = Plan::has_keeper(cluster);
        let members = self.members(number);
        let whole = cluster.keeper_span;
        let last = part.end >= self.plan.count_members(number);
        let passages = part.start.min(members.len())..part.end.min(members.len());
        for (place, &member) in passages.clone().zip(&members[passages]) {
            if headed || place > 0 {
                out.push(b',');
            }
            out.push(b'{');
            let passage = &self.plan.passages[member as usize];
            let [(first, last), _] = self.plan.reach(member);
            let span = self.plan.own_span(self.store, member);
            self.write_place(first, last, span, out);
            out.extend_from_slice(b",\"keeper\":false,");
            write_likeness(self.weakest(member), out);
            let keeper = self.plan.keeper_span(self.store, member);
            if headed && keeper != whole {
                out.push(b',');
                write_span("keeper_span", keeper, out);
            }
            if let Some(rule) = kept_by(passage.state) {
                out.extend_from_slice(b",\"kept\":\"");
                out.extend_from_slice(rule.as_bytes());
                out.push(b'"');
            }
            self.write_gaps(member, out);
            self.write_elsewhere(member, out);
            out.extend_from_slice(self.plan.differences.of(member).unwrap_or_default());
            out.push(b'}');
        }
        // Places that quote the keeper follow.
        let quoting = part.start.max(members.len())..part.end.max(members.len());
        for (repeat, quoted) in
            self.plan.quoting(cluster).skip(quoting.start - members.len()).take(quoting.len())
        {
            self.write_quoting(repeat.place, (quoted != whole).then_some(quoted), out);
        }
        if last {
            out.extend_from_slice(b"]}\n");
        }
    }

    /// Appends a place that is only a part of its blocks, behind others.
    fn write_quoting(&self, place: Place, part: Option<(u32, u32)>, out: &mut Vec<u8>) {
        out.extend_from_slice(b",{");
        self.write_place(place.blocks.0, place.blocks.1, place.span, out);
        out.extend_from_slice(b",\"keeper\":false,");
        write_scores("equal", 1.0, 1.0, out);
        if let Some(part) = part {
            out.push(b',');
            write_span("keeper_span", part, out);
        }
        out.extend_from_slice(b",\"kept\":\"part\"}");
    }

    /// Appends the beginning of a cluster's line, up to its keeper.
    fn write_head(&self, number: usize, out: &mut Vec<u8>) {
        let cluster = &self.plan.clusters[number];
        let pieces = self.members(number).iter().flat_map(|&member| self.plan.pieces(member));
        let relations = pieces.map(|member| self.plan.likenesses.relation(member));
        let least = u8::from(!cluster.quotes.is_empty());
        let weakest = usize::from(relations.max().unwrap_or(0).max(least));
        let tokens: u64 = (cluster.keeper_first..=cluster.keeper_last)
            .map(|block| u64::from(self.store.block_tokens(block as usize)))
            .sum();
        out.extend_from_slice(b"{\"cluster\":\"");
        self.write_id(number, out);
        out.extend_from_slice(b"\",\"kind\":\"");
        out.extend_from_slice(kind_name(cluster.kind).as_bytes());
        out.extend_from_slice(b"\",\"relation\":\"");
        out.extend_from_slice(RELATIONS[weakest].as_bytes());
        out.extend_from_slice(b"\",\"tokens\":");
        write_number(out, tokens);
        out.extend_from_slice(b",\"documents\":");
        write_number(out, u64::from(cluster.documents));
        out.extend_from_slice(b",\"members\":[");
        if Plan::has_keeper(cluster) {
            out.push(b'{');
            let span = cluster.keeper_span;
            self.write_place(cluster.keeper_first, cluster.keeper_last, span, out);
            out.extend_from_slice(b",\"keeper\":true}");
        }
    }

    /// `"document":…,"source":…,"blocks":[…],"span":[…]` of consecutive blocks of one document.
    fn write_place(&self, first: Number, last: Number, span: (u32, u32), out: &mut Vec<u8>) {
        let document = self.store.document_of(first);
        let start = self.store.document_starts[document];
        write_document(self.store, document, out);
        out.extend_from_slice(b",\"blocks\":[");
        write_number(out, u64::from(first - start));
        out.push(b',');
        write_number(out, u64::from(last - start));
        out.extend_from_slice(b"],\"span\":[");
        write_number(out, u64::from(span.0));
        out.push(b',');
        write_number(out, u64::from(span.1));
        out.push(b']');
    }

    /// How alike a member and its keeper are: the weakest of its passages counts.
    fn weakest(&self, member: Number) -> Likeness {
        let likenesses = self.plan.pieces(member).map(|piece| self.plan.likenesses.of(piece));
        likenesses
            .reduce(|one, other| Likeness {
                relation: one.relation.max(other.relation),
                resemblance: one.resemblance.min(other.resemblance),
                containment: one.containment.min(other.containment),
            })
            .unwrap_or_else(|| self.plan.likenesses.of(member))
    }

    /// Appends `,"gaps":[…]` where a member has some: the blocks between its passages, and those between
    /// the passages that they repeat.
    fn write_gaps(&self, member: Number, out: &mut Vec<u8>) {
        if self.plan.continued.get(member).is_none() {
            return;
        }
        let pieces: Vec<Number> = self.plan.pieces(member).collect();
        let mut is_first = true;
        for pair in pieces.windows(2) {
            let passage = |number: Number| &self.plan.passages[number as usize];
            let (one, other) = (passage(pair[0]), passage(pair[1]));
            let sides = [
                ("span", one.last, other.first),
                ("keeper_span", one.keeper_last, other.keeper_first),
            ];
            if self.plan.fates.states[one.keeper_last as usize + 1].is_gone() {
                // Both sides lost what stands there: it is told elsewhere.
                continue;
            }
            out.extend_from_slice(if is_first { b",\"gaps\":[{" } else { b",{" });
            is_first = false;
            let sides = sides.into_iter().filter(|&(_, before, after)| before + 1 < after);
            for (place, (name, before, after)) in sides.enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write_span(name, self.store.blocks_span(before + 1, after - 1), out);
            }
            out.push(b'}');
        }
        if !is_first {
            out.push(b']');
        }
    }

    /// Appends `,"elsewhere":[…]` where both a member and its keeper lost something: what that was, and the
    /// cluster that tells it.
    fn write_elsewhere(&self, member: Number, out: &mut Vec<u8>) {
        let parts = self.plan.elsewhere(member);
        for (place, part) in parts.iter().enumerate() {
            out.extend_from_slice(if place == 0 { b",\"elsewhere\":[{" } else { b",{" });
            write_span("span", self.store.blocks_span(part.own.0, part.own.1), out);
            out.push(b',');
            write_span("keeper_span", self.store.blocks_span(part.kept.0, part.kept.1), out);
            out.extend_from_slice(b",\"cluster\":\"");
            let cluster = self.plan.passages[part.passage as usize].cluster;
            self.write_id(cluster as usize, out);
            out.extend_from_slice(b"\"}");
        }
        if !parts.is_empty() {
            out.push(b']');
        }
    }

    /// Appends a part of the line of a cluster; the numbers of quotes follow those of the others.
    pub fn part(&self, number: usize, part: Range<usize>, out: &mut Vec<u8>) {
        match number.checked_sub(self.plan.clusters.len()) {
            None => self.cluster_part(number, part, out),
            Some(quote) => self.quote_part(quote, part, out),
        }
    }

    /// Appends a part of the line of a quote, as `cluster_part` does.
    pub fn quote_part(&self, number: usize, part: Range<usize>, out: &mut Vec<u8>) {
        let quotes = &self.plan.quotes;
        let quote = &quotes.clusters[number];
        let places = &quotes.places[quote.members.clone()];
        if part.start == 0 {
            out.extend_from_slice(b"{\"cluster\":\"");
            let id = self.cluster_ids[self.plan.clusters.len() + number];
            write_id(out, id);
            out.extend_from_slice(b"\",\"kind\":\"");
            out.extend_from_slice(kind_name(quote.kind).as_bytes());
            out.extend_from_slice(b"\",\"relation\":\"equal\",\"tokens\":");
            write_number(out, u64::from(quote.tokens));
            out.extend_from_slice(b",\"documents\":");
            write_number(out, u64::from(quote.documents));
            out.extend_from_slice(b",\"members\":[{");
            let (first, last) = quote.keeper.blocks;
            self.write_place(first, last, quote.keeper.span, out);
            out.extend_from_slice(b",\"keeper\":true}");
        }
        for repeat in &places[part.clone()] {
            self.write_quoting(repeat.place, repeat.part, out);
        }
        if part.end >= places.len() {
            out.extend_from_slice(b"]}\n");
        }
    }
}

/// `"name":[start,end]`.
fn write_span(name: &str, span: (u32, u32), out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":[");
    write_number(out, u64::from(span.0));
    out.push(b',');
    write_number(out, u64::from(span.1));
    out.push(b']');
}
