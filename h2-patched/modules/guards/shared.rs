//! The buckets of the streams, for the connection.

use super::Streams;
use crate::guards::{AbuseKind, Overdrawn};
use crate::proto::Peer;
use crate::tuning::AbuseLimits;

use std::sync::Arc;

impl<B, P: Peer> Streams<B, P> {
    /// Sets other limits than the default.
    pub(crate) fn set_abuse_limits(&self, limits: Arc<AbuseLimits>) {
        let mut me = self.inner.lock().expect("no holder of the lock panicked");
        me.counts.guards_mut().set_limits(limits);
    }

    /// The bucket that is overdrawn by most.
    pub(crate) fn overdrawn(&self) -> Option<Overdrawn> {
        let mut me = self.inner.lock().expect("no holder of the lock panicked");
        me.counts.guards_mut().overdrawn()
    }

    /// Whether at least half of a bucket is there.
    pub(crate) fn is_half_full(&self, kind: AbuseKind) -> bool {
        let mut me = self.inner.lock().expect("no holder of the lock panicked");
        me.counts.guards_mut().is_half_full(kind)
    }
}
