//! TLS to a server elsewhere (RFC 9113 section 9.2): ALPN `h2`, TLS 1.2 or 1.3, and no cipher suite
//! of appendix A, because rustls has none of them.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::ring::cipher_suite::{
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
};
use tokio_rustls::rustls::crypto::ring::kx_group::{SECP256R1, SECP384R1};
use tokio_rustls::rustls::crypto::{ring, verify_tls12_signature, verify_tls13_signature, CryptoProvider};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::version::TLS12;
use tokio_rustls::rustls::{
    AlertDescription, CertificateError, ClientConfig, CommonState, DigitallySignedStruct, Error, InvalidMessage,
    RootCertStore, SignatureScheme, SupportedProtocolVersion, DEFAULT_VERSIONS,
};
use tokio_rustls::TlsConnector;

use super::security::{Agreed, Curves, Proposal};
use super::tcp;
use super::trust::Trust;

/// The identifier of HTTP/2 over TLS (RFC 9113 section 3.2).
pub(super) const H2: &[u8] = b"h2";

/// A way to encrypt connections to one server.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    trust: Trust,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.name).finish()
    }
}

impl Tls {
    /// An error is one line for the user: a file cannot be read, or a name is no name.
    pub(super) fn new(host: &str, trust: &Trust) -> Result<Self, String> {
        let name = trust.server_name.as_deref().unwrap_or(host).to_owned();
        let name =
            ServerName::try_from(name.clone()).map_err(|_| format!("{name:?} is no name of a server for TLS"))?;
        let mut config = configure(trust, ring::default_provider(), DEFAULT_VERSIONS)?;
        config.alpn_protocols = vec![H2.to_vec()];
        Ok(Tls { config: Arc::new(config), name, trust: trust.clone() })
    }

    /// Makes the handshake. An error says what the server did instead.
    pub(super) async fn encrypt(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, String> {
        let connector = TlsConnector::from(self.config.clone());
        let stream = connector
            .connect(self.name.clone(), stream)
            .await
            .map_err(|error| inner(&error).map_or_else(|| format!("TLS: {error}"), |inner| self.explain(inner)))?;
        // rustls refuses a protocol that was not named.
        match stream.get_ref().1.alpn_protocol() {
            Some(_) => Ok(stream),
            None => Err("TLS: the server chose no protocol by ALPN; expected h2".into()),
        }
    }

    /// The name that is sent as SNI: an address is not.
    pub(super) fn server_name(&self) -> Option<String> {
        match &self.name {
            ServerName::DnsName(name) => Some(name.as_ref().to_owned()),
            _ => None,
        }
    }

    /// Makes a handshake with that proposal and no more. An error is the environment's, or the
    /// server's in a way that says nothing about the proposal.
    pub(super) fn agree(
        &self,
        addresses: &[SocketAddr],
        proposal: Proposal,
        patience: Duration,
    ) -> Result<Agreed, String> {
        let mut config = match proposal.mandatory {
            Some(curves) => configure(&self.trust, mandatory(curves), &[&TLS12])?,
            None => (*self.config).clone(),
        };
        config.alpn_protocols = proposal.protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let connector = TlsConnector::from(Arc::new(config));
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let stream = tcp::first_of(addresses, patience).await?;
            match timeout(patience, connector.connect(self.name.clone(), stream)).await {
                Ok(Ok(stream)) => Ok(agreed(stream.get_ref().1)),
                Ok(Err(error)) => self.refused(&error),
                Err(_) => Err(format!("TLS: no handshake within {} ms", patience.as_millis())),
            }
        })
    }

    /// Whether the server refused the proposal. All else says nothing about it.
    fn refused(&self, error: &io::Error) -> Result<Agreed, String> {
        match inner(error) {
            Some(Error::AlertReceived(alert)) => {
                Ok(Agreed::Refused { alert: Some(u8::from(*alert)), why: format!("alert {alert:?}") })
            }
            Some(inner) => Err(self.explain(inner)),
            None => match error.kind() {
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
                    Ok(Agreed::Refused { alert: None, why: "it closes the connection".into() })
                }
                _ => Err(format!("TLS: {error}")),
            },
        }
    }

    /// One line on what is wrong. Names that the server sent are not repeated.
    fn explain(&self, error: &Error) -> String {
        use CertificateError::{NotValidForName, NotValidForNameContext, UnknownIssuer};
        let what = match error {
            Error::AlertReceived(AlertDescription::NoApplicationProtocol) => {
                "the server does not take h2 by ALPN".into()
            }
            Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
                format!("the certificate is not of {}; --sni names another server", self.name.to_str())
            }
            Error::InvalidCertificate(UnknownIssuer) => {
                "the authority of the certificate is not known; --cacert names it, --insecure takes any".into()
            }
            Error::InvalidCertificate(CertificateError::Other(why))
                if format!("{why:?}").contains("CaUsedAsEndEntity") =>
            {
                "the certificate is that of an authority (CA:TRUE), which no server should show; --insecure takes any"
                    .into()
            }
            Error::InvalidCertificate(why) => format!("the certificate is not valid: {why:?}"),
            Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
                "the server does not speak TLS; try http://".into()
            }
            other => other.to_string(),
        };
        format!("TLS: {what}")
    }
}

/// The cipher suites of TLS 1.2 that RFC 9113 demands, of which the certificate says one (section
/// 9.2.2).
fn mandatory(curves: Curves) -> CryptoProvider {
    let cipher_suites = vec![TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256];
    let kx_groups = match curves {
        Curves::P256 => vec![SECP256R1],
        Curves::P256AndP384 => vec![SECP256R1, SECP384R1],
    };
    CryptoProvider { cipher_suites, kx_groups, ..ring::default_provider() }
}

/// What TLS says of an error of the stream.
fn inner(error: &io::Error) -> Option<&Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref::<Error>())
}

fn agreed(connection: &CommonState) -> Agreed {
    let version = connection.protocol_version().map_or("no version".into(), |version| format!("{version:?}"));
    let cipher = connection.negotiated_cipher_suite();
    let cipher = cipher.map_or("no cipher suite".into(), |cipher| format!("{:?}", cipher.suite()));
    let group = connection.negotiated_key_exchange_group();
    let group = group.map_or("no group".into(), |group| format!("{:?}", group.name()));
    Agreed::On { version, cipher, group, protocol: connection.alpn_protocol().map(<[u8]>::to_vec) }
}

/// The client's side of TLS, without a protocol.
fn configure(
    trust: &Trust,
    provider: CryptoProvider,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ClientConfig, String> {
    let provider = Arc::new(provider);
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .map_err(|error| format!("TLS: {error}"))?;
    let config = match trust.any_certificate {
        true => config.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))),
        false => config.with_root_certificates(roots(trust.authorities.as_deref())?),
    };
    let config = match &trust.identity {
        None => config.with_no_client_auth(),
        Some((chain, key)) => {
            let key_der = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, "a private key", error))?;
            let identity = config.with_client_auth_cert(certificates(chain)?, key_der);
            identity.map_err(|error| format!("{}: {error}", chain.display()))?
        }
    };
    Ok(config)
}

/// The authorities of a file, or those of the system.
fn roots(file: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let Some(file) = file else {
        let (added, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if added == 0 {
            return Err("TLS: this system has no certificate authorities; --cacert names a file of them".into());
        }
        return Ok(roots);
    };
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(roots)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match found.map_err(|error| unreadable(file, "certificates", error))? {
        none if none.is_empty() => Err(format!("{}: expected certificates in PEM, found none", file.display())),
        some => Ok(some),
    }
}

fn unreadable(file: &Path, what: &str, error: pem::Error) -> String {
    match error {
        pem::Error::Io(cause) => format!("{}: {cause}", file.display()),
        other => format!("{}: expected {what} in PEM: {other}", file.display()),
    }
}

/// Takes any certificate. Its owner still has to have the key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
