//! The accounting of credit and concurrent streams, checked (feature `__invariants`).
//!
//! Whenever the lock of a connection's streams is let go, so after each call of the application, each frame of the peer and each
//! write pass, all equations have to hold. A violation is a panic that names the equation, the stream and the numbers. It is for
//! tests: each check looks at every stream.
//!
//! | | receiving (RFC 9113 section 6.9) |
//! | --- | --- |
//! | R1 | the connection's octets in flight are those of its streams, less what it was given back early |
//! | R2 | what the connection may be granted is its target, or what octets in flight leave of its limit |
//! | R3 | the same of each stream that can receive |
//! | R4 | octets queued for reading are in flight; no window is granted beyond its target |
//! | R5 | readers that wait are counted |
//! | R6 | what the connection was granted and holds stays within its limit, and that, as all growth, within its budget |
//! | R7 | what connections hold beyond what was set for them is what the process has charged to them |
//!
//! | | sending (section 6.9) |
//! | --- | --- |
//! | S1 | the scheduler's sums are those of its streams |
//! | S2 | a stream claims what its data can use and is offered at most what it asked for, has window and buffer for |
//! | S3 | who may not send claims nothing and is offered nothing |
//! | S4 | nobody asks while credit is free |
//! | S5 | each stream stands where what it waits for is given out, and nowhere twice |
//! | S7 | no claim goes beyond the data it is for, and no octets are buffered where nothing is queued |
//!
//! | | counts (section 5.1.2) and memory |
//! | --- | --- |
//! | C1 | slots taken are streams counted, and those are the open ones |
//! | C2 | streams in the grace of their reset are those remembered, and so those that the peer reset before they were taken |
//! | C3 | the budget for small frames is charged with queued ones only |
//! | M1 | what is released is gone |
//! | M2 | the excess of allocations over the content that is queued is the sum of that of its chunks, and within its bound |
//!
//! | | insight |
//! | --- | --- |
//! | I1 | the octets said to be unread are those that are queued |
//! | I2 | the streams said to be stalled are those that are, and none that is over |
//!
//! S6, that the connection's task is woken when something becomes sendable, is held by whoever polls a task only when it was
//! woken, as the conformance runner does.

use super::super::store::Store;
use super::super::{Buffer, Recv, Stream};
use super::Inner;

use std::ops::{Deref, DerefMut};
use std::sync::{self, LockResult, MutexGuard, PoisonError, TryLockError, TryLockResult};

/// Fails with the name of an equation unless it holds.
macro_rules! holds {
    ($equation:literal of $stream:expr, $claim:expr, $($says:tt)+) => {
        if !$claim {
            panic!("invariant {} of {:?}: {}", $equation, $stream, format_args!($($says)+));
        }
    };
    ($equation:literal, $claim:expr, $($says:tt)+) => {
        if !$claim {
            panic!("invariant {}: {}", $equation, format_args!($($says)+));
        }
    };
}
pub(in crate::proto::streams) use holds;

/// What can be checked when its lock is let go.
pub(super) trait Audit {
    fn audit(&self);
}

/// A lock whose holder leaves the books in order.
#[derive(Debug, Default)]
pub(super) struct Mutex<T>(sync::Mutex<T>);

pub(super) struct Guard<'a, T: Audit> {
    inner: MutexGuard<'a, T>,
    /// Somebody panicked in the middle of something: the books are in no order that could be checked.
    poisoned: bool,
}

impl<T> Mutex<T> {
    pub(super) fn new(value: T) -> Self {
        Mutex(sync::Mutex::new(value))
    }
}

impl<T: Audit> Mutex<T> {
    pub(super) fn lock(&self) -> LockResult<Guard<'_, T>> {
        self.0.lock().map(Guard::sound).map_err(Guard::poisoned)
    }

    pub(super) fn try_lock(&self) -> TryLockResult<Guard<'_, T>> {
        self.0.try_lock().map(Guard::sound).map_err(|error| match error {
            TryLockError::Poisoned(error) => TryLockError::Poisoned(Guard::poisoned(error)),
            TryLockError::WouldBlock => TryLockError::WouldBlock,
        })
    }
}

impl<'a, T: Audit> Guard<'a, T> {
    fn sound(inner: MutexGuard<'a, T>) -> Self {
        Guard { inner, poisoned: false }
    }

    fn poisoned(error: PoisonError<MutexGuard<'a, T>>) -> PoisonError<Self> {
        PoisonError::new(Guard { inner: error.into_inner(), poisoned: true })
    }
}

impl<T: Audit> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: Audit> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T: Audit> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // Whoever panics has told already what is wrong.
        if !self.poisoned && !std::thread::panicking() {
            self.inner.audit();
        }
    }
}

/// Frames that wait to be sent belong to streams; they are looked at from there.
impl<T> Audit for Buffer<T> {
    fn audit(&self) {}
}

impl Audit for Inner {
    fn audit(&self) {
        let streams: Vec<&Stream> = self.store.audited().collect();
        self.actions.recv.audit(&streams);
        self.actions.send.scheduler().audit(&streams);
        self.counts.audit(&streams, self.actions.recv.queued_charges(&streams));
        audit_memory(&self.store, &self.actions.recv, &streams);
    }
}

fn audit_memory(store: &Store, recv: &Recv, streams: &[&Stream]) {
    for stream in streams {
        holds!("M1" of stream.id, !stream.is_released(), "released and still stored in state {:?}", stream.state);
        let reachable = store.is_linked(stream.id) || stream.is_closed();
        holds!("M1" of stream.id, reachable, "in state {:?}, and cannot be found any more", stream.state);
    }
    let (queued, stored) = (recv.queued_events(streams), recv.stored_events());
    holds!("M1", queued == stored, "{stored} events stored for reading, {queued} queued");
}
