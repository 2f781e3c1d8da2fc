use super::support::*;

const END_HEADERS: u8 = 4;

#[tokio::test]
async fn a_promised_request_names_its_authority() {
    let (mut client, mut peer) = connect(&client::Builder::new()).await;
    let (_response, _) = client.send_request(request(), true).unwrap();
    peer.frames().await;
    let payload = [&2u32.to_be_bytes()[..], b"\x82\x86\x84"].concat();
    peer.send(&[frame(PUSH_PROMISE, END_HEADERS, 1, &payload), push_promise(1, 4)]).await;
    let frames = peer.frames().await;
    assert_eq!(resets(&frames), [(2, Reason::PROTOCOL_ERROR)]);
    assert_eq!(goaway(&frames), None);
}
