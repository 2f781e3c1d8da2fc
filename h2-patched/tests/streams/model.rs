//! Applies operations where they are legal, and keeps the accounting of both sides.

use std::collections::BTreeMap;

use h2_conformance::case::{Config, Role};
use h2_conformance::drive::Link;
use h2_conformance::script::{App as Call, Handles, Step, UpdatePolicy};
use h2_conformance::transcript::EventKind;
use h2_conformance::wire::build::{
    data, get, goaway, post, push_promise, reset, response, settings, trailers, window_update,
};
use h2_conformance::wire::code::error::{NO_ERROR, REFUSED_STREAM};
use h2_conformance::wire::code::setting::{ENABLE_PUSH, INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS, MAX_FRAME_SIZE};
use h2_conformance::wire::code::{DEFAULT_FRAME_SIZE, DEFAULT_WINDOW};
use h2_conformance::wire::Frame;
use proptest::prelude::*;

use crate::accounting::{Accounting, Gone, Half, Wire};
use crate::hand::{Hand, Reader, Writer};
use crate::op::{self, Op};
use crate::support::{self, Peer};
use crate::tally;

/// Requests of one run; there may be as many promises again.
const STREAMS: usize = 20;

pub type Checked = Result<(), TestCaseError>;

pub struct Model<'a> {
    pub peer: Peer<'a>,
    pub role: Role,
    pub config: Config,
    pub accounting: Accounting,
    pub hands: BTreeMap<u32, Hand>,
    pub calls: BTreeMap<usize, Call>,
    /// The connection's receive window and a stream's: what is asked for, and the most that was.
    pub target: (i64, i64),
    /// The smallest that the target of the connection has been.
    pub least_target: i64,
    pub initial: (i64, i64),
    /// Every policy for updates that was in force.
    pub policies: Vec<UpdatePolicy>,
    pub requester: bool,
    /// The newest request that the shared handle made: the handle keeps hold of it while it waits
    /// for its place.
    pub newest: Option<u32>,
    pub shut_down: bool,
    reads: bool,
}

impl<'a> Model<'a> {
    pub fn new(link: &'a mut dyn Link, role: Role, config: Config) -> Self {
        let server = role == Role::Server;
        let of = |octets: Option<u32>| i64::from(octets.unwrap_or(DEFAULT_WINDOW));
        let (target, initial) = (of(config.connection_window), of(config.stream_window));
        Model {
            peer: support::connect(link, role),
            role,
            config,
            accounting: Accounting::new(server),
            hands: BTreeMap::new(),
            calls: BTreeMap::new(),
            target: (target, target),
            least_target: target,
            initial: (initial, initial),
            policies: vec![config.update_policy.unwrap_or(UpdatePolicy::DEFAULT)],
            requester: !server,
            newest: None,
            shut_down: false,
            reads: true,
        }
    }

    pub fn apply(&mut self, op: &Op) -> Checked {
        if self.accounting.closed {
            return Ok(());
        }
        let applied = match op {
            Op::Peer(act) => self.peer_acts(act),
            Op::App(act) => self.app_acts(act),
        };
        if applied.is_some() {
            tally::operation(self.role.name(), op);
        }
        self.take_news()?;
        if let Op::Peer(op::PeerOp::Open { .. }) = op {
            self.slot(applied)?;
        }
        self.at_rest()
    }

    /// One of the streams that the peer knows and of which this holds.
    fn wire(&self, pick: u8, holds: impl Fn(u32, &Wire) -> bool) -> Option<u32> {
        one_of(pick, self.accounting.streams.iter().filter(|(id, wire)| holds(**id, wire)).map(|(id, _)| *id))
    }

    /// One of the streams that the application knows and of which this holds.
    fn hand(&self, pick: u8, holds: impl Fn(&Hand) -> bool) -> Option<u32> {
        one_of(pick, self.hands.iter().filter(|(_, hand)| holds(hand)).map(|(id, _)| *id))
    }

    /// The peer sends a frame; the stream or limit that it speaks of.
    fn send(&mut self, frame: Frame) -> Option<u32> {
        let stream = frame.stream;
        self.peer.send(frame);
        Some(stream)
    }

    fn peer_acts(&mut self, act: &op::PeerOp) -> Option<u32> {
        let uploads = |_: u32, wire: &Wire| wire.is_open() && wire.peer == Half::Open;
        match *act {
            op::PeerOp::Open { end } => {
                let next = self.accounting.streams.keys().rev().find(|id| *id % 2 == 1).map_or(1, |id| id + 2);
                let may = (next as usize) < 2 * STREAMS
                    && self.accounting.going.is_none()
                    && self.accounting.peer_going.is_none();
                may.then(|| self.send(if end { get(next) } else { post(next) }))?
            }
            op::PeerOp::Answer { stream, end } => {
                let room = self.config.max_concurrent.is_none_or(|max| self.accounting.counted(true) < max as usize);
                let stream = self.wire(stream, |_, wire| {
                    wire.is_open() && wire.peer == Half::Idle && (wire.parent.is_none() || room)
                })?;
                let head = response(stream, 200);
                self.send(if end { head.end_stream() } else { head })
            }
            op::PeerOp::Data { stream, octets, padding, end } => {
                let stream = self.wire(stream, uploads)?;
                let overhead = padding.map_or(0, |padding| usize::from(padding) + 1);
                let room = self.peer.may_send(stream).min(DEFAULT_FRAME_SIZE).checked_sub(overhead)?;
                let frame = data(stream, octets.min(room));
                let frame = padding.map_or(frame.clone(), |padding| frame.padded(padding));
                self.send(if end { frame.end_stream() } else { frame })
            }
            op::PeerOp::Trailers { stream } => {
                let stream = self.wire(stream, uploads)?;
                self.send(trailers(stream))
            }
            op::PeerOp::Reset { stream, code } => {
                let stream = self.wire(stream, |_, wire| wire.is_open())?;
                self.send(reset(stream, code))
            }
            op::PeerOp::GrantConnection(octets) => self.send(window_update(0, octets)),
            op::PeerOp::GrantStream { stream, octets } => {
                let stream = self.wire(stream, |_, wire| wire.is_open() && wire.fork != Half::Ended)?;
                self.send(window_update(stream, octets))
            }
            op::PeerOp::InitialWindow(octets) => self.send(settings().with(INITIAL_WINDOW_SIZE, octets)),
            op::PeerOp::MaxStreams(streams) => self.send(settings().with(MAX_CONCURRENT_STREAMS, streams)),
            op::PeerOp::MaxFrame(octets) => self.send(settings().with(MAX_FRAME_SIZE, octets)),
            op::PeerOp::AllowPush(allow) => self.send(settings().with(ENABLE_PUSH, allow.into())),
            op::PeerOp::Promise { stream } => {
                let next = self.accounting.streams.keys().rev().find(|id| *id % 2 == 0).map_or(2, |id| id + 2);
                let stream = self.wire(stream, |id, wire| id % 2 == 1 && wire.is_open() && wire.peer != Half::Ended)?;
                let may = self.role == Role::Client && next as usize <= 2 * STREAMS && self.accounting.going.is_none();
                may.then(|| self.send(push_promise(stream, next)))?
            }
            op::PeerOp::GoAway { forgotten } => {
                let own = usize::from(self.role == Role::Client);
                let ids = self.accounting.streams.keys().rev().filter(|id| **id as usize % 2 == own);
                let last = ids.copied().nth(forgotten.into()).unwrap_or(0);
                self.accounting.peer_going.is_none().then(|| self.send(goaway(last, NO_ERROR)))?
            }
            op::PeerOp::StopReading => self.reads(false),
            op::PeerOp::GoOnReading => self.reads(true),
        }
    }

    /// Whether the shared handle waits for the place of its newest request.
    pub fn request_waits(&self) -> bool {
        self.requester && self.calls.values().any(|call| matches!(call, Call::Request { .. }))
    }

    pub fn has_unsent_promise(&self) -> bool {
        self.hands.iter().any(|(id, hand)| hand.parent.is_some() && !self.accounting.streams.contains_key(id))
    }

    pub fn reads(&mut self, reads: bool) -> Option<u32> {
        (self.accounting.blocked == reads).then(|| {
            self.reads = reads;
            // What waited was written before the peer read on: it is booked before this changes
            // back.
            self.accounting.blocked = true;
            self.peer.step(&Step::Block(!reads));
            0
        })
    }

    /// Makes a call; the stream that it is about.
    pub fn call(&mut self, stream: u32, call: Call) -> Option<u32> {
        let number = self.peer.call(call.clone());
        let wire = self.accounting.streams.get(&stream);
        if let Some(hand) = self.hands.get_mut(&stream) {
            match call {
                Call::WriteAll { octets, end, .. } => {
                    // A writer reserves what it is about to send.
                    hand.reserved = if octets == 0 && !end { hand.reserved } else { 0 };
                    hand.handed_most += octets as u64;
                    hand.writer = Some(Writer { call: number, octets: octets as u64 });
                }
                Call::Read { octets, .. } => hand.reader = Some(Reader { call: number, limit: Some(octets as u64) }),
                Call::ReadToEnd { .. } => hand.reader = Some(Reader { call: number, limit: None }),
                Call::AwaitResponse { .. } => hand.awaiting = Some(number),
                Call::AwaitPush { .. } => hand.pushes = true,
                Call::Reserve { octets, .. } => hand.reserved = octets,
                Call::Reset { .. } => hand.reset = true,
                Call::SendData { octets, .. } => hand.reserved = hand.reserved.saturating_sub(octets),
                Call::Drop { what, .. } => {
                    let unread = wire.map_or(0, |wire| wire.received - hand.released);
                    if hand.receive {
                        let keeps = hand.strays || hand.reader.is_some_and(|reader| reader.limit.is_some());
                        hand.lingers = if keeps { unread } else { hand.held };
                    }
                    hand.drop(what);
                }
                _ => {}
            }
            // While the peer does not read, the stream may be open and only the frame on its way.
            let unopened = wire.is_none() && !self.accounting.blocked && !hand.is_push;
            hand.left_unopened |= unopened && (hand.reset || !hand.holds_any());
        }
        self.calls.insert(number, call);
        Some(stream)
    }

    fn app_acts(&mut self, act: &op::App) -> Option<u32> {
        match *act {
            op::App::Request { end, beside } => {
                let method = if end { "GET" } else { "POST" };
                let asked = self.calls.values().filter(|call| is_request(call)).count();
                // One handle serves one task: it has one waker.
                let call = if beside || self.request_waits() {
                    Call::RequestBeside { method, end }
                } else {
                    Call::Request { method, end }
                };
                (self.requester && asked < STREAMS).then(|| self.call(0, call))?
            }
            op::App::AwaitResponse { stream } => {
                let stream = self.hand(stream, |hand| hand.response && hand.awaiting.is_none())?;
                self.call(stream, Call::AwaitResponse { stream })
            }
            op::App::AwaitPush { stream } => {
                let stream = self.hand(stream, |hand| !hand.is_push && (hand.response || hand.pushes))?;
                self.call(stream, Call::AwaitPush { stream })
            }
            op::App::Respond { stream, end } => {
                let stream = self.hand(stream, |hand| hand.respond && !hand.responded && !hand.reset)?;
                self.call(stream, Call::Respond { stream, status: 200, end })
            }
            op::App::Promise { stream } => {
                let stream = self.hand(stream, |hand| hand.respond && !hand.is_push && !hand.ended && !hand.reset)?;
                let room = self.hands.keys().filter(|id| *id % 2 == 0).count() < STREAMS;
                room.then(|| self.call(stream, Call::Promise { stream }))?
            }
            op::App::Reserve { stream, octets } => {
                let stream = self.hand(stream, Hand::may_write)?;
                self.call(stream, Call::Reserve { stream, octets })
            }
            op::App::Write { stream, octets, end } => {
                let stream = self.hand(stream, Hand::may_write)?;
                self.call(stream, Call::WriteAll { stream, octets, end })
            }
            op::App::Push { stream, octets, end } => {
                let stream = self.hand(stream, Hand::may_write)?;
                self.call(stream, Call::SendData { stream, octets, end })
            }
            op::App::Trailers { stream } => {
                let stream = self.hand(stream, Hand::may_write)?;
                self.call(stream, Call::SendTrailers { stream })
            }
            op::App::Read { stream, octets } => {
                let stream = self.hand(stream, Hand::may_read)?;
                self.call(stream, Call::Read { stream, octets })
            }
            op::App::ReadToEnd { stream } => {
                let stream = self.hand(stream, Hand::may_read)?;
                self.call(stream, Call::ReadToEnd { stream })
            }
            op::App::Release { stream, share } => {
                let stream = self.hand(stream, |hand| hand.receive && hand.held > 0)?;
                let octets = (self.hands[&stream].held as usize * share / 1000).max(1);
                self.call(stream, Call::Release { stream, octets })
            }
            _ => self.app_controls(act),
        }
    }

    /// The acts that are no part of a message.
    fn app_controls(&mut self, act: &op::App) -> Option<u32> {
        match *act {
            op::App::Reset { stream, code } => {
                let stream = self.hand(stream, |hand| (hand.send || hand.respond) && !hand.reset)?;
                self.call(stream, Call::Reset { stream, code })
            }
            op::App::Drop { stream, what } => {
                let stream = self.hand(stream, |hand| match what {
                    Handles::All => hand.holds_any(),
                    Handles::Receive => hand.receive,
                    Handles::Send => hand.send && hand.writer.is_none(),
                    Handles::Response => hand.respond || hand.response || hand.pushes,
                })?;
                self.call(stream, Call::Drop { stream, what })
            }
            op::App::DropRequester => {
                let had = std::mem::take(&mut self.requester);
                had.then(|| self.call(0, Call::DropRequester))?
            }
            op::App::InitialWindow(octets) => {
                self.initial = (octets.into(), self.initial.1.max(octets.into()));
                self.call(0, Call::SetInitialWindow { octets })
            }
            op::App::Target(octets) => {
                self.target = (octets.into(), self.target.1.max(octets.into()));
                self.least_target = self.least_target.min(octets.into());
                self.call(0, Call::SetTargetWindow { octets })
            }
            op::App::Policy(policy) => {
                self.policies.push(policy);
                self.call(0, Call::SetUpdatePolicy { policy })
            }
            op::App::StreamPolicy { stream, policy } => {
                let stream = self.hand(stream, |hand| hand.receive)?;
                self.policies.push(policy);
                self.call(stream, Call::SetStreamUpdatePolicy { stream, policy })
            }
            op::App::ShutDown => {
                let had = std::mem::replace(&mut self.shut_down, true);
                (!had && self.role == Role::Server).then(|| self.call(0, Call::ShutDown))?
            }
            _ => unreachable!("parts of messages are acted before"),
        }
    }

    /// A request beyond what the fork admits is refused, and no other.
    fn slot(&self, opened: Option<u32>) -> Checked {
        let Some(stream) = opened.filter(|_| !self.accounting.blocked) else { return Ok(()) };
        let wire = self.accounting.streams[&stream];
        let taken = self.accounting.counted(true) - usize::from(wire.is_counted());
        let room = self.config.max_concurrent.is_none_or(|max| taken < max as usize);
        let refused = wire.gone == Some(Gone::Fork(REFUSED_STREAM));
        self.ensure(self.hands.contains_key(&stream) == room && refused != room, || {
            format!(
                "stream {stream} is {}, and {taken} places are taken",
                if refused { "refused" } else { "not refused" }
            )
        })
    }

    /// Accounting what came of it.
    pub fn take_news(&mut self) -> Checked {
        let mut findings = Vec::new();
        let mut results = Vec::new();
        for event in self.peer.news() {
            match &event.kind {
                EventKind::Accepted { stream } => {
                    self.hands.insert(*stream, Hand::accepted());
                }
                EventKind::Result { call, result } => results.push((*call, result.clone())),
                what => findings.extend(self.accounting.take(what).err()),
            }
        }
        for (call, result) in results {
            self.came_to_its_end(call, &result)?;
        }
        findings.extend(self.opened_in_vain());
        self.accounting.blocked &= !self.reads;
        self.peer.ensure(findings.is_empty(), || findings.join("\n"))
    }
}

fn is_request(call: &Call) -> bool {
    matches!(call, Call::Request { .. } | Call::RequestBeside { .. })
}

fn one_of(pick: u8, candidates: impl Iterator<Item = u32>) -> Option<u32> {
    let candidates: Vec<u32> = candidates.collect();
    candidates.get(usize::from(pick).checked_rem(candidates.len())?).copied()
}
