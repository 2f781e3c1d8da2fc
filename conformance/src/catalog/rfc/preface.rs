//! The connection preface (RFC 9113 section 3.4).

use crate::catalog::prelude::*;
use crate::wire::PREFACE;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "preface/settings-first",
            role: Role::Server,
            and_client: true,
            title: "The first frame is SETTINGS",
            requires: &["rfc9113/3.4/settings-first"],
            script: |s| {
                s.mark();
                s.preface();
                s.send(settings());
                s.settle();
            },
            expect: settings_first().and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "preface/speaks-http1",
            role: Role::Server,
            title: "A client that speaks HTTP/1.1 is turned away",
            requires: &["rfc9113/3.4/invalid-preface"],
            script: |s| {
                s.mark();
                s.raw(b"GET / HTTP/1.1\r\nHost: example.test\r\n\r\n");
                s.settle();
            },
            expect: preface_refused(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "preface/one-octet-wrong",
            role: Role::Server,
            title: "A preface whose last octet is wrong is refused",
            requires: &["rfc9113/3.4/invalid-preface"],
            script: |s| {
                s.mark();
                s.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r");
                s.send(settings());
            },
            expect: preface_refused(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "preface/first-frame-not-settings",
            role: Role::Server,
            and_client: true,
            title: "A peer whose first frame is not SETTINGS is refused",
            requires: &["rfc9113/3.4/invalid-preface"],
            script: |s| {
                s.mark();
                s.preface();
                s.send(ping(*b"too soon"));
                s.settle();
            },
            expect: preface_refused(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "preface/in-pieces",
            role: Role::Server,
            title: "A preface that arrives in pieces is a preface",
            requires: &["rfc9113/3.4/invalid-preface"],
            script: |s| {
                s.mark();
                s.raw(&PREFACE[..1]);
                s.raw(&PREFACE[1..17]);
                s.raw(&PREFACE[17..]);
                s.send(settings());
                s.settle();
                s.send(get(1));
            },
            expect: settings_first().and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "preface/request-at-once",
            role: Role::Server,
            title: "A request may follow the preface without waiting for the SETTINGS of the server",
            requires: &["rfc9113/3.4/no-waiting"],
            script: |s| {
                s.mark();
                s.preface();
                s.burst([settings(), get(1)]);
                s.settle();
            },
            expect: settings_first().and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "preface/settings-late-client",
            role: Role::Client,
            title: "A client takes a response although its own SETTINGS are not acknowledged yet",
            requires: &["rfc9113/3.4/no-waiting"],
            script: |s| {
                s.send(settings());
                s.settle();
                s.mark();
                s.send(response(1, 200));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
    ]
}
