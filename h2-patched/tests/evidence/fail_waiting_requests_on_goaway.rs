use super::support::*;

fn go_away(last: u32) -> Frame {
    let payload = [last.to_be_bytes(), [0; 4]].concat();
    frame(GOAWAY, 0, 0, &payload)
}

#[tokio::test]
async fn no_request_is_opened_after_goaway() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    peer.send(&[settings(&[(MAX_CONCURRENT_STREAMS, 1)])]).await;
    peer.frames().await;
    let (first, _) = client.send_request(request(), true).unwrap();
    let (second, _) = client.clone().send_request(request(), true).unwrap();
    assert_eq!(count(&peer.frames().await, HEADERS, 3), 0);

    peer.send(&[go_away(0x7fff_ffff)]).await;
    let error = soon(second).await.expect("it fails at once").unwrap_err();
    assert!(error.is_go_away() && error.is_remote());
    assert_eq!(error.reason(), Some(Reason::NO_ERROR));

    peer.send(&[headers(1, OK).end()]).await;
    assert!(soon(first).await.unwrap().is_ok());
    assert_eq!(count(&peer.frames().await, HEADERS, 3), 0);
}
