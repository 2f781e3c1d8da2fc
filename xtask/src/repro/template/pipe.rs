//! The connection in memory. As with a socket, the peer may stop reading, and then h2's writes have to wait.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

#[derive(Default)]
struct State {
    to_h2: Vec<u8>,
    to_h2_ended: bool,
    from_h2: Vec<u8>,
    from_h2_ended: bool,
    full: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// The peer's end.
pub struct PeerEnd(Rc<RefCell<State>>);

/// The end that h2 gets.
pub struct H2End(Rc<RefCell<State>>);

pub fn pipe() -> (PeerEnd, H2End) {
    let state = Rc::new(RefCell::new(State::default()));
    (PeerEnd(state.clone()), H2End(state))
}

impl PeerEnd {
    pub fn write(&self, octets: &[u8]) {
        let mut state = self.0.borrow_mut();
        state.to_h2.extend_from_slice(octets);
        wake(&mut state.reader);
    }

    /// Ends what h2 can read.
    pub fn close(&self) {
        let mut state = self.0.borrow_mut();
        state.to_h2_ended = true;
        wake(&mut state.reader);
    }

    /// Whether h2's writes have to wait.
    pub fn block(&self, full: bool) {
        let mut state = self.0.borrow_mut();
        state.full = full;
        wake(&mut state.writer);
    }

    /// What h2 wrote since the last call.
    pub fn read(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.borrow_mut().from_h2)
    }

    pub fn is_closed(&self) -> bool {
        self.0.borrow().from_h2_ended
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

impl AsyncRead for H2End {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.0.borrow_mut();
        if state.to_h2.is_empty() && !state.to_h2_ended {
            state.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let length = buffer.remaining().min(state.to_h2.len());
        buffer.put_slice(&state.to_h2[..length]);
        state.to_h2.drain(..length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for H2End {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.0.borrow_mut();
        if state.full {
            state.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.from_h2.extend_from_slice(octets);
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.borrow_mut().from_h2_ended = true;
        Poll::Ready(Ok(()))
    }
}

impl Drop for H2End {
    fn drop(&mut self) {
        self.0.borrow_mut().from_h2_ended = true;
    }
}
