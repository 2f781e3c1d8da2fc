//! Connections that the process could not lend what they need, until others give something back.
//!
//! What is given back is lent to them there and then, so that nothing depends on when, or whether, one of them is polled. Who
//! holds less may be lent more: those who hold least come first, and when nothing can be lent to the first, nobody can be.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

/// Octets held, and a number that no other connection has.
type Place = (u32, u64);

struct Waiting {
    wanted: u32,
    granted: Arc<AtomicU32>,
    waker: Waker,
}

static LINE: Mutex<BTreeMap<Place, Waiting>> = Mutex::new(BTreeMap::new());

/// How many they are, so that nobody has to look while there are none.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A connection's place in line, and what it was lent while it had one. To be left before the connection goes.
#[derive(Debug, Default)]
pub(crate) struct Turn(Option<(Place, Arc<AtomicU32>)>);

impl Turn {
    /// Waits for `wanted` octets beyond those `held`.
    pub(crate) fn wait(&mut self, wanted: u32, held: u32, waker: &Waker) {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        debug_assert!(self.0.is_none(), "a connection waits in one place");
        let place = (held, NUMBERS.fetch_add(1, Ordering::Relaxed));
        let granted = Arc::new(AtomicU32::new(0));
        self.0 = Some((place, granted.clone()));
        let waiting = Waiting { wanted, granted, waker: waker.clone() };
        change(|line| line.insert(place, waiting));
    }

    /// Waits no more: what it was lent, if it waited.
    #[inline]
    pub(crate) fn leave(&mut self) -> Option<u32> {
        let (place, granted) = self.0.take()?;
        // From here on it is lent nothing.
        drop(change(|line| line.remove(&place)));
        Some(granted.load(Ordering::Relaxed))
    }
}

/// How many they are.
pub(super) fn count() -> usize {
    COUNT.load(Ordering::SeqCst)
}

/// Lends what is free to those who wait, and wakes them.
pub(crate) fn serve() {
    if COUNT.load(Ordering::SeqCst) == 0 {
        return;
    }
    let served = change(|line| {
        let mut served = Vec::new();
        while let Some(first) = line.first_entry() {
            #[cfg(feature = "ledger")]
            let change = super::ledger::Change::begin();
            let granted = super::take(first.get().wanted, first.key().0);
            #[cfg(feature = "ledger")]
            change.end(0, granted);
            if granted == 0 {
                break;
            }
            let first = first.remove();
            first.granted.store(granted, Ordering::Relaxed);
            served.push(first.waker);
        }
        served
    });
    served.into_iter().for_each(Waker::wake);
}

/// What comes out of it is dropped when the lock is free again: a waker may be the last that holds a connection.
fn change<T>(change: impl FnOnce(&mut BTreeMap<Place, Waiting>) -> T) -> T {
    let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    let changed = change(&mut line);
    COUNT.store(line.len(), Ordering::SeqCst);
    changed
}
