use super::support::*;

async fn response_of(head: Frame) -> (Vec<(u32, Reason)>, Option<Reason>) {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;
    peer.send(&[head]).await;
    let resets = resets(&peer.frames().await);
    assert!(peer.ping().await);
    let error = soon(response).await.and_then(|response| response.err());
    (resets, error.and_then(|error| error.reason()))
}

#[tokio::test]
async fn a_response_that_begins_as_none_may_is_reset() {
    let heads = [
        ("with :path", headers(1, b"\x88\x84")),
        ("with :path, and END_STREAM", headers(1, b"\x88\x84").end()),
        ("101", headers(1, b"\x08\x03101")),
        ("103 with END_STREAM", headers(1, b"\x08\x03103").end()),
        ("without :status", headers(1, TRAILERS).end()),
    ];
    let refused = (vec![(1, Reason::PROTOCOL_ERROR)], Some(Reason::PROTOCOL_ERROR));
    for (what, head) in heads {
        assert_eq!(response_of(head).await, refused, "{what}");
    }
}

#[tokio::test]
async fn an_informational_response_is_none_of_these() {
    let waits = (vec![], None);
    assert_eq!(response_of(headers(1, b"\x08\x03103")).await, waits);
}
