//! The connection's credit of pushed DATA comes back, wanted or not.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "push-credit/ignored-push",
            role: Role::Client,
            title: "Eight pushes of 8000 octets that the application never asked for give all their credit back",
            needs: Needs::Api,
            script: |s| {
                rounds(s, |s, stream, promised| {
                    ask_and_be_pushed(s, stream, promised);
                    s.send(data(promised, 8000).end_stream());
                    response_taken_and_dropped(s, stream);
                })
            },
            expect: whole_window(17),
            ..Case::DEFAULT
        },
        Case {
            id: "push-credit/ignored-open-push",
            role: Role::Client,
            title: "Pushes that have not ended when the application drops their streams give their credit back",
            needs: Needs::Api,
            script: |s| {
                rounds(s, |s, stream, promised| {
                    ask_and_be_pushed(s, stream, promised);
                    s.send(data(promised, 8000));
                    response_taken_and_dropped(s, stream);
                })
            },
            expect: whole_window(17),
            ..Case::DEFAULT
        },
        Case {
            id: "push-credit/ignored-push-late-data",
            role: Role::Client,
            title: "DATA of a push that comes after the application dropped its stream gives its credit back",
            needs: Needs::Api,
            script: |s| {
                rounds(s, |s, stream, promised| {
                    ask_and_be_pushed(s, stream, promised);
                    response_taken_and_dropped(s, stream);
                    s.send(data(promised, 8000).end_stream());
                })
            },
            expect: whole_window(17),
            ..Case::DEFAULT
        },
        Case {
            id: "push-credit/ignored-push-around-drop",
            role: Role::Client,
            title: "DATA of a push before and after the application dropped its stream gives its credit back",
            needs: Needs::Api,
            script: |s| {
                rounds(s, |s, stream, promised| {
                    ask_and_be_pushed(s, stream, promised);
                    s.send(data(promised, 4000));
                    response_taken_and_dropped(s, stream);
                    s.send(data(promised, 4000).end_stream());
                })
            },
            expect: whole_window(17),
            ..Case::DEFAULT
        },
        Case {
            id: "push-credit/ignored-push-reset-by-peer",
            role: Role::Client,
            title: "Pushes that the peer resets give their credit back while the application may still take them",
            needs: Needs::Api,
            script: |s| {
                rounds(s, |s, stream, promised| {
                    ask_and_be_pushed(s, stream, promised);
                    s.send(data(promised, 8000));
                    s.send(reset(promised, CANCEL));
                })
            },
            expect: whole_window(17),
            ..Case::DEFAULT
        },
        Case {
            id: "push-credit/push-read",
            role: Role::Client,
            title: "Pushes that were read and released give their credit back",
            needs: Needs::Api,
            script: |s| {
                rounds(s, |s, stream, promised| {
                    ask_and_be_pushed(s, stream, promised);
                    s.send(data(promised, 8000).end_stream());
                    s.app(App::AwaitPush { stream });
                    s.app(App::AwaitResponse { stream: promised });
                    s.app(App::ReadToEnd { stream: promised });
                    response_taken_and_dropped(s, stream);
                })
            },
            expect: whole_window(17),
            ..Case::DEFAULT
        },
        Case {
            id: "push-credit/push-dropped",
            role: Role::Client,
            title: "Pushes that were taken and dropped unread give their credit back",
            needs: Needs::Api,
            script: |s| {
                rounds(s, |s, stream, promised| {
                    ask_and_be_pushed(s, stream, promised);
                    s.send(data(promised, 8000).end_stream());
                    s.app(App::AwaitPush { stream });
                    s.app(App::Drop { stream: promised, what: Handles::All });
                    response_taken_and_dropped(s, stream);
                })
            },
            expect: whole_window(17),
            ..Case::DEFAULT
        },
        Case {
            id: "push-credit/unpolled-push-leaves-room",
            role: Role::Client,
            title: "A push that is not taken does not keep the response from coming",
            needs: Needs::Api,
            script: |s| {
                s.open();
                ask_and_be_pushed(s, 1, 2);
                s.upload_in(body(2, 65_535));
                s.send(response(1, 200));
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::ReadToEnd { stream: 1 });
                s.upload(1, 1000);
            },
            expect: uploaded(1, 1000).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
