//! What the peer does: each act writes frames that RFC 9113 allows in the state that the peer
//! knows, or nothing.

use super::content::{content, From};
use super::fields::{field, regular, size, Fields};
use super::peer::{text, Half, Peer, Stream};
use super::plan::Draw;
use super::reached::State;
use crate::wire::build::{goaway, ping, reset, settings, window_update};
use crate::wire::code::error::NO_ERROR;
use crate::wire::code::setting::{
    ENABLE_PUSH, HEADER_TABLE_SIZE, INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE,
};
use crate::wire::code::{flag, kind, MAX_WINDOW};
use crate::wire::Frame;

/// Empty DATA frames that a peer sends beside one for each stream: the fork takes a burst of 100,
/// and two for each stream.
const EMPTY: usize = 60;

/// SETTINGS that the peer sends on a connection.
const SETTINGS: usize = 500;
/// CONTINUATION frames of a field section: the fork takes five, and more where the section needs
/// them.
const PIECES: u32 = 4;
/// The largest stream identifier.
pub(super) const MAX_ID: u32 = (1 << 31) - 1;
/// Octets that a frame may have beside a piece of a field section: padding, priority, a promise.
const BESIDE: usize = 1 + 255 + 5 + 4;
/// The largest field section, in octets by RFC 9113 section 6.5.2.
const LARGEST_SECTION: usize = 40_000;
/// The largest frame of an unknown type, in octets.
const LARGEST_UNKNOWN: usize = 3_000;

impl Peer {
    /// Does one thing.
    pub(super) fn act(&mut self, draw: &mut Draw, capacity: usize) {
        match draw.below(24) {
            0..=3 => self.begin(draw, capacity),
            4..=8 => self.data_somewhere(draw),
            9 | 10 => self.end_somewhere(draw),
            11 if self.serves => self.interim(draw),
            11 => {
                if let Some(stream) = self.begin_request(draw, capacity) {
                    self.reset(stream, 8);
                }
            }
            12 => self.reset_somewhere(draw),
            13 | 14 => self.grant_somewhere(draw),
            15 | 16 => self.grant(draw, 0),
            17 => self.change_settings(draw),
            18 => self.ping(draw),
            19 => self.unknown(draw),
            20 => self.priority(draw),
            21 if self.serves => self.promise(draw, capacity),
            22 if draw.chance(6) && !self.is_long => self.go_away(draw),
            _ => {
                for _ in 0..=draw.below(12) {
                    self.data_somewhere(draw);
                }
            }
        }
    }

    /// One of the streams of which this holds. The latest ones are more likely.
    fn pick(&self, draw: &mut Draw, holds: impl Fn(&Stream) -> bool) -> Option<u32> {
        let count = self.streams.values().filter(|stream| holds(stream)).count();
        let behind = draw.below(256) as usize % count.clamp(1, 5);
        self.streams.iter().rev().filter(|(_, stream)| holds(stream)).map(|(id, _)| *id).nth(behind)
    }

    pub(super) fn stream(&mut self, id: u32) -> &mut Stream {
        self.streams.entry(id).or_default()
    }

    /// The first SETTINGS.
    pub(super) fn opens(&mut self, draw: &mut Draw) {
        if draw.chance(40) {
            self.send(&settings());
        } else {
            self.change_settings(draw);
        }
    }

    fn begin(&mut self, draw: &mut Draw, capacity: usize) {
        if self.serves {
            self.respond_somewhere(draw);
        } else {
            self.begin_request(draw, capacity);
        }
    }

    /// Opens a stream with a request. `capacity` is what the subject will accept at a time.
    pub(super) fn begin_request(&mut self, draw: &mut Draw, capacity: usize) -> Option<u32> {
        let open = self.counted(true);
        let may = self.going.is_none() && self.gone.is_none() && open < self.theirs.max_streams as usize;
        if !may || self.next >= MAX_ID - 2 || self.streams.len() >= self.most_streams {
            return None;
        }
        let id = self.next;
        // Streams that are skipped are closed (section 5.1.1).
        self.next += 2 + 2 * draw.one(&[0, 0, 0, 0, 0, 1, 7]);
        let method = draw.one(&["GET", "GET", "POST", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT"]);
        let is_tunnel = method == "CONNECT";
        let mut fields = vec![field(":method", method)];
        if is_tunnel {
            fields.push(field(":authority", "example.test:443"));
        } else {
            fields.push(field(":scheme", draw.one(&["http", "https"])));
            fields.push(field(":path", draw.one(&["/", "/a/b?c=d", "/%20"])));
            fields.push(field(":authority", "example.test"));
        }
        let has_content = !matches!(method, "GET" | "HEAD") || draw.chance(10);
        self.regular(draw, &mut fields);
        let declared = (has_content && !is_tunnel && draw.chance(40)).then(|| draw.size(70_000) as u64);
        fields.extend(declared.map(|length| field("content-length", &format!("{length:06}"))));
        let ends = !is_tunnel && declared.is_none_or(|length| length == 0) && (!has_content || draw.chance(15));
        let stream = Stream {
            has_content,
            declared,
            method: method.into(),
            refusable: open >= capacity && !self.settings_seen,
            ..Stream::default()
        };
        self.streams.insert(id, stream);
        self.head(draw, id, ends, fields);
        Some(id)
    }

    /// Regular fields. Once the peer knows what the subject allows, they may fill that exactly.
    fn regular(&self, draw: &mut Draw, fields: &mut Fields) {
        /// What `content-length` takes.
        const LENGTH: usize = 32 + 14 + 6;
        let most = self.theirs.max_list.min(LARGEST_SECTION);
        let room = most.saturating_sub(size(fields) + LENGTH);
        if !self.settings_seen || draw.chance(95) {
            return fields.extend(regular(draw, room.min(600)));
        }
        fields.extend(regular(draw, room));
        let filled = size(fields) + LENGTH + size(&[field("x-fill", "")]);
        if draw.chance(50) && filled <= most {
            fields.push(field("x-fill", &"f".repeat(most - filled)));
        }
    }

    /// Sends the head of a message.
    pub(super) fn head(&mut self, draw: &mut Draw, id: u32, ends: bool, fields: Fields) {
        self.section(draw, kind::HEADERS, id, ends, &fields);
        let out = &mut self.stream(id).out;
        out.head = Some(fields);
        out.half = if ends { Half::Ended } else { Half::Open };
    }

    /// Sends a field section, in HEADERS or PUSH_PROMISE and any number of CONTINUATION frames.
    fn section(&mut self, draw: &mut Draw, kind: u8, id: u32, ends: bool, fields: &Fields) {
        self.section_with(draw, kind, id, ends, &[], fields);
    }

    fn section_with(&mut self, draw: &mut Draw, kind: u8, id: u32, ends: bool, before: &[u8], fields: &Fields) {
        self.trace.line(|| format!("                 {}", text(fields)));
        if self.theirs.max_list == size(fields) {
            self.reached.add(State::FullSection);
        }
        let block = self.encoder.encode(draw, fields);
        if block.first().is_some_and(|octet| octet & 0xe0 == 0x20) {
            self.reached.add(State::TableSize);
        }
        let most = self.theirs.max_frame.min(20_000) - BESIDE;
        let mut pieces: Vec<&[u8]> = Vec::new();
        let (mut rest, mut cuts) = (&block[..], if draw.chance(20) { draw.below(PIECES) } else { 0 });
        while rest.len() > most || cuts > 0 {
            cuts = cuts.saturating_sub(1);
            let at = if rest.len() > most { most } else { draw.size(rest.len()) };
            pieces.push(&rest[..at]);
            rest = &rest[at..];
        }
        pieces.push(rest);
        let last = pieces.len() - 1;
        for (at, piece) in pieces.into_iter().enumerate() {
            let mut frame = Frame::new(if at == 0 { kind } else { kind::CONTINUATION }, 0, id, piece.to_vec());
            if at == 0 {
                frame.payload.splice(0..0, before.iter().copied());
                if kind == kind::HEADERS && draw.chance(8) {
                    frame = frame.depending_on(draw.one(&[0, (id + 2).min(MAX_ID), 1 << 30]));
                }
                if draw.chance(10) {
                    frame = frame.padded(draw.one(&[0, 1, 255]));
                }
                if ends {
                    frame = frame.end_stream();
                }
            }
            if at == last {
                frame = frame.flag(flag::END_HEADERS);
            }
            self.send(&frame);
        }
    }

    fn respond_somewhere(&mut self, draw: &mut Draw) {
        let picked = self
            .pick(draw, |stream| stream.is_open() && stream.out.half == Half::Idle && stream.inn.half != Half::Idle);
        if let Some(id) = picked.filter(|id| self.has_place(*id)) {
            self.respond(draw, id);
        }
    }

    /// Whether the response may begin: a promised one takes a place.
    pub(super) fn has_place(&self, id: u32) -> bool {
        self.streams[&id].parent.is_none() || self.counted(true) < self.theirs.max_streams as usize
    }

    pub(super) fn respond(&mut self, draw: &mut Draw, id: u32) {
        let status = draw.one(&["200", "200", "200", "200", "204", "304", "404", "500"]);
        let stream = self.stream(id);
        let is_tunnel = stream.is_tunnel() && status == "200";
        let status = if stream.is_tunnel() && !is_tunnel { "403" } else { status };
        let has_content = stream.method != b"HEAD" && !matches!(status, "204" | "304");
        let mut fields = vec![field(":status", status)];
        self.regular(draw, &mut fields);
        let declared = (!is_tunnel && draw.chance(40)).then(|| draw.size(70_000) as u64);
        fields.extend(declared.map(|length| field("content-length", &format!("{length:06}"))));
        let stream = self.stream(id);
        stream.has_content = has_content;
        stream.declared = declared.filter(|_| has_content);
        let complete = stream.declared.is_none_or(|length| length == 0);
        let ends = !is_tunnel && complete && draw.chance(if has_content { 15 } else { 70 });
        self.head(draw, id, ends, fields);
    }

    fn interim(&mut self, draw: &mut Draw) {
        let picked = self.pick(draw, |stream| {
            stream.is_open()
                && stream.out.half == Half::Idle
                && stream.inn.half != Half::Idle
                && stream.parent.is_none()
        });
        let Some(id) = picked else { return };
        let mut fields = vec![field(":status", draw.one(&["100", "103"]))];
        fields.extend(regular(draw, 300));
        self.section(draw, kind::HEADERS, id, false, &fields);
        self.stream(id).out.interims.push(fields);
    }

    fn may_send_data(stream: &Stream) -> bool {
        // A tunnel carries nothing before it is there.
        let there = !stream.is_tunnel() || stream.inn.head.is_some();
        stream.is_open() && stream.out.half == Half::Open && there
    }

    fn data_somewhere(&mut self, draw: &mut Draw) {
        if let Some(id) = self.pick(draw, Self::may_send_data) {
            let want = draw.size(20_000);
            self.data(draw, id, want);
        }
    }

    /// Sends DATA of up to `want` octets of content as the windows and the message allow. Returns
    /// whether there was any.
    pub(super) fn data(&mut self, draw: &mut Draw, id: u32, want: usize) -> bool {
        let padding = draw.chance(12).then(|| draw.one(&[0, 1, 100, 255]));
        let beside = padding.map_or(0, |padding| usize::from(padding) + 1);
        let room = self.sendable.available(id).min(self.theirs.max_frame);
        let stream = self.stream(id);
        let left = stream.declared.map_or(u64::MAX, |length| length - stream.out.content);
        let left = if stream.has_content { left } else { 0 };
        let Some(room) = room.checked_sub(beside) else { return false };
        let length = want.min(room).min(usize::try_from(left).unwrap_or(usize::MAX));
        let ends = stream.declared.is_none_or(|all| all == stream.out.content + length as u64) && draw.chance(12);
        if length == 0 && !ends {
            if self.empty >= EMPTY + self.streams.len() {
                return false;
            }
            self.empty += 1;
        }
        self.data_frame(id, length, padding, ends);
        true
    }

    pub(super) fn data_frame(&mut self, id: u32, length: usize, padding: Option<u8>, ends: bool) {
        let stream = self.stream(id);
        let octets = content(id, From::Peer, stream.out.content, length).to_vec();
        stream.out.content += length as u64;
        if ends {
            stream.out.half = Half::Ended;
        }
        let mut frame = Frame::new(kind::DATA, 0, id, octets);
        frame = padding.map_or(frame.clone(), |padding| frame.padded(padding));
        self.send(&if ends { frame.end_stream() } else { frame });
    }

    fn end_somewhere(&mut self, draw: &mut Draw) {
        if let Some(id) = self.pick(draw, |stream| Self::may_send_data(stream) && is_complete(stream)) {
            self.end(draw, id);
        }
    }

    /// Ends a message whose content is complete.
    pub(super) fn end(&mut self, draw: &mut Draw, id: u32) {
        if draw.chance(50) || self.stream(id).is_tunnel() {
            return self.data_frame(id, 0, None, true);
        }
        let mut fields = vec![field("x-sum", "1")];
        fields.extend(regular(draw, 300));
        self.section(draw, kind::HEADERS, id, true, &fields);
        let out = &mut self.stream(id).out;
        out.trailers = Some(fields);
        out.half = Half::Ended;
    }

    fn reset(&mut self, id: u32, code: u32) {
        self.send(&reset(id, code));
        self.stream(id).reset_by_peer = Some(code);
        self.reached.add(State::ResetByPeer);
    }

    fn reset_somewhere(&mut self, draw: &mut Draw) {
        if let Some(id) = self.pick(draw, Stream::is_open) {
            let stream = &self.streams[&id];
            // NO_ERROR is for a server that has sent a whole response (section 8.1).
            let answered = self.serves && stream.out.half == Half::Ended;
            let code = if answered { NO_ERROR } else { draw.one(&[8, 8, 2, 5, 7, 11, 0xffff]) };
            self.reset(id, code);
        }
    }

    fn grant_somewhere(&mut self, draw: &mut Draw) {
        let serves = self.serves;
        let picked = self.pick(draw, |stream| {
            // What a server has promised and not begun takes no WINDOW_UPDATE of the server.
            let is_reserved = serves && stream.parent.is_some() && stream.out.half == Half::Idle;
            stream.is_open() && !is_reserved
        });
        if let Some(id) = picked {
            self.grant(draw, id);
        }
    }

    /// Sends WINDOW_UPDATE, on the connection for stream 0.
    fn grant(&mut self, draw: &mut Draw, id: u32) {
        let window = if id == 0 { self.granted.connection() } else { self.granted.stream(id) };
        let most = u32::try_from(i64::from(MAX_WINDOW) - window).unwrap_or(0).min(MAX_WINDOW);
        let increment = match draw.below(20) {
            0 => most,
            1..=4 => 1 + draw.below(10),
            _ => 1 + draw.below(60_000),
        };
        if (1..=most).contains(&increment) {
            self.send(&window_update(id, increment));
        }
    }

    /// Grants so many octets, if the windows have room for them.
    pub(super) fn grant_exactly(&mut self, id: u32, increment: u32) {
        let window = if id == 0 { self.granted.connection() } else { self.granted.stream(id) };
        if window + i64::from(increment) <= i64::from(MAX_WINDOW) {
            self.send(&window_update(id, increment));
        }
    }

    /// Whether all windows stay within 2^31-1 with this initial size.
    pub(super) fn may_have_initial(&self, octets: u32) -> bool {
        let change = i64::from(octets) - i64::from(self.initial);
        self.streams.keys().all(|id| self.granted.stream(*id) + change <= i64::from(MAX_WINDOW))
    }

    pub(super) fn change_settings(&mut self, draw: &mut Draw) {
        if self.settings_sent >= SETTINGS {
            return;
        }
        self.settings_sent += 1;
        let (mut frame, mut initial) = (settings(), None);
        for _ in 0..=draw.below(3) {
            let (id, value) = match draw.below(9) {
                0..=2 => (INITIAL_WINDOW_SIZE, draw.one(&[0, 1, 1_000, 20_000, 65_535, 1 << 20, MAX_WINDOW])),
                3 => (MAX_CONCURRENT_STREAMS, draw.one(&[0, 1, 2, 10, 100, u32::MAX])),
                4 => (MAX_FRAME_SIZE, draw.one(&[16_384, 16_385, 100_000, 16_777_215])),
                5 => (HEADER_TABLE_SIZE, draw.one(&[0, 50, 200, 4_096, 65_536])),
                6 => (MAX_HEADER_LIST_SIZE, draw.one(&[2_000, 16_384, 1 << 20])),
                7 if !self.serves => (ENABLE_PUSH, draw.below(2)),
                _ => (0x0a0a, draw.below(u32::MAX)),
            };
            if id == INITIAL_WINDOW_SIZE && (initial.is_some() || !self.may_have_initial(value)) {
                continue;
            }
            self.declines_pushes |= (id, value) == (ENABLE_PUSH, 0);
            initial = initial.or((id == INITIAL_WINDOW_SIZE).then_some(value));
            frame = frame.with(id, value);
        }
        self.initial = initial.unwrap_or(self.initial);
        self.send(&frame);
    }

    pub(super) fn ping(&mut self, draw: &mut Draw) {
        let opaque = std::array::from_fn(|_| draw.octet());
        self.pings.push_back(opaque);
        self.send(&ping(opaque));
    }

    /// Any stream, idle and closed ones too.
    fn any_stream(&self, draw: &mut Draw) -> u32 {
        let known = self.pick(draw, |_| true).unwrap_or(1);
        draw.one(&[known, known, 1, 2, self.next.min(MAX_ID), 1_000_001, MAX_ID])
    }

    fn unknown(&mut self, draw: &mut Draw) {
        let stream = if draw.chance(50) { 0 } else { self.any_stream(draw) };
        let kind = draw.one(&[0x0b, 0x10, 0x42, 0xff]);
        let length = draw.size(LARGEST_UNKNOWN);
        self.send(&Frame::new(kind, draw.octet(), stream, vec![0xa5; length]));
    }

    fn priority(&mut self, draw: &mut Draw) {
        let stream = self.any_stream(draw);
        let parent: u32 = draw.one(&[0, 1, 2, 9, 1 << 20]);
        if parent != stream {
            let mut payload = parent.to_be_bytes().to_vec();
            payload[0] |= draw.octet() & 0x80;
            payload.push(draw.octet());
            self.send(&Frame::new(kind::PRIORITY, 0, stream, payload));
        }
    }

    fn promise(&mut self, draw: &mut Draw, capacity: usize) {
        /// Fewer than the bucket of promises holds: more of them without time between are a flood.
        const MOST: usize = 900;
        let promises = self.streams.values().filter(|stream| stream.parent.is_some()).count();
        if promises == MOST {
            return;
        }
        let picked = self.pick(draw, |stream| {
            let may = stream.is_open() && stream.parent.is_none() && !stream.is_tunnel();
            may && stream.out.half != Half::Ended && stream.inn.half != Half::Idle
        });
        let may =
            self.theirs.push && self.going.is_none() && self.gone.is_none() && self.streams.len() < self.most_streams;
        let Some(parent) = picked.filter(|_| may) else { return };
        let promised = self.next;
        self.next += 2 + 2 * draw.one(&[0, 0, 0, 1]);
        let method = draw.one(&["GET", "GET", "HEAD"]);
        let mut fields = vec![field(":method", method), field(":scheme", "http"), field(":path", "/pushed")];
        fields.push(field(":authority", "example.test"));
        fields.extend(regular(draw, 300));
        // A client may refuse any promise (section 8.4.2). h2 does so above its limit of streams,
        // and counts those that it cancels until its RST_STREAM is written. It also does so while
        // the application has this many promises to take.
        const UNTAKEN: usize = 128;
        let refusable = promises >= capacity.min(UNTAKEN);
        let mut stream = Stream { parent: Some(parent), method: method.into(), refusable, ..Stream::default() };
        stream.inn.half = Half::Ended;
        stream.inn.head = Some(fields.clone());
        self.streams.insert(promised, stream);
        self.section_with(draw, kind::PUSH_PROMISE, parent, false, &promised.to_be_bytes(), &fields);
    }

    /// GOAWAY: the streams that it leaves out are those that the peer did nothing for.
    pub(super) fn go_away(&mut self, draw: &mut Draw) {
        let odd = u32::from(self.serves);
        let own = self.streams.iter().filter(|(id, _)| *id % 2 == odd);
        let begun = own.clone().filter(|(_, stream)| stream.out.half != Half::Idle || !stream.out.interims.is_empty());
        let begun = begun.map(|(id, _)| *id).max().unwrap_or(0);
        // A stream with a promise was processed.
        let parents = self.streams.values().filter_map(|stream| stream.parent).max().unwrap_or(0);
        let newest = own.map(|(id, _)| *id).max().unwrap_or(0);
        let last = match draw.below(3) {
            0 if self.gone.is_none() => MAX_WINDOW,
            1 => begun.max(if self.serves { parents } else { newest }),
            _ => newest,
        };
        let last = self.gone.map_or(last, |before| last.min(before));
        self.gone = Some(last);
        self.may_go = true;
        for (_, stream) in self.streams.range_mut(last.saturating_add(1)..).filter(|(id, _)| *id % 2 == odd) {
            stream.left_out = true;
        }
        self.reached.add(State::PeerGoaway);
        self.send(&goaway(last, NO_ERROR));
    }
}

/// Whether the peer's message has all the content that it announced.
pub(super) fn is_complete(stream: &Stream) -> bool {
    stream.declared.is_none_or(|length| length == stream.out.content)
}
