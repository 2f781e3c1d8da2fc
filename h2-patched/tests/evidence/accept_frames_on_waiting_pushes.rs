use super::support::*;

/// Promises stream 2 to a peer that allows no streams, so that the response to it waits.
async fn push_that_waits() -> (server::SendResponse<Bytes>, Server, Peer) {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[(MAX_CONCURRENT_STREAMS, 0)]).await;
    peer.send(&[headers(1, POST)]).await;
    let (_request, mut respond) = server.request().await;
    let mut pushed = respond.push_request(request()).unwrap();
    pushed.send_response(Response::new(()), true).unwrap();
    assert_eq!(count(&peer.frames().await, PUSH_PROMISE, 1), 1);
    (respond, server, peer)
}

#[tokio::test]
async fn a_client_may_grant_window_to_a_push_that_waits_for_a_place() {
    let (_respond, _server, mut peer) = push_that_waits().await;
    peer.send(&[window_update(2, 1_000)]).await;
    assert_eq!(goaway(&peer.frames().await), None);
    peer.send(&[settings(&[(MAX_CONCURRENT_STREAMS, 1)])]).await;
    assert_eq!(count(&peer.frames().await, HEADERS, 2), 1);
}

#[tokio::test]
async fn a_client_may_decline_a_push_that_waits_for_a_place() {
    let (_respond, _server, mut peer) = push_that_waits().await;
    peer.send(&[rst_stream(2, Reason::CANCEL)]).await;
    assert_eq!(goaway(&peer.frames().await), None);
    peer.send(&[settings(&[(MAX_CONCURRENT_STREAMS, 1)])]).await;
    assert_eq!(count(&peer.frames().await, HEADERS, 2), 0);
    assert!(peer.ping().await);
}

#[tokio::test]
async fn a_stream_whose_promise_is_not_sent_is_idle() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let (_request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    response.send_data(vec![0; 16_384].into(), false).unwrap();
    rest().await;

    let _pushed = respond.push_request(request()).unwrap();
    peer.send(&[window_update(2, 1_000)]).await;
    assert_eq!(goaway(&peer.frames().await), Some(Reason::PROTOCOL_ERROR));
}
