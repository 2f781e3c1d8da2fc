use super::support::*;

use tokio::io::{duplex, AsyncWriteExt};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS_FRAME: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
const SETTINGS_ACK: &[u8] = b"\0\0\0\x04\x01\0\0\0\0";
const PING_FRAME: &[u8] = b"\0\0\x08\x06\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// The error of a server whose client sends this after the preface.
async fn error_after(octets: &[u8]) -> Option<Reason> {
    let (endpoint, mut pipe) = duplex(1 << 16);
    pipe.write_all(&[PREFACE, octets].concat()).await.unwrap();
    let mut connection = server::handshake(endpoint).await.ok()?;
    let _: &server::Connection<_, Bytes> = &connection;
    let error = soon(connection.accept()).await??.err()?;
    error.reason()
}

/// The error of a client whose server sends this.
async fn error_of_client_after(octets: &[u8]) -> Option<Reason> {
    let (endpoint, mut pipe) = duplex(1 << 16);
    pipe.write_all(octets).await.unwrap();
    let (_client, connection) = client::handshake(endpoint).await.unwrap();
    let error = soon(connection).await?.err()?;
    error.reason()
}

#[tokio::test]
async fn the_first_frame_is_settings() {
    for first in [PING_FRAME, SETTINGS_ACK] {
        assert_eq!(error_after(first).await, Some(Reason::PROTOCOL_ERROR));
        assert_eq!(error_of_client_after(first).await, Some(Reason::PROTOCOL_ERROR));
    }
}

#[tokio::test]
async fn what_follows_may_be_anything() {
    let frames = [SETTINGS_FRAME, SETTINGS_ACK, PING_FRAME].concat();
    assert_eq!(error_after(&frames).await, None);
    assert_eq!(error_of_client_after(&frames).await, None);
}
