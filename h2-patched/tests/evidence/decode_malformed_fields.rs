use super::support::*;

/// A literal without indexing, whose value has NUL in it.
const BAD: &[u8] = b"\x00\x05x-bad\x02a\0";

fn bad(block: &[u8]) -> Vec<u8> {
    [block, BAD].concat()
}

#[tokio::test]
async fn a_malformed_field_is_an_error_of_its_stream() {
    let malformed: [(&str, &[u8]); 9] = [
        ("upper case", b"\x00\x01X\x011"),
        ("a space in a name", b"\x00\x03a b\x011"),
        ("a colon in a name", b"\x00\x03a:b\x011"),
        ("no name", b"\x00\x00\x011"),
        ("an unknown pseudo-header field", b"\x00\x02:a\x011"),
        ("a line break in a value", b"\x00\x01a\x03b\r\n"),
        ("a method with a space", b"\x02\x03a b"),
        ("a status of two digits", b"\x08\x0220"),
        ("an authority that is no UTF-8", b"\x01\x01\xff"),
    ];
    for (what, field) in malformed {
        let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
        peer.send(&[headers(1, &[field, GET].concat()).end(), headers(3, GET).end()]).await;
        let frames = peer.frames().await;
        assert_eq!(resets(&frames), [(1, Reason::PROTOCOL_ERROR)], "{what}");
        assert_eq!(goaway(&frames), None, "{what}");
        assert_eq!(server.request().await.0.uri().host(), Some("test"), "{what}");
    }
}

#[tokio::test]
async fn the_table_keeps_a_malformed_field() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    let remembering = [GET, b"\x40\x05x-bad\x02a\0", b"\x40\x06x-good\x011"].concat();
    // The good entry, and the name of the malformed one with another value.
    let remembered = [GET, b"\xbe\x0f\x30\x012"].concat();
    let repeated = [GET, b"\xbf"].concat();
    let requests = [headers(1, &remembering), headers(3, &repeated), headers(5, &remembered)];
    peer.send(&requests.map(|request| request.end())).await;

    let refused = [(1, Reason::PROTOCOL_ERROR), (3, Reason::PROTOCOL_ERROR)];
    assert_eq!(resets(&peer.frames().await), refused);
    let request = server.request().await.0;
    assert_eq!(request.headers()["x-good"], "1");
    assert_eq!(request.headers()["x-bad"], "2");
}

#[tokio::test]
async fn a_malformed_field_takes_room_in_the_table() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    let remembering = [GET, b"\x40\x05x-bad\x02a\0"].concat();
    // A table of 39 octets holds it, and one of 38 does not.
    let with_39 = [b"\x3f\x08", GET, b"\xbe"].concat();
    let with_38 = [b"\x3f\x07", GET, b"\xbe"].concat();
    peer.send(&[headers(1, &remembering), headers(3, &with_39)]).await;
    let frames = peer.frames().await;
    assert_eq!(resets(&frames).len(), 2);
    assert_eq!(goaway(&frames), None);
    peer.send(&[headers(5, &with_38)]).await;
    assert!(goaway(&peer.frames().await).is_some());
}

#[tokio::test]
async fn a_block_of_malformed_fields_is_limited() {
    let mut builder = server::Builder::new();
    builder.max_header_list_size(1_000);
    let (_server, mut peer) = serve(&builder, &[]).await;
    peer.send(&[headers(1, &[GET, &BAD.repeat(110)].concat()).end()]).await;
    assert_eq!(goaway(&peer.frames().await), Some(Reason::ENHANCE_YOUR_CALM));
}

#[tokio::test]
async fn malformed_requests_are_limited() {
    let mut builder = server::Builder::new();
    builder.max_local_error_reset_streams(Some(10));
    let (_server, mut peer) = serve(&builder, &[]).await;
    let requests: Vec<_> = (0..11).map(|n| headers(2 * n + 1, &bad(GET)).end()).collect();
    peer.send(&requests[..10]).await;
    let frames = peer.frames().await;
    assert_eq!((resets(&frames).len(), goaway(&frames)), (10, None));
    peer.send(&requests[10..]).await;
    assert_eq!(goaway(&peer.frames().await), Some(Reason::ENHANCE_YOUR_CALM));
}

#[tokio::test]
async fn content_of_a_malformed_request_costs_no_credit() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, &bad(POST))]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)]);
    let mut returned = 0;
    for _ in 0..4 {
        peer.send(&[data(1, 10_000)]).await;
        returned += credit(&peer.frames().await, 0);
    }
    assert!(returned >= 30_000, "{returned}");
}

#[tokio::test]
async fn a_response_with_a_malformed_field_leaves_others_alone() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (bad_response, _) = client.send_request(request(), true).unwrap();
    let (response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;
    peer.send(&[headers(1, &bad(OK)).end(), headers(3, OK).end()]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)]);
    let error = soon(bad_response).await.unwrap().unwrap_err();
    assert_eq!(error.reason(), Some(Reason::PROTOCOL_ERROR));
    assert!(soon(response).await.unwrap().is_ok());
}
