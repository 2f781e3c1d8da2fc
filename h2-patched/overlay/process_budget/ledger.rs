//! The sum of all leases, for the ledger: kept beside the account that connections share, and compared with it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::taken;

/// What all leases make together.
static SUM: Mutex<usize> = Mutex::new(0);

/// Nobody else changes a lease meanwhile.
pub(crate) struct Change(MutexGuard<'static, usize>);

impl Change {
    pub(crate) fn begin() -> Self {
        Change(SUM.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A lease of `before` octets is one of `after` now.
    pub(crate) fn end(mut self, before: u32, after: u32) {
        *self.0 = *self.0 - before as usize + after as usize;
        let (sum, taken) = (*self.0, taken());
        drop(self);
        if !std::thread::panicking() {
            assert!(sum == taken, "ledger R7: leases of {sum} octets, and {taken} are taken from the process");
        }
    }
}
