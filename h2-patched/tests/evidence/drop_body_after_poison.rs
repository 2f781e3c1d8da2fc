use super::support::*;

use std::cell::Cell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

struct PanicsOnWake;

impl Wake for PanicsOnWake {
    fn wake(self: Arc<Self>) {
        panic!("a waker of the application panics");
    }
}

/// A body that is dropped with this, and whether that was done without a panic.
struct Observed<'a>(Option<RecvStream>, &'a Cell<bool>);

impl Drop for Observed<'_> {
    fn drop(&mut self) {
        let body = self.0.take();
        self.1.set(catch_unwind(AssertUnwindSafe(|| drop(body))).is_ok());
    }
}

#[tokio::test]
async fn a_body_that_is_dropped_while_a_panic_unwinds_does_not_panic_as_well() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST)]).await;
    let (request, respond) = server.request().await;
    let mut body = request.into_body();

    // DATA wakes the reader under the lock of the streams, which the panic poisons.
    let waker = Waker::from(Arc::new(PanicsOnWake));
    assert!(body.poll_data(&mut Context::from_waker(&waker)).is_pending());
    peer.send(&[data(1, 1)]).await;
    let ended = soon(server.task).await.expect("the connection has ended");
    assert!(ended.unwrap_err().is_panic());

    let dropped = Cell::new(false);
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let _handles = (Observed(Some(body), &dropped), respond);
        panic!("the task that holds the body panics");
    }));
    assert!(dropped.get());
}
