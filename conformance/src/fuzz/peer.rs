//! Plays a scenario. Unlike [`crate::drive`] it cuts frames anywhere, so it keeps its own record of
//! when one was complete.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::Duration;

use super::input::{Input, Mode};
use crate::case::Role;
use crate::drive::{Link, SubjectEvent};
use crate::script::App;
use crate::subject::patched::H2;
use crate::transcript::{probe, AppResult, Event, EventKind, Transcript};
use crate::wire::build::{opening, ping, settings};
use crate::wire::{FrameReader, PeerReader, View, PREFACE};

/// How long the answer to the last PING may take, in virtual time.
const SECONDS_OF_A_FLOOD: u32 = 10;

struct Peer {
    link: H2,
    transcript: Transcript,
    /// What the peer writes, as the subject has to cut it.
    written: PeerReader,
    /// What the subject writes.
    read: FrameReader,
    preface_due: bool,
    /// Streams that the application knows, in order of their appearance.
    streams: Vec<u32>,
    calls: Vec<App>,
    over: bool,
}

pub(super) fn play(input: &Input<'_>) -> Transcript {
    let mut peer = Peer::new(input.mode);
    if input.mode.opened {
        peer.open();
    }
    for turn in &input.turns {
        if peer.over {
            break;
        }
        peer.write(turn.octets);
        if let Some(app) = turn.call(&peer.streams) {
            peer.call(app);
        }
    }
    peer.finish()
}

impl Peer {
    fn new(mode: Mode) -> Self {
        let server = mode.role == Role::Server;
        Peer {
            link: H2::new(&mode.case()),
            transcript: Transcript::default(),
            written: PeerReader::new(server),
            read: FrameReader::default(),
            preface_due: !server,
            streams: Vec::new(),
            calls: Vec::new(),
            over: false,
        }
    }

    fn open(&mut self) {
        let octets = opening(&settings());
        self.write(if self.preface_due { &octets[PREFACE.len()..] } else { &octets });
        self.record(EventKind::Mark);
    }

    fn write(&mut self, octets: &[u8]) {
        for frame in self.written.read(octets) {
            self.record(EventKind::Peer(frame));
        }
        // Without the right preface nothing is a frame, and the subject has to know that as well.
        if !self.written.reads_frames() {
            self.record(EventKind::PeerRaw(octets.to_vec()));
        }
        self.hand_over(octets);
    }

    fn hand_over(&mut self, octets: &[u8]) {
        self.link.write(octets);
        self.settle();
    }

    fn call(&mut self, app: App) {
        let call = self.calls.len();
        self.record(EventKind::Called { call, app: app.clone() });
        self.link.call(call, &app);
        self.calls.push(app);
        self.settle();
    }

    fn settle(&mut self) {
        while !self.over {
            let events = self.link.advance();
            if events.is_empty() {
                break;
            }
            events.into_iter().for_each(|event| self.take(event));
        }
    }

    fn take(&mut self, event: SubjectEvent) {
        self.over |= event.is_last();
        match &event {
            SubjectEvent::Octets(octets) => self.take_octets(octets),
            SubjectEvent::Accepted { stream } => self.streams.push(*stream),
            SubjectEvent::Result { call, result: AppResult::Value(stream) } => {
                if let App::Request { .. } = self.calls[*call] {
                    self.streams.extend(u32::try_from(*stream));
                }
            }
            _ => {}
        }
        if let Some(kind) = event.kind(self.read.rest()) {
            self.record(kind);
        }
    }

    fn take_octets(&mut self, octets: &[u8]) {
        self.read.push(octets);
        if self.preface_due && self.read.strip(PREFACE) == Some(true) {
            self.preface_due = false;
            self.record(EventKind::SubjectPreface);
        }
        while let Some(frame) = self.read.next_frame() {
            self.record(EventKind::Subject(frame));
        }
    }

    fn record(&mut self, kind: EventKind) {
        self.transcript.events.push(Event { at: self.link.now(), kind });
    }

    /// Asks whether the connection still works, where a frame is allowed.
    fn finish(mut self) -> Transcript {
        let opened = self.transcript.subject_frames().any(|(_, frame)| matches!(View::from(frame), View::Settings(_)));
        if opened && self.written.in_step() && !self.over {
            let frame = ping(probe(1));
            self.record(EventKind::Probe(frame.clone()));
            self.hand_over(&frame.to_bytes());
            // A peer that floods is read slowly for some seconds before its connection ends.
            for _ in 0..SECONDS_OF_A_FLOOD {
                self.link.elapse(Duration::from_secs(1));
                self.settle();
            }
        }
        // With debug assertions h2 checks its accounting once more when its last handle goes, also
        // when the application leaves in the middle of things as it does here. That is no fault of
        // the connection that was played.
        let Peer { link, transcript, .. } = self;
        let _ = catch_unwind(AssertUnwindSafe(|| drop(link)));
        transcript
    }
}
