//! An executor that is honest about wakers: it polls a task that was woken, and never otherwise. A
//! subject that forgets to wake its task stalls here as it would in production.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

/// Whether a task was woken.
#[derive(Clone, Debug, Default)]
pub struct WakeFlag(Arc<Flag>);

#[derive(Debug, Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl WakeFlag {
    /// The flag of a new task: it is set, so that the task is polled once.
    #[must_use]
    pub fn set() -> Self {
        let flag = WakeFlag::default();
        flag.wake();
        flag
    }

    /// Whether the task was woken since the last call.
    pub fn take(&self) -> bool {
        self.0 .0.swap(false, Ordering::Relaxed)
    }

    /// Wakes the task.
    pub fn wake(&self) {
        self.0 .0.store(true, Ordering::Relaxed);
    }

    /// The waker for the task's context.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker::from(self.0.clone())
    }

    /// Polls `work` as often as it is woken. Returns its output, or nothing when it waits.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let waker = self.waker();
        let mut work = pin!(work);
        while self.take() {
            if let Poll::Ready(output) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Some(output);
            }
        }
        None
    }
}

/// A context for a task that is polled whenever something may have changed: its waker does nothing.
#[must_use]
pub fn by_hand() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[test]
    fn a_task_is_polled_as_often_as_it_is_woken() {
        let mut polls = 0;
        let mut counted = poll_fn(|cx| {
            polls += 1;
            match polls {
                3 => return Poll::Ready(polls),
                1 => cx.waker().wake_by_ref(),
                _ => {}
            }
            Poll::Pending
        });
        let flag = WakeFlag::set();
        assert_eq!((flag.run(&mut counted), flag.run(&mut counted)), (None, None));
        flag.wake();
        assert_eq!((flag.run(&mut counted), flag.take()), (Some(3), false));
    }
}
