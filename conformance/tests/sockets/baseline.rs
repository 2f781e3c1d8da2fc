//! What a server does with plain requests decides whether it can be judged at all.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::TcpListener;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};

use h2_conformance::endpoint::{AnswerTiming, Baseline, Endpoint, Options, Remote, Unusable, MAX_CONTENT};
use h2_conformance::subject::RunningServer;
use h2_conformance::suite::{play_all, Played, Target};
use h2_conformance::transport::address::RequestOptions;
use h2_conformance::transport::listening::Listening;
use h2_conformance::wire::build::{goaway, ping, response, settings};
use h2_conformance::wire::code::error::PROTOCOL_ERROR;
use h2_conformance::wire::code::kind;
use h2_conformance::wire::{FrameReader, View, PREFACE};
use h2_conformance::{catalog, select};

use super::bad::converse;

/// A server that reads requests to their end, and answers GET and POST with these.
fn server(get: u16, post: u16, content: u64) -> RunningServer {
    let started = RunningServer::start(Listening::CLEAR, move |stream| async move {
        let answer = service_fn(move |request: Request<Incoming>| async move {
            let status = if request.method() == Method::GET { get } else { post };
            let _ = request.into_body().collect().await;
            let mut response = Response::new(Full::new(Bytes::from(vec![b'x'; content as usize])));
            *response.status_mut() = StatusCode::from_u16(status).expect("a status");
            Ok::<_, Infallible>(response)
        });
        // How it ended shows on the wire.
        let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
    });
    started.expect("a server")
}

fn check(server: &RunningServer) -> Result<Baseline, String> {
    Endpoint::local(server.addr).check(Options::default()).map_err(|unusable| match unusable {
        Unusable::Path(why) => why,
        Unusable::Server(why) => panic!("{why}"),
    })
}

#[test]
fn a_server_that_answers_is_judged_by_its_answer() {
    let found = check(&server(204, 303, 0)).expect("it can be judged");
    assert_eq!((found.answer_timing, found.status, found.content), (AnswerTiming::ReadsToTheEnd, 204, 0));
    let found = check(&server(200, 200, MAX_CONTENT)).expect("it can be judged");
    assert_eq!(found.content, MAX_CONTENT);
}

#[test]
fn a_server_that_refuses_sound_requests_is_not_judged() {
    for (get, post, method) in [(404, 404, "GET"), (200, 405, "POST"), (500, 200, "GET")] {
        let why = check(&server(get, post, 2)).expect_err("refusals prove nothing");
        assert!(why.contains(&format!("plain {method} was refused")) && !why.contains('\n'), "{why}");
    }
}

/// A server that takes one authority, credentials only, and POST on a path of its own.
fn guarded() -> RunningServer {
    let started = RunningServer::start(Listening::CLEAR, move |stream| async move {
        let answer = service_fn(move |request: Request<Incoming>| async move {
            let (head, body) = request.into_parts();
            let _ = body.collect().await;
            let status = match (head.uri.authority(), head.headers.get("authorization"), head.uri.path()) {
                (Some(authority), _, _) if authority != "inside.test" => StatusCode::MISDIRECTED_REQUEST,
                (_, None, _) => StatusCode::UNAUTHORIZED,
                (_, _, path) if head.method == Method::POST && path != "/upload" => StatusCode::METHOD_NOT_ALLOWED,
                _ => StatusCode::OK,
            };
            let mut response = Response::new(Full::new(Bytes::from_static(b"ok")));
            *response.status_mut() = status;
            Ok::<_, Infallible>(response)
        });
        // How it ended shows on the wire.
        let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
    });
    started.expect("a server")
}

#[test]
fn requests_can_have_an_authority_credentials_and_a_path_of_their_own() {
    let guarded = guarded();
    let requests = |authority, fields: &[(&str, &str)], upload: Option<&str>| RequestOptions {
        authority: Some(authority),
        fields: fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        upload_path: upload.map(Into::into),
    };
    let endpoint = |requests| Endpoint::local(guarded.addr).asking(requests);
    let credentials = [("authorization", "Basic eDp5")];
    for (lacking, hint) in [
        (requests("outside.test".into(), &credentials, Some("/upload")), "--authority names"),
        (requests("inside.test".into(), &[], Some("/upload")), "--field \"authorization: ...\""),
        (requests("inside.test".into(), &credentials, None), "--upload-path"),
    ] {
        match endpoint(lacking).check(Options::default()) {
            Err(Unusable::Path(why)) => assert!(why.contains(hint), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    let endpoint = endpoint(requests("inside.test".into(), &credentials, Some("/upload")));
    let baseline = endpoint.check(Options::default()).expect("it can be judged");
    let remote = Remote::elsewhere(endpoint, Options::default(), baseline);
    let catalogue = catalog::all();
    let globs = ["content/*", "continuation/*", "data/*", "headers/*", "priority/*"].map(String::from);
    let cases = select::cases(&catalogue, &globs).expect("there are some");
    let server = server(200, 200, 2);
    let baseline = check(&server).expect("it can be judged");
    let open = Remote::elsewhere(Endpoint::local(server.addr), Options::default(), baseline);
    let (mut played, mut wrong) = (0, Vec::new());
    for (case, row) in cases.iter().zip(play_all(&cases, &[&remote, &open], 8, &|_| {})) {
        let outcome = |played: &Played| played.run().map(|run| run.verdict.outcome);
        let (guarded, open) = (outcome(&row[0]), outcome(&row[1]));
        played += usize::from(guarded.is_some());
        if guarded != open {
            wrong.push((case.id, guarded, open));
        }
    }
    assert!(played >= 60 && wrong.is_empty(), "{played} {wrong:?}");
}

#[test]
fn a_server_that_ends_every_connection_is_not_judged() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(&settings().to_bytes());
            let _ = stream.read(&mut [0; 1_024]);
            let _ = stream.write_all(&goaway(1, PROTOCOL_ERROR).to_bytes());
        }
    });
    match Endpoint::local(address).check(Options::default()) {
        Err(Unusable::Path(why)) => assert!(why.contains("plain GET got no whole answer"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_resource_that_is_too_large_is_not_asked_for() {
    let why = check(&server(200, 200, 100_000)).expect_err("no case grants that much");
    assert!(why.contains("100000 octets") && why.contains("smaller"), "{why}");
}

#[test]
fn cases_that_need_another_answer_are_skipped() {
    let server = server(204, 204, 0);
    let baseline = check(&server).expect("it can be judged");
    let remote = Remote::elsewhere(Endpoint::local(server.addr), Options::default(), baseline);
    let catalogue = catalog::all();
    let cases = select::cases(&catalogue, &["capacity/*".into()]).expect("there are some");
    let reasons: Vec<String> = play_all(&cases, &[&remote], 8, &|_| {})
        .into_iter()
        .filter_map(|row| match row.into_iter().next() {
            Some(Played::Skipped(reason)) => Some(reason),
            Some(Played::Ran(_)) => panic!("a case of capacity needs content"),
            None => None,
        })
        .collect();
    assert!(reasons.iter().any(|reason| reason.contains("status 200")), "{reasons:?}");
}

/// 411 says nothing about requests without content.
#[test]
fn a_server_that_asks_for_the_length_of_content_is_sent_none() {
    let server = server(200, 411, 2);
    let baseline = check(&server).expect("it can be judged");
    assert_eq!(baseline.answer_timing, AnswerTiming::AsksForLength);
    let remote = Remote::elsewhere(Endpoint::local(server.addr), Options::default(), baseline);
    let catalogue = catalog::all();
    let of = |id| catalogue.iter().find(|case| case.id == id).expect("in the catalogue");
    let reason = remote.skips(of("data/padded")).expect("it sends content");
    assert!(reason.contains("411"), "{reason}");
    assert_eq!(remote.skips(of("ping/answered")), None);
}

/// The credit of a connection that was ended cannot be seen: that is no shortfall.
#[test]
fn credit_of_a_connection_that_the_server_ends_is_not_judged() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(&settings().to_bytes());
            let (mut reader, mut octets, mut begun) = (FrameReader::default(), [0; 65_536], false);
            while let Ok(1..) = stream.read(&mut octets).inspect(|read| reader.push(&octets[..*read])) {
                begun = begun || reader.strip(PREFACE) == Some(true);
                for frame in std::iter::from_fn(|| reader.next_frame()) {
                    let _ = match (frame.kind, View::from(&frame)) {
                        (_, View::Ping { opaque }) => stream.write_all(&ping(opaque).ack().to_bytes()),
                        (kind::HEADERS, _) => stream.write_all(&goaway(1, PROTOCOL_ERROR).to_bytes()),
                        _ => Ok(()),
                    };
                }
            }
        }
    });
    let baseline = check(&server(200, 200, 2)).expect("it can be judged");
    let remote = Remote::elsewhere(Endpoint::local(address), Options::default(), baseline);
    let catalogue = catalog::all();
    let cases = select::cases(&catalogue, &["credit-back/with-upper-case-field-plain".into()]).expect("it is there");
    match &play_all(&cases, &[&remote], 1, &|_| {})[0][0] {
        Played::Skipped(reason) => assert!(reason.contains("credit cannot be seen"), "{reason}"),
        Played::Ran(run) => panic!("{}\n{}", run.verdict.reason, run.transcript),
    }
}

/// A server that refuses every request with trailers also refuses malformed ones: that proves
/// nothing.
#[test]
fn what_a_plainer_shortfall_explains_is_skipped() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut open = Vec::new();
                converse(stream, |stream, frame| {
                    let answer = match frame.kind {
                        kind::HEADERS if open.contains(&frame.stream) => goaway(frame.stream, PROTOCOL_ERROR),
                        kind::HEADERS => {
                            open.push(frame.stream);
                            response(frame.stream, 200).end_stream()
                        }
                        _ => return,
                    };
                    let _ = stream.write_all(&answer.to_bytes());
                });
            });
        }
    });
    let without_trailers = Remote::elsewhere(Endpoint::local(address), Options::default(), sound());
    let server = server(200, 200, 2);
    let with_trailers = Remote::elsewhere(Endpoint::local(server.addr), Options::default(), sound());
    let catalogue = catalog::all();
    let of = |id| catalogue.iter().find(|case| case.id == id).expect("in the catalogue");
    let reason = without_trailers.skips(of("fields/connection-in-trailers")).expect("it proves nothing");
    assert!(reason.contains("content/trailers"), "{reason}");
    assert_eq!(without_trailers.skips(of("content/trailers")), None);
    assert_eq!(without_trailers.skips(of("fields/connection")), None);
    assert_eq!(with_trailers.skips(of("fields/connection-in-trailers")), None);
}

/// The baseline of a server that has no fault.
fn sound() -> Baseline {
    check(&server(200, 200, 2)).expect("it can be judged")
}

/// The oracle behind every sound request.
#[test]
fn a_refusal_is_no_answer_to_a_sound_request() {
    use h2_conformance::case::Case;
    use h2_conformance::judge::words::answered;
    use h2_conformance::judge::Outcome;
    use h2_conformance::suite::play;
    use h2_conformance::wire::build::get;

    let sound = Case {
        id: "data/any",
        title: "a request is answered",
        script: |s| {
            s.open();
            s.send(get(1));
        },
        expect: answered(1),
        ..Case::DEFAULT
    };
    let baseline = check(&server(200, 200, 2)).expect("it can be judged");
    for (status, expected) in [
        (200, Outcome::Pass),
        (304, Outcome::Pass),
        (400, Outcome::Fail),
        (404, Outcome::Pass),
        (501, Outcome::Pass),
        (503, Outcome::Inconclusive),
    ] {
        let server = server(status, status, 2);
        let remote = Remote::elsewhere(Endpoint::local(server.addr), Options::default(), baseline);
        let played = play(&sound, &remote);
        let verdict = &played.run().expect("it is played").verdict;
        assert_eq!(verdict.outcome, expected, "{status}: {}", verdict.reason);
    }
}

/// The runner keeps the rules: a server with a smaller header table gets its size update first.
#[test]
fn the_first_field_section_after_a_smaller_table_begins_with_a_size_update() {
    use h2_conformance::case::Case;
    use h2_conformance::endpoint::run_case;
    use h2_conformance::wire::build::{get, headers, settings};
    use h2_conformance::wire::code::setting;

    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the runner connects");
        stream.write_all(&settings().with(setting::HEADER_TABLE_SIZE, 30).to_bytes()).expect("it reads");
        let (mut reader, mut octets, mut blocks) = (FrameReader::default(), [0; 1_024], Vec::new());
        let mut is_open = false;
        while blocks.len() < 3 {
            let read = stream.read(&mut octets).expect("it writes");
            reader.push(&octets[..read]);
            is_open = is_open || reader.strip(PREFACE).expect("the preface comes in one go");
            let frames = std::iter::from_fn(|| reader.next_frame());
            blocks.extend(frames.filter(|frame| frame.kind == kind::HEADERS).map(|frame| frame.payload));
        }
        blocks
    });
    let case = Case {
        id: "data/any",
        script: |s| {
            s.open();
            // Too short for the fields that its flags announce.
            s.send(headers(1, &[]).flag(0x8));
            s.burst([get(3).padded(1), get(5)]);
        },
        ..Case::DEFAULT
    };
    let _ = run_case(&Endpoint::local(address), &case, Options::default());
    let blocks = server.join().expect("the server got what it waited for");
    // 30 fits into the prefix of five bits.
    assert_eq!(blocks[0], [0_u8; 0]);
    assert_eq!(blocks[1][..2], [1, 0x20 | 30]);
    assert_ne!(blocks[2][0], 0x20 | 30);
}
