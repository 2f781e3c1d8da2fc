//! The checks about flow control, on canned transcripts that are right and on ones that are wrong.

use std::time::Duration;

use h2_conformance::catalog;
use h2_conformance::judge::{judge, Expect, Outcome};
use h2_conformance::run::run;
use h2_conformance::subject::IN_MEMORY;
use h2_conformance::transcript::{Event, EventKind, Transcript};
use h2_conformance::wire::build::{settings, window_update};
use h2_conformance::wire::{Frame, View};

fn transcript(events: impl IntoIterator<Item = EventKind>) -> Transcript {
    let opening = [EventKind::Peer(settings()), EventKind::Subject(settings()), EventKind::Mark];
    let event = |kind| Event { at: Duration::ZERO, kind };
    Transcript { events: opening.into_iter().chain(events).map(event).collect() }
}

fn outcome(expect: &Expect, events: impl IntoIterator<Item = EventKind>) -> Outcome {
    judge(expect, &transcript(events)).outcome
}

#[test]
fn credit_beyond_the_largest_window_is_a_fault_in_any_case() {
    let top = (1 << 31) - 1 - 65_535;
    let grants = |frames: &[Frame]| outcome(&Expect::NOTHING, frames.iter().cloned().map(EventKind::Subject));
    assert_eq!(grants(&[window_update(0, top), window_update(1, top)]), Outcome::Pass);
    assert_eq!(grants(&[window_update(0, top), window_update(0, 1)]), Outcome::Fail);
    assert_eq!(grants(&[window_update(1, top + 1)]), Outcome::Fail);
}

/// An upload obeys the windows with its padding, and padding is what the case says.
#[test]
fn padded_uploads_obey_the_windows() {
    let case = catalog::all().into_iter().find(|case| case.id == "windows/padding-credited-at-once").expect("the case");
    for subject in IN_MEMORY {
        let transcript = run(&case, &mut *(subject.make)(&case)).transcript;
        let mut frames = transcript.events.iter().filter_map(|event| match &event.kind {
            EventKind::Automatic(frame) => Some(View::from(frame)),
            _ => None,
        });
        assert!(frames.all(|view| matches!(view, View::Data { data, padding: 256 } if (1..=200).contains(&data.len()))));
    }
}

/// A subject that loses one octet of credit, or returns one too many, is seen by the cases about
/// credit.
#[test]
fn one_octet_shows() {
    let case = catalog::all().into_iter().find(|case| case.id == "credit/body-unread").expect("the case");
    let right = run(&case, &mut *(IN_MEMORY[0].make)(&case)).transcript;
    assert_eq!(judge(&case.expect, &right).outcome, Outcome::Pass);
    let last_update = |event: &Event| matches!(&event.kind, EventKind::Subject(frame) if frame.kind == 8);
    let at = right.events.iter().rposition(last_update).expect("an update");
    for increment in [-1, 1] {
        let mut wrong = right.clone();
        let EventKind::Subject(frame) = &mut wrong.events[at].kind else { unreachable!("found above") };
        let View::WindowUpdate { increment: was } = View::from(&*frame) else { unreachable!("found above") };
        *frame = window_update(frame.stream, was.wrapping_add_signed(increment));
        assert_eq!(judge(&case.expect, &wrong).outcome, Outcome::Fail, "{increment} octet");
    }
}
