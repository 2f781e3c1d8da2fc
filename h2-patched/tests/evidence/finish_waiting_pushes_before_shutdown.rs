use super::support::*;

#[tokio::test]
async fn a_graceful_shutdown_waits_for_a_promised_response_that_waits_for_a_place() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[(MAX_CONCURRENT_STREAMS, 0)]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let (_request, mut respond) = server.request().await;
    let mut pushed = respond.push_request(request()).unwrap();
    pushed.send_response(Response::new(()), true).unwrap();

    server.call(|connection| connection.graceful_shutdown());
    respond.send_response(Response::new(()), true).unwrap();
    assert_eq!(count(&peer.frames().await, HEADERS, 1), 1);

    peer.send(&[settings(&[(MAX_CONCURRENT_STREAMS, 1)])]).await;
    assert_eq!(count(&peer.frames().await, HEADERS, 2), 1);
    assert!(server.task.is_finished(), "no stream is left");
}
