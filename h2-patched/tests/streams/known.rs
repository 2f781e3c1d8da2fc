//! Faults of the fork that are known and not mended yet. Each stands for a claim that cannot be made where it may strike.
//!
//! Whoever mends one deletes its line; what it hid is then claimed. `STREAMS_STRICT=FAULT` does so for one run, and
//! `STREAMS_STRICT=all` makes every claim.

use std::sync::OnceLock;

const KNOWN: &[&str] = &[
    // Trailers of a request that was refused or reset and forgotten end the connection.
    "trailers-after-refusal",
    // PUSH_PROMISE on a stream that the application has just reset is neither taken nor refused: what comes on the promised
    // stream ends the connection. With debug assertions it is a panic.
    "promise-after-own-reset",
    // WINDOW_UPDATE or RST_STREAM on a promised stream whose response waits for its place ends the connection.
    "frame-on-waiting-push",
    // After its own GOAWAY a server does not listen to a reset of what it pushes.
    "reset-of-push-after-goaway",
    // A push that nobody asked for holds credit as long as a handle of its request lives, even if none can ask any more.
    "unreachable-push-keeps-credit",
    // A reset that waits behind a body is sent although the peer has ended the request meanwhile: on a closed stream.
    "scheduled-reset-after-end",
];

/// Whether a claim has to be passed over because of this fault.
pub fn known(fault: &str) -> bool {
    static STRICT: OnceLock<String> = OnceLock::new();
    let strict = STRICT.get_or_init(|| std::env::var("STREAMS_STRICT").unwrap_or_default());
    strict != "all" && strict != fault && KNOWN.contains(&fault)
}
