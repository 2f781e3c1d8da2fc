use super::support::*;

#[tokio::test]
async fn whitespace_at_the_ends_of_a_value_is_malformed() {
    for value in [&b"\x02 a"[..], b"\x02a ", b"\x02\ta", b"\x02a\t", b"\x01 "] {
        let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
        peer.send(&[headers(1, &[GET, b"\x00\x01x", value].concat()).end()]).await;
        let frames = peer.frames().await;
        assert_eq!(resets(&frames), [(1, Reason::PROTOCOL_ERROR)]);
        assert_eq!(goaway(&frames), None);
    }
}

#[tokio::test]
async fn whitespace_inside_a_value_and_an_empty_value_are_not() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    let block = [GET, b"\x00\x01x\x03a b", b"\x00\x01y\x00"].concat();
    peer.send(&[headers(1, &block).end()]).await;
    let request = server.request().await.0;
    assert_eq!(request.headers()["x"], "a b");
    assert_eq!(request.headers()["y"], "");
}
