//! A window above 2^31-1 octets is refused where it is set, in words that name it.

use std::panic::{catch_unwind, AssertUnwindSafe};

use bytes::Bytes;
use h2::{client, server};
use h2_conformance::wire::build::post;
use tokio::io::{duplex, AsyncWriteExt, DuplexStream};

const LARGEST: u32 = (1 << 31) - 1;

/// EventKind `set` says to a size that is too large by one; the largest is taken.
fn refusal<T>(mut set: impl FnMut(u32) -> T) -> String {
    set(LARGEST);
    let panic = catch_unwind(AssertUnwindSafe(|| set(LARGEST + 1))).err().expect("it is refused");
    panic.downcast::<String>().map_or_else(|_| "no words".into(), |words| *words)
}

fn assert_is_refused<T>(set: impl FnMut(u32) -> T) {
    let words = refusal(set);
    assert!(words.contains("2147483648 octets") && words.contains("2147483647"), "{words}");
}

async fn server_connection() -> (server::Connection<DuplexStream, Bytes>, DuplexStream) {
    let (here, mut peer) = duplex(1 << 16);
    let empty_settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    peer.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("the pipe has room");
    peer.write_all(&empty_settings).await.expect("the pipe has room");
    (server::handshake(here).await.expect("the preface is there"), peer)
}

#[test]
fn a_client_builder_refuses_it() {
    assert_is_refused(|octets| {
        client::Builder::new().initial_window_size(octets);
    });
    assert_is_refused(|octets| {
        client::Builder::new().initial_connection_window_size(octets);
    });
}

#[test]
fn a_server_builder_refuses_it() {
    assert_is_refused(|octets| {
        server::Builder::new().initial_window_size(octets);
    });
    assert_is_refused(|octets| {
        server::Builder::new().initial_connection_window_size(octets);
    });
}

#[tokio::test]
async fn a_client_connection_refuses_it() {
    let (here, _peer) = duplex(1 << 16);
    let (_requests, mut connection) = client::handshake(here).await.expect("a client does not wait for its peer");
    assert_is_refused(|octets| connection.set_initial_window_size(octets));
    assert_is_refused(|octets| connection.set_target_window_size(octets));
}

#[tokio::test]
async fn a_server_connection_refuses_it() {
    let (mut connection, _peer) = server_connection().await;
    assert_is_refused(|octets| connection.set_initial_window_size(octets));
    assert_is_refused(|octets| connection.set_target_window_size(octets));
}

#[tokio::test]
async fn a_stream_refuses_it() {
    let (mut connection, mut peer) = server_connection().await;
    let mut request = Vec::new();
    post(1).encode(&mut request);
    peer.write_all(&request).await.expect("the pipe has room");
    let (request, _respond) = connection.accept().await.expect("a request is there").expect("it is well-formed");
    let mut body = request.into_body();
    assert_is_refused(|octets| body.flow_control().set_target_window_size(octets));
}
