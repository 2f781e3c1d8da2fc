//! Opens more requests than the server allows at a time, over loopback, and prints what
//! `h2::insight` says of it: events as they happen, a snapshot of both ends, and the totals.
//!
//! `cargo run -p h2@0.4.2001 --example diagnostics`

use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use h2::insight::{self, BlockedOn, Event, EventKind, Role, Side};
use h2::{client, server};
use http::{Request, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Requests that the server allows at a time, and those that the client opens.
const ALLOWED: usize = 2;
const OPENED: usize = 5;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Each event of each connection that is opened from here on. Stalls are what to look at first.
    insight::observe(Some(Arc::new(|event: &Event<'_>| {
        let label = event.connection.label();
        let (label, stream) = (label.as_deref().unwrap_or("?"), event.stream);
        match event.kind {
            EventKind::Stalled { on, .. } => println!("{label}: {stream:?} waits for {}", on.as_str()),
            EventKind::Resumed { on, .. } => println!("{label}: {stream:?} no longer waits for {}", on.as_str()),
            _ => {}
        }
    })));

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    // The server says when it holds as many requests as it allows, and answers when it is told to.
    let (holds, held) = oneshot::channel::<()>();
    let (go_on, waits) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, holds, waits));

    let socket = TcpStream::connect(address).await?;
    // Before the server's SETTINGS arrive, its limit is not known. More requests than this wait for
    // them.
    let mut builder = client::Builder::new();
    builder.label("example-client").initial_max_send_streams(ALLOWED);
    let (mut send_request, connection) = builder.handshake::<_, Bytes>(socket).await?;
    let client = tokio::spawn(connection);
    let mut responses = Vec::new();
    for _ in 0..OPENED {
        let request = Request::get(format!("http://{address}/")).body(())?;
        responses.push(send_request.send_request(request, true)?.0);
    }
    held.await?;

    println!("\nsnapshots:");
    for connection in insight::connections() {
        if let Some(snapshot) = connection.snapshot() {
            println!("{snapshot}\n");
        }
    }
    let waiting = insight::totals().stalled.streams(Role::Client, Side::Local, BlockedOn::StreamLimit);
    println!("totals: {waiting} requests wait because the peer allows no more\n");

    let _ = go_on.send(());
    for response in responses {
        response.await?;
    }
    drop(send_request);
    client.await??;
    server.await?.map_err(|error| error.to_string())?;
    Ok(())
}

async fn serve(
    listener: TcpListener,
    holds: oneshot::Sender<()>,
    waits: oneshot::Receiver<()>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (socket, _) = listener.accept().await?;
    let mut builder = server::Builder::new();
    builder.label("example-server").max_concurrent_streams(ALLOWED as u32);
    let mut connection = builder.handshake::<_, Bytes>(socket).await?;
    let mut held = Vec::new();
    let mut pause = Some((holds, waits));
    while let Some(request) = connection.accept().await {
        held.push(request?.1);
        if pause.is_some() && held.len() < ALLOWED {
            continue;
        }
        if let Some((holds, waits)) = pause.take() {
            let _ = holds.send(());
            waits.await?;
        }
        for mut respond in held.drain(..) {
            respond.send_response(Response::new(()), true)?;
        }
    }
    Ok(())
}
