use super::support::*;

#[tokio::test]
async fn a_reset_takes_effect_while_the_last_frame_of_its_stream_is_being_written() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let (_request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    response.send_data(vec![0; 60_000].into(), true).unwrap();
    rest().await; // the pipe is full, and the first frame of the body is not written to its end

    response.send_reset(Reason::CANCEL);
    let frames = peer.frames().await;
    assert_eq!(count(&frames, DATA, 1), 1);
    assert_eq!(resets(&frames), [(1, Reason::CANCEL)]);
}
