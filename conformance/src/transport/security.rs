//! Whether connections are encrypted.

use tokio::net::TcpStream;

use super::socket::Stream;
use super::trust::Trust;

/// Why TLS was asked for in vain.
#[cfg(not(feature = "tls"))]
pub(super) const WITHOUT_TLS: &str =
    "this program was built without TLS: build it with the feature `tls` of h2-conformance";

/// In clear text, or how to encrypt.
#[derive(Clone, Debug)]
pub struct Security(#[cfg(feature = "tls")] Option<super::tls::Tls>);

impl Security {
    /// Clear text.
    pub const NONE: Self = Security(
        #[cfg(feature = "tls")]
        None,
    );

    /// TLS to that host. An error is one line for the user.
    #[cfg(feature = "tls")]
    pub fn tls(host: &str, trust: &Trust) -> Result<Self, String> {
        super::tls::Tls::new(host, trust).map(Some).map(Security)
    }

    /// TLS to that host, which this program cannot make.
    #[cfg(not(feature = "tls"))]
    pub fn tls(_: &str, _: &Trust) -> Result<Self, String> {
        Err(WITHOUT_TLS.into())
    }

    /// Whether it is TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.0.is_some();
        #[cfg(not(feature = "tls"))]
        false
    }

    /// Makes the handshake, if there is one.
    pub(super) async fn apply(&self, stream: TcpStream) -> Result<Box<dyn Stream>, String> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.0 {
            return Ok(Box::new(tls.encrypt(stream).await?));
        }
        Ok(Box::new(stream))
    }
}
