use super::support::*;

#[tokio::test]
async fn a_push_that_was_never_taken_returns_its_credit() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;
    peer.send(&[push_promise(1, 2), headers(2, OK)]).await;
    peer.send(&[data(2, 16_000), data(2, 16_000).end()]).await;
    assert_eq!(credit(&peer.frames().await, 0), 0, "it could be taken");

    drop(response);
    assert_eq!(credit(&peer.frames().await, 0), 32_000);
}
