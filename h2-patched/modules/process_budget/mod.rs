//! The memory that the connections of a process share: what they grant their peers beyond the
//! windows that were set for them.
//!
//! The amount follows the memory that the process may use unless the application sets it. A
//! connection that needs some of it has a [`Membership`]. Requests are steps of 64 KiB or growth of
//! a window, so all of it is under one lock.

mod membership;
mod memory;
mod pool;

pub(crate) use membership::Membership;
pub(crate) use pool::Purpose;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;
use std::time::Instant;

use pool::Pool;

static POOL: Mutex<Pool> = Mutex::new(Pool::new());

/// Growth was refused to a connection, so that others may have to give up some of theirs.
static IS_SHORT: AtomicBool = AtomicBool::new(false);

/// Sets the budget, in octets; `None` is the default. [`serve`] is to follow, because a connection
/// may wait for more.
pub(crate) fn set(octets: Option<usize>) {
    pool().set_budget(octets);
}

/// Gives what is free to connections that wait for it, and wakes them.
pub(crate) fn serve() {
    with_pool(|_| ());
}

/// The budget unless another is set, in octets: 1/32 of the memory that the process may use, or 128
/// MiB if that is unknown.
pub(crate) fn default_budget() -> usize {
    const UNKNOWN: usize = 128 << 20;
    static DEFAULT: OnceLock<usize> = OnceLock::new();
    *DEFAULT.get_or_init(|| {
        memory::available().map_or(UNKNOWN, |octets| usize::try_from(octets / 32).unwrap_or(usize::MAX))
    })
}

/// The budget and its use at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// The budget, in octets.
    pub(crate) budget: usize,
    /// What of it is charged to connections, in octets.
    pub(crate) used: usize,
    /// Connections that wait for a part of it.
    pub(crate) waiting: usize,
    /// Times that a connection got less growth than it asked for, since the process began.
    pub(crate) refused: u64,
}

pub(crate) fn usage() -> Usage {
    pool().usage()
}

fn pool() -> MutexGuard<'static, Pool> {
    // A panic of a holder leaves no entry half changed.
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Changes the pool, then wakes the connections that got a part of it. A waker may be the last
/// owner of a connection, so it is used without the lock.
fn with_pool<T>(change: impl FnOnce(&mut Pool) -> T) -> T {
    let (changed, served) = {
        let mut pool = pool();
        let changed = change(&mut pool);
        let served = pool.serve();
        IS_SHORT.store(pool.is_short(), Ordering::Relaxed);
        #[cfg(feature = "__invariants")]
        pool.audit();
        (changed, served)
    };
    served.into_iter().for_each(Waker::wake);
    changed
}

/// Milliseconds since the process used a budget for the first time.
fn millis(at: Instant) -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    at.saturating_duration_since(*START.get_or_init(|| at)).as_millis() as u64
}
