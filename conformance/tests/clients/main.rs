//! Clients that a command starts. The program is both: without arguments of its own it runs the
//! tests, and `as KIND URL` makes it the client of a case.

mod as_client;
#[cfg(feature = "tls")]
mod tls;

use std::time::{Duration, Instant};

use h2_conformance::case::Role;
use h2_conformance::catalog;
use h2_conformance::client::{plays, Client, Options};
use h2_conformance::judge::{Check, Outcome};
use h2_conformance::subject::IN_MEMORY;
use h2_conformance::suite::{play, play_all, Played};
use h2_conformance::transport::listening::Listening;
use libtest_mimic::{Arguments, Failed, Trial};

/// The least number of cases that any client plays. Raise it as the catalogue grows.
const AT_LEAST: usize = 126;
/// Cases that wait at a time: what fails costs a timeout.
const AT_A_TIME: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, kind, url] = &arguments[..] {
        if word == "as" {
            return as_client::run(kind, url);
        }
    }
    let trials = vec![
        Trial::test("verdicts_on_a_command_are_those_in_memory", verdicts_are_those_in_memory),
        Trial::test("a_client_that_takes_everything_fails_where_it_must_not", a_client_that_takes_everything),
        Trial::test("the_exit_status_of_a_client_that_leaves_counts", the_exit_status_counts),
        Trial::test("a_response_that_breaks_off_is_not_whole", a_response_that_breaks_off),
        Trial::test("commands_that_cannot_be_judged_are_refused_in_one_line", commands_are_refused),
        Trial::test("a_command_that_ends_in_the_middle_is_no_verdict", a_command_that_ends),
        #[cfg(feature = "tls")]
        Trial::test("the_fork_passes_over_tls", tls::the_fork_passes_over_tls),
        #[cfg(feature = "tls")]
        Trial::test("what_is_wrong_with_tls_is_one_line", tls::what_is_wrong_with_tls_is_one_line),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn command(kind: &str) -> Vec<String> {
    let program = std::env::current_exe().expect("the path of this program").display().to_string();
    [&program, "as", kind, "{url}"].map(str::to_owned).to_vec()
}

fn client(kind: &str, options: Options) -> Result<Client, String> {
    Client::new(command(kind), Listening::CLEAR, options)?.check()
}

/// What h2 does must not depend on the way to it. Where the exit status tells nothing, what the
/// application gets is not seen.
fn verdicts_are_those_in_memory() -> Result<(), Failed> {
    let cases: Vec<_> = catalog::all().into_iter().filter(plays).collect();
    for in_memory in IN_MEMORY {
        for kind in [in_memory.name.to_owned(), format!("{}-leaves", in_memory.name)] {
            let client = client(&kind, Options::default())?;
            let results = play_all(&cases, &[&client], AT_A_TIME, &|_| {});
            let mut played = 0;
            for (case, results) in cases.iter().zip(&results) {
                let Played::Ran(of_command) = &results[0] else { continue };
                played += 1;
                // An exit status is an objection that memory has no counterpart of.
                let objects = of_command.transcript.left() == Some(Some(false))
                    && case.expect.checks().iter().any(Check::is_stream_error);
                // Elsewhere the connection may end with the stream.
                let may_end = case.expect.any(&|check| matches!(check, Check::StreamErrorOnly { .. }));
                let objects = objects || may_end && of_command.verdict.outcome == Outcome::Weak;
                let is_seen = kind != in_memory.name || !case.expect.any(&Check::needs_application);
                let in_memory = play(case, in_memory);
                let in_memory = in_memory.run().expect("memory has all that a socket has");
                if is_seen && !objects && of_command.verdict.outcome != in_memory.verdict.outcome {
                    let reason = &of_command.verdict.reason;
                    return Err(format!(
                        "{kind}: {}: {reason}\n{}\n{}",
                        case.id, of_command.transcript, in_memory.transcript
                    )
                    .into());
                }
            }
            if played < AT_LEAST {
                return Err(format!("{played} cases on {kind}").into());
            }
        }
    }
    Ok(())
}

/// The control: what it does is right only where everything has to be taken.
fn a_client_that_takes_everything() -> Result<(), Failed> {
    let client = client("takes-everything", Options { timeout: Duration::from_millis(200), ..Options::default() })?;
    let has_to_end = |check: &Check| {
        matches!(
            check,
            Check::ConnectionError(_) | Check::StreamError { .. } | Check::AnyError { .. } | Check::Malformed { .. }
        )
    };
    let cases: Vec<_> = catalog::all().into_iter().filter(plays).collect();
    let (mut right, mut wrong) = (0, 0);
    for (case, results) in cases.iter().zip(play_all(&cases, &[&client], AT_A_TIME, &|_| {})) {
        let Played::Ran(run) = &results[0] else { continue };
        let is_wrong = case.expect.checks().iter().any(has_to_end);
        match (is_wrong, run.verdict.outcome) {
            (true, Outcome::Fail) => wrong += 1,
            (true, found) => {
                return Err(format!("{}: {}\n{}", case.id, found.name(), run.transcript).into());
            }
            (false, Outcome::Pass) => right += 1,
            // It answers every PING and every SETTINGS in the same way, sound or not.
            (false, _) => {}
        }
    }
    match (right, wrong) {
        (12.., 50..) => Ok(()),
        found => Err(format!("(passes, fails) are {found:?}").into()),
    }
}

/// A response that breaks off is not whole: the exit status must not say success.
fn a_response_that_breaks_off() -> Result<(), Failed> {
    let cases = catalog::all().into_iter().filter(|case| case.id.starts_with("errors/peer-ends-") && plays(case));
    let cases: Vec<_> = cases.collect();
    for (kind, expected) in
        [("patched-leaves", Outcome::Pass), ("leaves", Outcome::Fail), ("leaves-late", Outcome::Fail)]
    {
        let client = client(kind, Options::default())?;
        for case in &cases {
            let played = play(case, &client);
            let run = played.run().ok_or_else(|| format!("{kind}: {played:?}"))?;
            if run.verdict.outcome != expected {
                return Err(format!("{kind}, {}: {}\n{}", case.id, run.verdict.reason, run.transcript).into());
            }
        }
    }
    (cases.len() == 2).then_some(()).ok_or_else(|| format!("{} cases", cases.len()).into())
}

/// A response that is taken ends the connection of a client that leaves. Whether it was taken, its
/// exit status says.
fn the_exit_status_counts() -> Result<(), Failed> {
    let case = catalog::all().into_iter().find(|case| case.id == "headers/padded-client").expect("in the catalogue");
    let ends_response = h2_conformance::case::Case {
        script: |s| {
            use h2_conformance::wire::build::response;
            s.open();
            s.send(response(1, 200).padded(3).end_stream());
        },
        ..case
    };
    for (kind, expected) in [("leaves", Outcome::Pass), ("leaves-padding", Outcome::Fail)] {
        let client = client(kind, Options::default())?;
        let played = play(&ends_response, &client);
        let run = played.run().ok_or_else(|| format!("{kind}: {played:?}"))?;
        if run.verdict.outcome != expected {
            return Err(format!("{kind}: {}\n{}", run.verdict.reason, run.transcript).into());
        }
    }
    let client = client("leaves-in-silence", Options::default())?;
    match play(&ends_response, &client) {
        Played::Skipped(reason) if reason.contains("exit status tells nothing") => Ok(()),
        played => Err(format!("{played:?}").into()),
    }
}

fn commands_are_refused() -> Result<(), Failed> {
    let options = Options { timeout: Duration::from_millis(300), start: Duration::from_secs(5), ..Options::default() };
    let hasty = Options { start: Duration::from_millis(200), ..options };
    for (kind, options, complaint) in [
        ("speaks-http1", options, "before the preface of HTTP/2"),
        ("says-nothing", options, "before the preface of HTTP/2"),
        ("asks-with-head", options, "asks with HEAD"),
        ("resets-the-response", options, "resets a sound response"),
        ("leaves-too-early", options, "before the response has come"),
        ("acknowledges-nothing", options, "does not acknowledge SETTINGS"),
        ("asks-nothing", options, "sends no request"),
        ("asks-on-three", options, "first request on stream 3"),
        ("asks-without-end", options, "a request that does not end"),
        ("does-not-come", options, "ended with exit status 3 and did not connect to {url}; it said: no such option"),
        ("waits", hasty, "did not connect within 200 ms"),
        ("goes-away", options, "GOAWAY and an error code"),
    ] {
        let began = Instant::now();
        match client(kind, options) {
            Err(line) if line.contains(complaint) && !line.contains('\n') => {}
            found => return Err(format!("{kind}: {found:?}").into()),
        }
        if began.elapsed() > Duration::from_secs(5) {
            return Err(format!("{kind} took {:?}", began.elapsed()).into());
        }
    }
    for (words, complaint) in
        [(vec![], "expected a command"), (vec!["curl".to_owned()], "expected {url} in an argument")]
    {
        match Client::new(words, Listening::CLEAR, options) {
            Err(line) if line.contains(complaint) => {}
            found => return Err(format!("{found:?}").into()),
        }
    }
    match Client::new(vec!["no-such-program".into(), "{url}".into()], Listening::CLEAR, options)?.check() {
        Err(line) if line.contains("cannot start \"no-such-program\"") => Ok(()),
        found => Err(format!("{found:?}").into()),
    }
}

/// A command that was sound and does not come again is not the subject's verdict.
fn a_command_that_ends() -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let flag = dir.path().join("came");
    let mut words = command("comes-five-times");
    words[3] = format!("{} {{url}}", flag.display());
    let client = Client::new(words, Listening::CLEAR, Options::default())?.check()?;
    let case = catalog::all().into_iter().find(|case| case.role == Role::Client && plays(case)).expect("a case");
    let played = play(&case, &client);
    let run = played.run().ok_or("not played")?;
    match played.harness_failure() {
        Some(line) if line.contains("ended with exit status 3") && run.verdict.outcome == Outcome::Inconclusive => {
            Ok(())
        }
        _ => Err(format!("{}", run.transcript).into()),
    }
}
