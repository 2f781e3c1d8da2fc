use super::support::*;

#[tokio::test]
async fn a_request_in_the_last_place_is_reset_when_its_handles_are_dropped() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    peer.send(&[settings(&[(MAX_CONCURRENT_STREAMS, 1)])]).await;
    peer.frames().await;
    let handles = client.send_request(request(), false).unwrap();
    assert_eq!(count(&peer.frames().await, HEADERS, 1), 1);

    drop(handles);
    assert_eq!(resets(&peer.frames().await), [(1, Reason::CANCEL)]);
}
