use super::support::*;

const CONNECT: &[u8] = b"\x02\x07CONNECT";

#[tokio::test]
async fn connect_names_its_target() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    let with_target = [CONNECT, b"\x01\x06test:1"].concat();
    peer.send(&[headers(1, CONNECT), headers(3, &with_target)]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)]);
    assert_eq!(server.request().await.0.uri(), "test:1");
}
