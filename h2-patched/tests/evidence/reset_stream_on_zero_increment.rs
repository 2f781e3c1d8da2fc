use super::support::*;

#[tokio::test]
async fn an_increment_of_zero_is_an_error_of_its_stream() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST), headers(3, POST), window_update(3, 0)]).await;
    let frames = peer.frames().await;
    assert_eq!(goaway(&frames), None);
    assert_eq!(resets(&frames), [(3, Reason::PROTOCOL_ERROR)]);
    assert!(peer.ping().await);
}

#[tokio::test]
async fn an_increment_of_zero_on_the_connection_is_a_connection_error() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[window_update(0, 0)]).await;
    assert_eq!(goaway(&peer.frames().await), Some(Reason::PROTOCOL_ERROR));
}
