//! What the application did and saw, and what has to be true of it.

use std::collections::BTreeMap;

use super::application::{News, Part};
use super::content::{content, From};
use super::fields::{sorted, Fields};
use super::peer::{ensure, Finding, Half, Message, Peer, Stream};
use super::reached::{Reached, State};
use crate::wire::code::error::{CANCEL, NO_ERROR, REFUSED_STREAM};

/// A stream as the application knows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Hand {
    /// What it handed over.
    sent: Message,
    /// What it got.
    got: Message,
    /// The codes with which it reset the stream.
    resets: Vec<u32>,
    pub(super) dropped: bool,
    /// No promises are taken on the stream.
    declines: bool,
    /// A promise that it got or made, and the request in it.
    parent: Option<u32>,
    promise: Option<Fields>,
}

/// The application's side of a connection.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) hands: BTreeMap<u32, Hand>,
    pub(super) shut_down: bool,
    pub(super) no_requests: bool,
    /// PINGs without an answer.
    pub(super) pings: usize,
    pub(super) ended: Option<Result<(), String>>,
}

impl Heard {
    fn hand(&mut self, stream: u32) -> &mut Hand {
        self.hands.entry(stream).or_default()
    }

    /// Takes what happened. An error is something that may not be, whatever follows.
    pub(super) fn take(&mut self, news: &News, peer: &mut Peer) -> Finding {
        match news {
            News::Sent { stream, part } => self.hand(*stream).sent.add(part)?,
            News::Got { stream, part } => {
                if let Part::Content(octets) = part {
                    let right = content(*stream, From::Peer, self.hand(*stream).got.content, octets.len());
                    ensure(octets == right, || format!("stream {stream}: the content that was read is wrong"))?;
                }
                self.hand(*stream).got.add(part).map_err(|why| format!("stream {stream}: {why}"))?;
            }
            News::Promise { parent, promised, fields } => {
                let hand = self.hand(*promised);
                (hand.parent, hand.promise) = (Some(*parent), Some(fields.clone()));
            }
            News::Failed { stream, call, error } => return self.failed(*stream, call, error, peer),
            News::Reset { stream, code } => self.hand(*stream).resets.push(*code),
            News::Dropped { stream } => self.hand(*stream).dropped = true,
            News::NoPromises { stream } => self.hand(*stream).declines = true,
            News::NoRequests(error) => {
                self.no_requests = true;
                let expected = peer.gone.is_some() || self.shut_down || self.ended.is_some();
                return ensure(expected, || format!("a request fails: {error}"));
            }
            News::ShutDown => (self.shut_down, peer.may_go) = (true, true),
            News::Ping => self.pings += 1,
            News::Pong => self.pings -= 1,
            News::Ended(result) => {
                self.ended = Some(result.clone());
                return result.clone().map_err(|error| format!("the connection fails for the application: {error}"));
            }
            News::Did { .. } => {}
            News::Livelock => return Err("the subject does not come to rest".into()),
        }
        Ok(())
    }

    /// A call on a stream fails only if the stream was ended by the peer's RST_STREAM or GOAWAY, or
    /// by the application.
    fn failed(&mut self, stream: u32, call: &str, error: &str, peer: &Peer) -> Finding {
        self.hand(stream);
        let hand = &self.hands[&stream];
        let parent = hand.parent.and_then(|parent| self.hands.get(&parent));
        let gave_up = |hand: &Hand| !hand.resets.is_empty() || hand.dropped;
        let by_application = gave_up(hand) || parent.is_some_and(gave_up);
        let is_late_push = peer.declines_pushes && call == "send" && hand.is_unbegun_push();
        let was_reset = |stream: &u32| peer.streams.get(stream).is_some_and(|stream| stream.reset_by_peer.is_some());
        // A promise is not sent on a stream that is over.
        let by_peer = was_reset(&stream) || hand.parent.as_ref().is_some_and(was_reset);
        let unopened = !peer.streams.contains_key(&stream);
        let left_out = peer.gone.is_some_and(|last| stream > last || unopened);
        ensure(by_application || by_peer || left_out || is_late_push, || {
            format!("stream {stream}: {call} fails: {error}")
        })
    }

    /// Whether the application gave the stream, or the one that it was promised on, up.
    fn was_given_up(&self, stream: u32, of: &Stream) -> bool {
        let gave_up = |stream: &u32| self.hands.get(stream).is_some_and(|hand| hand.dropped || !hand.resets.is_empty());
        gave_up(&stream) || of.parent.is_some_and(|parent| gave_up(&parent))
    }

    /// Each RST_STREAM of the subject has its reason.
    pub(super) fn resets_are_earned(&self, peer: &Peer) -> Finding {
        for (id, stream) in &peer.streams {
            let Some(code) = stream.reset_by_subject else { continue };
            let hand = self.hands.get(id);
            let asked = hand.is_some_and(|hand| hand.resets.contains(&code));
            let is_untaken = peer.serves && stream.parent.is_some() && hand.is_none();
            let gave_up = self.was_given_up(*id, stream) || is_untaken;
            let earned = match code {
                REFUSED_STREAM => stream.refusable,
                CANCEL | NO_ERROR => gave_up,
                _ => false,
            };
            ensure(asked || earned, || {
                let name = crate::wire::code::error_name(code);
                format!("stream {id} was reset by the subject with {name}, and neither side had given reason")
            })?;
        }
        Ok(())
    }

    /// What was sent whole, on a stream that neither side gave up, came whole.
    pub(super) fn messages_are_whole(&self, peer: &Peer) -> Finding {
        let none = Hand::default();
        for (id, stream) in &peer.streams {
            if stream.is_reset() || peer.going.is_some_and(|last| *id > last && (id % 2 == 1) != peer.serves) {
                continue;
            }
            let hand = self.hands.get(id).unwrap_or(&none);
            if !hand.resets.is_empty() || hand.dropped {
                continue;
            }
            if peer.serves && hand.promise.is_none() && self.is_declined(stream, peer) {
                continue;
            }
            if let (Some(promise), true) = (&hand.promise, peer.serves) {
                same("promised request", *id, &stream.inn.head, &Some(promise.clone()))?;
            }
            if stream.parent.is_none() || peer.serves {
                came(*id, "the application", &stream.out, &hand.got)?;
            }
            if stream.parent.is_none() || !peer.serves {
                came(*id, "the peer", &hand.sent, &stream.inn)?;
            }
        }
        Ok(())
    }

    /// Whether the client cannot take a promise: it does not ask, or the stream of the promise was
    /// reset.
    fn is_declined(&self, promised: &Stream, peer: &Peer) -> bool {
        let parent = promised.parent.and_then(|parent| peer.streams.get(&parent));
        let hand = promised.parent.and_then(|parent| self.hands.get(&parent));
        parent.is_some_and(Stream::is_reset) || hand.is_some_and(|hand| hand.declines || hand.dropped)
    }

    /// What a finished run got to.
    pub(super) fn reached(&self, peer: &Peer) -> Reached {
        let mut reached = Reached::default();
        let mut add = |holds: bool, state: State| {
            if holds {
                reached.add(state);
            }
        };
        add(self.shut_down, State::Shutdown);
        for (id, stream) in &peer.streams {
            let got = self.hands.get(id).map(|hand| &hand.got);
            let ended = |message: &Message| message.half == Half::Ended;
            add(!stream.is_reset() && ended(&stream.out) && ended(&stream.inn), State::Answered);
            add(!stream.out.interims.is_empty() || !stream.inn.interims.is_empty(), State::Interim);
            add(stream.out.trailers.is_some() || stream.inn.trailers.is_some(), State::Trailers);
            add(stream.parent.is_some() && got.is_some(), State::Push);
            add(stream.is_tunnel(), State::Tunnel);
        }
        reached
    }

    /// What was read is what was sent, as far as it was read.
    pub(super) fn messages_are_right(&self, peer: &Peer) -> Finding {
        for (id, hand) in &self.hands {
            let Some(stream) = peer.streams.get(id) else { continue };
            // The request of a promise is no message of its own.
            let promised = stream.parent.is_some();
            if !promised || peer.serves {
                began(*id, "the application", &stream.out, &hand.got)?;
            }
            if !promised || !peer.serves {
                began(*id, "the peer", &hand.sent, &stream.inn)?;
            }
        }
        Ok(())
    }
}

impl Hand {
    /// Whether this is a server's promise whose response was not handed over.
    fn is_unbegun_push(&self) -> bool {
        self.promise.is_some() && self.sent.head.is_none()
    }
}

impl Message {
    pub(super) fn add(&mut self, part: &Part) -> Finding {
        let in_order = match part {
            Part::Head(_) | Part::Interim(_) => self.head.is_none(),
            Part::Content(_) => self.head.is_some() && self.trailers.is_none() && self.half != Half::Ended,
            Part::Trailers(_) => self.trailers.is_none() && self.half != Half::Ended,
            Part::End => self.half != Half::Ended,
        };
        ensure(in_order, || format!("out of order: {part:?}"))?;
        match part {
            Part::Head(fields) => {
                self.head = Some(fields.clone());
                self.half = Half::Open;
            }
            Part::Interim(fields) => self.interims.push(fields.clone()),
            Part::Content(octets) => self.content += octets.len() as u64,
            Part::Trailers(fields) => self.trailers = Some(fields.clone()),
            Part::End => self.half = Half::Ended,
        }
        Ok(())
    }
}

/// All of a message came.
pub(super) fn came(id: u32, to: &str, sent: &Message, got: &Message) -> Finding {
    began(id, to, sent, got)?;
    let says = |what: &str| format!("stream {id}: {to} did not get {what}");
    ensure(sent.half == Half::Ended, || format!("stream {id}: the message to {to} does not end"))?;
    ensure(got.head.is_some(), || says("the head"))?;
    ensure(got.content == sent.content, || {
        says(&format!("{} of {} octets", sent.content - got.content, sent.content))
    })?;
    ensure(got.trailers.is_some() == sent.trailers.is_some(), || says("the trailers"))?;
    ensure(got.half == Half::Ended, || says("the end"))
}

/// What came of a message is what was sent.
pub(super) fn began(id: u32, to: &str, sent: &Message, got: &Message) -> Finding {
    let says = |what: &str| format!("stream {id}: {to} got {what} that was not sent");
    if got.head.is_some() {
        same(&format!("head for {to}"), id, &sent.head, &got.head)?;
    }
    if got.trailers.is_some() {
        same(&format!("trailers for {to}"), id, &sent.trailers, &got.trailers)?;
    }
    ensure(got.content <= sent.content, || says("content"))?;
    ensure(got.half != Half::Ended || sent.half == Half::Ended, || says("an end"))?;
    // An application that does not ask for interim responses does not get them.
    let mut sent_interims = sent.interims.iter();
    for got in &got.interims {
        let is_there = sent_interims.any(|sent| sorted(sent.clone()) == sorted(got.clone()));
        ensure(is_there, || says("an interim response"))?;
    }
    Ok(())
}

fn same(what: &str, id: u32, sent: &Option<Fields>, got: &Option<Fields>) -> Finding {
    let are = |fields: &Option<Fields>| fields.clone().map(sorted);
    ensure(are(sent) == are(got), || {
        let shown = |fields: &Option<Fields>| super::peer::text(fields.as_deref().unwrap_or_default());
        format!("stream {id}: the {what} differs\n  sent {}\n  got  {}", shown(sent), shown(got))
    })
}
