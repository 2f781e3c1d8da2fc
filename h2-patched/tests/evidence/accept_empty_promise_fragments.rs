use super::support::*;

const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

#[tokio::test]
async fn a_promise_may_begin_with_an_empty_fragment() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (mut response, _) = client.send_request(request(), true).unwrap();
    let mut pushes = response.push_promises();
    peer.frames().await;
    peer.send(&[
        frame(PUSH_PROMISE, 0, 1, &[0, 0, 0, 2]),
        frame(CONTINUATION, END_HEADERS, 1, GET),
        headers(2, OK).end(),
    ])
    .await;
    let push = soon(pushes.push_promise()).await.unwrap().unwrap().unwrap();
    let (_, pushed) = push.into_parts();
    assert!(soon(pushed).await.unwrap().is_ok());
    assert_eq!(goaway(&peer.frames().await), None);
}

#[tokio::test]
async fn a_promise_without_a_stream_is_refused() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let _response = client.send_request(request(), true).unwrap();
    peer.frames().await;
    peer.send(&[frame(PUSH_PROMISE, 0, 1, &[0, 0, 2])]).await;
    assert!(goaway(&peer.frames().await).is_some());
}
