//! SETTINGS (RFC 9113 section 6.5).

use crate::catalog::prelude::*;
use crate::wire::code::MAX_WINDOW;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "settings/acknowledged",
            role: Role::Server,
            and_client: true,
            title: "SETTINGS is acknowledged",
            requires: &["rfc9113/6.5.3/acknowledge"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_FRAME_SIZE, 20_000));
            },
            expect: acknowledged(1).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/each-acknowledged",
            role: Role::Server,
            title: "Each SETTINGS is acknowledged, however fast they come",
            requires: &["rfc9113/6.5.3/acknowledge"],
            script: |s| {
                s.open();
                s.burst([settings(), settings(), settings()]);
            },
            expect: acknowledged(3).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/ack-not-acknowledged",
            role: Role::Server,
            title: "An acknowledgement is not acknowledged",
            requires: &["rfc9113/6.5/ack"],
            script: |s| {
                s.preface();
                s.send(settings());
                s.settle();
                s.mark();
                s.send(settings().ack());
            },
            expect: none_of(kind::SETTINGS, 0).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/ack-with-payload",
            role: Role::Server,
            and_client: true,
            title: "SETTINGS with ACK and a payload is a connection error",
            requires: &["rfc9113/6.5/ack-length"],
            script: |s| {
                s.open();
                s.send(settings().ack().payload(&[0]));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/length-not-multiple-of-six",
            role: Role::Server,
            title: "SETTINGS whose length is no multiple of six is a connection error",
            requires: &["rfc9113/6.5/length"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_FRAME_SIZE, 20_000).resized(7));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/length-not-multiple-of-six-client",
            role: Role::Client,
            title: "SETTINGS whose length is no multiple of six is a connection error for a client",
            requires: &["rfc9113/6.5/length"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_FRAME_SIZE, 20_000).resized(5));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/on-stream",
            role: Role::Server,
            and_client: true,
            title: "SETTINGS on a stream is a connection error",
            requires: &["rfc9113/6.5/stream-zero"],
            script: |s| {
                s.open();
                s.send(settings().on(1));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/initial-window-too-large",
            role: Role::Server,
            title: "SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1 is a flow-control error of the connection",
            requires: &["rfc9113/6.5.2/initial-window-size"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 1 << 31));
            },
            expect: conn_error(FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/initial-window-too-large-client",
            role: Role::Client,
            title: "SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1 is a flow-control error of the connection for a client",
            requires: &["rfc9113/6.5.2/initial-window-size"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, u32::MAX));
            },
            expect: conn_error(FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/initial-window-largest",
            role: Role::Server,
            title: "SETTINGS_INITIAL_WINDOW_SIZE of 2^31-1 is accepted",
            requires: &["rfc9113/6.5.2/initial-window-size"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, MAX_WINDOW));
            },
            expect: acknowledged(1).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/max-frame-size-too-small",
            role: Role::Server,
            title: "SETTINGS_MAX_FRAME_SIZE below 16384 is a connection error",
            requires: &["rfc9113/6.5.2/max-frame-size"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_FRAME_SIZE, 16_383));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/max-frame-size-too-large",
            role: Role::Server,
            title: "SETTINGS_MAX_FRAME_SIZE above 2^24-1 is a connection error",
            requires: &["rfc9113/6.5.2/max-frame-size"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_FRAME_SIZE, 1 << 24));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/max-frame-size-too-small-client",
            role: Role::Client,
            title: "SETTINGS_MAX_FRAME_SIZE below 16384 is a connection error for a client",
            requires: &["rfc9113/6.5.2/max-frame-size"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_FRAME_SIZE, 0));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/max-frame-size-largest",
            role: Role::Server,
            title: "SETTINGS_MAX_FRAME_SIZE of 2^24-1 is accepted",
            requires: &["rfc9113/6.5.2/max-frame-size"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_FRAME_SIZE, (1 << 24) - 1));
            },
            expect: acknowledged(1).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/enable-push-not-boolean",
            role: Role::Server,
            and_client: true,
            title: "SETTINGS_ENABLE_PUSH other than 0 and 1 is a connection error",
            requires: &["rfc9113/6.5.2/enable-push"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::ENABLE_PUSH, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/enable-push-from-server-client",
            role: Role::Client,
            title: "A server that asks for push is a connection error",
            requires: &["rfc9113/6.5.2/enable-push-from-server", "rfc9113/8.4/enable-push-from-server"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::ENABLE_PUSH, 1));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/disable-push-from-server-client",
            role: Role::Client,
            title: "SETTINGS_ENABLE_PUSH of 0 from a server is accepted",
            requires: &["rfc9113/6.5.2/enable-push-from-server"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::ENABLE_PUSH, 0));
            },
            expect: acknowledged(1).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/unknown",
            role: Role::Server,
            title: "An unknown setting is ignored, and SETTINGS acknowledged",
            requires: &["rfc9113/6.5.2/unknown"],
            script: |s| {
                s.open();
                s.send(settings().with(0xbaba, 7).with(0, 1).with(0xffff, u32::MAX));
            },
            expect: acknowledged(1).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/unknown-client",
            role: Role::Client,
            title: "A client ignores an unknown setting, and acknowledges SETTINGS",
            requires: &["rfc9113/6.5.2/unknown"],
            script: |s| {
                s.open();
                s.send(settings().with(0xbaba, 7));
            },
            expect: acknowledged(1).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/last-value-counts",
            role: Role::Server,
            title: "Values of one SETTINGS take effect in their order: the last of a setting counts",
            requires: &["rfc9113/6.5.3/order"],
            script: |s| {
                s.preface();
                // A server that refuses a setting twice fails here.
                s.mark();
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 0).with(setting::INITIAL_WINDOW_SIZE, 65_535));
                s.settle();
                s.send(settings().ack());
                s.send(get(1));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/bad-value-before-good",
            role: Role::Server,
            title: "A value that is not allowed is an error even where a good one follows",
            requires: &["rfc9113/6.5.3/order", "rfc9113/6.5.2/max-frame-size"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_FRAME_SIZE, 1).with(setting::MAX_FRAME_SIZE, 16_384));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/large-header-table",
            role: Role::Server,
            title: "A large SETTINGS_HEADER_TABLE_SIZE is accepted",
            requires: &["rfc9113/6.5/ack"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::HEADER_TABLE_SIZE, 1 << 20));
                s.send(get(1));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/largest-header-list",
            role: Role::Server,
            title: "The largest SETTINGS_MAX_HEADER_LIST_SIZE is accepted",
            requires: &["rfc9113/6.5/ack"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_HEADER_LIST_SIZE, u32::MAX));
                s.send(get(1));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/no-streams-for-pushes",
            role: Role::Server,
            title: "SETTINGS_MAX_CONCURRENT_STREAMS of 0 does not concern responses",
            requires: &["rfc9113/6.5.2/max-concurrent-zero"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
                s.send(get(1));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
    ]
}
