use super::support::*;

fn early_hints() -> Response<()> {
    Response::builder().status(103).body(()).unwrap()
}

#[tokio::test]
async fn no_interim_response_follows_a_reset() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST)]).await;
    let (_request, mut respond) = server.request().await;
    respond.send_informational(early_hints()).unwrap();
    assert_eq!(count(&peer.frames().await, HEADERS, 1), 1);

    peer.send(&[rst_stream(1, Reason::CANCEL)]).await;
    peer.frames().await;
    assert!(respond.send_informational(early_hints()).is_err());
    assert_eq!(count(&peer.frames().await, HEADERS, 1), 0);
    assert!(peer.ping().await);
}

#[tokio::test]
async fn no_interim_response_follows_the_final_one() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, GET).end(), headers(3, GET).end()]).await;
    for end in [false, true] {
        let (_request, mut respond) = server.request().await;
        let _body = respond.send_response(Response::new(()), end).unwrap();
        assert!(respond.send_informational(early_hints()).is_err());
    }
    let frames = peer.frames().await;
    assert_eq!(count(&frames, HEADERS, 1), 1);
    assert_eq!(count(&frames, HEADERS, 3), 1);
}
