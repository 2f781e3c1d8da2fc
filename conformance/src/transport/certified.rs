//! TLS of the runner as a server: a certificate that it makes for itself, and ALPN `h2`.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{AlertDescription, Error, ServerConfig};
use tokio_rustls::server::TlsStream;
use tokio_rustls::TlsAcceptor;

use super::tls::H2;

/// A server's certificate for `localhost` and one address, and the authority behind it.
pub(super) struct Certified {
    acceptor: TlsAcceptor,
    dir: TempDir,
}

impl fmt::Debug for Certified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Certified").field(&self.dir).finish()
    }
}

impl Certified {
    /// Makes an authority and a certificate. They are gone when this is dropped. An error is one
    /// line for the user.
    pub(super) fn new(address: IpAddr) -> Result<Self, String> {
        let dir = tempfile::tempdir().map_err(|error| format!("cannot write the certificate: {error}"))?;
        let (config, authority) = issue(address).map_err(|error| format!("cannot make a certificate: {error}"))?;
        let certified = Certified { acceptor: TlsAcceptor::from(Arc::new(config)), dir };
        std::fs::write(certified.authority(), authority)
            .map_err(|error| format!("cannot write the certificate: {error}"))?;
        Ok(certified)
    }

    /// The file of the authority, in PEM, for the client to trust.
    #[must_use]
    pub(super) fn authority(&self) -> PathBuf {
        self.dir.path().join("authority.pem")
    }

    /// Makes the handshake. An error says what the client did instead.
    pub(super) async fn decrypt(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, String> {
        let stream = self.acceptor.accept(stream).await.map_err(|error| {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
            inner.map_or_else(|| format!("TLS: {error}"), explain)
        })?;
        match stream.get_ref().1.alpn_protocol() {
            Some(_) => Ok(stream),
            None => Err("names no protocol by ALPN (RFC 9113 section 3.2): expected h2".into()),
        }
    }
}

fn explain(error: &Error) -> String {
    match error {
        Error::NoApplicationProtocol => "does not name h2 by ALPN (RFC 9113 section 3.2)".into(),
        Error::InvalidMessage(_) => "does not speak TLS".into(),
        Error::AlertReceived(
            AlertDescription::UnknownCA | AlertDescription::BadCertificate | AlertDescription::CertificateUnknown,
        ) => "does not trust the certificate: have it take the authority {cacert}, or any".into(),
        other => format!("TLS: {other}"),
    }
}

/// The server's side of TLS, and the authority in PEM.
fn issue(address: IpAddr) -> Result<(ServerConfig, String), Box<dyn std::error::Error>> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "h2-conformance");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(["localhost".to_owned()])?;
    params.subject_alt_names.push(SanType::IpAddress(address));
    let certificate = params.signed_by(&key, &authority)?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?.with_no_client_auth();
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let mut config = builder.with_single_cert(vec![certificate.der().clone()], key)?;
    config.alpn_protocols = vec![H2.to_vec()];
    Ok((config, authority.pem()))
}
