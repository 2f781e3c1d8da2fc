//! Snapshots of the streams of a connection.

use super::{Inner, Mutex, Peer, Streams};
use crate::frame::{Reason, StreamId};
use crate::insight::{
    self, Blocked, BlockedOn, Changes, Connection, ConnectionSnapshot, EventKind, FrameCounter, LoggedWindows, Record,
    Role, Side, StreamLimit, StreamSnapshot, TakeSnapshot,
};
use crate::proto::streams::stream::Stream;
use crate::proto::{peer, Error};

use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Instant;

impl<B, P: Peer> Streams<B, P> {
    /// Attaches statistics and the event queue when the connection opens.
    pub(crate) fn attach_insight(&mut self, frame_counter: &mut FrameCounter, settings: insight::Set) {
        attach(&self.inner, role(P::r#dyn()), frame_counter, settings);
    }

    /// Returns a handle for snapshots of the connection.
    pub(crate) fn insight(&self) -> Connection {
        handle(&self.inner)
    }

    /// Events whether the transport takes more.
    #[inline(always)]
    pub(crate) fn transported<T>(&self, polled: Poll<T>) -> Poll<T> {
        if polled.is_pending() {
            self.transport_is_full();
        }
        polled
    }

    #[cold]
    fn transport_is_full(&self) {
        self.inner.lock().expect("no holder of the lock panicked").counts.stats_mut().transport_is_full();
    }

    /// The connection's task has nothing left to do.
    #[cold]
    pub(crate) fn connection_ended(&self, error: Option<&Error>) {
        // A poisoned lock is of a connection that failed.
        if let Ok(mut me) = self.inner.lock() {
            let me = &mut *me;
            let error = error.or(me.actions.conn_error.as_ref());
            me.counts.stats_mut().ends(error, false);
        }
    }

    pub(crate) fn refusal_sent(&self, id: StreamId) {
        let me = self.inner.lock().expect("no holder of the lock panicked");
        let reset = EventKind::Reset { by: Side::Local, reason: Reason::REFUSED_STREAM, error: None };
        me.counts.stats().enqueue(Some(id), reset);
    }

    /// The windows as they are now.
    pub(crate) fn windows(&self, changes: Changes, stream: u32) -> LoggedWindows {
        let mut me = self.inner.lock().expect("no holder of the lock panicked");
        let me = &mut *me;
        let found = me.store.find_mut(&stream.into());
        let found = found.as_deref();
        match changes {
            Changes::Receiving => {
                // DATA that is discarded is not accounted for.
                let found = found.filter(|stream| !stream.state.is_local_error());
                me.actions.recv.windows_of(found, stream == 0)
            }
            Changes::Sending => {
                let initial = i64::from(me.actions.send.init_window_sz());
                let connection = me.actions.send.scheduler().half().window;
                let sends = |stream: &&Stream| !stream.state.is_send_closed() || stream.buffered_send_data > 0;
                let of_stream = found.filter(sends).map(|stream| stream.outgoing.window.signed());
                LoggedWindows { connection, stream: of_stream.or((stream == 0).then_some(initial)) }
            }
        }
    }
}

// What follows is not generic, so that it is compiled once and with all that is private to the
// crate.

fn attach(inner: &Arc<Mutex<Inner>>, role: Role, frame_counter: &mut FrameCounter, settings: insight::Set) {
    let shared = frame_counter.shared().clone();
    frame_counter.name(settings.label);
    let opened = shared.opened;
    let connection = Connection::new(shared.clone(), weak(inner), role);
    let events = insight::open_queue(&connection, settings.observer);
    {
        let mut me = inner.lock().expect("no holder of the lock panicked");
        let me = &mut *me;
        let initiator = if role == Role::Server { Side::Peer } else { Side::Local };
        let stats = me.counts.stats_mut();
        stats.record = Record { shared: Some(shared), events: events.clone() };
        stats.enqueue(None, EventKind::Opened { initiator });
        // A handshake begins with SETTINGS.
        me.actions.recv.settings_sent_at(opened);
        me.actions.send.scheduler_mut().observe(stats.record.clone());
    }
    frame_counter.opened(connection, events);
    frame_counter.deliver();
}

fn role(peer: peer::Dyn) -> Role {
    if peer.is_server() {
        Role::Server
    } else {
        Role::Client
    }
}

fn handle(inner: &Arc<Mutex<Inner>>) -> Connection {
    let me = inner.lock().expect("no holder of the lock panicked");
    let shared = me.counts.stats().record.shared.clone();
    Connection::new(shared.expect("insight is attached when a connection opens"), weak(inner), me.role())
}

fn weak(inner: &Arc<Mutex<Inner>>) -> Weak<dyn TakeSnapshot> {
    let streams: Weak<Mutex<Inner>> = Arc::downgrade(inner);
    streams
}

impl TakeSnapshot for Mutex<Inner> {
    fn snapshot(&self) -> Option<ConnectionSnapshot> {
        // A poisoned lock is of a connection that failed.
        let me = self.lock().ok()?;
        Some(me.snapshot())
    }

    fn snapshot_batch(&self, from: usize, streams: &mut Vec<StreamSnapshot>) -> Option<Option<usize>> {
        let me = self.lock().ok()?;
        Some(me.snapshot_batch(from, streams))
    }

    fn local_streams(&self) -> Option<StreamLimit> {
        Some(self.lock().ok()?.local_streams())
    }
}

impl Inner {
    fn role(&self) -> Role {
        role(self.counts.peer())
    }

    fn local_streams(&self) -> StreamLimit {
        StreamLimit { active: self.counts.active_streams().0, max: self.counts.max_send_streams() }
    }

    fn snapshot(&self) -> ConnectionSnapshot {
        let now = crate::clock::now();
        let stats = self.counts.stats();
        let scheduler = self.actions.send.scheduler();
        let receive = self.actions.recv.half();
        let (_, peer) = self.counts.active_streams();
        let stalled = scheduler.stalled_since().map(|since| blocked(BlockedOn::ConnectionWindow, Some(since), now));
        let full = stats.transport_full.map(|since| blocked(BlockedOn::Transport, Some(since), now));
        let shared = stats.record.shared.as_ref().expect("insight is attached before there is a handle");
        ConnectionSnapshot {
            id: shared.id,
            label: shared.label(),
            role: self.role(),
            age: now.saturating_duration_since(shared.opened),
            round_trip: self.actions.recv.round_trip(),
            send: scheduler.half(),
            receive,
            receive_buffer: self.actions.recv.receive_buffer(),
            writer: full.or(stalled),
            peer: (receive.announced <= 0).then(|| blocked(BlockedOn::ConnectionWindow, stats.spent, now)),
            local_streams: self.local_streams(),
            peer_streams: StreamLimit { active: peer, max: self.counts.max_recv_streams() },
            waiting_to_open: scheduler.waiting_to_open(),
            going_away: stats.going_away(),
            peer_going_away: stats.peer_going_away,
            close_reason: stats.close_reason,
            counts: shared.counters.read(),
            streams: Vec::new(),
        }
    }

    fn snapshot_batch(&self, from: usize, streams: &mut Vec<StreamSnapshot>) -> Option<usize> {
        // Empty places cost less.
        const PLACES: usize = 16 * insight::BATCH;

        let now = crate::clock::now();
        let end = self.store.places();
        let most = streams.len() + insight::BATCH;
        for place in from..end.min(from + PLACES) {
            if let Some(stream) = self.store.at(place) {
                if streams.len() == most {
                    return Some(place);
                }
                streams.push(self.look_at(stream, now));
            }
        }
        (from + PLACES < end).then_some(from + PLACES)
    }

    fn look_at(&self, stream: &Stream, now: Instant) -> StreamSnapshot {
        let receive = self.actions.recv.half_of(stream);
        let receives = stream.state.is_recv_streaming();
        let peer =
            (receives && receive.announced <= 0).then(|| blocked(BlockedOn::StreamWindow, stream.stats.spent(), now));
        let waits = stream.recv_task.is_some() && stream.pending_recv.is_empty() && !stream.state.is_closed();
        StreamSnapshot {
            id: crate::StreamId::from_internal(stream.id),
            state: stream.state.public(),
            send: self.actions.send.scheduler().half_of(stream),
            receive,
            writer: self.writer(stream, now),
            reader: waits.then(|| blocked(BlockedOn::Peer, stream.stats.reads_since(), now)),
            peer,
            updates_sent: stream.stats.updates_sent,
            updates_received: stream.stats.updates_received,
            handles: stream.ref_count as usize,
        }
    }

    /// What keeps a stream from sending what it has or reserved.
    fn writer(&self, stream: &Stream, now: Instant) -> Option<Blocked> {
        let scheduler = self.actions.send.scheduler();
        match scheduler.blocked_on(stream) {
            Some(on) => Some(blocked(on, scheduler.blocked_since(stream, on), now)),
            None if stream.has_unsent() => {
                let full = self.counts.stats().transport_full?;
                Some(blocked(BlockedOn::Transport, Some(full), now))
            }
            None => None,
        }
    }
}

fn blocked(on: BlockedOn, since: Option<Instant>, now: Instant) -> Blocked {
    Blocked { on, lasting: since.map(|since| now.saturating_duration_since(since)) }
}
