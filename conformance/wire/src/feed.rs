//! A transport for measurements: what the peer writes is read, and what the subject writes is
//! dropped.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The transport, and by its clones the peer's end of it. Nothing is allocated within its capacity.
/// It wakes no task: the subject is polled by hand after each write.
#[derive(Clone, Debug)]
pub struct Feed(Rc<RefCell<Incoming>>);

#[derive(Debug)]
struct Incoming {
    octets: Vec<u8>,
    read: usize,
}

impl Feed {
    /// A transport without octets, with room for that many.
    #[must_use]
    pub fn with_capacity(octets: usize) -> Self {
        Feed(Rc::new(RefCell::new(Incoming { octets: Vec::with_capacity(octets), read: 0 })))
    }

    /// Adds octets for the subject. Those that it has read make room first.
    pub fn write(&self, octets: &[u8]) {
        let Incoming { octets: waiting, read } = &mut *self.0.borrow_mut();
        waiting.drain(..std::mem::take(read));
        waiting.extend_from_slice(octets);
    }
}

impl AsyncRead for Feed {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Incoming { octets, read } = &mut *self.0.borrow_mut();
        let size = buffer.remaining().min(octets.len() - *read);
        if size == 0 {
            return Poll::Pending;
        }
        buffer.put_slice(&octets[*read..][..size]);
        *read += size;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Feed {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(octets.len()))
    }

    /// As a socket does.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
