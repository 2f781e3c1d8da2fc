//! Events between where they happen, which is under the lock of a connection's streams, and where they are told, which is not.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

use super::observer::{everywhere, Observing};
use super::{Connection, Event, EventKind};
use crate::{clock, frame, StreamId};

/// Where events are noted, if anybody wants to know.
pub(crate) type Notes = Option<Arc<Journal>>;

/// Of a connection with this observer or, without one, with the one that all have.
pub(crate) fn notes(connection: &Connection, observer: Option<Observing>) -> Notes {
    observer.or_else(everywhere).map(|observer| Journal::new(connection.clone(), observer))
}

#[derive(Debug)]
pub(crate) struct Journal {
    connection: Connection,
    pages: Mutex<Pages>,
}

#[derive(Debug)]
struct Pages {
    untold: Vec<Entry>,
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

impl Journal {
    fn new(connection: Connection, observer: Observing) -> Arc<Self> {
        let pages = Pages { untold: Vec::new(), observer: Some(observer), task: None };
        Arc::new(Journal { connection, pages: Mutex::new(pages) })
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        // Nothing that may panic is done while it is held, but for wakers of others.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    pub(crate) fn note_now(&self, stream: Option<frame::StreamId>, kind: EventKind) {
        self.note(stream.map(StreamId::from_internal), clock::now(), kind);
    }

    pub(crate) fn note(&self, stream: Option<StreamId>, at: Instant, kind: EventKind) {
        let mut pages = self.pages();
        if pages.observer.is_none() {
            return;
        }
        pages.untold.push(Entry { stream, at, kind });
        let task = pages.task.take();
        drop(pages);
        if let Some(task) = task {
            task.wake();
        }
    }

    /// The connection's task begins: what is noted from here on it tells itself when it is done.
    pub(super) fn at_work(&self) {
        self.pages().task = None;
    }

    /// The connection's task is done: it is woken for what is noted from here on.
    pub(super) fn done(&self, task: Waker) {
        self.pages().task = Some(task);
    }

    /// Tells all that is noted, in order. Only the connection's owner does.
    pub(super) fn tell(&self) {
        loop {
            let (untold, observer) = {
                let mut pages = self.pages();
                match pages.observer.clone() {
                    Some(observer) if !pages.untold.is_empty() => (std::mem::take(&mut pages.untold), observer),
                    _ => return,
                }
            };
            for Entry { stream, at, kind } in untold {
                let event = Event { connection: &self.connection, stream, at, kind };
                if catch_unwind(AssertUnwindSafe(|| observer.0.event(&event))).is_err() {
                    tracing::error!(connection = self.connection.id(), "an observer panicked; it is told no more");
                    let mut pages = self.pages();
                    pages.untold.clear();
                    let observer = pages.observer.take();
                    drop(pages);
                    drop(observer);
                    return;
                }
            }
        }
    }
}
