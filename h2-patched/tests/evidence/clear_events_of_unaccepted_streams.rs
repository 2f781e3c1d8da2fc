use super::support::*;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the bytes that are allocated.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Ordering::Relaxed);
        System.dealloc(place, layout)
    }
}

#[tokio::test]
async fn what_unaccepted_streams_received_ends_with_the_connection() {
    let before = ALLOCATED.load(Ordering::Relaxed);
    let (mut connection, mut peer) = accept(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST), headers(3, POST), data(3, 16_000)]).await;
    let accepted = soon(connection.accept()).await.flatten().expect("it is there");
    let (request, respond) = accepted.unwrap();
    drop((request, connection, peer));

    let kept = ALLOCATED.load(Ordering::Relaxed) - before;
    assert!(kept < 16_000, "a handle of stream 1 keeps {kept} bytes");
    drop(respond);
}
