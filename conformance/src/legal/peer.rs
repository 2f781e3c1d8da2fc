//! The peer: what it knows, and what it makes of the subject's frames.
//!
//! It knows what it has read. Octets that the subject wrote and that the peer has not read yet
//! change nothing, and neither do SETTINGS of its own before the subject acknowledges them.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::fields::{Encoder, Fields};
use super::reached::{Reached, State};
use crate::wire::build::{ping, settings};
use crate::wire::code::error::{NO_ERROR, REFUSED_STREAM};
use crate::wire::code::setting::{
    ENABLE_PUSH, HEADER_TABLE_SIZE, MAX_CONCURRENT_STREAMS, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE,
};
use crate::wire::code::{flag, kind, DEFAULT_FRAME_SIZE, DEFAULT_WINDOW, MAX_WINDOW};
use crate::wire::hpack::Decoder;
use crate::wire::{FlowWindows, Frame, FrameReader, View, PREFACE};

/// Streams that the peer opens or promises on a connection that does not live for long.
const STREAMS: usize = 30;

/// What the subject did that a peer may not accept.
pub(super) type Finding = Result<(), String>;

/// One direction of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Half {
    /// There is no head yet.
    #[default]
    Idle,
    Open,
    Ended,
}

/// A message as it crossed the wire.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    pub(super) half: Half,
    pub(super) interims: Vec<Fields>,
    pub(super) head: Option<Fields>,
    /// Octets of content.
    pub(super) content: u64,
    pub(super) trailers: Option<Fields>,
}

/// A stream as the peer knows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream {
    /// From the peer to the subject.
    pub(super) out: Message,
    /// From the subject to the peer.
    pub(super) inn: Message,
    /// Octets of content that the peer's `content-length` promises.
    pub(super) declared: Option<u64>,
    /// The peer's message may have content.
    pub(super) has_content: bool,
    pub(super) method: Vec<u8>,
    pub(super) parent: Option<u32>,
    pub(super) reset_by_peer: Option<u32>,
    pub(super) reset_by_subject: Option<u32>,
    /// The stream was opened above the limit of the subject, which the peer did not know yet.
    pub(super) refusable: bool,
    /// A GOAWAY left it out.
    pub(super) left_out: bool,
}

impl Stream {
    pub(super) fn is_reset(&self) -> bool {
        self.left_out || self.reset_by_peer.is_some() || self.reset_by_subject.is_some()
    }

    pub(super) fn is_open(&self) -> bool {
        !self.is_reset() && (self.out.half != Half::Ended || self.inn.half != Half::Ended)
    }

    /// Whether it takes one of the places that SETTINGS_MAX_CONCURRENT_STREAMS gives.
    pub(super) fn is_counted(&self) -> bool {
        let reserved = |ended: &Message, idle: &Message| ended.half == Half::Ended && idle.half == Half::Idle;
        let is_reserved = self.parent.is_some() && (reserved(&self.out, &self.inn) || reserved(&self.inn, &self.out));
        self.is_open() && !is_reserved
    }

    pub(super) fn is_tunnel(&self) -> bool {
        self.method == b"CONNECT"
    }
}

/// What the subject's SETTINGS allow the peer, or the peer's the subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_streams: u32,
    pub(super) max_frame: usize,
    pub(super) max_list: usize,
    pub(super) push: bool,
    pub(super) table: usize,
}

impl Limits {
    const INITIAL: Limits =
        Limits { max_streams: u32::MAX, max_frame: DEFAULT_FRAME_SIZE, max_list: usize::MAX, push: true, table: 4_096 };

    fn apply(&mut self, values: &[(u16, u32)]) {
        for (id, value) in values {
            match *id {
                MAX_CONCURRENT_STREAMS => self.max_streams = *value,
                MAX_FRAME_SIZE => self.max_frame = *value as usize,
                MAX_HEADER_LIST_SIZE => self.max_list = *value as usize,
                ENABLE_PUSH => self.push = *value == 1,
                HEADER_TABLE_SIZE => self.table = *value as usize,
                _ => {}
            }
        }
    }
}

/// What happens, for people to read.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace(Option<Rc<RefCell<Vec<String>>>>);

impl Trace {
    pub(super) fn new(traced: bool) -> Self {
        Trace(traced.then(Rc::default))
    }

    pub(super) fn line(&self, line: impl FnOnce() -> String) {
        if let Some(lines) = &self.0 {
            lines.borrow_mut().push(line());
        }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.0.as_ref().map(|lines| lines.borrow().clone()).unwrap_or_default()
    }
}

pub(super) struct Peer {
    /// The peer is a server.
    pub(super) serves: bool,
    /// Octets that the peer has written and the link has not carried yet.
    pub(super) outbox: Vec<u8>,
    pub(super) streams: BTreeMap<u32, Stream>,
    /// What the peer may send.
    pub(super) sendable: FlowWindows,
    /// What the subject may send, if it has read everything.
    pub(super) granted: FlowWindows,
    /// What the subject may send by the SETTINGS that it has acknowledged.
    checked: FlowWindows,
    /// SETTINGS_INITIAL_WINDOW_SIZE that the peer sent last.
    pub(super) initial: u32,
    pub(super) encoder: Encoder,
    decoder: Decoder,
    /// SETTINGS of the peer that the subject has not acknowledged.
    pub(super) pending: VecDeque<Vec<(u16, u32)>>,
    /// What the subject allows.
    pub(super) theirs: Limits,
    /// What the peer allows, as acknowledged.
    ours: Limits,
    pub(super) settings_seen: bool,
    pub(super) next: u32,
    reader: FrameReader,
    preface_due: bool,
    /// A field section that is not complete.
    block: Option<(Frame, Vec<u8>)>,
    /// The last stream of the subject's GOAWAY.
    pub(super) going: Option<u32>,
    /// The last stream of the peer's own.
    pub(super) gone: Option<u32>,
    /// The subject has a reason to send GOAWAY.
    pub(super) may_go: bool,
    pub(super) pings: VecDeque<[u8; 8]>,
    /// The connection lives for long: the peer does not end it before the end.
    pub(super) is_long: bool,
    /// Streams that the peer opens or promises in its life.
    pub(super) most_streams: usize,
    /// DATA frames without content that the peer sent.
    pub(super) empty: usize,
    /// SETTINGS that the peer sent.
    pub(super) settings_sent: usize,
    /// The peer has sent ENABLE_PUSH of 0.
    pub(super) declines_pushes: bool,
    pub(super) reached: Reached,
    pub(super) trace: Trace,
}

impl Peer {
    pub(super) fn new(serves: bool, trace: Trace) -> Self {
        Peer {
            serves,
            outbox: if serves { Vec::new() } else { PREFACE.to_vec() },
            streams: BTreeMap::new(),
            sendable: FlowWindows::default(),
            granted: FlowWindows::default(),
            checked: FlowWindows::default(),
            initial: DEFAULT_WINDOW,
            encoder: Encoder::default(),
            decoder: Decoder::default(),
            pending: VecDeque::new(),
            theirs: Limits::INITIAL,
            ours: Limits::INITIAL,
            settings_seen: false,
            next: if serves { 2 } else { 1 },
            reader: FrameReader::default(),
            preface_due: serves,
            block: None,
            going: None,
            gone: None,
            may_go: false,
            pings: VecDeque::new(),
            is_long: false,
            most_streams: STREAMS,
            empty: 0,
            settings_sent: 0,
            declines_pushes: false,
            reached: Reached::default(),
            trace,
        }
    }

    /// Streams that the peer (`true`) or the subject opened and that take a place.
    pub(super) fn counted(&self, of_the_peer: bool) -> usize {
        let odd = of_the_peer != self.serves;
        self.streams.iter().filter(|(id, stream)| (*id % 2 == 1) == odd && stream.is_counted()).count()
    }

    /// Writes a frame: it will cross the link later.
    pub(super) fn send(&mut self, frame: &Frame) {
        self.trace.line(|| format!("  peer writes    {frame}"));
        self.sendable.sent(frame);
        self.granted.heard(frame);
        self.checked.granted(frame);
        self.reach(frame);
        if let View::Settings(values) = View::from(frame) {
            self.pending.push_back(values);
            self.allow_table();
        }
        frame.encode(&mut self.outbox);
    }

    fn reach(&mut self, frame: &Frame) {
        if frame.kind == kind::CONTINUATION {
            self.reached.add(State::Continued);
        }
        if frame.kind == kind::DATA && frame.has(flag::PADDED) {
            self.reached.add(State::Padded);
        }
        if frame.kind == kind::DATA && frame.payload.is_empty() && !frame.ends_stream() {
            self.reached.add(State::EmptyData);
        }
        if frame.kind == kind::SETTINGS && self.streams.keys().any(|id| self.granted.stream(*id) < 0) {
            self.reached.add(State::NegativeWindow);
        }
    }

    /// Lets the decoder follow every choice that the subject may make now.
    fn allow_table(&mut self) {
        let pending = self.pending.iter().flatten().filter(|(id, _)| *id == HEADER_TABLE_SIZE);
        let most = pending.map(|(_, octets)| *octets as usize).fold(self.ours.table, usize::max);
        self.decoder.allow_table(most);
    }

    /// The largest of a limit that the subject may act upon.
    fn most(&self, of: impl Fn(&Limits) -> usize) -> usize {
        let mut limits = self.ours;
        let mut most = of(&limits);
        for values in &self.pending {
            limits.apply(values);
            most = most.max(of(&limits));
        }
        most
    }

    /// Reads octets of the subject.
    pub(super) fn read(&mut self, octets: &[u8]) -> Finding {
        self.reader.push(octets);
        if self.preface_due {
            match self.reader.strip(PREFACE) {
                Some(true) => self.preface_due = false,
                Some(false) => return Err("the subject does not begin with the connection preface".into()),
                None => return Ok(()),
            }
        }
        while let Some(frame) = self.reader.next_frame() {
            self.trace.line(|| format!("  peer reads     {frame}"));
            self.take(&frame).map_err(|why| format!("the subject sent {frame}: {why}"))?;
        }
        Ok(())
    }

    /// Whether the subject has stopped in the middle of a frame or a field section.
    pub(super) fn is_cut_short(&self) -> bool {
        self.block.is_some() || !self.reader.rest().is_empty()
    }

    fn take(&mut self, frame: &Frame) -> Finding {
        let most = self.most(|limits| limits.max_frame);
        ensure(frame.payload.len() <= most, || format!("the peer allows {most} octets"))?;
        if let Some((first, mut block)) = self.block.take() {
            let View::Continuation { block: more } = View::from(frame) else {
                return Err("a field section is not complete".into());
            };
            ensure(frame.stream == first.stream, || "a field section of another stream is not complete".into())?;
            block.extend_from_slice(more);
            return self.took_section(first, block, frame.leaves_block_open());
        }
        match View::from(frame) {
            View::Headers { block } | View::PushPromise { block, .. } => {
                self.took_section(frame.clone(), block.to_vec(), frame.leaves_block_open())
            }
            View::Settings(values) => self.settings(&values),
            View::SettingsAck => self.acknowledged(),
            View::Ping { opaque } => {
                self.send(&ping(opaque).ack());
                Ok(())
            }
            View::PingAck { opaque } => {
                ensure(self.pings.pop_front() == Some(opaque), || "no such PING is outstanding".into())
            }
            View::GoAway { last_stream, code, .. } => self.goes_away(last_stream, code),
            View::WindowUpdate { increment } => {
                self.sendable.granted(frame);
                let of_stream = self.sendable.stream(frame.stream);
                let window = if frame.stream == 0 { self.sendable.connection() } else { of_stream };
                ensure(increment > 0 && window <= i64::from(MAX_WINDOW), || format!("a window of {window} octets"))?;
                self.known(frame.stream)
            }
            View::Data { data, .. } => self.took_data(frame, data),
            View::Reset { code } => self.took_reset(frame.stream, code),
            View::Malformed(why) => Err(why.into()),
            View::Continuation { .. } => Err("there is no field section to continue".into()),
            View::Priority | View::Unknown => Ok(()),
        }
    }

    /// A frame on an idle stream is an error.
    fn known(&self, stream: u32) -> Finding {
        ensure(stream == 0 || self.streams.contains_key(&stream), || "the stream is idle".into())
    }

    fn settings(&mut self, values: &[(u16, u32)]) -> Finding {
        self.settings_seen = true;
        self.theirs.apply(values);
        self.sendable.settings(values);
        self.send(&settings().ack());
        if values.iter().any(|(id, _)| *id == HEADER_TABLE_SIZE) {
            self.encoder.allowed(self.theirs.table);
        }
        Ok(())
    }

    fn acknowledged(&mut self) -> Finding {
        let values = self.pending.pop_front().ok_or("all SETTINGS are acknowledged")?;
        self.ours.apply(&values);
        self.checked.settings(&values);
        self.allow_table();
        Ok(())
    }

    fn goes_away(&mut self, last: u32, code: u32) -> Finding {
        ensure(code == NO_ERROR, || "nothing is wrong".into())?;
        ensure(self.may_go, || "nothing ends the connection".into())?;
        ensure(self.going.is_none_or(|before| last <= before), || "the last stream grew".into())?;
        self.going = Some(last);
        let odd = u32::from(!self.serves);
        for (_, stream) in self.streams.range_mut(last.saturating_add(1)..).filter(|(id, _)| *id % 2 == odd) {
            stream.left_out = true;
        }
        Ok(())
    }

    fn took_data(&mut self, frame: &Frame, data: &[u8]) -> Finding {
        self.known(frame.stream)?;
        self.checked.sent(frame);
        self.granted.sent(frame);
        let (connection, window) = (self.checked.connection(), self.checked.stream(frame.stream));
        let fits = frame.payload.is_empty() || connection >= 0 && window >= 0;
        ensure(fits, || format!("windows are then {connection} and {window} octets"))?;
        let Some(stream) = self.streams.get_mut(&frame.stream) else { return Ok(()) };
        ensure(stream.reset_by_subject.is_none(), || "the subject has reset the stream".into())?;
        ensure(stream.inn.half == Half::Open || stream.is_reset(), || "no message is under way".into())?;
        if stream.reset_by_peer.is_some() {
            self.reached.add(State::Crossed);
        }
        let at = stream.inn.content;
        stream.inn.content += data.len() as u64;
        let right = super::content::content(frame.stream, super::content::From::Subject, at, data.len());
        ensure(data == right, || format!("the content differs from what was handed over, at {at}"))?;
        if frame.ends_stream() {
            stream.inn.half = Half::Ended;
        }
        Ok(())
    }

    fn took_reset(&mut self, stream: u32, code: u32) -> Finding {
        self.known(stream)?;
        let Some(stream) = self.streams.get_mut(&stream) else { return Ok(()) };
        ensure(stream.reset_by_subject.is_none(), || "it has reset the stream before".into())?;
        stream.reset_by_subject = Some(code);
        let is_late = stream.out.half == Half::Open;
        self.reached.add(State::ResetBySubject);
        if code == REFUSED_STREAM {
            self.reached.add(State::Refused);
        }
        if is_late && !self.outbox.is_empty() {
            self.reached.add(State::LateFrames);
        }
        Ok(())
    }

    /// A field section, complete unless it is `open`.
    fn took_section(&mut self, first: Frame, block: Vec<u8>, open: bool) -> Finding {
        if open {
            self.block = Some((first, block));
            return Ok(());
        }
        let fields = self.decoder.decode(&block).map_err(|why| format!("the field section is not HPACK: {why}"))?;
        self.trace.line(|| format!("                 {}", text(&fields)));
        match View::from(&first) {
            View::PushPromise { promised, .. } => self.promised(first.stream, promised, fields),
            _ => self.headers(&first, fields),
        }
    }

    fn promised(&mut self, parent: u32, promised: u32, fields: Fields) -> Finding {
        self.known(parent)?;
        ensure(!self.serves && promised % 2 == 0, || "that is not the subject's to promise".into())?;
        ensure(self.most(|limits| limits.push.into()) == 1, || "the peer allows no push".into())?;
        let newer = self.streams.range(promised..).any(|(id, _)| id % 2 == 0);
        ensure(!newer, || "a newer stream was promised before".into())?;
        let is_over = self.streams[&parent].inn.half == Half::Ended;
        ensure(!is_over || self.streams[&parent].is_reset(), || "the stream is closed".into())?;
        let method = fields.iter().find(|field| field.0 == b":method").map(|field| field.1.clone());
        let mut stream = Stream { parent: Some(parent), method: method.unwrap_or_default(), ..Stream::default() };
        stream.out.half = Half::Ended;
        stream.left_out = self.gone.is_some_and(|last| promised > last);
        self.streams.insert(promised, stream);
        Ok(())
    }

    fn headers(&mut self, frame: &Frame, fields: Fields) -> Finding {
        if !self.streams.contains_key(&frame.stream) {
            self.opened(frame.stream, &fields)?;
        }
        let of_server = !self.serves;
        let within = self.counted(false) < self.most(|limits| limits.max_streams as usize);
        let Some(stream) = self.streams.get_mut(&frame.stream) else { return Ok(()) };
        ensure(stream.reset_by_subject.is_none(), || "the subject has reset the stream".into())?;
        ensure(stream.inn.half != Half::Ended || stream.is_reset(), || "the subject has ended the stream".into())?;
        let starts_push = stream.parent.is_some() && stream.inn.half == Half::Idle && !stream.is_reset();
        ensure(!starts_push || within, || "too many streams".into())?;
        let is_interim =
            of_server && fields.first().is_some_and(|(name, status)| name == b":status" && status.starts_with(b"1"));
        if is_interim {
            stream.inn.interims.push(fields);
        } else if stream.inn.half == Half::Idle {
            stream.inn.head = Some(fields);
            stream.inn.half = Half::Open;
        } else {
            ensure(frame.ends_stream() || stream.is_reset(), || "trailers end a stream".into())?;
            stream.inn.trailers = Some(fields);
        }
        if frame.ends_stream() {
            stream.inn.half = Half::Ended;
        }
        Ok(())
    }

    /// The subject opens a stream.
    fn opened(&mut self, id: u32, fields: &Fields) -> Finding {
        ensure(self.serves && id % 2 == 1, || "that stream was not opened".into())?;
        ensure(self.streams.range(id..).all(|(id, _)| id % 2 == 0), || "a newer stream was opened before".into())?;
        let (open, most) = (self.counted(false), self.most(|limits| limits.max_streams as usize));
        ensure(open < most, || format!("{open} streams are open, and the peer allows {most}"))?;
        let method = fields.iter().find(|field| field.0 == b":method").map(|field| field.1.clone());
        let left_out = self.gone.is_some_and(|last| id > last);
        self.streams.insert(id, Stream { method: method.unwrap_or_default(), left_out, ..Stream::default() });
        Ok(())
    }
}

pub(super) fn ensure(holds: bool, says: impl FnOnce() -> String) -> Finding {
    if holds {
        Ok(())
    } else {
        Err(says())
    }
}

/// Field lines as text, shortened.
pub(super) fn text(fields: &[(Vec<u8>, Vec<u8>)]) -> String {
    let line = |(name, value): &(Vec<u8>, Vec<u8>)| {
        let shown = String::from_utf8_lossy(&value[..value.len().min(24)]).into_owned();
        let rest = if value.len() > 24 { format!("... {} octets", value.len()) } else { String::new() };
        format!("{}: {shown}{rest}", String::from_utf8_lossy(name))
    };
    fields.iter().map(line).collect::<Vec<_>>().join(", ")
}
