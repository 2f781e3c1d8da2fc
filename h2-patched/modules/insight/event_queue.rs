//! Events between where they happen, which is under the lock of a connection's streams, and where they are told, which is not.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

use super::observer::{everywhere, Observing};
use super::{Connection, Event, EventKind};
use crate::{clock, frame, StreamId};

/// Where events are noted, if anybody wants to know.
pub(crate) type Events = Option<Arc<EventQueue>>;

/// Of a connection with this observer or, without one, with the one that all have.
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
    /// Nobody after it has panicked.
    observer: Option<Observing>,
    /// Tells what others note. While the connection's task is at work, it will look by itself.
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

    /// The connection's task begins: what is noted from here on it tells itself when it is done.
    pub(super) fn at_work(&self) {
        self.pending().task = None;
    }

    /// The connection's task is done: it is woken for what is noted from here on.
    pub(super) fn done(&self, task: Waker) {
        self.pending().task = Some(task);
    }

    /// Tells all that is noted, in order. Only the connection's owner does.
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
                    tracing::error!(connection = self.connection.id(), "an observer panicked; it is told no more");
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
