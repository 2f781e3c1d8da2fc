//! A server over TLS.

use std::sync::Arc;

use h2_benches::load::{parse, run};
use h2_conformance_wire::build::{response, settings};
use h2_conformance_wire::{code::kind, PeerReader};
use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

/// A server with a certificate that it issued itself, which answers every request.
fn serve(protocol: &[u8]) -> u16 {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate").der().clone();
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let mut config = builder.with_single_cert(vec![certificate], key).expect("they belong together");
    config.alpn_protocols = vec![protocol.to_vec()];
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let acceptor = TlsAcceptor::from(Arc::new(config));
            loop {
                let (socket, _) = listener.accept().await?;
                // A client that does not like the certificate is told no more.
                if let Ok(mut stream) = acceptor.accept(socket).await {
                    let (mut reader, mut octets) = (PeerReader::new(true), [0; 4096]);
                    stream.write_all(&settings().to_bytes()).await?;
                    stream.flush().await?;
                    while let Ok(length @ 1..) = stream.read(&mut octets).await {
                        for frame in reader.read(&octets[..length]).iter().filter(|frame| frame.kind == kind::HEADERS) {
                            stream.write_all(&response(frame.stream, 200).end_stream().to_bytes()).await?;
                        }
                        stream.flush().await?;
                    }
                }
            }
            #[allow(unreachable_code)]
            Ok::<(), std::io::Error>(())
        })
    });
    port
}

#[track_caller]
fn load(port: u16, words: &str) -> String {
    let words = format!("https://localhost:{port}/ --requests 40 --connections 2 {words}");
    let order = parse(words.split_whitespace().map(Into::into)).expect("it is right").expect("it is no call for help");
    run(order.plan, order.endpoint).expect("the environment works").to_string()
}

#[test]
fn a_server_over_tls_is_loaded() {
    let port = serve(b"h2");
    let report = load(port, "--insecure");
    assert!(report.starts_with("40 answered, 0 failed"), "{report}");
    let report = load(port, "");
    assert!(report.contains("40  refused") && report.contains("first: TLS: "), "{report}");
}

#[test]
fn a_server_without_h2_is_refused() {
    let report = load(serve(b"http/1.1"), "--insecure");
    assert!(report.contains("40  refused") && report.contains("h2 by ALPN"), "{report}");
}
