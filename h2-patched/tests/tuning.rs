//! Defaults of the process: what they do to connections, and what goes before them.

mod support;

use std::sync::{Mutex, MutexGuard, PoisonError};

use h2::tuning::{self, Tuning};
use h2_conformance::case::{Config, Role};
use h2_conformance::drive::Link;
use h2_conformance::panics::quietly;
use h2_conformance::script::App;
use h2_conformance::transcript::AppResult;
use h2_conformance::wire::build::data;
use h2_conformance::wire::code::{DEFAULT_FRAME_SIZE, DEFAULT_WINDOW as WINDOW};
use support::{open, subject, Peer, STREAMS};

/// Windows of streams that are larger than any budget here, and whatever else the process has.
const WIDE: Config = Config { stream_window: Some(1 << 20), receive_budget: None, ..Config::DEFAULT };

/// Budgets that differ by more than what is not worth an update.
const SMALL: u32 = 3 * WINDOW;
const LARGE: u32 = 5 * WINDOW;

const ROLES: [Role; 2] = [Role::Server, Role::Client];

/// What is set is set for all tests of this program: one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static PROCESS: Mutex<()> = Mutex::new(());
    let alone = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    tuning::set_defaults(Tuning::new());
    alone
}

/// A connection with all of [`STREAMS`] open, where a reader waits on the last one: so that credit
/// beside unread octets helps.
fn open_with_reader(link: &mut dyn Link, role: Role) -> Peer<'_> {
    let mut peer = open(link, role);
    peer.call(App::ReadToEnd { stream: STREAMS[STREAMS.len() - 1] });
    peer
}

/// Sends what it may until the connection's window is used up, or so much was sent: how much was.
fn send_unread(peer: &mut Peer<'_>, most: u32) -> u32 {
    let mut sent = 0;
    let unread = &STREAMS[..STREAMS.len() - 1];
    while let Some(stream) = unread.iter().find(|stream| sent < most && peer.may_send(**stream) > 0) {
        let octets = peer.may_send(*stream).min(DEFAULT_FRAME_SIZE).min((most - sent) as usize);
        peer.send(data(*stream, octets));
        sent += octets as u32;
    }
    sent
}

/// What a connection takes without a reader.
fn unread(role: Role, config: Config) -> u32 {
    let mut subject = subject(role, config);
    send_unread(&mut open_with_reader(&mut *subject, role), u32::MAX)
}

/// All of the budget is used, but for less than half of a window: that much is not worth an update.
#[track_caller]
fn assert_uses(octets: u32, budget: u32) {
    assert!((budget - WINDOW / 2..=budget).contains(&octets), "{octets} of {budget} octets");
}

#[test]
fn a_builders_receive_buffer_size_goes_before_the_process() {
    let _alone = alone();
    let own = Config { receive_budget: Some(SMALL), ..WIDE };
    let none = Config { receive_budget: Some(0), ..WIDE };
    for role in ROLES {
        tuning::set_defaults(Tuning::new());
        assert_uses(unread(role, own), SMALL);
        tuning::set_defaults(Tuning::new().max_connection_receive_buffer_size(LARGE));
        assert_uses(unread(role, WIDE), LARGE);
        assert_uses(unread(role, own), SMALL);
        assert_eq!(unread(role, none), WINDOW);
        tuning::set_defaults(Tuning::new().max_connection_receive_buffer_size(0));
        assert_eq!(unread(role, WIDE), WINDOW);
        assert_uses(unread(role, own), SMALL);
    }
}

/// What a connection takes without a reader, if this is set once it is open.
fn unread_after(role: Role, tuning: Tuning) -> u32 {
    tuning::set_defaults(Tuning::new().max_connection_receive_buffer_size(LARGE));
    let mut subject = subject(role, WIDE);
    let mut peer = open_with_reader(&mut *subject, role);
    tuning::set_defaults(tuning);
    send_unread(&mut peer, u32::MAX)
}

#[test]
fn open_connections_keep_their_budget_and_share_that_of_the_process() {
    let _alone = alone();
    for role in ROLES {
        assert_uses(unread_after(role, Tuning::new().max_connection_receive_buffer_size(0)), LARGE);
        assert_eq!(unread_after(role, Tuning::new().max_process_receive_buffer_size(0)), WINDOW);
        // Half of what the process has, and no less is left for others.
        let shared = unread_after(role, Tuning::new().max_process_receive_buffer_size(4 * WINDOW as usize));
        assert_uses(shared, WINDOW + 2 * WINDOW);
    }
}

/// What a connection with a large budget takes without a reader, if its window is set larger on the
/// way.
fn unread_while_the_window_changes(role: Role) -> u32 {
    let mut subject = subject(role, Config { receive_budget: Some(LARGE), ..WIDE });
    let mut peer = open_with_reader(&mut *subject, role);
    let first = send_unread(&mut peer, SMALL);
    peer.call(App::SetTargetWindow { octets: SMALL });
    first + send_unread(&mut peer, u32::MAX)
}

/// What was added while the window was small is part of the budget when the window is set larger.
#[test]
fn a_window_that_is_set_larger_later_stays_within_the_budget() {
    let _alone = alone();
    for role in ROLES {
        assert_uses(unread_while_the_window_changes(role), LARGE);
    }
}

/// What a stream may send at once to a peer that would take a window.
fn capacity(config: Config) -> AppResult {
    let mut subject = subject(Role::Server, config);
    let mut peer = open(&mut *subject, Role::Server);
    let stream = STREAMS[0];
    peer.call(App::Reserve { stream, octets: WINDOW as usize });
    peer.news();
    let call = peer.call(App::Capacity { stream });
    let results = peer.results();
    results.into_iter().find(|(of, _)| *of == call).expect("it is known at once").1
}

#[test]
fn a_builders_send_buffer_goes_before_the_process() {
    let _alone = alone();
    let large = Config { send_buffer: Some(1 << 20), ..WIDE };
    let own = Config { connection_send_buffer: Some(30_000), ..large };
    assert_eq!(capacity(large), AppResult::Value(WINDOW.into()));
    tuning::set_defaults(Tuning::new().max_connection_send_buffer_size(20_000));
    assert_eq!([capacity(large), capacity(own)], [AppResult::Value(20_000), AppResult::Value(30_000)]);
}

#[test]
fn what_is_set_replaces_all_of_what_was_set() {
    let _alone = alone();
    let first = Tuning::new()
        .max_connection_receive_buffer_size(1)
        .max_process_receive_buffer_size(2)
        .max_connection_send_buffer_size(3);
    tuning::set_defaults(first);
    assert_eq!(tuning::defaults(), first);
    tuning::set_defaults(Tuning::new().adaptive_window(false));
    assert_eq!(tuning::defaults(), Tuning::default().adaptive_window(false));
    tuning::set_defaults(tuning::defaults().max_connection_receive_buffer_size(1));
    assert_eq!(tuning::defaults(), Tuning::new().adaptive_window(false).max_connection_receive_buffer_size(1));
}

const TOO_MUCH: u32 = 1 << 31;

/// The panic message of a setting that is out of range, and whether it names this file.
fn refusal<T>(set: impl FnOnce() -> T) -> String {
    let panic = quietly(set).err().expect("it is refused");
    assert!(panic.place.contains("tests/tuning.rs:"), "{panic:?}");
    panic.message
}

#[test]
fn settings_out_of_range_are_refused_where_they_are_set() {
    let budgets = [
        refusal(|| Tuning::new().max_connection_receive_buffer_size(TOO_MUCH)),
        refusal(|| drop(h2::client::Builder::new().max_connection_receive_buffer_size(TOO_MUCH).clone())),
        refusal(|| drop(h2::server::Builder::new().max_connection_receive_buffer_size(TOO_MUCH).clone())),
    ];
    for says in budgets {
        assert_eq!(says, "the receive buffer of a connection: expected 0 to 2147483647 octets");
    }
    let buffers = [
        refusal(|| Tuning::new().max_connection_send_buffer_size(0)),
        refusal(|| drop(h2::client::Builder::new().max_connection_send_buffer_size(0).clone())),
        refusal(|| drop(h2::server::Builder::new().max_connection_send_buffer_size(0).clone())),
    ];
    for says in buffers {
        assert_eq!(says, "the send buffer of a connection: expected 1 octet or more");
    }
}

#[test]
fn the_ends_of_the_ranges_are_taken() {
    let largest = Tuning::new()
        .max_connection_receive_buffer_size(TOO_MUCH - 1)
        .max_process_receive_buffer_size(usize::MAX)
        .max_connection_send_buffer_size(usize::MAX);
    let least = Tuning::new()
        .max_connection_receive_buffer_size(0)
        .max_process_receive_buffer_size(0)
        .max_connection_send_buffer_size(1);
    assert_ne!(largest, least);
}
