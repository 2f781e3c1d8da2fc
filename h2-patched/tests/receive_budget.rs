//! What all connections of a process grant and hold beyond the windows that were set for them stays
//! within one budget. Their peers measure it: they know what they were granted and what they sent
//! that is not released.

mod support;

use h2::tuning::{self, Tuning, WindowUpdatePolicy};
use h2_conformance::case::{Config, Role};
use h2_conformance::drive::Link;
use h2_conformance::script::{App, Handles, Sent, Step, UpdatePolicy};
use h2_conformance::transcript::AppResult;
use h2_conformance::wire::build::{data, ping, post};
use proptest::prelude::*;
use support::growth::{grow, ROUND_TRIP};
use support::{alone, connect, connect_from_afar, subject, Peer};

/// The configured window of each connection and of each of its streams, in octets.
const WINDOW: i64 = 65_535;
const FRAME: usize = 16_384;

/// Connections that have what the process says, and all the time there is.
const CONFIG: Config = Config { receive_budget: None, time_passes: true, ..Config::DEFAULT };
const FIXED: Config = Config { window_growth: Some(false), ..CONFIG };

type Checked = Result<(), TestCaseError>;

/// A server's connection, and the accounting of its peer.
struct Connection<'a> {
    peer: Peer<'a>,
    streams: Vec<Stream>,
    ended: bool,
}

#[derive(Clone, Copy, Default)]
struct Stream {
    id: u32,
    sent: usize,
    released: usize,
    dropped: bool,
}

impl<'a> Connection<'a> {
    /// A connection where a reader waits on stream 1, for which nothing comes.
    fn new(link: &'a mut dyn Link) -> Self {
        let mut connection = Connection::without_reader(link);
        connection.peer.send(post(1));
        connection.peer.call(App::ReadToEnd { stream: 1 });
        connection
    }

    /// A connection where no reader waits.
    fn without_reader(link: &'a mut dyn Link) -> Self {
        Connection { peer: connect(link, Role::Server), streams: Vec::new(), ended: false }
    }

    /// What the peer was granted and what is in flight, beyond what was set.
    fn beyond(&self) -> i64 {
        let in_flight: usize = self.streams.iter().map(|stream| stream.sent - stream.released).sum();
        let all = self.peer.granted(0) + in_flight as i64;
        if self.ended {
            0
        } else {
            (all - WINDOW).max(0)
        }
    }

    /// A request with so many octets that are not read, as far as the windows allow.
    fn open(&mut self, octets: usize) {
        if self.ended {
            return;
        }
        let id = self.streams.last().map_or(3, |last| last.id + 2);
        self.peer.send(post(id));
        self.streams.push(Stream { id, ..Stream::default() });
        self.send(self.streams.len() - 1, octets);
    }

    /// A request whose reader waits for so many octets and keeps them.
    fn keep(&mut self, octets: usize) {
        self.open(0);
        if let Some(stream) = self.streams.last().filter(|_| !self.ended) {
            self.peer.call(App::Read { stream: stream.id, octets });
            self.send(self.streams.len() - 1, octets);
            self.peer.news();
        }
    }

    fn send(&mut self, at: usize, octets: usize) {
        let Some(stream) = self.streams.get_mut(at) else { return };
        let mut left = octets;
        while !self.ended && !stream.dropped && left > 0 {
            let size = self.peer.may_send(stream.id).min(left).min(FRAME);
            if size == 0 {
                return;
            }
            self.peer.send(data(stream.id, size));
            stream.sent += size;
            left -= size;
        }
    }

    /// The application reads and releases what there is, up to so many octets and a frame.
    fn read(&mut self, at: usize, octets: usize) {
        let Some(stream) = self.streams.get_mut(at) else { return };
        let there = stream.sent - stream.released;
        if self.ended || there == 0 {
            return;
        }
        self.peer.call(App::Read { stream: stream.id, octets: octets.clamp(1, there) });
        let Some((_, AppResult::Value(read))) = self.peer.results().pop() else { panic!("{}", self.peer.transcript()) };
        self.peer.call(App::Release { stream: stream.id, octets: read as usize });
        self.peer.news();
        stream.released += read as usize;
    }

    fn drop_stream(&mut self, at: usize) {
        if self.ended {
            return;
        }
        if let Some(stream) = self.streams.get_mut(at).filter(|stream| !stream.dropped) {
            self.peer.call(App::Drop { stream: stream.id, what: Handles::All });
            self.peer.news();
            // Whatever it held is back.
            stream.released = stream.sent;
            stream.dropped = true;
        }
    }

    /// The peer goes, and the application lets go of everything.
    fn end(&mut self) {
        if self.ended {
            return;
        }
        self.peer.step(&Step::Close);
        for stream in self.streams.iter().filter(|stream| !stream.dropped) {
            self.peer.call(App::Drop { stream: stream.id, what: Handles::All });
        }
        self.ended = true;
    }
}

/// What happens to one of the connections.
#[derive(Clone, Copy, Debug)]
enum Op {
    Open { octets: usize },
    Send { stream: usize, octets: usize },
    Read { stream: usize, octets: usize },
    Drop { stream: usize },
    End,
}

fn op() -> impl Strategy<Value = (usize, Op)> {
    let size = || prop_oneof![2 => 1..200_000usize, 1 => Just(WINDOW as usize)];
    let op = prop_oneof![
        8 => size().prop_map(|octets| Op::Open { octets }),
        4 => (0..6usize, size()).prop_map(|(stream, octets)| Op::Send { stream, octets }),
        4 => (0..6usize, size()).prop_map(|(stream, octets)| Op::Read { stream, octets }),
        2 => (0..6usize).prop_map(|stream| Op::Drop { stream }),
        1 => Just(Op::End),
    ];
    (0..CONNECTIONS, op)
}

/// The connections of one run of the property.
const CONNECTIONS: usize = 12;

#[derive(Clone, Debug)]
struct Run {
    ops: Vec<(usize, Op)>,
    of_process: usize,
    of_connection: u32,
    grows: bool,
    /// Whether a reader waits on each connection.
    waits: bool,
}

fn run() -> impl Strategy<Value = Run> {
    let of_process = prop_oneof![Just(0usize), 1..100_000usize, 100_000..3_000_000usize];
    let of_connection =
        prop_oneof![Just(0u32), 1..1_000_000u32, Just(tuning::DEFAULT_MAX_CONNECTION_RECEIVE_BUFFER_SIZE)];
    (proptest::collection::vec(op(), 1..100), of_process, of_connection, any::<bool>(), any::<bool>())
        .prop_map(|(ops, of_process, of_connection, grows, waits)| Run { ops, of_process, of_connection, grows, waits })
}

fn play(run: &Run) -> Checked {
    let tuning = Tuning::new()
        .max_process_receive_buffer_size(run.of_process)
        .max_connection_receive_buffer_size(run.of_connection);
    let _alone = alone(tuning.adaptive_window(run.grows));
    let mut links: Vec<_> = (0..CONNECTIONS).map(|_| subject(Role::Server, CONFIG)).collect();
    let connection = if run.waits { Connection::new } else { Connection::without_reader };
    let mut connections: Vec<_> = links.iter_mut().map(|link| connection(&mut **link)).collect();
    for (at, op) in &run.ops {
        let connection = &mut connections[*at];
        match *op {
            Op::Open { octets } => connection.open(octets),
            Op::Send { stream, octets } => connection.send(stream, octets),
            Op::Read { stream, octets } => connection.read(stream, octets),
            Op::Drop { stream } => connection.drop_stream(stream),
            Op::End => connection.end(),
        }
        let connection = &connections[*at];
        if !connection.ended {
            connection
                .peer
                .ensure(connection.peer.transcript().closed().is_none(), || "the connection closed".into())?;
        }
        let most = (i64::from(run.of_connection) - WINDOW).max(0);
        connection.peer.ensure(connection.beyond() <= most, || {
            format!(
                "{} octets beyond what was set, the connection's budget is {}",
                connection.beyond(),
                run.of_connection
            )
        })?;
        // What comes on a stream whose reader is gone is discarded, so that its peer can go on.
        let discards = connection.streams.iter().any(|stream| stream.dropped);
        connection.peer.ensure(run.waits || run.grows || discards || connection.beyond() == 0, || {
            format!("{} octets beyond what was set, and no reader waits", connection.beyond())
        })?;
        let all: i64 = connections.iter().map(Connection::beyond).sum();
        connection.peer.ensure(all <= run.of_process as i64, || {
            format!("{all} octets beyond what was set, the process's budget is {}", run.of_process)
        })?;
    }
    Ok(())
}

/// Whatever connections do, what they grant and hold beyond their windows is within the budgets.
#[test]
fn connections_stay_within_the_budget_of_the_process() {
    support::check(&run(), |run| play(&run));
}

/// As many octets beyond its window as it can get for readers that keep what they read.
fn take_all(connection: &mut Connection<'_>) -> i64 {
    let mut before = -1;
    while connection.beyond() > before {
        before = connection.beyond();
        connection.keep(WINDOW as usize);
    }
    connection.beyond()
}

/// In turns they take what they can: each gets some of it, all together no more than there is, one
/// that comes later some as well, and in the end all of it is back.
fn share(connections: usize, budget: i64) -> Result<(), String> {
    let ensure = |holds: bool, says: String| if holds { Ok(()) } else { Err(says) };
    let _alone = alone(Tuning::new().max_process_receive_buffer_size(budget as usize));
    let mut links: Vec<_> = (0..=connections).map(|_| subject(Role::Server, FIXED)).collect();
    let mut connections: Vec<_> = links.iter_mut().map(|link| Connection::new(&mut **link)).collect();
    let (late, early) = connections.split_last_mut().expect("there is one more than all");

    let (mut beyond, mut all) = (vec![0; early.len()], 0);
    // A frame each, so that no connection is first.
    for frame in 0..8 {
        for (connection, beyond) in early.iter_mut().zip(&mut beyond) {
            match frame % 4 {
                0 => connection.open(FRAME),
                _ => connection.send(connection.streams.len() - 1, FRAME),
            }
            all += connection.beyond() - *beyond;
            *beyond = connection.beyond();
            ensure(all <= budget, format!("{all} octets beyond what was set"))?;
        }
    }
    ensure(all > budget / 2, format!("{all} octets of {budget} are used"))?;
    ensure(beyond.iter().all(|beyond| *beyond > 0), "one of them got nothing".into())?;
    let of_late = take_all(late);
    ensure(of_late > 0 && all + of_late <= budget, format!("{of_late} octets for one that comes later"))?;

    early.iter_mut().for_each(Connection::end);
    let of_late = take_all(late);
    let half = budget / 2;
    ensure((half * 9 / 10..=half).contains(&of_late), format!("{of_late} octets of {budget} for the only one"))
}

/// A thousand connections share what the process gives.
#[test]
fn a_thousand_connections_share_the_budget_of_the_process() {
    assert_eq!(share(1_000, 64 << 20), Ok(()));
}

/// What the process says holds where a builder says nothing, for connections that are made later.
#[test]
fn what_the_process_says_holds_unless_a_builder_says_other() {
    let own = Config { update_policy: Some(UpdatePolicy { percent: 20, ..UpdatePolicy::DEFAULT }), ..FIXED };
    let mut links = [FIXED, FIXED, own].map(|config| subject(Role::Server, config));
    let [earlier, of_process, of_builder] = &mut links;
    let fixed = Tuning::new().max_connection_receive_buffer_size(0);
    let _alone = alone(fixed);
    let mut earlier = Connection::without_reader(&mut **earlier);
    tuning::set_defaults(fixed.window_update_policy(WindowUpdatePolicy::new().threshold_percent(10)));
    let mut of_process = Connection::without_reader(&mut **of_process);
    let mut of_builder = Connection::without_reader(&mut **of_builder);
    for (connection, threshold) in
        [(&mut earlier, WINDOW / 2), (&mut of_process, WINDOW / 10), (&mut of_builder, WINDOW / 5)]
    {
        connection.open(40_000);
        connection.peer.call(App::Read { stream: 3, octets: 40_000 });
        let before = connection.peer.granted(0);
        connection.peer.call(App::Release { stream: 3, octets: threshold as usize - 1 });
        assert_eq!(connection.peer.granted(0), before, "less than {threshold} octets were released");
        connection.peer.call(App::Release { stream: 3, octets: 1 });
        assert_eq!(connection.peer.granted(0), before + threshold);
    }
}

/// What keeps a connection that waits for memory from using it.
#[derive(Clone, Copy, Debug)]
enum Hindrance {
    /// The peer has gone, and the application keeps what it has.
    Ended,
    /// The peer reads nothing of what is sent.
    Blocked,
    /// The connection's task is busy with something else.
    Busy,
}

/// A connection gives back all it has, and of four that did without some are hindered: the others
/// go on, though nothing else happens there.
fn others_go_on(hindered: usize, by: Hindrance) {
    let _alone = alone(Tuning::new().max_process_receive_buffer_size(1 << 20));
    let greedy = Config { stream_window: Some(1 << 20), ..FIXED };
    let mut links = [greedy, FIXED, FIXED, FIXED, FIXED].map(|config| subject(Role::Server, config));
    let mut connections: Vec<_> = links.iter_mut().map(|link| Connection::new(&mut **link)).collect();
    let [first, others @ ..] = connections.as_mut_slice() else { unreachable!("there are five") };
    // All of it in one stream, so that it is given back at once.
    first.open(1 << 20);
    for other in &mut *others {
        take_all(other);
        // This one has no reader either.
        other.open(WINDOW as usize);
    }
    for other in &mut *others {
        other.peer.step(&Step::Settle);
        assert!(other.peer.granted(0) < FRAME as i64, "{}", other.peer.transcript());
    }
    // The later ones hold less.
    let (sound, hindered) = others.split_at_mut(others.len() - hindered);
    for other in hindered {
        match by {
            Hindrance::Ended => other.peer.step(&Step::Close),
            Hindrance::Blocked => {
                other.peer.step(&Step::Block(true));
                let pings = (0..2_000).map(|_| Sent::Frame(ping([1; 8])));
                other.peer.step(&Step::Write(pings.collect()));
            }
            Hindrance::Busy => {}
        }
    }
    first.end();
    for one in sound {
        one.peer.step(&Step::Settle);
        assert!(one.peer.granted(0) >= FRAME as i64, "beside others, {by:?}: {}", one.peer.transcript());
    }
}

/// What one connection gives back reaches others that had to do without.
#[test]
fn what_is_given_back_reaches_connections_that_did_without() {
    others_go_on(0, Hindrance::Busy);
    for by in [Hindrance::Ended, Hindrance::Blocked, Hindrance::Busy] {
        (1..4).for_each(|hindered| others_go_on(hindered, by));
    }
}

/// Nothing else need happen when the process gets more: a connection that is served wakes the next
/// one, and one that is gone is skipped.
#[test]
fn more_memory_reaches_connections_that_did_without() {
    let little = Tuning::new().max_process_receive_buffer_size(0);
    let _alone = alone(little);
    let mut links = [FIXED; 4].map(|config| subject(Role::Server, config));
    let mut connections: Vec<_> = links.iter_mut().map(|link| Connection::new(&mut **link)).collect();
    for connection in &mut connections {
        connection.open(WINDOW as usize);
        connection.peer.step(&Step::Settle);
        assert_eq!(connection.peer.granted(0), 0, "{}", connection.peer.transcript());
    }
    connections[1].end();
    tuning::set_defaults(little.max_process_receive_buffer_size(1 << 20));
    for connection in connections.iter_mut().filter(|connection| !connection.ended) {
        connection.peer.step(&Step::Settle);
        assert_eq!(connection.peer.granted(0), WINDOW, "{}", connection.peer.transcript());
    }
}

/// What is too little for all goes to the connections that hold least.
#[test]
fn the_connection_that_holds_least_is_served_first() {
    let budget = 1 << 20;
    let little = Tuning::new().max_process_receive_buffer_size(budget);
    let _alone = alone(little);
    let mut links = [FIXED; 4].map(|config| subject(Role::Server, config));
    let mut connections: Vec<_> = links.iter_mut().map(|link| Connection::new(&mut **link)).collect();
    for connection in &mut connections {
        take_all(connection);
        connection.open(WINDOW as usize);
    }
    tuning::set_defaults(little.max_process_receive_buffer_size(budget + (64 << 10)));
    connections.iter_mut().for_each(|connection| connection.peer.step(&Step::Settle));
    let served: Vec<_> = connections.iter().map(|connection| connection.peer.granted(0) >= FRAME as i64).collect();
    assert_eq!(served, [false, false, false, true]);
}

/// What readers take in is there for others, while their connection goes on.
#[test]
fn what_was_read_can_be_taken_by_others() {
    let budget = 1 << 20;
    let _alone = alone(Tuning::new().max_process_receive_buffer_size(budget as usize));
    let mut links = [FIXED, FIXED].map(|config| subject(Role::Server, config));
    let [first, second] = links.each_mut().map(|link| &mut **link);
    let (mut first, mut second) = (Connection::new(first), Connection::new(second));
    (0..6).for_each(|_| first.open(WINDOW as usize));
    assert!(first.beyond() > 4 * WINDOW, "{}", first.beyond());
    (0..6).for_each(|at| first.read(at, WINDOW as usize));
    assert_eq!(first.beyond(), 0);
    let half = budget / 2;
    let taken = take_all(&mut second);
    assert!((half * 9 / 10..=half).contains(&taken), "{taken} octets of {budget}");
}

/// Connections of several threads take, wait, give back and end, in whatever order: in the end all
/// of it is back.
#[test]
fn threads_lose_nothing() {
    let budget = 1 << 20;
    let _alone = alone(Tuning::new().max_process_receive_buffer_size(budget as usize));
    std::thread::scope(|threads| {
        for thread in 0..4 {
            threads.spawn(move || {
                for round in 0..40 {
                    let mut link = subject(Role::Server, FIXED);
                    let mut connection = Connection::new(&mut *link);
                    take_all(&mut connection);
                    connection.open(WINDOW as usize);
                    for at in 0..(thread + round) % 5 {
                        connection.drop_stream(at);
                        connection.peer.step(&Step::Settle);
                        connection.open(WINDOW as usize);
                    }
                    connection.end();
                }
            });
        }
    });
    let mut link = subject(Role::Server, FIXED);
    let all = take_all(&mut Connection::new(&mut *link));
    assert!((budget * 9 / 20..=budget / 2).contains(&all), "{all} octets of {budget} for the only one");
}

/// Unread octets of a connection that has ended count while there are handles.
#[test]
fn a_connection_that_has_ended_gives_back_what_cannot_be_sent() {
    let _alone = alone(Tuning::new().max_process_receive_buffer_size(1 << 20));
    let mut links = [CONFIG, FIXED].map(|config| subject(Role::Server, config));
    let [grown, next] = &mut links;
    let mut grown = connect_from_afar(&mut **grown, Role::Server, ROUND_TRIP);
    grow(&mut grown, 14);
    assert!(grown.granted(0) > 4 * WINDOW, "{}", grown.transcript());
    grown.step(&Step::Close);
    let all = take_all(&mut Connection::new(&mut **next));
    assert!(all > (1 << 20) * 9 / 20, "{all} octets of which half was free");
}
