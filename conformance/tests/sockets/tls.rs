//! Servers over TLS: a relay decrypts for a server of this process.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use h2_conformance::catalog;
use h2_conformance::endpoint::{handshakes, Endpoint, Options, Remote, Unusable};
use h2_conformance::judge::Outcome;
use h2_conformance::subject::{RunningServer, SOCKET};
use h2_conformance::suite::{play, play_all, Played, Target};
use h2_conformance::transport::listening::Listening;
use h2_conformance::transport::trust::Trust;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::io::{copy, split, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::{ring, CryptoProvider};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::AT_A_TIME;

/// An authority, and what it has issued, as PEM files.
struct Authority {
    dir: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
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
        self.server_with(ring::default_provider(), name, protocols, asks_for_certificate)
    }

    fn server_with(
        &self,
        provider: CryptoProvider,
        name: &str,
        protocols: &[&str],
        asks_for_certificate: bool,
    ) -> TlsAcceptor {
        let (cert_file, key_file) = self.issue(name);
        let provider = Arc::new(provider);
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
    fork: RunningServer,
}

fn encrypted(acceptor: TlsAcceptor) -> Encrypted {
    let subject = SOCKET.iter().find(|subject| subject.name == "patched").expect("the fork");
    let fork = (subject.start)(Listening::CLEAR).expect("a server");
    let to = fork.addr;
    let relay = RunningServer::start(Listening::CLEAR, move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(outside) = acceptor.accept(stream).await else { return };
            let Ok(inside) = TcpStream::connect(to).await else { return };
            let (mut from_peer, mut to_peer) = split(outside);
            let (mut from_fork, mut to_fork) = split(inside);
            let there = async {
                // The fork may not listen any more, and still has something to say.
                let _ = copy(&mut from_peer, &mut to_fork).await;
                let _ = to_fork.shutdown().await;
                std::future::pending::<()>().await;
            };
            let back = async {
                let _ = copy(&mut from_fork, &mut to_peer).await;
                let _ = to_peer.shutdown().await;
            };
            tokio::select! {
                () = there => {}
                () = back => {}
            }
        }
    });
    Encrypted { relay: relay.expect("a server"), fork }
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
    let authority = Authority::new("one");
    let server = encrypted(authority.server("127.0.0.1", &["h2"], false));
    let trust = Trust { authorities: Some(authority.file()), ..Trust::default() };
    let encrypted = endpoint(&server, &trust);
    let baseline = encrypted.check(Options::default()).expect("it answers");
    let encrypted = Remote::elsewhere(encrypted, Options::default(), baseline);
    let clear = Endpoint::parse(&format!("http://{}", server.fork.addr), &Trust::default()).expect("a URL");
    let clear = Remote::elsewhere(clear, Options::default(), baseline);
    let cases: Vec<_> = catalog::all().into_iter().filter(|case| encrypted.skips(case).is_none()).collect();
    assert!(cases.len() > 400, "{} cases", cases.len());
    let results = play_all(&cases, &[&encrypted, &clear], AT_A_TIME, &|_| {});
    for (case, results) in cases.iter().zip(&results) {
        let [encrypted, clear] = [&results[0], &results[1]].map(|played| {
            let verdict = &played.run().expect("not skipped").verdict;
            (verdict.outcome, verdict.reason.clone())
        });
        assert_eq!(encrypted, clear, "{}", case.id);
    }
}

#[test]
fn a_certificate_has_to_be_of_the_server_and_of_a_trusted_authority() {
    let (authority, other) = (Authority::new("one"), Authority::new("two"));
    let server = encrypted(authority.server("localhost", &["h2"], false));
    let trusting = |authority: &Authority| Trust { authorities: Some(authority.file()), ..Trust::default() };
    let why = refusal(&server, &trusting(&authority));
    assert!(why.contains("is not of 127.0.0.1; --sni"), "{why}");
    let why = refusal(&server, &Trust { server_name: Some("localhost".into()), ..trusting(&other) });
    assert!(why.contains("authority of the certificate is not known; --cacert"), "{why}");
    let named = Trust { server_name: Some("localhost".into()), ..trusting(&authority) };
    let any = Trust { any_certificate: true, ..Trust::default() };
    for trust in [named, any] {
        endpoint(&server, &trust).check(Options::default()).expect("it is trusted");
    }
}

#[test]
fn a_server_that_does_not_choose_h2_is_named() {
    let authority = Authority::new("one");
    let any = Trust { any_certificate: true, ..Trust::default() };
    let why = refusal(&encrypted(authority.server("localhost", &[], false)), &any);
    assert!(why.contains("chose no protocol by ALPN"), "{why}");
    let why = refusal(&encrypted(authority.server("localhost", &["http/1.1"], false)), &any);
    assert!(why.contains("does not take h2 by ALPN"), "{why}");
    let server = encrypted(authority.server("localhost", &["h2"], false));
    let clear = Endpoint::parse(&format!("https://{}", server.fork.addr), &any).expect("a URL");
    let Err(Unusable::Server(why)) = clear.check(Options::default()) else { panic!("it speaks no TLS") };
    assert!(why.contains("does not speak TLS"), "{why}");
}

#[test]
fn handshakes_are_judged() {
    let authority = Authority::new("one");
    let any = Trust { any_certificate: true, ..Trust::default() };
    let baseline = {
        let server = encrypted(authority.server("localhost", &["h2"], false));
        endpoint(&server, &any).check(Options::default()).expect("it answers")
    };
    let only = |part: &str| {
        let mut provider = ring::default_provider();
        provider.cipher_suites.retain(|cipher| format!("{:?}", cipher.suite()).contains(part));
        provider
    };
    // By each protocol list and each choice of cipher suites the cases that do not pass.
    for (provider, protocols, short) in [
        (ring::default_provider(), &["h2"][..], &[][..]),
        (ring::default_provider(), &["h2", "h2c"], &["tls/h2c-not-chosen"]),
        (ring::default_provider(), &["http/1.1", "h2"], &["tls/h2-beside-http1"]),
        (only("TLS13_"), &["h2"], &[]),
        (only("AES_256"), &["h2"], &["tls/mandatory-cipher"]),
    ] {
        let server = encrypted(authority.server_with(provider, "localhost", protocols, false));
        let remote = Remote::elsewhere(endpoint(&server, &any), Options::default(), baseline);
        let cases = handshakes::cases();
        let results = play_all(&cases, &[&remote], 1, &|_| {});
        let fails = cases.iter().zip(&results).filter_map(|(case, played)| {
            let verdict = &played[0].run().expect("not skipped").verdict;
            (verdict.outcome != Outcome::Pass).then_some(case.id)
        });
        assert_eq!(fails.collect::<Vec<_>>(), short, "{protocols:?}");
    }
}

/// A server that agrees on h2 with TLS 1.1 may still end the connection: that says nothing.
#[test]
fn an_old_version_that_is_agreed_on_shows_nothing() {
    let any = Trust { any_certificate: true, ..Trust::default() };
    let baseline = {
        let server = encrypted(Authority::new("one").server("localhost", &["h2"], false));
        endpoint(&server, &any).check(Options::default()).expect("it answers")
    };
    // ServerHello: TLS 1.1, random octets, no session, a cipher suite in CBC mode, no compression,
    // and h2 by ALPN.
    let mut hello = [&[3, 2][..], &[7; 32], &[0, 0xc0, 0x13, 0]].concat();
    hello.extend([0, 9, 0, 16, 0, 5, 0, 3, 2, b'h', b'2']);
    let length = hello.len() as u8;
    let answer = [&[22, 3, 2, 0, length + 4, 2, 0, 0, length][..], &hello].concat();
    let old = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://{}", old.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        for mut stream in old.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut stream, &answer);
            let _ = std::io::Read::read(&mut stream, &mut [0; 1024]);
        }
    });
    let remote = Remote::elsewhere(Endpoint::parse(&url, &any).expect("a URL"), Options::default(), baseline);
    for id in ["tls/version-1-1", "tls/prohibited-cipher"] {
        let case = handshakes::cases().into_iter().find(|case| case.id == id).expect("a case");
        let Played::Skipped(why) = play(&case, &remote) else { panic!("{id}: it agrees") };
        assert!(why.contains("cannot be seen"), "{why}");
    }
}

#[test]
fn a_handshake_has_a_limit() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let any = Trust { any_certificate: true, ..Trust::default() };
    let url = format!("https://{}", silent.local_addr().expect("it is bound"));
    let options = Options { timeout: Duration::from_millis(50) };
    let Err(Unusable::Server(why)) = Endpoint::parse(&url, &any).expect("a URL").check(options) else {
        panic!("it says nothing")
    };
    assert!(why.contains("no handshake within 50 ms"), "{why}");
}

#[test]
fn a_server_may_ask_for_a_certificate() {
    let authority = Authority::new("one");
    let server = encrypted(authority.server("localhost", &["h2"], true));
    let any = Trust { any_certificate: true, ..Trust::default() };
    let why = refusal(&server, &any);
    assert!(why.contains("--cert and --key"), "{why}");
    let known = Trust { identity: Some(authority.issue("client.test")), ..any };
    endpoint(&server, &known).check(Options::default()).expect("it is known");
}

#[test]
fn servers_of_this_process_encrypt_too() {
    for subject in SOCKET.iter().filter(|subject| subject.name != "upstream") {
        let listening = Listening::tls(std::net::Ipv4Addr::LOCALHOST.into()).expect("a certificate");
        let remote = Remote::start(subject, listening, Options::default()).expect("a server");
        let cases: Vec<_> = catalog::all().into_iter().filter(|case| case.topic() == "ping").collect();
        let results = play_all(&cases, &[&remote], AT_A_TIME, &|_| {});
        let played: Vec<_> = results.iter().filter_map(|played| played[0].run()).collect();
        assert!(played.len() >= 4, "{} cases", played.len());
        for run in played {
            assert_eq!(run.verdict.outcome, Outcome::Pass, "{}\n{}", subject.name, run.transcript);
        }
    }
}
