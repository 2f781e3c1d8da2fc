use super::support::*;

const ENABLE_PUSH: u16 = 2;

#[tokio::test]
async fn a_server_does_not_enable_push() {
    let (_client, mut peer) = connect(&client::Builder::new()).await;
    peer.send(&[settings(&[(ENABLE_PUSH, 1)])]).await;
    assert_eq!(goaway(&peer.frames().await), Some(Reason::PROTOCOL_ERROR));
}

#[tokio::test]
async fn a_server_may_disable_it_and_a_client_enable_it() {
    let (_client, mut peer) = connect(&client::Builder::new()).await;
    peer.send(&[settings(&[(ENABLE_PUSH, 0)])]).await;
    assert_eq!(goaway(&peer.frames().await), None);

    let (_server, mut peer) = serve(&server::Builder::new(), &[(ENABLE_PUSH, 1)]).await;
    assert!(peer.ping().await);
}
