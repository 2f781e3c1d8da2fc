//! The trace events of the send scheduler.
//!
//! One test in a program of its own: a thread without a subscriber that reaches an event first
//! could hide it from the others.

#[path = "insight/ends.rs"]
#[allow(dead_code)]
mod ends;

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use h2::{client, server};
use h2_conformance::wire::build::{get, reset, settings, window_update};
use h2_conformance::wire::code::error::CANCEL;
use h2_conformance::wire::code::setting;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{subscriber, Event, Level, Metadata, Subscriber};

use ends::{octets, Client, Server};

/// Records the events of the scheduler: the message, and the fields after it.
#[derive(Clone, Default)]
struct Traces(Arc<Mutex<Vec<String>>>);

impl Traces {
    /// Returns what was recorded since the last call.
    fn news(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Subscriber for Traces {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::TRACE && metadata.target().contains("scheduler")
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        self.0.lock().unwrap().push(line.message + &line.fields);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        unreachable!("the scheduler opens no spans")
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => write!(self.fields, " {name}={value:?}").expect("a string takes any text"),
        }
    }
}

#[test]
fn a_subscriber_sees_what_the_scheduler_does() {
    sending();
    opening();
}

fn sending() {
    let traces = Traces::default();
    subscriber::with_default(traces.clone(), || {
        let mut server = Server::with(
            server::Builder::new().max_send_buffer_size(1000),
            settings().with(setting::INITIAL_WINDOW_SIZE, 10),
        );
        let (_body, mut writer) = server.answer(get(1));
        server.turn();
        traces.news();

        writer.reserve_capacity(5);
        writer.send_data(octets(12), false).unwrap();
        server.turn();
        server.send(window_update(1, 1));
        server.send(window_update(0, 7));
        assert_eq!(
            traces.news(),
            [
                "capacity reserved stream=1 octets=5",
                "capacity advertised stream=1 octets=5 capacity=5",
                "frame queued stream=1 buffered=12",
                "DATA sent stream=1 octets=10 left=2",
                "stream blocked stream=1 on=\"stream-window\"",
                "stream window grows stream=1 octets=1",
                "DATA sent stream=1 octets=1 left=1",
                "stream blocked stream=1 on=\"stream-window\"",
                "connection window grew octets=7 window=65531",
            ]
        );
        server.send(reset(1, CANCEL));
        assert_eq!(traces.news(), ["queue cleared stream=1 octets=1"]);
    });
}

fn opening() {
    let traces = Traces::default();
    subscriber::with_default(traces.clone(), || {
        let mut client = Client::with(&client::Builder::new(), settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
        let _handles = client.request(true);
        assert!(client.turn().is_pending());
        assert_eq!(traces.news(), ["stream waits to be opened stream=1", "frame queued stream=1 buffered=0"]);
        client.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
        assert_eq!(traces.news(), ["stream opened stream=1"]);
    });
}
