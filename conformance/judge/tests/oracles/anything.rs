//! What holds of the judge for any transcript.

use h2_conformance_judge::transcript::{EventKind, Transcript};
use h2_conformance_judge::words::*;
use h2_conformance_judge::{judge, Ending, Expect, Outcome};
use h2_conformance_wire::build::*;
use h2_conformance_wire::code::error::*;
use h2_conformance_wire::code::setting;
use h2_conformance_wire::Frame;

use crate::record::{opened, Record};

#[test]
fn data_within_a_window_is_fine_and_one_octet_more_is_not() {
    let head = || opened().subject(response(1, 200));
    let outcome = |record: Record| judge(&alive(), record.alive().transcript()).outcome;
    assert_eq!(outcome(head().subject(data(1, 65_535))), Outcome::Pass);
    assert_eq!(outcome(head().subject(data(1, 65_535)).subject(data(1, 1))), Outcome::Fail);
    assert_eq!(outcome(head().subject(data(1, 65_535).padded(0))), Outcome::Fail);
    // Credit on one of the two windows is not enough.
    assert_eq!(outcome(head().subject(data(1, 65_535)).peer(window_update(1, 1)).subject(data(1, 1))), Outcome::Fail);
    assert_eq!(outcome(head().subject(data(1, 65_535)).peer(window_update(0, 1)).subject(data(1, 1))), Outcome::Fail);
    // A lowered window binds from its acknowledgement on.
    let small = || head().peer(settings().with(setting::INITIAL_WINDOW_SIZE, 10));
    assert_eq!(outcome(small().subject(data(1, 11))), Outcome::Pass);
    assert_eq!(outcome(small().subject(settings().ack()).subject(data(1, 10))), Outcome::Pass);
    assert_eq!(outcome(small().subject(settings().ack()).subject(data(1, 11))), Outcome::Fail);
    // A raised one may be used at once, though a lower one is on its way.
    let both = head()
        .peer(settings().with(setting::INITIAL_WINDOW_SIZE, 0))
        .subject(settings().ack())
        .peer(settings().with(setting::INITIAL_WINDOW_SIZE, 20))
        .peer(settings().with(setting::INITIAL_WINDOW_SIZE, 5));
    assert_eq!(outcome(both.clone().subject(data(1, 20))), Outcome::Pass);
    assert_eq!(outcome(both.subject(data(1, 21))), Outcome::Fail);
}

/// Raw octets may be DATA, and what looks like a frame may be the payload of another.
#[test]
fn credit_is_counted_by_the_octets_that_the_peer_wrote() {
    const MOST: u32 = (1 << 31) - 1;
    let outcome = |record: Record| judge(&alive(), record.alive().transcript()).outcome;
    let grants = |record: Record, octets: u32| outcome(record.subject(window_update(0, octets)));
    let raw = |octets: Vec<u8>| opened().add(EventKind::PeerRaw(octets));
    let room = MOST - 65_535;
    assert_eq!(grants(opened(), room), Outcome::Pass);
    assert_eq!(grants(opened(), room + 1), Outcome::Fail);
    assert_eq!(grants(raw(data(1, 10).to_bytes()), room + 10), Outcome::Pass);
    assert_eq!(grants(raw(data(1, 10).to_bytes()), room + 11), Outcome::Fail);
    // The first nine octets say that sixty follow.
    let swallowing = raw(unknown(0).resized(60).to_bytes()[..9].to_vec()).peer(data(1, 10));
    assert_eq!(grants(swallowing, room + 1), Outcome::Fail);
    let left = |octets| judge(&window(0, octets), raw(data(1, 10).to_bytes()).alive().transcript()).outcome;
    assert_eq!([left(65_525), left(65_535)], [Outcome::Pass, Outcome::Fail]);
}

#[test]
fn frames_in_the_wrong_place_fail_whatever_is_expected() {
    for frame in
        [settings().on(1), goaway(0, PROTOCOL_ERROR).on(1), data(0, 1), response(0, 200), continuation(1, vec![])]
    {
        let record = opened().subject(frame.clone()).subject(goaway(0, PROTOCOL_ERROR)).closes();
        assert_eq!(judge(&conn_error(PROTOCOL_ERROR), record.transcript()).outcome, Outcome::Fail, "{frame}");
    }
}

#[test]
fn the_worst_of_several_checks_counts() {
    let both = conn_error(PROTOCOL_ERROR).and(none_of(3, 1));
    let record = opened().subject(reset(1, CANCEL));
    let closed = record.clone().subject(goaway(1, PROTOCOL_ERROR)).closes();
    assert_eq!(judge(&both, closed.transcript()).outcome, Outcome::Fail);
    assert_eq!(judge(&both, opened().closes().transcript()).outcome, Outcome::Weak);
    // A code that any of the checks allows is not a wrong code.
    let two = stream_error(1, CANCEL).and(stream_error(3, STREAM_CLOSED));
    let record = record.subject(goaway(3, STREAM_CLOSED)).closes();
    assert_eq!(judge(&two, record.transcript()).ending, Ending::Escalated);
}

/// Any frames in any order: no panic, and the same verdict twice.
#[test]
fn nonsense_is_judged_too() {
    let mut seed = 7u32;
    let mut next = move |bound: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % bound
    };
    let expectations: [Expect; 6] =
        [conn_error(1), stream_error(1, 1), malformed(1), ignored(), answered_with(1, 200), window(0, 65_535)];
    for _ in 0..20_000 {
        let mut record = if next(4) == 0 { Record::default() } else { opened() };
        for _ in 0..next(12) {
            let payload = (0..next(14)).map(|_| next(256) as u8).collect();
            let frame = Frame::new(next(11) as u8, next(256) as u8, next(4), payload);
            record = match next(16) {
                0 => record.mark(),
                1 => record.closes(),
                2 => record.alive(),
                3 => record.closes_within_a_frame(),
                4 => record.add(EventKind::PeerClosed),
                5 => record.add(EventKind::Livelock),
                6..=8 => record.peer(frame),
                _ => record.subject(frame),
            };
        }
        for expect in &expectations {
            let verdict = judge(expect, record.transcript());
            assert_eq!(verdict, judge(expect, record.transcript()));
            assert_eq!(verdict.reason.is_empty(), verdict.outcome == Outcome::Pass);
        }
    }
}

#[test]
fn an_empty_record_is_inconclusive() {
    for expect in [alive(), conn_error(1), none_of(0, 1)] {
        assert_eq!(judge(&expect, &Transcript::default()).outcome, Outcome::Inconclusive);
    }
}
