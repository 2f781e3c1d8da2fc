//! A server of large bodies on a socket: the CPU time it takes, and how often it writes.

use std::io;
use std::net::TcpListener;

use bytes::Bytes;
use cpu_time::ThreadTime;
use http::{Method, Response};
use tokio::net::TcpStream;

use super::h2::{self, server::SendResponse};
use super::{builder, write};
use crate::counted_socket::CountedSocket;
use crate::subject::Sent;

/// Octets of the answer to a request that is no GET.
const SMALL: usize = 1 << 10;

pub(super) fn bulk(listener: &TcpListener, octets: usize) -> io::Result<Sent> {
    let (socket, _) = listener.accept()?;
    socket.set_nonblocking(true)?;
    socket.set_nodelay(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let content = Bytes::from(vec![b'b'; octets]);
    runtime.block_on(async {
        let (socket, calls) = CountedSocket::new(TcpStream::from_std(socket)?);
        let mut connection = builder(None).handshake(socket).await.map_err(io::Error::other)?;
        let started = ThreadTime::now();
        // A client that has all closes the connection, also with octets that it did not read.
        while let Some(Ok((request, respond))) = connection.accept().await {
            let content = if request.method() == Method::GET { content.clone() } else { content.slice(..SMALL) };
            // An answer that fails is one that the client misses.
            tokio::spawn(async move { answer(respond, content).await });
        }
        Ok(Sent { cpu: started.elapsed(), writes: calls.writes() })
    })
}

async fn answer(mut respond: SendResponse<Bytes>, content: Bytes) -> Result<(), h2::Error> {
    let mut body = respond.send_response(Response::new(()), false)?;
    write(&mut body, content).await
}
