use super::support::*;

#[tokio::test]
async fn a_push_is_cancelled_when_nothing_can_take_it_any_more() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (response, _upload) = client.send_request(request(), false).unwrap();
    peer.frames().await;
    peer.send(&[push_promise(1, 2), headers(2, OK), data(2, 16_000), data(2, 16_000)]).await;
    peer.send(&[headers(1, OK)]).await;
    assert_eq!(credit(&peer.frames().await, 0), 0, "the push can still be taken");

    // The future, through which pushes are taken, ends; the request and its response go on.
    let _response = soon(response).await.expect("it is there").unwrap();
    let frames = peer.frames().await;
    assert_eq!(credit(&frames, 0), 32_000);
    assert_eq!(resets(&frames), [(2, Reason::CANCEL)]);

    peer.send(&[push_promise(1, 4)]).await;
    assert_eq!(resets(&peer.frames().await), [(4, Reason::CANCEL)], "a later promise");
}
