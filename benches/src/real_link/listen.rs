//! hyper's server without a setting, on loopback, until it is ended.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{server, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use super::Error;

/// The path whose content is large, and its octets. All else has 12 octets.
const LARGE: (&str, usize) = ("/1MiB", 1 << 20);
const SMALL: &[u8] = b"hello, world";

/// Serves on this port of loopback, on this thread.
///
/// # Errors
///
/// A socket fails.
pub(crate) fn listen(port: u16) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let large = Bytes::from(vec![b'h'; LARGE.1]);
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        loop {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            tokio::spawn(serve(socket, large.clone()));
        }
    })
}

async fn serve(socket: TcpStream, large: Bytes) {
    let service = service_fn(|request: Request<Incoming>| {
        let content = if request.uri().path() == LARGE.0 { large.clone() } else { Bytes::from_static(SMALL) };
        async move { Ok::<_, Infallible>(Response::new(Full::new(content))) }
    });
    let mut builder = server::conn::http2::Builder::new(TokioExecutor::new());
    builder.timer(TokioTimer::new());
    // A connection that fails is one that the client misses.
    let _ = builder.serve_connection(TokioIo::new(socket), service).await;
}
