//! What a subject did in answer to each step of a script, as far as it can be compared.
//!
//! WINDOW_UPDATE is left out: when it is sent is a choice. So is what the peer sends beside the
//! script. The DATA of a stream counts by its octets, however it is cut into frames.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::time::Duration;

use super::streams::Streams;
use crate::script::App;
use crate::transcript::{AppResult, EventKind, Transcript};
use crate::wire::code::{error_name, kind, kind_name};
use crate::wire::{hpack, Frame, View};

/// Where a part of the answer was seen, in the order in which differences are looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Connection,
    Stream(u32),
    Call(usize),
    End,
}

impl Place {
    /// Frames, what calls came to, and the end of the connection.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Place::Connection | Place::Stream(_) => 0,
            Place::Call(_) => 1,
            Place::End => 2,
        }
    }
}

/// One step and its answer.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) at: Duration,
    /// The step, without numbers that say nothing.
    pub(super) step: String,
    /// The DATA that the peer sent as the windows allowed, and what else may explain the answer, in
    /// the words of a step.
    pub(super) beside: BTreeSet<String>,
    pub(super) answer: BTreeMap<Place, Vec<Part>>,
}

impl PartialEq for Answered {
    /// Neither the time nor what the windows allowed counts.
    fn eq(&self, other: &Self) -> bool {
        (&self.step, &self.answer) == (&other.step, &other.answer)
    }
}

/// A part of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Data { octets: usize, end: bool },
    Other { said: String, exactly: String },
}

impl Part {
    /// Without numbers that say nothing.
    pub(super) fn said(&self) -> &str {
        match self {
            Part::Data { end: true, .. } => "DATA to the end",
            Part::Data { .. } => "DATA",
            Part::Other { said, .. } => said,
        }
    }
}

/// Reads a transcript step by step.
pub(super) fn steps(transcript: &Transcript) -> Vec<Answered> {
    let mut reader = Reader::default();
    for event in &transcript.events {
        reader.at = event.at;
        reader.read(&event.kind);
    }
    reader.begin(String::new());
    reader.done
}

#[derive(Default)]
struct Reader {
    done: Vec<Answered>,
    now: Answered,
    at: Duration,
    streams: Streams,
    /// The names of the calls, by their numbers.
    calls: BTreeMap<usize, String>,
    /// Requests by their calls, and by their streams, that were not sent.
    asked: BTreeSet<usize>,
    unsent: BTreeSet<u32>,
    is_shutting_down: bool,
}

impl Reader {
    fn read(&mut self, kind: &EventKind) {
        match kind {
            EventKind::Peer(frame) => {
                let step = format!("{} on {}", named(frame), self.streams.state(frame.stream));
                self.streams.of_peer(frame);
                self.begin(step);
            }
            EventKind::PeerRaw(_) => self.begin("octets that are no frame".into()),
            EventKind::PeerClosed => self.begin("the peer's end".into()),
            EventKind::Probe(_) => self.begin("a PING at the end".into()),
            EventKind::Mark => self.begin("the opening".into()),
            EventKind::Called { call, app } => {
                let name = call_name(app);
                let step = match stream_of(app) {
                    Some(stream) => format!("{name} on {}", self.streams.state(stream)),
                    None => name.clone(),
                };
                if matches!(app, App::Request { .. } | App::RequestBeside { .. }) {
                    self.asked.insert(*call);
                }
                self.is_shutting_down |= *app == App::ShutDown;
                self.calls.insert(*call, name);
                self.begin(step);
            }
            EventKind::Automatic(frame) => {
                if frame.kind == kind::DATA {
                    self.now.beside.insert(format!("{} on {}", named(frame), self.streams.state(frame.stream)));
                }
                self.streams.of_peer(frame);
            }
            EventKind::Stalled | EventKind::Unfinished => {}
            EventKind::Subject(frame) => {
                self.unsent.remove(&frame.stream);
                self.streams.of_subject(frame);
                self.frame(frame);
            }
            EventKind::Accepted { stream } => self.add(Place::Stream(*stream), "handed to the application".into()),
            EventKind::Result { call, result } => {
                let name = self.calls.get(call).cloned().unwrap_or_default();
                if let (true, AppResult::Value(stream)) = (self.asked.remove(call), result) {
                    self.unsent.extend(u32::try_from(*stream));
                }
                let (said, exactly) = match result {
                    AppResult::Failed(_) => (format!("{name} fails"), format!("{name} fails")),
                    result => (format!("{name} succeeds"), format!("{name} {result:?}")),
                };
                self.put(Place::Call(*call), Part::Other { said, exactly });
            }
            EventKind::ConnectionEnded(Ok(())) => self.add(Place::End, "ends without an error".into()),
            EventKind::ConnectionEnded(Err(_)) => self.add(Place::End, "ends with an error".into()),
            EventKind::SubjectClosed { .. } => self.add(Place::End, "closes".into()),
            EventKind::Panicked(_) => self.add(Place::Connection, "a panic".into()),
            EventKind::Livelock => self.add(Place::Connection, "no rest".into()),
            other => self.add(Place::End, other.to_string()),
        }
    }

    fn begin(&mut self, step: String) {
        // What holds at the end of a step, or held before it, may explain the answer.
        let context = self.context();
        self.now.beside.extend(context.clone());
        let next = Answered { at: self.at, step, beside: context, ..Answered::default() };
        self.done.push(mem::replace(&mut self.now, next));
    }

    fn context(&self) -> BTreeSet<String> {
        let all = [
            (self.streams.a_promise_waits(), "a promise waits"),
            (!self.asked.is_empty() || !self.unsent.is_empty(), "a request waits"),
            (self.is_shutting_down, "a shutdown is under way"),
        ];
        all.into_iter().filter(|(holds, _)| *holds).map(|(_, words)| words.to_owned()).collect()
    }

    fn frame(&mut self, frame: &Frame) {
        let place = if frame.stream == 0 { Place::Connection } else { Place::Stream(frame.stream) };
        match View::from(frame) {
            View::WindowUpdate { .. } => {}
            View::Data { data, .. } => {
                let parts = self.now.answer.entry(place).or_default();
                match parts.last_mut() {
                    Some(Part::Data { octets, end }) if !*end => {
                        *octets += data.len();
                        *end = frame.ends_stream();
                    }
                    _ => parts.push(Part::Data { octets: data.len(), end: frame.ends_stream() }),
                }
            }
            // What GOAWAY says in words is no part of the protocol.
            View::GoAway { last_stream, code, .. } => {
                let said = format!("GOAWAY {}", error_name(code));
                let exactly = format!("{said} {last_stream}");
                self.put(place, Part::Other { said, exactly });
            }
            _ => self.put(place, Part::Other { said: named(frame), exactly: frame.to_string() }),
        }
    }

    fn add(&mut self, place: Place, said: String) {
        self.put(place, Part::Other { exactly: said.clone(), said });
    }

    fn put(&mut self, place: Place, part: Part) {
        self.now.answer.entry(place).or_default().push(part);
    }
}

/// A frame in words that do not depend on its numbers.
fn named(frame: &Frame) -> String {
    let name = kind_name(frame.kind);
    let name = match View::from(frame) {
        _ if frame.kind > kind::CONTINUATION => "an unknown frame".into(),
        _ if frame.declared.is_some() => format!("{name} of another length"),
        View::Malformed(_) => format!("malformed {name}"),
        View::Reset { code } => format!("{name} {}", error_name(code)),
        View::GoAway { code, .. } => format!("{name} {}", error_name(code)),
        View::SettingsAck | View::PingAck { .. } => format!("{name} ACK"),
        View::WindowUpdate { increment: 0 } => format!("{name} of 0"),
        View::Headers { .. } if frame.leaves_block_open() => format!("{name} that continue"),
        View::Headers { block } => match hpack::Decoder::default().decode(block) {
            Err(_) => format!("undecodable {name}"),
            Ok(fields) if !fields.iter().any(|(name, _)| name.first() == Some(&b':')) => "trailers".into(),
            Ok(fields) if is_sound(&fields) => name,
            Ok(_) => format!("malformed {name}"),
        },
        View::Data { data: [], .. } if !frame.ends_stream() => format!("empty {name}"),
        _ => name,
    };
    if frame.ends_stream() {
        format!("{name} END_STREAM")
    } else {
        name
    }
}

/// Whether a request or a response has the fields that it needs and none that it may not have.
fn is_sound(fields: &[hpack::Field]) -> bool {
    let of = |wanted: &str| fields.iter().filter(move |(name, _)| name == wanted.as_bytes()).collect::<Vec<_>>();
    let once = |wanted| of(wanted).len() == 1;
    let is_connect = of(":method").iter().any(|(_, value)| value == b"CONNECT");
    let is_request = once(":method") && is_connect != (once(":scheme") && once(":path"));
    let leads = match of(":status").is_empty() {
        true => is_request && (!is_connect || once(":authority")),
        false => once(":status") && fields.len() == 1,
    };
    const PSEUDO: [&[u8]; 5] = [b":method", b":scheme", b":path", b":authority", b":status"];
    let follows = |(name, value): &hpack::Field| match name.as_slice() {
        _ if value.iter().any(|octet| octet.is_ascii_control()) => false,
        [b':', ..] => PSEUDO.contains(&name.as_slice()) && value.is_ascii() && !value.is_empty(),
        b"connection" => false,
        b"te" => value == b"trailers",
        b"content-length" => value.iter().all(u8::is_ascii_digit),
        name => name.iter().all(|octet| octet.is_ascii_graphic() && !octet.is_ascii_uppercase()) && !name.is_empty(),
    };
    leads && fields.iter().all(follows)
}

/// The name of a call, such as `SendData`.
fn call_name(app: &App) -> String {
    let words = format!("{app:?}");
    words.split([' ', '{']).next().unwrap_or_default().to_owned()
}

fn stream_of(app: &App) -> Option<u32> {
    let words = format!("{app:?}");
    let (_, from) = words.split_once("stream: ")?;
    from.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
