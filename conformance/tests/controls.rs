//! The controls: subjects that are wrong on purpose must not pass where their fault is asked for.
//! What is said here is said of the whole catalogue, by the kinds of its checks.

use std::collections::BTreeSet;

use h2_conformance::case::{Case, Role};
use h2_conformance::catalog;
use h2_conformance::judge::{Check, Expect, Outcome};
use h2_conformance::run::{run, Run};
use h2_conformance::script::{Sent, Step};
use h2_conformance::subject::CONTROLS;
use h2_conformance::wire::code::kind;
use h2_conformance::wire::Frame;

/// The least number of cases that each property has to check. With fewer, the catalogue or the
/// property has come to nothing. Raise it as the catalogue grows.
mod at_least {
    pub(crate) const ERRORS: usize = 200;
    pub(crate) const ERRORS_OF_SERVERS: usize = 190;
    pub(crate) const ERRORS_OR_IGNORED: usize = 400;
    pub(crate) const CREDIT_AFTER_RESET: usize = 5;
    pub(crate) const CREDIT_OF_PADDING: usize = 60;
    pub(crate) const CREDIT_OF_RESETS: usize = 15;
    pub(crate) const PASSED_BY_THE_HONEST_PART: usize = 100;
}

fn play(control: &str, case: &Case) -> Run {
    let subject = CONTROLS.iter().find(|subject| subject.name == control).expect("a control of that name");
    run(case, &mut *(subject.make)(case))
}

/// Plays the cases of which `asks` is true, and makes sure that the control passes none.
fn never_passes(control: &str, minimum: usize, asks: impl Fn(&Case) -> bool) {
    let cases: Vec<Case> = catalog::all().into_iter().filter(asks).collect();
    assert!(cases.len() >= minimum, "{control}: only {} cases ask for it", cases.len());
    let passed: Vec<String> = cases
        .iter()
        .map(|case| (case, play(control, case)))
        .filter(|(_, run)| run.verdict.outcome == Outcome::Pass)
        .map(|(case, run)| format!("{}\n{}", case.id, run.transcript))
        .collect();
    assert!(passed.is_empty(), "{control} passes {} of {}:\n{}", passed.len(), cases.len(), passed.join("\n"));
}

/// Whether a case asks for it, whichever of several permitted reactions is taken.
fn any(case: &Case, asks: impl Fn(&Check) -> bool) -> bool {
    any_of(&case.expect, &asks)
}

fn any_of(expect: &Expect, asks: &dyn Fn(&Check) -> bool) -> bool {
    expect.checks().iter().any(|check| match check {
        Check::Unprompted(check) => asks(check),
        Check::OneOf(choices) => choices.iter().all(|choice| any_of(choice, asks)),
        check => asks(check),
    })
}

fn is_error(check: &Check) -> bool {
    matches!(
        check,
        Check::ConnectionError(_)
            | Check::StreamError { .. }
            | Check::StreamErrorOnly { .. }
            | Check::AnyError { .. }
            | Check::Malformed { .. }
            | Check::Refused { .. }
    )
}

/// An error, and a refusal of the preface: the latter may be a bare close.
fn is_objection(check: &Check) -> bool {
    is_error(check) || matches!(check, Check::PrefaceRefused(_))
}

#[test]
fn a_subject_that_closes_at_once_passes_no_error_and_ignores_nothing() {
    let asks = |case: &Case| any(case, |check| is_error(check) || matches!(check, Check::Ignored | Check::Alive));
    never_passes("control-closes", at_least::ERRORS_OR_IGNORED, asks);
}

#[test]
fn a_subject_that_never_objects_passes_no_error() {
    never_passes("control-yes-man", at_least::ERRORS, |case| any(case, is_objection));
}

#[test]
fn a_subject_with_wrong_codes_passes_no_error() {
    let asks = |case: &Case| any(case, is_objection);
    never_passes("control-wrong-code", at_least::ERRORS, asks);
}

/// The share of the cases about an error of a server that a control passes, in percent, and those.
fn passed_errors(control: &str) -> (usize, Vec<&'static str>) {
    let of_servers = |case: &Case| case.role == Role::Server && any(case, is_objection);
    let cases: Vec<Case> = catalog::all().into_iter().filter(of_servers).collect();
    assert!(cases.len() >= at_least::ERRORS_OF_SERVERS, "only {} cases ask for an error of a server", cases.len());
    let passed = cases.iter().filter(|case| play(control, case).verdict.outcome == Outcome::Pass);
    let passed: Vec<&str> = passed.map(|case| case.id).collect();
    (passed.len() * 100 / cases.len(), passed)
}

#[test]
fn a_subject_that_refuses_everything_passes_few_errors() {
    for control in ["control-refuses", "control-resets"] {
        let (percent, passed) = passed_errors(control);
        assert!(percent < 5, "{control} passes {percent} %: {passed:?}");
    }
}

/// No second request can show that such a server refuses sound ones too. The baseline of a server
/// elsewhere shows it (`sockets/baseline.rs`).
#[test]
fn a_subject_that_ends_every_connection_passes_errors_of_connections_only() {
    let (_, passed) = passed_errors("control-goaway");
    for case in catalog::all().iter().filter(|case| passed.contains(&case.id)) {
        let is_of_a_stream = |check: &Check| matches!(check, Check::Malformed { .. } | Check::StreamError { .. });
        assert!(!any(case, is_of_a_stream), "{}", case.id);
    }
}

#[test]
fn a_subject_that_leaks_credit_at_a_reset_passes_no_case_that_counts_it() {
    never_passes("control-leaks", at_least::CREDIT_AFTER_RESET, |case| {
        any(case, |check| matches!(check, Check::Window { stream: 0, .. })) && resets_a_stream_with_data(case)
    });
}

#[test]
fn a_subject_that_leaks_the_credit_of_padding_or_of_reset_streams_is_found() {
    let credit = |case: &Case| any(case, |check| matches!(check, Check::CreditReturned));
    never_passes("control-leaks-padding", at_least::CREDIT_OF_PADDING, |case| {
        credit(case)
            && ["half-padding", "mostly-padding", "with-empty-frames"].iter().any(|name| case.id.ends_with(name))
    });
    never_passes("control-leaks-resets", at_least::CREDIT_OF_RESETS, |case| {
        credit(case) && resets_a_stream_with_data(case)
    });
}

/// Whether the peer resets a stream on which it sent DATA and no END_STREAM.
fn resets_a_stream_with_data(case: &Case) -> bool {
    let mut with_data = BTreeSet::new();
    let steps = case.steps().steps;
    steps.iter().flat_map(frames).any(|frame| {
        if frame.flow_controlled() > 0 {
            with_data.insert(frame.stream);
        }
        if frame.ends_stream() {
            with_data.remove(&frame.stream);
        }
        frame.kind == kind::RST_STREAM && with_data.contains(&frame.stream)
    })
}

fn frames(step: &Step) -> Vec<&Frame> {
    let writes = match step {
        Step::Write(sent) => [&sent[..], &[]],
        Step::UseUpWindow { write, then } => [&write[..], &then[..]],
        _ => return Vec::new(),
    };
    writes.into_iter().flatten().filter_map(Sent::frame).collect()
}

/// A control that failed everything would prove nothing about the one thing that it gets wrong.
#[test]
fn controls_are_right_where_their_fault_is_not_asked_for() {
    for control in ["control-yes-man", "control-leaks"] {
        let passed = catalog::all().iter().filter(|case| play(control, case).verdict.outcome == Outcome::Pass).count();
        assert!(passed >= at_least::PASSED_BY_THE_HONEST_PART, "{control} passes {passed} cases");
    }
}

/// The leak itself, apart from the catalogue.
#[test]
fn the_leak_is_one_octet_for_each_stream_that_is_reset() {
    use h2_conformance::judge::words::window;
    use h2_conformance::wire::build::{data, post, reset};
    let case = |lost: i64| Case {
        script: |s| {
            s.open();
            for stream in [1, 3] {
                s.send(post(stream));
                s.send(data(stream, 10));
                s.send(data(stream, 10));
            }
            s.send(reset(1, 8));
            s.send(data(3, 0).end_stream());
        },
        expect: window(0, 65_535 - lost),
        ..Case::DEFAULT
    };
    assert_eq!(play("control-leaks", &case(1)).verdict.outcome, Outcome::Pass);
    assert_eq!(play("control-leaks", &case(0)).verdict.outcome, Outcome::Fail);
    assert_eq!(play("control-yes-man", &case(0)).verdict.outcome, Outcome::Pass);
}
