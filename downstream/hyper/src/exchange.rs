//! Content both ways at once on one stream, each side checking what it gets.

use std::time::Duration;

use hyper::client::conn::http2;
use hyper::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use crate::content::{Content, Summary};
use crate::{Error, Server};

/// Seeds of the two directions: different ones, so that an echo is no success.
pub(crate) const FROM_CLIENT: u64 = 1;
pub(crate) const FROM_SERVER: u64 = 2;

/// Longer than the slowest machine needs; a stall must not be endless.
const PATIENCE: Duration = Duration::from_secs(120);

/// What each side received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub by_server: Summary,
    pub by_client: Summary,
}

impl Exchange {
    /// What both sides have to receive of `octets` octets each.
    #[must_use]
    pub fn expected(octets: u64) -> Exchange {
        Exchange { by_server: Summary::of(FROM_CLIENT, octets), by_client: Summary::of(FROM_SERVER, octets) }
    }

    /// Sends `octets` octets to a server that sends as many.
    ///
    /// # Errors
    /// When a side fails, or when the two minutes that this may take are over.
    pub async fn run(octets: u64) -> Result<Exchange, Error> {
        let server = Server::start(octets).await?;
        tokio::time::timeout(PATIENCE, request(&server, octets)).await.map_err(|_| "the exchange stalled")?
    }
}

async fn request(server: &Server, octets: u64) -> Result<Exchange, Error> {
    let socket = TcpStream::connect(server.address).await?;
    let (mut sender, connection) = http2::Builder::new(TokioExecutor::new()).handshake(TokioIo::new(socket)).await?;
    tokio::spawn(async move { drop(connection.await) });
    let request = Request::post(format!("http://{}/", server.address)).body(Content::new(FROM_CLIENT, octets))?;
    let response = sender.send_request(request).await?;
    let (by_client, trailers) = Summary::read(response.into_body()).await?;
    let told = trailers.as_ref().and_then(Summary::from_trailers);
    let by_server = told.ok_or("the server does not say what it received")?;
    Ok(Exchange { by_server, by_client })
}
