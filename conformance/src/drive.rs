//! Plays a script over a link and records what happens.
//!
//! The driver is the peer: it writes what the script says, reads what the subject sends, and has
//! the behavior the script allows. It judges nothing.

mod header_table;
mod link;
mod one_request;
mod received;
mod remote;
mod window;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::script::{PeerBehavior, Script, Sent, Step, Upload};
use crate::transcript::{probe, Event, EventKind, OtherProtocol, Transcript};
use crate::wire::build::{ping, settings, window_update};
use crate::wire::code::kind;
use crate::wire::FlowWindows;
use crate::wire::{Frame, FrameReader, PeerReader, View, PREFACE};

use header_table::HeaderTable;
pub use link::{Link, SubjectEvent, Want};
use one_request::OneRequest;
use received::Received;
pub use remote::{CLOSE, QUIET, TOTAL};

/// Events after which a run is cut off. The longest honest one has some ten thousand.
pub const EVENTS: usize = 200_000;

/// Plays `script` and returns the record. If `subject_is_server`, the peer sends the connection
/// preface. On a remote link the driver goes on listening after the last step as long as `want`
/// asks for more and patience lasts.
pub fn play(
    link: &mut dyn Link,
    script: &Script,
    subject_is_server: bool,
    want: &dyn Fn(&Transcript) -> Want,
) -> Transcript {
    let mut driver = Driver::new(link, script.behavior, subject_is_server);
    for step in &script.steps {
        driver.step(step);
    }
    driver.finish(want);
    driver.transcript
}

/// The peer. [`play`] drives it through a script; a test that decides each step by what came before
/// does so itself.
#[allow(missing_debug_implementations)]
pub struct Driver<'a> {
    link: &'a mut dyn Link,
    behavior: PeerBehavior,
    transcript: Transcript,
    reader: FrameReader,
    preface_due: bool,
    settings_seen: bool,
    /// Whether the subject has sent a frame.
    spoke: bool,
    /// What the peer may send.
    sendable: FlowWindows,
    /// What the subject may send, less what the peer has yet to credit.
    received: Received,
    uploads: Vec<Upload>,
    /// Calls made so far.
    calls: usize,
    probes: u32,
    answered: u32,
    /// Whether anything was sent since the last probe.
    unasked: bool,
    outgoing: PeerReader,
    /// Automatic frames that found the subject in the middle of something: they follow as soon as a
    /// frame is allowed.
    deferred: Vec<Frame>,
    /// Server subjects: requests that were sent whole and are not answered whole, and answers that
    /// have begun.
    unanswered: BTreeSet<u32>,
    begun: BTreeSet<u32>,
    /// Streams that the subject has reset.
    refused: BTreeSet<u32>,
    serves: bool,
    /// Silence that the run may still spend on a remote subject.
    silence: Duration,
    /// How long the close may still take after GOAWAY with an error code.
    close: Duration,
    /// Client subjects: the one request of a case that a client elsewhere makes.
    request: OneRequest,
    peer_closed: bool,
    over: bool,
    header_table: HeaderTable,
}

impl<'a> Driver<'a> {
    /// A peer that has sent nothing yet.
    pub fn new(link: &'a mut dyn Link, behavior: PeerBehavior, subject_is_server: bool) -> Self {
        let silence = link.patience();
        Driver {
            link,
            silence,
            close: silence * CLOSE,
            behavior,
            transcript: Transcript::default(),
            reader: FrameReader::default(),
            preface_due: !subject_is_server,
            settings_seen: false,
            spoke: false,
            sendable: FlowWindows::default(),
            received: Received::default(),
            uploads: Vec::new(),
            calls: 0,
            probes: 0,
            answered: 0,
            unasked: false,
            outgoing: PeerReader::new(subject_is_server),
            deferred: Vec::new(),
            unanswered: BTreeSet::new(),
            begun: BTreeSet::new(),
            refused: BTreeSet::new(),
            serves: subject_is_server,
            request: OneRequest::default(),
            peer_closed: false,
            over: false,
            header_table: HeaderTable::default(),
        }
    }

    /// What happened so far.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// What the peer may send.
    #[must_use]
    pub fn sendable(&self) -> &FlowWindows {
        &self.sendable
    }

    /// Takes one step.
    pub fn step(&mut self, step: &Step) {
        match step {
            Step::Write(sent) => {
                let mut octets = Vec::new();
                let mut burst = sent.clone();
                self.link.address(&mut burst);
                for mut piece in burst {
                    if self.is_too_late(&piece) {
                        continue;
                    }
                    if let Sent::Frame(frame) = &mut piece {
                        self.header_table.begin(frame);
                    }
                    self.note_sent(&piece);
                    piece.encode(&mut octets);
                }
                self.link.write(&octets);
                self.unasked = true;
                for frame in self.outgoing.read(&octets) {
                    self.request.heard(&frame);
                    self.sendable.sent(&frame);
                    self.received.windows.heard(&frame);
                    self.owed(&frame);
                }
                if self.outgoing.in_step() {
                    std::mem::take(&mut self.deferred).into_iter().for_each(|frame| self.send_automatic(frame));
                }
                self.run();
            }
            Step::UseUpWindow { write, then } => self.use_up_window(write, then),
            Step::Close => {
                self.record(EventKind::PeerClosed);
                self.peer_closed = true;
                self.link.close();
                self.settle();
            }
            Step::Block(blocked) => {
                self.link.block(*blocked);
                self.run();
            }
            Step::Upload(upload) => {
                self.uploads.push(*upload);
                self.settle();
            }
            Step::UploadFromAfar { upload, round_trip } => self.upload_from_afar(*upload, *round_trip),
            Step::App(app) => {
                self.record(EventKind::Called { call: self.calls, app: app.clone() });
                self.link.call(self.calls, app);
                self.calls += 1;
                self.run();
            }
            Step::Mark => self.record(EventKind::Mark),
            Step::Settle => self.settle(),
            Step::Elapse(time) => {
                self.link.elapse(*time);
                self.run();
            }
        }
    }

    /// Whether the subject does not want this any more: nothing may follow its reset (RFC 9113
    /// section 6.4). In memory the reset may still be on its way.
    fn is_too_late(&self, piece: &Sent) -> bool {
        let is_data = |frame: &Frame| frame.kind == kind::DATA && self.refused.contains(&frame.stream);
        self.link.is_remote() && piece.frame().is_some_and(is_data)
    }

    fn note_sent(&mut self, piece: &Sent) {
        match piece {
            Sent::Frame(frame) => self.record(EventKind::Peer(frame.clone())),
            Sent::Raw(raw) => self.record(EventKind::PeerRaw(raw.clone())),
        }
    }

    /// Lets the subject react to a write.
    fn run(&mut self) {
        if self.link.is_remote() {
            self.follow();
        } else {
            self.settle();
        }
    }

    /// Lets everything happen that can happen.
    fn settle(&mut self) {
        if self.link.is_remote() {
            return self.settle_remote();
        }
        loop {
            let uploaded = self.upload();
            let events = self.link.advance();
            if events.is_empty() && !uploaded {
                break;
            }
            for event in events {
                self.take(event);
            }
            if self.over {
                break;
            }
        }
    }

    fn finish(&mut self, want: &dyn Fn(&Transcript) -> Want) {
        if self.link.is_remote() {
            return self.finish_remote(want);
        }
        self.settle();
        self.probe();
        self.settle();
    }

    /// Whether a PING of the runner's own changes nothing about the case.
    fn may_probe(&self) -> bool {
        self.outgoing.in_step() && self.settings_seen && !self.peer_closed && !self.over
    }

    /// Sends a PING where one is allowed. Returns its number.
    fn probe(&mut self) -> Option<u32> {
        if !self.may_probe() {
            return None;
        }
        self.probes += 1;
        self.unasked = false;
        let frame = ping(probe(self.probes));
        self.link.write(&frame.to_bytes());
        self.record(EventKind::Probe(frame));
        Some(self.probes)
    }

    /// Records a frame of the peer that may end a request.
    fn owed(&mut self, frame: &Frame) {
        if frame.kind == kind::RST_STREAM {
            self.unanswered.remove(&frame.stream);
        } else if self.serves && frame.ends_stream() {
            self.unanswered.insert(frame.stream);
        }
    }

    fn take(&mut self, event: SubjectEvent) {
        match event {
            SubjectEvent::Octets(octets) => {
                self.reader.push(&octets);
                self.read();
            }
            SubjectEvent::ResetUnanswered if self.transcript.mark().is_none() => {
                self.over = true;
                self.record(EventKind::Harness("the connection was reset before the first octet of an answer".into()));
            }
            SubjectEvent::Closed if self.link.leaves() && self.may_leave() => {
                self.over = true;
                let succeeded = self.link.succeeded();
                self.record(EventKind::SubjectLeft { succeeded });
            }
            event => {
                self.over |= event.is_last();
                if let Some(kind) = event.kind(self.reader.rest()) {
                    self.record(kind);
                }
            }
        }
    }

    /// Whether a client that makes one request has no more to do on this connection.
    fn may_leave(&self) -> bool {
        (self.request.is_over() || self.peer_closed) && !self.transcript.error_sent()
    }

    fn read(&mut self) {
        if self.preface_due {
            match self.reader.strip(PREFACE) {
                Some(true) => {
                    self.preface_due = false;
                    self.record(EventKind::SubjectPreface);
                }
                Some(false) => self.preface_due = false,
                None => return,
            }
        }
        if self.serves && !self.spoke {
            if let Some(protocol) = OtherProtocol::of(self.reader.rest()) {
                self.over = true;
                return self.record(EventKind::OtherProtocol(protocol));
            }
        }
        while let Some(frame) = self.reader.next_frame().filter(|_| self.transcript.events.len() <= EVENTS) {
            self.spoke = true;
            self.request.sent(&frame);
            self.record(EventKind::Subject(frame.clone()));
            self.react(&frame);
        }
    }

    fn react(&mut self, frame: &Frame) {
        if frame.kind == kind::HEADERS {
            self.begun.insert(frame.stream);
        }
        if frame.ends_stream() || frame.kind == kind::RST_STREAM {
            self.unanswered.remove(&frame.stream);
        }
        match View::from(frame) {
            View::Settings(values) => {
                self.sendable.settings(&values);
                if self.link.is_remote() {
                    self.header_table.announced(&values);
                }
                // The opening of a script acknowledges the first SETTINGS.
                if std::mem::replace(&mut self.settings_seen, true) && self.behavior.ack_settings {
                    self.send_automatic(settings().ack());
                }
            }
            View::Ping { opaque } if self.behavior.ack_ping => self.send_automatic(ping(opaque).ack()),
            View::PingAck { opaque } => {
                let asked = (self.answered + 1..=self.probes).rev().find(|number| probe(*number) == opaque);
                self.answered = asked.unwrap_or(self.answered);
            }
            View::WindowUpdate { .. } => self.sendable.granted(frame),
            View::Reset { .. } => {
                self.refused.insert(frame.stream);
                self.uploads.retain(|upload| upload.stream != frame.stream);
            }
            View::Data { .. } => self.credit(frame),
            _ => {}
        }
    }

    fn credit(&mut self, frame: &Frame) {
        let octets = frame.flow_controlled();
        self.received.windows.sent(frame);
        self.received.connection += octets;
        *self.received.streams.entry(frame.stream).or_default() += octets;
        for stream in [0, frame.stream] {
            let due = self.received.take_due(stream, self.behavior.credit);
            for increment in due {
                let frame = window_update(stream, increment);
                self.received.windows.granted(&frame);
                self.send_automatic(frame);
            }
        }
    }

    /// Sends what the uploads and the windows allow; whether that was anything.
    fn upload(&mut self) -> bool {
        let mut any = false;
        for at in 0..self.uploads.len() {
            while let Some(frame) = self.next_upload_frame(at) {
                self.request.heard(&frame);
                self.sendable.sent(&frame);
                self.owed(&frame);
                self.send_automatic(frame);
                any = true;
            }
        }
        self.uploads.retain(|upload| upload.length > 0);
        any
    }

    fn upload_from_afar(&mut self, upload: Upload, round_trip: Duration) {
        let mut left = upload.length;
        while left > 0 && !self.over && !self.peer_closed && self.outgoing.in_step() {
            let burst = left.min(self.sendable.available(upload.stream) as u64);
            if burst == 0 {
                return;
            }
            left -= burst;
            self.uploads.push(Upload { length: burst, end: upload.end && left == 0, ..upload });
            self.settle();
            self.link.elapse(round_trip);
            self.run();
        }
    }

    fn next_upload_frame(&mut self, at: usize) -> Option<Frame> {
        let upload = &mut self.uploads[at];
        let window = self.sendable.available(upload.stream) as u64;
        // The pad length takes an octet of its own.
        let overhead = upload.padding.map_or(0, |padding| u64::from(padding) + 1);
        let octets = upload.length.min(window.saturating_sub(overhead)).min(upload.frame as u64);
        if self.over || self.peer_closed || !self.outgoing.in_step() || octets == 0 {
            return None;
        }
        upload.length -= octets;
        let frame = Frame::new(kind::DATA, 0, upload.stream, vec![b'u'; octets as usize]);
        let frame = upload.padding.map_or(frame.clone(), |padding| frame.padded(padding));
        Some(if upload.length == 0 && upload.end { frame.end_stream() } else { frame })
    }

    fn send_automatic(&mut self, frame: Frame) {
        if self.over || self.peer_closed {
            return;
        }
        if self.outgoing.in_step() {
            self.link.write(&frame.to_bytes());
            self.unasked = true;
            self.record(EventKind::Automatic(frame));
        } else {
            self.deferred.push(frame);
        }
    }

    fn record(&mut self, kind: EventKind) {
        self.transcript.events.push(Event { at: self.link.now(), kind });
        if self.transcript.events.len() == EVENTS {
            self.over = true;
            self.record(EventKind::Livelock);
        }
    }
}
