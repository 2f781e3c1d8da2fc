use super::support::*;

/// Whether a request with this scheme (http or https), :authority and Host is taken.
async fn is_taken(scheme: u8, authority: &str, host: &str) -> bool {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    let mut block = vec![0x82, 0x84, scheme];
    for (index, value) in [(&b"\x01"[..], authority), (b"\x0f\x17", host)] {
        block.extend_from_slice(index);
        block.push(value.len() as u8);
        block.extend_from_slice(value.as_bytes());
    }
    peer.send(&[headers(1, &block).end()]).await;
    resets(&peer.frames().await).is_empty()
}

const HTTP: u8 = 0x86;
const HTTPS: u8 = 0x87;

#[tokio::test]
async fn host_names_what_authority_names() {
    assert!(!is_taken(HTTP, "test", "other").await);
    assert!(!is_taken(HTTP, "test", "test:8080").await);
    assert!(!is_taken(HTTP, "test", "test:443").await);
    assert!(!is_taken(HTTPS, "test:80", "test").await);
    assert!(!is_taken(HTTP, "test", "test.other").await);
    assert!(!is_taken(HTTP, "[::1]", "[::1]:81").await);
}

#[tokio::test]
async fn case_and_default_port_do_not_matter() {
    assert!(is_taken(HTTP, "test", "test").await);
    assert!(is_taken(HTTP, "test", "TEST:80").await);
    assert!(is_taken(HTTPS, "Test:443", "test").await);
    assert!(is_taken(HTTPS, "test:8080", "test:8080").await);
    assert!(is_taken(HTTP, "test", "test:").await);
    assert!(is_taken(HTTP, "[::1]:80", "[::1]").await);
    assert!(is_taken(HTTP, "test", "").await);
}
