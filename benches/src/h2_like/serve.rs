//! A server of small requests on a socket: the CPU time and the system calls that it takes.

use std::io;
use std::net::TcpListener;

use cpu_time::ThreadTime;

use super::{answer_with, builder, content};
use crate::counted_socket::CountedSocket;
use crate::subject::{Exchange, Handler, Served};

pub(super) fn serve(listener: &TcpListener, exchange: Exchange, warm_up: u64) -> io::Result<Served> {
    let (socket, _) = listener.accept()?;
    socket.set_nonblocking(true)?;
    socket.set_nodelay(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let content = content(exchange.octets);
    runtime.block_on(async {
        let (socket, calls) = CountedSocket::new(tokio::net::TcpStream::from_std(socket)?);
        let mut connection = builder(None).handshake(socket).await.map_err(io::Error::other)?;
        let mut served = 0;
        let mut started = ThreadTime::now();
        let mut calls_before = 0;
        while let Some(request) = connection.accept().await {
            let (_, respond) = request.map_err(io::Error::other)?;
            if served == warm_up {
                started = ThreadTime::now();
                calls_before = calls.reads() + calls.writes();
            }
            served += 1;
            let content = content.clone();
            match exchange.handler {
                Handler::Inline => answer_with(respond, content).map_err(io::Error::other)?,
                // An answer that fails is one that the client misses.
                Handler::Spawned => drop(tokio::spawn(async move { answer_with(respond, content) })),
            }
        }
        Ok(Served { cpu: started.elapsed(), calls: calls.reads() + calls.writes() - calls_before })
    })
}
