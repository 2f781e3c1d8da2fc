use super::support::*;

#[tokio::test]
async fn a_lowered_initial_window_leaves_the_peer_what_was_released() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST), data(1, 10_000), data(1, 10_000)]).await;
    let (request, _respond) = server.request().await;
    let mut body = request.into_body();
    for _ in 0..2 {
        let chunk = soon(body.data()).await.flatten().expect("it is there").unwrap();
        body.flow_control().release_capacity(chunk.len()).unwrap();
    }
    assert_eq!(credit(&peer.frames().await, 1), 0, "less than half of the window was released");

    // With its acknowledgement the peer's window is 45,535 - (65,535 - 20,000) = 0.
    server.call(|connection| connection.set_initial_window_size(20_000).unwrap());
    assert_eq!(credit(&peer.frames().await, 1), 20_000);
}
