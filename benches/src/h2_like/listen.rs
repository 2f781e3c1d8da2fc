//! A server on a socket that serves until it is ended: one task a connection, and one task a
//! request.

use std::io;
use std::net::TcpListener;

use tokio::net::TcpStream;

use super::{answer_with, builder, content};
use crate::subject::LARGE;

pub(super) fn listen(listener: TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let [small, large] = [super::ANSWER.len(), LARGE.1].map(content);
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            let (small, large) = (small.clone(), large.clone());
            tokio::spawn(async move { serve(socket, small, large).await });
        }
    })
}

/// Serves a connection to its end, however that comes.
async fn serve(socket: TcpStream, small: bytes::Bytes, large: bytes::Bytes) {
    let Ok(mut connection) = builder(None).handshake(socket).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let content = if request.uri().path() == LARGE.0 { &large } else { &small }.clone();
        // An answer that fails is one that the client misses.
        tokio::spawn(async move { answer_with(respond, content) });
    }
}
