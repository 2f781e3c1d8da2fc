use super::support::*;

/// The octets of `GET` by RFC 9113 section 6.5.2: four fields with their names and values.
const GET_SIZE: usize = (7 + 3) + (7 + 4) + (5 + 1) + (10 + 4) + 4 * 32;
const LIMIT: usize = 400;

/// A GET request of so many octets.
fn request_of(stream: u32, octets: usize) -> Frame {
    let value = vec![b'v'; octets - GET_SIZE - 32 - 1];
    let mut block = GET.to_vec();
    block.extend_from_slice(&[0, 1, b'x', 127, (value.len() - 127) as u8]);
    block.extend_from_slice(&value);
    headers(stream, &block).end()
}

#[tokio::test]
async fn a_request_may_be_as_large_as_the_limit() {
    let mut builder = server::Builder::new();
    builder.max_header_list_size(LIMIT as u32);
    let (mut server, mut peer) = serve(&builder, &[]).await;
    peer.send(&[request_of(1, LIMIT), request_of(3, LIMIT + 1)]).await;
    let (request, _respond) = server.request().await;
    assert_eq!(request.headers()["x"].len(), LIMIT - GET_SIZE - 33);
    // The larger one is refused.
    let frames = peer.frames().await;
    assert_eq!(count(&frames, HEADERS, 1), 0);
    assert_eq!(count(&frames, HEADERS, 3), 1);
}
