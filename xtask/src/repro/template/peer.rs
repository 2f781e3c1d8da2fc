//! The peer: it writes what the steps say, prints what h2 sends, and does by itself what a peer has to do.

use std::collections::BTreeMap;

use crate::frame::{self, Frame, PREFACE};
use crate::pipe::PeerEnd;
use crate::sent::{octets, Sent};
use crate::windows::Windows;

/// When the peer returns credit for DATA, on the stream and on the connection.
#[derive(Clone, Copy)]
pub enum Credit {
    Never,
    AtOnce,
    /// Only when a window is used up, and then all of it.
    WhenExhausted,
    /// In WINDOW_UPDATEs of this many octets.
    Portions(u32),
}

/// The PING that asks whether the connection still works.
const QUESTION: [u8; 8] = *b"ask \0\0\0\x01";

pub struct Peer {
    /// When it returns credit.
    pub credit: Credit,
    /// Whether it acknowledges SETTINGS after the first, which the steps see to.
    pub acks_settings: bool,
    /// Whether it answers PING.
    pub acks_pings: bool,
    pipe: PeerEnd,
    sent: Sent,
    received: Vec<u8>,
    preface_due: bool,
    settings_seen: bool,
    /// What the peer may send.
    sendable: Windows,
    /// What h2 may send.
    granted: Windows,
    /// DATA without credit so far, by stream; 0 is the connection.
    owed: BTreeMap<u32, u32>,
    uploads: Vec<Upload>,
    /// Frames of its own that wait until one may stand.
    deferred: Vec<Frame>,
    closed: bool,
    answered: bool,
    over: bool,
}

struct Upload {
    stream: u32,
    left: u64,
    frame: usize,
    padding: Option<u8>,
    end: bool,
}

impl Peer {
    /// The peer of a server begins with the preface, the peer of a client waits for it.
    pub fn new(pipe: PeerEnd, h2_is_server: bool) -> Peer {
        Peer {
            credit: Credit::Never,
            acks_settings: true,
            acks_pings: true,
            pipe,
            sent: Sent::new(h2_is_server),
            received: Vec::new(),
            preface_due: !h2_is_server,
            settings_seen: false,
            sendable: Windows::default(),
            granted: Windows::default(),
            owed: BTreeMap::new(),
            uploads: Vec::new(),
            deferred: Vec::new(),
            closed: false,
            answered: false,
            over: false,
        }
    }

    /// Writes octets, given as hexadecimal digits, in one go.
    pub fn write(&mut self, pieces: &[&str]) {
        let octets = octets(pieces);
        self.pipe.write(&octets);
        for frame in self.sent.wrote(&octets) {
            println!("peer    -> {frame}");
            self.sendable.sent(&frame);
            self.granted.granted(&frame);
        }
        if self.sent.left_over() > 0 {
            println!("peer    -> {} octets that are no whole frame", self.sent.left_over());
        }
        if self.sent.in_step() {
            let deferred = std::mem::take(&mut self.deferred);
            deferred.into_iter().for_each(|frame| self.by_itself(frame));
        }
    }

    /// Ends its half of the connection.
    pub fn close(&mut self) {
        println!("peer    -> end of its half");
        self.closed = true;
        self.pipe.close();
    }

    /// Reads no more, or again.
    pub fn stop_reading(&mut self, stop: bool) {
        println!("peer    {}", if stop { "stops reading" } else { "reads again" });
        self.pipe.block(stop);
    }

    /// Sends a body of `length` octets in DATA frames of at most `frame` octets, with `padding` where there is to be any,
    /// as the windows allow.
    pub fn upload(&mut self, stream: u32, length: u64, frame: usize, padding: Option<u8>, end: bool) {
        self.uploads.push(Upload { stream, left: length, frame, padding, end });
    }

    /// Sends what the windows allow of the uploads; whether that was anything.
    pub fn go_on_uploading(&mut self) -> bool {
        let mut uploads = std::mem::take(&mut self.uploads);
        let mut any = false;
        for upload in &mut uploads {
            while let Some(frame) = self.next_of(upload) {
                self.sendable.sent(&frame);
                self.by_itself(frame);
                any = true;
            }
        }
        uploads.retain(|upload| upload.left > 0);
        self.uploads = uploads;
        any
    }

    fn next_of(&self, upload: &mut Upload) -> Option<Frame> {
        // The pad length takes an octet of its own.
        let overhead = upload.padding.map_or(0, |padding| usize::from(padding) + 1);
        let window = self.sendable.open(upload.stream).saturating_sub(overhead).min(upload.frame);
        let octets = upload.left.min(window as u64);
        if self.over || self.closed || !self.sent.in_step() || octets == 0 {
            return None;
        }
        upload.left -= octets;
        let end = if upload.left == 0 && upload.end { frame::END_STREAM } else { 0 };
        let mut payload = vec![b'u'; octets as usize];
        let Some(padding) = upload.padding else {
            return Some(Frame::new(frame::DATA, end, upload.stream, &payload));
        };
        payload.insert(0, padding);
        payload.extend(vec![0; padding.into()]);
        Some(Frame::new(frame::DATA, end | frame::PADDED, upload.stream, &payload))
    }

    /// Asks whether the connection still works, where a PING may stand.
    pub fn ask(&mut self) -> bool {
        let may = self.sent.in_step() && self.settings_seen && !self.closed && !self.over;
        if may {
            let question = Frame::new(frame::PING, 0, 0, &QUESTION);
            println!("peer    -> {question}  (is it alive?)");
            self.pipe.write(&question.octets());
        }
        may
    }

    pub fn was_answered(&self) -> bool {
        self.answered
    }

    /// Whether h2 closed the connection, or will do nothing more.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Prints what h2 sent and reacts to it; whether there was anything.
    pub fn read(&mut self, h2_has_panicked: bool) -> bool {
        self.over |= h2_has_panicked;
        let octets = self.pipe.read();
        let any = !octets.is_empty();
        self.received.extend(octets);
        if self.preface_due && self.received.len() >= PREFACE.len() {
            self.preface_due = false;
            self.received.drain(..PREFACE.len());
            println!("subject <- connection preface");
        }
        while let Some(frame) = Frame::take(&mut self.received).filter(|_| !self.preface_due) {
            println!("subject <- {frame}");
            self.react(&frame);
        }
        if !self.over && self.pipe.is_closed() {
            self.over = true;
            println!("subject <- closes");
        }
        any
    }

    fn react(&mut self, frame: &Frame) {
        self.sendable.granted(frame);
        match frame.kind {
            frame::SETTINGS if !frame.has(frame::ACK) => {
                let first = !std::mem::replace(&mut self.settings_seen, true);
                if !first && self.acks_settings {
                    self.by_itself(Frame::new(frame::SETTINGS, frame::ACK, 0, &[]));
                }
            }
            frame::PING if frame.has(frame::ACK) => self.answered |= frame.payload == QUESTION,
            frame::PING if self.acks_pings => {
                self.by_itself(Frame::new(frame::PING, frame::ACK, 0, &frame.payload));
            }
            frame::RST_STREAM => self.uploads.retain(|upload| upload.stream != frame.stream),
            frame::DATA => self.return_credit(frame),
            _ => {}
        }
    }

    fn return_credit(&mut self, data: &Frame) {
        self.granted.sent(data);
        for stream in [0, data.stream] {
            let owed = self.owed.entry(stream).or_default();
            *owed += data.flow_controlled();
            let (times, size) = match self.credit {
                Credit::Never => (0, 0),
                Credit::AtOnce => (1, *owed),
                Credit::WhenExhausted if self.granted.of(stream) <= 0 => (1, *owed),
                Credit::WhenExhausted => (0, 0),
                Credit::Portions(size) => (*owed / size, size),
            };
            *owed -= times * size;
            for _ in 0..if size == 0 { 0 } else { times } {
                let update = Frame::window_update(stream, size);
                self.granted.granted(&update);
                self.by_itself(update);
            }
        }
    }

    fn by_itself(&mut self, frame: Frame) {
        if self.over || self.closed {
            return;
        }
        if !self.sent.in_step() {
            self.deferred.push(frame);
            return;
        }
        println!("peer    -> {frame}  (by itself)");
        self.pipe.write(&frame.octets());
    }
}
