//! How DATA is kept until the application reads it.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![Case {
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
    }]
}
