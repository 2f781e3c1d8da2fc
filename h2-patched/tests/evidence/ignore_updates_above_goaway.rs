use super::support::*;

#[tokio::test]
async fn a_window_update_above_the_last_stream_is_ignored() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let (_request, mut respond) = server.request().await;
    server.call(|connection| connection.graceful_shutdown());
    // The answer to its PING has it name stream 1.
    peer.frames().await;

    peer.send(&[headers(3, POST), window_update(3, 100)]).await;
    assert_eq!(goaway(&peer.frames().await), None);
    respond.send_response(Response::new(()), true).unwrap();
    assert_eq!(count(&peer.frames().await, HEADERS, 1), 1);
}
