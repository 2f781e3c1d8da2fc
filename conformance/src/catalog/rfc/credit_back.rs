//! Credit of the connection comes back for DATA of any request, sound or not, whatever its padding
//! (RFC 9113 section 6.9.1). Nothing but the wire is needed, so that any server can be asked.
//!
//! A case sends requests of one kind, one after the other, until their DATA is two and a half times
//! the connection's window. Each is over, so that nothing waits to be read. If half of the octets
//! or more are lost, and the window does not grow, it is used up before.

use crate::catalog::prelude::*;
use crate::wire::Frame;

/// What becomes of a request with content.
struct Way {
    name: &'static str,
    title: &'static str,
    /// What comes before the DATA, in the same write.
    head: fn(u32) -> Frame,
    /// What comes between the head and the DATA.
    before: fn(u32) -> Option<Frame>,
    end: End,
}

/// What comes behind the DATA.
enum End {
    /// The last DATA frame ends the stream.
    WithLast,
    /// A frame in the same write.
    Behind(fn(u32) -> Frame),
    /// A frame in a write of its own.
    Later(fn(u32) -> Frame),
}

/// The DATA frames of a request: these, so many times.
struct Content {
    name: &'static str,
    title: &'static str,
    times: usize,
    frames: &'static [(usize, Option<u8>)],
}

const WAY: Way = Way { name: "", title: "", head: post, before: |_| None, end: End::WithLast };

const WAYS: [Way; 21] = [
    Way { name: "read", title: "requests with content", ..WAY },
    Way {
        name: "ended-by-empty-data",
        title: "requests that end with an empty DATA frame",
        end: End::Behind(|stream| data(stream, 0).end_stream()),
        ..WAY
    },
    Way { name: "with-trailers", title: "requests with trailers", end: End::Behind(trailers), ..WAY },
    Way { name: "get-with-content", title: "GET requests with content", head: |stream| get_open(stream, "GET"), ..WAY },
    Way {
        name: "head-with-content",
        title: "HEAD requests with content",
        head: |stream| get_open(stream, "HEAD"),
        ..WAY
    },
    Way { name: "reset", title: "requests that are reset", end: End::Later(|stream| reset(stream, CANCEL)), ..WAY },
    Way {
        name: "reset-at-once",
        title: "requests that are reset in the same write",
        end: End::Behind(|stream| reset(stream, CANCEL)),
        ..WAY
    },
    Way {
        name: "reset-without-error",
        title: "requests that are reset with NO_ERROR",
        end: End::Later(|stream| reset(stream, NO_ERROR)),
        ..WAY
    },
    Way {
        name: "longer-than-length",
        title: "requests with more content than content-length says",
        head: |stream| post_of(stream, "10"),
        ..WAY
    },
    Way {
        name: "shorter-than-length",
        title: "requests with less content than content-length says",
        head: |stream| post_of(stream, "1000000"),
        ..WAY
    },
    Way {
        name: "with-length-zero",
        title: "requests with content and a content-length of 0",
        head: |stream| post_of(stream, "0"),
        ..WAY
    },
    Way {
        name: "with-wrong-length",
        title: "requests whose content-length is no number",
        head: |stream| post_of(stream, "ten"),
        ..WAY
    },
    Way {
        name: "with-upper-case-field",
        title: "requests with a field name in upper case",
        head: |stream| post_with(stream, ("X-Upper", "1")),
        ..WAY
    },
    Way {
        name: "with-connection-field",
        title: "requests with a connection-specific field",
        head: |stream| post_with(stream, ("connection", "close")),
        ..WAY
    },
    Way {
        name: "with-second-method",
        title: "requests with two :method fields",
        head: |stream| post_with(stream, (":method", "POST")),
        ..WAY
    },
    Way {
        name: "without-path",
        title: "requests without :path",
        head: |stream| headers(stream, &[(":method", "POST"), (":scheme", "http"), (":authority", "example.test")]),
        ..WAY
    },
    Way {
        name: "with-pseudo-in-trailers",
        title: "requests with a pseudo-header field in trailers",
        end: End::Behind(|stream| headers(stream, &[(":path", "/")]).end_stream()),
        ..WAY
    },
    Way {
        name: "behind-open-trailers",
        title: "requests whose trailers do not end the stream",
        before: |stream| Some(headers(stream, &[("x-checksum", "1")])),
        ..WAY
    },
    Way {
        name: "behind-zero-increment",
        title: "requests with a WINDOW_UPDATE of 0 on the stream",
        before: |stream| Some(window_update(stream, 0)),
        ..WAY
    },
    Way {
        name: "with-unknown-pseudo",
        title: "requests with an unknown pseudo-header field",
        head: |stream| post_with(stream, (":unknown", "1")),
        ..WAY
    },
    Way {
        name: "behind-reset",
        title: "requests that were reset before their content",
        before: |stream| Some(reset(stream, CANCEL)),
        ..WAY
    },
];

/// Each request has less than a default window of DATA. Padding of small frames is the larger part
/// of them, so that it cannot be lost unseen. There are no more empty frames than others: servers
/// may take those for a flood.
const CONTENTS: [Content; 5] = [
    Content { name: "plain", title: "in full frames", times: 3, frames: &[(16_384, None)] },
    Content { name: "padded", title: "in full frames with some padding", times: 3, frames: &[(16_128, Some(255))] },
    Content { name: "half-padding", title: "half of it padding", times: 64, frames: &[(256, Some(255))] },
    Content { name: "mostly-padding", title: "almost all of it padding", times: 128, frames: &[(1, Some(255))] },
    Content {
        name: "with-empty-frames",
        title: "every other frame nothing but padding",
        times: 64,
        frames: &[(0, Some(255)), (16, Some(255))],
    },
];

impl Content {
    fn frames(&self, stream: u32) -> impl Iterator<Item = Frame> {
        let frames = self.frames.iter().map(move |(octets, padding)| {
            let frame = data(stream, *octets);
            padding.map_or(frame.clone(), |padding| frame.padded(padding))
        });
        std::iter::repeat_n(frames, self.times).flatten()
    }
}

fn get_open(stream: u32, method: &str) -> Frame {
    let authority = (":authority", "example.test");
    headers(stream, &[(":method", method), (":scheme", "http"), (":path", "/"), authority])
}

fn post_with(stream: u32, field: (&str, &str)) -> Frame {
    let mut fields = POST.to_vec();
    let at = if field.0.starts_with(':') { 0 } else { fields.len() };
    fields.insert(at, field);
    headers(stream, &fields)
}

fn play(s: &mut Script, way: &Way, content: &Content) {
    s.return_credit(Credit::AtOnce);
    s.open();
    let mut write = vec![(way.head)(1)];
    write.extend((way.before)(1));
    write.extend(content.frames(1));
    let mut then = None;
    match way.end {
        End::WithLast => {
            let last = write.pop().map(Frame::end_stream);
            write.extend(last);
        }
        End::Behind(frame) => write.push(frame(1)),
        End::Later(frame) => then = Some(frame(1)),
    }
    s.use_up_window(write, then);
}

/// A script for each way, of each content.
macro_rules! scripts {
    ($($way:literal)+) => {
        [$([
            |s| play(s, &WAYS[$way], &CONTENTS[0]),
            |s| play(s, &WAYS[$way], &CONTENTS[1]),
            |s| play(s, &WAYS[$way], &CONTENTS[2]),
            |s| play(s, &WAYS[$way], &CONTENTS[3]),
            |s| play(s, &WAYS[$way], &CONTENTS[4]),
        ]),+]
    };
}

const SCRIPTS: [[fn(&mut Script); CONTENTS.len()]; WAYS.len()] =
    scripts!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20);

pub(super) fn cases() -> Vec<Case> {
    let of_way = |(way, scripts): (&Way, &[fn(&mut Script); CONTENTS.len()])| {
        let of_content = |(content, script): (&Content, &fn(&mut Script))| Case {
            id: format!("credit-back/{}-{}", way.name, content.name).leak(),
            role: Role::Server,
            title: format!("The credit of {} comes back, {}", way.title, content.title).leak(),
            requires: &["rfc9113/6.9.1/returns-credit"],
            script: *script,
            expect: credit_returned(),
            ..Case::DEFAULT
        };
        CONTENTS.iter().zip(scripts).map(of_content).collect::<Vec<_>>()
    };
    WAYS.iter().zip(&SCRIPTS).flat_map(of_way).collect()
}
