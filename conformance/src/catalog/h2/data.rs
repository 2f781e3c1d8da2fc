//! How DATA is kept until the application reads it.

use crate::catalog::prelude::*;

/// The application hands over ten octets between empty chunks.
fn chunks(s: &mut Script) {
    for (octets, end) in [(0, false), (10, false), (0, false), (0, true)] {
        s.app(App::SendData { stream: 1, octets, end });
    }
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "data/empty-chunk",
            role: Role::Server,
            title: "An empty chunk before the end of a response is no frame",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                chunks(s);
            },
            expect: content(1, 10).and(times(kind::DATA, 1, 2..=2)).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "data/empty-chunk-client",
            role: Role::Client,
            title: "An empty chunk before the end of a request is no frame",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                chunks(s);
            },
            expect: content(1, 10).and(times(kind::DATA, 1, 2..=2)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "data/small-behind-large-frames",
            role: Role::Server,
            needs: Needs::Api,
            title: "Small payloads that come in large buffers are read whole, or dropped with their stream",
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(post(3));
                for octets in [1_100, 1_100, 1_100, 1_100, 1_100, 1_100, 900, 100] {
                    for stream in [1, 3] {
                        s.send(unknown(0).resized(16_384));
                        s.send(data(stream, octets));
                    }
                }
                s.send(data(1, 0).end_stream());
                s.app(App::ReadToEnd { stream: 1 });
                s.app(App::Drop { stream: 3, what: Handles::All });
            },
            expect: call_gives(0, 7_600).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
