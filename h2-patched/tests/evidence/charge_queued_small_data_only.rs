use super::support::*;

#[tokio::test]
async fn small_frames_of_a_dropped_body_are_no_offence() {
    let (mut server, mut peer) = serve(server::Builder::new().data_frame_budget(25_600), &[]).await;
    peer.send(&[headers(1, POST)]).await;
    let (request, mut respond) = server.request().await;
    let _response = respond.send_response(Response::new(()), false).unwrap();
    drop(request);

    peer.send(&vec![data(1, 1); 1_000]).await;
    assert_eq!(goaway(&peer.frames().await), None);
    assert!(peer.ping().await);
}

#[tokio::test]
async fn small_frames_of_cancelled_requests_are_no_offence() {
    let (mut client, mut peer) = connect(client::Builder::new().data_frame_budget(25_600)).await;
    for stream in (1..100).step_by(2) {
        let (response, _) = client.send_request(request(), true).unwrap();
        peer.frames().await;
        drop(response);
        peer.send(&[headers(stream, OK)]).await;
        peer.send(&vec![data(stream, 1); 5]).await;
        assert_eq!(goaway(&peer.frames().await), None, "stream {stream}");
    }
}
