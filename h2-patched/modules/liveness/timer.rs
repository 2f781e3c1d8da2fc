//! The timer of all connections.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use crate::clock;

/// A future that is ready when a deadline has passed.
pub type Deadline = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Makes futures that are ready at a deadline.
///
/// Functions are timers. With tokio's timer, whose time tests can pause:
///
/// ```
/// use h2::tuning;
/// use std::sync::Arc;
/// use std::time::Instant;
///
/// fn timer(at: Instant) -> tuning::Deadline {
///     Box::pin(tokio::time::sleep_until(at.into()))
/// }
/// tuning::set_timer(Some(Arc::new(timer)));
/// # tuning::set_timer(None);
/// ```
pub trait Timer: Send + Sync + 'static {
    /// Returns a future that is ready at `deadline`.
    fn sleep_until(&self, deadline: Instant) -> Deadline;
}

impl<F: Fn(Instant) -> Deadline + Send + Sync + 'static> Timer for F {
    fn sleep_until(&self, deadline: Instant) -> Deadline {
        self(deadline)
    }
}

static TIMER: RwLock<Option<Arc<dyn Timer>>> = RwLock::new(None);

/// Whether [`TIMER`] holds a timer.
static IS_SET: AtomicBool = AtomicBool::new(false);

/// Sets the timer of all connections of the process. `None` gives the default back.
///
/// The default runs on any runtime: one thread for the process, which begins when a connection has
/// a deadline for the first time (crate `futures-timer`). Where no thread can be started, or a
/// process forks, set another one.
pub fn set_timer(timer: Option<Arc<dyn Timer>>) {
    let mut current = TIMER.write().unwrap_or_else(PoisonError::into_inner);
    IS_SET.store(timer.is_some(), Relaxed);
    let before = std::mem::replace(&mut *current, timer);
    drop(current);
    drop(before);
}

fn deadline(at: Instant) -> Deadline {
    #[cfg(any(test, feature = "__virtual-time"))]
    if let Some(held) = clock::held::sleep_until(at) {
        return Box::pin(held);
    }
    if IS_SET.load(Relaxed) {
        let timer = TIMER.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(timer) = timer {
            return timer.sleep_until(at);
        }
    }
    Box::pin(futures_timer::Delay::new(at.saturating_duration_since(clock::now())))
}

/// A deadline under way, and the task that it wakes.
pub(crate) struct Sleep {
    at: Instant,
    /// The mutex is never locked. It makes the future `Sync`.
    future: Mutex<Deadline>,
    /// The task that waits.
    task: Option<Waker>,
}

impl Sleep {
    pub(crate) fn until(at: Instant) -> Self {
        Sleep { at, future: Mutex::new(deadline(at)), task: None }
    }

    pub(crate) fn at(&self) -> Instant {
        self.at
    }

    /// Whether the deadline has passed. The timer is asked only if it does not wake this task
    /// already, or if the time has come.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<()> {
        let is_waiting = self.task.as_ref().is_some_and(|task| task.will_wake(cx.waker()));
        if is_waiting && now < self.at && !self.can_be_early() {
            return Poll::Pending;
        }
        self.task = Some(cx.waker().clone());
        self.future.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut().poll(cx)
    }

    /// A timer of the application may have a time of its own.
    fn can_be_early(&self) -> bool {
        IS_SET.load(Relaxed)
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("at", &self.at).finish()
    }
}
