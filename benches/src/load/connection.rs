//! Connections on sockets, one after the other, with their deadlines.

use std::future::{poll_fn, Future};
use std::pin::{pin, Pin};
use std::task::{ready, Context, Poll};
use std::time::Instant;

use h2_conformance::transport::socket::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{sleep_until, timeout, Sleep};

use super::session::{Session, MAX_OUTGOING};
use super::tally::Failure;
use super::{Deadlines, Shared};

/// Octets read at once.
const PIECE: usize = 64 << 10;

/// Sends requests until there are none, on one connection at a time. A connection that ends without
/// an answer is the last one.
pub(super) async fn work(shared: &Shared) {
    loop {
        let mut session = Session::new(&shared.endpoint, shared.plan.streams);
        let ended = match timeout(shared.plan.deadlines.connect, connect(shared, &mut session)).await {
            Ok(Ok(wire)) => exchange(wire, &mut session, shared).await,
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::ConnectDeadline),
        };
        let now = Instant::now();
        let mut tally = shared.tally.borrow_mut();
        if let Err(failure) = ended {
            let in_flight = session.fail(failure, &mut tally);
            // A failure shows also where no request was in flight.
            if in_flight == 0 && shared.pool.take(now) {
                tally.failed(failure, 1);
            }
        } else if session.answered == 0 && shared.pool.take(now) {
            tally.failed(Failure::go_away(0), 1);
        }
        if session.answered == 0 || shared.pool.is_empty(now) {
            return;
        }
    }
}

/// Opens a connection up to the server's SETTINGS.
async fn connect(shared: &Shared, session: &mut Session) -> Result<Wire, Failure> {
    // The caller's deadline is the shorter one.
    let stream = shared.endpoint.open(shared.plan.deadlines.connect * 2).await.map_err(|why| {
        shared.tally.borrow_mut().detail.get_or_insert(why);
        Failure::Refused
    })?;
    let mut wire = Wire { stream, buffer: vec![0; PIECE], blocked_since: None, can_write: true };
    while !session.is_ready() {
        let length = poll_fn(|cx| wire.poll(cx, session)).await?;
        session.receive(&wire.buffer[..length], Instant::now(), &shared.pool, &mut shared.tally.borrow_mut())?;
    }
    Ok(wire)
}

/// Sends requests and takes answers until this connection can do no more.
async fn exchange(mut wire: Wire, session: &mut Session, shared: &Shared) -> Result<(), Failure> {
    let Shared { plan, pool, tally, .. } = shared;
    let mut last = Last::new(Instant::now());
    let mut alarm = pin!(sleep_until((last.octet + plan.deadlines.read).into()));
    loop {
        let now = Instant::now();
        session.fill(pool, now, &mut tally.borrow_mut());
        if session.is_done(pool, now) {
            return Ok(());
        }
        let arrived = poll_fn(|cx| {
            if let Poll::Ready(arrived) = wire.poll(cx, session) {
                return Poll::Ready(Some(arrived));
            }
            set(alarm.as_mut(), next_alarm(session, &wire, last, &plan.deadlines));
            alarm.as_mut().poll(cx).map(|()| None)
        });
        let arrived = arrived.await;
        let now = Instant::now();
        if let Some(arrived) = arrived {
            let (length, answered) = (arrived?, session.answered);
            session.receive(&wire.buffer[..length], now, pool, &mut tally.borrow_mut())?;
            last.octet = now;
            if session.answered > answered {
                last.answer = now;
            }
        }
        let is_late = session.expire(now, plan.deadlines.read, &mut tally.borrow_mut());
        // A server that answers nothing for so long is not asked on this connection any more.
        if is_late && now >= last.answer + plan.deadlines.read {
            return Err(Failure::ReadDeadline);
        }
        match due(session, &wire, last, &plan.deadlines) {
            Some((due, failure)) if now >= due => return Err(failure),
            _ => {}
        }
    }
}

/// When something last came from the server.
#[derive(Clone, Copy)]
struct Last {
    octet: Instant,
    answer: Instant,
}

impl Last {
    /// The server's SETTINGS came now.
    fn new(now: Instant) -> Self {
        Last { octet: now, answer: now }
    }
}

/// The deadline that ends the connection next, and what has failed then.
fn due(session: &Session, wire: &Wire, last: Last, deadlines: &Deadlines) -> Option<(Instant, Failure)> {
    let written = wire.blocked_since.map(|since| (since + deadlines.write, Failure::WriteDeadline));
    let idle = session.oldest().map(|_| (last.octet + deadlines.idle, Failure::IdleDeadline));
    let starved = session.is_starved().then(|| (last.answer + deadlines.read, Failure::NoStreams));
    [written, idle, starved].into_iter().flatten().min_by_key(|(due, _)| *due)
}

/// When the deadlines are to be looked at again.
fn next_alarm(session: &Session, wire: &Wire, last: Last, deadlines: &Deadlines) -> Instant {
    let of_connection = due(session, wire, last, deadlines).map(|(due, _)| due);
    let of_request = session.oldest().map(|sent_at| sent_at + deadlines.read);
    let next = of_connection.into_iter().chain(of_request).min();
    next.unwrap_or_else(|| Instant::now() + deadlines.read)
}

fn set(alarm: Pin<&mut Sleep>, due: Instant) {
    // A timer that goes off too early costs less than one that is set for each read.
    if alarm.is_elapsed() || alarm.deadline() > due.into() {
        alarm.reset(due.into());
    }
}

/// A byte stream to the server.
struct Wire {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
    /// Since when the server has taken no octet of what is to be written.
    blocked_since: Option<Instant>,
    /// The server still takes octets.
    can_write: bool,
}

impl Wire {
    /// Writes what there is, and reads into the buffer: how many octets.
    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session) -> Poll<Result<usize, Failure>> {
        self.write(cx, &mut session.outgoing);
        // A server that takes no replies is not read, so that it cannot make us hold more of them.
        if session.outgoing.len() > MAX_OUTGOING {
            return Poll::Pending;
        }
        let mut buffer = ReadBuf::new(&mut self.buffer);
        match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
            Ok(()) if !buffer.filled().is_empty() => Poll::Ready(Ok(buffer.filled().len())),
            _ => Poll::Ready(Err(Failure::Closed)),
        }
    }

    /// Writes as much as the system takes. What a closed connection does not take is dropped; what
    /// the server sent before is still to be read.
    fn write(&mut self, cx: &mut Context<'_>, outgoing: &mut Vec<u8>) {
        while self.can_write {
            let written = match outgoing.is_empty() {
                true => Pin::new(&mut self.stream).poll_flush(cx).map_ok(|()| 0),
                false => Pin::new(&mut self.stream).poll_write(cx, outgoing),
            };
            match written {
                Poll::Ready(Ok(0)) if outgoing.is_empty() => {
                    self.blocked_since = None;
                    return;
                }
                Poll::Ready(Ok(length)) if length > 0 => {
                    outgoing.drain(..length);
                    self.blocked_since = None;
                }
                Poll::Ready(_) => self.can_write = false,
                Poll::Pending => {
                    self.blocked_since.get_or_insert_with(Instant::now);
                    return;
                }
            }
        }
        outgoing.clear();
        self.blocked_since = None;
    }
}
