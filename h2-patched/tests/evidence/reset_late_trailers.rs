use super::support::*;

#[tokio::test]
async fn trailers_of_a_refused_request_are_no_connection_error() {
    let mut builder = server::Builder::new();
    builder.max_concurrent_streams(1);
    let (_server, mut peer) = serve(&builder, &[]).await;
    peer.send(&[headers(1, POST)]).await;

    peer.send(&[headers(3, POST), headers(3, TRAILERS).end()]).await;
    let frames = peer.frames().await;
    assert_eq!(goaway(&frames), None);
    assert_eq!(resets(&frames).first(), Some(&(3, Reason::REFUSED_STREAM)));
    assert!(peer.ping().await);
}

#[tokio::test]
async fn a_request_with_an_old_identifier_is_a_connection_error() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(5, POST), headers(3, POST)]).await;
    assert_eq!(goaway(&peer.frames().await), Some(Reason::PROTOCOL_ERROR));
}
