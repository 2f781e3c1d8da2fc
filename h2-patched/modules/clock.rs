//! The one place that reads the time.
//!
//! With the feature `__virtual-time`, and in the crate's own tests, a thread can hold its time and
//! set it: what depends on time then gives the same result on every run.

use std::time::Instant;

/// Now.
pub(crate) fn now() -> Instant {
    #[cfg(any(test, feature = "__virtual-time"))]
    if let Some(held) = held::now() {
        return held;
    }
    Instant::now()
}

/// Time that is set by hand. For tests and simulations.
#[cfg(any(test, feature = "__virtual-time"))]
pub mod held {
    use std::cell::{Cell, RefCell};
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};
    use std::time::{Duration, Instant};

    thread_local! {
        static START: Instant = Instant::now();
        static SINCE: Cell<Option<Duration>> = const { Cell::new(None) };
        /// The tasks that sleep, and until when.
        static SLEEPERS: RefCell<Vec<(Instant, Waker)>> = const { RefCell::new(Vec::new()) };
    }

    /// From now on, on this thread, it is this long after an arbitrary moment that stays the same;
    /// `None` lets time run again.
    pub fn set(since: Option<Duration>) {
        SINCE.set(since);
        wake();
    }

    /// Moves this thread's time on. Time that was running is held from here on.
    pub fn advance(by: Duration) {
        SINCE.set(Some(SINCE.get().unwrap_or_else(|| START.with(Instant::elapsed)) + by));
        wake();
    }

    /// Wakes the tasks whose time has come.
    fn wake() {
        let now = super::now();
        let due: Vec<_> = SLEEPERS.with_borrow_mut(|sleepers| {
            let (due, left) = std::mem::take(sleepers).into_iter().partition(|(at, _)| *at <= now);
            *sleepers = left;
            due
        });
        due.into_iter().for_each(|(_, task)| task.wake());
    }

    /// Returns a future that is ready at this time of the thread. `None` if its time is not held.
    pub(crate) fn sleep_until(at: Instant) -> Option<impl Future<Output = ()> + Send> {
        now().map(|_| HeldSleep(at))
    }

    struct HeldSleep(Instant);

    impl Future for HeldSleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
            if super::now() >= self.0 {
                return Poll::Ready(());
            }
            SLEEPERS.with_borrow_mut(|sleepers| {
                sleepers.retain(|(at, task)| *at != self.0 || !task.will_wake(cx.waker()));
                sleepers.push((self.0, cx.waker().clone()));
            });
            Poll::Pending
        }
    }

    /// Whether this thread's time is held.
    pub(crate) fn is_held() -> bool {
        SINCE.get().is_some()
    }

    pub(super) fn now() -> Option<Instant> {
        SINCE.get().map(|since| START.with(|start| *start) + since)
    }

    #[test]
    fn time_moves_when_it_is_moved() {
        advance(Duration::ZERO);
        let before = super::now();
        assert_eq!(super::now(), before);
        advance(Duration::from_secs(1));
        assert_eq!(super::now(), before + Duration::from_secs(1));
        set(None);
        assert_eq!(now(), None);
    }
}
