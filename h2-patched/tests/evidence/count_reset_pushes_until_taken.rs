use super::support::*;

#[tokio::test]
async fn pushes_that_were_reset_before_the_application_took_them_are_no_offence() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (mut response, _) = client.send_request(request(), true).unwrap();
    let mut pushes = response.push_promises();
    peer.frames().await;
    for promised in (2..100).step_by(2) {
        peer.send(&[push_promise(1, promised), rst_stream(promised, Reason::CANCEL)]).await;
        assert_eq!(goaway(&peer.frames().await), None, "push {promised}");
        soon(pushes.push_promise()).await.flatten().expect("it is there").unwrap();
    }
}

#[tokio::test]
async fn pushes_that_were_reset_before_their_request_was_dropped_are_no_offence() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    for stream in (1..100).step_by(2) {
        let (response, _) = client.send_request(request(), true).unwrap();
        peer.frames().await;
        let promised = stream + 1;
        peer.send(&[push_promise(stream, promised), rst_stream(promised, Reason::CANCEL)]).await;
        assert_eq!(goaway(&peer.frames().await), None, "push {promised}");
        drop(response);
    }
}
