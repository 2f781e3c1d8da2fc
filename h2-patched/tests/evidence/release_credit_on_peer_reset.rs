use super::support::*;

#[tokio::test]
async fn a_reset_by_the_peer_returns_the_credit_of_a_body_that_is_still_held() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST), data(1, 16_000), data(1, 16_000)]).await;
    let (request, _respond) = server.request().await;
    assert_eq!(credit(&peer.frames().await, 0), 0);

    peer.send(&[rst_stream(1, Reason::CANCEL)]).await;
    assert_eq!(credit(&peer.frames().await, 0), 32_000);

    // What was received can still be read, and its credit is returned once only.
    let mut body = request.into_body();
    for _ in 0..2 {
        let chunk = soon(body.data()).await.flatten().expect("it is there").unwrap();
        body.flow_control().release_capacity(chunk.len()).unwrap();
    }
    assert_eq!(credit(&peer.frames().await, 0), 0);
}
