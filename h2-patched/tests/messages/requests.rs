//! The peer's limit of concurrent streams, before and after it is known.

use crate::raw::*;

fn ask(client: &client::SendRequest<Bytes>) -> client::ResponseFuture {
    // A handle of its own, which does not wait for the requests of others.
    client.clone().send_request(request(), true).unwrap().0
}

fn requests(frames: &[Frame]) -> usize {
    (1..=1000).map(|stream| count(frames, HEADERS, stream)).sum()
}

#[tokio::test]
async fn a_burst_before_the_settings_is_not_refused() {
    let (client, mut peer) = connect_early(&client::Builder::new()).await;
    let _responses: Vec<_> = (0..103).map(|_| ask(&client)).collect();
    assert_eq!(requests(&peer.unanswered().await), 100);
    peer.send(&[settings(&[(MAX_CONCURRENT_STREAMS, 102)])]).await;
    assert_eq!(requests(&peer.frames().await), 2);
    peer.send(&[headers(1, OK).end()]).await;
    assert_eq!(requests(&peer.frames().await), 1);
}

#[tokio::test]
async fn a_builder_may_open_more_or_fewer_requests_before_the_settings() {
    for allowed in [0, 1, 150] {
        let builder = client::Builder::new().initial_max_send_streams(allowed).clone();
        let (client, mut peer) = connect_early(&builder).await;
        let _responses: Vec<_> = (0..200).map(|_| ask(&client)).collect();
        assert_eq!(requests(&peer.unanswered().await), allowed);
        // A server that sets no limit allows all.
        peer.send(&[settings(&[])]).await;
        assert_eq!(requests(&peer.frames().await), 200 - allowed);
    }
}

#[tokio::test]
async fn the_streams_that_the_peer_allows_are_told() {
    let (client, mut peer) = connect_early(&client::Builder::new()).await;
    assert_eq!(client.available_streams(), 100);
    peer.send(&[settings(&[(MAX_CONCURRENT_STREAMS, 3)])]).await;
    peer.frames().await;
    assert_eq!(client.available_streams(), 3);
    // Requests count at once, also those whose HEADERS are still to be written.
    let mut responses: Vec<_> = (0..2).map(|_| ask(&client)).collect();
    assert_eq!(client.available_streams(), 1);
    peer.frames().await;
    assert_eq!((client.available_streams(), client.would_wait()), (1, false));
    responses.extend((0..2).map(|_| ask(&client)));
    peer.frames().await;
    assert_eq!((client.available_streams(), client.would_wait()), (0, true));
    let limit = client.insight().local_streams().unwrap();
    assert_eq!((limit.active, limit.max), (3, 3));
    // The place of the first goes to the fourth, which waited.
    peer.send(&[headers(1, OK).end()]).await;
    peer.frames().await;
    assert!(client.would_wait());
    peer.send(&[headers(3, OK).end()]).await;
    peer.frames().await;
    assert_eq!(client.available_streams(), 1);
    peer.send(&[settings(&[(MAX_CONCURRENT_STREAMS, 1)])]).await;
    peer.frames().await;
    assert_eq!(client.available_streams(), 0);
}

#[tokio::test]
async fn no_stream_is_available_after_a_goaway() {
    let (client, mut peer) = connect(&client::Builder::new()).await;
    let _response = ask(&client);
    peer.frames().await;
    assert!(!client.would_wait());
    peer.send(&[frame(GOAWAY, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0])]).await;
    peer.frames().await;
    assert!(client.would_wait());
}
