use super::support::*;

#[tokio::test]
async fn the_application_is_told_what_the_peer_is_told() {
    let mut builder = server::Builder::new();
    builder.max_pending_accept_reset_streams(1);
    let (mut connection, mut peer) = accept(&builder, &[]).await;
    let reset = |stream| [headers(stream, GET).end(), rst_stream(stream, Reason::CANCEL)];
    peer.send(&[reset(1), reset(3), reset(5)].concat()).await;

    let error = std::future::poll_fn(|cx| connection.poll_closed(cx)).await.unwrap_err();
    assert!(error.to_string().contains("too_many_resets"), "{error}");
}
