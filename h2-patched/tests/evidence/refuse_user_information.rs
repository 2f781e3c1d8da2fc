use super::support::*;

#[tokio::test]
async fn an_authority_has_no_user_information() {
    for scheme in [b"\x86", b"\x87"] {
        let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
        let block = [b"\x82\x84", &scheme[..], b"\x01\x08u:p@test"].concat();
        peer.send(&[headers(1, &block).end()]).await;
        assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)]);
    }
}

#[tokio::test]
async fn the_authority_of_another_scheme_may_have_it() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    let block = b"\x82\x84\x06\x03ftp\x01\x06u@test";
    peer.send(&[headers(1, block).end()]).await;
    assert_eq!(server.request().await.0.uri().host(), Some("test"));
}
