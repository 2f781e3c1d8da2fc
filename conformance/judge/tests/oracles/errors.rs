//! Checks that expect an error.

use h2_conformance_judge::transcript::{EventKind, OtherProtocol};
use h2_conformance_judge::words::{self, *};
use h2_conformance_judge::{Ending, Outcome};
use h2_conformance_wire::build::*;
use h2_conformance_wire::code::error::*;

use crate::record::{check, opened, opening, Record, Row};

/// What is wrong whatever error is expected.
fn wrong_for_any_error() -> Vec<Row> {
    use Ending::*;
    use Outcome::*;
    vec![
        ("nothing comes and the connection works", opened().peer(post(1)).alive(), Fail, Clean),
        ("nothing comes at all", opened().peer(post(1)).asked(), Fail, Hang),
        ("GOAWAY with another code", opened().subject(goaway(1, CANCEL)).closes(), Fail, WrongCode),
        ("the same, and it stays open", opened().subject(goaway(1, CANCEL)).asked(), Fail, WrongCode),
        ("GOAWAY NO_ERROR and the close", opened().subject(goaway(1, NO_ERROR)).closes(), Weak, WrongCode),
        ("RST_STREAM with another code", opened().subject(reset(1, CANCEL)).alive(), Fail, Clean),
        ("closed without GOAWAY", opened().closes(), Weak, NoGoaway),
        ("the request is answered", opened().subject(response(1, 200).end_stream()).alive(), Fail, Clean),
        ("a panic", opened().panics(), Fail, Abrupt),
        ("a panic before the mark", opening().panics(), Fail, Abrupt),
        ("a frame that cannot be parsed", opened().subject(ping([0; 8]).resized(7)).alive(), Fail, Clean),
        ("closed before the mark", opening().closes().mark(), Inconclusive, NoGoaway),
        (
            "GOAWAY before the mark",
            opening().subject(goaway(0, INTERNAL_ERROR)).mark().closes(),
            Inconclusive,
            WrongCode,
        ),
        ("the subject never opened", silent().mark().asked(), Inconclusive, Hang),
    ]
}

fn silent() -> Record {
    Record::default().peer(settings())
}

/// The rows above with some verdicts replaced, and more rows.
fn table(replaced: &[(&str, Outcome, Ending)], more: Vec<Row>) -> Vec<Row> {
    let mut rows = wrong_for_any_error();
    for (name, outcome, ending) in replaced {
        let row = rows.iter_mut().find(|row| row.0 == *name).expect("a row of that name");
        (row.2, row.3) = (*outcome, *ending);
    }
    rows.extend(more);
    rows
}

pub(crate) fn connection_error() {
    use Ending::*;
    use Outcome::*;
    let right = goaway(1, STREAM_CLOSED);
    let rows = table(
        &[("GOAWAY NO_ERROR and the close", Fail, WrongCode)],
        vec![
            ("GOAWAY and the close", opened().subject(right.clone()).closes(), Pass, Clean),
            ("GOAWAY with a generic code", opened().subject(goaway(1, INTERNAL_ERROR)).closes(), Weak, WrongCode),
            ("the same before the mark", opening().subject(right.clone()).mark().closes(), Inconclusive, Clean),
            (
                "another answer came first",
                opened().subject(response(1, 200)).subject(right.clone()).closes(),
                Pass,
                Clean,
            ),
            (
                "a shutdown without error first",
                opened().subject(goaway(1, NO_ERROR)).subject(right.clone()).closes(),
                Pass,
                Clean,
            ),
            (
                "a shutdown without error after",
                opened().subject(right.clone()).subject(goaway(1, NO_ERROR)).closes(),
                Pass,
                Clean,
            ),
            ("GOAWAY but stays open, silent", opened().subject(right.clone()).asked(), Weak, Hang),
            ("GOAWAY but stays open, answering", opened().subject(right.clone()).alive(), Weak, Hang),
            ("GOAWAY, then half a frame", opened().subject(right.clone()).closes_within_a_frame(), Weak, Abrupt),
            ("only the stream is reset", opened().subject(reset(1, STREAM_CLOSED)).alive(), Fail, Clean),
            ("reset, then a client leaves", opened().subject(reset(1, STREAM_CLOSED)).leaves(None), Fail, Clean),
            ("a client leaves", opened().asked().leaves(None), Fail, Clean),
            ("a client leaves and says success", opened().asked().leaves(Some(true)), Fail, Clean),
            ("a client leaves and says failure", opened().asked().leaves(Some(false)), Weak, Clean),
            ("reset, then closed", opened().subject(reset(1, STREAM_CLOSED)).closes(), Weak, NoGoaway),
            (
                "wrong code, then the right one",
                opened().subject(goaway(1, CANCEL)).subject(right).closes(),
                Fail,
                WrongCode,
            ),
            ("a code that no RFC defines", opened().subject(goaway(1, 0xfe)).closes(), Weak, WrongCode),
            ("GOAWAY too short for a code", opened().subject(goaway(1, 0).resized(4)).closes(), Fail, NoGoaway),
        ],
    );
    check("connection error", &conn_error(STREAM_CLOSED), &rows);
    check("connection error, of several codes", &conn_error([STREAM_CLOSED, PROTOCOL_ERROR]), &rows);
}

/// What comes of RST_STREAM with a code that is not asked for, and an end. `beyond`: the outcome
/// where a generic one will do.
fn other_codes(beyond: Outcome) -> Vec<Row> {
    use Ending::*;
    vec![
        (
            "RST_STREAM with another code, and a client leaves",
            opened().subject(reset(1, CANCEL)).leaves(Some(false)),
            beyond,
            Clean,
        ),
        (
            "RST_STREAM with a generic code, and a client leaves",
            opened().subject(reset(1, INTERNAL_ERROR)).leaves(Some(false)),
            beyond,
            Clean,
        ),
        (
            "RST_STREAM with a generic code, and the close",
            opened().subject(reset(1, INTERNAL_ERROR)).closes(),
            beyond,
            NoGoaway,
        ),
    ]
}

/// Rows that the checks for errors of a stream share. `beyond`: the outcome when the whole
/// connection suffers.
fn stream_rows(beyond: Outcome) -> Vec<Row> {
    use Ending::*;
    use Outcome::*;
    let right = reset(1, STREAM_CLOSED);
    let row = if beyond == Weak {
        &[][..]
    } else {
        &[("GOAWAY NO_ERROR and the close", beyond, WrongCode), ("closed without GOAWAY", beyond, NoGoaway)]
    };
    let mut rows = table(
        row,
        vec![
            ("RST_STREAM, and it works", opened().subject(right.clone()).alive(), Pass, Clean),
            ("RST_STREAM with a generic code", opened().subject(reset(1, INTERNAL_ERROR)).alive(), beyond, Clean),
            ("the same, then silence", opened().subject(reset(1, INTERNAL_ERROR)).asked(), Fail, Hang),
            ("GOAWAY with a generic code", opened().subject(goaway(1, INTERNAL_ERROR)).closes(), beyond, WrongCode),
            (
                "RST_STREAM during a shutdown",
                opened().subject(goaway(1, NO_ERROR)).subject(right.clone()).alive(),
                Pass,
                Clean,
            ),
            ("RST_STREAM on another stream", opened().subject(reset(3, STREAM_CLOSED)).alive(), Fail, Clean),
            ("RST_STREAM before the mark", opening().subject(right.clone()).mark().alive(), Fail, Clean),
            ("RST_STREAM, then silence", opened().subject(right.clone()).asked(), Fail, Hang),
            ("RST_STREAM, then closed", opened().subject(right.clone()).closes(), beyond, NoGoaway),
            ("RST_STREAM, then a client leaves", opened().subject(right.clone()).leaves(None), Pass, Clean),
            ("a client leaves and says failure", opened().asked().leaves(Some(false)), beyond, Clean),
            (
                "the same after the end of the stream",
                opened().peer(response(1, 200).end_stream()).subject(goaway(0, NO_ERROR)).leaves(Some(false)),
                Pass,
                Clean,
            ),
            ("a client leaves and says success", opened().asked().leaves(Some(true)), Fail, Clean),
            ("a wrong code, then a client leaves", opened().subject(reset(1, CANCEL)).leaves(None), Fail, Clean),
            ("a connection error", opened().subject(goaway(1, STREAM_CLOSED)).closes(), beyond, Escalated),
            ("a connection error that stays open", opened().subject(goaway(1, STREAM_CLOSED)).asked(), beyond, Hang),
            (
                "both errors",
                opened().subject(right.clone()).subject(goaway(1, STREAM_CLOSED)).closes(),
                beyond,
                Escalated,
            ),
            (
                "RST_STREAM, then a wrong GOAWAY",
                opened().subject(right).subject(goaway(1, CANCEL)).closes(),
                Fail,
                WrongCode,
            ),
            (
                "RST_STREAM that cannot be read",
                opened().subject(reset(1, STREAM_CLOSED).resized(3)).alive(),
                Fail,
                Clean,
            ),
            ("RST_STREAM of the connection", opened().subject(reset(0, STREAM_CLOSED)).alive(), Fail, Clean),
        ],
    );
    rows.extend(other_codes(beyond));
    rows
}

pub(crate) fn preface_refused() {
    use Ending::*;
    use Outcome::*;
    let begun = || Record::default().mark();
    let rows = vec![
        ("GOAWAY and the close", begun().subject(settings()).subject(goaway(0, PROTOCOL_ERROR)).closes(), Pass, Clean),
        ("the close alone", begun().closes(), Pass, Clean),
        ("another code", begun().subject(goaway(0, CANCEL)).closes(), Fail, WrongCode),
        ("GOAWAY but stays open", begun().subject(goaway(0, PROTOCOL_ERROR)), Weak, Hang),
        ("goes on", begun().subject(settings()).alive(), Fail, Clean),
        ("breaks off in a frame", begun().closes_within_a_frame(), Weak, Abrupt),
        ("an answer in HTTP/1.1", begun().add(EventKind::OtherProtocol(OtherProtocol::Http1)), Pass, Clean),
        ("the same, and the close", begun().add(EventKind::OtherProtocol(OtherProtocol::Http1)).closes(), Pass, Clean),
        ("an alert of TLS", begun().add(EventKind::OtherProtocol(OtherProtocol::Tls)), Fail, Clean),
    ];
    check("preface refused", &h2_conformance_judge::words::preface_refused(PROTOCOL_ERROR), &rows);
}

pub(crate) fn last_processed() {
    use Ending::*;
    use Outcome::*;
    let expect = conn_error(PROTOCOL_ERROR).and(h2_conformance_judge::words::last_processed(3));
    let rows = vec![
        ("it does", opened().subject(goaway(3, PROTOCOL_ERROR)).closes(), Pass, Clean),
        (
            "the last GOAWAY counts",
            opened().subject(goaway(9, NO_ERROR)).subject(goaway(3, PROTOCOL_ERROR)).closes(),
            Pass,
            Clean,
        ),
        ("a stream before it", opened().subject(goaway(1, PROTOCOL_ERROR)).closes(), Fail, Clean),
        ("a stream after it", opened().subject(goaway(5, PROTOCOL_ERROR)).closes(), Fail, Clean),
        ("no GOAWAY", opened().closes(), Weak, NoGoaway),
    ];
    check("last processed", &expect, &rows);
}

#[test]
fn what_an_ended_connection_cannot_show() {
    use Ending::*;
    use Outcome::*;
    let expect = h2_conformance_judge::words::malformed(5).and(h2_conformance_judge::words::answered(3));
    let reset = || opened().subject(reset(5, PROTOCOL_ERROR));
    let rows = vec![
        ("the error and the answer", reset().subject(response(3, 200).end_stream()).alive(), Pass, Clean),
        ("no answer", reset().alive(), Fail, Clean),
        ("the whole connection", opened().subject(goaway(3, PROTOCOL_ERROR)).closes(), Weak, Escalated),
        ("with another code", opened().subject(goaway(3, CANCEL)).closes(), Fail, WrongCode),
        ("the close alone", opened().closes(), Weak, NoGoaway),
        ("no error and no answer", opened().alive(), Fail, Clean),
    ];
    check("malformed beside another", &expect, &rows);
}

pub(crate) fn one_of() {
    use Ending::*;
    use Outcome::*;
    let choices = [words::stream_error(1, STREAM_CLOSED), words::ignored()];
    let expect = words::one_of(choices);
    let rows = vec![
        ("the first", opened().subject(reset(1, STREAM_CLOSED)).alive(), Pass, Clean),
        ("the second", opened().alive(), Pass, Clean),
        ("the first, escalated", opened().subject(goaway(1, STREAM_CLOSED)).closes(), Weak, Escalated),
        ("neither", opened().subject(reset(1, CANCEL)).alive(), Fail, Clean),
        ("neither, and no answer", opened().asked(), Fail, Hang),
        ("neither, with another code", opened().subject(goaway(1, CANCEL)).closes(), Fail, WrongCode),
    ];
    check("one of", &expect, &rows);
}

pub(crate) fn stream_error() {
    check("stream error", &h2_conformance_judge::words::stream_error(1, STREAM_CLOSED), &stream_rows(Outcome::Weak));
}

pub(crate) fn stream_error_only() {
    let rows = stream_rows(Outcome::Fail);
    check("stream error only", &h2_conformance_judge::words::stream_error_only(1, STREAM_CLOSED), &rows);
}

pub(crate) fn any_error() {
    use Ending::*;
    use Outcome::*;
    let right = || reset(1, STREAM_CLOSED);
    let rows = table(
        &[],
        vec![
            ("RST_STREAM, and it works", opened().subject(right()).alive(), Pass, Clean),
            ("GOAWAY and the close", opened().subject(goaway(1, STREAM_CLOSED)).closes(), Pass, Clean),
            ("both", opened().subject(right()).subject(goaway(1, STREAM_CLOSED)).closes(), Pass, Clean),
            ("GOAWAY that stays open", opened().subject(goaway(1, STREAM_CLOSED)).asked(), Weak, Hang),
            ("RST_STREAM on another stream", opened().subject(reset(3, STREAM_CLOSED)).alive(), Fail, Clean),
            ("RST_STREAM, then silence", opened().subject(right()).asked(), Fail, Hang),
            ("RST_STREAM, then closed", opened().subject(right()).closes(), Weak, NoGoaway),
            (
                "RST_STREAM, then a wrong GOAWAY",
                opened().subject(right()).subject(goaway(1, CANCEL)).closes(),
                Fail,
                WrongCode,
            ),
        ],
    );
    check("any error", &h2_conformance_judge::words::any_error(1, STREAM_CLOSED), &rows);
}

pub(crate) fn rejected() {
    use Ending::*;
    use Outcome::*;
    let rows = vec![
        ("RST_STREAM", opened().subject(reset(1, CANCEL)).alive(), Pass, Clean),
        (
            "RST_STREAM, then the end",
            opened().subject(reset(1, CANCEL)).subject(goaway(0, NO_ERROR)).closes(),
            Pass,
            Clean,
        ),
        ("an answer of 400", opened().subject(response(1, 400).end_stream()).alive(), Pass, Clean),
        ("the connection ends", opened().subject(goaway(0, PROTOCOL_ERROR)).closes(), Weak, WrongCode),
        ("an answer of 200", opened().subject(response(1, 200).end_stream()).alive(), Fail, Clean),
        ("nothing", opened().alive(), Fail, Clean),
        ("RST_STREAM on another stream", opened().subject(reset(3, CANCEL)).alive(), Fail, Clean),
    ];
    check("rejected", &words::rejected(1), &rows);
}

pub(crate) fn malformed() {
    use Ending::*;
    use Outcome::*;
    let right = || reset(1, PROTOCOL_ERROR);
    let refusal = || opened().subject(response(1, 400).end_stream());
    let rows = table(
        &[],
        vec![
            ("RST_STREAM, and it works", opened().subject(right()).alive(), Pass, Clean),
            ("an answer of 400", refusal().alive(), Pass, Clean),
            ("400, and the rest is not wanted", refusal().subject(reset(1, NO_ERROR)).alive(), Pass, Clean),
            ("400, then RST_STREAM for the fault", refusal().subject(right()).alive(), Pass, Clean),
            (
                "400 in HEADERS and DATA",
                opened().subject(response(1, 400)).subject(data(1, 3).end_stream()).alive(),
                Pass,
                Clean,
            ),
            ("400 without an end", opened().subject(response(1, 400)).alive(), Fail, Clean),
            ("400, then a wrong RST_STREAM", refusal().subject(reset(1, CANCEL)).alive(), Fail, Clean),
            ("an answer of 501", opened().subject(response(1, 501).end_stream()).alive(), Pass, Clean),
            ("RST_STREAM of a generic code", opened().subject(reset(1, INTERNAL_ERROR)).alive(), Weak, Clean),
            ("RST_STREAM of another code", opened().subject(reset(1, CANCEL)).alive(), Fail, Clean),
            ("400 on another stream", opened().subject(response(3, 400).end_stream()).alive(), Fail, Clean),
            ("400, then closed", refusal().closes(), Weak, NoGoaway),
            ("an answer of 500", opened().subject(response(1, 500).end_stream()).alive(), Weak, Clean),
            ("an answer of 500, then silence", opened().subject(response(1, 500).end_stream()).asked(), Fail, Hang),
            ("400, then silence", refusal().asked(), Fail, Hang),
            ("a connection error", opened().subject(goaway(1, PROTOCOL_ERROR)).closes(), Weak, Escalated),
            (
                "a connection error of another code",
                opened().subject(goaway(1, COMPRESSION_ERROR)).closes(),
                Fail,
                WrongCode,
            ),
            ("RST_STREAM on another stream", opened().subject(reset(3, PROTOCOL_ERROR)).alive(), Fail, Clean),
        ],
    );
    check("malformed", &h2_conformance_judge::words::malformed(1), &rows);
}

pub(crate) fn refused() {
    use Ending::*;
    use Outcome::*;
    let right = || reset(1, REFUSED_STREAM);
    let rows = table(
        &[],
        vec![
            ("RST_STREAM, and it works", opened().subject(right()).alive(), Pass, Clean),
            ("RST_STREAM on another stream", opened().subject(reset(3, REFUSED_STREAM)).alive(), Fail, Clean),
            ("RST_STREAM CANCEL", opened().subject(reset(1, CANCEL)).alive(), Fail, Clean),
            ("the whole connection", opened().subject(goaway(1, REFUSED_STREAM)).closes(), Weak, Escalated),
            ("RST_STREAM, then silence", opened().subject(right()).asked(), Fail, Hang),
        ],
    );
    check("refused", &h2_conformance_judge::words::refused(1), &rows);
}
