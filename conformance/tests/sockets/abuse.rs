//! Attacks on servers of this process.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use h2_conformance::endpoint::abuse::{cases, Attacked, Process};
use h2_conformance::endpoint::{Endpoint, Options, Remote};
use h2_conformance::judge::Outcome;
use h2_conformance::run::Run;
use h2_conformance::subject::SOCKET;
use h2_conformance::suite::{play, play_all};
use h2_conformance::transport::listening::Listening;
use h2_conformance::wire::build::response;
use h2_conformance::wire::code::kind;
use h2_conformance::wire::Frame;

use super::bad::converse;

/// Frames after which the servers below are overwhelmed.
const ENOUGH: usize = 500;
const SHORT: Options = Options { timeout: Duration::from_millis(100) };

/// A server with a thread for each connection.
fn server(take: fn(&mut std::net::TcpStream, &Frame)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || converse(stream, take));
        }
    });
    address
}

fn answer(stream: &mut std::net::TcpStream, frame: &Frame) {
    if frame.kind == kind::HEADERS {
        let _ = stream.write_all(&response(frame.stream, 200).end_stream().to_bytes());
    }
}

fn ready(address: SocketAddr, process: Option<Process>) -> Attacked {
    let endpoint = Endpoint::local(address);
    let baseline = endpoint.check(SHORT).expect("a server");
    Attacked::new(Remote::elsewhere(endpoint, SHORT, baseline), process)
}

fn play_attack(name: &str, target: &Attacked) -> Run {
    let attack = cases().into_iter().find(|case| case.id == name).expect("an attack");
    play(&attack, target).run().expect("not skipped").clone()
}

#[test]
fn hyper_on_the_fork_passes_all_attacks() {
    let hyper = SOCKET.iter().find(|subject| subject.name == "hyper-patched").expect("hyper");
    let remote = Remote::start(hyper, Listening::CLEAR, Options::default()).expect("a server");
    let attacked = Attacked::new(remote, None);
    let cases = cases();
    for (case, played) in cases.iter().zip(play_all(&cases, &[&attacked], 4, &|_| {})) {
        let run = played[0].run().expect("not skipped");
        assert_eq!(run.verdict.outcome, Outcome::Pass, "{}: {}", case.id, run.verdict.reason);
    }
}

#[test]
fn a_server_that_an_attack_stops_fails() {
    static FRAMES: AtomicUsize = AtomicUsize::new(0);
    static STOPPED: AtomicBool = AtomicBool::new(false);
    let address = server(|stream, frame| {
        if FRAMES.fetch_add(1, Ordering::Relaxed) > ENOUGH {
            STOPPED.store(true, Ordering::Relaxed);
        }
        if !STOPPED.load(Ordering::Relaxed) {
            answer(stream, frame);
        }
    });
    let run = play_attack("abuse/settings", &ready(address, None));
    assert_eq!(run.verdict.outcome, Outcome::Fail, "{}", run.verdict.reason);
    assert!(run.verdict.reason.contains("requests on other connections are not answered"), "{}", run.verdict.reason);
}

#[test]
fn a_server_that_grows_fails_where_its_process_is_known() {
    static FRAMES: AtomicUsize = AtomicUsize::new(0);
    static KEPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let address = server(|stream, frame| {
        if FRAMES.fetch_add(1, Ordering::Relaxed) == ENOUGH {
            *KEPT.lock().expect("no panic while it is held") = vec![1; 200 << 20];
        }
        answer(stream, frame);
    });
    let own = if cfg!(target_os = "linux") { Process::new(std::process::id()).ok() } else { return };
    let target = ready(address, own);
    let run = play_attack("abuse/settings", &target);
    assert_eq!(run.verdict.outcome, Outcome::Fail, "{}", run.verdict.reason);
    assert!(run.verdict.reason.contains("the process grows by"), "{}", run.verdict.reason);
    // It stays as large as it is.
    assert_eq!(play_attack("abuse/settings", &target).verdict.outcome, Outcome::Pass);
}

/// What one attack did is not held against the next.
#[test]
fn a_server_that_has_stopped_before_is_not_blamed() {
    static STOPPED: AtomicBool = AtomicBool::new(false);
    let address = server(|stream, frame| {
        if !STOPPED.load(Ordering::Relaxed) {
            answer(stream, frame);
        }
    });
    let target = ready(address, None);
    STOPPED.store(true, Ordering::Relaxed);
    let run = play_attack("abuse/ping", &target);
    assert_eq!(run.verdict.outcome, Outcome::Inconclusive, "{}", run.verdict.reason);
    assert!(run.verdict.reason.contains("before the attack"), "{}", run.verdict.reason);
}
