//! Alone in its process, because a sink that is let go of under the lock of the log would hang
//! every other test that logs.

use std::sync::{mpsc, Arc};
use std::time::Duration;

use h2::insight::log_frames;

/// Turns the log off when it is let go of.
struct TurnsOff;

impl Drop for TurnsOff {
    fn drop(&mut self) {
        log_frames(None);
    }
}

#[test]
fn a_sink_is_let_go_of_without_a_lock() {
    let sink = TurnsOff;
    log_frames(Some(Arc::new(move |_: &str| {
        let _ = &sink;
    })));
    let (sender, done) = mpsc::channel();
    std::thread::spawn(move || {
        log_frames(None);
        sender.send(())
    });
    done.recv_timeout(Duration::from_secs(10)).expect("the sink is let go of");
}
