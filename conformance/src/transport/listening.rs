//! Waiting for a client: in clear text, or with TLS.

use std::net::{IpAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::time::timeout;

#[cfg(feature = "tls")]
use super::certified::Certified;
use super::socket::{Socket, Stream};

/// How often is asked whether a client will still come.
const LOOK: Duration = Duration::from_millis(20);

/// In clear text, or with a certificate.
#[derive(Debug)]
pub struct Listening(#[cfg(feature = "tls")] Option<Certified>);

impl Listening {
    /// Clear text.
    pub const CLEAR: Self = Listening(
        #[cfg(feature = "tls")]
        None,
    );

    /// TLS, at that address. An error is one line for the user.
    #[cfg(feature = "tls")]
    pub fn tls(address: IpAddr) -> Result<Self, String> {
        Certified::new(address).map(Some).map(Listening)
    }

    /// TLS, which this program cannot make.
    #[cfg(not(feature = "tls"))]
    pub fn tls(_: IpAddr) -> Result<Self, String> {
        Err(super::security::WITHOUT_TLS.into())
    }

    /// The file of the authority behind the certificate, with TLS.
    #[must_use]
    pub fn authority(&self) -> Option<PathBuf> {
        #[cfg(feature = "tls")]
        return self.0.as_ref().map(Certified::authority);
        #[cfg(not(feature = "tls"))]
        None
    }

    /// Takes a client's connection within `start`. `gone` tells why none will come, once that is
    /// known. Not for use inside an asynchronous runtime. An error says what happened instead.
    pub fn accept(
        &self,
        listener: &TcpListener,
        start: Duration,
        patience: Duration,
        gone: impl FnMut() -> Option<String>,
    ) -> Result<Socket, String> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| unable(&error))?;
        let listener = listener.try_clone().map_err(|error| unable(&error))?;
        listener.set_nonblocking(true).map_err(|error| unable(&error))?;
        let stream = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).map_err(|error| unable(&error))?;
            let stream = first(&listener, start, gone).await?;
            let _ = stream.set_nodelay(true);
            let handshake = timeout(patience, self.apply(stream)).await;
            handshake.unwrap_or_else(|_| Err(format!("makes no handshake of TLS within {} ms", patience.as_millis())))
        })?;
        Ok(Socket::new(Ok((stream, runtime)), patience))
    }

    /// Makes the handshake, if there is one. An error says what the client did instead.
    pub(crate) async fn apply(&self, stream: TcpStream) -> Result<Box<dyn Stream>, String> {
        #[cfg(feature = "tls")]
        if let Some(certified) = &self.0 {
            return Ok(Box::new(certified.decrypt(stream).await?));
        }
        Ok(Box::new(stream))
    }
}

/// The first connection.
async fn first(
    listener: &tokio::net::TcpListener,
    start: Duration,
    mut gone: impl FnMut() -> Option<String>,
) -> Result<TcpStream, String> {
    let until = Instant::now() + start;
    loop {
        match timeout(LOOK, listener.accept()).await {
            Ok(accepted) => return accepted.map(|(stream, _)| stream).map_err(|error| unable(&error)),
            Err(_) => {
                if let Some(why) = gone() {
                    return Err(why);
                }
            }
        }
        if Instant::now() >= until {
            return Err(format!("did not connect within {} ms", start.as_millis()));
        }
    }
}

fn unable(error: &std::io::Error) -> String {
    format!("cannot be waited for: {error}")
}
