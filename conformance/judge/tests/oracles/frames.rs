//! Checks about frames, content and windows.

use h2_conformance_judge::transcript::EventKind;
use h2_conformance_judge::words::*;
use h2_conformance_judge::{Check, Ending, Expect, Outcome};
use h2_conformance_wire::build::*;
use h2_conformance_wire::code::error::*;
use h2_conformance_wire::code::{kind, setting};

use crate::record::{check, opened, opening, Record, Row};

/// A connection that is gone meets no check about numbers and absences: `right` made such a check
/// hold.
fn gone(right: &Record) -> Vec<Row> {
    use Ending::*;
    use Outcome::*;
    let ends = right.clone();
    vec![
        ("right, but then it closes", ends.clone().closes(), Fail, NoGoaway),
        ("right, but with a connection error", ends.clone().subject(goaway(1, CANCEL)).closes(), Fail, WrongCode),
        ("right, but with a panic", ends.clone().panics(), Fail, Abrupt),
        ("right, after the peer closed", ends.clone().add(EventKind::PeerClosed).closes(), Pass, Clean),
        ("right, with an orderly shutdown", ends.subject(goaway(1, NO_ERROR)).closes(), Pass, Clean),
    ]
}

fn table(right: Record, more: Vec<Row>) -> Vec<Row> {
    let mut rows = gone(&right);
    rows.push(("right", right.alive(), Outcome::Pass, Ending::Clean));
    rows.extend(more);
    rows
}

#[test]
fn resets_after_a_message() {
    use Ending::*;
    use Outcome::*;
    let whole = || opened().subject(response(1, 200).end_stream());
    let rows = vec![
        (
            "then NO_ERROR, and an error for what the peer sent after that",
            whole().subject(reset(1, NO_ERROR)).peer(data(1, 1)).subject(reset(1, STREAM_CLOSED)).alive(),
            Pass,
            Clean,
        ),
        (
            "then NO_ERROR, and an error for nothing",
            whole().peer(data(1, 1)).subject(reset(1, NO_ERROR)).subject(reset(1, STREAM_CLOSED)).alive(),
            Fail,
            Clean,
        ),
        (
            "an error for what the peer sent before",
            whole().peer(data(1, 1)).subject(reset(1, STREAM_CLOSED)).alive(),
            Fail,
            Clean,
        ),
        (
            "then NO_ERROR, and another error for what the peer sent after that",
            whole().subject(reset(1, NO_ERROR)).peer(data(1, 1)).subject(reset(1, CANCEL)).alive(),
            Fail,
            Clean,
        ),
        ("an error after the message", whole().subject(reset(1, PROTOCOL_ERROR)).alive(), Fail, Clean),
    ];
    check("resets after a message", &h2_conformance_judge::words::message(1), &rows);
}

pub(crate) fn message() {
    use Ending::*;
    use Outcome::*;
    let whole = || opened().subject(response(1, 200)).subject(data(1, 2).end_stream());
    let split = response(1, 200).continues();
    let rest = continuation(1, split.payload[3..].to_vec());
    let split = split.resized(3).end_stream();
    let rows = table(
        whole(),
        vec![
            ("without content", opened().subject(response(1, 200).end_stream()).alive(), Pass, Clean),
            ("with trailers", opened().subject(response(1, 200)).subject(trailers(1)).alive(), Pass, Clean),
            (
                "after 103",
                opened().subject(response(1, 103)).subject(response(1, 200).end_stream()).alive(),
                Pass,
                Clean,
            ),
            ("in two pieces", opened().subject(split.clone()).subject(rest).alive(), Pass, Clean),
            ("then NO_ERROR: the rest is not wanted", whole().subject(reset(1, NO_ERROR)).alive(), Pass, Clean),
            ("the second piece is missing", opened().subject(split), Fail, Clean),
            ("another status", opened().subject(response(1, 500).end_stream()).alive(), Fail, Clean),
            ("on another stream", opened().subject(response(3, 200).end_stream()).alive(), Fail, Clean),
            ("only 103", opened().subject(response(1, 103).end_stream()).alive(), Fail, Clean),
            ("no end", opened().subject(response(1, 200)).subject(data(1, 2)).alive(), Fail, Clean),
            ("DATA alone", opened().subject(data(1, 2).end_stream()).alive(), Fail, Clean),
            ("DATA first", opened().subject(data(1, 2)).subject(response(1, 200).end_stream()).alive(), Fail, Clean),
            (
                "reset before the end",
                opened().subject(response(1, 200)).subject(reset(1, NO_ERROR)).alive(),
                Fail,
                Clean,
            ),
            ("reset with an error after the end", whole().subject(reset(1, CANCEL)).alive(), Fail, Clean),
            ("two ends", whole().subject(data(1, 0).end_stream()).alive(), Fail, Clean),
            (
                "fields that cannot be decoded",
                opened().subject(headers_block(1, vec![0xff]).end_stream()).alive(),
                Fail,
                Clean,
            ),
            ("nothing", opened().alive(), Fail, Clean),
            (
                "a frame amid its fields",
                opened().subject(response(1, 200).continues()).subject(data(1, 1)).alive(),
                Fail,
                Clean,
            ),
        ],
    );
    check("message", &Check::Message { stream: 1, status: Some(200) }.into(), &rows);
    let rows = vec![
        ("any status below 400 will do", opened().subject(response(1, 399).end_stream()).alive(), Pass, Clean),
        ("a refusal", opened().subject(response(1, 400).end_stream()).alive(), Fail, Clean),
        ("an error of the server", opened().subject(response(1, 500).end_stream()).alive(), Inconclusive, Clean),
        ("a client's request", opened().add(EventKind::SubjectPreface).subject(get(1)).alive(), Pass, Clean),
        ("nothing", opened().alive(), Fail, Clean),
        ("no end", opened().subject(post(1)).alive(), Fail, Clean),
        (
            "fields that cannot be decoded",
            opened().subject(headers_block(1, vec![0xff]).end_stream()).alive(),
            Fail,
            Clean,
        ),
    ];
    check("message of any status", &Check::Message { stream: 1, status: None }.into(), &rows);
}

pub(crate) fn content() {
    use Ending::*;
    use Outcome::*;
    let rows = table(
        opened().subject(response(1, 200)).subject(data(1, 4).padded(9)).subject(data(1, 6)),
        vec![
            ("before the mark", opening().subject(response(1, 200)).subject(data(1, 10)).mark().alive(), Pass, Clean),
            ("one octet less", opened().subject(response(1, 200)).subject(data(1, 9)).alive(), Fail, Clean),
            ("one octet more", opened().subject(response(1, 200)).subject(data(1, 11)).alive(), Fail, Clean),
            (
                "padding is no content",
                opened().subject(response(1, 200)).subject(data(1, 5).padded(4)).alive(),
                Fail,
                Clean,
            ),
            ("on another stream", opened().subject(response(3, 200)).subject(data(3, 10)).alive(), Fail, Clean),
            ("padding beyond the frame", opened().subject(data(1, 10).claiming_padding(99)).alive(), Fail, Clean),
        ],
    );
    check("content", &h2_conformance_judge::words::content(1, 10), &rows);
}

pub(crate) fn uploaded() {
    use Ending::*;
    use Outcome::*;
    let rows = table(
        opened().peer(data(1, 10).padded(7)).add(EventKind::Automatic(data(1, 5))),
        vec![
            ("with another stream beside it", opened().peer(data(1, 15)).peer(data(3, 90)).alive(), Pass, Clean),
            ("one octet less", opened().peer(data(1, 14)).alive(), Fail, Clean),
            ("one octet more", opened().peer(data(1, 16)).alive(), Fail, Clean),
            ("padding is no content", opened().peer(data(1, 7).padded(7)).alive(), Fail, Clean),
            ("on another stream", opened().peer(data(3, 15)).alive(), Fail, Clean),
            ("from the subject", opened().subject(data(1, 15)).alive(), Fail, Clean),
        ],
    );
    check("uploaded", &h2_conformance_judge::words::uploaded(1, 15), &rows);
}

pub(crate) fn credit_returned() {
    use Ending::*;
    use Outcome::*;
    let stalled = || opened().peer(data(1, 65_535)).add(EventKind::Stalled);
    let right = opened().peer(data(1, 65_535)).subject(window_update(0, 65_535)).peer(data(3, 10));
    // Of an ended connection nothing can be said, and a panic fails in any case.
    let ended = gone(&right).into_iter().map(|(name, record, outcome, ending)| match outcome {
        Fail if ending != Abrupt => (name, record, Weak, ending),
        _ => (name, record, outcome, ending),
    });
    let rows: Vec<Row> = ended
        .chain([
            ("right", right.alive(), Pass, Clean),
            ("the window is used up", stalled().alive(), Fail, Clean),
            ("an update that comes too late", stalled().subject(window_update(0, 1)).alive(), Fail, Clean),
            ("an update of the stream", stalled().subject(window_update(1, 9)).alive(), Fail, Clean),
            ("no window of the stream", opened().add(EventKind::Stalled).alive(), Weak, Clean),
            ("not used up", opened().peer(data(1, 10)).add(EventKind::Unfinished).alive(), Weak, Clean),
            ("ended with GOAWAY", opened().subject(goaway(1, 11)).closes(), Weak, WrongCode),
            ("stalled and ended", stalled().subject(goaway(1, 11)).closes(), Weak, WrongCode),
            ("ended without GOAWAY", opened().closes(), Weak, NoGoaway),
        ])
        .collect();
    check("credit returned", &h2_conformance_judge::words::credit_returned(), &rows);
}

pub(crate) fn unprompted() {
    use Ending::*;
    use Outcome::*;
    let expect = h2_conformance_judge::words::unprompted(h2_conformance_judge::words::content(1, 10));
    let rows = table(
        opened().subject(data(1, 10)),
        vec![
            ("only after the question", opened().asked().subject(data(1, 10)).alive(), Fail, Clean),
            (
                "half of it after the question",
                opened().subject(data(1, 5)).asked().subject(data(1, 5)).alive(),
                Fail,
                Clean,
            ),
            ("never", opened().alive(), Fail, Clean),
        ],
    );
    check("unprompted", &expect, &rows);
}

pub(crate) fn window() {
    use Ending::*;
    use Outcome::*;
    let sent = || opened().peer(post(1)).peer(data(1, 1_000).padded(7));
    let rows = table(
        sent().subject(window_update(0, 1_008)),
        vec![
            (
                "in two portions",
                sent().subject(window_update(0, 8)).subject(window_update(0, 1_000)).alive(),
                Pass,
                Clean,
            ),
            (
                "sent automatically",
                opened().add(EventKind::Automatic(data(1, 9))).subject(window_update(0, 9)).alive(),
                Pass,
                Clean,
            ),
            ("the padding is kept", sent().subject(window_update(0, 1_000)).alive(), Fail, Clean),
            ("one octet is lost", sent().subject(window_update(0, 1_007)).alive(), Fail, Clean),
            ("one octet too many", sent().subject(window_update(0, 1_009)).alive(), Fail, Clean),
            ("to the stream only", sent().subject(window_update(1, 1_008)).alive(), Fail, Clean),
            ("nothing comes back", sent().alive(), Fail, Clean),
            (
                "an increment of 0 too",
                sent().subject(window_update(0, 1_008)).subject(window_update(0, 0)).alive(),
                Fail,
                Clean,
            ),
            (
                "SETTINGS do not move it",
                sent().subject(settings().with(setting::INITIAL_WINDOW_SIZE, 66_543)).alive(),
                Fail,
                Clean,
            ),
        ],
    );
    check("window of the connection", &h2_conformance_judge::words::window(0, 65_535), &rows);
    let rows = table(
        sent().subject(window_update(1, 1_008)),
        vec![
            (
                "SETTINGS move it",
                sent().subject(settings().with(setting::INITIAL_WINDOW_SIZE, 66_543)).alive(),
                Pass,
                Clean,
            ),
            ("to the connection only", sent().subject(window_update(0, 1_008)).alive(), Fail, Clean),
            ("to another stream", sent().subject(window_update(3, 1_008)).alive(), Fail, Clean),
            ("one octet is lost", sent().subject(window_update(1, 1_007)).alive(), Fail, Clean),
        ],
    );
    check("window of a stream", &h2_conformance_judge::words::window(1, 65_535), &rows);
    let rows = vec![
        ("the least", opened().subject(window_update(0, 1)).alive(), Pass, Clean),
        ("the most", opened().subject(window_update(0, 10)).alive(), Pass, Clean),
        ("less", opened().alive(), Fail, Clean),
        ("more", opened().subject(window_update(0, 11)).alive(), Fail, Clean),
        ("to a stream", opened().subject(window_update(1, 5)).alive(), Fail, Clean),
    ];
    check("window within bounds", &window_within(0, 65_536..=65_545), &rows);
}

pub(crate) fn updated_together() {
    use Ending::*;
    use Outcome::*;
    let (of_all, of_one) = (|| window_update(0, 5), || window_update(1, 5));
    let rows = table(
        opened().subject(of_all()).along(of_one()),
        vec![
            ("the other way round", opened().subject(of_one()).along(of_all()).alive(), Pass, Clean),
            (
                "once apart, once together",
                opened().subject(of_one()).subject(of_all()).along(of_one()).alive(),
                Pass,
                Clean,
            ),
            ("one after the other", opened().subject(of_all()).subject(of_one()).alive(), Fail, Clean),
            ("only before the mark", opening().subject(of_all()).along(of_one()).mark().alive(), Fail, Clean),
            ("with another stream", opened().subject(of_all()).along(window_update(3, 5)).alive(), Fail, Clean),
            ("with another frame", opened().subject(of_all()).along(data(1, 5)).alive(), Fail, Clean),
            ("one of them", opened().subject(of_one()).alive(), Fail, Clean),
        ],
    );
    check("updated together", &h2_conformance_judge::words::updated_together(1), &rows);
}

pub(crate) fn count() {
    use Ending::*;
    use Outcome::*;
    let update = || window_update(1, 5);
    let rows = table(
        opened().subject(update()),
        vec![
            ("two are allowed", opened().subject(update()).subject(update()).alive(), Pass, Clean),
            ("one before the mark", opening().subject(update()).mark().subject(update()).alive(), Pass, Clean),
            ("none", opened().alive(), Fail, Clean),
            ("only before the mark", opening().subject(update()).mark().alive(), Fail, Clean),
            ("three", opened().subject(update()).subject(update()).subject(update()).alive(), Fail, Clean),
            (
                "a third after the probe",
                opened().subject(update()).subject(update()).alive().subject(update()),
                Fail,
                Clean,
            ),
            ("on another stream", opened().subject(window_update(3, 5)).alive(), Fail, Clean),
            ("another kind", opened().subject(reset(1, CANCEL)).alive(), Fail, Clean),
        ],
    );
    check("count", &times(kind::WINDOW_UPDATE, 1, 1..=2), &rows);
    let rows = table(
        opened(),
        vec![
            ("one", opened().subject(update()).alive(), Fail, Clean),
            ("one after the probe", opened().alive().subject(update()), Fail, Clean),
        ],
    );
    check("none of a kind", &none_of(kind::WINDOW_UPDATE, 1), &rows);
    let rows = table(
        opened(),
        vec![
            ("the runner's own PINGs do not count", opened().alive().alive(), Pass, Clean),
            ("the subject's PING", opened().subject(ping([1; 8])).alive(), Fail, Clean),
        ],
    );
    check("none of PING", &none_of(kind::PING, 0), &rows);
}

pub(crate) fn acknowledged() {
    use Ending::*;
    use Outcome::*;
    let ack = || settings().ack();
    let rows = vec![
        ("once", opened().subject(ack()).alive(), Pass, Clean),
        ("beside SETTINGS of its own", opened().subject(settings()).subject(ack()).alive(), Pass, Clean),
        ("SETTINGS without ACK", opened().subject(settings()).alive(), Fail, Clean),
        ("twice", opened().subject(ack()).subject(ack()).alive(), Fail, Clean),
        ("with a payload", opened().subject(ack().payload(&[0])).alive(), Fail, Clean),
        ("before the mark", opening().subject(ack()).mark().alive(), Fail, Clean),
        ("nothing", opened().alive(), Fail, Clean),
    ];
    check("acknowledged", &Check::Acknowledged { times: 1 }.into(), &rows);
}

pub(crate) fn pong() {
    use Ending::*;
    use Outcome::*;
    let rows = table(
        opened().peer(ping([9; 8])).subject(ping([9; 8]).ack()),
        vec![
            ("other data", opened().subject(ping([8; 8]).ack()).alive(), Fail, Clean),
            ("without ACK", opened().subject(ping([9; 8])).alive(), Fail, Clean),
            ("before the mark", opening().subject(ping([9; 8]).ack()).mark().alive(), Fail, Clean),
            ("on a stream", opened().subject(ping([9; 8]).ack().on(1)).alive(), Fail, Clean),
            ("too long", opened().subject(ping([9; 8]).ack().resized(9)).alive(), Fail, Clean),
            ("nothing", opened().asked(), Fail, Hang),
        ],
    );
    check("pong", &Check::Pong([9; 8]).into(), &rows);
}

pub(crate) fn no_pong() {
    use Ending::*;
    use Outcome::*;
    let rows = table(
        opened().peer(ping([9; 8]).ack()),
        vec![
            ("another PING is answered", opened().subject(ping([8; 8]).ack()).alive(), Pass, Clean),
            ("answered", opened().subject(ping([9; 8]).ack()).alive(), Fail, Clean),
            ("answered after the probe", opened().alive().subject(ping([9; 8]).ack()), Fail, Clean),
            ("answered twice", opened().subject(ping([9; 8]).ack()).subject(ping([9; 8]).ack()).alive(), Fail, Clean),
        ],
    );
    check("no pong", &h2_conformance_judge::words::no_pong([9; 8]), &rows);
}

pub(crate) fn block_begins() {
    use Ending::*;
    use Outcome::*;
    let block = |octets: &[u8]| headers_block(1, octets.to_vec());
    let rows = table(
        opened().subject(block(&[0x20, 0x88])),
        vec![
            ("the whole block", opened().subject(block(&[0x20])).alive(), Pass, Clean),
            (
                "a later block does not count",
                opened().subject(block(&[0x88])).subject(block(&[0x20])).alive(),
                Fail,
                Clean,
            ),
            ("other octets", opened().subject(block(&[0x88, 0x20])).alive(), Fail, Clean),
            ("an empty block", opened().subject(block(&[])).alive(), Fail, Clean),
            ("on another stream", opened().subject(block(&[0x20]).on(3)).alive(), Fail, Clean),
            ("before the mark", opening().subject(block(&[0x20])).mark().alive(), Fail, Clean),
        ],
    );
    check("block begins", &h2_conformance_judge::words::block_begins(1, &[0x20]), &rows);
}

pub(crate) fn frame_size() {
    use Ending::*;
    use Outcome::*;
    let rows = table(
        opened().subject(response(1, 200)).subject(data(1, 20_000)),
        vec![
            ("one octet more", opened().subject(response(1, 200)).subject(data(1, 20_001)).alive(), Fail, Clean),
            (
                "padding counts",
                opened().subject(response(1, 200)).subject(data(1, 19_999).padded(1)).alive(),
                Fail,
                Clean,
            ),
            ("before the mark", opening().subject(unknown(0).resized(20_001)).mark().alive(), Fail, Clean),
        ],
    );
    check("frame size", &Check::FrameSize { octets: 20_000 }.into(), &rows);
}

pub(crate) fn settings_first() {
    use Ending::*;
    use Outcome::*;
    let start = || Record::default().mark().peer(settings());
    let rows = table(
        start().subject(settings()),
        vec![
            ("an acknowledgement first", start().subject(settings().ack()).subject(settings()).alive(), Fail, Clean),
            ("WINDOW_UPDATE first", start().subject(window_update(0, 1)).subject(settings()).alive(), Fail, Clean),
            ("nothing", start().asked(), Fail, Hang),
            ("closed", start().closes(), Fail, NoGoaway),
            ("SETTINGS on a stream", start().subject(settings().on(1)).alive(), Fail, Clean),
            ("SETTINGS of seven octets", start().subject(settings().resized(7)).alive(), Fail, Clean),
        ],
    );
    check("settings first", &Check::SettingsFirst.into(), &rows);
}

pub(crate) fn last_frame() {
    use Ending::*;
    use Outcome::*;
    let rows = table(
        opened().subject(response(1, 200)).subject(data(1, 5)).subject(reset(1, CANCEL)),
        vec![
            (
                "another stream's frame is last",
                opened().subject(reset(1, CANCEL)).subject(reset(3, 0)).alive(),
                Pass,
                Clean,
            ),
            (
                "another kind is last",
                opened().subject(reset(1, CANCEL)).subject(window_update(1, 1)).alive(),
                Fail,
                Clean,
            ),
            ("no frame", opened().alive(), Fail, Clean),
            ("DATA without HEADERS", opened().subject(data(1, 5)).subject(reset(1, CANCEL)).alive(), Fail, Clean),
            (
                "DATA before HEADERS",
                opened().subject(data(1, 5)).subject(response(1, 200)).subject(reset(1, CANCEL)).alive(),
                Fail,
                Clean,
            ),
        ],
    );
    check("last frame", &Expect::from(Check::LastFrame { stream: 1, kind: kind::RST_STREAM }), &rows);
}

/// What is missing may be missing because of the error.
#[test]
fn a_reason_names_the_error_of_the_connection() {
    use h2_conformance_judge::judge;
    let reason =
        |record: super::record::Record| judge(&h2_conformance_judge::words::message(1), record.transcript()).reason;
    let refused = opened().subject(goaway(1, PROTOCOL_ERROR)).subject(reset(1, NO_ERROR)).closes();
    assert_eq!(reason(refused), "RST_STREAM stream=1 NO_ERROR instead of a message; GOAWAY PROTOCOL_ERROR");
    let stops = opened().subject(goaway(1, NO_ERROR)).subject(reset(1, NO_ERROR)).closes();
    assert_eq!(reason(stops), "RST_STREAM stream=1 NO_ERROR instead of a message");
}
