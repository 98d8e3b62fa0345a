//! Parts of a file that are mapped into memory.
//!
//! The disk space of a region is reserved before it is used, so that a full disk is noticed when it is
//! asked for, and not by a signal in the middle of a write.
//!
//! Beside `simd` and the allocator this is the only place with unsafe code. Its invariant: an address
//! range stands in `Regions` exactly while it is mapped from the file, and both change under the lock
//! that holds the `Regions`. So pages are let go, moved and unmapped only where they are ours.
#![allow(unsafe_code)]
// No range of memory is as long as half of all addresses.
#![allow(clippy::cast_possible_wrap)]

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::ptr::{self, NonNull};

/// Bytes of a page, which is what ranges are counted in.
pub(super) const PAGE: usize = 4096;
/// Bytes of the file's address space that each region has for itself, so that it can grow in place.
const WINDOW: libc::off_t = 32 << 30;
/// Bytes of a region that are let go at one time.
const AT_ONCE: usize = 2 << 20;
/// Regions at one time: 12 TiB of addresses, of the 16 TiB that an ext4 file may have.
const REGIONS: usize = 384;

/// Why an array had to stay in memory.
#[derive(Clone, Copy, Debug)]
pub struct Shortage {
    /// The system's number for the error.
    pub code: i32,
    /// Bytes that were asked for.
    pub bytes: usize,
}

/// In place of a file's number: a region whose pages are not in a file any more once they are written.
const PRIVATE: u32 = 0;

#[derive(Clone, Copy)]
struct Region {
    address: NonNull<u8>,
    bytes: usize,
    /// Number of the file.
    file: u32,
}

// SAFETY: the address is only a number here; what it points to belongs to the block's owner.
unsafe impl Send for Region {}

/// All regions, each at a place of the file that is its own.
pub(super) struct Regions {
    file: Option<File>,
    /// What the system says of the process.
    status: Option<File>,
    /// Files so far: a region in an earlier one cannot grow.
    files: u32,
    /// The process that the file belongs to: what one forked from it makes lies in memory, since both
    /// would write to the same places.
    owner: u32,
    places: [Option<Region>; REGIONS],
    /// Where pages were let go the last time: a place, and bytes of its region.
    hand: (usize, usize),
    /// Places whose space was not given back: what lies there is not zero, or is another process's.
    unusable: [bool; REGIONS],
    /// The first array that found no room.
    pub(super) shortage: Option<Shortage>,
}

impl Regions {
    pub(super) const fn new() -> Self {
        Self {
            file: None,
            status: None,
            files: 0,
            owner: 0,
            places: [None; REGIONS],
            hand: (0, 0),
            unusable: [false; REGIONS],
            shortage: None,
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.places.iter().all(Option::is_none)
    }

    /// Takes another file, and where the system says what the process holds; returns the earlier ones,
    /// of which the regions live on.
    pub(super) fn lie_in(
        &mut self,
        file: File,
        status: Option<File>,
    ) -> (Option<File>, Option<File>) {
        self.files += 1;
        self.owner = std::process::id();
        self.unusable = [false; REGIONS];
        self.shortage = None;
        (self.file.replace(file), std::mem::replace(&mut self.status, status))
    }

    fn is_owner(&self) -> bool {
        self.owner == std::process::id()
    }

    /// Bytes of the process that are in memory; `None` where there is no file to relieve it.
    pub(super) fn held(&self) -> Option<usize> {
        let mut text = [0; 64];
        self.file.as_ref().filter(|_| self.is_owner())?;
        let length = self.status.as_ref()?.read_at(&mut text, 0).ok()?;
        let pages = text[..length].split(|&byte| byte == b' ').nth(1)?;
        let digit = |pages: usize, &digit: &u8| pages * 10 + usize::from(digit.wrapping_sub(b'0'));
        Some(pages.iter().fold(0, digit) * PAGE)
    }

    /// Whether a block is a region.
    pub(super) fn holds(&self, block: *mut u8) -> bool {
        self.place_of(block).is_some()
    }

    /// A new region of zeros; `None` where there is no room.
    pub(super) fn map(&mut self, bytes: usize) -> Option<*mut u8> {
        let bytes = whole_pages(bytes)?;
        let is_free = |&at: &usize| self.places[at].is_none() && !self.unusable[at];
        let Some(place) = (0..REGIONS).find(is_free).filter(|_| self.is_owner()) else {
            self.shortage.get_or_insert(Shortage { code: libc::ENOMEM, bytes });
            return None;
        };
        if !self.reserve(place, 0, bytes) {
            return None;
        }
        let file = self.file.as_ref()?.as_raw_fd();
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping of reserved space in a file that nobody else writes to.
        let address = unsafe {
            libc::mmap(ptr::null_mut(), bytes, access, libc::MAP_SHARED, file, offset(place))
        };
        if address == libc::MAP_FAILED {
            self.give_back(place);
            return None;
        }
        let address = NonNull::new(address.cast::<u8>())?;
        self.places[place] = Some(Region { address, bytes, file: self.files });
        Some(address.as_ptr())
    }

    /// Makes a region larger or smaller, maybe at another address; `None` where there is no room.
    pub(super) fn resize(&mut self, block: *mut u8, bytes: usize) -> Option<*mut u8> {
        let place = self.place_of(block)?;
        let region = self.places[place]?;
        let bytes = whole_pages(bytes)?;
        let is_ours = region.file == self.files && self.is_owner();
        if !is_ours || (bytes > region.bytes && !self.reserve(place, region.bytes, bytes)) {
            return None;
        }
        // SAFETY: the range is mapped, since it stands in `places`, and its space is reserved.
        let address = unsafe {
            let address = region.address.as_ptr().cast();
            libc::mremap(address, region.bytes, bytes, libc::MREMAP_MAYMOVE)
        };
        if address == libc::MAP_FAILED {
            return None;
        }
        let address = NonNull::new(address.cast::<u8>())?;
        self.places[place] = Some(Region { address, bytes, ..region });
        Some(address.as_ptr())
    }

    /// Ends a region; whether the block was one.
    pub(super) fn unmap(&mut self, block: *mut u8) -> bool {
        let Some(place) = self.place_of(block) else { return false };
        if let Some(region) = self.places[place].take() {
            // SAFETY: the range is mapped, since it stood in `places`, and its owner gave it up.
            unsafe { libc::munmap(region.address.as_ptr().cast(), region.bytes) };
            if region.file == self.files && self.is_owner() && !self.unusable[place] {
                self.give_back(place);
            }
        }
        true
    }

    /// After a fork, in the parent: what stands in the places now stays there for the child.
    pub(super) fn keep_places(&mut self) {
        for (place, region) in self.places.iter().enumerate() {
            self.unusable[place] |= region.is_some();
        }
    }

    /// After a fork, in the child: gives it pages of its own where it writes.
    pub(super) fn make_private(&mut self) {
        let Some(file) = self.file.as_ref().map(AsRawFd::as_raw_fd) else { return };
        let (access, flags) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_FIXED);
        for (place, region) in self.places.iter_mut().enumerate() {
            if let Some(region) = region.as_mut().filter(|region| region.file == self.files) {
                let address = region.address.as_ptr().cast();
                // SAFETY: the range is mapped from this place of the file, and is so again, since
                // `places` says so; no other thread lives in a child that has just been forked.
                unsafe { libc::mmap(address, region.bytes, access, flags, file, offset(place)) };
                region.file = PRIVATE;
            }
        }
    }

    /// Takes pages of the regions out of the process, until it holds no more than `most` bytes or all are
    /// out; what they hold stays in the file. It goes on where it ended the last time: what is in use
    /// stays for longer than if all went at once.
    pub(super) fn let_go(&mut self, most: usize) {
        let (first, start) = self.hand;
        // The place where it begins comes once more in the end, for what lies before that.
        for turn in 0..=REGIONS {
            let place = (first + turn) % REGIONS;
            let Some(region) = self.places[place].filter(|region| region.file != PRIVATE) else {
                continue;
            };
            let mut at = if turn == 0 { start.min(region.bytes) } else { 0 };
            while at < region.bytes {
                let bytes = AT_ONCE.min(region.bytes - at);
                // SAFETY: the range is a part of a shared mapping of the file: its pages come back as they
                // were.
                unsafe {
                    let address = region.address.as_ptr().add(at).cast();
                    libc::madvise(address, bytes, libc::MADV_DONTNEED);
                }
                at += bytes;
                self.hand = (place, at);
                if self.held().is_none_or(|held| held <= most) {
                    return;
                }
            }
        }
    }

    fn place_of(&self, block: *mut u8) -> Option<usize> {
        self.places
            .iter()
            .position(|region| region.is_some_and(|region| ptr::eq(region.address.as_ptr(), block)))
    }

    /// Reserves the bytes from `from` to `to` of a place; whether there was room.
    fn reserve(&mut self, place: usize, from: usize, to: usize) -> bool {
        let Some(file) = &self.file else { return false };
        let (start, bytes) = (offset(place) + from as libc::off_t, (to - from) as libc::off_t);
        // SAFETY: a call on an open file, which touches no memory.
        let code = unsafe { libc::posix_fallocate(file.as_raw_fd(), start, bytes) };
        if code != 0 && self.shortage.is_none() {
            self.shortage = Some(Shortage { code, bytes: to - from });
        }
        code == 0
    }

    /// Frees a place's disk space, so that it is read as zeros when it is used again.
    fn give_back(&mut self, place: usize) {
        let Some(file) = &self.file else { return };
        let mode = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
        // SAFETY: a call on an open file; no region lies there any more.
        let code = unsafe { libc::fallocate(file.as_raw_fd(), mode, offset(place), WINDOW) };
        self.unusable[place] = code != 0;
    }
}

/// Has the system call these around each fork of the process, in the thread that forks.
pub(super) fn around_forks(
    before: extern "C" fn(),
    in_parent: extern "C" fn(),
    in_child: extern "C" fn(),
) {
    // SAFETY: they are functions of this library, which is never unloaded.
    unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
}

/// Gives back to the system what its allocator keeps for later.
pub(super) fn trim() {
    // SAFETY: what is in use stays where it is.
    unsafe { libc::malloc_trim(0) };
}

/// Asks for large pages under an array that is read in any order.
pub(super) fn advise_large_pages(address: *const u8, bytes: usize) {
    let start = (address as usize).next_multiple_of(PAGE);
    let end = (address as usize + bytes) / PAGE * PAGE;
    if start < end {
        // SAFETY: advice changes no byte, and the pages lie inside of the array.
        unsafe { libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_HUGEPAGE) };
    }
}

fn offset(place: usize) -> libc::off_t {
    place as libc::off_t * WINDOW
}

/// Bytes of as many whole pages; `None` where they do not fit into a place.
fn whole_pages(bytes: usize) -> Option<usize> {
    let bytes = bytes.checked_next_multiple_of(PAGE)?;
    (bytes as u64 <= WINDOW as u64).then_some(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn regions() -> Regions {
        let name =
            format!("dedup-regions-{}-{:?}", std::process::id(), std::thread::current().id());
        let path = std::env::temp_dir().join(name);
        let mut options = File::options();
        let file = options.read(true).write(true).create_new(true).open(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        let mut regions = Regions::new();
        regions.lie_in(file, File::open("/proc/self/statm").ok());
        regions
    }

    /// The first bytes of a region, as its owner sees them.
    fn owned<'a>(block: *mut u8, bytes: usize) -> &'a mut [u8] {
        // SAFETY: the tests ask for no more than they mapped, and do not keep it.
        unsafe { std::slice::from_raw_parts_mut(block, bytes) }
    }

    #[test]
    fn what_a_region_holds_stays_when_its_pages_go_and_when_it_grows() {
        let mut regions = regions();
        let block = regions.map(3 * PAGE + 5).unwrap();
        assert!(owned(block, 3 * PAGE + 5).iter().all(|&byte| byte == 0));
        owned(block, 3 * PAGE).fill(7);
        regions.let_go(0);
        assert!(owned(block, 3 * PAGE).iter().all(|&byte| byte == 7));
        let other = regions.map(PAGE).unwrap();
        owned(other, PAGE).fill(9);
        let block = regions.resize(block, 4096 * PAGE).unwrap();
        regions.let_go(0);
        assert!(owned(block, 3 * PAGE).iter().all(|&byte| byte == 7));
        assert!(owned(block, 4096 * PAGE)[3 * PAGE..].iter().all(|&byte| byte == 0));
        let block = regions.resize(block, PAGE).unwrap();
        assert!(regions.unmap(block) && !regions.holds(block) && regions.holds(other));
        assert!(owned(other, PAGE).iter().all(|&byte| byte == 9));
        // The place is used again, and zero again.
        let again = regions.map(2 * PAGE).unwrap();
        assert!(owned(again, 2 * PAGE).iter().all(|&byte| byte == 0));
        assert!(regions.unmap(again) && regions.unmap(other) && regions.is_empty());
        assert!(!regions.unmap(other));
    }

    #[test]
    fn what_finds_no_room_is_told() {
        let mut regions = regions();
        assert!(regions.map(usize::MAX - 5).is_none() && regions.shortage.is_none());
        let block = regions.map(PAGE).unwrap();
        assert!(regions.held().unwrap() > PAGE);
        regions.lie_in(File::open("/dev/null").unwrap(), None);
        assert!(regions.map(PAGE).is_none() && regions.held().is_none());
        assert_eq!(regions.shortage.unwrap().bytes, PAGE);
        // A region of an earlier file lives on, but cannot grow.
        assert!(regions.resize(block, 2 * PAGE).is_none() && regions.unmap(block));
    }
}
