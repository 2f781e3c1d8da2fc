use super::support::*;

#[tokio::test]
async fn a_frame_of_a_wrong_length_ends_the_connection_with_frame_size_error() {
    let wrong = [
        frame(SETTINGS, 0, 0, &[0; 5]),
        frame(SETTINGS, ACK, 0, &[0; 6]),
        frame(PING, 0, 0, &[0; 6]),
        frame(PING, ACK, 0, &[0; 9]),
        frame(RST_STREAM, 0, 1, &[0; 3]),
        frame(WINDOW_UPDATE, 0, 0, &[0; 3]),
        frame(WINDOW_UPDATE, 0, 1, &[0; 5]),
        frame(GOAWAY, 0, 0, &[0; 4]),
    ];
    for frame in wrong {
        let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
        peer.send(&[headers(1, POST), frame.clone()]).await;
        let frames = peer.frames().await;
        assert_eq!(goaway(&frames), Some(Reason::FRAME_SIZE_ERROR), "{frame:?}");
    }
}

#[tokio::test]
async fn a_priority_frame_of_a_wrong_length_resets_its_stream() {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, POST), frame(PRIORITY, 0, 1, &[0; 4])]).await;
    assert_eq!(resets(&peer.frames().await), [(1, Reason::FRAME_SIZE_ERROR)]);
    assert!(peer.ping().await);
}
