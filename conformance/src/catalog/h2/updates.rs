//! When credit is announced: with few WINDOW_UPDATEs, and never so late that a reader or a sender
//! stalls.

use crate::catalog::prelude::*;

const MEBIBYTE: u64 = 1 << 20;
const WIDE: Config = Config { stream_window: Some(1 << 20), connection_window: Some(1 << 20), ..Config::DEFAULT };

/// A small stream window; the connection's stays as it is.
const fn narrow(octets: u32) -> Config {
    Config { stream_window: Some(octets), ..Config::DEFAULT }
}

/// Server: a body of 20 000 octets, by a reader that releases each chunk that it reads.
fn read_in_turn(s: &mut Script) {
    s.open();
    s.send(post(1));
    s.app(App::ReadToEnd { stream: 1 });
    s.upload(1, 20_000);
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "updates/one-octet-releases",
            role: Role::Server,
            title: "Three thousand releases of one octet at a used-up window make at most four updates",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 100_000));
                s.app(App::Read { stream: 1, octets: 65_535 });
                (0..3000).for_each(|_| s.app(App::Release { stream: 1, octets: 1 }));
            },
            expect: window_updates(0, 0..=4).and(window_updates(1, 0..=4)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/slow-reader",
            role: Role::Server,
            title: "A reader that is always behind takes 8 MiB over 1 MiB windows with at most 32 updates",
            needs: Needs::Api,
            config: WIDE,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload(1, 8 * MEBIBYTE);
                for _ in 0..512 {
                    s.app(App::Read { stream: 1, octets: 16_384 });
                    s.app(App::Release { stream: 1, octets: 16_384 });
                }
            },
            expect: uploaded(1, 8 * MEBIBYTE)
                .and(window_updates(0, 0..=32))
                .and(window_updates(1, 0..=32))
                .and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/upload-eight-mebibytes",
            role: Role::Server,
            title: "8 MiB of request, released frame by frame, take 256 or 257 updates of the connection",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ReadToEnd { stream: 1 });
                (0..512).for_each(|_| s.upload_in(body(1, 16_384)));
                s.send(data(1, 0).end_stream());
            },
            expect: uploaded(1, 8 * MEBIBYTE)
                .and(window_updates(0, 256..=257))
                .and(call_gives(0, 8 * MEBIBYTE))
                .and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/download-eight-mebibytes",
            role: Role::Client,
            title: "8 MiB of response, released frame by frame, take 256 or 257 updates of the connection",
            needs: Needs::Api,
            script: |s| {
                s.open();
                ask(s, 1);
                s.app(App::ReadToEnd { stream: 1 });
                (0..512).for_each(|_| s.upload_in(body(1, 16_384)));
                s.send(data(1, 0).end_stream());
            },
            expect: uploaded(1, 8 * MEBIBYTE)
                .and(window_updates(0, 256..=257))
                .and(call_gives(2, 8 * MEBIBYTE))
                .and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/upload-by-whole-windows",
            role: Role::Server,
            title: "8 MiB over the default windows, sent a window at a time, take 128 to 257 updates of the connection",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ReadToEnd { stream: 1 });
                s.upload(1, 8 * MEBIBYTE);
            },
            expect: uploaded(1, 8 * MEBIBYTE)
                .and(window_updates(0, 128..=257))
                .and(call_gives(0, 8 * MEBIBYTE))
                .and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/hold-and-wait",
            role: Role::Server,
            title: "A reader that holds most of the window, releases little and waits for more gets more",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload(1, 200_000);
                s.app(App::Read { stream: 1, octets: 65_535 });
                for _ in 0..27 {
                    s.app(App::Release { stream: 1, octets: 5000 });
                    s.app(App::Read { stream: 1, octets: 5000 });
                }
            },
            expect: uploaded(1, 200_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/held-beside-reader",
            role: Role::Server,
            title: "A body held for ever beside it does not stop a reader that releases all it reads",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Read { stream: 1, octets: 50_000 });
                s.upload_in(body(1, 50_000));
                s.send(post(3));
                s.app(App::ReadToEnd { stream: 3 });
                s.upload(3, 200_000);
            },
            expect: uploaded(3, 200_000).and(call_gives(1, 200_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/dropped-beside-held",
            role: Role::Server,
            title: "A body that was dropped is taken in while another is held and no reader waits",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Read { stream: 1, octets: 40_000 });
                s.upload_in(body(1, 40_000));
                s.send(post(3));
                s.app(App::Respond { stream: 3, status: 200, end: false });
                s.app(App::Drop { stream: 3, what: Handles::Receive });
                s.upload(3, 60_000);
            },
            expect: uploaded(3, 60_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/last-octets-held",
            role: Role::Server,
            title: "A body held for ever that leaves ten octets of the connection's window lets another go on",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Read { stream: 1, octets: 65_525 });
                s.upload_in(body(1, 65_525));
                s.send(post(3));
                s.app(App::ReadToEnd { stream: 3 });
                s.upload(3, 2000);
            },
            expect: uploaded(3, 2000).and(call_gives(1, 2000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/release-serves-other-reader",
            role: Role::Server,
            title: "A small release on one stream serves the reader that waits on another for the connection",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.burst([post(1), post(3)]);
                s.upload_in(body(1, 65_535));
                s.app(App::Read { stream: 1, octets: 65_535 });
                s.app(App::Read { stream: 3, octets: 100 });
                s.upload_in(body(3, 100));
                s.app(App::Release { stream: 1, octets: 100 });
            },
            expect: unprompted(uploaded(3, 100).and(call_gives(1, 100))).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/reader-waits-first",
            role: Role::Server,
            title: "A reader that waits from before the first octet gets what releases make room for",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Read { stream: 1, octets: 100_000 });
                (0..10).for_each(|_| s.send(data(1, 6000)));
                s.app(App::Release { stream: 1, octets: 60_000 });
                s.upload_in(body(1, 40_000));
            },
            expect: uploaded(1, 100_000).and(call_gives(0, 100_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/waiting-reader-gets-ten-octets",
            role: Role::Server,
            title: "Ten octets released while a reader waits at a used-up window are announced at once",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Read { stream: 1, octets: 70_000 });
                s.upload_in(body(1, 70_000));
                s.app(App::Release { stream: 1, octets: 10 });
            },
            expect: unprompted(uploaded(1, 65_545)).and(call_waits(0)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/waiting-reader-gets-reset-credit",
            role: Role::Server,
            title: "A reader that waits at a used-up connection window gets what another stream's end gives back",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.burst([post(1), post(3)]);
                s.upload_in(body(1, 65_535));
                s.app(App::Read { stream: 3, octets: 65_535 });
                s.upload_in(body(3, 65_535));
                s.app(App::Drop { stream: 1, what: Handles::All });
            },
            expect: unprompted(uploaded(3, 65_535).and(call_gives(0, 65_535))).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/stream-window-of-one",
            role: Role::Server,
            title: "Over a stream window of 1 octet a body of 20 000 arrives when each chunk is released",
            needs: Needs::Api,
            config: narrow(1),
            script: read_in_turn,
            expect: uploaded(1, 20_000).and(call_gives(0, 20_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/stream-window-of-two",
            role: Role::Server,
            title: "Over a stream window of 2 octets a body of 20 000 arrives when each chunk is released",
            needs: Needs::Api,
            config: narrow(2),
            script: read_in_turn,
            expect: uploaded(1, 20_000).and(call_gives(0, 20_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/stream-window-of-hundred",
            role: Role::Server,
            title: "Over a stream window of 100 octets a body of 20 000 arrives when each chunk is released",
            needs: Needs::Api,
            config: narrow(100),
            script: read_in_turn,
            expect: uploaded(1, 20_000).and(call_gives(0, 20_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/stream-window-of-thousand",
            role: Role::Server,
            title: "Over a stream window of 1000 octets a body of 20 000 arrives when each chunk is released",
            needs: Needs::Api,
            config: narrow(1000),
            script: read_in_turn,
            expect: uploaded(1, 20_000).and(call_gives(0, 20_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/connection-target-of-hundred",
            role: Role::Server,
            title: "With a connection window of 100 octets a body of 100 000 arrives when each chunk is released",
            needs: Needs::Api,
            config: Config { connection_window: Some(100), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ReadToEnd { stream: 1 });
                s.upload(1, 100_000);
            },
            expect: uploaded(1, 100_000).and(call_gives(0, 100_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/small-window-held-in-part",
            role: Role::Server,
            title: "When a reader waits and holds a part of a small window, what it released is announced",
            needs: Needs::Api,
            config: narrow(16_000),
            script: |s| {
                s.open();
                s.burst([post(1), data(1, 4000)]);
                s.app(App::Read { stream: 1, octets: 4000 });
                s.app(App::Release { stream: 1, octets: 2000 });
                s.app(App::Read { stream: 1, octets: 1 });
            },
            expect: window(1, 14_000).and(call_waits(2)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/small-window-dropped-body",
            role: Role::Server,
            title: "When a body is dropped before its end, a small window of the connection is refilled",
            needs: Needs::Api,
            config: Config { connection_window: Some(16_000), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ReadToEnd { stream: 1 });
                s.upload(1, 65_535);
                s.burst([post(3), data(3, 4000)]);
                s.app(App::Read { stream: 3, octets: 4000 });
                s.app(App::Release { stream: 3, octets: 4000 });
                s.app(App::Drop { stream: 3, what: Handles::Receive });
            },
            expect: window(0, 16_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/small-bodies",
            role: Role::Server,
            title: "A hundred bodies of 100 octets make no update at all",
            needs: Needs::Api,
            script: |s| {
                s.open();
                for stream in (1..200).step_by(2) {
                    s.send(post(stream));
                    s.app(App::ReadToEnd { stream });
                    s.send(data(stream, 100).end_stream());
                    s.app(App::Respond { stream, status: 200, end: true });
                    s.app(App::Drop { stream, what: Handles::All });
                }
            },
            expect: window_updates(0, 0..=0).and(times(kind::WINDOW_UPDATE, 199, 0..=0)).and(answered(199)),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/small-frames",
            role: Role::Server,
            title: "A body of 400 000 octets in frames of 200 makes at most thirteen updates of the connection",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ReadToEnd { stream: 1 });
                s.upload_in(Upload { frame: 200, end: true, ..body(1, 400_000) });
            },
            expect: uploaded(1, 400_000).and(window_updates(0, 0..=13)).and(call_gives(0, 400_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/waiting-reader-small-frames",
            role: Role::Server,
            title: "A reader that waits for each of six hundred small frames makes at most three updates",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ReadToEnd { stream: 1 });
                (0..600).for_each(|_| s.send(data(1, 100)));
            },
            expect: window_updates(0, 0..=3).and(window_updates(1, 0..=3)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/none-after-end",
            role: Role::Server,
            title: "No update is sent on a stream whose DATA has ended",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload(1, 65_535);
                s.app(App::Read { stream: 1, octets: 65_535 });
                s.app(App::Release { stream: 1, octets: 65_535 });
            },
            expect: window_updates(1, 0..=0).and(window(0, 65_535)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/none-beyond-declared-length",
            role: Role::Server,
            title: "No update is sent on a stream whose declared length fits what its window still holds",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post_of(1, "60000"));
                s.upload_in(body(1, 40_000));
                s.app(App::Read { stream: 1, octets: 40_000 });
                s.app(App::Release { stream: 1, octets: 40_000 });
            },
            expect: window_updates(1, 0..=0).and(window(0, 65_535)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/release-beyond-read",
            role: Role::Server,
            title: "More than was received cannot be released",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 1000));
                s.app(App::Read { stream: 1, octets: 1000 });
                s.app(App::Release { stream: 1, octets: 1001 });
                fill(s, 3);
            },
            expect: call_fails(1).and(uploaded(3, 64_535)).and(window(0, 0)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/released-twice",
            role: Role::Server,
            title: "What was released cannot be released again",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 1000));
                s.app(App::Read { stream: 1, octets: 1000 });
                (0..2).for_each(|_| s.app(App::Release { stream: 1, octets: 1000 }));
                fill(s, 3);
            },
            expect: call_fails(2).and(whole_window(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/plain-upload",
            role: Role::Server,
            title: "A body of 200 000 octets is read and answered",
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload(1, 200_000);
                s.settle();
            },
            expect: uploaded(1, 200_000).and(answered_with(1, 200)),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/many-uploads",
            role: Role::Server,
            title: "Fifty bodies of 10 000 octets on one connection are all read and answered",
            script: |s| {
                s.open();
                for stream in (1..100).step_by(2) {
                    s.send(post(stream));
                    s.upload(stream, 10_000);
                    s.settle();
                }
            },
            expect: uploaded(99, 10_000).and(answered_with(99, 200)),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/plain-download",
            role: Role::Client,
            title: "A response of 200 000 octets is read",
            script: |s| {
                s.open();
                s.send(response(1, 200));
                s.upload(1, 200_000);
                s.settle();
            },
            expect: uploaded(1, 200_000).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
