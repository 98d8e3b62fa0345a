//! The memory of a stream, as Python sees it.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::convert::{permutations_of, settings_of};
use crate::seen::Seen as CoreSeen;

/// The texts of a stream, remembered as they come.
#[pyclass]
pub(super) struct Seen {
    core: CoreSeen,
}

#[pymethods]
impl Seen {
    #[new]
    fn new(policy: &Bound<'_, PyDict>, a: &[u8], b: &[u8]) -> PyResult<Self> {
        Ok(Self { core: CoreSeen::new(settings_of(policy)?, permutations_of(a, b)?) })
    }

    fn is_repeated(&mut self, py: Python<'_>, text: &str) -> bool {
        py.detach(|| self.core.is_repeated(text))
    }

    fn remember(&mut self) {
        self.core.remember();
    }
}
