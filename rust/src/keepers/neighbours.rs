//! The matches, by the nodes that they are between.

use crate::judging::verify::Match;
use crate::memory::columns::filled;
use crate::store::{NONE, Number};

/// The matches of each node.
pub struct Neighbours {
    matches: Vec<Match>,
    starts: Vec<u32>,
    edges: Vec<(Number, Number)>,
}

impl Neighbours {
    /// Indexes matches by both of their nodes.
    #[must_use]
    pub fn new(matches: Vec<Match>, nodes: usize) -> Self {
        let mut starts = vec![0u32; nodes + 1];
        for found in &matches {
            starts[found.left as usize + 1] += 1;
            starts[found.right as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut edges = vec![(NONE, NONE); matches.len() * 2];
        for (number, found) in matches.iter().enumerate() {
            for (node, other) in [(found.left, found.right), (found.right, found.left)] {
                edges[next[node as usize] as usize] = (other, number as Number);
                next[node as usize] += 1;
            }
        }
        Self { matches, starts, edges }
    }

    /// All matches, by their nodes.
    #[must_use]
    pub fn all(&self) -> &[Match] {
        &self.matches
    }

    /// How many matches a node has.
    #[must_use]
    pub fn count(&self, node: Number) -> u32 {
        self.starts[node as usize + 1] - self.starts[node as usize]
    }

    /// All matches, which are given up.
    #[must_use]
    pub fn into_matches(self) -> Vec<Match> {
        self.matches
    }

    /// Bytes that they fill.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        filled(&self.matches) + filled(&self.starts) + filled(&self.edges)
    }

    /// The other node and the match, for each match of a node.
    pub fn of(&self, node: Number) -> impl Iterator<Item = (Number, &Match)> {
        let range = self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize;
        self.edges[range].iter().map(|&(other, number)| (other, &self.matches[number as usize]))
    }

    /// The match between two nodes, if they were found to match.
    #[must_use]
    pub fn between(&self, node: Number, other: Number) -> Option<&Match> {
        let fewer = self.count(node) <= self.count(other);
        let (few, many) = if fewer { (node, other) } else { (other, node) };
        self.of(few).find(|&(found, _)| found == many).map(|(_, found)| found)
    }
}
