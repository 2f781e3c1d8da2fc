//! Memory after a burst: a connection gives back what frames and streams took, where the release
//! keeps it to its end.

#[path = "support/heap.rs"]
mod heap;

use h2_conformance::case::{Case, Config, Needs};
use h2_conformance::drive::Link;
use h2_conformance::script::{App, Handles};
use h2_conformance::subject::{Subject, IN_MEMORY};
use h2_conformance::wire::build::{data, headers_block, post, reset, settings, window_update, GET};
use h2_conformance::wire::code::error::CANCEL;
use h2_conformance::wire::code::{setting, DEFAULT_WINDOW};
use h2_conformance::wire::{hpack, Frame, PREFACE};

/// A server in memory, its peer and what it held before the burst.
struct Server {
    link: Box<dyn Link>,
    calls: usize,
    before: isize,
}

impl Server {
    fn new(subject: &Subject, needs: Needs, first: Frame) -> Self {
        let window = Some(1 << 24);
        let config = Config { stream_window: window, connection_window: window, ..Config::DEFAULT };
        let link = (subject.make)(&Case { needs, config, ..Case::DEFAULT });
        let mut server = Server { link, calls: 0, before: 0 };
        server.link.write(PREFACE);
        server.send(first);
        server.send(settings().ack());
        server.send(post(1));
        server.before = heap::live();
        server
    }

    fn send(&mut self, frame: Frame) {
        let mut octets = Vec::new();
        frame.encode(&mut octets);
        self.link.write(&octets);
        self.link.advance();
    }

    fn call(&mut self, app: App) {
        self.link.call(self.calls, &app);
        self.link.advance();
        self.calls += 1;
    }

    /// Octets held beyond what was held before the burst.
    fn held(&self) -> isize {
        heap::live() - self.before
    }
}

/// What upstream and the fork hold at the height of a burst and after it.
fn assert_given_back(burst: impl Fn(&Subject) -> (isize, isize)) {
    let [upstream, patched] = ["upstream", "patched"]
        .map(|name| burst(IN_MEMORY.iter().find(|subject| subject.name == name).expect("it is in the list")));
    let (height, after) = patched;
    // What is left is the application's list of calls, most of all.
    assert!(after * 10 < height, "{after} octets are left of {height}");
    assert!(after * 5 < upstream.1, "{after} octets are left, in the release {}", upstream.1);
}

#[test]
fn unread_frames_leave_no_room_behind() {
    assert_given_back(|subject| {
        let mut server = Server::new(subject, Needs::Api, settings());
        (0..600).for_each(|_| server.send(data(1, 256)));
        let height = server.held();
        server.send(data(1, 0).end_stream());
        server.call(App::ReadToEnd { stream: 1 });
        (height, server.held())
    });
}

#[test]
fn unsent_frames_leave_no_room_behind() {
    assert_given_back(|subject| {
        let mut server = Server::new(subject, Needs::Api, settings().with(setting::INITIAL_WINDOW_SIZE, 0));
        server.call(App::Respond { stream: 1, status: 200, end: false });
        (0..600).for_each(|_| server.call(App::SendData { stream: 1, octets: 1, end: false }));
        let height = server.held();
        server.send(window_update(1, 600));
        (height, server.held())
    });
}

/// One stream stays open all the time.
#[test]
fn streams_leave_no_room_behind() {
    assert_given_back(|subject| {
        let mut server = Server::new(subject, Needs::Wire, settings());
        let burst = (1..1_000).map(|number| 2 * number + 1);
        burst.clone().for_each(|stream| server.send(post(stream)));
        let height = server.held();
        burst.for_each(|stream| server.send(data(stream, 0).end_stream()));
        (height, server.held())
    });
}

/// Responses that wait for the connection's window when their clients give them up: each round
/// leaves the runner's list of calls behind, and in the release most of the streams as well.
#[test]
fn cancelled_waiters_are_let_go() {
    let [upstream, patched] = ["upstream", "patched"].map(|name| {
        let subject = IN_MEMORY.iter().find(|subject| subject.name == name).expect("it is in the list");
        let mut server = Server::new(subject, Needs::Api, settings());
        server.call(App::Respond { stream: 1, status: 200, end: false });
        let mut next = 3;
        let mut held = [0; 9];
        for held in &mut held {
            server.call(App::SendData { stream: 1, octets: DEFAULT_WINDOW as usize, end: false });
            server.send(window_update(1, DEFAULT_WINDOW));
            let waiters = (next..).step_by(2).take(120);
            next += 240;
            for stream in waiters.clone() {
                server.send(post(stream));
                server.call(App::Respond { stream, status: 200, end: false });
                server.call(App::SendData { stream, octets: 1, end: false });
            }
            for stream in waiters {
                server.send(reset(stream, CANCEL));
                server.call(App::Drop { stream, what: Handles::All });
            }
            server.send(window_update(0, DEFAULT_WINDOW));
            *held = server.held();
        }
        held[8] - held[0]
    });
    assert!(3 * patched < 2 * upstream, "eight rounds leave {patched} octets behind, in the release {upstream}");
}

/// Once the table and the list of remembered resets are full, a malformed request takes the place
/// of another one.
#[test]
fn malformed_requests_leave_nothing_behind() {
    let subject = IN_MEMORY.iter().find(|subject| subject.name == "patched").expect("it is in the list");
    let mut server = Server::new(subject, Needs::Wire, settings());
    let mut streams = (1..1_000).map(|number| 2 * number + 1);
    let mut held_after = |count| {
        for stream in streams.by_ref().take(count) {
            let mut block = hpack::encode(&GET);
            hpack::indexed_literal(&mut block, "x-bad", &format!("{stream:05}\0"));
            server.send(headers_block(stream, block).end_stream());
        }
        server.held()
    };
    let (full, later) = (held_after(200), held_after(700));
    assert!(later - full < 4_096, "{full} octets are held after 200, {later} after 900");
}
