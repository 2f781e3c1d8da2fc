//! What observers may do, and which of them gets an event.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{channel, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use h2::insight::{observe, Event, Observer};
use h2::server;
use h2_conformance::wire::build::{get, settings, window_update};

use crate::ends::{octets, Server};
use crate::recorder::Recorder;

/// Would hang if an event was delivered with the lock of the streams held.
#[test]
fn an_observer_may_take_snapshots() {
    let snapshots = Arc::new(AtomicUsize::new(0));
    let counter = snapshots.clone();
    let observer = move |event: &Event<'_>| {
        let streams = event.connection.snapshot().map(|snapshot| snapshot.streams.len());
        let _ = h2::insight::totals();
        let _ = h2::insight::connections();
        counter.fetch_add(usize::from(streams.is_some()), SeqCst);
    };
    let mut server = Server::with(server::Builder::new().observer(Arc::new(observer)), settings());
    let (_body, mut writer) = server.answer(get(1));
    writer.send_data(octets(70_000), true).unwrap();
    server.turn();
    server.send(window_update(1, 70_000));
    server.send(window_update(0, 70_000));
    drop(server.connection);
    assert!(snapshots.load(SeqCst) >= 6, "{snapshots:?}");
}

#[test]
fn an_observer_that_panics_leaves_the_connection_alone() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let observer = move |event: &Event<'_>| {
        counter.fetch_add(1, SeqCst);
        assert!(event.stream.is_none(), "on purpose");
    };
    let mut server = Server::with(server::Builder::new().observer(Arc::new(observer)), settings());
    let (_body, mut writer) = server.answer(get(1));
    assert_eq!(calls.load(SeqCst), 2);
    writer.send_data(octets(10), true).unwrap();
    server.turn();
    assert_eq!(server.snapshot().counts.octets_sent, 10);
    drop(server.connection);
    assert_eq!(calls.load(SeqCst), 2);
}

/// Tests that set the observer of the process take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a connection when it is dropped, and tells whether that could be done: on another thread,
/// which cannot hang this one.
struct OpensWhenDropped(Sender<bool>);

impl Observer for OpensWhenDropped {
    fn event(&self, _: &Event<'_>) {}
}

impl Drop for OpensWhenDropped {
    fn drop(&mut self) {
        let (opened, opens) = channel();
        std::thread::spawn(move || {
            drop(Server::new());
            let _ = opened.send(());
        });
        let _ = self.0.send(opens.recv_timeout(Duration::from_secs(10)).is_ok());
    }
}

#[test]
fn an_observer_is_dropped_without_a_lock() {
    let _turn = turn();
    let (dropped, was_free) = channel();
    observe(Some(Arc::new(OpensWhenDropped(dropped))));
    observe(None);
    assert_eq!(was_free.recv(), Ok(true));
}

#[test]
fn the_observer_of_the_process_gets_events_of_connections_without_an_observer() {
    let _turn = turn();
    let everything = Arc::new(Mutex::new(Vec::new()));
    let ids = everything.clone();
    observe(Some(Arc::new(move |event: &Event<'_>| ids.lock().unwrap().push(event.connection.id()))));
    let recorder = Recorder::default();
    let own = recorder.server(settings()).connection.insight().id();
    let other = Server::new();
    observe(None);
    let unobserved = Server::new().connection.insight().id();
    let other = {
        let id = other.connection.insight().id();
        drop(other);
        id
    };
    let seen = everything.lock().unwrap();
    // Other tests run meanwhile.
    assert_eq!(seen.iter().filter(|id| **id == other).count(), 2, "opened, and closed after it was no longer set");
    assert!(!seen.contains(&own) && !seen.contains(&unobserved));
    assert_eq!(recorder.news(), ["- opened by peer", "- closed ended"]);
}
