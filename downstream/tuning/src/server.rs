//! A hyper server on loopback, as its defaults make it: it never names h2.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Error;

/// A running server; it takes no more connections when this is dropped.
#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// The path of requests whose content is never read and that are never answered.
    pub const HOLD: &str = "/hold";

    /// Listens on a port that the system chooses. A request for `/N` is answered with N octets once
    /// all of its content was read.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn start() -> Result<Server, Error> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let connection = http2::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(socket), service_fn(answer));
                // A client that breaks a connection sees it; the server reports nothing.
                tokio::spawn(async move { drop(connection.await) });
            }
        });
        Ok(Server { address, task })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves one connection, and shuts it down gracefully when it is asked to.
///
/// # Errors
/// Those of the connection.
pub async fn serve(socket: TcpStream, shut_down: oneshot::Receiver<()>) -> hyper::Result<()> {
    let connection =
        http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service_fn(answer));
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        result = connection.as_mut() => return result,
        Ok(()) = shut_down => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.uri().path() == Server::HOLD {
        std::future::pending::<()>().await;
    }
    let octets = request.uri().path().trim_start_matches('/').parse().ok();
    let is_read = read(request.into_body()).await.is_ok();
    let mut response = Response::new(Full::default());
    match octets {
        Some(octets) if is_read => *response.body_mut() = Full::from(vec![0; octets]),
        _ => *response.status_mut() = StatusCode::BAD_REQUEST,
    }
    Ok(response)
}

/// Reads a body to its end, and keeps nothing of it: how many octets there were.
pub(crate) async fn read<B: Body<Data = Bytes> + Unpin>(mut body: B) -> Result<usize, B::Error> {
    let mut octets = 0;
    while let Some(frame) = body.frame().await {
        octets += frame?.data_ref().map_or(0, Bytes::len);
    }
    Ok(octets)
}
