//! What the streams of a connection tell its deadlines.

use std::time::{Duration, Instant};

use super::*;
use crate::insight::{BlockedOn, EventKind, Side};
use crate::liveness::DeadlineKind;

/// How a connection is used.
#[derive(Debug)]
pub(crate) struct Use {
    /// Whether there are open streams, or requests that wait.
    pub(crate) has_streams: bool,
    /// Whether there are streams that have something to send and no window.
    pub(crate) has_stalled_streams: bool,
    /// Streams that the client has opened.
    pub(crate) streams: u64,
    pub(crate) round_trip: Option<Duration>,
}

impl<B, P> Streams<B, P>
where
    P: Peer,
{
    /// Looks at the use of the connection. If `watches_stalls`, the connection is woken when a
    /// stream begins to wait for window.
    pub(crate) fn look_at_use(&self, watches_stalls: bool) -> Use {
        let mut me = self.inner.lock().expect("no holder of the lock panicked");
        me.actions.send.scheduler_mut().wake_on_stall(watches_stalls);
        let recv = &me.actions.recv;
        let newest = match me.counts.peer().is_server() {
            true => Some(recv.last_processed_id()),
            false => me.actions.send.ensure_next_stream_id().ok(),
        };
        Use {
            has_streams: me.counts.has_streams() || me.actions.send.has_queued_streams(),
            has_stalled_streams: [BlockedOn::StreamWindow, BlockedOn::ConnectionWindow]
                .iter()
                .any(|on| me.counts.stats().record.stalled_streams(Side::Local, *on) > 0),
            // The identifiers of a client are odd.
            streams: newest.map_or(u64::MAX, |id| u64::from(u32::from(id) / 2)),
            round_trip: recv.round_trip(),
        }
    }

    /// Resets streams that have waited for window for that long. Returns how many there were, and
    /// since when the one waits that waits longest of the others.
    pub(crate) fn reset_stalled(&mut self, timeout: Duration, now: Instant) -> (usize, Option<Instant>) {
        let mut me = self.inner.lock().expect("no holder of the lock panicked");
        me.reset_stalled(&self.send_buffer, timeout, now)
    }

    /// Takes no more requests: later ones fail with this error. Those that wait are still sent.
    pub(crate) fn take_no_more(&mut self, error: Error) {
        let mut me = self.inner.lock().expect("no holder of the lock panicked");
        me.actions.conn_error = Some(error);
    }
}

impl Inner {
    fn reset_stalled<B>(
        &mut self,
        send_buffer: &SendBuffer<B>,
        timeout: Duration,
        now: Instant,
    ) -> (usize, Option<Instant>) {
        let Inner { counts, actions, store, .. } = self;
        let mut send_buffer = send_buffer.inner.lock().expect("no holder of the lock panicked");
        let send_buffer = &mut *send_buffer;
        let (mut resets, mut longest) = (0, None::<Instant>);
        store.for_each(|stream| {
            let Some(since) = actions.send.scheduler().without_window_since(&stream) else { return };
            if now.saturating_duration_since(since) < timeout {
                longest = Some(longest.map_or(since, |longest| longest.min(since)));
                return;
            }
            resets += 1;
            counts.stats().enqueue(Some(stream.id), EventKind::DeadlinePassed { deadline: DeadlineKind::StreamWrite });
            // The application did nothing wrong, and the peer is not charged for it.
            counts.transition(stream, |counts, stream| {
                let by = Initiator::Library;
                actions.send.send_reset(Reason::CANCEL, by, send_buffer, stream, counts, &mut actions.task);
                actions.recv.enqueue_reset_expiration(stream, counts);
                actions.recv.drop_unaccepted(stream, counts);
                stream.notify_recv();
            });
        });
        (resets, longest)
    }
}
