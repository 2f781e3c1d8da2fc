//! The peer does not read, so that replies to it wait. What it sends is received all the same.

use crate::catalog::prelude::*;

/// Server: an upload on stream 1 has begun, and the response on stream 3 is more than the peer
/// reads.
fn blocked(s: &mut Script) {
    s.open();
    s.send(post(1));
    responding(s, &[3]);
    s.stop_reading();
    s.app(App::SendData { stream: 3, octets: 65_535, end: true });
}

/// The rest of the upload on stream 1, which the application reads to its end: the next call.
fn upload(s: &mut Script) {
    s.burst([data(1, 10_000), data(1, 10_000), data(1, 10_000).end_stream()]);
    s.app(App::ReadToEnd { stream: 1 });
}

/// The call of [`upload`] after [`blocked`].
const UPLOAD: usize = 2;

/// The number of replies that may wait before nothing more is read.
const WAITING: u8 = 64;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "blocked/upload-beside-ping",
            role: Role::Server,
            title: "An upload is received while the acknowledgement of a PING waits for the transport",
            needs: Needs::Api,
            script: |s| {
                blocked(s);
                s.send(ping(*b"12345678"));
                upload(s);
            },
            expect: call_gives(UPLOAD, 30_000),
            ..Case::DEFAULT
        },
        Case {
            id: "blocked/upload-beside-settings",
            role: Role::Server,
            title: "An upload is received while the acknowledgement of SETTINGS waits for the transport",
            needs: Needs::Api,
            script: |s| {
                blocked(s);
                s.send(settings().with(setting::MAX_FRAME_SIZE, 20_000));
                upload(s);
            },
            expect: call_gives(UPLOAD, 30_000),
            ..Case::DEFAULT
        },
        Case {
            id: "blocked/upload-beside-refusal",
            role: Role::Server,
            title: "An upload is received while the refusal of another request waits for the transport",
            needs: Needs::Api,
            config: Config { max_concurrent: Some(2), ..Config::DEFAULT },
            script: |s| {
                blocked(s);
                s.burst([get(5), get(7)]);
                upload(s);
            },
            expect: call_gives(UPLOAD, 30_000),
            ..Case::DEFAULT
        },
        Case {
            id: "blocked/upload-beside-own-ping",
            role: Role::Server,
            title: "An upload is received while a PING of the application waits for the transport",
            needs: Needs::Api,
            script: |s| {
                blocked(s);
                s.app(App::Ping);
                upload(s);
            },
            expect: call_gives(UPLOAD + 1, 30_000),
            ..Case::DEFAULT
        },
        Case {
            id: "blocked/upload-beside-shutdown",
            role: Role::Server,
            title: "An upload is received while the GOAWAY of a graceful shutdown waits for the transport",
            needs: Needs::Api,
            script: |s| {
                blocked(s);
                s.app(App::ShutDown);
                upload(s);
            },
            expect: call_gives(UPLOAD + 1, 30_000),
            ..Case::DEFAULT
        },
        Case {
            id: "blocked/replies-follow",
            role: Role::Server,
            title: "Replies that waited for the transport are written when the peer reads, each of them once",
            needs: Needs::Api,
            config: Config { max_concurrent: Some(2), ..Config::DEFAULT },
            script: |s| {
                blocked(s);
                s.burst([ping([1; 8]), get(5), settings(), ping([2; 8]), get(7), settings()]);
                upload(s);
                s.go_on_reading();
            },
            expect: pong([1; 8])
                .and(pong([2; 8]))
                .and(refused(5))
                .and(refused(7))
                .and(times(kind::SETTINGS, 0, 2..=2))
                .and(times(kind::RST_STREAM, 5, 1..=1))
                .and(times(kind::RST_STREAM, 7, 1..=1))
                .and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "blocked/many-replies-stop-reading",
            role: Role::Server,
            title: "While very many replies wait for the transport, nothing more is read",
            needs: Needs::Api,
            script: |s| {
                blocked(s);
                s.burst((0..WAITING).map(|number| ping([number; 8])));
                upload(s);
            },
            expect: call_waits(UPLOAD),
            ..Case::DEFAULT
        },
        Case {
            id: "blocked/many-replies-follow",
            role: Role::Server,
            title: "Very many replies that waited for the transport are all written when the peer reads",
            needs: Needs::Api,
            script: |s| {
                blocked(s);
                s.burst((0..2 * WAITING).map(|number| ping([number; 8])));
                upload(s);
                s.go_on_reading();
            },
            expect: call_gives(UPLOAD, 30_000)
                .and(times(kind::PING, 0, 128..=128))
                .and(pong([0; 8]))
                .and(pong([2 * WAITING - 1; 8]))
                .and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "blocked/smaller-window-counts-at-once",
            role: Role::Server,
            title: "A WINDOW_UPDATE beside a smaller initial window does not overflow while the acknowledgement waits",
            needs: Needs::Api,
            script: |s| {
                blocked(s);
                s.burst([settings().with(setting::INITIAL_WINDOW_SIZE, 0), window_update(1, 0x7fff_ffff)]);
                upload(s);
                s.go_on_reading();
            },
            expect: call_gives(UPLOAD, 30_000).and(times(kind::SETTINGS, 0, 1..=1)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "blocked/smaller-window-after-larger",
            role: Role::Server,
            title: "SETTINGS whose acknowledgement waits raise no window that later SETTINGS lowered",
            needs: Needs::Api,
            script: |s| {
                blocked(s);
                let initial = |octets| settings().with(setting::INITIAL_WINDOW_SIZE, octets);
                s.burst([initial(0x7fff_ffff), initial(0), window_update(1, 20_000)]);
                upload(s);
                s.go_on_reading();
            },
            expect: call_gives(UPLOAD, 30_000).and(times(kind::SETTINGS, 0, 2..=2)).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
