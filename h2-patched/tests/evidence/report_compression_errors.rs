use super::support::*;

async fn code_after(block: &[u8]) -> Option<Reason> {
    let (_server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, block).end()]).await;
    goaway(&peer.frames().await)
}

#[tokio::test]
async fn a_header_block_that_does_not_decode_is_a_compression_error() {
    let undecodable: [(&str, &[u8]); 6] = [
        ("index 0", b"\x80"),
        ("an index beyond both tables", b"\xff\x20"),
        ("an integer that does not end", b"\xff\xff"),
        ("an integer above 32 bits", b"\xff\xff\xff\xff\xff\xff\x0f"),
        ("a string that does not end", b"\x00\x05ab"),
        ("Huffman padding of zeros", b"\x00\x81\x00\x01b"),
    ];
    for (what, block) in undecodable {
        assert_eq!(code_after(block).await, Some(Reason::COMPRESSION_ERROR), "{what}");
    }
}

#[tokio::test]
async fn a_table_above_its_limit_is_a_compression_error() {
    let block = [b"\x3f\xe2\x1f", GET].concat(); // 4097 octets
    assert_eq!(code_after(&block).await, Some(Reason::COMPRESSION_ERROR));
}

#[tokio::test]
async fn a_malformed_field_that_decodes_is_no_compression_error() {
    let block = [GET, b"\x00\x00\x01b"].concat(); // a field without a name
    assert_ne!(code_after(&block).await, Some(Reason::COMPRESSION_ERROR));
}
