//! What a user of the fork relies on.

use downstream_hyper::exchange::Exchange;
use downstream_hyper::refusal::{code_of_short_ping, FRAME_SIZE_ERROR};

/// One name of each kind would do; two versions mean that cargo dropped the patch for some package.
#[test]
fn the_lock_file_holds_the_fork_and_no_other_h2() {
    let lock = include_str!("../../Cargo.lock");
    let versions: Vec<&str> = lock
        .split("[[package]]")
        .filter(|package| package.lines().any(|line| line == "name = \"h2\""))
        .filter_map(|package| package.lines().find_map(|line| line.strip_prefix("version = ")))
        .collect();
    assert_eq!(versions, ["\"0.4.2001\""]);
}

#[tokio::test]
async fn hyper_refuses_a_short_ping_as_the_fork_does() {
    assert_eq!(code_of_short_ping().await.unwrap(), FRAME_SIZE_ERROR);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_goes_both_ways_at_once() {
    const OCTETS: u64 = 64 << 20;
    assert_eq!(Exchange::run(OCTETS).await.unwrap(), Exchange::expected(OCTETS));
}

/// Sizes around a frame and a window, where an end can get lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_content_arrives_too() {
    for octets in [0, 1, 16_383, 16_384, 16_385, 65_535, 65_536] {
        assert_eq!(Exchange::run(octets).await.unwrap(), Exchange::expected(octets), "{octets} octets");
    }
}
