//! No order of settings that an application makes ends the connection: initial windows, targets of
//! streams, growth and acknowledgements in any order, with the invariants checked after each step.
//!
//! The model is a peer that reads late, and then applies SETTINGS in the order in which frames came
//! (RFC 9113 section 6.9.2): none of its windows may ever exceed 2^31-1.

mod support;

use std::time::Duration;

use h2_conformance::case::{Config, Role};
use h2_conformance::script::{App, Step};
use h2_conformance::transcript::{Event, EventKind};
use h2_conformance::wire::build::{data, settings};
use h2_conformance::wire::code::{setting, DEFAULT_WINDOW, MAX_WINDOW};
use h2_conformance::wire::{Frame, View};
use proptest::prelude::*;
use support::{connect_unacknowledged, open_stream, subject, Peer, STREAMS};

#[derive(Clone, Debug)]
enum Op {
    Initial(u32),
    StreamTarget {
        stream: usize,
        octets: u32,
    },
    ConnectionTarget(u32),
    /// The peer reads what was sent to it.
    TakeNews,
    Send {
        stream: usize,
        octets: usize,
    },
    ReadAndRelease {
        stream: usize,
    },
    Pass(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let stream = 0..STREAMS.len();
    let size = prop_oneof![
        Just(0u32),
        Just(1),
        Just(1_000),
        Just(DEFAULT_WINDOW),
        Just(1 << 20),
        Just(1 << 30),
        Just(MAX_WINDOW - 1),
        Just(MAX_WINDOW),
        0..=MAX_WINDOW
    ];
    prop_oneof![
        3 => size.clone().prop_map(Op::Initial),
        3 => (stream.clone(), size.clone()).prop_map(|(stream, octets)| Op::StreamTarget { stream, octets }),
        1 => size.prop_map(Op::ConnectionTarget),
        3 => Just(Op::TakeNews),
        5 => (stream.clone(), prop_oneof![1..300usize, Just(60_000usize)])
            .prop_map(|(stream, octets)| Op::Send { stream, octets }),
        5 => stream.prop_map(|stream| Op::ReadAndRelease { stream }),
        2 => prop_oneof![Just(120u64), Just(2_000)].prop_map(Op::Pass),
    ]
}

/// The peer's windows, in octets.
struct Model<'a> {
    peer: Peer<'a>,
    connection: i64,
    initial: i64,
    streams: [i64; STREAMS.len()],
    unread: [usize; STREAMS.len()],
    /// The SETTINGS of the connection preface.
    has_acknowledged: bool,
}

impl Model<'_> {
    fn apply(&mut self, op: &Op) -> Result<(), TestCaseError> {
        match *op {
            Op::Initial(octets) => _ = self.peer.call(App::SetInitialWindow { octets }),
            Op::StreamTarget { stream, octets } => {
                self.peer.call(App::SetStreamTarget { stream: STREAMS[stream], octets });
            }
            Op::ConnectionTarget(octets) => _ = self.peer.call(App::SetTargetWindow { octets }),
            Op::TakeNews => self.take_news()?,
            Op::Send { stream, octets } => self.send(stream, octets),
            Op::ReadAndRelease { stream } => self.read(stream),
            Op::Pass(millis) => self.peer.step(&Step::Elapse(Duration::from_millis(millis))),
        }
        self.peer.keeps_the_rules()
    }

    /// Until SETTINGS that waited for an acknowledgement are applied, too.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        (0..3).try_for_each(|_| self.take_news())
    }

    fn send(&mut self, stream: usize, octets: usize) {
        let window = self.connection.min(self.initial + self.streams[stream]);
        let mut left = octets.min(usize::try_from(window).unwrap_or(0));
        while left > 0 {
            let size = left.min(16_384);
            self.peer.send(data(STREAMS[stream], size));
            self.connection -= size as i64;
            self.streams[stream] -= size as i64;
            self.unread[stream] += size;
            left -= size;
        }
    }

    fn read(&mut self, stream: usize) {
        let octets = std::mem::take(&mut self.unread[stream]);
        if octets > 0 {
            self.peer.call(App::Read { stream: STREAMS[stream], octets });
            self.peer.call(App::Release { stream: STREAMS[stream], octets });
        }
    }

    /// The peer looks at what the fork sent, frame by frame, and acknowledges SETTINGS as it
    /// applies them.
    fn take_news(&mut self) -> Result<(), TestCaseError> {
        let sent = |event: &Event| match &event.kind {
            EventKind::Subject(frame) => Some(frame.clone()),
            _ => None,
        };
        let frames: Vec<Frame> = self.peer.news().iter().filter_map(sent).collect();
        for frame in frames {
            match View::from(&frame) {
                View::Settings(values) => {
                    if let Some((_, value)) = values.iter().rfind(|(id, _)| *id == setting::INITIAL_WINDOW_SIZE) {
                        self.initial = i64::from(*value);
                    }
                    if self.has_acknowledged {
                        self.peer.send(settings().ack());
                    }
                    self.has_acknowledged = true;
                }
                View::WindowUpdate { increment } => match STREAMS.iter().position(|id| *id == frame.stream) {
                    Some(stream) => self.streams[stream] += i64::from(increment),
                    None => self.connection += i64::from(increment),
                },
                _ => {}
            }
            for (id, window) in STREAMS.iter().zip(self.streams) {
                let window = self.initial + window;
                self.peer.ensure(window <= MAX_WINDOW.into(), || format!("stream {id} has a window of {window}"))?;
            }
            let window = self.connection;
            self.peer.ensure(window <= MAX_WINDOW.into(), || format!("the connection has a window of {window}"))?;
        }
        Ok(())
    }

    /// Once all is read and acknowledged, each stream can receive again.
    fn finish(&mut self) -> Result<(), TestCaseError> {
        self.settle()?;
        for (stream, id) in STREAMS.iter().enumerate() {
            self.read(stream);
            self.peer.call(App::SetStreamTarget { stream: *id, octets: 50_000 });
            self.settle()?;
            let window = self.initial + self.streams[stream];
            self.peer.ensure(window >= 50_000, || format!("stream {id} has a window of {window}"))?;
        }
        Ok(())
    }
}

fn play(role: Role, first: Option<u32>, ops: &[Op]) -> Result<(), TestCaseError> {
    let config = Config {
        stream_window: first,
        connection_window: Some(1 << 22),
        receive_budget: None,
        window_growth: Some(true),
        time_passes: true,
        ..Config::DEFAULT
    };
    let mut link = subject(role, config);
    let mut peer = connect_unacknowledged(&mut *link, role);
    STREAMS.into_iter().for_each(|stream| open_stream(&mut peer, role, stream));
    let default = i64::from(DEFAULT_WINDOW);
    let mut model = Model {
        peer,
        connection: default,
        initial: default,
        streams: [0; STREAMS.len()],
        unread: [0; STREAMS.len()],
        has_acknowledged: false,
    };
    model.peer.rewind();
    model.take_news()?;
    for op in ops {
        model.apply(op)?;
    }
    model.finish()
}

fn check(role: Role) {
    let first = proptest::option::of(prop_oneof![Just(0u32), Just(1 << 20), Just(MAX_WINDOW)]);
    let run = (first, proptest::collection::vec(op(), 1..60));
    support::check(&run, |(first, ops)| play(role, first, &ops));
}

/// A server.
#[test]
fn no_setting_of_a_server_ends_its_connection() {
    check(Role::Server);
}

/// A client.
#[test]
fn no_setting_of_a_client_ends_its_connection() {
    check(Role::Client);
}
