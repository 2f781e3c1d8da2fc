//! The one place that reads the time.

use std::time::Instant;

/// Now. In tests of the crate time stands still until [`advance`] moves it, for each thread by itself.
pub(crate) fn now() -> Instant {
    #[cfg(not(test))]
    return Instant::now();
    #[cfg(test)]
    return held::now();
}

#[cfg(test)]
pub(crate) use held::advance;

#[cfg(test)]
mod held {
    use std::cell::Cell;
    use std::time::{Duration, Instant};

    thread_local!(static NOW: Cell<Instant> = Cell::new(Instant::now()));

    pub(super) fn now() -> Instant {
        NOW.get()
    }

    /// Moves this thread's time on.
    pub(crate) fn advance(by: Duration) {
        NOW.set(now() + by);
    }

    #[test]
    fn time_moves_when_it_is_moved() {
        let before = super::now();
        assert_eq!(super::now(), before);
        advance(Duration::from_secs(1));
        assert_eq!(super::now(), before + Duration::from_secs(1));
    }
}
