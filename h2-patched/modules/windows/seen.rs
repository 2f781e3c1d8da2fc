//! What of this is shown in a snapshot.

use super::*;

impl Recv {
    /// The shortest round trip learnt, if any.
    pub(in crate::proto::streams) fn round_trip(&self) -> Option<Duration> {
        self.windows.round_trip.shortest()
    }
}
