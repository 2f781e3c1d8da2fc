use super::support::*;

const EARLY_HINTS: &[u8] = b"\x08\x03103";

async fn code_after(frames: &[Frame]) -> Option<Reason> {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (_response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;
    peer.send(frames).await;
    goaway(&peer.frames().await)
}

#[tokio::test]
async fn a_promised_stream_takes_no_window_update() {
    let frames = [push_promise(1, 2), window_update(2, 1)];
    assert_eq!(code_after(&frames).await, Some(Reason::PROTOCOL_ERROR));
}

#[tokio::test]
async fn any_response_opens_it() {
    for head in [OK, EARLY_HINTS] {
        let frames = [push_promise(1, 2), headers(2, head), window_update(2, 1)];
        assert_eq!(code_after(&frames).await, None);
    }
}

#[tokio::test]
async fn the_final_response_to_a_promise_follows_informational_ones() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (mut response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;
    let mut pushes = response.push_promises();
    let hints = headers(2, EARLY_HINTS);
    peer.send(&[push_promise(1, 2), hints.clone(), hints, headers(2, OK).end()]).await;
    let (_, pushed) = soon(pushes.push_promise()).await.unwrap().unwrap().unwrap().into_parts();
    assert!(soon(pushed).await.unwrap().is_ok());
}
