use super::support::*;

const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;
const FORBIDDEN: &[u8] = b"\x00\x0aconnection\x05close";

fn forbidden(block: &[u8]) -> Vec<u8> {
    [block, FORBIDDEN].concat()
}

#[tokio::test]
async fn a_malformed_block_may_be_continued() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    let fragment = frame(HEADERS, 0, 1, &forbidden(GET));
    let rest = frame(CONTINUATION, END_HEADERS, 1, TRAILERS);
    peer.send(&[fragment.end(), rest]).await;

    let frames = peer.frames().await;
    assert_eq!(resets(&frames), [(1, Reason::PROTOCOL_ERROR)]);
    assert_eq!(goaway(&frames), None);
    assert!(peer.ping().await);
}

#[tokio::test]
async fn a_malformed_fragment_is_not_forgotten() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    // The second field is cut off.
    let (fragment, rest) = TRAILERS.split_at(2);
    let fragment = [&forbidden(GET), fragment].concat();
    let rest = frame(CONTINUATION, END_HEADERS, 1, rest);
    peer.send(&[frame(HEADERS, 0, 1, &fragment).end(), rest]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)]);
}

#[tokio::test]
async fn a_malformed_request_with_an_old_identifier_is_a_connection_error() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(5, GET).end(), headers(3, &forbidden(GET)).end()]).await;
    assert_eq!(goaway(&peer.frames().await), Some(Reason::PROTOCOL_ERROR));
}

#[tokio::test]
async fn a_malformed_response_on_an_idle_stream_is_a_connection_error() {
    let (_client, mut peer) = connect(&client::Builder::new()).await;
    peer.send(&[headers(1, &forbidden(OK))]).await;
    let frames = peer.frames().await;
    assert_eq!(resets(&frames), []);
    assert_eq!(goaway(&frames), Some(Reason::PROTOCOL_ERROR));
}

#[tokio::test]
async fn a_malformed_request_above_the_last_stream_is_ignored() {
    let (server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST)]).await;
    server.call(|connection| connection.graceful_shutdown());
    peer.frames().await;
    peer.send(&[headers(3, &forbidden(GET)).end()]).await;
    assert_eq!(peer.frames().await, []);
}

#[tokio::test]
async fn a_malformed_promise_is_an_error_of_the_promised_stream() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;

    let payload = [&2u32.to_be_bytes()[..], &forbidden(GET)].concat();
    let promise = frame(PUSH_PROMISE, END_HEADERS, 1, &payload);
    peer.send(&[promise, headers(1, OK).end()]).await;
    assert_eq!(resets(&peer.frames().await), [(2, Reason::PROTOCOL_ERROR)]);
    assert!(soon(response).await.unwrap().is_ok());
}

#[tokio::test]
async fn malformed_trailers_end_the_message_with_an_error() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;
    peer.send(&[headers(1, OK)]).await;
    let mut body = soon(response).await.unwrap().unwrap().into_body();

    peer.send(&[headers(1, FORBIDDEN).end()]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)]);
    let error = soon(body.data()).await.unwrap().unwrap().unwrap_err();
    assert_eq!(error.reason(), Some(Reason::PROTOCOL_ERROR));
}
