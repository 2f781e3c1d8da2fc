use super::support::*;

#[tokio::test]
async fn an_initial_window_above_the_largest_is_a_flow_control_error() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[settings(&[(INITIAL_WINDOW_SIZE, 1 << 31)])]).await;
    assert_eq!(goaway(&peer.frames().await), Some(Reason::FLOW_CONTROL_ERROR));
}

#[tokio::test]
async fn the_largest_initial_window_is_accepted() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[settings(&[(INITIAL_WINDOW_SIZE, (1 << 31) - 1)])]).await;
    assert_eq!(peer.frames().await, [frame(SETTINGS, ACK, 0, &[])]);
}
