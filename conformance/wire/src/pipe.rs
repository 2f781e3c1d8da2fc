//! A byte pipe in memory, in virtual time.
//!
//! The subject holds one end as an asynchronous stream, the driver the other. Nothing here waits:
//! time passes only when octets cross the pipe, by a fixed one-way delay, or on request, so that a
//! run gives the same record each time.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What octets take to cross the pipe one way.
pub const DELAY: Duration = Duration::from_micros(500);

#[derive(Debug, Default)]
struct State {
    inbound: Vec<u8>,
    inbound_closed: bool,
    outbound: Vec<u8>,
    outbound_closed: bool,
    blocked: bool,
    /// Octets that fit into the pipe unread. `None`: all.
    capacity: Option<usize>,
    reader: Option<Waker>,
    writer: Option<Waker>,
    now: Duration,
}

/// The driver's end.
#[derive(Debug)]
pub struct PeerEnd(Arc<Mutex<State>>);

/// The subject's end.
#[derive(Debug)]
pub struct SubjectEnd(Arc<Mutex<State>>);

/// A pipe with nothing in it.
#[must_use]
pub fn pipe() -> (PeerEnd, SubjectEnd) {
    let state = Arc::new(Mutex::new(State::default()));
    (PeerEnd(state.clone()), SubjectEnd(state))
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // A panicking subject cannot leave the pipe half-written: each critical section below is a few
    // assignments.
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl PeerEnd {
    /// Octets for the subject.
    pub fn write(&self, octets: &[u8]) {
        let mut state = lock(&self.0);
        state.inbound.extend_from_slice(octets);
        state.now += DELAY;
        wake(&mut state.reader);
    }

    /// No more octets for the subject.
    pub fn close(&self) {
        let mut state = lock(&self.0);
        state.inbound_closed = true;
        wake(&mut state.reader);
    }

    /// Makes the subject's writes wait (`true`) or go on.
    pub fn block(&self, blocked: bool) {
        let mut state = lock(&self.0);
        state.blocked = blocked;
        wake(&mut state.writer);
    }

    /// Makes the subject's writes wait while this many octets are unread, in octets. A write that
    /// does not fit is taken in part. `None`: any number fits.
    pub fn limit(&self, capacity: Option<usize>) {
        let mut state = lock(&self.0);
        state.capacity = capacity;
        wake(&mut state.writer);
    }

    /// Reads up to `octets` of what the subject wrote, and makes room for as many.
    #[must_use]
    pub fn take(&self, octets: usize) -> Vec<u8> {
        let mut state = lock(&self.0);
        let octets = octets.min(state.outbound.len());
        let taken = state.outbound.drain(..octets).collect();
        if octets > 0 {
            state.now += DELAY;
            wake(&mut state.writer);
        }
        taken
    }

    /// What the subject wrote since the last call.
    #[must_use]
    pub fn read(&self) -> Vec<u8> {
        let mut state = lock(&self.0);
        let octets = std::mem::take(&mut state.outbound);
        if !octets.is_empty() {
            state.now += DELAY;
            wake(&mut state.writer);
        }
        octets
    }

    /// Whether the subject will write no more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        lock(&self.0).outbound_closed
    }

    /// Lets time pass.
    pub fn elapse(&self, time: Duration) {
        lock(&self.0).now += time;
    }

    /// Virtual time since the pipe was made.
    #[must_use]
    pub fn now(&self) -> Duration {
        lock(&self.0).now
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

impl AsyncRead for SubjectEnd {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut state = lock(&self.0);
        if state.inbound.is_empty() && !state.inbound_closed {
            state.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let length = buf.remaining().min(state.inbound.len());
        buf.put_slice(&state.inbound[..length]);
        state.inbound.drain(..length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for SubjectEnd {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = lock(&self.0);
        let room = state.capacity.map_or(usize::MAX, |capacity| capacity.saturating_sub(state.outbound.len()));
        if state.blocked || room == 0 && !octets.is_empty() {
            state.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let octets = &octets[..octets.len().min(room)];
        state.outbound.extend_from_slice(octets);
        Poll::Ready(Ok(octets.len()))
    }

    /// As a socket does, so that what a subject gathers is written in one call.
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut written = 0;
        for slice in slices.iter().filter(|slice| !slice.is_empty()) {
            match self.as_mut().poll_write(cx, slice)? {
                Poll::Ready(octets) => written += octets,
                Poll::Pending if written == 0 => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        lock(&self.0).outbound_closed = true;
        Poll::Ready(Ok(()))
    }
}

impl Drop for SubjectEnd {
    fn drop(&mut self) {
        lock(&self.0).outbound_closed = true;
    }
}
