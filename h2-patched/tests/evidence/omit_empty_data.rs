use super::support::*;

#[tokio::test]
async fn an_empty_chunk_is_sent_only_as_the_end() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let (_request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    response.send_data(Bytes::new(), false).unwrap();
    response.send_data(Bytes::from_static(b"body"), false).unwrap();
    response.send_data(Bytes::new(), false).unwrap();
    response.send_data(Bytes::new(), true).unwrap();
    assert!(response.send_data(Bytes::new(), false).is_err());

    let frames = peer.frames().await;
    let body = [frame(DATA, 0, 1, b"body"), frame(DATA, END_STREAM, 1, b"")];
    assert_eq!(frames[1..], body);
}
