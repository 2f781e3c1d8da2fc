use super::support::*;

use std::sync::Arc;
use std::task::{Context, Poll, Wake};

struct Task;

impl Wake for Task {
    fn wake(self: Arc<Self>) {}
}

#[tokio::test]
async fn a_reset_is_reported_while_the_end_of_the_response_waits_for_window() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let (_request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    let content = Bytes::from(vec![0; 70_000]);
    response.send_data(content, true).unwrap();
    peer.frames().await;

    peer.send(&[rst_stream(1, Reason::CANCEL)]).await;
    peer.frames().await;
    let waker = Arc::new(Task).into();
    let reported = response.poll_reset(&mut Context::from_waker(&waker));
    assert!(matches!(reported, Poll::Ready(Ok(Reason::CANCEL))));
}

/// Answers request 1 early, with a body that waits for window, and lets the peer reset the stream.
async fn reset_a_blocked_response(builder: &server::Builder) -> (Server, Peer) {
    let (mut server, mut peer) = serve(builder, &[(INITIAL_WINDOW_SIZE, 0)]).await;
    peer.send(&[headers(1, POST)]).await;
    let (request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    response.send_data(Bytes::from_static(b"body"), true).unwrap();
    drop((request, respond, response));
    peer.frames().await;
    peer.send(&[rst_stream(1, Reason::CANCEL)]).await;
    (server, peer)
}

#[tokio::test]
async fn a_reset_by_the_peer_frees_the_place_of_a_blocked_response() {
    let mut builder = server::Builder::new();
    builder.max_concurrent_streams(1);
    let (mut server, mut peer) = reset_a_blocked_response(&builder).await;

    peer.send(&[headers(3, GET).end()]).await;
    assert_eq!(resets(&peer.frames().await), [], "stream 3 has a place");
    server.request().await;
}

#[tokio::test]
async fn a_reset_by_the_peer_lets_a_graceful_shutdown_end() {
    let (server, mut peer) = reset_a_blocked_response(&server::Builder::new()).await;

    server.call(|connection| connection.graceful_shutdown());
    peer.frames().await;
    assert!(server.task.is_finished(), "no stream is open");
}
