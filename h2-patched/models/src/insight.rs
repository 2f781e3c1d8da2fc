//! The fork's modules `register` and `event_queue`, and what they know of others.

use std::ops::AddAssign;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use shuttle::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::StreamId;

include!(concat!(env!("OUT_DIR"), "/insight.rs"));

pub(crate) use event_queue::EventQueue;
pub(crate) use register::{connections, totals};

pub(crate) fn queue(connection: &Connection, observer: Observing) -> Arc<EventQueue> {
    event_queue::open_queue(connection, Some(observer)).expect("it has an observer")
}

/// What the connection's task does: it runs, and delivers before it ends.
pub(crate) fn poll(queue: &EventQueue, task: &Waker) {
    queue.at_work();
    queue.done(task.clone());
    queue.deliver();
}

pub(crate) fn enter(connection: Connection) {
    register::enter(connection);
}

pub(crate) fn leave(id: u64) {
    register::leave(id);
}

/// A connection: a number and one count.
#[derive(Clone, Debug)]
pub struct Connection {
    pub(crate) id: u64,
    pub(crate) count: Arc<AtomicU64>,
}

impl Connection {
    pub(crate) fn new(id: u64) -> Self {
        Connection { id, count: Arc::new(AtomicU64::new(0)) }
    }

    fn id(&self) -> u64 {
        self.id
    }

    fn counts(&self) -> Counts {
        Counts(self.count.load(Relaxed))
    }

    fn label(&self) -> Option<Arc<str>> {
        None
    }

    fn add_stalled(&self, _: &mut Stalled) {}
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub(crate) u64);

impl Counts {
    const NONE: Counts = Counts(0);
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stalled;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessReceiveBuffer;

impl ProcessReceiveBuffer {
    fn read() -> Self {
        ProcessReceiveBuffer
    }
}

/// What happened: a number.
pub(crate) type EventKind = u32;

pub(crate) struct Event<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) stream: Option<StreamId>,
    pub(crate) at: Instant,
    pub(crate) kind: EventKind,
}

mod observer {
    use std::panic::{RefUnwindSafe, UnwindSafe};
    use std::sync::Arc;

    #[derive(Clone)]
    pub(crate) struct Observing(pub(crate) Arc<dyn Observer>);

    pub(crate) trait Observer: Send + Sync {
        fn event(&self, event: &super::Event<'_>);
    }

    impl std::fmt::Debug for Observing {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Observer")
        }
    }

    impl UnwindSafe for Observing {}
    impl RefUnwindSafe for Observing {}

    pub(super) fn everywhere() -> Option<Observing> {
        None
    }
}

pub(crate) use observer::{Observer, Observing};
