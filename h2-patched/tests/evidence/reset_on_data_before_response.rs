use super::support::*;

#[tokio::test]
async fn data_before_a_response_is_an_error_of_its_stream() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (response, _) = client.send_request(request(), true).unwrap();
    let (other, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;

    peer.send(&[data(1, 10), headers(3, OK).end()]).await;
    let frames = peer.frames().await;
    assert_eq!(resets(&frames), [(1, Reason::PROTOCOL_ERROR)]);
    assert_eq!(goaway(&frames), None);
    assert!(soon(response).await.unwrap().is_err());
    assert!(soon(other).await.unwrap().is_ok());
}

#[tokio::test]
async fn its_credit_comes_back() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let mut returned = 0;
    for n in 0..4 {
        let _response = client.send_request(request(), true).unwrap();
        peer.frames().await;
        peer.send(&[data(2 * n + 1, 10_000)]).await;
        returned += credit(&peer.frames().await, 0);
    }
    assert!(returned >= 30_000, "{returned}");
}

#[tokio::test]
async fn data_on_a_promised_stream_is_a_connection_error() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (_response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;
    peer.send(&[push_promise(1, 2), data(2, 10)]).await;
    assert_eq!(goaway(&peer.frames().await), Some(Reason::PROTOCOL_ERROR));
}
