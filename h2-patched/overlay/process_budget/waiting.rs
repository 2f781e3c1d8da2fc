//! Connections that the process could not lend what they need, until others give something back.
//!
//! Who holds less is lent more. So of those who wait, the one that holds least is woken first, and wakes the next one if it got
//! something: however many wait, few are woken that are not served.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::Waker;

/// Octets held, and a number that no other connection has.
type Place = (u32, u64);

static WAITING: Mutex<BTreeMap<Place, Waker>> = Mutex::new(BTreeMap::new());

/// How many they are, so that nobody has to look while there are none.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A connection's place in line, to be left before the connection goes.
#[derive(Debug, Default)]
pub(crate) struct Turn(Option<Place>);

impl Turn {
    /// Waits, with so many octets.
    pub(crate) fn wait(&mut self, held: u32, waker: &Waker) {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = self.0.map_or_else(|| NUMBERS.fetch_add(1, Ordering::Relaxed), |(_, number)| number);
        self.leave();
        self.0 = Some((held, number));
        let waker = waker.clone();
        let replaced = change(|waiting| waiting.insert((held, number), waker));
        debug_assert!(replaced.is_none(), "numbers are taken once");
    }

    /// Waits no more: whether it did, or was woken.
    #[inline]
    pub(crate) fn leave(&mut self) -> bool {
        let Some(place) = self.0.take() else { return false };
        drop(change(|waiting| waiting.remove(&place)));
        true
    }
}

/// Wakes who comes first. It asks for a lease, and calls this again if it got something or needs nothing any more.
pub(crate) fn wake_next() {
    if COUNT.load(Ordering::SeqCst) > 0 {
        if let Some((_, first)) = change(BTreeMap::pop_first) {
            first.wake();
        }
    }
}

/// What comes out of it is dropped when the lock is free again: a waker may be the last that holds a connection.
fn change<T>(change: impl FnOnce(&mut BTreeMap<Place, Waker>) -> T) -> T {
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    let changed = change(&mut waiting);
    COUNT.store(waiting.len(), Ordering::SeqCst);
    changed
}
