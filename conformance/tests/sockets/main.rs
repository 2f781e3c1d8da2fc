//! Cases over sockets: real servers, and servers that do their worst.

mod abuse;
mod bad;
mod baseline;
mod early;
#[cfg(feature = "tls")]
mod tls;

use std::time::{Duration, Instant};

use h2_conformance::case::Case;
use h2_conformance::catalog;
use h2_conformance::endpoint::{AnswerTiming, Baseline, Endpoint, Options, Remote};
use h2_conformance::judge::Outcome;
use h2_conformance::subject::{IN_MEMORY, SOCKET};
use h2_conformance::suite::{play, play_all};
use h2_conformance::transport::listening::Listening;

/// The least number of cases that are played over a socket. Raise it as the catalogue grows.
const AT_LEAST: usize = 200;
/// Cases that wait at a time: what fails costs a timeout.
const AT_A_TIME: usize = 8;

/// What h2 does must not depend on the way to it.
#[test]
fn verdicts_over_tcp_are_those_in_memory() {
    for in_memory in IN_MEMORY {
        let on_socket = SOCKET.iter().find(|subject| subject.name == in_memory.name).expect("both ways");
        let remote = Remote::start(on_socket, Listening::CLEAR, Options::default()).expect("a server");
        let cases = catalog::all();
        let results = play_all(&cases, &[&remote], AT_A_TIME, &|_| {});
        let mut played = 0;
        for (case, over_tcp) in cases.iter().zip(&results) {
            let Some(over_tcp) = over_tcp[0].run() else {
                continue;
            };
            played += 1;
            let in_memory = play(case, in_memory);
            let in_memory = in_memory.run().expect("memory offers all that a socket does");
            assert_eq!(
                over_tcp.verdict.outcome, in_memory.verdict.outcome,
                "{} on {}: {}\n{}\n{}",
                case.id, on_socket.name, over_tcp.verdict.reason, over_tcp.transcript, in_memory.transcript
            );
        }
        assert!(played >= AT_LEAST, "{played} cases");
    }
}

#[test]
fn hyper_passes_what_has_nothing_wrong_in_it_and_costs_round_trips_only() {
    let hyper = SOCKET.iter().find(|subject| subject.name == "hyper-patched").expect("hyper");
    // A patience that no test would wait for: only round trips are spent.
    let remote =
        Remote::start(hyper, Listening::CLEAR, Options { timeout: Duration::from_secs(60) }).expect("a server");
    let began = Instant::now();
    for case in sound() {
        let played = play(&case, &remote);
        let run = played.run().expect("not skipped");
        assert_eq!(run.verdict.outcome, Outcome::Pass, "{}: {}\n{}", case.title, run.verdict.reason, run.transcript);
    }
    assert!(began.elapsed() < Duration::from_secs(10), "took {:?}", began.elapsed());
}

/// Cases that any server passes.
fn sound() -> Vec<Case> {
    use h2_conformance::judge::words::*;
    use h2_conformance::wire::build::*;
    use h2_conformance::wire::code::{error, kind};
    vec![
        Case {
            title: "a request is answered",
            script: |s| {
                s.open();
                s.send(get(1));
            },
            expect: answered_with(1, 200).and(content(1, 2)),
            ..Case::DEFAULT
        },
        Case {
            title: "an answer comes before the next step",
            script: |s| {
                s.open();
                s.send(get(1));
                s.mark();
                s.send(priority(1));
            },
            expect: ignored().and(none_of(kind::DATA, 1)),
            ..Case::DEFAULT
        },
        Case {
            title: "a field section may come in pieces with a pause",
            script: |s| {
                s.open();
                let whole = get(1);
                let (first, rest) = whole.payload.split_at(5);
                s.send(whole.clone().payload(first).continues());
                s.settle();
                s.send(continuation(1, rest.to_vec()));
            },
            expect: answered_with(1, 200),
            ..Case::DEFAULT
        },
        Case {
            title: "a body beyond the windows arrives whole, and all of its credit comes back",
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload(1, 1_000_000);
            },
            expect: answered_with(1, 200).and(window_updates(0, 2..=usize::MAX)),
            ..Case::DEFAULT
        },
        Case {
            title: "an answer waits for credit",
            script: |s| {
                s.open_with(settings().with(h2_conformance::wire::code::setting::INITIAL_WINDOW_SIZE, 0));
                s.send(get(1));
                s.settle();
                s.send(window_update(1, 10));
            },
            expect: answered_with(1, 200).and(content(1, 2)),
            ..Case::DEFAULT
        },
        Case {
            title: "a connection error",
            script: |s| {
                s.open();
                s.send(data(0, 1));
            },
            expect: conn_error(error::PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            title: "the close of the peer",
            script: |s| {
                s.open();
                s.close();
            },
            expect: ends(),
            ..Case::DEFAULT
        },
    ]
}

#[test]
fn a_server_ends_with_its_handle() {
    for subject in SOCKET {
        let server = (subject.start)(Listening::CLEAR).expect("a server");
        let endpoint = Endpoint::local(server.addr);
        let baseline = endpoint.check(Options::default()).expect(subject.name);
        let Baseline { answer_timing, status, content, .. } = baseline;
        assert_eq!((answer_timing, status, content), (AnswerTiming::ReadsToTheEnd, 200, 2), "{}", subject.name);
        drop(server);
        endpoint.check(Options::default()).expect_err(subject.name);
    }
}
