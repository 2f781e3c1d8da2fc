use super::support::*;

use std::panic::{catch_unwind, AssertUnwindSafe};

const LARGEST: u32 = (1 << 31) - 1;

/// Sets the largest window, and then one that is too large by one octet, which must panic with a
/// message that has both sizes.
fn refuses_the_next<T>(mut set: impl FnMut(u32) -> T) {
    set(LARGEST);
    let panic = catch_unwind(AssertUnwindSafe(|| drop(set(LARGEST + 1))));
    let panic = panic.expect_err("a window of 2^31 octets is refused");
    let message = panic.downcast::<String>().expect("the panic has a message");
    assert!(message.contains("2147483648") && message.contains("2147483647"), "{message}");
}

#[test]
fn a_builder_refuses_a_stream_window_above_the_largest() {
    refuses_the_next(|size| {
        client::Builder::new().initial_window_size(size);
    });
    refuses_the_next(|size| {
        server::Builder::new().initial_window_size(size);
    });
}

#[test]
fn a_builder_refuses_a_connection_window_above_the_largest() {
    refuses_the_next(|size| {
        client::Builder::new().initial_connection_window_size(size);
    });
    refuses_the_next(|size| {
        server::Builder::new().initial_connection_window_size(size);
    });
}

#[tokio::test]
async fn a_connection_refuses_a_window_above_the_largest_with_a_message() {
    let (mut connection, _peer) = accept(&server::Builder::new(), &[]).await;
    refuses_the_next(|size| connection.set_initial_window_size(size));
    refuses_the_next(|size| connection.set_target_window_size(size));
}
