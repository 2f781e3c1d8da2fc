//! Attacks on servers of this process.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use h2_conformance::endpoint::abuse::{cases, Attacked, Process};
use h2_conformance::endpoint::{Endpoint, Options, Remote};
use h2_conformance::judge::Outcome;
use h2_conformance::run::Run;
use h2_conformance::subject::SOCKET;
use h2_conformance::suite::{play, play_all, Played, Target};
use h2_conformance::transport::listening::Listening;
use h2_conformance::wire::build::{response, settings};
use h2_conformance::wire::code::kind;
use h2_conformance::wire::Frame;

use super::bad::{converse, read_frames};

const SHORT: Options = Options { timeout: Duration::from_millis(200) };

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
    ready_within(SHORT, address, process)
}

fn ready_within(options: Options, address: SocketAddr, process: Option<Process>) -> Attacked {
    let endpoint = Endpoint::local(address);
    let baseline = endpoint.check(options).expect("a server");
    Attacked::new(Remote::elsewhere(endpoint, options, baseline), process)
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
    let (cases, mut made) = (cases(), 0);
    for (case, played) in cases.iter().zip(play_all(&cases, &[&attacked], 4, &|_| {})) {
        let Some(run) = played[0].run() else { continue };
        made += 1;
        assert_eq!(run.verdict.outcome, Outcome::Pass, "{}: {}", case.id, run.verdict.reason);
    }
    assert!(made >= 13, "{made} attacks");
}

/// An attack would disturb whatever is played beside it.
#[test]
fn attacks_are_played_alone() {
    let attacked = ready(server(answer), None);
    assert!(cases().iter().all(|attack| attacked.is_played_alone(attack)));
    assert!(h2_conformance::catalog::all().iter().all(|case| !attacked.is_played_alone(case)));
}

fn own() -> Option<Process> {
    // The memory of a process is known on Linux alone.
    cfg!(target_os = "linux").then(|| Process::new(std::process::id()).expect("this process"))
}

/// Keeps all that it is sent in field blocks that do not end.
#[test]
fn a_server_that_keeps_a_flood_fails_where_its_process_is_known() {
    static KEPT: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
    let address = server(|stream, frame| {
        if frame.kind == kind::CONTINUATION {
            KEPT.lock().expect("no panic while it is held").push(frame.payload.clone());
        }
        answer(stream, frame);
    });
    let Some(own) = own() else { return };
    let run = play_attack("abuse/continuation", &ready(address, Some(own)));
    assert_eq!(run.verdict.outcome, Outcome::Fail, "{}", run.verdict.reason);
    assert!(run.verdict.reason.contains("the process grows by"), "{}", run.verdict.reason);
    KEPT.lock().expect("no panic while it is held").clear();
}

/// Answers each PING, and queues the answers that the peer does not read.
#[test]
fn a_server_that_queues_its_answers_fails_where_its_process_is_known() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let (sender, answers) = std::sync::mpsc::channel::<Vec<u8>>();
                let mut writing = stream.try_clone().expect("a socket");
                thread::spawn(move || answers.iter().try_for_each(|answer| writing.write_all(&answer)));
                read_frames(stream, |frame| {
                    let answer = match (frame.kind, frame.flags) {
                        (kind::SETTINGS, 0) => settings().ack(),
                        (kind::PING, 0) => frame.clone().ack(),
                        (kind::HEADERS, _) => response(frame.stream, 200).end_stream(),
                        _ => return,
                    };
                    let _ = sender.send(answer.to_bytes());
                });
            });
        }
    });
    let Some(own) = own() else { return };
    // A busy machine must have the time to send the flood.
    let target = ready_within(Options::default(), address, Some(own));
    let run = play_attack("abuse/ping", &target);
    assert_eq!(run.verdict.outcome, Outcome::Fail, "{}", run.verdict.reason);
    assert!(run.verdict.reason.contains("the process grows by"), "{}", run.verdict.reason);
}

#[test]
fn a_process_that_ends_fails() {
    let Some(_) = own() else { return };
    let address = server(answer);
    let mut short = std::process::Command::new("sleep").arg("0.3").spawn().expect("sleep");
    let target = ready(address, Some(Process::new(short.id()).expect("it runs")));
    short.wait().expect("it ends");
    let run = play_attack("abuse/window-held", &target);
    assert_eq!(run.verdict.outcome, Outcome::Fail, "{}", run.verdict.reason);
    assert!(run.verdict.reason.contains("has ended"), "{}", run.verdict.reason);
}

/// What one attack did is not held against the next.
#[test]
fn a_server_that_has_stopped_before_is_not_blamed() {
    static STOPPED: AtomicBool = AtomicBool::new(false);
    let address = server(|stream, frame| {
        if frame.kind == kind::PRIORITY {
            STOPPED.store(true, Ordering::Relaxed);
        }
        if !STOPPED.load(Ordering::Relaxed) {
            answer(stream, frame);
        }
    });
    let target = ready(address, None);
    let attack = |id: &str| cases().into_iter().find(|case| case.id == id).expect("an attack");
    let run = play_attack("abuse/priority", &target);
    assert_eq!(run.verdict.outcome, Outcome::Fail, "{}", run.verdict.reason);
    let Played::Skipped(why) = play(&attack("abuse/window-held"), &target) else { panic!("it does not answer") };
    assert!(why.contains("has not answered since abuse/priority"), "{why}");
    // The response of this server has no content.
    let Played::Skipped(why) = play(&attack("abuse/dribble"), &target) else { panic!("there is nothing to ask for") };
    assert!(why.contains("1000 octets"), "{why}");
}
