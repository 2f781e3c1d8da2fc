//! What has to hold whenever nothing moves.

use crate::accounting::{Gone, Half, Wire};
use crate::hand::Hand;
use crate::model::{Checked, Model};
use crate::tally;
use h2_conformance::case::Role;
use h2_conformance::script::UpdatePolicy;
use h2_conformance::wire::code::error::NO_ERROR;

impl Model<'_> {
    /// Fails, with the whole script of frames, unless `holds`.
    pub fn ensure(&self, holds: bool, says: impl FnOnce() -> String) -> Checked {
        self.peer.ensure(holds, says)
    }

    pub fn at_rest(&self) -> Checked {
        if self.accounting.blocked {
            return Ok(());
        }
        self.ensure(self.accounting.ended.as_ref().is_none_or(Result::is_ok), || "the connection failed".into())?;
        if self.accounting.closed {
            return self.closed();
        }
        for (stream, hand) in &self.hands {
            match self.accounting.streams.get(stream) {
                Some(wire) => self.stream(*stream, hand, wire)?,
                None => self.queued(*stream, hand)?,
            }
        }
        for (stream, wire) in &self.accounting.streams {
            let ignored = self.accounting.going.is_some_and(|last| *stream > last);
            let of_the_peer = (stream % 2 == 1) == (self.role == Role::Server);
            let handed_on = self.role == Role::Client || ignored || self.hands.contains_key(stream);
            self.ensure(!of_the_peer || wire.gone.is_some() || handed_on, || {
                format!("stream {stream} is neither handed on nor refused")
            })?;
        }
        self.requests_move()?;
        self.reached();
        self.credit()
    }

    /// Counts what this run got to.
    fn reached(&self) {
        let role = self.role.name();
        let count = |holds: bool, what: &str| {
            if holds {
                tally::count(role, what);
            }
        };
        for (stream, wire) in self.accounting.streams.iter().filter(|(_, wire)| wire.is_open()) {
            count(self.accounting.windows.stream(*stream) < 0, "state: a window is negative");
            count(wire.crossed, "state: frames may have crossed");
        }
        for hand in self.hands.values() {
            count(hand.reserved > 0, "state: a reservation is idle");
            count(hand.reader.is_some(), "state: a reader waits");
            count(hand.writer.is_some(), "state: a writer waits");
        }
        count(self.request_waits(), "state: a request waits for another");
        count(self.has_unsent_promise(), "state: a promise is not sent yet");
        count(
            self.accounting.going.is_some() || self.accounting.peer_going.is_some(),
            "state: the connection is going away",
        );
    }

    /// A request waits for the one before it only as long as that one has no place.
    fn requests_move(&self) -> Checked {
        let opened = self.newest.is_some_and(|newest| self.accounting.streams.contains_key(&newest));
        self.ensure(!opened || !self.request_waits(), || "a request waits in vain".into())
    }

    fn stream(&self, stream: u32, hand: &Hand, wire: &Wire) -> Checked {
        self.calls_end(stream, hand, wire)?;
        self.ensure(wire.sent <= hand.handed.max(hand.handed_most), || {
            format!("stream {stream}: {} octets sent, {} handed over", wire.sent, hand.handed)
        })?;
        match wire.gone {
            Some(Gone::Fork(code)) => self.was_given_up(stream, hand, wire, code),
            None if wire.is_open() => self.moves(stream, hand, wire),
            _ => Ok(()),
        }
    }

    /// No call waits for what has come, or for what cannot come any more.
    fn calls_end(&self, stream: u32, hand: &Hand, wire: &Wire) -> Checked {
        let over = wire.gone.is_some() || hand.reset;
        let waits = |what: &str| format!("stream {stream}: {what} waits in vain");
        self.ensure(hand.awaiting.is_none() || (wire.peer == Half::Idle && !over), || {
            waits("a call for the response")
        })?;
        self.ensure(hand.writer.is_none() || !over, || waits("a writer"))?;
        let unread = wire.received.saturating_sub(hand.read);
        let reader = hand.reader.is_none_or(|reader| {
            let enough = reader.limit.is_some_and(|limit| unread >= limit);
            wire.peer != Half::Ended && !over && !enough
        });
        self.ensure(reader, || waits("a reader"))
    }

    /// Only what the application gave up is reset, and after a whole response only when it was
    /// sent.
    fn was_given_up(&self, stream: u32, hand: &Hand, wire: &Wire, code: u32) -> Checked {
        self.ensure(hand.reset || wire.crossed || !hand.holds_any(), || {
            format!("stream {stream} was reset, and was not given up")
        })?;
        let cut =
            code == NO_ERROR && !hand.reset && !wire.crossed && (wire.fork != Half::Ended || wire.sent != hand.handed);
        self.ensure(!cut, || format!("stream {stream} was reset before its response was sent"))
    }

    /// A stream that could move does.
    fn moves(&self, stream: u32, hand: &Hand, wire: &Wire) -> Checked {
        let role = self.role.name();
        self.ensure(!hand.reset, || format!("stream {stream}: a reset is not sent"))?;
        let waits_to_be_opened = wire.parent.is_some() && wire.fork == Half::Idle && hand.responded;
        if waits_to_be_opened && !self.has_place() {
            tally::count(role, "state: a pushed response waits for a place");
            return Ok(());
        }
        self.ensure(!hand.responded || wire.fork != Half::Idle, || format!("stream {stream}: a head is not sent"))?;
        let unsent = hand.unsent(wire);
        if unsent > 0 {
            let room = self.accounting.room(stream);
            if room == 0 {
                tally::count(role, "state: a body waits for window");
            }
            self.ensure(room == 0, || {
                format!("stream {stream} has {unsent} octets to send and {room} octets of window, and nothing moves")
            })?;
        } else {
            self.ensure(!hand.ended || wire.fork == Half::Ended, || format!("stream {stream}: an end is not sent"))?;
        }
        if !hand.holds_any() {
            // What was handed over whole is sent, unless the response can still be given up.
            if hand.ended && unsent > 0 && (self.role == Role::Server || wire.peer == Half::Ended) {
                tally::count(role, "state: a reset is scheduled behind a body");
                return Ok(());
            }
            return self.ensure(false, || format!("stream {stream} was given up and is not reset"));
        }
        Ok(())
    }

    /// A request that was not sent: there is no place for it.
    fn queued(&self, stream: u32, hand: &Hand) -> Checked {
        if hand.reset || !hand.holds_any() || self.is_over(stream) {
            let waiting = hand.awaiting.is_some() || hand.writer.is_some() || hand.reader.is_some();
            return self.ensure(!waiting, || format!("stream {stream} will never be opened, and a call waits for it"));
        }
        if let Some(wire) = hand.parent.and_then(|parent| self.accounting.streams.get(&parent)) {
            // A promise waits for no body.
            let declined = self.accounting.has_declined || self.accounting.peer_going.is_some();
            return self.ensure(declined || !wire.is_open(), || format!("stream {stream} is not promised"));
        }
        tally::count(self.role.name(), "state: a request waits for a place");
        self.ensure(!self.has_place(), || format!("stream {stream} is not opened, and there is a place for it"))
    }

    /// Whether the peer's limit lets the fork open a stream.
    fn has_place(&self) -> bool {
        self.accounting.max_streams.is_none_or(|max| self.accounting.counted(false) < max as usize)
    }

    /// A stream that the application reset or left before it was opened is not opened.
    pub fn opened_in_vain(&self) -> Option<String> {
        let left = |stream: &u32| self.hands.get(stream).is_some_and(|hand| hand.left_unopened);
        let opened = self.accounting.streams.keys().find(|stream| left(stream))?;
        Some(format!("stream {opened} is opened, and has no handle left"))
    }

    /// The fork grants all that is not held, but for what it may withhold.
    fn credit(&self) -> Checked {
        let mut bounds = (0, 0);
        for (stream, wire) in &self.accounting.streams {
            let hand = self.hands.get(stream);
            let (low, high) = self.in_flight(*stream, hand, wire);
            bounds = (bounds.0 + low, bounds.1 + high);
            let may_come = wire.is_open() && wire.peer == Half::Open && !wire.crossed;
            if may_come && hand.is_some_and(|hand| hand.receive || hand.response) {
                self.window(&format!("stream {stream}"), *stream, self.initial, (low, high))?;
            }
        }
        // Of streams that the peer reset no more than a target window is given back before it is
        // released; what was over that at the time stays so.
        let reset = self.accounting.streams.values().filter(|wire| wire.gone == Some(Gone::Peer));
        let reset: i64 = reset.map(|wire| wire.received as i64).sum();
        bounds.1 += (reset - self.least_target).max(0);
        self.window("the connection", 0, self.target, bounds)
    }

    fn window(&self, whose: &str, stream: u32, target: (i64, i64), held: (i64, i64)) -> Checked {
        let granted = self.peer.granted(stream);
        let most = self.most(stream, target.1);
        self.ensure(granted + held.0 <= most, || {
            format!("{whose}: {granted} octets granted and {} held, and no more than {most} may be", held.0)
        })?;
        let missing = target.0 - granted - held.1;
        self.ensure(missing <= self.kept_back(target.0), || {
            format!(
                "{whose}: {granted} octets granted, at most {} held, target {}: {missing} missing",
                held.1, target.0
            )
        })
    }

    /// What a window may be, with what is held of it: its target, unless isolation or growth raised
    /// it.
    pub fn most(&self, stream: u32, target: i64) -> i64 {
        let budget =
            i64::from(self.config.receive_budget.unwrap_or(h2::tuning::DEFAULT_MAX_CONNECTION_RECEIVE_BUFFER_SIZE));
        match (budget, stream) {
            (0, _) => target,
            (_, 0) => target.max(budget),
            // By as much as the window of the connection may be.
            _ => target + self.target.1.max(budget / 2),
        }
    }

    /// What may be kept back of a target, or what its peer cannot have for what others hold.
    fn kept_back(&self, target: i64) -> i64 {
        let by_one = |policy: &UpdatePolicy| match policy.min_interval {
            0 => (target * i64::from(policy.percent) / 100).max(target.min(policy.min_increment.into())),
            _ => target,
        };
        let by_policy = self.policies.iter().map(by_one).max().unwrap_or(target);
        // Shares are of what a window has grown to.
        if self.config.receive_budget == Some(0) {
            by_policy
        } else {
            target
        }
    }

    /// Octets of a stream's content that may still be read or given back: at least, and at most.
    fn in_flight(&self, stream: u32, hand: Option<&Hand>, wire: &Wire) -> (i64, i64) {
        let Some(hand) = hand else {
            let promised = wire.parent.is_some_and(|parent| {
                let hand = self.hands.get(&parent).copied().unwrap_or_default();
                hand.response || hand.pushes
            });
            let received = if promised { wire.received as i64 } else { 0 };
            return (0, received);
        };
        if !hand.receive && !hand.response {
            return (0, if hand.holds_any() { hand.lingers as i64 } else { 0 });
        }
        let all = wire.received as i64 - hand.released as i64;
        if is_reset_by_peer(hand, wire) {
            return (0, hand.held as i64);
        }
        if wire.gone.is_some() || wire.crossed || hand.reset || self.accounting.going.is_some_and(|last| stream > last)
        {
            return (0, all);
        }
        match hand.reader {
            // It has read all there is.
            Some(reader) if reader.limit.is_none() => (hand.held as i64, hand.held as i64),
            _ => (all, all),
        }
    }

    /// The connection closes when it was shut down and has nothing left to do.
    fn closed(&self) -> Checked {
        let expected =
            self.shut_down || self.accounting.peer_going.is_some() || (self.role == Role::Client && !self.requester);
        self.ensure(expected, || "the connection closed, and was not shut down".into())?;
        let of_the_peer = |stream: u32| (stream % 2 == 1) == (self.role == Role::Server);
        let ignored = |stream: u32| of_the_peer(stream) && self.accounting.going.is_some_and(|last| stream > last);
        let left = self.accounting.streams.iter().find(|(stream, wire)| {
            let waits = wire.is_open() && self.hands.get(stream).is_some_and(|hand| hand.is_push && hand.responded);
            let left = wire.is_counted() || waits;
            left && !ignored(**stream)
        });
        self.ensure(left.is_none(), || format!("the connection closed on stream {}", left.map_or(0, |left| *left.0)))
    }
}

fn is_reset_by_peer(hand: &Hand, wire: &Wire) -> bool {
    let whole = wire.fork == Half::Ended && wire.peer == Half::Ended;
    wire.gone == Some(Gone::Peer) && !whole && !wire.crossed && !hand.reset && !hand.strays
}
