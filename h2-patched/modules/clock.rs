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
    use std::cell::Cell;
    use std::time::{Duration, Instant};

    thread_local! {
        static START: Instant = Instant::now();
        static SINCE: Cell<Option<Duration>> = const { Cell::new(None) };
    }

    /// From now on, on this thread, it is this long after an arbitrary moment that stays the same;
    /// `None` lets time run again.
    pub fn set(since: Option<Duration>) {
        SINCE.set(since);
    }

    /// Moves this thread's time on. Time that was running is held from here on.
    pub fn advance(by: Duration) {
        SINCE.set(Some(SINCE.get().unwrap_or_else(|| START.with(Instant::elapsed)) + by));
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
