//! Receiving: whatever peers send and readers do, the fork grants exactly what was given back, in
//! time and never more.
//!
//! The model is RFC 9113 section 6.9 from the peer's side. For the connection and for each stream,
//! at every moment at which nothing moves: target = granted + received and not given back + given
//! back and not announced. The last term is all that the fork may choose; the model bounds it.

mod support;

use h2_conformance::case::{Config, Role};
use h2_conformance::script::{App, Step, Upload};
use h2_conformance::transcript::AppResult;
use h2_conformance::wire::build::data;
use proptest::prelude::*;
use support::{open, subject, Peer, STREAMS};

/// What happens next. Shares are in thousandths of what there is.
#[derive(Clone, Debug)]
enum Op {
    Send {
        stream: usize,
        octets: usize,
        padding: Option<u8>,
    },
    Read {
        stream: usize,
        share: usize,
    },
    Release {
        stream: usize,
        share: usize,
    },
    /// A reader that has read everything asks for more.
    Wait {
        stream: usize,
    },
    Target(u32),
    StreamTarget {
        stream: usize,
        octets: u32,
    },
    Initial(u32),
}

fn op() -> impl Strategy<Value = Op> {
    let stream = 0..STREAMS.len();
    let size = prop_oneof![Just(0u32), Just(1), 2..200u32, Just(16_384), Just(65_535), 65_536..300_000u32];
    prop_oneof![
        6 => (stream.clone(), prop_oneof![1..300usize, Just(16_384usize)], proptest::option::weighted(0.1, any::<u8>()))
            .prop_map(|(stream, octets, padding)| Op::Send { stream, octets, padding }),
        3 => (stream.clone(), 1..=1000usize).prop_map(|(stream, share)| Op::Read { stream, share }),
        4 => (stream.clone(), prop_oneof![Just(1usize), 1..=1000usize, Just(1000usize)])
            .prop_map(|(stream, share)| Op::Release { stream, share }),
        3 => stream.clone().prop_map(|stream| Op::Wait { stream }),
        1 => size.clone().prop_map(Op::Target),
        1 => (stream, size.clone()).prop_map(|(stream, octets)| Op::StreamTarget { stream, octets }),
        1 => size.prop_map(Op::Initial),
    ]
}

/// The peer's accounting of one stream, in octets.
#[derive(Clone, Copy, Debug, Default)]
struct Accounting {
    unread: i64,
    held: i64,
    /// The call of the reader that waits.
    waiting: Option<usize>,
    /// The window of this stream alone.
    target: Option<i64>,
    /// The stream's window before the last step, and what the step took from it or gave to it by
    /// SETTINGS.
    before: i64,
}

struct Model<'a> {
    peer: Peer<'a>,
    streams: [Accounting; STREAMS.len()],
    target: i64,
    initial: i64,
    /// The connection's window before the last step.
    before: i64,
    sent: u64,
    read: u64,
}

impl Model<'_> {
    fn apply(&mut self, op: &Op) -> Result<(), TestCaseError> {
        self.before = self.peer.granted(0);
        for (stream, accounting) in STREAMS.iter().zip(&mut self.streams) {
            accounting.before = self.peer.granted(*stream);
        }
        match *op {
            Op::Send { stream, octets, padding } => self.send(stream, octets, padding),
            Op::Read { stream, share } => {
                let accounting = self.streams[stream];
                if accounting.unread > 0 {
                    let octets = (accounting.unread as usize * share / 1000).max(1);
                    self.read(stream, octets);
                }
            }
            Op::Wait { stream } => {
                let accounting = self.streams[stream];
                if accounting.unread == 0 && accounting.waiting.is_none() {
                    self.read(stream, 1);
                }
            }
            Op::Release { stream, share } => {
                let octets = (self.streams[stream].held * share as i64 / 1000).max(1);
                if octets <= self.streams[stream].held {
                    self.peer.call(App::Release { stream: STREAMS[stream], octets: octets as usize });
                    self.streams[stream].held -= octets;
                }
            }
            Op::Target(octets) => {
                self.peer.call(App::SetTargetWindow { octets });
                self.target = octets.into();
            }
            Op::StreamTarget { stream, octets } => {
                self.peer.call(App::SetStreamTarget { stream: STREAMS[stream], octets });
                let before = self.streams[stream].target.replace(octets.into());
                if i64::from(octets) > before.unwrap_or(self.initial) {
                    self.announced(stream, octets.into())?;
                }
            }
            Op::Initial(octets) => {
                self.peer.call(App::SetInitialWindow { octets });
                for accounting in &mut self.streams {
                    accounting.before += i64::from(octets) - self.initial;
                }
                self.initial = octets.into();
            }
        }
        self.take_results()?;
        self.check()
    }

    /// A target that grew is announced in full.
    fn announced(&self, stream: usize, target: i64) -> Result<(), TestCaseError> {
        let accounting = self.streams[stream];
        let granted = self.peer.granted(STREAMS[stream]);
        let due = target - accounting.unread - accounting.held;
        self.peer.ensure(granted >= due, || format!("stream {}: {granted} of {due} octets announced", STREAMS[stream]))
    }

    fn send(&mut self, stream: usize, octets: usize, padding: Option<u8>) {
        let overhead = padding.map_or(0, |padding| usize::from(padding) + 1);
        let room = self.peer.may_send(STREAMS[stream]).min(16_384);
        let Some(room) = room.checked_sub(overhead).filter(|room| *room > 0) else {
            return;
        };
        let frame = data(STREAMS[stream], octets.min(room));
        self.sent += octets.min(room) as u64;
        self.streams[stream].unread += octets.min(room) as i64;
        self.peer.send(match padding {
            Some(padding) => frame.padded(padding),
            None => frame,
        });
    }

    fn read(&mut self, stream: usize, octets: usize) {
        let call = self.peer.call(App::Read { stream: STREAMS[stream], octets });
        self.streams[stream].waiting = Some(call);
    }

    fn take_results(&mut self) -> Result<(), TestCaseError> {
        for (call, result) in self.peer.results() {
            let octets = match result {
                AppResult::Value(octets) => octets,
                AppResult::Done => continue,
                AppResult::Failed(_) => return self.peer.ensure(false, || format!("call #{call}: {result}")),
            };
            self.read += octets;
            if let Some(accounting) = self.streams.iter_mut().find(|accounting| accounting.waiting == Some(call)) {
                accounting.waiting = None;
                accounting.unread -= octets as i64;
                accounting.held += octets as i64;
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), TestCaseError> {
        self.peer.keeps_the_rules()?;
        let mut in_flight = 0;
        for (stream, accounting) in STREAMS.iter().zip(&self.streams) {
            let mine = accounting.unread + accounting.held;
            in_flight += mine;
            let target = accounting.target.unwrap_or(self.initial);
            let before = accounting.target.map(|_| accounting.before);
            self.bounded(&format!("stream {stream}"), *stream, (target, before), mine, accounting.waiting.is_some())?;
        }
        let anybody_waits = self.streams.iter().any(|accounting| accounting.waiting.is_some());
        self.bounded("the connection", 0, (self.target, Some(self.before)), in_flight, anybody_waits)
    }

    /// `target` and, where it was set and may lie below what the peer has, the window before the
    /// last step.
    fn bounded(
        &self,
        whose: &str,
        stream: u32,
        (target, before): (i64, Option<i64>),
        in_flight: i64,
        waits: bool,
    ) -> Result<(), TestCaseError> {
        let granted = self.peer.granted(stream);
        let unannounced = target - in_flight - granted;
        if let Some(before) = before.filter(|_| unannounced < 0) {
            // The target was lowered below what the peer already has: that cannot be taken back,
            // only not be added to.
            return self.peer.ensure(granted <= before, || {
                format!("{whose}: the window grew from {before} to {granted} above its target {target}")
            });
        }
        self.peer.ensure(unannounced >= 0, || format!("{whose}: {} octets too many granted", -unannounced))?;
        self.peer.ensure(unannounced == 0 || unannounced < target / 2, || {
            format!("{whose}: {unannounced} octets withheld, target {target}")
        })?;
        let possible = target - in_flight;
        self.peer.ensure(!waits || possible <= 0 || unannounced == 0 || unannounced < possible / 2, || {
            format!("{whose}: a reader waits and {unannounced} of {possible} possible octets are withheld")
        })
    }

    /// Opens the windows, gives everything back, and lets each stream carry a whole body.
    fn drain(mut self) -> Result<(), TestCaseError> {
        self.apply(&Op::Initial(65_535))?;
        self.apply(&Op::Target(65_535))?;
        for stream in 0..STREAMS.len() {
            self.apply(&Op::StreamTarget { stream, octets: 65_535 })?;
        }
        for stream in 0..STREAMS.len() {
            self.apply(&Op::Read { stream, share: 1000 })?;
            self.apply(&Op::Release { stream, share: 1000 })?;
        }
        for stream in STREAMS {
            // A reader that waits already takes what comes first; the rest goes to the one that
            // reads to the end.
            self.peer.step(&Step::Upload(Upload { stream, length: 100_000, frame: 16_384, padding: None, end: true }));
            self.sent += 100_000;
            self.peer.call(App::ReadToEnd { stream });
        }
        self.take_results()?;
        self.peer.keeps_the_rules()?;
        self.peer.ensure(self.read == self.sent, || format!("{} octets sent, {} read", self.sent, self.read))
    }
}

fn run(role: Role, ops: &[Op], stream_window: u32, connection_window: u32) -> Result<(), TestCaseError> {
    let config =
        Config { stream_window: Some(stream_window), connection_window: Some(connection_window), ..Config::DEFAULT };
    let mut subject = subject(role, config);
    let mut model = Model {
        peer: open(&mut *subject, role),
        streams: Default::default(),
        target: connection_window.into(),
        initial: stream_window.into(),
        before: i64::from(connection_window),
        sent: 0,
        read: 0,
    };
    model.check()?;
    for op in ops {
        model.apply(op)?;
    }
    model.drain()
}

proptest! {
    #![proptest_config(support::config())]

    /// A server's windows.
    #[test]
    fn server_grants_what_was_given_back(
        ops in proptest::collection::vec(op(), 1..60),
        stream_window in prop_oneof![Just(65_535u32), 0..200_000u32],
        connection_window in prop_oneof![Just(65_535u32), 65_535..400_000u32],
    ) {
        run(Role::Server, &ops, stream_window, connection_window)?;
    }

    /// A client's windows.
    #[test]
    fn client_grants_what_was_given_back(
        ops in proptest::collection::vec(op(), 1..60),
        stream_window in prop_oneof![Just(65_535u32), 0..200_000u32],
        connection_window in prop_oneof![Just(65_535u32), 65_535..400_000u32],
    ) {
        run(Role::Client, &ops, stream_window, connection_window)?;
    }
}
