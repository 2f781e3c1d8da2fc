//! What conforming peers do, at ten times the highest pace that was reported or more.

use std::time::Duration;

use h2_conformance_wire::build::{GET, POST};
use h2_conformance_wire::code::{error, flag, kind};

use super::peer::{block, buffer, Connected, Peer};
use crate::subject::{Stance, Subject, CANCELLED};

/// How often a peer sends, unless a pattern needs shorter turns.
const TICK: Duration = Duration::from_millis(100);
/// How long it does.
const SPAN: Duration = Duration::from_secs(30);
/// Streams that hyper's server allows at a time.
const STREAMS: u32 = 200;
/// A frame type that no specification assigns.
const UNKNOWN: u8 = 0xbb;

pub(super) struct Pattern {
    pub(super) name: &'static str,
    /// What the application does.
    stance: Stance,
    tick: Duration,
    /// What the peer sends in a tick, by its number.
    frames: fn(&mut Peer, u32),
}

impl Pattern {
    /// Plays it in virtual time. Returns the share of its time that the connection lived and read
    /// all that was sent.
    ///
    /// # Errors
    ///
    /// The connection cannot be opened.
    pub(super) fn play(&self, subject: Subject) -> Result<f64, String> {
        (subject.set_time)(Some(Duration::ZERO));
        let Connected { mut victim, mut peer } = Connected::new(subject, self.stance, buffer())?;
        let ticks = (SPAN.as_millis() / self.tick.as_millis()) as u32;
        let lived = (0..ticks).take_while(|tick| {
            (subject.set_time)(Some(self.tick * *tick));
            peer.begin();
            (self.frames)(&mut peer, *tick);
            peer.send();
            victim.turn() && peer.wire.is_read() && !peer.wire.heard().goaway
        });
        let share = lived.count() as f64 / f64::from(ticks);
        (subject.set_time)(None);
        Ok(share)
    }
}

const fn pattern(name: &'static str, frames: fn(&mut Peer, u32)) -> Pattern {
    Pattern { name, stance: Stance::Serves, tick: TICK, frames }
}

pub(super) const PATTERNS: [Pattern; 15] = [
    // A client cancels all its calls, and the server's responses cross its RST_STREAM frames.
    Pattern {
        stance: Stance::Cancels,
        ..pattern("late-responses", |peer, tick| {
            let ok = block(&[(":status", "200")]);
            // The requests of the last turn.
            for _ in 0..if tick > 0 { CANCELLED } else { 0 } {
                peer.stream = if peer.stream == 0 { 1 } else { peer.stream + 2 };
                peer.frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, peer.stream, &ok);
            }
        })
    },
    // A client whose requests cross the SETTINGS that allow fewer, and that sends all again.
    Pattern {
        stance: Stance::Keeps,
        ..pattern("refused-requests", |peer, tick| {
            if tick == 0 {
                (0..STREAMS).for_each(|_| peer.open(&block(&POST), 0));
            }
            let refused = if tick == 0 { 4_000 } else { 100 };
            (0..refused).for_each(|_| peer.open(&block(&GET), flag::END_STREAM));
        })
    },
    // A compressor that is flushed behind each message.
    pattern("empty-data", |peer, tick| {
        if tick == 0 {
            peer.open(&block(&POST), 0);
        }
        for _ in 0..100 {
            peer.frame(kind::DATA, 0, 1, b"message");
            peer.frame(kind::DATA, 0, 1, &[]);
        }
    }),
    // Small messages to an application that is slow to read.
    Pattern {
        stance: Stance::Keeps,
        ..pattern("small-unread-data", |peer, tick| {
            if tick == 0 {
                peer.open(&block(&POST), 0);
            }
            (0..30).for_each(|_| peer.frame(kind::DATA, 0, 1, &[b'm'; 100]));
        })
    },
    // A stream of messages that are read as they come, one in each frame.
    pattern("small-read-data", |peer, tick| {
        if tick == 0 {
            peer.open(&block(&POST), 0);
        }
        (0..8_000).for_each(|_| peer.frame(kind::DATA, 0, 1, &[b'm'; 60]));
    }),
    // A client that gives up responses before their end.
    pattern("cancelled-requests", |peer, _| {
        for _ in 0..150 {
            peer.open(&block(&POST), 0);
            peer.frame(kind::RST_STREAM, 0, peer.stream, &error::CANCEL.to_be_bytes());
        }
    }),
    // A server that does not read the content of requests, and resets their streams for it.
    Pattern {
        stance: Stance::Ignores,
        tick: Duration::from_millis(10),
        ..pattern("ignored-uploads", |peer, _| {
            for _ in 0..100 {
                peer.open(&block(&POST), 0);
                peer.frame(kind::DATA, 0, peer.stream, &[b'u'; 10]);
            }
        })
    },
    // A proxy that puts the requests of many clients on one connection. One client is at fault.
    pattern("malformed-requests", |peer, _| {
        peer.open(&block(&[&GET[..], &[("Upper-Case", "1")]].concat()), flag::END_STREAM);
        peer.open(&block(&GET), flag::END_STREAM);
    }),
    // An estimator of bandwidth with one PING on its way, over 1 ms.
    pattern("pings", |peer, _| (0..1_000).for_each(|_| peer.frame(kind::PING, 0, 0, &[1; 8]))),
    // A receiver that returns window at each read.
    pattern("window-updates", |peer, _| {
        (0..2_000).for_each(|_| peer.frame(kind::WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]));
    }),
    // A browser that reorders what it loads.
    pattern("priorities", |peer, _| {
        (0..100).for_each(|_| peer.frame(kind::PRIORITY, 0, 3, &[0, 0, 0, 0, 15]));
    }),
    // A peer that changes settings often, and names some that are unknown.
    pattern("settings", |peer, _| {
        let unknown: Vec<u8> = (0x2b61_u16..0x2b70).flat_map(|id| [&id.to_be_bytes()[..], &[0; 4]].concat()).collect();
        peer.frame(kind::SETTINGS, 0, 0, &unknown);
    }),
    // A peer that uses an extension.
    pattern("unknown-frames", |peer, _| (0..100).for_each(|_| peer.frame(UNKNOWN, 0, 0, &[0; 8]))),
    // Requests with cookies of 12 KiB.
    pattern("continuations", |peer, _| {
        let cookie = "c".repeat(12 << 10);
        let fields = block(&[&GET[..], &[("cookie", cookie.as_str())]].concat());
        let parts: Vec<&[u8]> = fields.chunks(4 << 10).collect();
        for _ in 0..20 {
            let stream = peer.next_stream();
            peer.frame(kind::HEADERS, flag::END_STREAM, stream, parts[0]);
            parts[1..3].iter().for_each(|part| peer.frame(kind::CONTINUATION, 0, stream, part));
            peer.frame(kind::CONTINUATION, flag::END_HEADERS, stream, parts[3]);
        }
    }),
    // Hints before a response.
    Pattern {
        stance: Stance::Requests,
        ..pattern("interim-responses", |peer, tick| {
            if tick < 20 {
                peer.frame(kind::HEADERS, flag::END_HEADERS, 1, &block(&[(":status", "103")]));
            }
        })
    },
];
