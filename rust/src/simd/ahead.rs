//! Memory that will be read soon, asked for before it is: the processor waits for a dozen lines of its cache at
//! once, where code that reads them one by one waits for each.

/// Asks for the line of the cache in which an item begins; nothing where there is no such item.
#[inline]
pub fn fetch<T>(items: &[T], place: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(item) = items.get(place) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: it reads nothing that the program sees, and the item is there; every x86-64 has it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(item).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (items, place);
}
