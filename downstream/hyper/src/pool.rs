//! A pool that opens another connection when those that it has are full.
//!
//! hyper-util's own pool sends all requests to a server on one HTTP/2 connection. hyper does not
//! tell how many streams the server allows. `h2::insight` does, for a connection that hyper owns:
//! the pool labels each connection while it is made, and finds its handle by the label.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::insight;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use crate::Error;

type Sender = http2::SendRequest<Empty<Bytes>>;

/// Connections to one server.
#[derive(Debug)]
pub struct Pool {
    address: SocketAddr,
    connections: Mutex<Vec<Connection>>,
}

#[derive(Clone, Debug)]
struct Connection {
    sender: Sender,
    insight: insight::Connection,
    /// Requests of this pool that have no response yet. hyper hands them to h2 a little later.
    requests: Arc<AtomicUsize>,
}

impl Pool {
    #[must_use]
    pub fn new(address: SocketAddr) -> Pool {
        Pool { address, connections: Mutex::default() }
    }

    /// How many connections are open.
    pub async fn open_connections(&self) -> usize {
        self.connections.lock().await.len()
    }

    /// Sends a request on a connection whose server allows it at once.
    ///
    /// # Errors
    /// When no connection can be opened, or the request fails.
    pub async fn get(&self) -> Result<Response<Incoming>, Error> {
        let mut connection = self.connection().await?;
        let request = Request::get(format!("http://{}/", self.address)).body(Empty::new())?;
        let response = connection.sender.send_request(request).await;
        connection.requests.fetch_sub(1, Relaxed);
        Ok(response?)
    }

    async fn connection(&self) -> Result<Connection, Error> {
        let mut connections = self.connections.lock().await;
        connections.retain(|connection| !connection.sender.is_closed());
        let found = connections.iter().find(|connection| connection.has_room()).cloned();
        let connection = match found {
            Some(connection) => connection,
            None => {
                let opened = open(self.address).await?;
                connections.push(opened.clone());
                opened
            }
        };
        connection.requests.fetch_add(1, Relaxed);
        Ok(connection)
    }
}

impl Connection {
    fn has_room(&self) -> bool {
        let limit = self.insight.local_streams();
        limit.is_some_and(|limit| self.requests.load(Relaxed) < limit.max)
    }
}

/// Opens a connection and waits for the server's SETTINGS, which have its limit.
async fn open(address: SocketAddr) -> Result<Connection, Error> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let label = format!("pool-{}", NUMBER.fetch_add(1, Relaxed));
    let socket = TcpStream::connect(address).await?;
    let mut builder = http2::Builder::new(TokioExecutor::new());
    // Until the SETTINGS arrive, the limit reads 0.
    builder.initial_max_send_streams(0);
    // The connection is made in this future, so that it gets the label.
    let (sender, connection) = insight::with_label(label.as_str(), builder.handshake(TokioIo::new(socket))).await?;
    tokio::spawn(async move { drop(connection.await) });
    let handle = insight::connections_labelled(&label).pop().ok_or("the connection is closed")?;
    // A label for each connection is too many for metrics.
    handle.clear_label();
    loop {
        if handle.local_streams().is_some_and(|limit| limit.max > 0) {
            return Ok(Connection { sender, insight: handle, requests: Arc::default() });
        }
        if sender.is_closed() {
            return Err("the connection closed before the server's SETTINGS arrived".into());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
