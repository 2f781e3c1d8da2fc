//! A service of hyper on loopback, and clients that make it stall: one reads slowly, one gives up,
//! one wants more streams than it may have.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use h2::insight::with_label;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2 as client;
use hyper::server::conn::http2 as server;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};

use crate::Error;

/// The streams that the listener `batch` allows a client at a time.
const FEW: u32 = 4;

/// Octets of a response.
const CONTENT: usize = 1 << 20;

/// Listens on a port of loopback that the system chooses. Connections that it accepts have `label`.
///
/// # Errors
/// When there is no port to be had.
pub async fn serve(label: &'static str, max_streams: u32) -> Result<SocketAddr, Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let mut builder = server::Builder::new(TokioExecutor::new());
            builder.max_concurrent_streams(max_streams);
            let connection = builder.serve_connection(TokioIo::new(socket), service_fn(answer));
            tokio::spawn(with_label(label, async move { drop(connection.await) }));
        }
    });
    Ok(address)
}

async fn answer(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    static OCTETS: [u8; CONTENT] = [0; CONTENT];
    tokio::time::sleep(Duration::from_millis(5)).await;
    Ok(Response::new(Full::new(Bytes::from_static(&OCTETS))))
}

type Requests = client::SendRequest<http_body_util::Empty<Bytes>>;

/// A client's connection with `label`.
///
/// # Errors
/// When it cannot connect.
pub async fn connect(label: &'static str, to: SocketAddr) -> Result<Requests, Error> {
    let socket = TokioIo::new(TcpStream::connect(to).await?);
    let mut builder = client::Builder::new(TokioExecutor::new());
    // A window of one response in sixteen, so that a slow reader stalls the server.
    builder.initial_stream_window_size(1 << 16).initial_connection_window_size(1 << 20);
    let (requests, connection) = with_label(label, builder.handshake(socket)).await?;
    tokio::spawn(async move { drop(connection.await) });
    Ok(requests)
}

async fn request(requests: &mut Requests) -> Result<Response<Incoming>, Error> {
    let request = Request::get("http://localhost/").body(http_body_util::Empty::new())?;
    requests.ready().await?;
    Ok(requests.send_request(request).await?)
}

/// Reads a response, with a pause after each chunk.
async fn read(response: Response<Incoming>, pause: Duration) -> Result<(), Error> {
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        frame?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

/// Traffic for so long. It stalls for windows and for places among the concurrent streams, and some
/// stalls end in a reset.
///
/// # Errors
/// When a connection fails.
pub async fn run(time: Duration) -> Result<(), Error> {
    let web = serve("web", 100).await?;
    let batch = serve("batch", FEW).await?;
    let until = tokio::time::Instant::now() + time;
    let over = || tokio::time::Instant::now() >= until;

    let fast = async {
        let mut requests = connect("fast-client", web).await?;
        while !over() {
            read(request(&mut requests).await?, Duration::ZERO).await?;
        }
        Ok::<(), Error>(())
    };
    let slow = async {
        let mut requests = connect("slow-client", web).await?;
        while !over() {
            read(request(&mut requests).await?, Duration::from_millis(20)).await?;
        }
        Ok::<(), Error>(())
    };
    // Holds responses unread and then gives up: the server's stalls end in a reset.
    let quits = async {
        let mut requests = connect("quitting-client", web).await?;
        while !over() {
            let mut held = Vec::new();
            for _ in 0..3 {
                held.push(request(&mut requests).await?);
            }
            tokio::time::sleep(Duration::from_millis(700).min(time / 2)).await;
            drop(held);
        }
        Ok::<(), Error>(())
    };
    // Five times as many requests at a time as it may have streams.
    let wants = async {
        let mut requests = connect("batch-client", batch).await?;
        // The client knows the server's SETTINGS, and so its limit, once a response has come.
        read(request(&mut requests).await?, Duration::ZERO).await?;
        while !over() {
            let mut tasks = Vec::new();
            for _ in 0..5 * FEW {
                let mut requests = requests.clone();
                tasks.push(tokio::spawn(
                    async move { read(request(&mut requests).await?, Duration::from_millis(1)).await },
                ));
            }
            for task in tasks {
                task.await??;
            }
        }
        Ok::<(), Error>(())
    };
    tokio::try_join!(fast, slow, quits, wants)?;
    Ok(())
}
