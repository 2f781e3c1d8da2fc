//! Events of connections and streams.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::{AbuseKind, BlockedOn, CloseReason, Connection, DeadlineKind, Side, StallEnd, StreamErrorKind};
use crate::{Reason, StreamId};

/// Receives the events of connections.
///
/// Events of one connection come one at a time and in order, from the task that drives it and with
/// no lock held: an observer may take snapshots, also of that connection. It should be quick,
/// because that task does nothing else meanwhile. An observer that panics gets no more events of
/// that connection. The connection goes on.
///
/// Functions are observers:
///
/// ```
/// use h2::insight::{observe, Event};
/// use std::sync::Arc;
///
/// observe(Some(Arc::new(|event: &Event<'_>| {
///     let Event { connection, stream, kind, .. } = event;
///     eprintln!("connection {} stream {stream:?}: {kind:?}", connection.id())
/// })));
/// # observe(None);
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Something happened.
    fn event(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Send + Sync + 'static> Observer for F {
    fn event(&self, event: &Event<'_>) {
        self(event)
    }
}

/// Something that happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// On which connection.
    pub connection: &'a Connection,
    /// On which stream; `None` if it is about the connection.
    pub stream: Option<StreamId>,
    /// When it happened. The observer may get it a little later.
    pub at: Instant,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
///
/// The first event of a connection is `Opened` and the last one `Closed`. So it is with each
/// stream, but that
///
/// * streams may be reset without having been opened, as refused ones are;
/// * `Accepted` comes after `Closed` where the application takes a stream that is over already;
/// * `Reset` comes after `Closed` where frames cross: a RST_STREAM of each side, or one of ours
///   that answers what the peer sent on a stream that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// A connection had its handshake; a stream was opened, or reserved by a promise.
    #[non_exhaustive]
    Opened {
        /// The side that opened the stream. A connection is opened by its client.
        initiator: Side,
    },
    /// The application took a stream that the peer opened.
    Accepted,
    /// An endpoint has something to send and cannot. A stall on the connection's window or on the
    /// transport is reported once, without a stream.
    #[non_exhaustive]
    Stalled {
        /// The endpoint that is stalled.
        who: Side,
        /// For want of what.
        on: BlockedOn,
    },
    /// A stall ended because what was missing is there.
    ///
    /// A stall that ends in any other way gives [`EventKind::StallEnded`];
    /// [`EventKind::ended_stall`] reads both. Each `Stalled` is followed by exactly one of the two,
    /// before the `Closed` of its stream or connection.
    #[non_exhaustive]
    Resumed {
        /// The endpoint that was stalled.
        who: Side,
        /// What was missing.
        on: BlockedOn,
        /// How long.
        lasted: Duration,
    },
    /// A stall ended although what was missing did not come.
    #[non_exhaustive]
    StallEnded {
        /// The endpoint that was stalled.
        who: Side,
        /// What was missing.
        on: BlockedOn,
        /// How long.
        lasted: Duration,
        /// How the stall ended: never [`StallEnd::Resumed`].
        end: StallEnd,
    },
    /// RST_STREAM was sent, or was received for a stream that is not forgotten yet.
    #[non_exhaustive]
    Reset {
        /// The endpoint that sent it.
        by: Side,
        /// The error code.
        reason: Reason,
        /// What the peer did wrong, if this end reset the stream for that.
        error: Option<StreamErrorKind>,
    },
    /// GOAWAY was sent or received. A graceful shutdown sends two.
    #[non_exhaustive]
    GoingAway {
        /// The endpoint that sent it.
        by: Side,
        /// The error code.
        reason: Reason,
        /// The last stream that the sender might act on.
        last_stream: StreamId,
    },
    /// A [deadline](crate::tuning::Deadlines) of the connection passed. What follows is said there.
    #[non_exhaustive]
    DeadlinePassed {
        /// Which one.
        deadline: DeadlineKind,
    },
    /// The peer floods. The connection reads no faster than its [limit](crate::tuning::AbuseLimits)
    /// from now on, and ends if that goes on.
    #[non_exhaustive]
    Slowed {
        /// What there is too much of.
        kind: AbuseKind,
    },
    /// The stream or the connection is over.
    #[non_exhaustive]
    Closed {
        /// Why it was closed.
        reason: CloseReason,
    },
}

/// A stall that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndedStall {
    /// The endpoint that was stalled.
    pub who: Side,
    /// What was missing.
    pub on: BlockedOn,
    /// How long the stall lasted.
    pub lasted: Duration,
    /// How it ended.
    pub end: StallEnd,
}

impl EventKind {
    /// The stall that this event ends, if it ends one: [`EventKind::Resumed`] or
    /// [`EventKind::StallEnded`].
    pub fn ended_stall(&self) -> Option<EndedStall> {
        match *self {
            EventKind::Resumed { who, on, lasted } => Some(EndedStall { who, on, lasted, end: StallEnd::Resumed }),
            EventKind::StallEnded { who, on, lasted, end } => Some(EndedStall { who, on, lasted, end }),
            _ => None,
        }
    }
}

/// An observer as a setting.
#[derive(Clone)]
pub(crate) struct Observing(pub(crate) Arc<dyn Observer>);

impl fmt::Debug for Observing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// A panic of an observer is caught where it is called, and that observer is not called again for
/// the connection. So an observer takes nothing from the unwind safety of the builders that hold
/// it.
impl UnwindSafe for Observing {}
impl RefUnwindSafe for Observing {}

static EVERYWHERE: RwLock<Option<Observing>> = RwLock::new(None);

/// Whether [`EVERYWHERE`] holds an observer. Without one, opening a connection takes no lock for
/// it.
static IS_OBSERVED: AtomicBool = AtomicBool::new(false);

/// Sets the observer of all connections that are opened from now on and have no observer of their
/// own. Use it to observe connections that hyper, tonic or reqwest open. `None` ends it;
/// connections that are open keep theirs.
pub fn observe(observer: Option<Arc<dyn Observer>>) {
    let mut current = EVERYWHERE.write().unwrap_or_else(PoisonError::into_inner);
    IS_OBSERVED.store(observer.is_some(), Relaxed);
    let before = std::mem::replace(&mut *current, observer.map(Observing));
    drop(current);
    // Its end may open connections or set another.
    drop(before);
}

/// Returns the observer of connections that have none of their own.
pub(super) fn everywhere() -> Option<Observing> {
    if !IS_OBSERVED.load(Relaxed) {
        return None;
    }
    EVERYWHERE.read().unwrap_or_else(PoisonError::into_inner).clone()
}
