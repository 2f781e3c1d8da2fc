//! What a connection counts, and the sums over all of them.

use std::ops::AddAssign;
use std::sync::atomic::Ordering::Relaxed;

use crate::frame::{Kind, Reason};

#[cfg(target_has_atomic = "64")]
use std::sync::atomic::AtomicU64 as Word;
#[cfg(not(target_has_atomic = "64"))]
use std::sync::atomic::AtomicUsize as Word;

/// A count with one writer at a time, which is the connection's task or the holder of the lock of
/// its streams. Any thread reads it.
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

/// What of one direction passed.
#[derive(Debug, Default)]
pub(super) struct Passed {
    octets: Counter,
    resets: Counter,
    refusals: Counter,
    updates: Counter,
    go_aways: Counter,
}

impl Passed {
    #[inline]
    pub(super) fn data(&self, octets: usize) {
        self.octets.add(octets);
    }

    pub(super) fn other(&self, kind: Kind, payload: &[u8]) {
        match kind {
            Kind::WindowUpdate => self.updates.add(1),
            Kind::GoAway => self.go_aways.add(1),
            Kind::Reset => {
                self.resets.add(1);
                let refuses = payload == u32::from(Reason::REFUSED_STREAM).to_be_bytes();
                self.refusals.add(refuses.into());
            }
            _ => {}
        }
    }
}

/// What a connection counts.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(super) sent: Passed,
    pub(super) received: Passed,
    pub(crate) streams_opened: Counter,
    pub(crate) streams_received: Counter,
    pub(crate) streams_accepted: Counter,
    pub(crate) streams_closed: Counter,
    pub(super) deadlines_passed: Counter,
    pub(super) floods_slowed: Counter,
}

impl Counters {
    pub(crate) fn read(&self) -> Counts {
        let Counters { sent, received, .. } = self;
        Counts {
            octets_sent: sent.octets.read(),
            octets_received: received.octets.read(),
            streams_opened: self.streams_opened.read(),
            streams_received: self.streams_received.read(),
            streams_accepted: self.streams_accepted.read(),
            streams_closed: self.streams_closed.read(),
            resets_sent: sent.resets.read(),
            resets_received: received.resets.read(),
            refusals_sent: sent.refusals.read(),
            refusals_received: received.refusals.read(),
            updates_sent: sent.updates.read(),
            updates_received: received.updates.read(),
            go_aways_sent: sent.go_aways.read(),
            go_aways_received: received.go_aways.read(),
            deadlines_passed: self.deadlines_passed.read(),
            floods_slowed: self.floods_slowed.read(),
        }
    }
}

macro_rules! counts {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// What was counted since a connection was opened, or on all connections of the process.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
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
    };
}

counts! {
    /// Octets of DATA sent, padding included: what windows are spent on (RFC 9113 section 6.9.1).
    octets_sent,
    /// The same, received.
    octets_received,
    /// Requests sent by a client, pushes promised by a server. A request counts when it is handed
    /// over, not when its place among the peer's concurrent streams is free.
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
    /// [Deadlines](crate::tuning::Deadlines) that passed.
    deadlines_passed,
    /// Floods of peers that were slowed, see [`AbuseLimits`](crate::tuning::AbuseLimits).
    floods_slowed,
}
