use super::support::*;

#[tokio::test]
async fn a_grown_connection_window_is_announced_at_once() {
    let (server, mut peer) = serve(&server::Builder::new(), &[]).await;
    for target in [70_000, 80_000, 98_000] {
        server.call(move |connection| connection.set_target_window_size(target));
    }
    assert_eq!(65_535 + credit(&peer.frames().await, 0), 98_000);
}
