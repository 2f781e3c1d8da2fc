//! An allocator that counts, for each thread, the bytes allocated and not freed, and their peak. A
//! test program that includes this file has it as its allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// Returns the bytes that this thread has allocated less those that it has freed.
pub(crate) fn live() -> isize {
    LIVE.get()
}

/// Returns the largest value that [`live`] had since [`reset_peak`].
#[allow(dead_code)] // Not every test program snapshots at it.
pub(crate) fn peak() -> isize {
    PEAK.get()
}

#[allow(dead_code)]
pub(crate) fn reset_peak() {
    PEAK.set(LIVE.get());
}

fn count(bytes: isize) {
    // A thread that ends frees the last of its memory without its counters.
    let _ = LIVE.try_with(|live| {
        live.set(live.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

// SAFETY: every call is handed to the system's allocator as it came, and counting allocates
// nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both blocks may exist for a moment.
        count(size as isize);
        let moved = unsafe { System.realloc(memory, layout, size) };
        count(-(layout.size() as isize));
        moved
    }
}
