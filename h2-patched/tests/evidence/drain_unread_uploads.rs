use super::support::*;

#[tokio::test]
async fn an_upload_goes_on_when_it_is_answered_without_being_read() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST), data(1, 16_000), data(1, 16_000)]).await;
    let (request, mut respond) = server.request().await;
    let _response = respond.send_response(Response::new(()), false).unwrap();

    drop(request);
    let frames = peer.frames().await;
    assert_eq!((credit(&frames, 0), credit(&frames, 1)), (32_000, 32_000), "what was there");

    peer.send(&[data(1, 16_000), data(1, 16_000)]).await;
    let frames = peer.frames().await;
    assert_eq!((credit(&frames, 0), credit(&frames, 1)), (32_000, 32_000), "what came later");
}

#[tokio::test]
async fn a_peer_that_exceeds_the_window_of_a_dropped_body_is_detected() {
    let mut builder = server::Builder::new();
    builder.initial_window_size(10_000);
    let (mut server, mut peer) = serve(&builder, &[]).await;
    peer.send(&[headers(1, POST)]).await;
    let (request, mut respond) = server.request().await;
    let _response = respond.send_response(Response::new(()), false).unwrap();
    drop(request);

    peer.send(&[data(1, 4_000), data(1, 6_001)]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::FLOW_CONTROL_ERROR)]);
}
