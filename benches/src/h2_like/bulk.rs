//! A server of large bodies on a socket: the CPU time it takes, and how often it writes.

use std::io::{self, IoSlice};
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use cpu_time::ThreadTime;
use http::Response;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::h2::{self, server::SendResponse};
use super::{builder, write};
use crate::subject::Sent;

pub(super) fn bulk(listener: &TcpListener, octets: usize) -> io::Result<Sent> {
    let (socket, _) = listener.accept()?;
    socket.set_nonblocking(true)?;
    socket.set_nodelay(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let content = Bytes::from(vec![b'b'; octets]);
    runtime.block_on(async {
        let writes = Arc::new(AtomicU64::new(0));
        let socket = Counting { socket: TcpStream::from_std(socket)?, writes: writes.clone() };
        let mut connection = builder(None).handshake(socket).await.map_err(io::Error::other)?;
        let started = ThreadTime::now();
        // A client that has all closes the connection, also with octets that it did not read.
        while let Some(Ok((_, respond))) = connection.accept().await {
            let content = content.clone();
            // An answer that fails is one that the client misses.
            tokio::spawn(async move { answer(respond, content).await });
        }
        Ok(Sent { cpu: started.elapsed(), writes: writes.load(Relaxed) })
    })
}

async fn answer(mut respond: SendResponse<Bytes>, content: Bytes) -> Result<(), h2::Error> {
    let mut body = respond.send_response(Response::new(()), false)?;
    write(&mut body, content).await
}

/// Counts writes: each is a system call.
struct Counting {
    socket: TcpStream,
    writes: Arc<AtomicU64>,
}

impl AsyncRead for Counting {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counting {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.writes.fetch_add(1, Relaxed);
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writes.fetch_add(1, Relaxed);
        Pin::new(&mut self.socket).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
