//! An allocator that counts allocations, and the bytes that are allocated at a time. Only a program
//! that names it as its allocator counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// The system's allocator, counted from [`begin`] to [`end`].
#[derive(Debug)]
pub struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
/// Negative where something is freed that was allocated before counting began.
static CURRENT: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// Counts from here on, from 0.
pub fn begin() {
    COUNTS.store(false, Ordering::SeqCst);
    CURRENT.store(0, Ordering::SeqCst);
    PEAK.store(0, Ordering::SeqCst);
    ALLOCATIONS.store(0, Ordering::SeqCst);
    COUNTS.store(true, Ordering::SeqCst);
}

/// Bytes allocated since [`begin`] and not freed.
#[must_use]
pub fn current() -> i64 {
    CURRENT.load(Ordering::SeqCst)
}

/// The most bytes that were allocated at a time since [`begin`].
#[must_use]
pub fn peak() -> i64 {
    PEAK.load(Ordering::SeqCst)
}

/// How often something was allocated since [`begin`], or made larger or smaller.
#[must_use]
pub fn allocations() -> u64 {
    ALLOCATIONS.load(Ordering::SeqCst)
}

/// Counts so many bytes as allocated that take no memory.
pub fn hold(bytes: usize) {
    count(bytes as i64, 0);
}

/// Counts bytes of [`hold`] as freed.
pub fn release(bytes: usize) {
    count(-(bytes as i64), 0);
}

/// Ends the count.
pub fn end() {
    COUNTS.store(false, Ordering::SeqCst);
}

#[inline]
fn count(bytes: i64, allocations: u64) {
    if COUNTS.load(Ordering::Relaxed) {
        ALLOCATIONS.fetch_add(allocations, Ordering::Relaxed);
        let current = CURRENT.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if bytes > 0 {
            PEAK.fetch_max(current, Ordering::Relaxed);
        }
    }
}

// SAFETY: every call is handed to the system's allocator as it came, and counting allocates
// nothing.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64, 1);
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64), 0);
        System.dealloc(pointer, layout);
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64, 1);
        System.alloc_zeroed(layout)
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Old and new block may exist at the same time, for as long as it takes to move it.
        count(size as i64 - layout.size() as i64, 1);
        System.realloc(pointer, layout, size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The allocator of this test is another one, so that nothing else counts.
    #[test]
    #[allow(unsafe_code)]
    fn what_is_allocated_counts_until_it_is_freed() {
        let layout = Layout::from_size_align(1000, 8).expect("it is a layout");
        let larger = Layout::from_size_align(3000, 8).expect("it is a layout");
        // SAFETY: each block is freed once, by the layout that it has then.
        unsafe {
            let before = Counting.alloc(layout);
            begin();
            let first = Counting.alloc(layout);
            let second = Counting.realloc(Counting.alloc_zeroed(layout), layout, 3000);
            assert_eq!((current(), peak(), allocations()), (4000, 4000, 3));
            Counting.dealloc(second, larger);
            Counting.dealloc(first, layout);
            Counting.dealloc(before, layout);
        }
        assert_eq!((current(), peak(), allocations()), (-1000, 4000, 3));
        hold(9000);
        release(9000);
        assert_eq!((current(), peak(), allocations()), (-1000, 8000, 3));
        end();
    }
}
