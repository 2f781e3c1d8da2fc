//! The ideal sender: it uses every octet of window and of the link as soon as it may, its streams
//! in turns, and answers SETTINGS and PING at once.

use std::collections::VecDeque;
use std::time::Duration;

use h2_conformance_wire::build::{data, ping, post, push_promise, response, settings};
use h2_conformance_wire::code::{error_name, DEFAULT_FRAME_SIZE};
use h2_conformance_wire::link::Link;
use h2_conformance_wire::FlowWindows;
use h2_conformance_wire::{Frame, View, PREFACE};

use super::accounting::Accounting;
use super::source::Source;

/// Content of every DATA frame.
const CONTENT: [u8; DEFAULT_FRAME_SIZE] = [b'c'; DEFAULT_FRAME_SIZE];
/// Octets before a frame's payload (RFC 9113 section 4.1).
const HEADER: usize = 9;

pub(super) struct Sender {
    windows: FlowWindows,
    /// Streams with content, the one whose turn is next in front.
    streams: VecDeque<u32>,
    /// The streams that a server will answer on: the request's, then those of pushes.
    answers: Vec<u32>,
    /// What goes before any DATA.
    due: VecDeque<Vec<u8>>,
    under_way: VecDeque<Sent>,
}

enum Sent {
    Octets(Vec<u8>),
    /// Octets of content.
    Data {
        stream: u32,
        octets: usize,
    },
}

impl Sent {
    fn len(&self) -> usize {
        match self {
            Sent::Octets(octets) => octets.len(),
            Sent::Data { octets, .. } => HEADER + octets,
        }
    }
}

impl Sender {
    /// Uploads to the server on these streams.
    pub(super) fn client(streams: &[u32]) -> Self {
        let mut client = Sender::silent();
        client.due.push_back(PREFACE.to_vec());
        client.say(&settings());
        streams.iter().for_each(|stream| client.say(&post(*stream)));
        client.streams.extend(streams);
        client
    }

    /// Answers the request on the first of these streams and pushes responses on the others.
    pub(super) fn server(streams: &[u32]) -> Self {
        let mut server = Sender::silent();
        server.say(&settings());
        server.answers = streams.to_vec();
        server
    }

    fn silent() -> Self {
        Sender {
            windows: FlowWindows::default(),
            streams: VecDeque::new(),
            answers: Vec::new(),
            due: VecDeque::new(),
            under_way: VecDeque::new(),
        }
    }

    /// Hands the link what it takes and the windows allow.
    pub(super) fn send(&mut self, now: Duration, link: &mut Link, source: &mut Source) {
        while let Some(next) = self.next(link.room(now), source) {
            link.send(now, next.len());
            self.under_way.push_back(next);
        }
        if self.due.is_empty() && link.room(now) >= HEADER + DEFAULT_FRAME_SIZE {
            source.room_is_left(now);
        }
    }

    fn next(&mut self, room: usize, source: &mut Source) -> Option<Sent> {
        if let Some(due) = self.due.front() {
            return if due.len() <= room { self.due.pop_front().map(Sent::Octets) } else { None };
        }
        if room < HEADER + DEFAULT_FRAME_SIZE || self.windows.connection() <= 0 {
            return None;
        }
        let windows = &self.windows;
        let ready = |stream: &u32| windows.available(*stream) > 0 && source.ready(*stream) > 0;
        let turn = self.streams.iter().position(ready)?;
        let stream = self.streams[turn];
        self.streams.rotate_left(turn + 1);
        let octets = self.windows.available(stream).min(source.ready(stream));
        source.sent(stream, octets);
        self.windows.used(stream, octets as u32);
        Some(Sent::Data { stream, octets })
    }

    /// The next so many octets, which have arrived.
    pub(super) fn deliver(&mut self, mut arrived: usize, accounting: &mut Accounting) -> Vec<u8> {
        let mut delivered = Vec::with_capacity(arrived);
        while arrived > 0 {
            let sent = self.under_way.pop_front().expect("only what was sent arrives, in whole pieces");
            arrived -= sent.len();
            match sent {
                Sent::Octets(octets) => delivered.extend(octets),
                Sent::Data { stream, octets } => {
                    data(stream, 0).declaring(octets as u32).encode(&mut delivered);
                    delivered.extend_from_slice(&CONTENT[..octets]);
                    accounting.arrived(stream, octets as u32);
                }
            }
        }
        delivered
    }

    /// A frame of the receiver arrives.
    pub(super) fn hear(&mut self, frame: &Frame) -> Result<(), String> {
        self.windows.granted(frame);
        match View::from(frame) {
            View::Settings(values) => {
                self.windows.settings(&values);
                self.say(&settings().ack());
            }
            View::Ping { opaque } => self.say(&ping(opaque).ack()),
            View::Headers { .. } => self.answer(),
            // A push may be refused; whatever else is reset should have gone on.
            View::Reset { .. } if frame.stream % 2 == 0 => self.streams.retain(|stream| *stream != frame.stream),
            View::Reset { code } => return Err(format!("it resets stream {} with {}", frame.stream, error_name(code))),
            View::GoAway { code, .. } => return Err(format!("it ends the connection with {}", error_name(code))),
            _ => {}
        }
        Ok(())
    }

    fn answer(&mut self) {
        let answers = std::mem::take(&mut self.answers);
        if let Some((request, pushes)) = answers.split_first() {
            pushes.iter().for_each(|push| self.say(&push_promise(*request, *push)));
        }
        answers.iter().for_each(|stream| self.say(&response(*stream, 200)));
        self.streams.extend(answers);
    }

    fn say(&mut self, frame: &Frame) {
        self.due.push_back(frame.to_bytes());
    }
}

#[cfg(test)]
mod tests {
    use h2_conformance_wire::build::{get, window_update};
    use h2_conformance_wire::code::setting::INITIAL_WINDOW_SIZE;
    use h2_conformance_wire::link::Shape;
    use h2_conformance_wire::FrameReader;

    use super::*;
    use crate::scenario::transfer::Supply;

    /// What arrives when the sender is left alone, as frames; DATA as its stream and octets.
    fn arrivals(sender: &mut Sender) -> (Vec<Frame>, Vec<(u32, usize)>) {
        let shape = Shape { delay: Duration::from_millis(1), bandwidth: 1_000_000, buffer: 20_000 };
        let (mut link, mut now) = (Link::new(shape), Duration::ZERO);
        let (mut reader, mut accounting) = (FrameReader::default(), Accounting::of([]));
        loop {
            sender.send(now, &mut link, &mut Source::new(Supply::Endless, &[], Duration::ZERO));
            let Some(next) = link.next_event() else { break };
            now = next;
            reader.push(&sender.deliver(link.arrivals(now), &mut accounting));
        }
        reader.strip(PREFACE).filter(|is_first| *is_first);
        let frames: Vec<Frame> = std::iter::from_fn(|| reader.next_frame()).collect();
        let data = frames.iter().filter_map(|frame| match View::from(frame) {
            View::Data { data, .. } => Some((frame.stream, data.len())),
            _ => None,
        });
        let data = data.collect();
        (frames, data)
    }

    #[test]
    fn every_octet_of_the_windows_is_used_in_turns() {
        let mut client = Sender::client(&[1, 3]);
        let (frames, data) = arrivals(&mut client);
        assert_eq!(frames[..3], [settings(), post(1), post(3)]);
        assert_eq!(data, [(1, 16_384), (3, 16_384), (1, 16_384), (3, 16_383)]);
        // Stream 1 has 32 767 octets left, stream 3 one more. The connection has none until it is
        // given some.
        client.hear(&window_update(1, 5)).expect("nothing is wrong");
        assert_eq!(arrivals(&mut client), (vec![], vec![]));
        client.hear(&window_update(0, 20_000)).expect("nothing is wrong");
        assert_eq!(arrivals(&mut client).1, [(1, 16_384), (3, 3616)]);
    }

    #[test]
    fn settings_and_ping_are_answered_before_data() {
        let mut client = Sender::client(&[1]);
        arrivals(&mut client);
        for frame in [settings().with(INITIAL_WINDOW_SIZE, 65_536), ping([7; 8]), window_update(0, 9)] {
            client.hear(&frame).expect("nothing is wrong");
        }
        let (frames, data) = arrivals(&mut client);
        assert_eq!((&frames[..2], data), (&[settings().ack(), ping([7; 8]).ack()][..], vec![(1, 1)]));
    }

    #[test]
    fn a_server_pushes_with_its_answer_and_stops_what_is_refused() {
        let mut server = Sender::server(&[1, 2, 4]);
        assert_eq!(arrivals(&mut server).0, [settings()]);
        server.hear(&get(1)).expect("nothing is wrong");
        let (frames, data) = arrivals(&mut server);
        let heads = [push_promise(1, 2), push_promise(1, 4), response(1, 200), response(2, 200), response(4, 200)];
        assert_eq!(frames[..5], heads);
        assert_eq!(data.iter().map(|(stream, _)| *stream).collect::<Vec<_>>(), [1, 2, 4, 1]);
        server.hear(&h2_conformance_wire::build::reset(4, 8)).expect("it may");
        server.hear(&window_update(0, 40_000)).expect("nothing is wrong");
        assert_eq!(arrivals(&mut server).1.iter().map(|(stream, _)| *stream).collect::<Vec<_>>(), [2, 1, 2]);
        assert!(server.hear(&h2_conformance_wire::build::reset(1, 8)).is_err_and(|why| why.contains("CANCEL")));
        assert!(server.hear(&h2_conformance_wire::build::goaway(0, 1)).is_err());
    }
}
