//! A server of tiny requests on a socket, and the CPU time it takes.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use cpu_time::ThreadTime;

use super::{answer, builder};
use crate::subject::Handler;

pub(super) fn serve(listener: &TcpListener, handler: Handler, warm_up: u64) -> io::Result<Duration> {
    let (socket, _) = listener.accept()?;
    socket.set_nonblocking(true)?;
    socket.set_nodelay(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let socket = tokio::net::TcpStream::from_std(socket)?;
        let mut connection = builder(None).handshake(socket).await.map_err(io::Error::other)?;
        let mut served = 0;
        let mut started = ThreadTime::now();
        while let Some(request) = connection.accept().await {
            let (_, respond) = request.map_err(io::Error::other)?;
            if served == warm_up {
                started = ThreadTime::now();
            }
            served += 1;
            match handler {
                Handler::Inline => answer(respond).map_err(io::Error::other)?,
                // An answer that fails is one that the client misses.
                Handler::Spawned => drop(tokio::spawn(async move { answer(respond) })),
            }
        }
        Ok(started.elapsed())
    })
}
