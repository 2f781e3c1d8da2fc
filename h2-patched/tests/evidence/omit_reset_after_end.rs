use super::support::*;

#[tokio::test]
async fn no_reset_follows_when_both_sides_have_ended_the_stream() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[(INITIAL_WINDOW_SIZE, 0)]).await;
    peer.send(&[headers(1, POST)]).await;
    let (request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    response.send_data(Bytes::from_static(b"body"), true).unwrap();
    drop((request, respond, response));
    peer.frames().await;

    // The reset waits behind the response. The request ends before the response can be sent.
    peer.send(&[data(1, 0).end(), window_update(1, 4)]).await;
    assert_eq!(peer.frames().await, [frame(DATA, END_STREAM, 1, b"body")]);
}
