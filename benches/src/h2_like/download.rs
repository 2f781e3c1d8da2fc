//! A client of large responses on a socket, which reads each in a task of its own.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use tokio::net::TcpStream;

use super::h2::{self, client::ResponseFuture};
use crate::subject::Download;

pub(super) fn download(server: SocketAddr, plan: Download) -> io::Result<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let socket = TcpStream::connect(server).await?;
        socket.set_nodelay(true)?;
        let mut builder = h2::client::Builder::new();
        if let Some(octets) = plan.window {
            builder.initial_window_size(octets).initial_connection_window_size(octets);
        }
        let (requester, connection) = builder.handshake::<_, Bytes>(socket).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        let mut requester = requester.ready().await.map_err(io::Error::other)?;
        let started = Instant::now();
        let mut readers = Vec::new();
        for _ in 0..plan.streams {
            let request = Request::get("http://example.test/").body(()).expect("a plain request");
            let (response, _) = requester.send_request(request, true).map_err(io::Error::other)?;
            readers.push(tokio::spawn(read(response)));
        }
        let mut octets = 0;
        for reader in readers {
            octets += reader.await.map_err(io::Error::other)?.map_err(io::Error::other)?;
        }
        match octets == plan.octets * plan.streams {
            true => Ok(started.elapsed()),
            false => {
                Err(io::Error::other(format!("expected {} bodies of {}, found {octets}", plan.streams, plan.octets)))
            }
        }
    })
}

async fn read(response: ResponseFuture) -> Result<usize, h2::Error> {
    let mut body = response.await?.into_body();
    let mut octets = 0;
    while let Some(chunk) = body.data().await {
        let length = chunk?.len();
        octets += length;
        body.flow_control().release_capacity(length)?;
    }
    Ok(octets)
}
