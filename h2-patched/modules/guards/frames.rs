//! What the codec charges for: frames whose cost does not depend on a stream.

use super::{AbuseKind, Buckets};
use crate::frame::Kind;
use crate::proto::Error;

/// The flag of an acknowledgement (RFC 9113 section 6.5).
const ACK: u8 = 1;

impl Buckets {
    /// Charges the peer for a frame that was read.
    #[inline]
    pub(crate) fn charge_frame(&mut self, kind: Kind, flags: u8) -> Result<(), Error> {
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
        self.charge(kind)
    }
}
