//! The smallest executor that is honest about wakers: a task is polled when it was woken, and never otherwise. A subject that
//! forgets to wake somebody stalls here as it would in production.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Wake, Waker};

/// A task's bell.
#[derive(Clone, Debug)]
pub(super) struct Bell(Arc<Flag>);

#[derive(Debug)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Bell {
    /// A bell that was rung: a new task is polled once.
    pub(super) fn rung() -> Self {
        Bell(Arc::new(Flag(AtomicBool::new(true))))
    }

    /// Whether it was rung since the last call.
    pub(super) fn take(&self) -> bool {
        self.0 .0.swap(false, Ordering::Relaxed)
    }

    /// Rings it.
    pub(super) fn ring(&self) {
        self.0 .0.store(true, Ordering::Relaxed);
    }

    /// What to hand to the task.
    pub(super) fn waker(&self) -> Waker {
        Waker::from(self.0.clone())
    }
}
