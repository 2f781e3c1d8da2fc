//! What connections do: snapshots, totals, events and a frame log.
//!
//! | to know | there is |
//! | --- | --- |
//! | how a connection and its streams stand, who waits for what and for how long | [`Connection::snapshot`] |
//! | which connections there are, also those that hyper, tonic or reqwest opened | [`connections`] |
//! | what all of them did together | [`totals`] |
//! | when something happens | an [`Observer`], for one connection by `Builder::observer` or for all by [`observe`] |
//! | each frame | [`log_frames`] |
//! | all that as metrics | the feature `metrics` and the module of that name |
//!
//! Nothing of it is to be switched on but observers and the frame log. Frames are counted in any case, and streams that are
//! blocked are timed; while nobody looks that is about one instruction in a hundred of a tiny request. A snapshot takes the
//! lock of its connection's streams for about as long as one frame does, and longer the more streams there are: microseconds
//! for a thousand.
//!
//! ```
//! for connection in h2::insight::connections() {
//!     let Some(snapshot) = connection.snapshot() else { continue };
//!     for stream in &snapshot.streams {
//!         if let Some(blocked) = stream.writer {
//!             println!("{:?} waits for {:?}, {:?} so far", stream.id, blocked.on, blocked.lasting);
//!         }
//!     }
//! }
//! ```

mod counters;
mod frame_log;
mod journal;
#[cfg(feature = "metrics")]
pub mod metrics;
mod observer;
mod register;
mod snapshot;
mod tap;
mod watch;

pub use self::counters::Counts;
pub use self::frame_log::{log_frames, to_stderr, FrameSink};
pub use self::observer::{observe, Event, Observer, What};
pub use self::register::{connections, totals, Totals};
pub use self::snapshot::*;

pub(crate) use self::frame_log::{Changes, Windows};
pub(crate) use self::journal::{notes, Notes};
pub(crate) use self::observer::Observing;
pub(crate) use self::tap::{Shared, Tap};
pub(crate) use self::watch::{resumed, StreamWatch, Watch};

use std::fmt;
use std::sync::{Arc, Weak};

/// What can be looked at: the streams of a connection.
pub(crate) trait Look: Send + Sync {
    fn look(&self) -> Option<ConnectionSnapshot>;
}

/// A connection to be looked at. It keeps nothing of it open.
#[derive(Clone)]
pub struct Connection {
    shared: Arc<Shared>,
    streams: Weak<dyn Look>,
}

impl Connection {
    pub(crate) fn new(shared: Arc<Shared>, streams: Weak<dyn Look>) -> Self {
        Connection { shared, streams }
    }

    /// Its number in this process, from 1.
    pub fn id(&self) -> u64 {
        self.shared.id
    }

    /// What it counted so far. Takes no lock.
    pub fn counts(&self) -> Counts {
        self.shared.counters.read()
    }

    /// How it stands now. `None` when it is gone, with the last handle of its streams.
    pub fn snapshot(&self) -> Option<ConnectionSnapshot> {
        self.streams.upgrade()?.look()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("id", &self.id()).finish_non_exhaustive()
    }
}
