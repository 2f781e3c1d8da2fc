use super::support::*;

#[tokio::test]
async fn nothing_is_promised_behind_the_end_of_a_response() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[(INITIAL_WINDOW_SIZE, 0)]).await;
    peer.send(&[headers(1, POST)]).await;
    let (_request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    response.send_data(Bytes::from_static(b"body"), true).unwrap();

    assert!(respond.push_request(request()).is_err(), "END_STREAM waits for window");
    peer.send(&[window_update(1, 100)]).await;
    assert_eq!(count(&peer.frames().await, DATA, 1), 1);
    assert!(respond.push_request(request()).is_err(), "END_STREAM is sent");
    assert_eq!(peer.frames().await, []);
}

#[tokio::test]
async fn nothing_is_promised_on_a_stream_that_was_reset() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST)]).await;
    let (_request, mut respond) = server.request().await;
    peer.send(&[rst_stream(1, Reason::CANCEL)]).await;
    assert_eq!(peer.frames().await, []);

    assert!(respond.push_request(request()).is_err());
    assert_eq!(peer.frames().await, []);
}
