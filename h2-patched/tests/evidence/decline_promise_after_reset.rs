use super::support::*;

use std::time::Duration;

/// A client that retains a reset stream for longer than a test takes.
fn builder() -> client::Builder {
    let mut builder = client::Builder::new();
    builder.reset_stream_duration(Duration::from_secs(3_600));
    builder
}

/// Promises a response on a request that was reset, and sends it.
async fn promise_late(peer: &mut Peer) {
    assert_eq!(resets(&peer.frames().await), [(1, Reason::CANCEL)]);
    peer.send(&[push_promise(1, 2), headers(2, OK), data(2, 16_000), data(2, 16_000)]).await;
    let frames = peer.frames().await;
    assert_eq!(goaway(&frames), None);
    assert_eq!(resets(&frames), [(2, Reason::CANCEL)]);
    assert_eq!(credit(&frames, 0), 32_000);
    assert!(peer.ping().await);
}

#[tokio::test]
async fn a_promise_that_crosses_the_reset_of_its_request_is_declined() {
    let (mut client, mut peer) = connect(&builder()).await;
    let (_response, mut upload) = client.send_request(request(), false).unwrap();
    peer.frames().await;
    upload.send_reset(Reason::CANCEL);
    promise_late(&mut peer).await;
}

#[tokio::test]
async fn a_promise_that_crosses_the_drop_of_its_request_is_declined() {
    let (mut client, mut peer) = connect(&builder()).await;
    let request = client.send_request(request(), false).unwrap();
    peer.frames().await;
    drop(request);
    promise_late(&mut peer).await;
}
