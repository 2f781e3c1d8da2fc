//! Servers over TLS: a relay decrypts for a server of this process.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use h2_conformance::catalog;
use h2_conformance::endpoint::{Endpoint, Options, Remote, Unusable};
use h2_conformance::subject::{RunningServer, SOCKET};
use h2_conformance::suite::{play, Target};
use h2_conformance::transport::trust::Trust;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// An authority, and what it has issued, as PEM files.
struct Authority {
    dir: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        let dir = tempfile::tempdir().expect("a directory");
        fs::write(dir.path().join("ca.pem"), issuer.pem()).expect("a file");
        Authority { dir, issuer }
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// The files of a certificate for that name, and of its key.
    fn issue(&self, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let [cert_file, key_file] = ["pem", "key"].map(|kind| self.dir.path().join(format!("{name}.{kind}")));
        fs::write(&cert_file, certificate.pem()).expect("a file");
        fs::write(&key_file, key.serialize_pem()).expect("a file");
        (cert_file, key_file)
    }

    /// How a server with a certificate for that name encrypts, with these protocols of ALPN.
    fn server(&self, name: &str, protocols: &[&str], asks_for_certificate: bool) -> TlsAcceptor {
        let (cert_file, key_file) = self.issue(name);
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone());
        let builder = builder.with_safe_default_protocol_versions().expect("versions");
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("an authority");
        let builder = match asks_for_certificate {
            false => builder.with_no_client_auth(),
            true => {
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build();
                builder.with_client_cert_verifier(verifier.expect("an authority"))
            }
        };
        let chain = vec![CertificateDer::from_pem_file(cert_file).expect("it was written")];
        let key = PrivateKeyDer::from_pem_file(key_file).expect("it was written");
        let mut config = builder.with_single_cert(chain, key).expect("they belong together");
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// The fork behind a relay that decrypts.
struct Encrypted {
    relay: RunningServer,
    _fork: RunningServer,
}

fn encrypted(acceptor: TlsAcceptor) -> Encrypted {
    let subject = SOCKET.iter().find(|subject| subject.name == "patched").expect("the fork");
    let fork = (subject.start)().expect("a server");
    let to = fork.addr;
    let relay = RunningServer::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut outside) = acceptor.accept(stream).await else { return };
            let Ok(mut inside) = TcpStream::connect(to).await else { return };
            // Either side may end the connection at any time.
            let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
        }
    });
    Encrypted { relay: relay.expect("a server"), _fork: fork }
}

fn endpoint(server: &Encrypted, trust: &Trust) -> Endpoint {
    Endpoint::parse(&format!("https://127.0.0.1:{}", server.relay.addr.port()), trust).expect("a URL")
}

/// Why the server cannot be used.
fn refusal(server: &Encrypted, trust: &Trust) -> String {
    match endpoint(server, trust).check(Options::default()) {
        Err(Unusable::Server(why)) if !why.contains('\n') => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn verdicts_over_tls_are_those_in_clear_text() {
    let authority = Authority::new();
    let server = encrypted(authority.server("127.0.0.1", &["h2"], false));
    let trust = Trust { authorities: Some(authority.file()), ..Trust::default() };
    let encrypted = endpoint(&server, &trust);
    let baseline = encrypted.check(Options::default()).expect("it answers");
    let encrypted = Remote::elsewhere(encrypted, Options::default(), baseline);
    let clear = Endpoint::parse(&format!("http://{}", server._fork.addr), &Trust::default()).expect("a URL");
    let clear = Remote::elsewhere(clear, Options::default(), baseline);
    let mut played = 0;
    for case in catalog::all() {
        let is_quick = ["settings", "ping", "headers", "data", "fields", "credit-back"].contains(&case.topic());
        if !is_quick || encrypted.skips(&case).is_some() {
            continue;
        }
        let outcomes = [&encrypted, &clear].map(|remote| {
            let played = play(&case, remote);
            let run = played.run().expect("not skipped");
            (run.verdict.outcome, run.verdict.reason.clone())
        });
        assert_eq!(outcomes[0], outcomes[1], "{}", case.id);
        played += 1;
    }
    assert!(played > 100, "{played} cases");
}

#[test]
fn a_certificate_has_to_be_of_the_server_and_of_a_trusted_authority() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = encrypted(authority.server("localhost", &["h2"], false));
    let trusting = |authority: &Authority| Trust { authorities: Some(authority.file()), ..Trust::default() };
    for trust in [trusting(&authority), trusting(&other)] {
        let why = refusal(&server, &trust);
        assert!(why.contains("not valid") && why.contains("--insecure"), "{why}");
    }
    let named = Trust { server_name: Some("localhost".into()), ..trusting(&authority) };
    let any = Trust { any_certificate: true, ..Trust::default() };
    for trust in [named, any] {
        endpoint(&server, &trust).check(Options::default()).expect("it is trusted");
    }
}

#[test]
fn a_server_that_does_not_choose_h2_is_named() {
    let authority = Authority::new();
    let any = Trust { any_certificate: true, ..Trust::default() };
    let why = refusal(&encrypted(authority.server("localhost", &[], false)), &any);
    assert!(why.contains("chose no protocol by ALPN"), "{why}");
    let why = refusal(&encrypted(authority.server("localhost", &["http/1.1"], false)), &any);
    assert!(why.contains("does not take h2 by ALPN"), "{why}");
    let server = encrypted(authority.server("localhost", &["h2"], false));
    let clear = Endpoint::parse(&format!("https://{}", server._fork.addr), &any).expect("a URL");
    let Err(Unusable::Server(why)) = clear.check(Options::default()) else { panic!("it speaks no TLS") };
    assert!(why.contains("does not speak TLS"), "{why}");
}

#[test]
fn a_server_may_ask_for_a_certificate() {
    let authority = Authority::new();
    let server = encrypted(authority.server("localhost", &["h2"], true));
    let any = Trust { any_certificate: true, ..Trust::default() };
    let why = refusal(&server, &any);
    assert!(why.contains("certificate") || why.contains("no SETTINGS"), "{why}");
    let known = Trust { identity: Some(authority.issue("client.test")), ..any };
    endpoint(&server, &known).check(Options::default()).expect("it is known");
}
