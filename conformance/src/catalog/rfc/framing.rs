//! Frames as such: sizes, unknown types and flags, reserved bits (RFC 9113 sections 4.1, 4.2, 5.5).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "framing/unknown-type",
            role: Role::Server,
            and_client: true,
            title: "A frame of an unknown type is ignored",
            requires: &["rfc9113/4.1/unknown-type", "rfc9113/5.5/unknown-frames"],
            script: |s| {
                s.open();
                s.send(unknown(0));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/unknown-type-on-open-stream",
            role: Role::Server,
            title: "A frame of an unknown type in the middle of a request changes nothing",
            requires: &["rfc9113/4.1/unknown-type"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(unknown(1));
                s.send(data(1, 2).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/unknown-type-on-open-stream-client",
            role: Role::Client,
            title: "A frame of an unknown type in the middle of a response changes nothing",
            requires: &["rfc9113/4.1/unknown-type"],
            script: |s| {
                s.open();
                s.send(response(1, 200));
                s.send(unknown(1));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/undefined-flags",
            role: Role::Server,
            and_client: true,
            title: "Flags that PING does not define are ignored, and not sent back",
            requires: &["rfc9113/4.1/undefined-flags"],
            script: |s| {
                s.open();
                s.send(ping(*b"flagged!").flag(0xfe));
            },
            expect: pong(*b"flagged!").and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/undefined-flags-on-data",
            role: Role::Server,
            title: "Flags that DATA does not define are ignored",
            requires: &["rfc9113/4.1/undefined-flags"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 2).flag(0xf6).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/undefined-flags-on-settings",
            role: Role::Server,
            title: "Flags that SETTINGS does not define are ignored",
            requires: &["rfc9113/4.1/undefined-flags"],
            script: |s| {
                s.open();
                s.send(settings().flag(0xfe));
            },
            expect: acknowledged(1).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/reserved-bit",
            role: Role::Server,
            title: "The reserved bit before the stream identifier is ignored",
            requires: &["rfc9113/4.1/reserved-bit"],
            script: |s| {
                s.open();
                s.send(get(1).with_reserved_bit());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/reserved-bit-on-connection",
            role: Role::Server,
            title: "The reserved bit does not make another stream of stream 0",
            requires: &["rfc9113/4.1/reserved-bit"],
            script: |s| {
                s.open();
                s.send(ping(*b"reserved").with_reserved_bit());
            },
            expect: pong(*b"reserved").and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/reserved-bit-client",
            role: Role::Client,
            title: "A client ignores the reserved bit before the stream identifier",
            requires: &["rfc9113/4.1/reserved-bit"],
            script: |s| {
                s.open();
                s.send(response(1, 200).with_reserved_bit().end_stream());
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/data-above-max-frame-size",
            role: Role::Server,
            title: "DATA above SETTINGS_MAX_FRAME_SIZE is refused as such",
            requires: &["rfc9113/4.2/frame-above-max"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, DEFAULT_FRAME_SIZE + 1));
            },
            expect: any_error(1, FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/data-above-max-frame-size-client",
            role: Role::Client,
            title: "A client refuses DATA above its SETTINGS_MAX_FRAME_SIZE",
            requires: &["rfc9113/4.2/frame-above-max"],
            script: |s| {
                s.open();
                s.send(response(1, 200));
                s.send(data(1, DEFAULT_FRAME_SIZE + 1));
            },
            expect: any_error(1, FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/headers-above-max-frame-size",
            role: Role::Server,
            title: "HEADERS above SETTINGS_MAX_FRAME_SIZE is a connection error",
            requires: &["rfc9113/4.2/frame-above-max", "rfc9113/4.2/altering-frame"],
            script: |s| {
                s.open();
                s.send(get(1).padded(0).resized(DEFAULT_FRAME_SIZE + 1));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/headers-above-max-frame-size-client",
            role: Role::Client,
            title: "HEADERS above SETTINGS_MAX_FRAME_SIZE of a client is a connection error",
            requires: &["rfc9113/4.2/frame-above-max", "rfc9113/4.2/altering-frame"],
            script: |s| {
                s.open();
                s.send(response(1, 200).resized(DEFAULT_FRAME_SIZE + 1));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/settings-above-max-frame-size",
            role: Role::Server,
            title: "SETTINGS above SETTINGS_MAX_FRAME_SIZE is a connection error",
            requires: &["rfc9113/4.2/frame-above-max", "rfc9113/4.2/altering-frame"],
            script: |s| {
                s.open();
                s.send(settings().resized(16_386));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/unknown-type-above-max-frame-size",
            role: Role::Server,
            title: "A frame of unknown type on stream 0 has to keep to SETTINGS_MAX_FRAME_SIZE as well",
            requires: &["rfc9113/4.2/frame-above-max", "rfc9113/4.2/altering-frame"],
            script: |s| {
                s.open();
                s.send(unknown(0).resized(DEFAULT_FRAME_SIZE + 1));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/largest-default-frame",
            role: Role::Server,
            title: "A frame of 16384 octets is accepted by everybody",
            requires: &["rfc9113/4.2/minimum-size"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, DEFAULT_FRAME_SIZE).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/keeps-to-default-frame-size",
            role: Role::Server,
            title: "A server cuts a large body into frames of up to 16384 octets",
            requires: &["rfc9113/4.2/own-frames"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::WriteAll { stream: 1, octets: 40_000, end: true });
            },
            expect: frames_within(DEFAULT_FRAME_SIZE).and(content(1, 40_000)).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/keeps-to-announced-frame-size",
            role: Role::Server,
            title: "A server does not exceed the SETTINGS_MAX_FRAME_SIZE of its peer",
            requires: &["rfc9113/4.2/own-frames"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_FRAME_SIZE, 20_000));
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::WriteAll { stream: 1, octets: 60_000, end: true });
            },
            expect: frames_within(20_000).and(content(1, 60_000)).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/keeps-to-default-frame-size-client",
            role: Role::Client,
            title: "A client cuts a large body into frames of up to 16384 octets",
            requires: &["rfc9113/4.2/own-frames"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.app(App::WriteAll { stream: 1, octets: 40_000, end: true });
            },
            expect: frames_within(DEFAULT_FRAME_SIZE).and(content(1, 40_000)).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "framing/in-pieces",
            role: Role::Server,
            title: "A frame that arrives in pieces is one frame",
            requires: &["rfc9113/4.1/layout"],
            script: |s| {
                s.open();
                let request = get(1).to_bytes();
                s.raw(&request[..5]);
                s.raw(&request[5..12]);
                s.raw(&request[12..]);
                s.send(ping(*b"the next"));
            },
            expect: pong(*b"the next").and(answered(1)),
            ..Case::DEFAULT
        },
    ]
}
