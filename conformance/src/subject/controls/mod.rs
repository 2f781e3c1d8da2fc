//! Subjects that are wrong on purpose. A suite that lets them pass measures nothing.
//!
//! They are written on the runner's own codec and know as little of HTTP/2 as their fault allows.

mod misbehaviors;

use std::fmt;
use std::time::Duration;

use super::Subject;
use crate::case::{Case, Role};
use crate::drive::{Link, SubjectEvent};
use crate::script::App;
use crate::wire::build::{get, settings};
use crate::wire::pipe::DELAY;
use crate::wire::{Frame, PeerReader, PREFACE};

/// The controls, each named after its fault.
pub const CONTROLS: &[Subject] = &[
    Subject {
        name: "control-closes",
        version: "closes at the first frame after the opening",
        make: |case| Box::new(Fake::new(case, misbehaviors::closes)),
    },
    Subject {
        name: "control-yes-man",
        version: "answers everything and objects to nothing",
        make: |case| Box::new(Fake::new(case, misbehaviors::yes_man)),
    },
    Subject {
        name: "control-wrong-code",
        version: "objects to everything with GOAWAY HTTP_1_1_REQUIRED",
        make: |case| Box::new(Fake::new(case, misbehaviors::wrong_code)),
    },
    Subject {
        name: "control-refuses",
        version: "answers every request with 400",
        make: |case| Box::new(Fake::new(case, misbehaviors::refuses)),
    },
    Subject {
        name: "control-resets",
        version: "resets every stream with PROTOCOL_ERROR",
        make: |case| Box::new(Fake::new(case, misbehaviors::resets)),
    },
    Subject {
        name: "control-goaway",
        version: "ends the connection at every request with GOAWAY PROTOCOL_ERROR",
        make: |case| Box::new(Fake::new(case, misbehaviors::goes_away)),
    },
    Subject {
        name: "control-leaks",
        version: "loses an octet of the connection's credit with each stream that is reset",
        make: |case| {
            let mut held = misbehaviors::Held::default();
            Box::new(Fake::new(case, move |out, frame| misbehaviors::leaks(&mut held, out, frame)))
        },
    },
    Subject {
        name: "control-leaks-padding",
        version: "returns no credit for padding",
        make: |case| Box::new(Fake::new(case, misbehaviors::leaks_padding)),
    },
    Subject {
        name: "control-leaks-resets",
        version: "returns no credit of streams that are reset",
        make: |case| {
            let mut held = misbehaviors::Held::default();
            Box::new(Fake::new(case, move |out, frame| misbehaviors::leaks_resets(&mut held, out, frame)))
        },
    },
];

/// What a control does at a frame after the opening.
trait Misbehavior: FnMut(&mut Out, &Frame) {}

impl<F: FnMut(&mut Out, &Frame)> Misbehavior for F {}

/// What a control says.
#[derive(Debug, Default)]
struct Out {
    /// Whether the subject is a server.
    serves: bool,
    octets: Vec<u8>,
    accepted: Vec<u32>,
    closed: bool,
}

impl Out {
    fn send(&mut self, frame: &Frame) {
        frame.encode(&mut self.octets);
    }
}

/// A control: the opening, which all of them get right, and a misbehavior.
struct Fake {
    reader: PeerReader,
    /// Frames of the peer's opening that are still to come: SETTINGS and its acknowledgement of
    /// ours.
    settings_due: bool,
    ack_due: bool,
    misbehavior: Box<dyn Misbehavior>,
    out: Out,
    told_closed: bool,
    now: Duration,
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl Fake {
    fn new(case: &Case, misbehavior: impl Misbehavior + 'static) -> Self {
        let mut out = Out { serves: case.role == Role::Server, ..Out::default() };
        if !out.serves {
            out.octets.extend_from_slice(PREFACE);
        }
        out.send(&settings());
        if !out.serves {
            out.send(&get(1));
        }
        Fake {
            reader: PeerReader::new(out.serves),
            settings_due: true,
            ack_due: true,
            misbehavior: Box::new(misbehavior),
            out,
            told_closed: false,
            now: Duration::ZERO,
        }
    }

    fn take(&mut self, frame: &Frame) {
        let acknowledges = *frame == settings().ack();
        if acknowledges && std::mem::take(&mut self.ack_due) {
            return;
        }
        let is_settings = frame.kind == settings().kind && !acknowledges;
        if is_settings && std::mem::take(&mut self.settings_due) {
            return self.out.send(&settings().ack());
        }
        (self.misbehavior)(&mut self.out, frame);
    }
}

impl Link for Fake {
    fn write(&mut self, octets: &[u8]) {
        self.now += DELAY;
        for frame in self.reader.read(octets) {
            if !self.out.closed {
                self.take(&frame);
            }
        }
    }

    fn close(&mut self) {
        self.out.closed = true;
    }

    fn block(&mut self, _: bool) {}

    fn call(&mut self, _: usize, _: &App) {
        // There is no application: a call waits for ever.
    }

    fn advance(&mut self) -> Vec<SubjectEvent> {
        let mut events: Vec<SubjectEvent> =
            self.out.accepted.drain(..).map(|stream| SubjectEvent::Accepted { stream }).collect();
        let octets = std::mem::take(&mut self.out.octets);
        if !octets.is_empty() {
            self.now += DELAY;
            events.push(SubjectEvent::Octets(octets));
        }
        if self.out.closed && !std::mem::replace(&mut self.told_closed, true) {
            events.push(SubjectEvent::Closed);
        }
        events
    }

    fn now(&self) -> Duration {
        self.now
    }

    fn elapse(&mut self, time: Duration) {
        self.now += time;
    }

    fn is_remote(&self) -> bool {
        false
    }
}
