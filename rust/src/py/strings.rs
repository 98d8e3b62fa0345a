//! The class of the module that holds byte strings.

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::convert::{bytes_of_u32, value_error};
use crate::memory::strings::{Strings as CoreStrings, reverse};

/// Byte strings, end to end.
#[pyclass]
#[derive(Default)]
pub(super) struct Strings {
    core: CoreStrings,
}

#[pymethods]
impl Strings {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn __len__(&self) -> usize {
        self.core.len()
    }

    fn append(&mut self, strings: Vec<Bound<'_, PyBytes>>) {
        for string in &strings {
            self.core.push(string.as_bytes());
        }
    }

    fn get<'py>(&self, py: Python<'py>, number: usize) -> PyResult<Bound<'py, PyBytes>> {
        if number >= self.core.len() {
            return Err(PyIndexError::new_err(format!("there is no string {number}")));
        }
        Ok(PyBytes::new(py, self.core.get(number)))
    }

    fn after<'py>(
        &self,
        py: Python<'py>,
        first: usize,
    ) -> PyResult<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
        if first > self.core.len() {
            return Err(PyIndexError::new_err(format!("there is no string {first}")));
        }
        let (bytes, ends) = self.core.after(first);
        let ends: Vec<u8> = ends.iter().flat_map(|end| end.to_le_bytes()).collect();
        Ok((PyBytes::new(py, bytes), PyBytes::new(py, &ends)))
    }

    fn append_all(&mut self, bytes: &[u8], ends: &[u8]) -> PyResult<()> {
        let ends: Vec<u64> =
            ends.as_chunks::<8>().0.iter().map(|&chunk| u64::from_le_bytes(chunk)).collect();
        if self.core.push_all(bytes, &ends) {
            Ok(())
        } else {
            Err(value_error("the ends do not ascend to the end of the bytes"))
        }
    }

    fn are_empty(&self) -> bool {
        self.core.are_empty()
    }

    #[pyo3(signature = (*, descending=false))]
    fn ranks(&self, py: Python<'_>, descending: bool) -> Py<PyBytes> {
        let ranks = py.detach(|| {
            let mut ranks = self.core.ranks();
            if descending {
                reverse(&mut ranks);
            }
            ranks
        });
        bytes_of_u32(py, &ranks)
    }
}
