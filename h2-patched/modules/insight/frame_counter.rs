//! Counts each frame that a codec reads or writes, and logs it if the log is on.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;
use std::time::Instant;

use super::counters::{Counters, Passed};
use super::event_queue::Events;
use super::frame_log::{self, Changes, Direction, Log, LoggedWindows};
use super::stalled::Gauges;
use super::{label, register, AbuseKind, Connection, DeadlineKind, EventKind, GoingAway, Side};
use crate::frame::{self, Frame, Kind, HEADER_LEN};
use crate::{Reason, StreamId};

/// What both directions of a connection and its streams share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) id: u64,
    /// When its codec was made: its handshake begins.
    pub(crate) opened: Instant,
    pub(crate) counters: Counters,
    pub(crate) stalled: Gauges,
    label: Mutex<Option<Arc<str>>>,
    /// Whether the log holds anything.
    logging: AtomicBool,
    log: Log,
    going_away: LastGoAway,
}

impl Shared {
    fn new() -> Arc<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let id = NEXT.fetch_add(1, Relaxed) as u64;
        Arc::new(Shared {
            id,
            opened: crate::clock::now(),
            stalled: Gauges::default(),
            label: Mutex::new(label::current()),
            counters: Counters::default(),
            logging: AtomicBool::new(false),
            log: Log::new(id),
            going_away: LastGoAway::default(),
        })
    }

    fn named(&self) -> MutexGuard<'_, Option<Arc<str>>> {
        self.label.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn label(&self) -> Option<Arc<str>> {
        self.named().clone()
    }

    pub(super) fn set_label(&self, label: Option<Arc<str>>) {
        let before = std::mem::replace(&mut *self.named(), label);
        drop(before);
    }

    pub(crate) fn going_away(&self) -> Option<GoingAway> {
        self.going_away.get()
    }
}

/// The last GOAWAY sent: the code in the upper half, the stream in the lower one, and the reserved
/// bit of the stream (RFC 9113 section 6.8) is set if there was one. No lock, because each
/// connection reads it when it ends.
#[derive(Debug, Default)]
struct LastGoAway(AtomicU64);

impl LastGoAway {
    const SENT: u64 = 1 << 31;

    fn set(&self, GoingAway { reason, last_stream }: GoingAway) {
        let code = u64::from(u32::from(reason));
        self.0.store(code << 32 | Self::SENT | u64::from(last_stream.as_u32()), Relaxed);
    }

    fn get(&self) -> Option<GoingAway> {
        let last = self.0.load(Relaxed);
        (last & Self::SENT != 0).then(|| GoingAway {
            reason: Reason::from((last >> 32) as u32),
            last_stream: StreamId::from_internal((last as u32 & !(Self::SENT as u32)).into()),
        })
    }
}

/// Counts the frames of one direction of a codec.
#[derive(Debug)]
pub(crate) struct FrameCounter {
    shared: Arc<Shared>,
    direction: Direction,
    /// The event queue of the connection. Only the sending direction has it.
    events: Events,
}

impl FrameCounter {
    pub(crate) fn sending() -> Self {
        FrameCounter { shared: Shared::new(), direction: Direction::Sent, events: None }
    }

    /// The other direction of the same connection.
    pub(crate) fn receiving(&self) -> Self {
        FrameCounter { shared: self.shared.clone(), direction: Direction::Received, events: None }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The connection is open: its builder's label goes before that of a scope, and the scope of
    /// now before that of the beginning.
    pub(crate) fn name(&self, label: Option<Arc<str>>) {
        if let Some(label) = label.or_else(label::current_or_heard) {
            self.shared.set_label(Some(label));
        }
    }

    /// The connection is open.
    pub(crate) fn opened(&mut self, connection: Connection, events: Events) {
        self.events = events;
        register::enter(connection);
    }

    /// Whether a frame is to pass here: field sections are neither counted nor, most of the time,
    /// logged.
    #[inline]
    pub(crate) fn wants<B>(&self, frame: &Frame<B>) -> bool {
        !matches!(frame, Frame::Headers(_)) || frame_log::is_on()
    }

    /// A frame passes: its header, and as much of its payload as follows in the same buffer.
    #[inline]
    pub(crate) fn pass(&self, frame: &[u8]) {
        const DATA: u8 = Kind::Data as u8;
        const HEADERS: u8 = Kind::Headers as u8;

        let Some((header, payload)) = frame.split_first_chunk::<HEADER_LEN>() else { return };
        let [a, b, c, kind, ..] = *header;
        match kind {
            HEADERS => {}
            DATA => self.passed().data(u32::from_be_bytes([0, a, b, c]) as usize),
            _ => self.pass_other(kind, payload),
        }
        if frame_log::is_on() {
            self.log(header, payload);
        }
    }

    #[inline]
    fn passed(&self) -> &Passed {
        let Counters { sent, received, .. } = &self.shared.counters;
        match self.direction {
            Direction::Sent => sent,
            Direction::Received => received,
        }
    }

    #[inline(never)]
    fn pass_other(&self, kind: u8, payload: &[u8]) {
        let kind = Kind::new(kind);
        self.passed().other(kind, payload);
        if kind == Kind::GoAway && self.direction == Direction::Sent {
            self.goes_away(payload);
        }
    }

    fn goes_away(&self, payload: &[u8]) {
        let [a, b, c, d, e, f, g, h, ..] = *payload else { return };
        let (last_stream, _) = frame::StreamId::parse(&[a, b, c, d]);
        let last_stream = StreamId::from_internal(last_stream);
        let reason = Reason::from(u32::from_be_bytes([e, f, g, h]));
        self.shared.going_away.set(GoingAway { reason, last_stream });
        if let Some(event_queue) = &self.events {
            event_queue.enqueue_now(None, EventKind::GoingAway { by: Side::Local, reason, last_stream });
        }
    }

    /// A deadline of the connection passed.
    #[cold]
    pub(crate) fn deadline_passed(&self, deadline: DeadlineKind) {
        self.shared.counters.deadlines_passed.add(1);
        if let Some(event_queue) = &self.events {
            event_queue.enqueue_now(None, EventKind::DeadlinePassed { deadline });
        }
    }

    /// The peer floods, and is slowed from now on.
    #[cold]
    pub(crate) fn flood_slowed(&self, kind: AbuseKind) {
        self.shared.counters.floods_slowed.add(1);
        if let Some(event_queue) = &self.events {
            event_queue.enqueue_now(None, EventKind::Slowed { kind });
        }
    }

    /// Deadlines of streams passed, whose events are queued.
    #[cold]
    pub(crate) fn stream_deadlines_passed(&self, streams: usize) {
        self.shared.counters.deadlines_passed.add(streams);
    }

    #[cold]
    #[inline(never)]
    fn log(&self, header: &[u8; HEADER_LEN], payload: &[u8]) {
        self.shared.logging.store(true, Relaxed);
        let Shared { log, opened, .. } = &*self.shared;
        let age = crate::clock::now().saturating_duration_since(*opened);
        log.pass(self.direction, age, self.shared.label().as_deref(), header, payload);
    }

    /// Whether each frame is logged.
    pub(crate) fn is_logging(&self) -> bool {
        frame_log::is_on()
    }

    /// Ends the line of the frame that passed last by the windows after it, if it is logged.
    #[inline]
    pub(crate) fn log_windows(&self, windows: impl FnOnce(Changes, u32) -> LoggedWindows) {
        if self.shared.logging.load(Relaxed) {
            self.finish(windows);
        }
    }

    #[cold]
    fn finish(&self, windows: impl FnOnce(Changes, u32) -> LoggedWindows) {
        self.shared.log.finish(windows);
    }

    /// The connection's task is at work until it says that it is done.
    #[inline]
    pub(crate) fn at_work(&self) {
        if let Some(event_queue) = &self.events {
            event_queue.at_work();
        }
    }

    /// Delivers queued events and writes logged lines. No lock is held.
    #[inline]
    pub(crate) fn done(&self, cx: &Context<'_>) {
        if self.shared.logging.load(Relaxed) {
            self.write();
        }
        if let Some(event_queue) = &self.events {
            event_queue.done(cx.waker().clone());
            event_queue.deliver();
        }
    }

    #[cold]
    fn write(&self) {
        self.shared.logging.store(false, Relaxed);
        self.shared.log.write();
    }

    /// Delivers events that the connection's owner queued outside of a poll.
    #[inline]
    pub(crate) fn deliver(&self) {
        if let Some(event_queue) = &self.events {
            event_queue.deliver();
        }
    }
}

impl Drop for FrameCounter {
    fn drop(&mut self) {
        if self.direction == Direction::Sent {
            if self.shared.logging.load(Relaxed) {
                self.write();
            }
            self.deliver();
            register::leave(self.shared.id);
        }
    }
}
