//! The end of a run: everything is read and granted, so that everything has to come to its end.

use super::acts::{is_complete, MAX_ID};
use super::fields::field;
use super::peer::{ensure, Finding, Half, Peer, Stream};
use super::plan::Draw;
use super::player::Player;
use super::reached::State;
use crate::case::Role;
use crate::wire::build::settings;
use crate::wire::code::setting::{INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS};

/// A window that takes what a stream has left. The peer grants it as often as it is used up.
const WIDE: u32 = 1 << 20;
/// The target of the connection's window at the end, in octets.
const LARGE: u32 = 1 << 30;
/// Streams that the peer allows at the end.
const PLACES: u32 = 100;
/// New requests that show that places are free.
const PROBES: usize = 4;
/// Rounds in which something moves before the end counts as one that never comes.
const ROUNDS: usize = 2_000;

impl Player {
    pub(super) fn finish(&mut self) -> Finding {
        self.hurry();
        self.settle()?;
        self.app.finish();
        self.settle()?;
        if !self.is_over() {
            let mut frame = settings().with(MAX_CONCURRENT_STREAMS, PLACES);
            if self.peer.initial < WIDE && self.peer.may_have_initial(WIDE) {
                frame = frame.with(INITIAL_WINDOW_SIZE, WIDE);
                self.peer.initial = WIDE;
            }
            self.peer.send(&frame);
            self.settle()?;
        }
        self.finish_messages()?;
        self.heard.resets_are_earned(&self.peer)?;
        self.heard.messages_are_right(&self.peer)?;
        self.heard.messages_are_whole(&self.peer)?;
        self.app.let_go();
        self.settle()?;
        self.heard.resets_are_earned(&self.peer)?;
        let open: Vec<u32> = self.open_streams();
        ensure(open.is_empty() || self.is_over(), || format!("streams {open:?} do not end"))?;
        if !self.is_over() && !self.goes_away() {
            self.credit_is_back()?;
            self.peer.reached.add(State::Credit);
            self.places_are_back()?;
            self.peer.reached.add(State::Places);
        }
        self.close()
    }

    fn goes_away(&self) -> bool {
        self.heard.shut_down || self.peer.gone.is_some() || self.peer.going.is_some()
    }

    fn open_streams(&self) -> Vec<u32> {
        self.peer.streams.iter().filter(|(_, stream)| stream.is_open()).map(|(id, _)| *id).collect()
    }

    /// The peer sends and grants whatever is left, until nothing moves.
    fn finish_messages(&mut self) -> Finding {
        for round in 0..ROUNDS {
            if self.is_over() {
                return Ok(());
            }
            let mut draw = Draw::new(&(round as u32).to_le_bytes());
            let before = self.peer.outbox.len();
            self.grant_all();
            for id in self.open_streams() {
                self.finish_stream(&mut draw, id);
            }
            let moved = self.peer.outbox.len() != before;
            self.settle()?;
            if !moved {
                return Ok(());
            }
        }
        Err("the messages do not come to their end".into())
    }

    fn grant_all(&mut self) {
        let low = i64::from(WIDE / 2);
        if self.peer.granted.connection() < low {
            self.peer.grant_exactly(0, WIDE);
        }
        let receives = |stream: &Stream| stream.is_open() && stream.inn.half != Half::Ended;
        for id in self.open_streams() {
            if receives(&self.peer.streams[&id]) && self.peer.granted.stream(id) < low {
                self.peer.grant_exactly(id, WIDE);
            }
        }
    }

    fn finish_stream(&mut self, draw: &mut Draw, id: u32) {
        let peer = &mut self.peer;
        let stream = &peer.streams[&id];
        match stream.out.half {
            Half::Idle if stream.inn.half != Half::Idle && peer.has_place(id) => peer.respond(draw, id),
            // A tunnel that is not there yet carries no end either.
            Half::Open if is_complete(stream) && stream.is_tunnel() && stream.inn.head.is_none() => {}
            Half::Open if is_complete(stream) => peer.end(draw, id),
            Half::Open => while peer.data_left(id) {},
            _ => {}
        }
    }

    /// A window that grows is announced to the last octet: the announced window is the target,
    /// which is larger than any that the subject had.
    fn credit_is_back(&mut self) -> Finding {
        let before = self.peer.sendable.connection();
        self.app.set_target(LARGE);
        self.settle()?;
        let window = self.peer.sendable.connection();
        ensure(window == i64::from(LARGE), || {
            format!(
                "the connection's window is {window} octets without streams, and its target {LARGE}; it was {before}"
            )
        })
    }

    /// New requests are answered.
    fn places_are_back(&mut self) -> Finding {
        let mut draw = Draw::new(b"places");
        let before = self.peer.streams.len();
        let asked = match self.role {
            Role::Server => {
                // As many as the subject admits, at once.
                let asked = (0..self.capacity().min(PROBES)).filter(|_| self.peer.probe(&mut draw)).count();
                ensure(asked > 0 || self.peer.is_used_up(), || "the peer cannot ask".into())?;
                asked
            }
            Role::Client => {
                self.app.request(PROBES);
                PROBES
            }
        };
        self.settle()?;
        let opened = self.peer.streams.len() - before;
        ensure(opened == asked, || format!("{opened} of {asked} new requests are sent"))?;
        self.finish_messages()?;
        let open = self.open_streams();
        ensure(open.is_empty(), || format!("the new requests {open:?} do not end"))?;
        self.heard.resets_are_earned(&self.peer)?;
        self.heard.messages_are_whole(&self.peer)?;
        self.app.let_go();
        self.settle()
    }

    /// The connection ends without an error.
    fn close(&mut self) -> Finding {
        if !self.is_over() {
            let mut draw = Draw::new(b"the end");
            self.peer.ping(&mut draw);
            self.settle()?;
            ensure(self.peer.pings.is_empty() || self.is_over(), || "a PING is not answered".into())?;
            ensure(self.heard.pings == 0 || self.is_over(), || "the application's PING gets no answer".into())?;
        }
        if !self.is_over() {
            // The role of the peer decides who ends it, and the first choice of the set-up how.
            if self.draw.octet() % 2 == 0 || self.heard.shut_down {
                self.app.shut_down();
            } else {
                self.peer.go_away(&mut Draw::new(b"\x02"));
                self.settle()?;
                self.peer.trace.line(|| "the peer closes".into());
                self.app.pipe().close();
            }
            self.settle()?;
        }
        ensure(self.is_over(), || "the connection does not end".into())?;
        ensure(!self.peer.is_cut_short(), || "the subject stops in the middle of a frame".into())?;
        ensure(self.app.pipe().is_closed(), || "the subject does not close".into())
    }
}

/// For the end of a run.
impl Peer {
    /// Sends a frame of what a message has left. Returns whether there was something to send.
    pub(super) fn data_left(&mut self, id: u32) -> bool {
        let room = self.sendable.available(id).min(self.theirs.max_frame).min(16_384);
        let stream = self.stream(id);
        let left = stream.declared.map_or(0, |length| length - stream.out.content);
        let length = room.min(usize::try_from(left).unwrap_or(room));
        if length > 0 {
            self.data_frame(id, length, None, false);
        }
        length > 0
    }

    /// Asks once more. Returns whether it could.
    pub(super) fn probe(&mut self, draw: &mut Draw) -> bool {
        if self.is_used_up() {
            return false;
        }
        let id = self.next;
        self.next += 2;
        let fields = vec![
            field(":method", "GET"),
            field(":scheme", "http"),
            field(":path", "/"),
            field(":authority", "example.test"),
        ];
        self.streams.insert(id, Stream { method: b"GET".to_vec(), ..Stream::default() });
        self.head(draw, id, true, fields);
        true
    }

    /// Whether there are no stream identifiers left.
    pub(super) fn is_used_up(&self) -> bool {
        self.next >= MAX_ID - 2
    }
}
