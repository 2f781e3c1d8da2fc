//! Checks about the connection's life.

use h2_conformance_judge::transcript::probe;
use h2_conformance_judge::transcript::{EventKind, Neighbour};
use h2_conformance_judge::{ending_in_words, Check, Ending, Outcome};
use h2_conformance_wire::build::*;
use h2_conformance_wire::code::error::*;

use crate::record::{check, opened, opening, Row};

/// What is wrong wherever the connection has to go on.
pub(crate) fn dead() -> Vec<Row> {
    use Ending::*;
    use Outcome::*;
    vec![
        ("the probe is not answered", opened().asked(), Fail, Hang),
        ("closed", opened().closes(), Fail, NoGoaway),
        ("closed after the answer to the probe", opened().alive().closes(), Fail, NoGoaway),
        ("GOAWAY and the close", opened().subject(goaway(0, PROTOCOL_ERROR)).closes(), Fail, WrongCode),
        ("GOAWAY, and it stays open", opened().subject(goaway(0, PROTOCOL_ERROR)).alive(), Fail, WrongCode),
        ("GOAWAY after the answer to the probe", opened().alive().subject(goaway(0, CANCEL)), Fail, WrongCode),
        ("a client leaves and says failure", opened().asked().leaves(Some(false)), Fail, Clean),
        ("the answer to another PING", opened().asked().subject(ping([7; 8]).ack()), Fail, Hang),
        ("a PING instead of its answer", opened().asked().subject(ping(probe(1))), Fail, Hang),
        ("an answer before the question", opened().subject(ping(probe(1)).ack()).asked(), Fail, Hang),
        ("an answer of nine octets", opened().asked().subject(ping(probe(1)).ack().resized(9)), Fail, Hang),
        ("a panic", opened().alive().panics(), Fail, Abrupt),
        ("no rest", opened().add(EventKind::Livelock), Fail, Hang),
        ("closed in the middle of a frame", opened().closes_within_a_frame(), Fail, Abrupt),
        ("the environment failed", opened().add(EventKind::Harness("no route".into())), Inconclusive, Clean),
        ("no mark was reached", opening().alive(), Inconclusive, Clean),
        ("DATA beyond the window", opened().subject(response(1, 200)).subject(data(1, 65_536)).alive(), Fail, Clean),
    ]
}

/// How it ended, without a word on whether that is right.
pub(crate) fn endings_in_words() {
    for (record, words) in [
        (opened().alive(), "none: the connection still works"),
        (opened().asked(), "none: neither closed nor answering a PING"),
        (opened(), "none: not closed, and no PING could be sent"),
        (opened().subject(goaway(0, FRAME_SIZE_ERROR)).closes(), "GOAWAY FRAME_SIZE_ERROR"),
        (opened().subject(goaway(0, NO_ERROR)).subject(goaway(0, CANCEL)).closes(), "GOAWAY CANCEL"),
        (opened().subject(goaway(0, NO_ERROR)).alive(), "GOAWAY NO_ERROR, not closed"),
        (
            opened().subject(goaway(0, NO_ERROR)).closes_within_a_frame(),
            "GOAWAY NO_ERROR, closed in the middle of a frame",
        ),
        (opened().closes(), "closed without GOAWAY"),
        (opened().add(EventKind::PeerClosed).closes(), "closed after the peer's end"),
        (opened().closes().add(EventKind::PeerClosed), "closed without GOAWAY"),
        (opened().panics(), "a panic"),
        (opened().leaves(Some(true)), "none: the client left when its request was over"),
    ] {
        assert_eq!(ending_in_words(record.transcript()), words);
    }
}

pub(crate) fn ignored() {
    use Ending::*;
    use Outcome::*;
    let mut rows = dead();
    rows.extend([
        ("a client leaves and says success", opened().asked().leaves(Some(true)), Pass, Clean),
        ("a client leaves after a reset", opened().subject(reset(1, CANCEL)).leaves(Some(true)), Fail, Clean),
        ("only the probe's answer", opened().peer(unknown(0)).alive(), Pass, Clean),
        ("SETTINGS is acknowledged too", opened().peer(settings()).subject(settings().ack()).alive(), Pass, Clean),
        ("answers before the mark", opening().subject(reset(1, CANCEL)).mark().alive(), Pass, Clean),
        ("RST_STREAM", opened().subject(reset(1, PROTOCOL_ERROR)).alive(), Fail, Clean),
        ("RST_STREAM after the probe's answer", opened().alive().subject(reset(1, PROTOCOL_ERROR)), Fail, Clean),
        ("a client asks again", opened().add(EventKind::SubjectPreface).subject(get(3)).alive(), Pass, Clean),
        ("an answer to the request", opened().subject(response(1, 200).end_stream()).alive(), Fail, Clean),
        ("credit", opened().subject(window_update(0, 1)).alive(), Pass, Clean),
        ("SETTINGS and PING of its own", opened().subject(settings()).subject(ping([1; 8])).alive(), Pass, Clean),
        ("credit of nothing", opened().subject(window_update(0, 0)).alive(), Fail, Clean),
        ("a shutdown that still answers", opened().subject(goaway(0, NO_ERROR)).alive(), Pass, Clean),
        ("a shutdown and the close", opened().subject(goaway(0, NO_ERROR)).closes(), Fail, Clean),
        ("an extension frame, and PRIORITY", opened().subject(unknown(0)).subject(priority(1)).alive(), Pass, Clean),
        ("SETTINGS ACK with a payload", opened().subject(settings().ack().payload(&[0])).alive(), Fail, Clean),
    ]);
    check("ignored", &h2_conformance_judge::words::ignored(), &rows);
}

pub(crate) fn alive() {
    use Ending::*;
    use Outcome::*;
    let mut rows = dead();
    rows.extend([
        ("the probe is answered", opened().alive(), Pass, Clean),
        ("a client leaves", opened().asked().leaves(None), Pass, Clean),
        ("a client leaves and says success", opened().asked().leaves(Some(true)), Pass, Clean),
        ("a client whose request is reset says failure", opened().peer(reset(1, 8)).leaves(Some(false)), Pass, Clean),
        ("a promise is reset, and it says failure", opened().peer(reset(2, 8)).leaves(Some(false)), Fail, Clean),
        ("other frames come too", opened().subject(reset(1, CANCEL)).alive(), Pass, Clean),
        ("a shutdown that still answers", opened().subject(goaway(0, NO_ERROR)).alive(), Pass, Clean),
    ]);
    check("alive", &h2_conformance_judge::words::alive(), &rows);
}

pub(crate) fn ends() {
    use Ending::*;
    use Outcome::*;
    let rows = vec![
        ("GOAWAY NO_ERROR and the close", opened().subject(goaway(1, NO_ERROR)).closes(), Pass, Clean),
        (
            "twice GOAWAY NO_ERROR and the close",
            opened().subject(goaway(1, 0)).subject(goaway(1, 0)).closes(),
            Pass,
            Clean,
        ),
        ("the close after the peer's", opened().add(EventKind::PeerClosed).closes(), Pass, Clean),
        ("the close alone", opened().closes(), Pass, NoGoaway),
        ("a client leaves", opened().asked().leaves(None), Pass, Clean),
        ("GOAWAY with an error", opened().subject(goaway(1, INTERNAL_ERROR)).closes(), Fail, WrongCode),
        (
            "an error after NO_ERROR",
            opened().subject(goaway(1, 0)).subject(goaway(1, CANCEL)).closes(),
            Fail,
            WrongCode,
        ),
        (
            "an error before NO_ERROR",
            opened().subject(goaway(1, CANCEL)).subject(goaway(1, 0)).closes(),
            Fail,
            WrongCode,
        ),
        ("GOAWAY and no close", opened().subject(goaway(1, NO_ERROR)).asked(), Fail, Hang),
        ("GOAWAY and it goes on", opened().subject(goaway(1, NO_ERROR)).alive(), Fail, Clean),
        ("nothing", opened().alive(), Fail, Clean),
        ("silence", opened().asked(), Fail, Hang),
        ("closed in the middle of a frame", opened().closes_within_a_frame(), Fail, Abrupt),
        ("closed before the mark", opening().closes().mark(), Inconclusive, NoGoaway),
        ("a panic", opened().panics(), Fail, Abrupt),
        ("a malformed GOAWAY", opened().subject(goaway(1, 0).resized(7)).closes(), Fail, NoGoaway),
    ];
    check("ends", &h2_conformance_judge::words::ends(), &rows);
}

pub(crate) fn closes() {
    use Ending::*;
    use Outcome::*;
    let rows = vec![
        ("GOAWAY with an error and the close", opened().subject(goaway(1, PROTOCOL_ERROR)).closes(), Pass, Clean),
        ("the close alone", opened().closes(), Pass, NoGoaway),
        ("a client leaves", opened().asked().leaves(None), Pass, Clean),
        ("GOAWAY with an error and no close", opened().subject(goaway(1, PROTOCOL_ERROR)).asked(), Fail, Hang),
        ("GOAWAY with an error and it goes on", opened().subject(goaway(1, PROTOCOL_ERROR)).alive(), Fail, Hang),
        ("GOAWAY with another error and the close", opened().subject(goaway(1, CANCEL)).closes(), Pass, WrongCode),
        ("RST_STREAM", opened().subject(reset(1, PROTOCOL_ERROR)).alive(), Fail, Clean),
        ("nothing", opened().alive(), Fail, Clean),
        ("silence", opened().asked(), Fail, Hang),
        ("closed in the middle of a frame", opened().closes_within_a_frame(), Pass, Abrupt),
        ("a panic", opened().panics(), Fail, Abrupt),
    ];
    check("closes", &h2_conformance_judge::words::closes(PROTOCOL_ERROR), &rows);
}

fn beside(asked: u32, answered: u32) -> EventKind {
    EventKind::Neighbour(Neighbour { asked, answered, slowest: std::time::Duration::from_millis(1) })
}

pub(crate) fn neighbour_served() {
    use Ending::*;
    use Outcome::*;
    let rows = vec![
        ("all are answered", opened().alive().add(beside(3, 3)), Pass, Clean),
        (
            "GOAWAY with any code",
            opened().subject(goaway(0, ENHANCE_YOUR_CALM)).closes().add(beside(1, 1)),
            Pass,
            Clean,
        ),
        ("a bare close", opened().closes().add(beside(1, 1)), Pass, Clean),
        ("closed in the middle of a frame", opened().closes_within_a_frame().add(beside(1, 1)), Pass, Clean),
        ("the attacker sees a fault", opened().subject(data(1, 65_536)).add(beside(1, 1)), Pass, Clean),
        ("the attacker is not answered", opened().asked().add(beside(2, 2)), Pass, Clean),
        ("one is not answered", opened().alive().add(beside(3, 2)), Fail, Clean),
        ("none is answered", opened().closes().add(beside(1, 0)), Fail, Clean),
        ("none was asked", opened().alive().add(beside(0, 0)), Inconclusive, Clean),
        ("nothing is known of others", opened().alive(), Inconclusive, Clean),
        ("the attack did not begin", opening().closes().mark().add(beside(1, 1)), Inconclusive, Clean),
        ("the environment failed", opened().add(EventKind::Harness("no route".into())), Inconclusive, Clean),
    ];
    check("neighbour_served", &Check::NeighbourServed.into(), &rows);
}

pub(crate) fn grows_within() {
    use Ending::*;
    use Outcome::*;
    let grown = |bytes| opened().alive().add(EventKind::Grown { bytes });
    let rows = vec![
        ("less", grown(10), Pass, Clean),
        ("not known", opened().alive(), Pass, Clean),
        ("one byte more", grown(11), Fail, Clean),
        ("much more", grown(u64::MAX), Fail, Clean),
        ("the process has ended", opened().alive().add(EventKind::ProcessEnded), Fail, Clean),
        ("first more, and then less", grown(11).add(EventKind::Grown { bytes: 1 }), Fail, Clean),
    ];
    check("grows_within", &Check::GrowsWithin { bytes: 10 }.into(), &rows);
}
