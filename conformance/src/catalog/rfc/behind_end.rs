//! Frames of the peer behind the end of its request, or behind its reset (RFC 9113 section 5.1).
//! What the application does is left open, so that any server can be asked: a frame comes in the
//! same write as the end, or when the response is there.

use crate::catalog::prelude::*;
use crate::wire::Frame;

/// A request, and a frame behind it in the same write.
fn behind_request(s: &mut Script, frame: Frame) {
    s.open();
    s.burst([get(1), frame]);
}

/// A request, its response, and then a frame.
fn behind_response(s: &mut Script, frame: Frame) {
    s.open();
    s.send(get(1));
    s.settle();
    s.mark();
    s.send(frame);
}

/// A request that the peer resets, and a frame behind that in the same write.
fn behind_reset(s: &mut Script, frame: Frame) {
    s.open();
    s.burst([post(1), reset(1, CANCEL), frame]);
}

fn case(id: &'static str, title: &'static str, script: fn(&mut Script), expect: Expect) -> Case {
    let requires: &[&str] = match id {
        "behind-end/data-behind-request" => &["rfc9113/5.1/half-closed-remote", "rfc9113/6.1/closed-stream"],
        "behind-end/trailers-behind-request" => &["rfc9113/5.1/half-closed-remote"],
        "behind-end/request-behind-request" => &["rfc9113/5.1/half-closed-remote", "rfc9113/5.1.1/no-reuse"],
        _ if id.contains("/continuation") => &["rfc9113/6.10/without-headers"],
        _ if id.contains("/priority") => &["rfc9113/6.3/any-state"],
        _ if id.contains("/window-update") => &["rfc9113/6.9/closed-streams"],
        _ if id.contains("/data") => &["rfc9113/6.1/closed-stream", "rfc9113/5.1/closed"],
        _ => &["rfc9113/5.1/closed"],
    };
    Case { id, role: Role::Server, title, requires, script, expect, ..Case::DEFAULT }
}

/// An error, or nothing: frames on a closed stream may be discarded for a while.
fn error_or_nothing() -> Expect {
    one_of([any_error(1, [STREAM_CLOSED, PROTOCOL_ERROR]), ignored()])
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(
            "behind-end/data-behind-request",
            "DATA in the same write as the end of its request is an error",
            |s| behind_request(s, data(1, 2)),
            any_error(1, STREAM_CLOSED),
        ),
        case(
            "behind-end/trailers-behind-request",
            "HEADERS in the same write as the end of its request are an error",
            |s| behind_request(s, trailers(1)),
            // The stream may be over already, and HEADERS then use an old identifier.
            any_error(1, [STREAM_CLOSED, PROTOCOL_ERROR]),
        ),
        case(
            "behind-end/request-behind-request",
            "A second request on a stream whose request has ended is an error",
            |s| behind_request(s, get(1)),
            any_error(1, [STREAM_CLOSED, PROTOCOL_ERROR]),
        ),
        case(
            "behind-end/continuation-behind-request",
            "CONTINUATION in the same write as the end of its request is a connection error",
            |s| behind_request(s, continuation(1, Vec::new())),
            conn_error([PROTOCOL_ERROR, STREAM_CLOSED]),
        ),
        case(
            "behind-end/window-update-behind-request",
            "WINDOW_UPDATE behind the end of a request is fine",
            |s| behind_request(s, window_update(1, 1)),
            answered(1),
        ),
        case(
            "behind-end/priority-behind-request",
            "PRIORITY behind the end of a request is fine",
            |s| behind_request(s, priority(1)),
            answered(1),
        ),
        case(
            "behind-end/reset-behind-request",
            "RST_STREAM behind the end of a request is fine",
            |s| behind_request(s, reset(1, CANCEL)),
            alive(),
        ),
        case(
            "behind-end/data-behind-response",
            "DATA behind the response is an error, or is discarded",
            |s| behind_response(s, data(1, 2)),
            error_or_nothing(),
        ),
        case(
            "behind-end/request-behind-response",
            "A request on a stream that both sides have ended is no new one",
            |s| behind_response(s, get(1)),
            error_or_nothing(),
        ),
        case(
            "behind-end/continuation-behind-response",
            "CONTINUATION behind the response is a connection error",
            |s| behind_response(s, continuation(1, Vec::new())),
            conn_error([PROTOCOL_ERROR, STREAM_CLOSED]),
        ),
        case(
            "behind-end/priority-behind-response",
            "PRIORITY behind the response is ignored",
            |s| behind_response(s, priority(1)),
            ignored(),
        ),
        case(
            "behind-end/window-update-behind-response",
            "WINDOW_UPDATE behind the response is ignored",
            |s| behind_response(s, window_update(1, 1)),
            ignored(),
        ),
        case(
            "behind-end/continuation-behind-reset",
            "CONTINUATION on a stream that the peer has reset is a connection error",
            |s| behind_reset(s, continuation(1, Vec::new())),
            conn_error([PROTOCOL_ERROR, STREAM_CLOSED]),
        ),
        case(
            "behind-end/window-update-behind-reset",
            "WINDOW_UPDATE behind the RST_STREAM of the same peer is an error, or is discarded",
            |s| behind_reset(s, window_update(1, 1)),
            error_or_nothing(),
        ),
        case(
            "behind-end/priority-behind-reset",
            "PRIORITY behind the RST_STREAM of the same peer is ignored",
            |s| behind_reset(s, priority(1)),
            alive(),
        ),
    ]
}
