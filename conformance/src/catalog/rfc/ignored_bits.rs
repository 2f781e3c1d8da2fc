//! Flags that a frame type gives no meaning, and the reserved bit of the stream identifier, on
//! every type (RFC 9113 section 4.1): they are ignored.

use crate::catalog::prelude::*;
use crate::wire::code::flag;
use crate::wire::Frame;

/// The frame with all flags but these.
fn flagged(frame: Frame, meant: u8) -> Frame {
    frame.flag(!meant)
}

const OF_HEADERS: u8 = flag::END_STREAM | flag::END_HEADERS | flag::PADDED | flag::PRIORITY;

fn case(id: &'static str, title: &'static str, script: fn(&mut Script), expect: Expect) -> Case {
    let requires: &[&str] = match id.contains("/flags") {
        true => &["rfc9113/4.1/undefined-flags"],
        false => &["rfc9113/4.1/reserved-bit"],
    };
    Case { id, role: Role::Server, title, requires, script, expect, ..Case::DEFAULT }
}

pub(super) fn cases() -> Vec<Case> {
    [flags(), reserved_bits()].concat()
}

fn flags() -> Vec<Case> {
    vec![
        case(
            "ignored-bits/flags-of-headers",
            "Flags that HEADERS does not define are ignored",
            |s| {
                s.open();
                s.send(flagged(get(1), OF_HEADERS));
            },
            answered(1),
        ),
        case(
            "ignored-bits/flags-of-priority",
            "Flags that PRIORITY does not define are ignored",
            |s| {
                s.open();
                s.send(flagged(priority(1), 0));
            },
            ignored(),
        ),
        case(
            "ignored-bits/flags-of-reset",
            "Flags that RST_STREAM does not define are ignored",
            |s| {
                s.open();
                s.burst([post(1), flagged(reset(1, CANCEL), 0)]);
            },
            alive(),
        ),
        case(
            "ignored-bits/flags-of-goaway",
            "Flags that GOAWAY does not define are ignored",
            |s| {
                s.open();
                s.burst([post(1), flagged(goaway(0, NO_ERROR), 0), data(1, 2).end_stream()]);
            },
            answered_or_ended(),
        ),
        case(
            "ignored-bits/flags-of-window-update",
            "Flags that WINDOW_UPDATE does not define are ignored",
            |s| {
                s.open();
                s.send(flagged(window_update(0, 1), 0));
            },
            ignored(),
        ),
        case(
            "ignored-bits/flags-of-continuation",
            "Flags that CONTINUATION does not define are ignored",
            |s| {
                s.open();
                let rest = continuation(1, crate::wire::hpack::encode(&[("x-rest", "1")]));
                s.burst([get(1).continues(), flagged(rest, flag::END_HEADERS)]);
            },
            answered(1),
        ),
    ]
}

fn reserved_bits() -> Vec<Case> {
    vec![
        case(
            "ignored-bits/reserved-of-headers",
            "The reserved bit of HEADERS is ignored",
            |s| {
                s.open();
                s.send(get(1).with_reserved_bit());
            },
            answered(1),
        ),
        case(
            "ignored-bits/reserved-of-data",
            "The reserved bit of DATA is ignored",
            |s| {
                s.open();
                s.burst([post(1), data(1, 2).end_stream().with_reserved_bit()]);
            },
            answered(1),
        ),
        case(
            "ignored-bits/reserved-of-reset",
            "The reserved bit of RST_STREAM is ignored",
            |s| {
                s.open();
                s.burst([post(1), reset(1, CANCEL).with_reserved_bit()]);
            },
            alive(),
        ),
        case(
            "ignored-bits/reserved-of-priority",
            "The reserved bit of PRIORITY is ignored",
            |s| {
                s.open();
                s.send(priority(1).with_reserved_bit());
            },
            ignored(),
        ),
        case(
            "ignored-bits/reserved-of-goaway",
            "The reserved bit of GOAWAY is ignored",
            |s| {
                s.open();
                s.burst([post(1), goaway(0, NO_ERROR).with_reserved_bit(), data(1, 2).end_stream()]);
            },
            answered_or_ended(),
        ),
        case(
            "ignored-bits/reserved-of-window-update",
            "The reserved bit of WINDOW_UPDATE on a stream is ignored",
            |s| {
                s.open();
                s.burst([post(1), window_update(1, 1).with_reserved_bit(), data(1, 2).end_stream()]);
            },
            answered(1),
        ),
    ]
}
