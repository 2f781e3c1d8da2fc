//! Client and server over loopback on one runtime of several threads: tasks that share connections,
//! and so their locks.

use std::future::poll_fn;
use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use tokio::net::{TcpListener, TcpStream};

use super::h2::{self, client::SendRequest, server::SendResponse};
use super::{answer, builder};
use crate::subject::Crowd;

pub(super) fn crowd(crowd: Crowd) -> io::Result<Duration> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(crowd.workers).enable_io().build()?;
    let took = runtime.block_on(run(crowd));
    // The connections are closed, and their tasks end by that.
    runtime.shutdown_background();
    took
}

async fn run(crowd: Crowd) -> io::Result<Duration> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket));
        }
    });
    let mut requesters = Vec::with_capacity(crowd.connections);
    for _ in 0..crowd.connections {
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        let (requester, connection) = h2::client::handshake(socket).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        requesters.push(requester);
    }
    let requesters = requesters.iter().cycle().take(crowd.tasks);
    let started = Instant::now();
    let tasks: Vec<_> = requesters.map(|requester| tokio::spawn(request(requester.clone(), crowd.requests))).collect();
    for task in tasks {
        task.await.map_err(io::Error::other)?.map_err(io::Error::other)?;
    }
    Ok(started.elapsed())
}

/// Each answer is a task of its own.
async fn serve(socket: TcpStream) -> Result<(), h2::Error> {
    // Without it answers are late, and nothing else is lost.
    let _ = socket.set_nodelay(true);
    let mut connection = builder(None).handshake(socket).await?;
    while let Some(request) = connection.accept().await {
        let (_, respond): (_, SendResponse<Bytes>) = request?;
        // An answer that fails is one that the client misses.
        tokio::spawn(async { answer(respond) });
    }
    Ok(())
}

async fn request(mut requester: SendRequest<Bytes>, requests: usize) -> Result<(), h2::Error> {
    for _ in 0..requests {
        poll_fn(|cx| requester.poll_ready(cx)).await?;
        let request = Request::get("http://example.test/").body(()).expect("a plain request");
        let (response, _) = requester.send_request(request, true)?;
        let mut body = response.await?.into_body();
        while let Some(chunk) = body.data().await {
            body.flow_control().release_capacity(chunk?.len())?;
        }
    }
    Ok(())
}
