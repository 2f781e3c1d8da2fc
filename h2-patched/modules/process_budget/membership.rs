//! One connection among those that share the budget.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::{millis, with_pool, Purpose, IS_SHORT};

/// A connection is not idle for so long after it was granted something.
const PATIENCE: Duration = Duration::from_secs(1);

/// What other connections may look at without this connection's lock. All sizes in octets.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// What the peer has sent and the application has not read or released.
    pub(super) unread: AtomicU32,
    /// What the peer may still send.
    pub(super) announced: AtomicU32,
    /// From when on the connection counts as idle unless it is used before, in milliseconds of the
    /// process.
    pub(super) idle_from: AtomicU64,
    /// The connection was found idle, and is charged less.
    pub(super) idle: AtomicBool,
}

impl Activity {
    pub(super) fn note_use(&self, now: Instant, patience: Duration) {
        self.idle_from.store(millis(now) + patience.as_millis() as u64, Relaxed);
    }
}

/// Ends when it is dropped, and gives back all that the connection holds.
#[derive(Debug)]
pub(crate) struct Membership {
    number: u64,
    activity: Arc<Activity>,
}

impl Membership {
    pub(crate) fn new() -> Self {
        let activity = Arc::new(Activity::default());
        Membership { number: with_pool(|pool| pool.join(activity.clone())), activity }
    }

    /// Takes up to that many octets more: returns how many.
    pub(crate) fn take(&self, octets: u32, purpose: Purpose) -> u32 {
        let now = crate::clock::now();
        self.note_use(now, PATIENCE);
        with_pool(|pool| pool.take(octets, purpose, self.number, now))
    }

    /// Gives back octets that were taken.
    pub(crate) fn give_back(&self, octets: u32) {
        with_pool(|pool| pool.give_back(octets, self.number));
    }

    /// Has `waker` woken when the connection was given some of `wanted` octets. It may be given
    /// some at once.
    pub(crate) fn wait(&self, wanted: u32, waker: &Waker) {
        with_pool(|pool| pool.wait(wanted, waker, self.number));
    }

    /// Ends that: returns what the connection holds now.
    pub(crate) fn stop_waiting(&self) -> u32 {
        let (held, waker) = with_pool(|pool| pool.stop_waiting(self.number));
        drop(waker);
        held
    }

    /// The connection makes use of what it holds, and counts as idle after `patience`.
    pub(crate) fn note_use(&self, now: Instant, patience: Duration) {
        self.activity.note_use(now, patience);
    }

    /// What the connection should hold at most so that others can grow too, while growth is refused
    /// to one of them.
    #[inline]
    pub(crate) fn fair_share(&self, now: Instant) -> Option<u32> {
        IS_SHORT.load(Relaxed).then(|| with_pool(|pool| pool.fair_share(self.number, now))).flatten()
    }

    /// Records how much of it is in use: octets that are unread, and octets that the peer may still
    /// send.
    #[inline]
    pub(crate) fn note_extent(&self, unread: u32, announced: u32) {
        self.activity.unread.store(unread, Relaxed);
        self.activity.announced.store(announced, Relaxed);
    }

    /// DATA came. If the connection had been found idle, it is charged in full again: returns
    /// whether there was no room for it.
    #[inline]
    pub(crate) fn wakes_up_without_room(&self) -> bool {
        self.activity.idle.load(Relaxed) && with_pool(|pool| !pool.wake_up(self.number))
    }

    /// What the pool says that the connection holds, in octets.
    #[cfg(feature = "__invariants")]
    pub(crate) fn held(&self) -> u32 {
        super::pool().held(self.number)
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        // The waker is dropped without the lock.
        drop(with_pool(|pool| pool.leave(self.number)));
    }
}
