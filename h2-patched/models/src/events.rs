//! The queue of events: whatever handles of streams queue is delivered, in order, and the
//! connection's task is woken for it.

use std::sync::Arc;
use std::task::{Wake, Waker};

use shuttle::sync::atomic::{AtomicBool, Ordering::SeqCst};
use shuttle::sync::Mutex;
use shuttle::thread;

use crate::clock;
use crate::insight::{poll, queue, Connection, Event, Observer, Observing};

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, SeqCst);
    }
}

/// Keeps what it observes.
#[derive(Default)]
struct Kept(Mutex<Vec<u32>>);

impl Observer for Kept {
    fn event(&self, event: &Event<'_>) {
        self.0.lock().expect("no thread panics").push(event.kind);
    }
}

/// Two threads queue events while the connection's task runs as often as it is woken.
pub fn nothing_stays_queued() {
    let kept = Arc::new(Kept::default());
    let queue = queue(&Connection::new(1), Observing(kept.clone()));
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    poll(&queue, &waker);
    let handles: Vec<_> = [10, 20]
        .map(|first| {
            let queue = queue.clone();
            thread::spawn(move || (0..3).for_each(|more| queue.enqueue(None, clock::now(), first + more)))
        })
        .into();
    for _ in 0..2 {
        if woken.0.swap(false, SeqCst) {
            poll(&queue, &waker);
        }
        thread::yield_now();
    }
    for handle in handles {
        handle.join().expect("no thread panics");
    }
    // As an executor does: as long as it was woken.
    while woken.0.swap(false, SeqCst) {
        poll(&queue, &waker);
    }
    let kept = kept.0.lock().expect("no thread panics").clone();
    for first in [10, 20] {
        let of_one: Vec<u32> = kept.iter().copied().filter(|kind| kind / 10 * 10 == first).collect();
        assert_eq!(of_one, [first, first + 1, first + 2], "all of {kept:?}");
    }
}
