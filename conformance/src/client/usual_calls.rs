//! The calls that a client makes without being told: one GET request, whose response it reads to
//! the end. A case that makes no others can be played on a client of which only the wire and the
//! exit status are known.

use crate::case::{Case, Needs};
use crate::judge::words::{client_says, none_of};
use crate::judge::{Check, Expect};
use crate::script::{App, Script, Sent, Step};
use crate::transcript::AppResult;
use crate::wire::code::kind;

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

/// What the case expects of a client that makes its calls unseen. `tells`: its exit status says how
/// they ended.
pub(super) fn unseen(case: &Case, tells: bool) -> Expect {
    let steps = case.own_steps().steps;
    let ends = |sent: &Sent| sent.frame().is_some_and(|frame| frame.stream == 1 && frame.ends_stream());
    let is_over = steps.iter().any(|step| matches!(step, Step::Write(sent) if sent.iter().any(ends)));
    let calls: Vec<App> = steps.into_iter().filter_map(call).collect();
    let (mut expect, mut succeeds) = (Expect::NOTHING, None);
    for check in case.expect.checks() {
        match seen(check, &calls) {
            Some(Seen::ExitStatus(success)) => succeeds = Some(success && succeeds.unwrap_or(true)),
            // A client that leaves when its response is over cancels what is promised.
            Some(Seen::NoReset(_)) if is_over => {}
            Some(Seen::NoReset(stream)) => expect = expect.and(none_of(kind::RST_STREAM, stream)),
            None => expect = expect.and(escalated(check)),
        }
    }
    // Errors of a stream are looked for in the exit status anyhow.
    if succeeds == Some(false) && expect.checks().iter().any(Check::is_stream_error) {
        return expect;
    }
    match succeeds.filter(|_| tells) {
        Some(success) => expect.and(client_says(success)),
        None => expect,
    }
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

/// Where the result of a call shows.
enum Seen {
    /// In the exit status: whether the call succeeds.
    ExitStatus(bool),
    /// In that the stream, a promised one, is not reset.
    NoReset(u32),
}

fn seen(check: &Check, calls: &[App]) -> Option<Seen> {
    let (call, value) = match check {
        Check::Call { call, result: AppResult::Value(value) } => (*call, Some(*value)),
        Check::CallFails { call } => (*call, None),
        _ => return None,
    };
    match (calls.get(call)?, value) {
        (App::AwaitResponse { stream: 1 } | App::ReadToEnd { stream: 1 }, value) => {
            Some(Seen::ExitStatus(value.is_some()))
        }
        (App::AwaitPush { .. }, Some(promised)) => Some(Seen::NoReset(u32::try_from(promised).ok()?)),
        (App::AwaitResponse { stream }, Some(_)) => Some(Seen::NoReset(*stream)),
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
        let told = |id| unseen(&case(id), true);
        assert_eq!(told("responses/short-content-reaches-reader-client"), client_says(false));
        assert_eq!(told("goaway/response-under-way-client"), client_says(true));
        assert_eq!(told("responses/trailers-client"), alive().and(client_says(true)));
        assert_eq!(unseen(&case("responses/trailers-client"), false), alive());
        // That a wait for pushes fails is seen by the application alone.
        let waits = told("push/wait-ends-with-response-client");
        assert!(waits.any(&Check::needs_application), "{waits:?}");
        // A promise that is taken is not reset.
        assert_eq!(told("push/padded-client"), none_of(kind::RST_STREAM, 2).and(alive()));
    }

    #[test]
    fn calls_are_left_out_of_the_script() {
        let steps = case("responses/trailers-client").steps();
        let left = left_out(steps.clone()).steps;
        assert!(left.len() < steps.steps.len());
        assert!(!left.iter().any(|step| matches!(step, Step::App(_))));
    }
}
