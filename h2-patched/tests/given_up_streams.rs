//! Receiving on streams that a side gives up: whatever the peer resets and the application drops,
//! the connection's window comes home to the last octet, once, and a body without a reader is
//! drained.

mod support;

use h2_conformance::case::{Config, Role};
use h2_conformance::script::{App, Handles, Step, Upload};
use h2_conformance::transcript::AppResult;
use h2_conformance::wire::build::{data, post, reset, response};
use h2_conformance::wire::code::error::CANCEL;
use h2_conformance::wire::code::DEFAULT_WINDOW;
use proptest::prelude::*;
use support::{open, subject, Peer, STREAMS};

/// Carries the whole window after all the others are gone.
const LAST: u32 = 7;
const TARGET: i64 = DEFAULT_WINDOW as i64;

/// What happens next on a stream. Shares are in thousandths of what there is.
#[derive(Clone, Debug)]
enum Op {
    Send { octets: usize, padding: Option<u8> },
    Read { share: i64 },
    Release { share: i64 },
    Reset,
    DropBody,
    DropAll,
}

fn op() -> impl Strategy<Value = Op> {
    let octets = prop_oneof![1..300usize, Just(16_384usize), Just(65_535usize)];
    prop_oneof![
        12 => (octets, proptest::option::weighted(0.1, any::<u8>()))
            .prop_map(|(octets, padding)| Op::Send { octets, padding }),
        3 => (1..=1000i64).prop_map(|share| Op::Read { share }),
        3 => (1..=1000i64).prop_map(|share| Op::Release { share }),
        1 => Just(Op::Reset),
        1 => Just(Op::DropBody),
        1 => Just(Op::DropAll),
    ]
}

/// The peer's accounting of one stream, in octets.
#[derive(Clone, Copy, Debug, Default)]
struct Accounting {
    unread: i64,
    /// Read and not released.
    held: i64,
    is_reset: bool,
    body_dropped: bool,
    all_dropped: bool,
}

impl Accounting {
    fn is_open(self) -> bool {
        !self.is_reset && !self.all_dropped
    }

    fn is_readable(self) -> bool {
        !self.body_dropped && !self.all_dropped
    }

    fn in_flight(self) -> i64 {
        self.unread + self.held
    }
}

/// What a read gave, in octets.
fn value(result: &AppResult) -> i64 {
    match result {
        AppResult::Value(octets) => *octets as i64,
        _ => 0,
    }
}

struct Model<'a> {
    peer: Peer<'a>,
    accounting: [Accounting; STREAMS.len()],
}

impl Model<'_> {
    fn apply(&mut self, at: usize, op: &Op) -> Result<(), TestCaseError> {
        let stream = STREAMS[at];
        let mut accounting = self.accounting[at];
        match *op {
            Op::Send { octets, padding } if accounting.is_open() => {
                let sent = self.send(stream, octets, padding);
                if accounting.is_readable() {
                    accounting.unread += sent as i64;
                }
            }
            Op::Read { share } if accounting.is_readable() && accounting.unread > 0 => {
                let octets = (accounting.unread * share / 1000).max(1);
                self.peer.call(App::Read { stream, octets: octets as usize });
                // Whole frames are read.
                let octets = self.peer.results().iter().map(|(_, result)| value(result)).sum::<i64>();
                accounting.unread -= octets;
                accounting.held += octets;
            }
            Op::Release { share } if accounting.is_readable() && accounting.held > 0 => {
                let octets = (accounting.held * share / 1000).max(1);
                self.peer.call(App::Release { stream, octets: octets as usize });
                accounting.held -= octets;
            }
            Op::Reset if accounting.is_open() => {
                self.peer.send(reset(stream, CANCEL));
                accounting.is_reset = true;
            }
            Op::DropBody if accounting.is_readable() => {
                self.peer.call(App::Drop { stream, what: Handles::Receive });
                accounting.unread = 0;
                accounting.body_dropped = true;
            }
            Op::DropAll if !accounting.all_dropped => {
                self.peer.call(App::Drop { stream, what: Handles::All });
                accounting = Accounting { all_dropped: true, is_reset: accounting.is_reset, ..Accounting::default() };
            }
            _ => return Ok(()),
        }
        self.accounting[at] = accounting;
        self.check()
    }

    /// Sends up to `octets` of content, as the windows allow; how many.
    fn send(&mut self, stream: u32, octets: usize, padding: Option<u8>) -> usize {
        let overhead = padding.map_or(0, |padding| usize::from(padding) + 1);
        let mut left = octets;
        // A window of few octets is not worth a thousand frames.
        for _ in 0..64 {
            let room = self.peer.may_send(stream).min(16_384).saturating_sub(overhead);
            let content = left.min(room);
            if content == 0 {
                break;
            }
            let frame = data(stream, content);
            self.peer.send(match padding {
                Some(padding) => frame.padded(padding),
                None => frame,
            });
            left -= content;
        }
        octets - left
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        for (call, result) in self.peer.results() {
            let failed = matches!(result, AppResult::Failed(_));
            self.peer.ensure(!failed, || format!("call #{call}: {result}"))?;
        }
        self.peer.keeps_the_rules()?;
        let (open, ended): (Vec<_>, Vec<_>) = self.accounting.iter().partition(|accounting| accounting.is_open());
        let in_flight =
            |accounting: Vec<&Accounting>| accounting.iter().map(|accounting| accounting.in_flight()).sum::<i64>();
        let (open, ended) = (in_flight(open), in_flight(ended));
        let granted = self.peer.granted(0);
        self.peer
            .ensure(granted <= TARGET - open, || format!("{granted} octets granted while {open} are in flight"))?;
        self.peer.ensure(open + ended <= 2 * TARGET, || format!("the application holds {} octets", open + ended))?;
        for (stream, accounting) in STREAMS.iter().zip(&self.accounting).filter(|(_, accounting)| accounting.is_open())
        {
            let possible = TARGET - accounting.in_flight();
            let withheld = possible - self.peer.granted(*stream);
            self.peer.ensure((0..=TARGET / 2).contains(&withheld), || {
                format!("stream {stream}: {withheld} octets withheld of {possible}")
            })?;
            let drained = !accounting.body_dropped || withheld == 0 || withheld < possible / 2;
            self.peer.ensure(drained, || {
                format!("stream {stream}: {withheld} of {possible} octets withheld without a reader")
            })?;
        }
        Ok(())
    }

    /// Drops everything; then a fresh stream can carry exactly the whole window.
    fn drain(mut self, role: Role) -> Result<(), TestCaseError> {
        for at in 0..STREAMS.len() {
            self.apply(at, &Op::DropAll)?;
        }
        if role == Role::Server {
            self.peer.send(post(LAST));
        } else {
            self.peer.call(App::Request { method: "GET", end: true });
            self.peer.send(response(LAST, 200));
            self.peer.call(App::AwaitResponse { stream: LAST });
        }
        self.peer.call(App::Read { stream: LAST, octets: DEFAULT_WINDOW as usize });
        let length = DEFAULT_WINDOW.into();
        self.peer.step(&Step::Upload(Upload { stream: LAST, length, frame: 16_384, padding: None, end: false }));
        let (connection, stream) = (self.peer.granted(0), self.peer.granted(LAST));
        self.peer.ensure((connection, stream) == (0, 0), || {
            format!("after the whole window {connection} octets of the connection and {stream} of the stream are left")
        })
    }
}

fn run(role: Role, ops: &[(usize, Op)]) -> Result<(), TestCaseError> {
    let mut subject = subject(role, Config::DEFAULT);
    let mut model = Model { peer: open(&mut *subject, role), accounting: Default::default() };
    for (at, op) in ops {
        model.apply(*at, op)?;
    }
    model.drain(role)
}

fn ops() -> impl Strategy<Value = Vec<(usize, Op)>> {
    proptest::collection::vec((0..STREAMS.len(), op()), 1..60)
}

proptest! {
    #![proptest_config(support::config())]

    /// A server's connection window.
    #[test]
    fn the_connection_loses_no_credit_and_gains_none(ops in ops()) {
        run(Role::Server, &ops)?;
    }

    /// A client's connection window.
    #[test]
    fn a_clients_connection_loses_no_credit_and_gains_none(ops in ops()) {
        run(Role::Client, &ops)?;
    }
}
