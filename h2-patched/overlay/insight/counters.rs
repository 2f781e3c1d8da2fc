//! What a connection counts, and the sums over all of them.

use std::ops::AddAssign;
use std::sync::atomic::Ordering::Relaxed;

#[cfg(target_has_atomic = "64")]
use std::sync::atomic::AtomicU64 as Word;
#[cfg(not(target_has_atomic = "64"))]
use std::sync::atomic::AtomicUsize as Word;

/// A count that one at a time adds to and anybody reads: the connection's task, or who holds the lock of its streams.
#[derive(Debug, Default)]
pub(crate) struct Counter(Word);

impl Counter {
    #[inline]
    pub(crate) fn add(&self, more: usize) {
        // There is one writer, so that this is no more than an addition.
        self.0.store(self.0.load(Relaxed).wrapping_add(more as _), Relaxed);
    }

    #[allow(clippy::unnecessary_cast)] // Where the platform has no atomics of 64 bits.
    fn read(&self) -> u64 {
        self.0.load(Relaxed) as u64
    }
}

macro_rules! counts {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// What was counted since a connection was opened, or on all connections of the process.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counts {
            $($(#[$doc])+ pub $name: u64,)+
        }

        impl AddAssign for Counts {
            fn add_assign(&mut self, other: Self) {
                $(self.$name += other.$name;)+
            }
        }

        impl Counts {
            pub(super) const NONE: Counts = Counts { $($name: 0,)+ };
        }

        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Counter,)+
        }

        impl Counters {
            pub(crate) fn read(&self) -> Counts {
                Counts { $($name: self.$name.read(),)+ }
            }
        }
    };
}

counts! {
    /// Octets of DATA sent, padding included: what windows are spent on (RFC 9113 section 6.9.1).
    octets_sent,
    /// The same, received.
    octets_received,
    /// Requests sent by a client, pushes promised by a server. A request counts when it is handed over, not when its place
    /// among the peer's concurrent streams is free.
    streams_opened,
    /// Requests received by a server, pushes promised to a client; without those refused.
    streams_received,
    /// Streams received that the application has taken.
    streams_accepted,
    /// Streams of either side that are over.
    streams_closed,
    /// RST_STREAM frames sent, refusals included.
    resets_sent,
    /// RST_STREAM frames received, refusals included.
    resets_received,
    /// RST_STREAM frames sent with REFUSED_STREAM.
    refusals_sent,
    /// RST_STREAM frames received with REFUSED_STREAM.
    refusals_received,
    /// WINDOW_UPDATE frames sent, for the connection and for streams.
    updates_sent,
    /// WINDOW_UPDATE frames received, for the connection and for streams.
    updates_received,
    /// GOAWAY frames sent. A graceful shutdown sends two (section 6.8).
    go_aways_sent,
    /// GOAWAY frames received.
    go_aways_received,
}
