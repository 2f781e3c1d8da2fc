//! Receive windows grow for what is read, and as far as the budget of the process allows all
//! connections alike.

mod support;

use std::time::Duration;

use h2::tuning::Tuning;
use h2_conformance::case::{Config, Role};
use h2_conformance::script::{App, Sent, Step};
use h2_conformance::wire::build::{data, post};
use support::growth::{grow, open_upload, upload, ROUND_TRIP};
use support::{alone, connect_from_afar, subject};

/// The configured window of each connection and of each of its streams, in octets.
const WINDOW: i64 = 65_535;

/// Connections that have what the process says, and all the time there is.
const CONFIG: Config = Config { receive_budget: None, time_passes: true, ..Config::DEFAULT };

/// Padding is given back without a reader, and earns nothing.
#[test]
fn windows_do_not_grow_for_padding() {
    let _alone = alone(Tuning::new());
    let mut link = subject(Role::Server, CONFIG);
    let mut peer = connect_from_afar(&mut *link, Role::Server, ROUND_TRIP);
    peer.send(post(1));
    peer.call(App::ReadToEnd { stream: 1 });
    for round in 0..8 {
        // One half of the window in padding, and the other in unread content.
        for stream in [4 * round + 3, 4 * round + 5] {
            let frames = (0..63).map(|_| Sent::Frame(data(stream, 256).padded(255)));
            peer.step(&Step::Write([Sent::Frame(post(stream))].into_iter().chain(frames).collect()));
        }
        peer.step(&Step::Elapse(ROUND_TRIP));
    }
    assert!((1..=WINDOW).contains(&peer.granted(0)), "{}", peer.transcript());
}

/// What an idle connection was granted and has not used is there for others, but for an eighth.
#[test]
fn connections_that_grow_in_turns_get_alike() {
    let _alone = alone(Tuning::new().max_process_receive_buffer_size(8 << 20));
    let mut links: Vec<_> = (0..60).map(|_| subject(Role::Server, CONFIG)).collect();
    let mut granted = Vec::new();
    // All stay open until the end.
    for (turn, link) in links.iter_mut().enumerate() {
        let mut peer = connect_from_afar(&mut **link, Role::Server, ROUND_TRIP);
        peer.step(&Step::Elapse(turn as u32 * Duration::from_secs(5)));
        grow(&mut peer, 10);
        granted.push(peer.granted(0));
    }
    assert!(granted[0] > 7 * WINDOW, "{granted:?}");
    assert!(granted.iter().all(|one| one * 10 >= granted[0] * 9), "{granted:?}");
}

/// A connection that comes back while others use the memory begins anew with the windows that were
/// set for it, and grows again when there is room.
#[test]
fn a_connection_shrinks_when_others_took_its_memory() {
    let _alone = alone(Tuning::new().max_process_receive_buffer_size(1 << 20));
    let mut links = [(); 6].map(|()| subject(Role::Server, CONFIG));
    let [first, links @ ..] = &mut links;
    let mut first = connect_from_afar(&mut **first, Role::Server, ROUND_TRIP);
    grow(&mut first, 10);
    assert!(first.granted(0) > 4 * WINDOW, "{}", first.granted(0));
    let mut others = Vec::new();
    for link in links {
        let mut peer = connect_from_afar(&mut **link, Role::Server, ROUND_TRIP);
        peer.step(&Step::Elapse(Duration::from_secs(30)));
        grow(&mut peer, 10);
        assert!(peer.granted(0) > WINDOW, "{}", peer.granted(0));
        others.push(peer);
    }
    first.step(&Step::Elapse(Duration::from_secs(30)));
    (0..40).for_each(|_| upload(&mut first, 1));
    assert!((1..=WINDOW).contains(&first.granted(0)), "{}", first.granted(0));
    assert!((1..=WINDOW).contains(&first.granted(1)), "{}", first.granted(1));
    others.iter_mut().for_each(|other| other.step(&Step::Close));
    (0..10).for_each(|round| upload(&mut first, 2 << (round / 2)));
    assert!(first.granted(0) > 4 * WINDOW, "{}", first.granted(0));
}

/// While the process has less than all of them need, connections that hold more than their share
/// give some of it up.
#[test]
fn connections_that_grow_together_get_alike() {
    let _alone = alone(Tuning::new().max_process_receive_buffer_size(4 << 20));
    let mut links: Vec<_> = (0..20).map(|_| subject(Role::Server, CONFIG)).collect();
    let mut peers: Vec<_> =
        links.iter_mut().map(|link| connect_from_afar(&mut **link, Role::Server, ROUND_TRIP)).collect();
    // The first ones come earlier.
    let (early, late) = peers.split_at_mut(3);
    early.iter_mut().for_each(|peer| grow(peer, 14));
    late.iter_mut().for_each(open_upload);
    late.iter_mut().for_each(|peer| peer.step(&Step::Elapse(14 * ROUND_TRIP)));
    for _ in 0..40 {
        peers.iter_mut().for_each(|peer| upload(peer, 64));
    }
    let granted: Vec<_> = peers.iter().map(|peer| peer.granted(0)).collect();
    let (least, most) = (granted.iter().min().expect("there are some"), granted.iter().max().expect("there are some"));
    assert!(*least > WINDOW && most / least <= 4, "{granted:?}");
}
