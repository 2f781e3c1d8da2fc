use super::support::*;

use http::Method;

const LENGTH: &[u8] = b"\x0f\x0d\x015"; // content-length: 5
const NO_CONTENT: &[u8] = b"\x89";
const NOT_MODIFIED: &[u8] = b"\x8b";
const EARLY_HINTS: &[u8] = b"\x08\x03103";
const FORBIDDEN: &[u8] = b"\x08\x03403";

fn with_length(stream: u32, head: &[u8]) -> Frame {
    headers(stream, &[head, LENGTH].concat())
}

/// The octets of the response to a request with this method; `None` if it fails.
async fn response_of(method: Method, frames: &[Frame]) -> Option<usize> {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let is_connect = method == Method::CONNECT;
    let request = Request::builder().method(method).uri("http://test:1/");
    let request = request.body(()).unwrap();
    let (response, _upload) = client.send_request(request, !is_connect).unwrap();
    peer.frames().await;
    peer.send(frames).await;
    let mut body = soon(response).await?.ok()?.into_body();
    let mut octets = 0;
    while let Some(chunk) = soon(body.data()).await? {
        octets += chunk.ok()?.len();
    }
    soon(body.trailers()).await?.ok()?;
    Some(octets)
}

#[tokio::test]
async fn a_response_without_content_may_name_a_length() {
    for head in [NO_CONTENT, NOT_MODIFIED] {
        for end in [data(1, 0).end(), headers(1, TRAILERS).end()] {
            let response = [with_length(1, head), end];
            assert_eq!(response_of(Method::GET, &response).await, Some(0));
        }
        let response = [with_length(1, head), data(1, 5).end()];
        assert_eq!(response_of(Method::GET, &response).await, None);
    }
}

#[tokio::test]
async fn the_length_of_an_informational_response_is_none() {
    let response = [with_length(1, EARLY_HINTS), headers(1, OK), data(1, 3).end()];
    assert_eq!(response_of(Method::GET, &response).await, Some(3));
}

#[tokio::test]
async fn a_tunnel_has_no_length() {
    let response = [with_length(1, OK), data(1, 9).end()];
    assert_eq!(response_of(Method::CONNECT, &response).await, Some(9));
    let response = [with_length(1, NO_CONTENT), data(1, 9).end()];
    assert_eq!(response_of(Method::CONNECT, &response).await, Some(9));
    let response = [with_length(1, FORBIDDEN), data(1, 9).end()];
    assert_eq!(response_of(Method::CONNECT, &response).await, None);
}

#[tokio::test]
async fn nor_has_connect() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    let connect = b"\x02\x07CONNECT\x01\x06test:1";
    peer.send(&[with_length(1, connect), data(1, 9).end()]).await;
    let mut body = server.request().await.0.into_body();
    assert_eq!(soon(body.data()).await.unwrap().unwrap().unwrap().len(), 9);
}
