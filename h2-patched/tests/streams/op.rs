//! What can happen, drawn at random. A `u8` names one of the streams on which it may happen at that
//! moment.

use h2_conformance::case::Role;
use h2_conformance::script::{Handles, UpdatePolicy};
use h2_conformance::wire::code::error::{CANCEL, INTERNAL_ERROR, NO_ERROR, REFUSED_STREAM};
use proptest::prelude::*;

#[derive(Clone, Debug)]
pub enum Op {
    /// The peer's part.
    Peer(PeerOp),
    /// The application's part.
    App(App),
}

#[derive(Clone, Debug)]
pub enum PeerOp {
    /// A client opens a request.
    Open {
        end: bool,
    },
    /// A server sends the head of a response, pushed or not.
    Answer {
        stream: u8,
        end: bool,
    },
    Data {
        stream: u8,
        octets: usize,
        padding: Option<u8>,
        end: bool,
    },
    Trailers {
        stream: u8,
    },
    Reset {
        stream: u8,
        code: u32,
    },
    GrantConnection(u32),
    GrantStream {
        stream: u8,
        octets: u32,
    },
    InitialWindow(u32),
    MaxStreams(u32),
    MaxFrame(u32),
    /// A client allows promises, or forbids them.
    AllowPush(bool),
    /// A server promises a request.
    Promise {
        stream: u8,
    },
    /// GOAWAY, which leaves out the newest streams of the fork.
    GoAway {
        forgotten: u8,
    },
    /// Stops reading: what the fork writes waits, and so may what it reads.
    StopReading,
    GoOnReading,
}

#[derive(Clone, Debug)]
pub enum App {
    /// `beside`: with a handle of its own, which does not wait until the request before was opened.
    Request {
        end: bool,
        beside: bool,
    },
    AwaitResponse {
        stream: u8,
    },
    AwaitPush {
        stream: u8,
    },
    Respond {
        stream: u8,
        end: bool,
    },
    Promise {
        stream: u8,
    },
    Reserve {
        stream: u8,
        octets: usize,
    },
    /// A careful writer, which waits for capacity.
    Write {
        stream: u8,
        octets: usize,
        end: bool,
    },
    /// A writer that does not wait for capacity.
    Push {
        stream: u8,
        octets: usize,
        end: bool,
    },
    Trailers {
        stream: u8,
    },
    Read {
        stream: u8,
        octets: usize,
    },
    ReadToEnd {
        stream: u8,
    },
    /// In thousandths of what was read.
    Release {
        stream: u8,
        share: usize,
    },
    Reset {
        stream: u8,
        code: u32,
    },
    Drop {
        stream: u8,
        what: Handles,
    },
    DropRequester,
    InitialWindow(u32),
    Target(u32),
    Policy(UpdatePolicy),
    StreamPolicy {
        stream: u8,
        policy: UpdatePolicy,
    },
    ShutDown,
}

fn code() -> impl Strategy<Value = u32> {
    prop_oneof![Just(NO_ERROR), Just(CANCEL), Just(REFUSED_STREAM), Just(INTERNAL_ERROR)]
}

fn body() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(0usize), 4 => 1..300usize, 2 => Just(16_384usize), 3 => 300..70_000usize, 1 => Just(65_535usize)]
}

fn grant() -> impl Strategy<Value = u32> {
    prop_oneof![Just(1u32), Just(1_000), Just(16_384), Just(65_535), 1..200_000u32]
}

fn window() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0u32), Just(1), 2..1_000u32, Just(16_384), Just(65_535), 65_536..300_000u32]
}

pub fn policy() -> impl Strategy<Value = UpdatePolicy> {
    let percent = prop_oneof![Just(1u8), 1..=100u8, Just(100)];
    let increment = prop_oneof![3 => Just(1u32), 1 => 1..200_000u32, 1 => Just((1 << 31) - 1)];
    let interval = prop_oneof![3 => Just(0u32), 1 => 1..20u32, 1 => 20..=1_000u32];
    (percent, increment, interval).prop_map(|(percent, min_increment, min_interval)| UpdatePolicy {
        percent,
        min_increment,
        min_interval,
    })
}

fn handles() -> impl Strategy<Value = Handles> {
    prop_oneof![2 => Just(Handles::All), 1 => Just(Handles::Receive), 1 => Just(Handles::Send), 1 => Just(Handles::Response)]
}

fn any_role() -> impl Strategy<Value = Op> {
    let s = any::<u8>;
    let end = || proptest::bool::weighted(0.3);
    let peer = prop_oneof![
        14 => (s(), body(), proptest::option::weighted(0.1, any::<u8>()), end())
            .prop_map(|(stream, octets, padding, end)| PeerOp::Data { stream, octets, padding, end }),
        2 => s().prop_map(|stream| PeerOp::Trailers { stream }),
        5 => (s(), code()).prop_map(|(stream, code)| PeerOp::Reset { stream, code }),
        8 => grant().prop_map(PeerOp::GrantConnection),
        8 => (s(), grant()).prop_map(|(stream, octets)| PeerOp::GrantStream { stream, octets }),
        3 => window().prop_map(PeerOp::InitialWindow),
        2 => (0..6u32).prop_map(PeerOp::MaxStreams),
        1 => prop_oneof![Just(16_384u32), 16_384..100_000u32].prop_map(PeerOp::MaxFrame),
        4 => Just(PeerOp::StopReading),
        8 => Just(PeerOp::GoOnReading),
    ];
    let app = prop_oneof![
        5 => (s(), body()).prop_map(|(stream, octets)| App::Reserve { stream, octets }),
        12 => (s(), body(), end()).prop_map(|(stream, octets, end)| App::Write { stream, octets, end }),
        12 => (s(), body(), end()).prop_map(|(stream, octets, end)| App::Push { stream, octets, end }),
        2 => s().prop_map(|stream| App::Trailers { stream }),
        8 => (s(), 1..70_000usize).prop_map(|(stream, octets)| App::Read { stream, octets }),
        3 => s().prop_map(|stream| App::ReadToEnd { stream }),
        8 => (s(), prop_oneof![Just(1usize), 1..=1000usize, Just(1000usize)])
            .prop_map(|(stream, share)| App::Release { stream, share }),
        5 => (s(), code()).prop_map(|(stream, code)| App::Reset { stream, code }),
        9 => (s(), handles()).prop_map(|(stream, what)| App::Drop { stream, what }),
        1 => window().prop_map(App::InitialWindow),
        2 => window().prop_map(App::Target),
        1 => policy().prop_map(App::Policy),
        1 => (s(), policy()).prop_map(|(stream, policy)| App::StreamPolicy { stream, policy }),
    ];
    prop_oneof![peer.prop_map(Op::Peer), app.prop_map(Op::App)]
}

fn of_a_server() -> impl Strategy<Value = Op> {
    let s = any::<u8>;
    prop_oneof![
        100 => any::<bool>().prop_map(|end| Op::Peer(PeerOp::Open { end })),
        80 => (s(), proptest::bool::weighted(0.2)).prop_map(|(stream, end)| Op::App(App::Respond { stream, end })),
        20 => s().prop_map(|stream| Op::App(App::Promise { stream })),
        4 => proptest::bool::weighted(0.7).prop_map(|allow| Op::Peer(PeerOp::AllowPush(allow))),
        1 => s().prop_map(|forgotten| Op::Peer(PeerOp::GoAway { forgotten })),
        3 => Just(Op::App(App::ShutDown)),
    ]
}

fn of_a_client() -> impl Strategy<Value = Op> {
    let s = any::<u8>;
    prop_oneof![
        100 => (any::<bool>(), any::<bool>()).prop_map(|(end, beside)| Op::App(App::Request { end, beside })),
        60 => (s(), proptest::bool::weighted(0.2)).prop_map(|(stream, end)| Op::Peer(PeerOp::Answer { stream, end })),
        60 => s().prop_map(|stream| Op::App(App::AwaitResponse { stream })),
        20 => s().prop_map(|stream| Op::Peer(PeerOp::Promise { stream })),
        15 => s().prop_map(|stream| Op::App(App::AwaitPush { stream })),
        3 => s().prop_map(|forgotten| Op::Peer(PeerOp::GoAway { forgotten: forgotten % 4 })),
        1 => Just(Op::App(App::DropRequester)),
    ]
}

/// What may happen to a subject in this role.
pub fn op(role: Role) -> BoxedStrategy<Op> {
    match role {
        Role::Server => prop_oneof![2 => any_role(), 1 => of_a_server()].boxed(),
        Role::Client => prop_oneof![2 => any_role(), 1 => of_a_client()].boxed(),
    }
}
