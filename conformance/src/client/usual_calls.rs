//! The calls that a client makes without being told: one GET request, whose response it reads to
//! the end. A case that makes no others can be played on a client of which only the wire and the
//! exit status are known.

use crate::case::{Case, Needs};
use crate::judge::words::client_says;
use crate::judge::{Check, Expect};
use crate::script::{App, Script, Step};
use crate::transcript::AppResult;

/// Whether the case calls nothing else, and makes the request before the peer has sent more than
/// what opens a connection: a client elsewhere does not wait for it.
pub(super) fn are_all(case: &Case) -> bool {
    let is_call = |step: &Step| matches!(step, Step::App(_));
    let steps = case.own_steps().steps;
    let Some(first) = steps.iter().position(is_call) else { return case.needs == Needs::Wire };
    let (before, calls) = steps.split_at(first);
    let mut calls = calls.iter().filter(|step| is_call(step));
    let asks = matches!(calls.next(), Some(Step::App(App::Request { method: "GET", end: true })));
    asks && only_opens(before) && calls.all(reads)
}

/// Whether the steps are those that open a connection.
fn only_opens(steps: &[Step]) -> bool {
    let mut opening = Script::new(false);
    opening.open();
    let without_marks =
        |steps: &[Step]| steps.iter().filter(|step| !matches!(step, Step::Mark)).cloned().collect::<Vec<Step>>();
    without_marks(steps) == without_marks(&opening.steps)
}

fn reads(step: &Step) -> bool {
    matches!(step, Step::App(App::AwaitResponse { .. } | App::ReadToEnd { .. } | App::AwaitPush { .. }))
}

/// The script without its calls.
pub(super) fn left_out(mut script: Script) -> Script {
    script.steps.retain(|step| !matches!(step, Step::App(_)));
    script
}

/// What the case expects of a client that makes its calls unseen: its exit status says how they
/// ended.
pub(super) fn unseen(case: &Case) -> Expect {
    let calls: Vec<App> = case.own_steps().steps.into_iter().filter_map(call).collect();
    let (of_calls, others): (Vec<&Check>, Vec<&Check>) =
        case.expect.checks().iter().partition(|check| awaited(check, &calls).is_some());
    let results: Vec<bool> = of_calls.into_iter().filter_map(|check| awaited(check, &calls)).flatten().collect();
    // Errors of a stream are looked for in the exit status anyhow.
    let says = match results.iter().min() {
        Some(false) if others.iter().any(|check| check.is_stream_error()) => None,
        said => said.copied(),
    };
    let others = others.into_iter().map(escalated).fold(Expect::NOTHING, |all, check| all.and(check));
    says.map_or(others.clone(), |success| others.and(client_says(success)))
}

/// A client may end the connection for an error of a stream (RFC 9113 section 5.4.1).
fn escalated(check: &Check) -> Check {
    match check.clone() {
        Check::StreamErrorOnly { stream, codes } => Check::StreamError { stream, codes },
        check => check,
    }
}

fn call(step: Step) -> Option<App> {
    match step {
        Step::App(app) => Some(app),
        _ => None,
    }
}

/// Whether the call that is checked succeeds, where it is one of stream 1. That a promise and the
/// head of its response are taken shows in that they are not reset.
fn awaited(check: &Check, calls: &[App]) -> Option<Option<bool>> {
    let (call, success) = match check {
        Check::Call { call, result } => (*call, !matches!(result, AppResult::Failed(_))),
        Check::CallFails { call } => (*call, false),
        _ => return None,
    };
    match calls.get(call)? {
        App::AwaitResponse { stream: 1 } | App::ReadToEnd { stream: 1 } => Some(Some(success)),
        App::AwaitPush { .. } | App::AwaitResponse { .. } if success => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::words::alive;

    fn case(id: &str) -> Case {
        let case = crate::catalog::all().into_iter().find(|case| case.id == id);
        case.expect("in the catalogue")
    }

    #[test]
    fn one_request_and_reading_it_are_usual() {
        for (id, is_usual) in [
            ("headers/padded-client", true),
            ("responses/trailers-client", true),
            ("push/accepted-client", true),
            // A second request, one that comes late, an upload, a reset, and no request at all.
            ("goaway/above-last-stream-client", false),
            ("hpack/encoder-shrinks-table-client", false),
            ("framing/keeps-to-default-frame-size-client", false),
            ("promises/after-own-reset-client", false),
            ("malformed/on-idle-stream-client", false),
        ] {
            assert_eq!(are_all(&case(id)), is_usual, "{id}");
        }
    }

    #[test]
    fn the_exit_status_stands_for_calls() {
        let fails = unseen(&case("responses/short-content-reaches-reader-client"));
        assert_eq!(fails, client_says(false));
        assert_eq!(unseen(&case("goaway/response-under-way-client")), client_says(true));
        let taken = unseen(&case("responses/trailers-client"));
        assert_eq!(taken, alive().and(client_says(true)));
        // That a wait for pushes fails is seen by the application alone.
        let waits = unseen(&case("push/wait-ends-with-response-client"));
        assert!(waits.any(&Check::needs_application), "{waits:?}");
    }

    #[test]
    fn calls_are_left_out_of_the_script() {
        let steps = case("responses/trailers-client").steps();
        let left = left_out(steps.clone()).steps;
        assert!(left.len() < steps.steps.len());
        assert!(!left.iter().any(|step| matches!(step, Step::App(_))));
    }
}
