use super::support::*;

use tokio::io::{duplex, AsyncWriteExt};

#[tokio::test]
async fn a_server_that_answers_in_http_1_is_named() {
    let (endpoint, mut peer) = duplex(1000);
    let (_client, connection) = client::handshake(endpoint).await.unwrap();
    peer.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    let error = connection.await.unwrap_err().to_string();
    assert!(error.contains("the peer answered with HTTP/1"), "{error}");
}

#[tokio::test]
async fn a_client_without_a_preface_is_named() {
    let (endpoint, mut peer) = duplex(1000);
    peer.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").await.unwrap();
    let error = server::handshake(endpoint).await.unwrap_err().to_string();
    assert!(error.contains("the peer sent no HTTP/2 preface"), "{error}");
}
