//! What the codec charges for: frames whose cost does not depend on a stream.

use super::{AbuseKind, Buckets};
use crate::frame::Kind;
use crate::proto::Error;

use std::ops::{Deref, DerefMut};

/// The flag of an acknowledgement (RFC 9113 section 6.5).
const ACK: u8 = 1;

#[derive(Debug, Default)]
pub(crate) struct FrameGuard(Buckets);

impl Deref for FrameGuard {
    type Target = Buckets;

    fn deref(&self) -> &Buckets {
        &self.0
    }
}

impl DerefMut for FrameGuard {
    fn deref_mut(&mut self) -> &mut Buckets {
        &mut self.0
    }
}

impl FrameGuard {
    /// Charges the peer for a frame that was read.
    #[inline]
    pub(crate) fn charge(&mut self, kind: Kind, flags: u8) -> Result<(), Error> {
        let kind = match kind {
            // This end asked for it: without SETTINGS of ours it is an error.
            Kind::Settings if flags & ACK != 0 => return Ok(()),
            // These are charged to the streams.
            Kind::Data | Kind::Headers | Kind::Reset | Kind::PushPromise | Kind::WindowUpdate => return Ok(()),
            Kind::Settings => AbuseKind::Settings,
            Kind::Ping => AbuseKind::Ping,
            Kind::Priority => AbuseKind::Priority,
            Kind::GoAway => AbuseKind::GoAway,
            Kind::Continuation => AbuseKind::Continuation,
            Kind::Unknown => AbuseKind::Ignored,
        };
        self.0.charge(kind)
    }
}
