//! A hyper server on loopback: reads the request's content while it sends its own.

use std::convert::Infallible;
use std::net::SocketAddr;

use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::content::{Content, Summary};
use crate::exchange::FROM_SERVER;
use crate::Error;

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens on a port that the system chooses and answers every request with `octets` octets.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn start(octets: u64) -> Result<Server, Error> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service_fn(move |request| answer(request, octets));
                let connection =
                    http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service);
                // A client that breaks a connection sees it on the wire; the server reports
                // nothing.
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

async fn answer(request: Request<Incoming>, octets: u64) -> Result<Response<Content>, Infallible> {
    let (tell, received) = oneshot::channel();
    tokio::spawn(async move {
        if let Ok((summary, _)) = Summary::read(request.into_body()).await {
            // The other side is gone when the response was given up.
            let _ = tell.send(summary);
        }
    });
    Ok(Response::new(Content::new(FROM_SERVER, octets).then_tell(received)))
}
