//! The register of connections: sums miss nothing and count nothing twice.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use shuttle::sync::atomic::Ordering::Relaxed;
use shuttle::thread;

use crate::insight::{connections, enter, leave, totals, Connection};

/// Each execution has numbers of its own: the register outlives it.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Connections that count, and leave, while another thread sums up.
pub fn no_count_falls() {
    let before = totals();
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let id = NEXT.fetch_add(1, Ordering::Relaxed);
            thread::spawn(move || {
                let connection = Connection::new(id);
                enter(connection.clone());
                for _ in 0..2 {
                    connection.count.fetch_add(1, Relaxed);
                }
                leave(id);
            })
        })
        .collect();
    let mut last = before;
    for _ in 0..3 {
        let now = totals();
        assert!(now.counts.0 >= last.counts.0, "{now:?} after {last:?}");
        assert!(now.connections_opened >= last.connections_opened, "{now:?} after {last:?}");
        assert!(now.connections_open <= 3 && connections().len() <= 3);
        last = now;
    }
    for worker in workers {
        worker.join().expect("no thread panics");
    }
    let after = totals();
    assert_eq!(after.counts.0, before.counts.0 + 6);
    assert_eq!((after.connections_opened, after.connections_open), (before.connections_opened + 3, 0));
}
