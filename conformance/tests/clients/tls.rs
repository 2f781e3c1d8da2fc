//! The client's side of TLS, and what comes of it.

use std::sync::Arc;
use std::time::Duration;

use h2_conformance::catalog;
use h2_conformance::client::{plays, Client, Options};
use h2_conformance::judge::Outcome;
use h2_conformance::suite::{play_all, Played};
use h2_conformance::transport::listening::Listening;
use libtest_mimic::Failed;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::as_client::authority;
use super::{command, AT_A_TIME, AT_LEAST};

pub(super) async fn connect(words: &str) -> Result<TlsStream<TcpStream>, String> {
    connect_for(words, b"h2").await
}

/// Connects to an address and trusts a file, named together. An address alone trusts none.
pub(super) async fn connect_for(words: &str, protocol: &[u8]) -> Result<TlsStream<TcpStream>, String> {
    let (url, file) = words.split_once(' ').unwrap_or((words, ""));
    let mut roots = RootCertStore::empty();
    if !file.is_empty() {
        roots.add(CertificateDer::from_pem_file(file).expect("a certificate")).expect("an authority");
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("versions");
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(authority(url)).await.expect("a server");
    let name = ServerName::from(stream.peer_addr().expect("connected").ip());
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| error.to_string())
}

fn client(kind: &str, address: &str) -> Result<Client, String> {
    let options = Options { timeout: Duration::from_millis(1000), ..Options::default() };
    let mut words = command(kind);
    words[3] = address.to_owned();
    Client::new(words, Listening::tls(options.listen)?, options)?.check()
}

/// The fork passes every case over TLS as it does in clear text.
pub(super) fn the_fork_passes_over_tls() -> Result<(), Failed> {
    let client = client("patched-tls", "{url} {cacert}")?;
    let cases: Vec<_> = catalog::all().into_iter().filter(plays).collect();
    let mut played = 0;
    for (case, results) in cases.iter().zip(play_all(&cases, &[&client], AT_A_TIME, &|_| {})) {
        let Played::Ran(run) = &results[0] else { continue };
        played += 1;
        if run.verdict.outcome != Outcome::Pass {
            return Err(format!("{}: {}\n{}", case.id, run.verdict.reason, run.transcript).into());
        }
    }
    match played {
        AT_LEAST.. => Ok(()),
        _ => Err(format!("{played} cases").into()),
    }
}

pub(super) fn what_is_wrong_with_tls_is_one_line() -> Result<(), Failed> {
    for (kind, address, complaint) in [
        ("patched-tls", "{url}", "does not trust the certificate"),
        ("patched-tls-http1", "{url} {cacert}", "does not name h2 by ALPN"),
        ("patched", "{url}", "does not speak TLS"),
    ] {
        match client(kind, address) {
            Err(line) if line.contains(complaint) && !line.contains('\n') => {}
            found => return Err(format!("{kind}: {found:?}").into()),
        }
    }
    let words = command("patched").into_iter().chain(["{cacert}".to_owned()]).collect();
    match Client::new(words, Listening::CLEAR, Options::default()) {
        Err(line) if line.contains("--tls") => Ok(()),
        found => Err(format!("{found:?}").into()),
    }
}
