use super::support::*;

#[tokio::test]
async fn trailers_have_no_pseudo_header_fields() {
    for field in [&b"\x84"[..], OK, b"\x82"] {
        let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
        peer.send(&[headers(1, POST), headers(1, field).end()]).await;
        let frames = peer.frames().await;
        assert_eq!(resets(&frames), [(1, Reason::PROTOCOL_ERROR)]);
        assert_eq!(goaway(&frames), None);
    }
}

#[tokio::test]
async fn a_response_with_such_trailers_ends_in_an_error() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;
    peer.send(&[headers(1, OK)]).await;
    let mut body = soon(response).await.unwrap().unwrap().into_body();
    peer.send(&[headers(1, OK).end()]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::PROTOCOL_ERROR)]);
    assert!(soon(body.data()).await.unwrap().unwrap().is_err());
}
