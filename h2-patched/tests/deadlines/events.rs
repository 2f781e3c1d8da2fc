//! Observers and counts tell which deadlines passed.

use std::sync::{Arc, Mutex};

use h2::insight::{DeadlineKind, Event, EventKind};
use h2::server::Builder;
use h2::tuning::{Deadlines, IdleTimeout};

use crate::endpoint::{Server, SECOND};

#[test]
fn each_deadline_that_passes_is_told_and_counted() {
    let passed = Arc::new(Mutex::new(Vec::new()));
    let observed = passed.clone();
    let mut builder = Builder::new();
    builder.deadlines(Deadlines::new().idle_timeout(IdleTimeout::new(60 * SECOND))).observer(Arc::new(
        move |event: &Event<'_>| {
            if let EventKind::DeadlinePassed { deadline, .. } = event.kind {
                observed.lock().unwrap().push(deadline);
            }
        },
    ));
    let mut server = Server::open(&builder);
    let connection = server.connection.insight();
    server.pass(65);
    assert_eq!(*passed.lock().unwrap(), [DeadlineKind::Idle]);
    assert_eq!(connection.snapshot().expect("it is open").counts.deadlines_passed, 1);
    server.pass(5);
    assert_eq!(*passed.lock().unwrap(), [DeadlineKind::Idle, DeadlineKind::ShutdownPing]);
}
