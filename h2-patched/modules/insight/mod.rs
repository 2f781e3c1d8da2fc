//! What connections do: snapshots, totals, events and a frame log.
//!
//! | to know | there is |
//! | --- | --- |
//! | the state of a connection and its streams, what each of them waits for and since when | [`Connection::snapshot`] |
//! | which connections there are, also those that hyper, tonic or reqwest opened | [`connections`] |
//! | what all of them did together | [`totals`] |
//! | when something happens | an [`Observer`], for one connection by `Builder::observer` or for all by [`observe`] |
//! | each frame | [`log_frames`] |
//! | all that as metrics | the feature `metrics` and the module of that name |
//! | a snapshot as text | it implements `Display`: a line for the connection, a table of its streams |
//! | a snapshot or totals as JSON | the feature `serde`: they implement `Serialize` |
//!
//! Nothing of it is to be switched on but observers and the frame log. Frames are counted in any
//! case, and streams that are blocked are timed; without snapshots that is about one instruction in
//! a hundred of a tiny request. A snapshot locks its connection's streams for 16 of them at a time,
//! which is about as long as one frame takes.
//!
//! ```
//! for connection in h2::insight::connections() {
//!     if let Some(snapshot) = connection.snapshot() {
//!         println!("{snapshot}");
//!     }
//! }
//! ```

mod counters;
mod display;
mod event_queue;
mod frame_counter;
mod frame_log;
#[cfg(feature = "serde")]
mod json;
mod label;
#[cfg(feature = "metrics")]
pub mod metrics;
mod observer;
mod receive_buffer;
mod register;
mod settings;
mod snapshot;
mod stalled;
mod stats;
mod stream_error;

pub use self::counters::Counts;
pub use self::frame_log::{log_frames, to_stderr, FrameSink};
pub use self::label::{connections_labelled, with_label, with_label_sync, WithLabel};
pub use self::observer::{observe, EndedStall, Event, EventKind, Observer};
pub use self::receive_buffer::{ConnectionReceiveBuffer, ProcessReceiveBuffer};
pub use self::register::{connections, open_by_label, totals, Labelled, Totals};
pub use self::snapshot::*;
pub use self::stalled::{Stalled, StalledBy};
pub use self::stream_error::StreamErrorKind;
pub use crate::guards::AbuseKind;
pub use crate::liveness::DeadlineKind;

pub(crate) use self::event_queue::{open_queue, Events};
pub(crate) use self::frame_counter::{FrameCounter, Shared};
pub(crate) use self::frame_log::{Changes, LoggedWindows};
pub(crate) use self::label::listen;
pub(crate) use self::observer::Observing;
pub(crate) use self::settings::{Set, Settings};
pub(crate) use self::stats::{ConnectionStats, Record, StreamStats};

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Weak};

/// What can be looked at: the streams of a connection.
pub(crate) trait TakeSnapshot: Send + Sync + UnwindSafe + RefUnwindSafe {
    /// All but the streams. `None` if the connection failed by a panic.
    fn snapshot(&self) -> Option<ConnectionSnapshot>;

    /// Appends the streams of one batch, which begins at this place of their store: where the next
    /// one begins, if there are more.
    fn snapshot_batch(&self, from: usize, streams: &mut Vec<StreamSnapshot>) -> Option<Option<usize>>;

    fn local_streams(&self) -> Option<StreamLimit>;
}

/// The streams of a connection that are looked at while their lock is held once: for about as long
/// as a thread that waits for the lock spins before it sleeps.
pub(crate) const BATCH: usize = 16;

/// Turns of a spin loop between batches.
const GAP: usize = 8;

/// A connection to be looked at. It keeps nothing of it open.
#[derive(Clone)]
pub struct Connection {
    shared: Arc<Shared>,
    streams: Weak<dyn TakeSnapshot>,
    role: Role,
}

impl Connection {
    pub(crate) fn new(shared: Arc<Shared>, streams: Weak<dyn TakeSnapshot>, role: Role) -> Self {
        Connection { shared, streams, role }
    }

    /// The number of the connection in this process, from 1.
    pub fn id(&self) -> u64 {
        self.shared.id
    }

    /// What this end of the connection is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The name that the application gave the connection: by the builder, by [`with_label`], or by
    /// [`set_label`](Self::set_label).
    pub fn label(&self) -> Option<Arc<str>> {
        self.shared.label()
    }

    /// Names the connection. Later events carry the new name.
    pub fn set_label(&self, label: impl Into<Arc<str>>) {
        self.shared.set_label(Some(label.into()));
    }

    /// Takes the name of the connection away.
    pub fn clear_label(&self) {
        self.shared.set_label(None);
    }

    /// How many of its streams are stalled now, and whether the connection is. Takes no lock.
    pub fn stalled(&self) -> Stalled {
        self.shared.stalled.read(self.role)
    }

    fn add_stalled(&self, sums: &mut Stalled) {
        sums.add(self.role, &self.shared.stalled);
    }

    /// The streams that this end opened, and the limit that the peer sets, as in a snapshot: a pool
    /// of connections learns from it that a connection is full. Returns `None` when the connection
    /// and the last handle of its streams are gone. Its cost does not depend on the number of
    /// streams.
    pub fn local_streams(&self) -> Option<StreamLimit> {
        self.streams.upgrade()?.local_streams()
    }

    /// What it counted so far. Takes no lock.
    pub fn counts(&self) -> Counts {
        self.shared.counters.read()
    }

    /// Takes a snapshot. Returns `None` when the connection and the last handle of its streams are
    /// gone.
    ///
    /// The streams are locked for 16 of them at a time, so that a connection with very many streams
    /// goes on meanwhile. What the snapshot says of the connection is as of one moment, and so is
    /// each stream; one stream may be a little newer than another. A stream that is opened
    /// meanwhile may be missing. The sums `send.reserved` and `receive.unread` are of the streams
    /// as listed.
    pub fn snapshot(&self) -> Option<ConnectionSnapshot> {
        let streams = self.streams.upgrade()?;
        let mut snapshot = streams.snapshot()?;
        let mut next = Some(0);
        while let Some(from) = next {
            // The memory is not allocated under the lock.
            snapshot.streams.reserve(BATCH);
            next = streams.snapshot_batch(from, &mut snapshot.streams)?;
            if next.is_some() {
                // A thread that spins for the lock gets it. Giving up the processor would take
                // milliseconds on a busy machine.
                (0..GAP).for_each(|_| std::hint::spin_loop());
            }
        }
        for stream in &snapshot.streams {
            snapshot.send.reserved += stream.send.reserved;
            snapshot.receive.unread += stream.receive.unread;
        }
        Some(snapshot)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("id", &self.id()).finish_non_exhaustive()
    }
}
