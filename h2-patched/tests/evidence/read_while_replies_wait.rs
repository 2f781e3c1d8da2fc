use super::support::*;

#[tokio::test]
async fn an_upload_is_received_while_a_pong_waits_for_the_socket() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST), headers(3, GET).end()]).await;
    let (upload, _respond) = server.request().await;
    let (_request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    response.send_data(vec![0; 60_000].into(), true).unwrap();
    rest().await; // the pipe is full

    peer.send(&[frame(PING, 0, 0, &[0; 8]), data(1, 1000)]).await;
    let received = soon(upload.into_body().data()).await;
    assert_eq!(received.expect("it is received").unwrap().unwrap().len(), 1000);
    assert_eq!(count(&peer.frames().await, PING, 0), 1);
}
