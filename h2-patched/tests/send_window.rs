//! Sending: whatever windows a peer grants and takes back, the fork never exceeds them and never
//! leaves them unused while it has something to send.

mod support;

use h2_conformance::case::{Config, Role};
use h2_conformance::script::App;
use h2_conformance::transcript::EventKind;
use h2_conformance::wire::build::{settings, window_update};
use h2_conformance::wire::code::setting::INITIAL_WINDOW_SIZE;
use h2_conformance::wire::FlowWindows;
use h2_conformance::wire::View;
use proptest::prelude::*;
use support::{open, subject, Peer, STREAMS};

/// What happens next.
#[derive(Clone, Debug)]
enum Op {
    /// A well-behaved writer: waits for capacity.
    Write {
        stream: usize,
        octets: usize,
    },
    /// A writer that hands over everything at once.
    Push {
        stream: usize,
        octets: usize,
    },
    GrantConnection(u32),
    GrantStream {
        stream: usize,
        octets: u32,
    },
    Initial(u32),
}

fn op() -> impl Strategy<Value = Op> {
    let stream = 0..STREAMS.len();
    let octets = prop_oneof![1..100usize, 100..70_000usize];
    prop_oneof![
        3 => (stream.clone(), octets.clone()).prop_map(|(stream, octets)| Op::Write { stream, octets }),
        2 => (stream.clone(), octets).prop_map(|(stream, octets)| Op::Push { stream, octets }),
        3 => prop_oneof![Just(1u32), 1..50_000u32].prop_map(Op::GrantConnection),
        3 => (stream, prop_oneof![Just(1u32), 1..50_000u32]).prop_map(|(stream, octets)| Op::GrantStream { stream, octets }),
        1 => prop_oneof![Just(0u32), 0..100_000u32].prop_map(Op::Initial),
    ]
}

struct Model<'a> {
    peer: Peer<'a>,
    /// Octets handed to each stream, and the call of a writer that is not done.
    streams: [(u64, Option<usize>); STREAMS.len()],
    /// What the connection buffers before it holds back capacity.
    budget: Option<usize>,
}

impl Model<'_> {
    fn apply(&mut self, op: &Op) -> Result<(), TestCaseError> {
        match *op {
            Op::Write { stream, octets } => {
                // One writer a stream, as in real programs: two would take each other's wake-ups.
                if self.streams[stream].1.is_none() {
                    let call = self.peer.call(App::WriteAll { stream: STREAMS[stream], octets, end: false });
                    self.streams[stream].0 += octets as u64;
                    self.streams[stream].1 = Some(call);
                }
            }
            Op::Push { stream, octets } => {
                if self.streams[stream].1.is_none() {
                    self.peer.call(App::SendData { stream: STREAMS[stream], octets, end: false });
                    self.streams[stream].0 += octets as u64;
                }
            }
            Op::GrantConnection(octets) => self.peer.send(window_update(0, octets)),
            Op::GrantStream { stream, octets } => self.peer.send(window_update(STREAMS[stream], octets)),
            Op::Initial(octets) => self.peer.send(settings().with(INITIAL_WINDOW_SIZE, octets)),
        }
        for (call, _) in self.peer.results() {
            for (_, writer) in &mut self.streams {
                if *writer == Some(call) {
                    *writer = None;
                }
            }
        }
        self.check()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        self.peer.keeps_the_rules()?;
        let (windows, sent) = self.accounting();
        for (at, stream) in STREAMS.iter().enumerate() {
            let unsent = self.streams[at].0 - sent[at];
            let room = windows.available(*stream);
            self.peer.ensure(unsent == 0 || room == 0 || self.waits_for_budget(at, &sent), || {
                format!("stream {stream} has {unsent} octets to send and {room} octets of window, and nothing moves")
            })?;
        }
        Ok(())
    }

    /// Whether a writer has to wait because others fill the buffer of the connection.
    fn waits_for_budget(&self, at: usize, sent: &[u64]) -> bool {
        let unsent = self.streams.iter().zip(sent).map(|((handed, _), sent)| handed - sent);
        let of_others: u64 = unsent.enumerate().filter(|(other, _)| *other != at).map(|(_, unsent)| unsent).sum();
        self.streams[at].1.is_some() && self.budget.is_some_and(|budget| of_others >= budget as u64)
    }

    /// The windows that the peer granted, and what was sent on each stream.
    fn accounting(&self) -> (FlowWindows, [u64; STREAMS.len()]) {
        let mut windows = FlowWindows::default();
        let mut sent = [0; STREAMS.len()];
        for event in &self.peer.transcript().events {
            match &event.kind {
                EventKind::Peer(frame) | EventKind::Automatic(frame) => match View::from(frame) {
                    View::Settings(values) => windows.settings(&values),
                    _ => windows.granted(frame),
                },
                EventKind::Subject(frame) => {
                    windows.sent(frame);
                    if let Some(at) = STREAMS.iter().position(|stream| *stream == frame.stream) {
                        sent[at] += u64::from(frame.flow_controlled());
                    }
                }
                _ => {}
            }
        }
        (windows, sent)
    }

    /// Opens all windows wide: everything has to go out.
    fn drain(mut self) -> Result<(), TestCaseError> {
        self.apply(&Op::Initial(65_535))?;
        self.apply(&Op::GrantConnection(10_000_000))?;
        for stream in 0..STREAMS.len() {
            self.apply(&Op::GrantStream { stream, octets: 5_000_000 })?;
        }
        let (_, sent) = self.accounting();
        for (at, (handed, writer)) in self.streams.iter().enumerate() {
            self.peer.ensure(sent[at] == *handed && writer.is_none(), || {
                format!("stream {}: {} of {handed} octets sent", STREAMS[at], sent[at])
            })?;
        }
        Ok(())
    }
}

fn run(role: Role, ops: &[Op], budget: Option<usize>) -> Result<(), TestCaseError> {
    let mut subject = subject(role, Config { connection_send_buffer: budget, ..Config::DEFAULT });
    let mut model = Model { peer: open(&mut *subject, role), streams: Default::default(), budget };
    for op in ops {
        model.apply(op)?;
    }
    model.drain()
}

proptest! {
    #![proptest_config(support::config())]

    /// A server that answers.
    #[test]
    fn server_uses_windows_to_the_last_octet(ops in proptest::collection::vec(op(), 1..60)) {
        run(Role::Server, &ops, None)?;
    }

    /// A client that uploads.
    #[test]
    fn client_uses_windows_to_the_last_octet(ops in proptest::collection::vec(op(), 1..60)) {
        run(Role::Client, &ops, None)?;
    }

    /// A server whose connection buffers no more than that.
    #[test]
    fn a_send_budget_stalls_no_stream(
        ops in proptest::collection::vec(op(), 1..60),
        budget in prop_oneof![500..3_000usize, 3_000..200_000usize],
    ) {
        run(Role::Server, &ops, Some(budget))?;
    }
}
