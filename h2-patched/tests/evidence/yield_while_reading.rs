use super::support::*;

use std::future::poll_fn;
use std::task::Poll;

#[tokio::test]
async fn a_flood_is_read_in_parts() {
    let (mut connection, mut peer) = accept(&server::Builder::new(), &[]).await;
    let pings = vec![frame(PING, 0, 0, &[0; 8]); 500];
    peer.send(&pings).await;

    let mut answered = Vec::new();
    for _ in 0..10 {
        let polled = poll_fn(|cx| Poll::Ready(connection.poll_closed(cx).is_pending())).await;
        assert!(polled, "it goes on");
        answered.push(count(&peer.frames().await, PING, 0));
    }
    assert!(answered.iter().all(|pings| *pings < 200), "{answered:?}");
    assert_eq!(answered.iter().sum::<usize>(), 500);
}

#[tokio::test]
async fn a_flood_of_ignored_frames_is_read_in_parts() {
    let (mut connection, mut peer) = accept(&server::Builder::new(), &[]).await;
    let mut frames = vec![frame(0xbe, 0, 0, &[0; 8]); 500];
    frames.push(frame(PING, 0, 0, &[0; 8]));
    peer.send(&frames).await;

    let mut answered = Vec::new();
    for _ in 0..10 {
        let polled = poll_fn(|cx| Poll::Ready(connection.poll_closed(cx).is_pending())).await;
        assert!(polled, "it goes on");
        answered.push(count(&peer.frames().await, PING, 0));
    }
    assert_eq!(answered[..3], [0; 3]);
    assert_eq!(answered.iter().sum::<usize>(), 1);
}

#[tokio::test]
async fn a_flood_of_errors_of_a_stream_is_read_in_parts() {
    let (mut connection, mut peer) = accept(&server::Builder::new(), &[]).await;
    // A stream cannot depend on itself (RFC 7540 section 5.3.1).
    let mut frames = vec![frame(PRIORITY, 0, 1, &[0, 0, 0, 1, 0]); 500];
    frames.push(frame(PING, 0, 0, &[0; 8]));
    peer.send(&frames).await;

    let mut answered = Vec::new();
    for _ in 0..10 {
        let polled = poll_fn(|cx| Poll::Ready(connection.poll_closed(cx).is_pending())).await;
        assert!(polled, "it goes on");
        answered.push(count(&peer.frames().await, PING, 0));
    }
    assert_eq!(answered[..3], [0; 3]);
    assert_eq!(answered.iter().sum::<usize>(), 1);
}
