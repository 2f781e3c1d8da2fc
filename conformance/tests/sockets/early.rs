//! A server that answers before a request has ended, as RFC 9113 section 8.1 lets it: not one case
//! may say that this is wrong.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};

use h2_conformance::catalog;
use h2_conformance::endpoint::{AnswerTiming, Endpoint, Options, Remote};
use h2_conformance::judge::Outcome;
use h2_conformance::subject::{RunningServer, SOCKET};
use h2_conformance::suite::{play_all, Played};
use h2_conformance::transport::listening::Listening;

/// The least number of cases that are left to play. Raise it as the catalogue grows.
const AT_LEAST: usize = 300;
const AT_A_TIME: usize = 8;

fn server() -> RunningServer {
    let started = RunningServer::start(Listening::CLEAR, |stream| async {
        let answer = service_fn(|request: Request<Incoming>| async move {
            let content: &[u8] = if request.method() == Method::HEAD { b"" } else { b"hi" };
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(content))))
        });
        // How it ended shows on the wire.
        let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
    });
    started.expect("a server")
}

fn elsewhere(server: &RunningServer) -> (Remote, AnswerTiming) {
    let options = Options::default();
    let baseline = Endpoint::local(server.addr).check(options).expect("it speaks HTTP/2");
    (Remote::elsewhere(Endpoint::local(server.addr), options, baseline), baseline.answer_timing)
}

#[test]
fn a_server_that_answers_early_fares_like_one_that_reads_to_the_end() {
    let hyper = SOCKET.iter().find(|subject| subject.name == "hyper-patched").expect("hyper");
    let servers = [(hyper.start)(Listening::CLEAR).expect("a server"), server()];
    let [(reads, reading), (answers, answering)] = [&servers[0], &servers[1]].map(elsewhere);
    assert_eq!((reading, answering), (AnswerTiming::ReadsToTheEnd, AnswerTiming::AnswersEarly));

    let cases = catalog::all();
    let (mut played, mut skipped) = (0, 0);
    for (case, row) in cases.iter().zip(play_all(&cases, &[&reads, &answers], AT_A_TIME, &|_| {})) {
        match (&row[0], &row[1]) {
            (Played::Ran(one), Played::Ran(other)) => {
                played += 1;
                assert_eq!(one.verdict.outcome, other.verdict.outcome, "{}: {}", case.id, other.verdict.reason);
                assert_ne!(other.verdict.outcome, Outcome::Inconclusive, "{}: {}", case.id, other.verdict.reason);
            }
            (Played::Ran(_), Played::Skipped(reason)) => {
                skipped += 1;
                assert!(reason.contains("before the request has ended"), "{}: {reason}", case.id);
            }
            (Played::Skipped(_), other) => assert!(matches!(other, Played::Skipped(_)), "{}", case.id),
        }
    }
    assert!(played >= AT_LEAST && skipped > 0, "{played} played, {skipped} skipped");
}
