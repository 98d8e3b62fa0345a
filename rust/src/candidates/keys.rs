//! The keys of some bands at a time, for all nodes, and which of them stand more than once.

use std::ops::Range;

use rayon::prelude::*;

use crate::candidates::band::BandKeys;
use crate::candidates::group::Features;
use crate::candidates::repeated::Repeated;
use crate::candidates::sign::{Permutations, SLOTS, sign_range};
use crate::candidates::sketch::Sketch;
use crate::simd::Path;

/// Blocks signed by one task.
const NODES_PER_TASK: usize = 256;

/// Upper halves of the keys of some bands: for each task's nodes one row a band.
pub(crate) struct Keys {
    values: Vec<u32>,
    bands: usize,
}

impl Keys {
    /// Signs all nodes for some bands; where there are places for their sketches these are made too.
    pub(crate) fn new(
        nodes: usize,
        sketches: &mut [Sketch],
        range: Range<usize>,
        rows: usize,
        permutations: &Permutations,
        features: &impl Features,
    ) -> Self {
        let bands = range.len();
        let (path, keys) = (Path::best(), BandKeys::of(rows));
        let slots = range.start * rows..range.end * rows;
        let mut values = vec![0u32; nodes * bands];
        let mut sketches = sketches.chunks_mut(NODES_PER_TASK);
        let tasks: Vec<_> = values
            .chunks_mut(NODES_PER_TASK * bands)
            .map(|values| (values, sketches.next().unwrap_or_default()))
            .collect();
        tasks.into_par_iter().enumerate().for_each(|(task, (values, sketches))| {
            let (mut scratch, mut reader) = (Vec::new(), features.reader());
            let mut signature = [0u32; SLOTS];
            let count = values.len() / bands;
            for node in 0..count {
                scratch.clear();
                features.items(&mut reader, task * NODES_PER_TASK + node, &mut scratch);
                // Signing changes the items.
                if let Some(sketch) = sketches.get_mut(node) {
                    *sketch = Sketch::of(&scratch);
                }
                sign_range(path, &mut scratch, permutations, slots.clone(), &mut signature);
                for (row, band) in range.clone().enumerate() {
                    values[row * count + node] = (keys.key(&signature, band) >> 32) as u32;
                }
            }
        });
        Self { values, bands }
    }

    /// The keys of one band, in the order of the nodes.
    fn of_band(&self, row: usize) -> Vec<&[u32]> {
        let tasks = self.values.chunks(NODES_PER_TASK * self.bands);
        tasks
            .map(|task| {
                let count = task.len() / self.bands;
                &task[row * count..(row + 1) * count]
            })
            .collect()
    }

    /// The keys of one band that may stand more than once, each above its place.
    pub(crate) fn shared(&self, row: usize) -> Vec<u64> {
        let keys = self.of_band(row);
        let repeated = Repeated::among(&keys, 1);
        let places = keys.iter().copied().flatten().zip(0u64..);
        places
            .filter(|&(&key, _)| repeated.has(key))
            .map(|(&key, place)| u64::from(key) << 32 | place)
            .collect()
    }
}
