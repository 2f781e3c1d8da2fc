//! What an application may have dropped of messages that are malformed with it.

use crate::raw::*;

const CONNECTION: &[u8] = b"\x00\x0aconnection\x05close";
const TE_GZIP: &[u8] = b"\x00\x02te\x04gzip";
const TE_TRAILERS: &[u8] = b"\x00\x02te\x08trailers";
const KEEP_ALIVE: &[u8] = b"\x00\x0akeep-alive\x01\x35";
const PROXY: &[u8] = b"\x00\x10proxy-connection\x01x";
const ENCODING: &[u8] = b"\x00\x11transfer-encoding\x07chunked";
const UPGRADE: &[u8] = b"\x00\x07upgrade\x03h2c";
const FORBIDDEN: [&[u8]; 6] = [CONNECTION, TE_GZIP, KEEP_ALIVE, PROXY, ENCODING, UPGRADE];

const SOCKET: &[u8] = b"\x82\x86\x84\x01\x09/run/sock";
const HOST: &[u8] = b"\x00\x04host\x09localhost";
const AUTHORITY: &[u8] = b"\x01\x04test";

fn all() -> Vec<u8> {
    [&FORBIDDEN.concat()[..], TE_TRAILERS, TRAILERS].concat()
}

#[tokio::test]
async fn connection_fields_are_dropped_where_it_is_set() {
    let builder = server::Builder::new().drop_connection_fields(true).clone();
    let (mut server, mut peer) = serve(&builder, &[]).await;
    let trailers = headers(1, &[CONNECTION, TRAILERS].concat()).end();
    peer.send(&[headers(1, &[GET, &all()].concat()), trailers]).await;
    let (received, _respond) = server.request().await;
    let (head, mut body) = received.into_parts();
    assert_eq!(head.headers.len(), 2, "{head:?}");
    assert_eq!((&head.headers["te"], &head.headers["a"]), (&"trailers".parse().unwrap(), &"b".parse().unwrap()));
    let trailers = body.trailers().await.unwrap().expect("trailers came");
    assert_eq!((trailers.len(), trailers.contains_key("a")), (1, true));

    let builder = client::Builder::new().drop_connection_fields(true).clone();
    let (mut client, mut peer) = connect(&builder).await;
    let (response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;
    peer.send(&[headers(1, &[OK, &all()].concat()).end()]).await;
    assert_eq!(response.await.unwrap().headers().len(), 2);
}

#[tokio::test]
async fn each_connection_field_is_malformed_where_nothing_is_set() {
    for field in FORBIDDEN {
        let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
        peer.send(&[headers(1, &[GET, field].concat()).end()]).await;
        assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)]);
    }
}

#[tokio::test]
async fn what_is_dropped_counts_and_ends_the_pseudo_fields() {
    let builder = server::Builder::new().drop_connection_fields(true).max_header_list_size(200).clone();
    let (_server, mut peer) = serve(&builder, &[]).await;
    // A pseudo-header field behind a field that is dropped; and more than the limit, all dropped.
    let late = [b"\x82\x86\x84", CONNECTION, AUTHORITY].concat();
    peer.send(&[headers(1, &late).end()]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)]);
    let large = [GET, &CONNECTION.repeat(5)].concat();
    peer.send(&[headers(3, &large).end()]).await;
    let frames = peer.frames().await;
    // The answer is 431 and a reset, as for other fields.
    assert_eq!(count(&frames, HEADERS, 3), 1, "{frames:?}");
}

#[tokio::test]
async fn an_authority_that_is_none_is_dropped_where_it_is_set() {
    let builder = server::Builder::new().drop_invalid_authority(true).clone();
    let (mut server, mut peer) = serve(&builder, &[]).await;
    peer.send(&[headers(1, &[SOCKET, HOST].concat()).end(), headers(3, GET).end()]).await;
    let (first, _) = server.request().await;
    assert_eq!((first.uri().to_string().as_str(), &first.headers()["host"]), ("/", &"localhost".parse().unwrap()));
    let (second, _) = server.request().await;
    assert_eq!(second.uri().authority().unwrap(), "test");
}

#[tokio::test]
async fn an_authority_comes_once_and_a_connect_request_has_one() {
    let builder = server::Builder::new().drop_invalid_authority(true).clone();
    let connect = b"\x02\x07CONNECT\x01\x05/sock";
    for block in [&[SOCKET, AUTHORITY].concat()[..], &[GET, b"\x01\x05/sock"].concat(), connect] {
        let (_server, mut peer) = serve(&builder, &[]).await;
        peer.send(&[headers(1, block).end()]).await;
        assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)], "{block:?}");
    }
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, SOCKET).end()]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)]);
}
