//! The accounting of credit and concurrent streams, checked (feature `__invariants`).
//!
//! All invariants have to hold whenever the lock of a connection's streams is released: after each
//! call of the application, each frame of the peer and each write pass. A violation is a panic that
//! names the invariant, the stream and the numbers. It is for tests: each check looks at every
//! stream. Where there are more than [`FEW`], it is made less often.
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
//! | S2 | a stream's sendable octets are those of its data that its window allows; its advertised capacity is at most what it reserved and has window and buffer for |
//! | S3 | a stream that may not send has no sendable octets and no advertised capacity |
//! | S4 | no stream asks for capacity while credit is free |
//! | S5 | each stream is in the send queue for what it waits for, and in no other |
//! | S7 | sendable octets do not exceed the buffered data, and no octets are buffered where nothing is queued |
//!
//! | | counts (section 5.1.2) and memory |
//! | --- | --- |
//! | C1 | the counts of concurrent streams are those of the streams, and those are the open ones |
//! | C2 | the count of retained resets is that of the streams, and so is the count of streams that the peer reset before they were accepted |
//! | C3 | the budget for small frames is charged with queued ones only |
//! | M1 | what is released is gone |
//! | M2 | the excess of allocations over the content that is queued is the sum of that of its chunks, and within its bound |
//! | M3 | promised requests that a client has not taken are counted, with the octets of their fields |
//!
//! | | insight |
//! | --- | --- |
//! | I1 | the octets said to be unread are those that are queued |
//! | I2 | the streams said to be stalled are those that are, and none that is over |
//!
//! S6 says that the connection's task is woken when something becomes sendable. It is checked by a
//! runner that polls a task only when it was woken, as that of the conformance suite.

use super::super::store::Store;
use super::super::{Buffer, Recv, Stream};
use super::Inner;

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{self, LockResult, MutexGuard, PoisonError, TryLockError, TryLockResult};

/// Panics with the name of the invariant unless it holds.
macro_rules! holds {
    ($name:literal of $stream:expr, $condition:expr, $($says:tt)+) => {
        if !$condition {
            panic!("invariant {} of {:?}: {}", $name, $stream, format_args!($($says)+));
        }
    };
    ($name:literal, $condition:expr, $($says:tt)+) => {
        if !$condition {
            panic!("invariant {}: {}", $name, format_args!($($says)+));
        }
    };
}
pub(in crate::proto::streams) use holds;

/// Streams up to which the invariants are checked each time that the lock is released. Of more, a
/// check looks at so many for each time, on average.
const FEW: usize = 64;

/// What can be checked when its lock is let go.
pub(super) trait Audit {
    /// How many streams a check looks at.
    fn streams(&self) -> usize;

    fn audit(&self);
}

/// A lock that checks the invariants when its guard is dropped.
#[derive(Debug, Default)]
pub(super) struct Mutex<T> {
    value: sync::Mutex<T>,
    /// How many times it is released before the next check. Only its holder changes it.
    left_out: AtomicUsize,
}

pub(super) struct Guard<'a, T: Audit> {
    inner: MutexGuard<'a, T>,
    left_out: &'a AtomicUsize,
    /// The holder panicked, so that the accounting may be half changed and is not checked.
    poisoned: bool,
}

impl<T> Mutex<T> {
    pub(super) fn new(value: T) -> Self {
        Mutex { value: sync::Mutex::new(value), left_out: AtomicUsize::new(0) }
    }
}

impl<T: Audit> Mutex<T> {
    pub(super) fn lock(&self) -> LockResult<Guard<'_, T>> {
        self.value.lock().map(|inner| self.sound(inner)).map_err(|error| self.poisoned(error))
    }

    pub(super) fn try_lock(&self) -> TryLockResult<Guard<'_, T>> {
        self.value.try_lock().map(|inner| self.sound(inner)).map_err(|error| match error {
            TryLockError::Poisoned(error) => TryLockError::Poisoned(self.poisoned(error)),
            TryLockError::WouldBlock => TryLockError::WouldBlock,
        })
    }

    fn sound<'a>(&'a self, inner: MutexGuard<'a, T>) -> Guard<'a, T> {
        Guard { inner, left_out: &self.left_out, poisoned: false }
    }

    fn poisoned<'a>(&'a self, error: PoisonError<MutexGuard<'a, T>>) -> PoisonError<Guard<'a, T>> {
        PoisonError::new(Guard { inner: error.into_inner(), left_out: &self.left_out, poisoned: true })
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
        // A panic has already named what is wrong.
        if self.poisoned || std::thread::panicking() {
            return;
        }
        let left_out = match self.left_out.load(Relaxed) {
            0 => {
                self.inner.audit();
                self.inner.streams().saturating_sub(1) / FEW
            }
            more => more - 1,
        };
        self.left_out.store(left_out, Relaxed);
    }
}

/// Frames that wait to be sent belong to streams; they are looked at from there.
impl<T> Audit for Buffer<T> {
    fn streams(&self) -> usize {
        0
    }

    fn audit(&self) {}
}

impl Audit for Inner {
    fn streams(&self) -> usize {
        self.store.audited().count()
    }

    fn audit(&self) {
        let streams: Vec<&Stream> = self.store.audited().collect();
        self.actions.recv.audit(&streams, self.counts.peer().is_server());
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
