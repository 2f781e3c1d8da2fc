use super::support::*;

#[tokio::test]
async fn settings_wait_while_earlier_ones_are_not_acknowledged() {
    let (server, mut peer) = serve(&server::Builder::new(), &[]).await;
    server.call(|connection| connection.set_initial_window_size(100_000).unwrap());
    rest().await;
    for size in [150_000, 200_000] {
        server.call(move |connection| connection.set_initial_window_size(size).unwrap());
    }

    let frames = peer.frames().await;
    let first = settings(&[(INITIAL_WINDOW_SIZE, 100_000)]);
    let latest = settings(&[(INITIAL_WINDOW_SIZE, 200_000)]);
    assert_eq!(frames, [first, latest]);
}
