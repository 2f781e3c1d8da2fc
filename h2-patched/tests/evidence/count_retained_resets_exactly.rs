use super::support::*;

use std::time::Duration;

#[tokio::test]
async fn a_retention_that_ends_before_its_reset_is_sent_makes_room_for_the_next() {
    let retention = Duration::from_secs(1);
    let mut builder = server::Builder::new();
    builder.max_concurrent_reset_streams(1).reset_stream_duration(retention);
    let (mut server, mut peer) = serve(&builder, &[(INITIAL_WINDOW_SIZE, 0)]).await;

    // The reset of stream 1 waits behind a response that waits for window.
    peer.send(&[headers(1, POST)]).await;
    let (request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    response.send_data(Bytes::from_static(b"body"), true).unwrap();
    drop((request, respond, response));
    assert_eq!(resets(&peer.frames().await), []);

    // The retention is measured with the system's clock, which no test can move.
    std::thread::sleep(retention + Duration::from_millis(10));
    peer.send(&[headers(3, POST), window_update(1, 100)]).await;
    drop(server.request().await);
    assert_eq!(resets(&peer.frames().await), [(1, Reason::NO_ERROR), (3, Reason::CANCEL)]);

    peer.send(&[data(3, 1), data(3, 1)]).await;
    assert_eq!(resets(&peer.frames().await), [], "the reset of stream 3 is retained");
}
