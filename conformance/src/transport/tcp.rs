//! TCP to a server elsewhere: HTTP/2 in clear text with prior knowledge, or over TLS.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::security::Security;
use super::socket::{Socket, Stream};

/// How the reason begins where nothing takes the connection.
pub const UNREACHABLE: &str = "cannot connect to ";

/// Connects to the first of `addresses` that takes the connection. The link reports what goes
/// wrong: it is the network's fault and no subject's. Not for use inside an asynchronous runtime.
#[must_use]
pub fn connect(addresses: &[SocketAddr], security: &Security, patience: Duration) -> Socket {
    Socket::new(open(addresses, security, patience), patience)
}

/// A link that only tells why there is no connection.
#[must_use]
pub fn unreachable(reason: String, patience: Duration) -> Socket {
    Socket::new(Err(reason), patience)
}

fn open(
    addresses: &[SocketAddr],
    security: &Security,
    patience: Duration,
) -> Result<(Box<dyn Stream>, Runtime), String> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let stream = runtime.block_on(async {
        let stream = first_of(addresses, patience).await?;
        let handshake = timeout(patience, security.apply(stream)).await;
        handshake.unwrap_or_else(|_| Err(format!("TLS: no handshake within {} ms", patience.as_millis())))
    })?;
    Ok((stream, runtime))
}

pub(crate) async fn first_of(addresses: &[SocketAddr], patience: Duration) -> Result<TcpStream, String> {
    let mut reason = "the name has no address".into();
    for address in addresses {
        match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Frames leave when they are written: waiting to fill a segment would only add to
                // each round trip.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => reason = format!("{UNREACHABLE}{address}: {error}"),
            Err(_) => reason = format!("{UNREACHABLE}{address}: no answer within {} ms", patience.as_millis()),
        }
    }
    Err(reason)
}
