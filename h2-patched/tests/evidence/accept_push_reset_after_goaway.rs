use super::support::*;

#[tokio::test]
async fn a_client_may_decline_a_push_after_the_goaway_of_the_server() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST)]).await;
    let (_request, mut respond) = server.request().await;
    let mut pushed = respond.push_request(request()).unwrap();
    server.call(|connection| connection.graceful_shutdown());
    assert_eq!(goaway(&peer.frames().await), Some(Reason::NO_ERROR));

    peer.send(&[rst_stream(2, Reason::CANCEL)]).await;
    peer.frames().await;
    assert!(pushed.send_response(Response::new(()), true).is_err());
    assert_eq!(peer.frames().await, []);
}
