//! Ways to name connections where a library hides h2's builder.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use h2::insight::{with_label, with_label_sync};
use hyper::rt::Executor;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// An executor whose tasks open connections with a label: for a client that connects in tasks of
/// its own, such as tonic's `Channel`.
#[derive(Clone, Debug)]
pub struct Labelled(pub Arc<str>);

impl<F> Executor<F> for Labelled
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn execute(&self, future: F) {
        tokio::spawn(with_label(self.0.clone(), future));
    }
}

/// A transport that names its connection: for a server that takes nothing but transports, such as
/// tonic's.
#[derive(Debug)]
pub struct Named<T> {
    label: Arc<str>,
    transport: T,
}

impl<T> Named<T> {
    pub fn new(label: impl Into<Arc<str>>, transport: T) -> Self {
        Named { label: label.into(), transport }
    }

    /// What a server may ask the transport, such as for tonic's `Connected`.
    pub fn transport(&self) -> &T {
        &self.transport
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Named<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Named { label, transport } = self.get_mut();
        with_label_sync(label.clone(), || Pin::new(transport).poll_read(cx, buf))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Named<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let Named { label, transport } = self.get_mut();
        with_label_sync(label.clone(), || Pin::new(transport).poll_write(cx, octets))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().transport).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().transport).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let Named { label, transport } = self.get_mut();
        with_label_sync(label.clone(), || Pin::new(transport).poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.transport.is_write_vectored()
    }
}
