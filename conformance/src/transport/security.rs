//! Whether connections are encrypted.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;

use super::socket::Stream;
use super::trust::Trust;

/// Why TLS was asked for in vain.
#[cfg(not(feature = "tls"))]
pub(super) const WITHOUT_TLS: &str =
    "this program was built without TLS: build it with the feature `tls` of h2-conformance";

/// What a handshake proposes that is made for its own sake.
#[derive(Clone, Copy, Debug)]
pub struct Proposal {
    /// The protocols of ALPN.
    pub protocols: &'static [&'static [u8]],
    /// Only TLS 1.2, only with the cipher suites that RFC 9113 demands, on these curves.
    pub mandatory: Option<Curves>,
}

/// The curve that RFC 9113 demands, alone or with another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curves {
    P256,
    P256AndP384,
}

impl Proposal {
    pub const H2C: Proposal = Proposal { protocols: &[b"h2c"], mandatory: None };
    pub const BOTH: Proposal = Proposal { protocols: &[b"h2", b"http/1.1"], mandatory: None };
    pub const MANDATORY: Proposal = Proposal { protocols: &[b"h2"], mandatory: Some(Curves::P256) };
    pub const MANDATORY_OR_P384: Proposal = Proposal { protocols: &[b"h2"], mandatory: Some(Curves::P256AndP384) };
}

/// What came of such a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// `group` is the group of the key exchange.
    On { version: String, cipher: String, group: String, protocol: Option<Vec<u8>> },
    /// The server refused, by an alert of this description or by closing.
    Refused { alert: Option<u8>, why: String },
}

impl fmt::Display for Agreed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Agreed::On { version, cipher, group, protocol } => {
                let protocol = protocol.as_deref().map_or("no protocol".into(), String::from_utf8_lossy);
                write!(f, "the server agrees on {version}, {cipher}, {group} and {protocol}")
            }
            Agreed::Refused { why, .. } => write!(f, "the server refuses: {why}"),
        }
    }
}

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

    /// The name that is sent as SNI, if any is.
    pub(crate) fn server_name(&self) -> Option<String> {
        #[cfg(feature = "tls")]
        return self.0.as_ref().and_then(super::tls::Tls::server_name);
        #[cfg(not(feature = "tls"))]
        None
    }

    /// Makes a handshake with that proposal and no more. An error is the environment's.
    pub(crate) fn agree(
        &self,
        addresses: &[SocketAddr],
        proposal: Proposal,
        patience: Duration,
    ) -> Result<Agreed, String> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.0 {
            return tls.agree(addresses, proposal, patience);
        }
        let _ = (addresses, proposal, patience);
        Err("there is no TLS".into())
    }

    /// Makes the handshake, if there is one.
    pub(crate) async fn apply(&self, stream: TcpStream) -> Result<Box<dyn Stream>, String> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.0 {
            return Ok(Box::new(tls.encrypt(stream).await?));
        }
        Ok(Box::new(stream))
    }
}
