//! `[patch.crates-io]` holds: hyper runs on the fork. Were it dropped, cargo would only warn.

use std::error::Error;

use h2_conformance::subject::hyper::serve;
use h2_conformance::wire::build::settings;
use h2_conformance::wire::PREFACE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[test]
fn errors_of_hyper_are_errors_of_the_fork() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let error = runtime.block_on(async {
        let (mut peer, subject) = tokio::io::duplex(1 << 16);
        let connection = tokio::spawn(serve(subject));
        peer.write_all(PREFACE).await.expect("a pipe");
        peer.write_all(&settings().on(1).to_bytes()).await.expect("a pipe");
        peer.read_to_end(&mut Vec::new()).await.expect("a pipe");
        connection.await.expect("no panic").expect_err("SETTINGS on a stream is a connection error")
    });
    let source = error.source().expect("hyper names what h2 said");
    // Types of two versions of one crate differ: only the one that hyper links fits.
    let of_the_fork = source.downcast_ref::<h2::Error>().expect("the error is of the fork");
    assert_eq!(of_the_fork.reason(), Some(h2::Reason::PROTOCOL_ERROR));
    assert!(source.downcast_ref::<h2_upstream::Error>().is_none());
}
