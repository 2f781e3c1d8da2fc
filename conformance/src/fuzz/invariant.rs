//! What no connection may do, whatever the peer and the application do.

use super::input::{Input, Mode};
use crate::case::Config;
use crate::judge::{judge, Expect, Outcome};
use crate::transcript::{probe, EventKind, Transcript};
use crate::wire::code::{kind, DEFAULT_WINDOW};
use crate::wire::FlowWindows;
use crate::wire::View;

/// Octets besides DATA that a subject may answer each octet with. The dearest answers are to the
/// cheapest turns: three octets make a request of the application.
const ANSWERS: usize = 32;
/// Frames that the peer sends beside a script, above which the length of a run says nothing.
const MOST_AUTOMATIC: usize = 20_000;
/// What a subject may say unasked: its preface, SETTINGS, GOAWAY.
const UNASKED: usize = 1_000;

/// The first thing that may not be, if there is one.
#[must_use]
pub fn fault(input: &Input<'_>, transcript: &Transcript) -> Option<String> {
    // Checks of a case there are none: what fails is an invariant of every case.
    let verdict = judge(&Expect::NOTHING, transcript);
    let broken = (verdict.outcome == Outcome::Fail).then_some(verdict.reason);
    let asked = input.turns.iter().map(|turn| turn.octets.len() + 3).sum();
    broken
        .or_else(|| too_much_credit(input.mode, transcript))
        .or_else(|| flood(asked, transcript))
        .or_else(|| deaf(transcript))
}

/// The same of a script, whose calls may set windows of any size. `asked` is in octets. A subject
/// that was told to take little abuse may read nothing more for a while.
#[must_use]
pub(super) fn fault_of_script(config: &Config, asked: usize, transcript: &Transcript) -> Option<String> {
    // The peer itself keeps a subject busy that gets its credit octet by octet.
    let automatic = transcript.timeless().filter(|kind| matches!(kind, EventKind::Automatic(_))).count();
    if automatic > MOST_AUTOMATIC {
        return None;
    }
    let verdict = judge(&Expect::NOTHING, transcript);
    let broken = (verdict.outcome == Outcome::Fail).then_some(verdict.reason);
    let has_patience = config.abuse.is_none();
    broken.or_else(|| flood(asked, transcript)).or_else(|| has_patience.then(|| deaf(transcript)).flatten())
}

/// More credit than the windows were made for. What is received in excess would have to be kept
/// somewhere.
fn too_much_credit(mode: Mode, transcript: &Transcript) -> Option<String> {
    let config = mode.case().config;
    // Windows grow up to half of the budget.
    let grown = i64::from(config.receive_budget.unwrap_or(0) / 2);
    let connection = i64::from(config.connection_window.unwrap_or(DEFAULT_WINDOW)).max(grown);
    let stream = i64::from(config.stream_window.unwrap_or(DEFAULT_WINDOW)).max(DEFAULT_WINDOW.into()).max(grown);
    let mut granted = FlowWindows::default();
    for event in &transcript.events {
        match &event.kind {
            EventKind::Peer(frame) => granted.sent(frame),
            EventKind::Subject(frame) => {
                granted.granted(frame);
                let (limit, window) = match frame.stream {
                    0 => (connection, granted.connection()),
                    of => (stream, granted.stream(of)),
                };
                if frame.kind == kind::WINDOW_UPDATE && window > limit {
                    return Some(format!("{frame} opens a window of {window} octets, and {limit} is the limit"));
                }
            }
            _ => {}
        }
    }
    None
}

/// Answers out of proportion to what was asked.
fn flood(asked: usize, transcript: &Transcript) -> Option<String> {
    let answers = transcript.subject_frames().filter(|(_, frame)| frame.kind != kind::DATA);
    let answered: usize = answers.map(|(_, frame)| frame.payload.len() + 9).sum();
    (answered > UNASKED + ANSWERS * asked).then(|| format!("{answered} octets besides DATA in answer to {asked}"))
}

/// A connection that says nothing at all any more: no answer to a PING, no GOAWAY, no end.
fn deaf(transcript: &Transcript) -> Option<String> {
    let asked = transcript.events.iter().position(|event| matches!(event.kind, EventKind::Probe(_)))?;
    let says_why = |kind: &EventKind| match kind {
        EventKind::Subject(frame) => match View::from(frame) {
            View::PingAck { opaque } => opaque == probe(1),
            View::GoAway { .. } => true,
            _ => false,
        },
        EventKind::SubjectClosed { .. } | EventKind::ConnectionEnded(_) => true,
        _ => false,
    };
    let heard = transcript.events[..asked].iter().any(|event| match &event.kind {
        EventKind::Subject(frame) => frame.kind == kind::GOAWAY,
        EventKind::ConnectionEnded(_) => true,
        _ => false,
    }) || transcript.events[asked..].iter().any(|event| says_why(&event.kind));
    (!heard).then(|| "the connection is neither alive nor over: a PING goes unanswered".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::input::Turn;
    use crate::transcript::Event;
    use crate::wire::build::{data, goaway, ping, settings, window_update};

    /// EventKind `fault` says of a default server that got 10 octets, with these events.
    fn said(events: impl IntoIterator<Item = EventKind>) -> String {
        let turns = vec![Turn { act: 0, octets: &[0; 10] }];
        let input = Input { mode: Input::read(&[0]).mode, turns };
        let event = |kind| Event { at: std::time::Duration::ZERO, kind };
        fault(&input, &Transcript { events: events.into_iter().map(event).collect() }).unwrap_or_default()
    }

    #[test]
    fn what_no_case_allows_is_a_fault() {
        assert!(said([EventKind::Panicked("at the disco".into())]).contains("at the disco"));
        assert!(said([EventKind::Livelock]).contains("rest"));
        assert!(said((0..5).map(|_| EventKind::Subject(data(1, 16_384)))).contains("beyond"));
        assert_eq!(said((0..3).map(|_| EventKind::Subject(data(1, 16_384)))), "");
    }

    #[test]
    fn credit_that_was_not_used_up_is_a_fault() {
        let update = EventKind::Subject(window_update(0, 10));
        assert!(said([EventKind::Peer(data(1, 9)), update.clone()]).contains("65536"));
        assert_eq!(said([EventKind::Peer(data(1, 10)), update]), "");
    }

    #[test]
    fn a_flood_is_a_fault() {
        assert!(said((0..100).map(|_| EventKind::Subject(ping([0; 8]).ack()))).contains("1700 octets"));
        assert_eq!(said((0..50).map(|_| EventKind::Subject(ping([0; 8]).ack()))), "");
    }

    #[test]
    fn silence_is_a_fault_unless_it_was_explained() {
        let asked = EventKind::Probe(ping(probe(1)));
        assert!(said([asked.clone()]).contains("unanswered"));
        assert_eq!(said([asked.clone(), EventKind::Subject(ping(probe(1)).ack())]), "");
        assert_eq!(said([EventKind::Subject(goaway(0, 0)), asked.clone()]), "");
        assert_eq!(said([asked, EventKind::Subject(settings()), EventKind::ConnectionEnded(Ok(()))]), "");
    }
}
