//! The timer: its default, and one of the application.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;
use std::time::{Duration, Instant};

use h2::server::Builder;
use h2::tuning::{self, Deadline, Deadlines};

/// Fails unless a server whose client says nothing gives up. Time runs.
async fn gives_up(after: Duration) {
    let (io, _client) = tokio::io::duplex(1 << 10);
    let handshake =
        Builder::new().deadlines(Deadlines::new().handshake_timeout(after)).handshake::<_, bytes::Bytes>(io);
    let error = handshake.await.expect_err("no preface came");
    assert_eq!(error.get_io().map(std::io::Error::kind), Some(std::io::ErrorKind::TimedOut));
}

/// Both in one test, because the timer is that of the process.
#[test]
fn the_default_runs_without_a_timer_of_the_runtime_and_another_may_have_its_own_time() {
    // This runtime has no timer.
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let start = Instant::now();
    runtime.block_on(gives_up(Duration::from_millis(20)));
    assert!(start.elapsed() >= Duration::from_millis(20));

    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    tuning::set_timer(Some(Arc::new(move |_: Instant| -> Deadline {
        count.fetch_add(1, Relaxed);
        Box::pin(std::future::ready(()))
    })));
    runtime.block_on(gives_up(Duration::from_secs(1 << 20)));
    tuning::set_timer(None);
    assert_eq!(asked.load(Relaxed), 1);
}
