//! Checks that leave a choice, and those that read a single frame.

use h2_conformance::judge::words::{self, alive, conn_error, none_of, stream_error};
use h2_conformance::judge::{judge, Ending, Outcome};
use h2_conformance::wire::build::*;
use h2_conformance::wire::code::error::*;
use h2_conformance::wire::Frame;

use crate::record::{check, opened, Record};

pub(crate) fn one_of() {
    use Ending::*;
    use Outcome::*;
    let expect = words::one_of([stream_error(1, STREAM_CLOSED), conn_error(PROTOCOL_ERROR)]);
    let reset = |code| opened().subject(reset(1, code));
    check(
        "OneOf",
        &expect,
        &[
            ("the first", reset(STREAM_CLOSED).alive(), Pass, Clean),
            ("the second", opened().subject(goaway(1, PROTOCOL_ERROR)).closes(), Pass, Clean),
            ("the first, of the connection", opened().subject(goaway(1, STREAM_CLOSED)).closes(), Weak, Clean),
            ("a bare close", opened().closes(), Weak, NoGoaway),
            ("neither code", opened().subject(goaway(1, CANCEL)).closes(), Fail, WrongCode),
            ("the code of the second on the stream", reset(PROTOCOL_ERROR).alive(), Fail, Clean),
            ("nothing", opened().alive(), Fail, Clean),
            ("the first, and silence", reset(STREAM_CLOSED).asked(), Fail, Hang),
        ],
    );
    let reason = judge(&expect, opened().alive().transcript()).reason;
    assert!(reason.contains("STREAM_CLOSED"), "the first choice names what is asked for: {reason}");
}

/// A choice among counts must not be met by a connection that is gone.
#[test]
fn a_choice_that_says_nothing_of_the_end_needs_a_connection() {
    let expect = words::one_of([none_of(0, 1), none_of(1, 1)]);
    assert_eq!(judge(&expect, opened().alive().transcript()).outcome, Outcome::Pass);
    assert_eq!(judge(&expect, opened().closes().transcript()).outcome, Outcome::Fail);
    let mixed = words::one_of([none_of(0, 1), alive()]);
    assert_eq!(judge(&mixed, opened().closes().transcript()).outcome, Outcome::Fail);
}

pub(crate) fn preface_refused() {
    use Ending::*;
    use Outcome::*;
    let goes = |frame: Frame| opened().subject(frame);
    check(
        "PrefaceRefused",
        &words::preface_refused(PROTOCOL_ERROR),
        &[
            ("GOAWAY and the close", goes(goaway(0, PROTOCOL_ERROR)).closes(), Pass, Clean),
            ("the close alone", opened().closes(), Pass, Clean),
            ("the close in other words", opened().closes_within_a_frame(), Pass, Abrupt),
            ("GOAWAY without the close", goes(goaway(0, PROTOCOL_ERROR)).asked(), Weak, Hang),
            ("another code", goes(goaway(0, INTERNAL_ERROR)).closes(), Fail, WrongCode),
            ("nothing", opened().alive(), Fail, Clean),
            ("an answer", goes(response(1, 400).end_stream()).alive(), Fail, Clean),
        ],
    );
}

pub(crate) fn last_processed() {
    use Ending::*;
    use Outcome::*;
    let named = |stream| opened().subject(goaway(stream, PROTOCOL_ERROR)).closes();
    check(
        "LastProcessed",
        &conn_error(PROTOCOL_ERROR).and(words::last_processed(3)),
        &[
            ("that stream", named(3), Pass, Clean),
            ("a lower one", named(1), Fail, Clean),
            ("a higher one", named(5), Fail, Clean),
            ("all of them", named((1 << 31) - 1), Fail, Clean),
            (
                "the last one counts",
                opened().subject(goaway(3, NO_ERROR)).subject(goaway(1, PROTOCOL_ERROR)).closes(),
                Fail,
                Clean,
            ),
            ("no GOAWAY", opened().closes(), Fail, NoGoaway),
        ],
    );
}

pub(crate) fn no_pong() {
    use Ending::*;
    use Outcome::*;
    let echoed = |frame: Frame| opened().subject(frame);
    check(
        "NoPong",
        &words::no_pong(*b"do not! "),
        &[
            ("silence", opened().alive(), Pass, Clean),
            ("another answer", echoed(ping(*b"another ").ack()).alive(), Pass, Clean),
            ("a PING of its own", echoed(ping(*b"do not! ")).alive(), Pass, Clean),
            ("an answer", echoed(ping(*b"do not! ").ack()).alive(), Fail, Clean),
            ("the close", opened().closes(), Fail, NoGoaway),
            ("an error", echoed(goaway(0, PROTOCOL_ERROR)).closes(), Fail, WrongCode),
        ],
    );
}

pub(crate) fn block_begins() {
    use Ending::*;
    use Outcome::*;
    let sent = |stream, octets: &[u8]| -> Record { opened().subject(headers_block(stream, octets.to_vec())) };
    check(
        "BlockBegins",
        &words::block_begins(1, &[0x20, 0x88]),
        &[
            ("these octets", sent(1, &[0x20, 0x88]).alive(), Pass, Clean),
            ("and more", sent(1, &[0x20, 0x88, 0x84]).alive(), Pass, Clean),
            (
                "the first block counts",
                sent(1, &[0x20, 0x88]).subject(headers_block(1, vec![0x88])).alive(),
                Pass,
                Clean,
            ),
            ("other octets", sent(1, &[0x88, 0x20]).alive(), Fail, Clean),
            ("too few", sent(1, &[0x20]).alive(), Fail, Clean),
            ("on another stream", sent(3, &[0x20, 0x88]).alive(), Fail, Clean),
            ("no block", opened().alive(), Fail, Clean),
            ("right, but then it closes", sent(1, &[0x20, 0x88]).closes(), Fail, NoGoaway),
        ],
    );
}
