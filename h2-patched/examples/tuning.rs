//! Downloads the same content with three settings of `h2::tuning`, over a link with delay, and
//! prints how long it took, how large the connection's window became, and how many WINDOW_UPDATE
//! frames the client sent.
//!
//! `cargo run -p h2@0.4.2001 --example tuning`

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::insight::{self, Role};
use h2::tuning::{self, Tuning, WindowUpdatePolicy};
use h2::{client, server};
use http::{Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};

/// What the server responds with, in octets.
const CONTENT: usize = 4 << 20;

/// What the link delays each octet by, each way.
const DELAY: Duration = Duration::from_millis(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = [
        ("the defaults: windows grow", Tuning::new()),
        ("windows as they are set, as in the release", Tuning::new().max_connection_receive_buffer_size(0)),
        (
            "windows grow to 1 MiB, updates at 80 % of a window",
            Tuning::new()
                .max_connection_receive_buffer_size(2 << 20)
                .window_update_policy(WindowUpdatePolicy::new().threshold_percent(80)),
        ),
    ];
    println!("a download of {CONTENT} octets over a link with a round trip of {:?}", 2 * DELAY);
    println!("{:>7}  {:>8}  {:>14}  settings", "seconds", "window", "WINDOW_UPDATEs");
    for (name, tuning) in settings {
        // A program calls this once, before it opens connections.
        tuning::set_defaults(tuning);
        let started = Instant::now();
        let (window, updates) = download().await?;
        println!("{:>7.2}  {window:>8}  {updates:>14}  {name}", started.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Returns the connection's window at the end, and the WINDOW_UPDATE frames that were sent.
async fn download() -> Result<(usize, u64), Box<dyn Error>> {
    let (ours, theirs) = link();
    let server = tokio::spawn(async move {
        let mut connection = server::handshake(theirs).await?;
        while let Some(request) = connection.accept().await {
            let (_, mut respond) = request?;
            let mut body = respond.send_response(Response::new(()), false)?;
            body.send_data(Bytes::from(vec![0; CONTENT]), true)?;
        }
        Ok::<_, h2::Error>(())
    });
    let (mut send_request, connection) = client::handshake(ours).await?;
    let client = tokio::spawn(connection);

    let (response, _) = send_request.send_request(Request::get("http://localhost/").body(())?, true)?;
    let mut body = response.await?.into_body();
    let mut read = 0;
    while let Some(content) = body.data().await.transpose()? {
        // Read octets give window back to the server.
        body.flow_control().release_capacity(content.len())?;
        read += content.len();
    }
    assert_eq!(read, CONTENT);

    let open = insight::connections().into_iter().find(|connection| connection.role() == Role::Client);
    let snapshot = open.and_then(|connection| connection.snapshot()).ok_or("the client's connection is open")?;
    drop((send_request, body));
    client.await??;
    server.await??;
    Ok((snapshot.receive.target as usize, snapshot.counts.updates_sent))
}

/// Returns the two ends of a link that delays what is sent.
fn link() -> (DuplexStream, DuplexStream) {
    let (client, near) = tokio::io::duplex(64 * 1024);
    let (server, far) = tokio::io::duplex(64 * 1024);
    let (near_reads, near_writes) = tokio::io::split(near);
    let (far_reads, far_writes) = tokio::io::split(far);
    tokio::spawn(delay(near_reads, far_writes));
    tokio::spawn(delay(far_reads, near_writes));
    (client, server)
}

async fn delay(mut from: ReadHalf<DuplexStream>, mut to: WriteHalf<DuplexStream>) {
    let (sent, mut arrives) = tokio::sync::mpsc::unbounded_channel::<(tokio::time::Instant, Bytes)>();
    tokio::spawn(async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(octets @ 1..) = from.read(&mut buffer).await {
            let _ = sent.send((tokio::time::Instant::now() + DELAY, Bytes::copy_from_slice(&buffer[..octets])));
        }
    });
    while let Some((at, octets)) = arrives.recv().await {
        tokio::time::sleep_until(at).await;
        if to.write_all(&octets).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}
