use super::support::*;

/// Sends a request that has ended, and then `late` on the same stream.
async fn after_the_end_of_a_request(late: Frame) {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let _unanswered = server.request().await;

    peer.send(&[late]).await;
    let frames = peer.frames().await;
    assert_eq!(goaway(&frames), None);
    assert_eq!(resets(&frames), [(1, Reason::STREAM_CLOSED)]);
    assert!(peer.ping().await);
}

#[tokio::test]
async fn data_after_the_end_of_a_request_is_a_stream_error() {
    after_the_end_of_a_request(data(1, 10)).await;
}

#[tokio::test]
async fn trailers_after_the_end_of_a_request_are_a_stream_error() {
    after_the_end_of_a_request(headers(1, TRAILERS).end()).await;
}

#[tokio::test]
async fn data_on_a_stream_that_both_sides_have_ended_is_a_connection_error() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[(INITIAL_WINDOW_SIZE, 0)]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let (_request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    response.send_data(Bytes::from_static(b"body"), true).unwrap();

    peer.send(&[data(1, 10)]).await;
    assert_eq!(goaway(&peer.frames().await), Some(Reason::STREAM_CLOSED));
}
