//! What attackers send, frame by frame.

use std::cell::RefCell;
use std::rc::Rc;

use h2_conformance_wire::build::{GET, POST};
use h2_conformance_wire::code::{flag, kind, setting, MAX_WINDOW};
use h2_conformance_wire::{hpack, PREFACE};

use crate::hostile::Wire;
use crate::subject::{Stance, CLIENT_WINDOWS, SERVER_WINDOWS};

/// Streams that an attacker opens at a time: as many as hyper's server allows.
pub(super) const STREAMS: u32 = 200;
/// Frames of a flood that are sent in a step, and in all.
const STEP: u32 = 50;
const FLOOD: u32 = if cfg!(test) { 2_000 } else { 50_000 };
/// A frame type that no specification assigns.
const UNKNOWN: u8 = 0xbb;
/// Octets of a field value.
const LARGE: usize = 4000;

/// How it attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// DATA frames with so much content, until the windows are shut.
    Content(Content),
    /// Interim responses with a large field.
    Interim,
    /// Promises with a large field, and nothing else of what they promise.
    Promises,
    /// Requests whose fields decode to as much as is allowed.
    HeaderBomb,
    /// Requests, with windows as large as can be, and the responses are never read.
    SlowRead,
    Flood(Flood),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// Octets of content in each DATA frame.
    pub(super) frame: usize,
    /// Octets of a frame of an unknown type before each; 0 is none.
    pub(super) filler: usize,
    /// Octets of padding in each.
    pub(super) padding: u8,
    /// Streams are reset when their window is shut, so that there are always more.
    pub(super) resets: bool,
}

impl Content {
    pub(super) const FULL: Content = Content { frame: 16 << 10, filler: 0, padding: 0, resets: false };
    pub(super) const SMALL: Content = Content { frame: 256, ..Content::FULL };

    /// What a frame takes of the windows: content, padding, and the length of the padding.
    fn takes(self) -> usize {
        self.frame + if self.padding > 0 { usize::from(self.padding) + 1 } else { 0 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flood {
    Ping,
    Settings,
    WindowUpdate,
    Reset,
    Priority,
    HeadersReset,
    Continuation,
    Unknown,
    EmptyData,
}

/// Field blocks, made before anything is counted.
pub(super) struct Blocks {
    get: Vec<u8>,
    post: Vec<u8>,
    ok: Vec<u8>,
    interim: Vec<u8>,
    promise: Vec<u8>,
    bomb: Vec<u8>,
}

impl Blocks {
    pub(super) fn new() -> Self {
        let large = "x".repeat(LARGE);
        let with_large = |fields: &[(&str, &str)]| {
            let mut block = hpack::encode(fields);
            block.extend(hpack::encode(&[("x-large", &large)]));
            block
        };
        let mut bomb = hpack::encode(&GET);
        // In the table of 4096 octets once, and then by its index of one octet.
        hpack::indexed_literal(&mut bomb, "x", &large);
        bomb.extend([0x80 | 62; 2]);
        Blocks {
            get: hpack::encode(&GET),
            post: hpack::encode(&POST),
            ok: hpack::encode(&[(":status", "200")]),
            interim: with_large(&[(":status", "103")]),
            promise: with_large(&GET),
            bomb,
        }
    }
}

pub(super) struct Attacker {
    script: Script,
    pub(super) wire: Wire,
    octets: Rc<RefCell<Vec<u8>>>,
    blocks: Rc<Blocks>,
    is_server: bool,
    /// The most content, or octets of large fields, that it sends.
    cap: usize,
    sent: usize,
    /// The stream that it fills.
    stream: u32,
    streams: u32,
    pub(super) frames: u64,
    steps: u32,
}

impl Attacker {
    /// Puts what opens the connection on the wire.
    pub(super) fn new(
        script: Script,
        stance: Stance,
        octets: Rc<RefCell<Vec<u8>>>,
        blocks: Rc<Blocks>,
        cap: usize,
    ) -> Self {
        let is_server = stance == Stance::Requests;
        octets.borrow_mut().clear();
        let wire = Wire::new(octets.clone(), if is_server { PREFACE.len() } else { 0 });
        let mut attacker = Attacker {
            script,
            wire,
            octets,
            blocks,
            is_server,
            cap,
            sent: 0,
            stream: 0,
            streams: 0,
            frames: 0,
            steps: 0,
        };
        if !is_server {
            attacker.octets.borrow_mut().extend_from_slice(PREFACE);
        }
        let mut windows = Vec::new();
        if script == Script::SlowRead {
            windows.extend(setting::INITIAL_WINDOW_SIZE.to_be_bytes());
            windows.extend(MAX_WINDOW.to_be_bytes());
        }
        attacker.frame(kind::SETTINGS, 0, 0, &windows);
        attacker.frame(kind::SETTINGS, flag::ACK, 0, &[]);
        if script == Script::SlowRead {
            attacker.frame(kind::WINDOW_UPDATE, 0, 0, &(MAX_WINDOW - 65_535).to_be_bytes());
        }
        attacker.wire.send();
        attacker
    }

    /// Streams that it opened.
    pub(super) fn streams(&self) -> u32 {
        self.streams
    }

    /// Sends the next frames; `false` when the attack is over.
    pub(super) fn step(&mut self) -> bool {
        self.octets.borrow_mut().clear();
        self.steps += 1;
        let goes_on = match self.script {
            Script::Content(content) => self.content(content),
            Script::Interim => {
                let blocks = self.blocks.clone();
                self.large(|this| this.frame(kind::HEADERS, flag::END_HEADERS, 1, &blocks.interim))
            }
            Script::Promises => self.large(Attacker::promise),
            Script::HeaderBomb => {
                self.streams < STREAMS && {
                    let blocks = self.blocks.clone();
                    self.open(&blocks.bomb, 0);
                    true
                }
            }
            Script::SlowRead => {
                self.streams < STREAMS.min((self.cap / (400 << 10)).max(1) as u32) && {
                    if self.streams == 0 {
                        self.wire.block();
                    }
                    let blocks = self.blocks.clone();
                    self.open(&blocks.get, flag::END_STREAM);
                    true
                }
            }
            Script::Flood(flood) => {
                self.steps <= FLOOD / STEP && {
                    self.flood(flood);
                    true
                }
            }
        };
        if goes_on {
            self.wire.send();
        }
        goes_on
    }

    fn content(&mut self, content: Content) -> bool {
        let initial = if self.is_server { CLIENT_WINDOWS.stream } else { SERVER_WINDOWS.stream };
        let heard = self.wire.heard();
        let takes = content.takes() as i64;
        if self.stream > 0 && i64::from(initial) + heard.raised >= takes {
            if heard.connection < takes || self.sent >= self.cap {
                return false;
            }
            if content.filler > 0 {
                self.filled(UNKNOWN, 0, 0, content.filler);
            }
            let flags = if content.padding > 0 { flag::PADDED } else { 0 };
            self.padded(flags, content);
            self.wire.spend(content.takes());
            self.sent += content.frame;
            return true;
        }
        if self.stream > 0 && content.resets {
            self.frame(kind::RST_STREAM, 0, self.stream, &8_u32.to_be_bytes());
        } else if self.streams >= STREAMS {
            return false;
        }
        let blocks = self.blocks.clone();
        if self.is_server {
            self.promise();
            self.frame(kind::HEADERS, flag::END_HEADERS, self.stream, &blocks.ok);
        } else {
            self.open(&blocks.post, 0);
        }
        self.wire.track(self.stream);
        true
    }

    fn large(&mut self, send: impl Fn(&mut Self)) -> bool {
        if self.sent >= self.cap {
            return false;
        }
        self.sent += LARGE;
        send(self);
        true
    }

    /// Promises a response to the only request.
    fn promise(&mut self) {
        self.stream += 2;
        self.streams += 1;
        let blocks = self.blocks.clone();
        let block = if self.script == Script::Promises { &blocks.promise } else { &blocks.get };
        self.parts(kind::PUSH_PROMISE, flag::END_HEADERS, 1, &[&self.stream.to_be_bytes(), block]);
    }

    /// Opens the next stream.
    fn open(&mut self, block: &[u8], flags: u8) {
        self.stream = if self.stream == 0 { 1 } else { self.stream + 2 };
        self.streams += 1;
        self.frame(kind::HEADERS, flag::END_HEADERS | flags, self.stream, block);
    }

    fn flood(&mut self, flood: Flood) {
        let blocks = self.blocks.clone();
        if self.steps == 1 {
            match flood {
                Flood::Reset => self.open(&blocks.get, flag::END_STREAM),
                Flood::EmptyData => self.open(&blocks.post, 0),
                // A field whose value would take more than all that follows.
                Flood::Continuation => {
                    self.parts(kind::HEADERS, 0, 1, &[&blocks.post, &[0, 1, b'x', 0x7f, 0xff, 0xff, 0xff, 0x07]]);
                }
                _ => {}
            }
        }
        for _ in 0..STEP {
            match flood {
                Flood::Ping => self.frame(kind::PING, 0, 0, &[7; 8]),
                Flood::Settings => self.frame(kind::SETTINGS, 0, 0, &[]),
                Flood::WindowUpdate => self.frame(kind::WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]),
                Flood::Reset => self.frame(kind::RST_STREAM, 0, self.stream, &[0, 0, 0, 8]),
                Flood::Priority => self.frame(kind::PRIORITY, 0, 3, &[0, 0, 0, 0, 15]),
                Flood::HeadersReset => {
                    self.open(&blocks.get, flag::END_STREAM);
                    self.frame(kind::RST_STREAM, 0, self.stream, &[0, 0, 0, 8]);
                }
                Flood::Continuation => self.frame(kind::CONTINUATION, 0, 1, &[b'x'; 16]),
                Flood::Unknown => self.frame(UNKNOWN, 0, 0, &[0; 8]),
                Flood::EmptyData => self.frame(kind::DATA, 0, self.stream, &[]),
            }
        }
    }

    fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        self.parts(kind, flags, stream, &[payload]);
    }

    fn parts(&mut self, kind: u8, flags: u8, stream: u32, parts: &[&[u8]]) {
        self.header(kind, flags, stream, parts.iter().map(|part| part.len()).sum());
        let mut octets = self.octets.borrow_mut();
        parts.iter().for_each(|part| octets.extend_from_slice(part));
    }

    fn filled(&mut self, kind: u8, flags: u8, stream: u32, length: usize) {
        self.header(kind, flags, stream, length);
        let mut octets = self.octets.borrow_mut();
        let end = octets.len() + length;
        octets.resize(end, b'c');
    }

    fn padded(&mut self, flags: u8, content: Content) {
        self.header(kind::DATA, flags, self.stream, content.takes());
        let mut octets = self.octets.borrow_mut();
        if content.padding > 0 {
            octets.push(content.padding);
        }
        let end = octets.len() + content.frame;
        octets.resize(end, b'c');
        octets.resize(end + usize::from(content.padding), 0);
    }

    fn header(&mut self, kind: u8, flags: u8, stream: u32, length: usize) {
        self.frames += 1;
        let [_, a, b, c] = (length as u32).to_be_bytes();
        let mut octets = self.octets.borrow_mut();
        octets.extend_from_slice(&[a, b, c, kind, flags]);
        octets.extend_from_slice(&stream.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use h2_conformance_wire::FrameReader;

    use super::*;

    fn attacker(script: Script, stance: Stance, cap: usize) -> (Attacker, Rc<RefCell<Vec<u8>>>) {
        let octets = Rc::new(RefCell::new(Vec::with_capacity(64 << 10)));
        (Attacker::new(script, stance, octets.clone(), Rc::new(Blocks::new()), cap), octets)
    }

    /// Kind, stream and length of each frame of a step.
    fn step(attacker: &mut Attacker, octets: &Rc<RefCell<Vec<u8>>>) -> Vec<(u8, u32, usize)> {
        if !attacker.step() {
            return Vec::new();
        }
        let mut reader = FrameReader::default();
        reader.push(&octets.borrow());
        let frames: Vec<_> = std::iter::from_fn(|| reader.next_frame()).collect();
        assert!(reader.rest().is_empty());
        frames.iter().map(|frame| (frame.kind, frame.stream, frame.payload.len())).collect()
    }

    #[test]
    fn content_is_sent_until_the_windows_are_shut_and_no_further() {
        let (mut attacker, octets) = attacker(Script::Content(Content::FULL), Stance::Keeps, usize::MAX);
        assert_eq!(step(&mut attacker, &octets).iter().map(|frame| frame.0).collect::<Vec<_>>(), [kind::HEADERS]);
        // The connection's window is 65 535 as long as nothing else is heard.
        for _ in 0..3 {
            assert_eq!(step(&mut attacker, &octets), [(kind::DATA, 1, 16_384)]);
        }
        assert_eq!(step(&mut attacker, &octets), []);
    }

    #[test]
    fn streams_are_reset_when_their_window_is_shut() {
        let content = Content { resets: true, ..Content::FULL };
        let (mut attacker, octets) = attacker(Script::Content(content), Stance::Keeps, usize::MAX);
        step(&mut attacker, &octets);
        attacker.wire.spend(SERVER_WINDOWS.stream as usize);
        let frames: Vec<_> = step(&mut attacker, &octets).iter().map(|frame| (frame.0, frame.1)).collect();
        assert_eq!(frames, [(kind::RST_STREAM, 1), (kind::HEADERS, 3)]);
    }

    #[test]
    fn padding_and_filler_are_counted_as_they_are_sent() {
        let content = Content { filler: 100, padding: 255, ..Content::SMALL };
        let (mut attacker, octets) = attacker(Script::Content(content), Stance::Requests, 256);
        let frames: Vec<_> = step(&mut attacker, &octets).iter().map(|frame| (frame.0, frame.1)).collect();
        assert_eq!(frames, [(kind::PUSH_PROMISE, 1), (kind::HEADERS, 2)]);
        assert_eq!(step(&mut attacker, &octets), [(UNKNOWN, 0, 100), (kind::DATA, 2, 512)]);
        assert_eq!(attacker.wire.heard().connection, 65_535 - 512);
        assert_eq!(step(&mut attacker, &octets), [], "its cap is reached");
    }

    #[test]
    fn a_bomb_is_small_on_the_wire_and_large_when_decoded() {
        let blocks = Blocks::new();
        assert!(blocks.bomb.len() < 4200);
        let mut fields = hpack::Decoder::default();
        let decoded = fields.decode(&blocks.bomb).expect("it is well-formed");
        let size: usize = decoded.iter().map(|(name, value)| name.len() + value.len() + 32).sum();
        assert!((12_000..16 << 10).contains(&size), "{size}");
    }

    #[test]
    fn floods_are_of_one_kind() {
        for (flood, kind) in [(Flood::Ping, kind::PING), (Flood::Continuation, kind::CONTINUATION)] {
            let (mut attacker, octets) = attacker(Script::Flood(flood), Stance::Keeps, usize::MAX);
            step(&mut attacker, &octets);
            assert!(step(&mut attacker, &octets).iter().all(|frame| frame.0 == kind));
            assert_eq!(attacker.frames, u64::from(2 * STEP) + 2 + u64::from(flood == Flood::Continuation));
        }
    }
}
