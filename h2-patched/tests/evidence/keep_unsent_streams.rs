use super::support::*;

/// Drops the handle of a promised stream before the promise is written, which waits behind DATA
/// that the peer does not read.
async fn promise_and_drop(builder: &server::Builder) {
    let (mut server, mut peer) = serve(builder, &[]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let (request_1, mut respond) = server.request().await;
    drop(request_1);
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    response.send_data(vec![0; 16_384].into(), false).unwrap();
    rest().await;

    drop(respond.push_request(request()).unwrap());
    let frames = peer.frames().await;
    assert_eq!(count(&frames, PUSH_PROMISE, 1), 1);
    assert_eq!(resets(&frames), [(2, Reason::CANCEL)]);
}

#[tokio::test]
async fn a_promised_stream_that_was_dropped_is_reset_behind_its_promise() {
    promise_and_drop(&server::Builder::new()).await;
}

#[tokio::test]
async fn a_promised_stream_is_kept_where_no_reset_stream_is_retained() {
    let mut builder = server::Builder::new();
    builder.max_concurrent_reset_streams(0);
    promise_and_drop(&builder).await;
}

#[tokio::test]
async fn a_reset_by_the_peer_makes_room_before_our_own_is_sent() {
    let mut builder = server::Builder::new();
    builder.max_concurrent_reset_streams(0).max_concurrent_streams(2);
    let (mut server, mut peer) = serve(&builder, &[]).await;
    peer.send(&[headers(1, GET).end(), headers(3, POST)]).await;
    let (_request_1, mut respond_1) = server.request().await;
    let request_3 = server.request().await;
    let mut response = respond_1.send_response(Response::new(()), false).unwrap();
    response.send_data(vec![0; 16_384].into(), false).unwrap();
    rest().await;

    drop(request_3);
    peer.send(&[rst_stream(3, Reason::CANCEL), headers(5, GET).end()]).await;
    let frames = peer.frames().await;
    assert_eq!(resets(&frames), []);
}

#[tokio::test]
async fn a_stream_whose_promise_is_never_sent_is_over() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, GET).end(), headers(3, GET).end()]).await;
    let (_request_1, mut respond_1) = server.request().await;
    let (_request_3, mut respond_3) = server.request().await;
    let mut response = respond_1.send_response(Response::new(()), false).unwrap();
    response.send_data(vec![0; 16_384].into(), false).unwrap();
    rest().await;

    // The promise waits behind DATA that the peer does not read, and its stream is reset.
    let mut push = respond_3.push_request(request()).unwrap();
    peer.send(&[rst_stream(3, Reason::CANCEL)]).await;
    rest().await;
    assert!(push.send_response(Response::new(()), true).is_err());
    let frames = peer.frames().await;
    assert_eq!((count(&frames, PUSH_PROMISE, 3), count(&frames, HEADERS, 2)), (0, 0));
}
