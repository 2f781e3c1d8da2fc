//! Servers that do their worst: no panic, no hang, no growth, and a verdict that blames the right
//! one.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use h2_conformance::case::Case;
use h2_conformance::drive::{CLOSE, TOTAL};
use h2_conformance::endpoint::{run_case, Announced, AnswerTiming, Baseline, Endpoint, Options, Remote, Unusable};
use h2_conformance::judge::words::{alive, answered, conn_error, ignored, preface_refused};
use h2_conformance::judge::{Ending, Outcome};
use h2_conformance::run::Run;
use h2_conformance::suite;
use h2_conformance::transport::socket::FLOOD;
use h2_conformance::wire::build::*;
use h2_conformance::wire::code::error::PROTOCOL_ERROR;
use h2_conformance::wire::code::kind;
use h2_conformance::wire::{Frame, FrameReader, View, PREFACE};

const PATIENCE: Duration = Duration::from_millis(200);
/// What these servers would answer.
const BASELINE: Baseline =
    Baseline { answer_timing: AnswerTiming::ReadsToTheEnd, status: 200, content: 2, announced: Announced::INITIAL };
/// What a busy machine may add.
const SLACK: Duration = Duration::from_millis(400);

/// A server that treats each connection so.
fn server(treat: fn(TcpStream)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || listener.incoming().flatten().for_each(treat));
    address
}

fn play(address: SocketAddr, case: &Case) -> (Run, Duration) {
    let began = Instant::now();
    let played = run_case(&Endpoint::local(address), case, Options { timeout: PATIENCE });
    (played.run().expect("not skipped").clone(), began.elapsed())
}

fn a_ping() -> Case {
    Case {
        script: |s| {
            s.open();
            s.send(priority(1));
        },
        expect: ignored(),
        ..Case::DEFAULT
    }
}

fn long() -> Case {
    Case {
        script: |s| {
            s.open();
            for _ in 0..20 {
                s.send(get(1));
                s.settle();
            }
            s.upload(1, 1 << 20);
        },
        expect: alive(),
        ..Case::DEFAULT
    }
}

#[track_caller]
fn expect(run: &Run, outcome: Outcome, ending: Ending, word: &str) {
    let verdict = &run.verdict;
    assert_eq!((verdict.outcome, verdict.ending), (outcome, ending), "{}\n{}", verdict.reason, run.transcript);
    assert!(verdict.reason.contains(word), "{}", verdict.reason);
}

/// Reads the frames of a client up to the end of the connection.
pub(super) fn read_frames(mut stream: TcpStream, mut take: impl FnMut(&Frame)) {
    let mut reader = FrameReader::default();
    let mut preface_due = true;
    let mut piece = vec![0; 1 << 16];
    let _ = stream.write_all(&settings().to_bytes());
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        reader.push(&piece[..count]);
        if preface_due {
            preface_due = reader.strip(PREFACE) != Some(true);
        }
        while let Some(frame) = (!preface_due).then(|| reader.next_frame()).flatten() {
            take(&frame);
        }
    }
}

/// Answers each SETTINGS and PING as it should, and then leaves the rest to `more`.
pub(super) fn converse(stream: TcpStream, mut more: impl FnMut(&mut TcpStream, &Frame)) {
    let Ok(mut answers) = stream.try_clone() else { return };
    read_frames(stream, |frame| {
        match frame.kind {
            4 if frame.flags == 0 => drop(answers.write_all(&settings().ack().to_bytes())),
            6 if frame.flags == 0 && frame.stream == 0 => drop(answers.write_all(&frame.clone().ack().to_bytes())),
            _ => {}
        }
        more(&mut answers, frame);
    });
}

#[test]
fn a_refused_connection() {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let (run, _) = play(address, &a_ping());
    expect(&run, Outcome::Inconclusive, Ending::Clean, "cannot connect");
}

#[test]
fn silence_costs_one_timeout() {
    let address = server(|stream| {
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(20));
            drop(stream);
        });
    });
    for case in [a_ping(), long()] {
        let (run, took) = play(address, &case);
        expect(&run, Outcome::Inconclusive, Ending::Clean, "no SETTINGS");
        assert!(took < PATIENCE * 2 + SLACK, "{took:?}");
    }
}

#[test]
fn silence_after_the_opening_costs_one_timeout() {
    let address = server(|mut stream| {
        let _ = stream.write_all(&settings().to_bytes());
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(20));
            drop(stream);
        });
    });
    for case in [a_ping(), long()] {
        let (run, took) = play(address, &case);
        expect(&run, Outcome::Fail, Ending::Hang, "PING");
        assert!(took < PATIENCE + SLACK, "{took:?}");
    }
}

#[test]
fn the_end_at_once() {
    let address = server(drop);
    let (run, _) = play(address, &a_ping());
    assert_eq!(run.verdict.outcome, Outcome::Inconclusive, "{}", run.transcript);
}

/// Closing with octets unread is a reset.
#[test]
fn a_reset_before_the_first_octet() {
    let address = server(|mut stream| drop(stream.read(&mut [0; 1])));
    let (run, _) = play(address, &a_ping());
    expect(&run, Outcome::Inconclusive, Ending::Clean, "reset before the first octet");
    // If the opening is what is wrong, it is the subject's answer.
    let opening = Case {
        script: |s| {
            s.mark();
            s.raw(b"GET / HTTP/1.1\r\nhost: example.test\r\n\r\n");
        },
        expect: conn_error(PROTOCOL_ERROR),
        ..Case::DEFAULT
    };
    let (run, _) = play(address, &opening);
    expect(&run, Outcome::Weak, Ending::NoGoaway, "closed without GOAWAY");
}

#[test]
fn a_flood_is_cut_off() {
    let floods: [fn(TcpStream); 3] = [
        // Frames.
        |mut stream| {
            let _ = stream.write_all(&settings().to_bytes());
            let pings = ping([0; 8]).to_bytes().repeat(1000);
            while stream.write_all(&pings).is_ok() {}
        },
        // Frames as large as they come.
        |mut stream| {
            let _ = stream.write_all(&settings().to_bytes());
            let frame = Frame::new(0xbb, 0, 0, vec![0; (1 << 24) - 1]).to_bytes();
            while stream.write_all(&frame).is_ok() {}
        },
        // No frames at all.
        |mut stream| while stream.write_all(&[0xff; 1 << 16]).is_ok() {},
    ];
    for flood in floods {
        let (run, took) = play(server(flood), &a_ping());
        assert_eq!(run.verdict.outcome, Outcome::Fail, "{}", run.verdict.reason);
        assert!(run.verdict.reason.contains("does not come to rest"), "{}", run.verdict.reason);
        let octets: usize = run.transcript.subject_frames().map(|(_, frame)| frame.payload.len() + 9).sum();
        assert!(octets <= FLOOD, "{octets}");
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}

#[test]
fn a_trickle_ends() {
    let address = server(|mut stream| {
        let _ = stream.write_all(&settings().to_bytes());
        let _ = stream.set_nodelay(true);
        thread::spawn(move || {
            while stream.write_all(&unknown(0).to_bytes()).is_ok() {
                thread::sleep(Duration::from_millis(5));
            }
        });
    });
    let (run, took) = play(address, &Case { expect: answered(1), ..a_ping() });
    expect(&run, Outcome::Inconclusive, Ending::Hang, "octets still came");
    assert!(took < PATIENCE * TOTAL + SLACK, "{took:?}");
}

#[test]
fn half_a_frame_and_the_end() {
    let address = server(|stream| {
        converse(stream, |stream, frame| {
            if frame.kind == 2 {
                let _ = stream.write_all(&data(1, 10).to_bytes()[..12]);
                let _ = stream.shutdown(std::net::Shutdown::Both);
            }
        });
    });
    let (run, _) = play(address, &a_ping());
    expect(&run, Outcome::Fail, Ending::Abrupt, "closed");
}

/// What comes a little after the barrier is still seen where a case rests on nothing else coming.
#[test]
fn a_late_goaway_is_seen() {
    let address = server(|stream| {
        converse(stream, |stream, frame| {
            if frame.kind == 6 && frame.payload.ends_with(&[2]) || frame.kind == 2 {
                thread::sleep(Duration::from_millis(10));
                let _ = stream.write_all(&goaway(0, PROTOCOL_ERROR).to_bytes());
            }
        });
    });
    let (run, _) = play(address, &a_ping());
    expect(&run, Outcome::Fail, Ending::WrongCode, "GOAWAY");
}

/// A subject that never reads cannot block the runner's writes.
#[test]
fn a_server_that_reads_nothing() {
    let address = server(|mut stream| {
        let all = settings().with(4, (1 << 31) - 1);
        let _ = stream.write_all(&all.to_bytes());
        let _ = stream.write_all(&window_update(0, (1 << 31) - 1 - 65_535).to_bytes());
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(20));
            drop(stream);
        });
    });
    let upload = Case {
        script: |s| {
            s.open();
            s.send(post(1));
            s.upload(1, 32 << 20);
        },
        expect: alive(),
        ..Case::DEFAULT
    };
    let (run, took) = play(address, &upload);
    expect(&run, Outcome::Fail, Ending::Hang, "PING");
    assert!(took < PATIENCE + SLACK * 5, "{took:?}");
}

/// Refuses PRIORITY, and does not close.
fn refuse(stream: TcpStream) {
    converse(stream, |stream, frame| {
        if frame.kind == 2 {
            let _ = stream.write_all(&goaway(0, PROTOCOL_ERROR).to_bytes());
        }
    });
}

#[test]
fn a_close_has_time_of_its_own_after_goaway() {
    let refused = Case { expect: conn_error(PROTOCOL_ERROR), ..a_ping() };
    let closes = server(|stream| {
        let closing = stream.try_clone().expect("a handle");
        thread::spawn(move || {
            thread::sleep(PATIENCE * 3 / 2);
            let _ = closing.shutdown(std::net::Shutdown::Both);
        });
        thread::spawn(move || refuse(stream));
    });
    let (run, _) = play(closes, &refused);
    expect(&run, Outcome::Pass, Ending::Clean, "");
    let never_closes = server(|stream| {
        thread::spawn(move || refuse(stream));
    });
    let (run, took) = play(never_closes, &refused);
    expect(&run, Outcome::Weak, Ending::Hang, "stays open");
    assert!(took < PATIENCE * (1 + CLOSE) + SLACK, "{took:?}");
}

/// A case that is about the close gives it more time, and says nothing where there is no error.
#[test]
fn a_server_that_never_closes_fails_where_that_is_asked() {
    fn answer(stream: TcpStream, code: u32) {
        converse(stream, |stream, frame| {
            if frame.kind == kind::CONTINUATION && code != 0 {
                let _ = stream.write_all(&goaway(0, code).to_bytes());
            }
        });
    }
    let catalogue = h2_conformance::catalog::all();
    let case = catalogue.iter().find(|case| case.id == "errors/closes").expect("in the catalogue");
    let played = |address| {
        let options = Options { timeout: PATIENCE };
        let remote = Remote::elsewhere(Endpoint::local(address), options, BASELINE);
        suite::play(case, &remote)
    };
    let late = server(|stream| {
        let closing = stream.try_clone().expect("a handle");
        thread::spawn(move || {
            thread::sleep(PATIENCE * 4);
            let _ = closing.shutdown(std::net::Shutdown::Both);
        });
        thread::spawn(move || answer(stream, PROTOCOL_ERROR));
    });
    expect(played(late).run().expect("played"), Outcome::Pass, Ending::Clean, "");
    let never = server(|stream| drop(thread::spawn(move || answer(stream, PROTOCOL_ERROR))));
    expect(played(never).run().expect("played"), Outcome::Fail, Ending::Hang, "stays open");
    let ignores = server(|stream| drop(thread::spawn(move || answer(stream, 0))));
    match played(ignores) {
        suite::Played::Skipped(reason) => assert!(reason.contains("close cannot be seen"), "{reason}"),
        suite::Played::Ran(run) => panic!("{}", run.transcript),
    }
}

#[test]
fn a_port_that_speaks_something_else_is_named() {
    let http1 = server(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        thread::spawn(move || stream.read(&mut [0; 4096]));
    });
    let tls = server(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(&[0x15, 3, 3, 0, 2, 2, 70]);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        thread::spawn(move || stream.read(&mut [0; 4096]));
    });
    for (address, name) in [(http1, "answers in HTTP/1"), (tls, "speaks TLS")] {
        match Endpoint::local(address).check(Options { timeout: PATIENCE }) {
            Err(Unusable::Server(why)) => assert!(why.contains(name) && !why.contains('\n'), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    // An HTTP/1.1 request on a port that speaks both.
    let opening = Case {
        script: |s| {
            s.mark();
            s.raw(b"GET / HTTP/1.1\r\nhost: example.test\r\n\r\n");
            s.settle();
        },
        expect: preface_refused(PROTOCOL_ERROR),
        ..Case::DEFAULT
    };
    let (run, _) = play(http1, &opening);
    expect(&run, Outcome::Pass, Ending::Clean, "");
    // It is no answer to anything else.
    let (run, _) = play(http1, &Case { expect: answered(1), ..a_ping() });
    assert_ne!(run.verdict.outcome, Outcome::Pass, "{}", run.transcript);
}

/// The runner keeps the rules: nothing follows a reset (RFC 9113 section 6.4).
#[test]
fn no_data_is_sent_on_a_stream_that_the_server_has_reset() {
    let address = server(|mut stream| {
        let _ = stream.write_all(&settings().to_bytes());
        let (mut reader, mut octets, mut begun) = (FrameReader::default(), [0; 4096], false);
        while let Ok(1..) = stream.read(&mut octets).inspect(|read| reader.push(&octets[..*read])) {
            begun = begun || reader.strip(PREFACE) == Some(true);
            for frame in std::iter::from_fn(|| reader.next_frame()) {
                let _ = match (frame.kind, View::from(&frame)) {
                    (_, View::Ping { opaque }) => stream.write_all(&ping(opaque).ack().to_bytes()),
                    (kind::HEADERS, _) => stream.write_all(&reset(1, PROTOCOL_ERROR).to_bytes()),
                    _ => Ok(()),
                };
            }
        }
    });
    let case = Case {
        script: |s| {
            s.open();
            s.send(post(1));
            s.send(data(1, 5).end_stream());
        },
        expect: alive(),
        ..Case::DEFAULT
    };
    let (run, _) = play(address, &case);
    assert_eq!(run.verdict.outcome, Outcome::Pass, "{}", run.transcript);
    assert!(!run.transcript.to_string().contains("DATA"), "{}", run.transcript);
}
