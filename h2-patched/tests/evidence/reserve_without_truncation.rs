#![cfg(target_pointer_width = "64")]

use super::support::*;

#[tokio::test]
async fn a_reservation_above_32_bits_reserves_all_there_is() {
    for reserved in [1 << 32, (1 << 32) + 5] {
        let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
        peer.send(&[headers(1, GET).end()]).await;
        let (_request, mut respond) = server.request().await;
        let mut response = respond.send_response(Response::new(()), false).unwrap();

        response.reserve_capacity(reserved);
        peer.frames().await;
        assert_eq!(response.capacity(), 65_535, "{reserved} octets");
    }
}
