use super::support::*;

#[tokio::test]
async fn a_wait_for_pushes_ends_with_the_response() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (mut response, _) = client.send_request(request(), true).unwrap();
    let mut pushes = response.push_promises();
    let waiting = tokio::spawn(async move { pushes.push_promise().await.is_none() });
    peer.frames().await;
    peer.send(&[headers(1, OK), data(1, 5).end()]).await;
    peer.frames().await;
    assert!(soon(waiting).await.expect("it ends").unwrap(), "no push is left");
}
