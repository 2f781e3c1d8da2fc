use super::support::*;

use std::time::Duration;

#[tokio::test]
async fn a_handle_of_an_ended_stream_does_not_end_the_retention_of_its_reset() {
    let mut builder = server::Builder::new();
    builder.reset_stream_duration(Duration::from_secs(3_600));
    let (mut server, mut peer) = serve(&builder, &[]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let (request, mut respond) = server.request().await;
    let response = respond.send_response(Response::new(()), true).unwrap();
    peer.frames().await;

    peer.send(&[data(1, 1)]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::STREAM_CLOSED)]);
    peer.send(&[data(1, 1)]).await;
    assert_eq!(resets(&peer.frames().await), [], "the reset is retained");

    drop((request, respond, response));
    peer.send(&[data(1, 1)]).await;
    assert_eq!(resets(&peer.frames().await), [], "the reset is still retained");
}
