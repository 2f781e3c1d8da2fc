//! Queues events under the lock of a connection's streams, and delivers them to an observer without
//! that lock.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

use super::observer::{everywhere, Observing};
use super::{Connection, Event, EventKind};
use crate::{clock, frame, StreamId};

/// The event queue of a connection. A connection without an observer has none.
pub(crate) type Events = Option<Arc<EventQueue>>;

/// Makes the event queue for the connection's own observer, or else for the observer of the
/// process.
pub(crate) fn open_queue(connection: &Connection, observer: Option<Observing>) -> Events {
    observer.or_else(everywhere).map(|observer| EventQueue::new(connection.clone(), observer))
}

#[derive(Debug)]
pub(crate) struct EventQueue {
    connection: Connection,
    pending: Mutex<Pending>,
}

#[derive(Debug)]
struct Pending {
    events: Vec<Entry>,
    /// The observer. `None` after it panicked.
    observer: Option<Observing>,
    /// Wakes the connection's task, which delivers the events. `None` while that task runs, because
    /// it delivers before it ends.
    task: Option<Waker>,
}

#[derive(Debug)]
struct Entry {
    stream: Option<StreamId>,
    at: Instant,
    kind: EventKind,
}

impl EventQueue {
    fn new(connection: Connection, observer: Observing) -> Arc<Self> {
        let pending = Pending { events: Vec::new(), observer: Some(observer), task: None };
        Arc::new(EventQueue { connection, pending: Mutex::new(pending) })
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        // Nothing that may panic is done while it is held, but for wakers of others.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    pub(crate) fn enqueue_now(&self, stream: Option<frame::StreamId>, kind: EventKind) {
        self.enqueue(stream.map(StreamId::from_internal), clock::now(), kind);
    }

    pub(crate) fn enqueue(&self, stream: Option<StreamId>, at: Instant, kind: EventKind) {
        let mut pending = self.pending();
        if pending.observer.is_none() {
            return;
        }
        pending.events.push(Entry { stream, at, kind });
        let task = pending.task.take();
        drop(pending);
        if let Some(task) = task {
            task.wake();
        }
    }

    /// Notes that the connection's task runs. It delivers what is queued from here on before it
    /// ends.
    pub(super) fn at_work(&self) {
        self.pending().task = None;
    }

    /// Notes that the connection's task has ended its poll. Later events wake it.
    pub(super) fn done(&self, task: Waker) {
        self.pending().task = Some(task);
    }

    /// Delivers all queued events in order. Only the connection's owner calls this.
    pub(super) fn deliver(&self) {
        loop {
            let (events, observer) = {
                let mut pending = self.pending();
                match pending.observer.clone() {
                    Some(observer) if !pending.events.is_empty() => (std::mem::take(&mut pending.events), observer),
                    _ => return,
                }
            };
            for Entry { stream, at, kind } in events {
                let event = Event { connection: &self.connection, stream, at, kind };
                if catch_unwind(AssertUnwindSafe(|| observer.0.event(&event))).is_err() {
                    tracing::error!(connection = self.connection.id(), "an observer panicked; it gets no more events");
                    let mut pending = self.pending();
                    pending.events.clear();
                    let observer = pending.observer.take();
                    drop(pending);
                    drop(observer);
                    return;
                }
            }
        }
    }
}
