//! The end of a run: everything is let go, and nothing may be left.

use h2_conformance::case::Role;
use h2_conformance::script::{App as Call, Handles, Step};
use h2_conformance::wire::build::{data, get, ping, response, settings, window_update};
use h2_conformance::wire::code::setting::{INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS};
use h2_conformance::wire::code::DEFAULT_WINDOW;
use h2_conformance::wire::Frame;

use crate::accounting::{Half, Wire};
use crate::hand::Hand;
use crate::model::{Checked, Model};

/// A window that takes all that a run can hand over.
const WIDE: u32 = 100_000_000;
/// How many streams are opened at once to count the places.
const PLACES: u32 = 8;

impl Model<'_> {
    /// Finishes what runs and ends the connection in an orderly way.
    pub fn finish(mut self) -> Checked {
        self.reads(true);
        self.settle()?;
        self.open_windows()?;
        self.finish_messages()?;
        self.drop_all()?;
        if !self.accounting.closed && self.accounting.peer_going.is_none() && !self.shut_down {
            self.all_credit_is_back()?;
            self.all_places_are_back()?;
        }
        if !self.accounting.closed && self.accounting.going.is_none() {
            self.peer_sends(ping(*b"the end?"))?;
            self.ensure(self.accounting.pongs == 1, || "a PING is not answered".into())?;
        }
        self.close()
    }

    /// The peer goes away without a word.
    pub fn lose(mut self) -> Checked {
        self.reads(true);
        self.settle()?;
        if !self.accounting.closed {
            self.peer.step(&Step::Close);
            self.take_news()?;
            self.ensure(self.accounting.ended.is_some(), || "the peer is gone, and the connection goes on".into())?;
            let waiting = self
                .hands
                .iter()
                .find(|(_, hand)| hand.awaiting.is_some() || hand.writer.is_some() || hand.reader.is_some());
            self.ensure(waiting.is_none(), || format!("stream {}: a call waits", waiting.map_or(0, |found| *found.0)))?;
            for stream in self.hands.keys().copied().collect::<Vec<_>>() {
                self.call(stream, Call::Drop { stream, what: Handles::All });
            }
            self.take_news()?;
        }
        self.peer.kept_the_rules()
    }

    fn settle(&mut self) -> Checked {
        self.take_news()?;
        self.at_rest()
    }

    fn peer_sends(&mut self, frame: Frame) -> Checked {
        if !self.accounting.closed {
            self.peer.send(frame);
            self.settle()?;
        }
        Ok(())
    }

    fn call_and_record(&mut self, call: Call) -> Checked {
        let stream = match call {
            Call::Drop { stream, .. }
            | Call::Reserve { stream, .. }
            | Call::Respond { stream, .. }
            | Call::SendData { stream, .. }
            | Call::Release { stream, .. }
            | Call::ReadToEnd { stream }
            | Call::AwaitResponse { stream } => stream,
            _ => 0,
        };
        self.call(stream, call);
        self.settle()
    }

    fn open_windows(&mut self) -> Checked {
        for stream in self.having(|hand| hand.reserved > 0 && hand.writer.is_none()) {
            self.call_and_record(Call::Reserve { stream, octets: 0 })?;
        }
        self.peer_sends(settings().with(INITIAL_WINDOW_SIZE, WIDE).with(MAX_CONCURRENT_STREAMS, 100))?;
        self.peer_sends(window_update(0, WIDE))?;
        // The credit that readers hold comes back, so that the peer can finish too.
        for stream in self.having(|hand| hand.receive && hand.held > 0) {
            let octets = self.hands[&stream].held as usize;
            self.call_and_record(Call::Release { stream, octets })?;
        }
        Ok(())
    }

    fn having(&self, holds: impl Fn(&Hand) -> bool) -> Vec<u32> {
        self.hands.iter().filter(|(_, hand)| holds(hand)).map(|(stream, _)| *stream).collect()
    }

    fn wires(&self, holds: impl Fn(&Wire) -> bool) -> Vec<u32> {
        self.accounting.streams.iter().filter(|(_, wire)| holds(wire)).map(|(stream, _)| *stream).collect()
    }

    fn finish_messages(&mut self) -> Checked {
        for stream in self.having(|hand| hand.respond && !hand.responded && !hand.reset) {
            self.call_and_record(Call::Respond { stream, status: 200, end: true })?;
        }
        for stream in self.having(Hand::may_write) {
            self.call_and_record(Call::SendData { stream, octets: 0, end: true })?;
        }
        self.peer_finishes()?;
        for stream in self.having(|hand| hand.response && hand.awaiting.is_none()) {
            self.call_and_record(Call::AwaitResponse { stream })?;
        }
        for stream in self.having(Hand::may_read) {
            self.call_and_record(Call::ReadToEnd { stream })?;
        }
        let left = self.hands.iter().find(|(_, hand)| hand.writer.is_some() || hand.reader.is_some());
        self.ensure(left.is_none(), || format!("stream {}: a call does not end", left.map_or(0, |left| *left.0)))
    }

    /// The peer answers what it was asked and ends what it began.
    fn peer_finishes(&mut self) -> Checked {
        loop {
            let heads = self.wires(|wire| wire.is_open() && wire.peer == Half::Idle);
            let bodies = self.wires(|wire| wire.is_open() && wire.peer == Half::Open);
            if (heads.is_empty() && bodies.is_empty()) || self.accounting.closed {
                return Ok(());
            }
            // One after the other, so that pushed responses need one place only. Queued requests
            // may follow.
            match bodies.first() {
                Some(stream) => self.peer_sends(data(*stream, 0).end_stream())?,
                None => self.peer_sends(response(heads[0], 200).end_stream())?,
            }
        }
    }

    /// Streams that were not ended early carried what they were given; then every handle goes.
    fn drop_all(&mut self) -> Checked {
        for (stream, hand) in &self.hands {
            let Some(wire) = self.accounting.streams.get(stream).filter(|wire| wire.gone.is_none()) else { continue };
            // What a connection may close on is said elsewhere.
            if hand.ended && hand.holds_any() && !self.accounting.closed {
                self.ensure(wire.fork == Half::Ended && wire.sent == hand.handed, || {
                    format!("stream {stream}: {} of {} octets sent", wire.sent, hand.handed)
                })?;
            }
            let read_whole = hand.receive && !hand.reset && hand.reader.is_none() && wire.peer == Half::Ended;
            self.ensure(!read_whole || hand.read == wire.received, || {
                format!("stream {stream}: {} of {} octets read", hand.read, wire.received)
            })?;
        }
        for stream in self.having(Hand::holds_any) {
            self.call_and_record(Call::Drop { stream, what: Handles::All })?;
        }
        let open = self.wires(Wire::is_open);
        self.ensure(open.is_empty() || self.accounting.closed, || format!("streams {open:?} are still open"))
    }

    /// A window that grows is announced to the last octet.
    fn all_credit_is_back(&mut self) -> Checked {
        self.app_sets_target(self.target.1 as u32 * 2 + DEFAULT_WINDOW)?;
        let granted = self.peer.granted(0);
        let most = self.most(0, self.target.0);
        self.ensure((self.target.0..=most).contains(&granted), || {
            format!("{granted} octets granted on a connection without streams, and the target is {}", self.target.0)
        })
    }

    fn app_sets_target(&mut self, octets: u32) -> Checked {
        self.target = (octets.into(), octets.into());
        self.call_and_record(Call::SetTargetWindow { octets })
    }

    fn all_places_are_back(&mut self) -> Checked {
        match self.role {
            Role::Server => {
                let next = self.accounting.streams.keys().rev().find(|id| *id % 2 == 1).map_or(1, |id| id + 2);
                let places = self.config.max_concurrent.unwrap_or(PLACES);
                let opened: Vec<u32> = (0..places).map(|at| next + 2 * at).collect();
                for stream in &opened {
                    self.peer_sends(get(*stream))?;
                    self.ensure(self.hands.contains_key(stream), || format!("stream {stream}: a place is lost"))?;
                }
                for stream in opened {
                    self.call_and_record(Call::Respond { stream, status: 200, end: true })?;
                    self.call_and_record(Call::Drop { stream, what: Handles::All })?;
                }
            }
            Role::Client if self.requester => {
                self.peer_sends(settings().with(MAX_CONCURRENT_STREAMS, PLACES))?;
                let before = self.accounting.streams.len();
                for _ in 0..PLACES {
                    self.call_and_record(Call::Request { method: "GET", end: true })?;
                }
                let opened = self.accounting.streams.len() - before;
                self.ensure(opened == PLACES as usize, || format!("{opened} of {PLACES} requests sent"))?;
                self.peer_finishes()?;
                for stream in self.having(Hand::holds_any) {
                    self.call_and_record(Call::AwaitResponse { stream })?;
                    self.call_and_record(Call::Drop { stream, what: Handles::All })?;
                }
            }
            Role::Client => {}
        }
        let open = self.wires(Wire::is_open);
        self.ensure(open.is_empty(), || format!("streams {open:?} are still open"))
    }

    fn close(mut self) -> Checked {
        if !self.accounting.closed && self.accounting.peer_going.is_none() {
            match self.role {
                Role::Server if !self.shut_down => {
                    self.shut_down = true;
                    self.call_and_record(Call::ShutDown)?;
                }
                Role::Client if self.requester => {
                    self.requester = false;
                    self.call_and_record(Call::DropRequester)?;
                }
                _ => {}
            }
        }
        self.ensure(self.accounting.closed, || "the connection does not end".into())?;
        self.peer.kept_the_rules()
    }
}
