//! Plays a script over a link and records what happens.
//!
//! The driver is the peer: it writes what the script says, reads what the subject sends, and has the reflexes the script
//! allows. It judges nothing.

use std::time::Duration;

use crate::ledger::Ledger;
use crate::script::{App, Credit, Reflexes, Script, Sent, Step, Upload};
use crate::transcript::{AppResult, Event, Transcript, What};
use crate::wire::build::{ping, settings, window_update};
use crate::wire::code::kind;
use crate::wire::{Frame, FrameReader, View, PREFACE};

/// The way to a subject: in memory, or over a socket.
pub trait Link {
    /// Hands octets to the subject.
    fn write(&mut self, octets: &[u8]);
    /// Ends the peer's half.
    fn close(&mut self);
    /// Stops (`true`) or resumes reading what the subject writes.
    fn block(&mut self, blocked: bool);
    /// Makes the application call the subject's API.
    fn call(&mut self, call: usize, app: &App);
    /// Lets the subject work and tells what it did. Nothing in memory means that it can do nothing more; nothing on a socket
    /// means that nothing came for as long as the link is willing to wait.
    fn advance(&mut self) -> Vec<Happening>;
    /// Time since the link was made.
    fn now(&self) -> Duration;
    /// Whether `advance` cannot tell an idle subject from a slow one, so that a PING has to.
    fn is_remote(&self) -> bool;
}

/// What a subject did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    Octets(Vec<u8>),
    Closed,
    Accepted { stream: u32 },
    Result { call: usize, result: AppResult },
    Ended(Result<(), String>),
    Panicked(String),
    Restless,
    Harness(String),
}

/// Plays `script` and returns the record. `subject_is_server` tells who sends the connection preface. On a remote link the
/// driver goes on listening after the last step until `satisfied` or until the link gives up waiting.
pub fn play(
    link: &mut dyn Link,
    script: &Script,
    subject_is_server: bool,
    satisfied: &dyn Fn(&Transcript) -> bool,
) -> Transcript {
    let mut driver = Driver::new(link, script.reflexes, subject_is_server);
    for step in &script.steps {
        driver.step(step);
    }
    driver.finish(satisfied);
    driver.transcript
}

/// The opaque data of the PING that asks whether a connection still works.
#[must_use]
pub fn probe(number: u8) -> [u8; 8] {
    [b'a', b'l', b'i', b'v', b'e', b'?', b' ', number]
}

/// The peer. [`play`] drives it through a script; a test that decides each step by what came before does so itself.
#[allow(missing_debug_implementations)]
pub struct Driver<'a> {
    link: &'a mut dyn Link,
    reflexes: Reflexes,
    transcript: Transcript,
    reader: FrameReader,
    preface_due: bool,
    settings_seen: bool,
    /// What the peer may send.
    sendable: Ledger,
    /// What the subject may send, less what the peer has yet to credit.
    received: Received,
    uploads: Vec<Upload>,
    /// Calls made so far.
    calls: usize,
    probes: u8,
    answered: u8,
    /// The subject can tell where the next frame begins, and may get one.
    in_step: bool,
    peer_closed: bool,
    over: bool,
}

/// DATA that came and was not credited yet.
#[derive(Default)]
struct Received {
    ledger: Ledger,
    connection: u32,
    streams: std::collections::BTreeMap<u32, u32>,
}

impl<'a> Driver<'a> {
    /// A peer that has sent nothing yet.
    pub fn new(link: &'a mut dyn Link, reflexes: Reflexes, subject_is_server: bool) -> Self {
        Driver {
            link,
            reflexes,
            transcript: Transcript::default(),
            reader: FrameReader::default(),
            preface_due: !subject_is_server,
            settings_seen: false,
            sendable: Ledger::default(),
            received: Received::default(),
            uploads: Vec::new(),
            calls: 0,
            probes: 0,
            answered: 0,
            in_step: true,
            peer_closed: false,
            over: false,
        }
    }

    /// What happened so far.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// What the peer may send.
    #[must_use]
    pub fn sendable(&self) -> &Ledger {
        &self.sendable
    }

    /// Takes one step.
    pub fn step(&mut self, step: &Step) {
        match step {
            Step::Write(sent) => {
                let mut octets = Vec::new();
                for piece in sent {
                    self.note_sent(piece);
                    match piece {
                        Sent::Frame(frame) => frame.encode(&mut octets),
                        Sent::Raw(raw) => octets.extend_from_slice(raw),
                    }
                }
                self.link.write(&octets);
                self.run();
            }
            Step::Close => {
                self.record(What::PeerClosed);
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
            Step::App(app) => {
                self.record(What::Called { call: self.calls, app: app.clone() });
                self.link.call(self.calls, app);
                self.calls += 1;
                self.run();
            }
            Step::Mark => self.record(What::Mark),
            Step::Settle => self.settle(),
        }
    }

    fn note_sent(&mut self, piece: &Sent) {
        match piece {
            Sent::Frame(frame) => {
                self.in_step = frame.declared.is_none() && !frame.leaves_block_open();
                self.sendable.sent(frame);
                self.received.ledger.granted(frame);
                self.record(What::Peer(frame.clone()));
            }
            Sent::Raw(raw) => {
                self.in_step = raw == PREFACE;
                self.record(What::PeerRaw(raw.clone()));
            }
        }
    }

    /// Lets the subject react, without waiting for a remote one.
    fn run(&mut self) {
        if !self.link.is_remote() {
            self.settle();
        }
    }

    /// Lets everything happen that can happen.
    fn settle(&mut self) {
        let probe = self.link.is_remote().then(|| self.probe()).flatten();
        loop {
            let uploaded = self.upload();
            let happenings = self.link.advance();
            if happenings.is_empty() && !uploaded {
                break;
            }
            for happening in happenings {
                self.take(happening);
            }
            let answered = probe.is_some_and(|number| self.answered >= number);
            if self.over || (answered && self.uploads.is_empty()) {
                break;
            }
        }
    }

    fn finish(&mut self, satisfied: &dyn Fn(&Transcript) -> bool) {
        self.settle();
        if !self.link.is_remote() {
            self.probe();
            self.settle();
        }
        while self.link.is_remote() && !self.over && !satisfied(&self.transcript) {
            let happenings = self.link.advance();
            if happenings.is_empty() {
                break;
            }
            for happening in happenings {
                self.take(happening);
            }
        }
    }

    /// Sends a PING where one may stand; its number.
    fn probe(&mut self) -> Option<u8> {
        if !self.in_step || self.peer_closed || self.over || !self.settings_seen {
            return None;
        }
        self.probes += 1;
        let frame = ping(probe(self.probes));
        self.link.write(&frame.to_bytes());
        self.record(What::Probe(frame));
        Some(self.probes)
    }

    fn take(&mut self, happening: Happening) {
        match happening {
            Happening::Octets(octets) => {
                self.reader.push(&octets);
                self.read();
            }
            Happening::Closed => {
                self.over = true;
                let rest = self.reader.rest().to_vec();
                self.record(What::SubjectClosed { rest });
            }
            Happening::Accepted { stream } => self.record(What::Accepted { stream }),
            Happening::Result { call, result } => self.record(What::Result { call, result }),
            Happening::Ended(result) => self.record(What::ConnectionEnded(result)),
            Happening::Panicked(message) => {
                self.over = true;
                self.record(What::Panicked(message));
            }
            Happening::Restless => {
                self.over = true;
                self.record(What::Restless);
            }
            Happening::Harness(message) => {
                self.over = true;
                self.record(What::Harness(message));
            }
        }
    }

    fn read(&mut self) {
        if self.preface_due {
            match self.reader.strip(PREFACE) {
                Some(true) => {
                    self.preface_due = false;
                    self.record(What::SubjectPreface);
                }
                Some(false) => self.preface_due = false,
                None => return,
            }
        }
        while let Some(frame) = self.reader.next_frame() {
            self.record(What::Subject(frame.clone()));
            self.react(&frame);
        }
    }

    fn react(&mut self, frame: &Frame) {
        match View::from(frame) {
            View::Settings(values) => {
                self.sendable.settings(&values);
                // The opening of a script acknowledges the first SETTINGS.
                if std::mem::replace(&mut self.settings_seen, true) && self.reflexes.ack_settings {
                    self.reflex(settings().ack());
                }
            }
            View::Ping { opaque } if self.reflexes.ack_ping => self.reflex(ping(opaque).ack()),
            View::PingAck { opaque } if (1..=self.probes).any(|number| probe(number) == opaque) => {
                self.answered = opaque[7];
            }
            View::WindowUpdate { .. } => self.sendable.granted(frame),
            View::Reset { .. } => self.uploads.retain(|upload| upload.stream != frame.stream),
            View::Data { .. } => self.credit(frame),
            _ => {}
        }
    }

    fn credit(&mut self, frame: &Frame) {
        let octets = frame.flow_controlled();
        self.received.ledger.sent(frame);
        self.received.connection += octets;
        *self.received.streams.entry(frame.stream).or_default() += octets;
        for stream in [0, frame.stream] {
            let due = self.received.take_due(stream, self.reflexes.credit);
            for increment in due {
                let frame = window_update(stream, increment);
                self.received.ledger.granted(&frame);
                self.reflex(frame);
            }
        }
    }

    /// Sends what the uploads and the windows allow; whether that was anything.
    fn upload(&mut self) -> bool {
        let mut any = false;
        for at in 0..self.uploads.len() {
            while let Some(frame) = self.next_upload_frame(at) {
                self.sendable.sent(&frame);
                self.reflex(frame);
                any = true;
            }
        }
        self.uploads.retain(|upload| upload.length > 0);
        any
    }

    fn next_upload_frame(&mut self, at: usize) -> Option<Frame> {
        let upload = &mut self.uploads[at];
        let window = self.sendable.available(upload.stream) as u64;
        // The pad length takes an octet of its own.
        let overhead = upload.padding.map_or(0, |padding| u64::from(padding) + 1);
        let octets = upload.length.min(window.saturating_sub(overhead)).min(upload.frame as u64);
        if self.over || octets == 0 {
            return None;
        }
        upload.length -= octets;
        let frame = Frame::new(kind::DATA, 0, upload.stream, vec![b'u'; octets as usize]);
        let frame = upload.padding.map_or(frame.clone(), |padding| frame.padded(padding));
        Some(if upload.length == 0 && upload.end { frame.end_stream() } else { frame })
    }

    fn reflex(&mut self, frame: Frame) {
        if self.in_step && !self.peer_closed {
            self.link.write(&frame.to_bytes());
            self.record(What::Reflex(frame));
        }
    }

    fn record(&mut self, what: What) {
        self.transcript.events.push(Event { at: self.link.now(), what });
    }
}

impl Received {
    /// Increments to send now on a stream (0: the connection) under this habit.
    fn take_due(&mut self, stream: u32, habit: Credit) -> Vec<u32> {
        let window = if stream == 0 { self.ledger.connection() } else { self.ledger.stream(stream) };
        let owed = match stream {
            0 => &mut self.connection,
            _ => self.streams.entry(stream).or_default(),
        };
        let due = match habit {
            Credit::Never => 0,
            Credit::AtOnce => *owed,
            Credit::WhenExhausted if window <= 0 => *owed,
            Credit::WhenExhausted => 0,
            Credit::Portions(size) => *owed / size * size,
        };
        *owed -= due;
        match (due, habit) {
            (0, _) => Vec::new(),
            (_, Credit::Portions(size)) => vec![size; (due / size) as usize],
            _ => vec![due],
        }
    }
}
