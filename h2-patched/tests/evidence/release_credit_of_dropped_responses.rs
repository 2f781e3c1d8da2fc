use super::support::*;

#[tokio::test]
async fn a_response_that_can_not_be_read_returns_its_credit_while_the_upload_goes_on() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (response, mut upload) = client.send_request(request(), false).unwrap();
    peer.frames().await;
    drop(response);

    peer.send(&[headers(1, OK), data(1, 16_000), data(1, 16_000)]).await;
    assert_eq!(credit(&peer.frames().await, 0), 32_000);

    upload.send_data(Bytes::from_static(b"body"), true).unwrap();
    assert_eq!(count(&peer.frames().await, DATA, 1), 1, "the upload goes on");
}

#[tokio::test]
async fn a_response_that_arrived_before_its_future_was_dropped_returns_its_credit() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (response, _upload) = client.send_request(request(), false).unwrap();
    peer.frames().await;
    peer.send(&[headers(1, OK), data(1, 16_000), data(1, 16_000)]).await;
    assert_eq!(credit(&peer.frames().await, 0), 0);

    drop(response);
    assert_eq!(credit(&peer.frames().await, 0), 32_000);
}
