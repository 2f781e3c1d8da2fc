//! One stream of the application: its handles, and what it wants with them.

mod leaving;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Method;

#[allow(unused_imports)]
use super::super::additions::InformationalAdditions;
use super::super::h2::client::{PushPromises, PushedResponseFuture, ResponseFuture};
use super::super::h2::server::{SendPushedResponse, SendResponse};
use super::super::h2::{self, RecvStream, SendStream};
use super::fields::{header_map, promise_fields, request, response, response_fields, trailer_fields};
use crate::legal::application::{News, Part};
use crate::legal::content::{content, From, LONGEST};
use crate::legal::fields::{field, regular};
use crate::legal::plan::Draw;
use crate::wire::wake::WakeFlag;

/// What becomes of content that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Content is read, and its credit returned at once.
    Greedy,
    /// Content is read, and its credit kept.
    Keeps,
    /// A number of chunks is read, and their credit kept.
    Chunks(u32),
}

/// A body on its way.
#[derive(Clone, Copy, Debug)]
struct Writing {
    left: usize,
    /// Waits for capacity; else everything is handed over at once.
    reserves: bool,
    then: Then,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    GoesOn,
    /// END_STREAM is on the last DATA frame.
    Ends,
    /// END_STREAM is on an empty DATA frame.
    EndsEmpty,
    Trailers,
}

/// A stream, by its handles.
pub(super) struct Exchange {
    pub(super) id: u32,
    pub(super) woken: WakeFlag,
    pub(super) respond: Option<SendResponse<Bytes>>,
    pub(super) respond_pushed: Option<SendPushedResponse<Bytes>>,
    pub(super) response: Option<ResponseFuture>,
    pub(super) pushed: Option<PushedResponseFuture>,
    pub(super) pushes: Option<PushPromises>,
    pub(super) send: Option<SendStream<Bytes>>,
    pub(super) receive: Option<RecvStream>,
    /// The message that is sent may have content and trailers.
    pub(super) has_content: bool,
    pub(super) is_tunnel: bool,
    /// Nothing more is to be sent.
    pub(super) sent_all: bool,
    /// Nothing more is to be received.
    pub(super) got_all: bool,
    reading: Reading,
    awaits: bool,
    takes_interim: bool,
    takes_pushes: bool,
    watches: bool,
    tidy: bool,
    held: usize,
    sent: u64,
    writing: Option<Writing>,
    finishing: bool,
    /// The application left the stream in the middle of what it sent.
    left: bool,
}

impl Exchange {
    /// A stream without handles. `style` says how the application treats it.
    pub(super) fn new(id: u32, style: u32) -> Self {
        let mut draw = Draw::new(&[&style.to_le_bytes()[..], &id.to_le_bytes()[..]].concat());
        Exchange {
            id,
            woken: WakeFlag::set(),
            respond: None,
            respond_pushed: None,
            response: None,
            pushed: None,
            pushes: None,
            send: None,
            receive: None,
            has_content: true,
            is_tunnel: false,
            sent_all: false,
            got_all: false,
            reading: draw.one(&[Reading::Greedy, Reading::Greedy, Reading::Keeps, Reading::Chunks(0)]),
            awaits: draw.chance(85),
            takes_interim: draw.chance(50),
            takes_pushes: draw.chance(50),
            watches: draw.chance(30),
            tidy: draw.chance(50),
            held: 0,
            sent: 0,
            writing: None,
            finishing: false,
            left: false,
        }
    }

    pub(super) fn accepted(request: http::Request<RecvStream>, respond: SendResponse<Bytes>, style: u32) -> Self {
        let mut exchange = Exchange::new(respond.stream_id().as_u32(), style);
        exchange.has_content = *request.method() != Method::HEAD;
        exchange.is_tunnel = *request.method() == Method::CONNECT;
        exchange.receive = Some(request.into_body());
        exchange.respond = Some(respond);
        exchange
    }

    /// Whether nothing is left to do.
    pub(super) fn is_over(&self) -> bool {
        self.sent_all && self.got_all
    }

    /// Does what can be done without waiting.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, news: &mut Vec<News>, born: &mut Vec<Exchange>, style: u32) {
        self.poll_pushes(cx, news, born, style);
        if self.awaits {
            self.poll_response(cx, news);
        }
        self.poll_receive(cx, news);
        if self.finishing {
            self.finish_sending(news);
        }
        self.poll_write(cx, news);
        if self.watches {
            // What it says shows in the other calls.
            let _ = match (&mut self.send, &mut self.respond) {
                (Some(send), _) => send.poll_reset(cx).is_ready(),
                (None, Some(respond)) => respond.poll_reset(cx).is_ready(),
                (None, None) => false,
            };
        }
        if self.is_over() && self.tidy {
            self.drop_pushes(news);
            self.drop_all();
        }
    }

    fn failed(&mut self, news: &mut Vec<News>, call: &'static str, error: &h2::Error) {
        news.push(News::Failed { stream: self.id, call, error: error.to_string() });
    }

    fn sent(&self, news: &mut Vec<News>, part: Part) {
        news.push(News::Sent { stream: self.id, part });
    }

    fn got(&self, news: &mut Vec<News>, part: Part) {
        news.push(News::Got { stream: self.id, part });
    }

    fn poll_pushes(&mut self, cx: &mut Context<'_>, news: &mut Vec<News>, born: &mut Vec<Exchange>, style: u32) {
        let Some(pushes) = self.pushes.as_mut().filter(|_| self.takes_pushes) else { return };
        loop {
            match pushes.poll_push_promise(cx) {
                Poll::Ready(Some(Ok(push))) => {
                    let (promised, response) = push.into_parts();
                    let mut exchange = Exchange::new(response.stream_id().as_u32(), style);
                    let fields = promise_fields(&promised);
                    news.push(News::Promise { parent: self.id, promised: exchange.id, fields });
                    exchange.pushed = Some(response);
                    exchange.sent_all = true;
                    if self.finishing {
                        exchange.finish(news);
                    }
                    born.push(exchange);
                }
                Poll::Ready(Some(Err(error))) => {
                    self.pushes = None;
                    return self.failed(news, "poll_push_promise", &error);
                }
                Poll::Ready(None) => return self.pushes = None,
                Poll::Pending => return,
            }
        }
    }

    fn poll_response(&mut self, cx: &mut Context<'_>, news: &mut Vec<News>) {
        if let Some(response) = self.response.as_mut().filter(|_| self.takes_interim) {
            while let Poll::Ready(Some(Ok(interim))) = response.poll_informational(cx) {
                let fields = response_fields(&interim);
                news.push(News::Got { stream: self.id, part: Part::Interim(fields) });
            }
        }
        let polled = match (&mut self.response, &mut self.pushed) {
            (Some(response), _) => Pin::new(response).poll(cx),
            (None, Some(pushed)) => Pin::new(pushed).poll(cx),
            (None, None) => return,
        };
        let Poll::Ready(result) = polled else { return };
        (self.response, self.pushed) = (None, None);
        match result {
            Ok(response) => {
                self.got(news, Part::Head(response_fields(&response)));
                self.receive = Some(response.into_body());
            }
            Err(error) => {
                self.got_all = true;
                self.failed(news, "response", &error);
            }
        }
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>, news: &mut Vec<News>) {
        while let Some(receive) = self.receive.as_mut().filter(|_| !self.got_all) {
            if let Reading::Chunks(chunks) = &mut self.reading {
                let Some(left) = chunks.checked_sub(1) else { return };
                *chunks = left;
            }
            match receive.poll_data(cx) {
                Poll::Ready(Some(Ok(chunk))) => {
                    self.held += chunk.len();
                    self.got(news, Part::Content(chunk));
                    if self.reading == Reading::Greedy {
                        self.release(self.held, news);
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    self.got_all = true;
                    self.failed(news, "poll_data", &error);
                }
                Poll::Ready(None) => {
                    match receive.poll_trailers(cx) {
                        Poll::Ready(Ok(Some(trailers))) => {
                            self.got(news, Part::Trailers(trailer_fields(&trailers)));
                            self.got(news, Part::End);
                        }
                        Poll::Ready(Ok(None)) => self.got(news, Part::End),
                        Poll::Ready(Err(error)) => self.failed(news, "poll_trailers", &error),
                        Poll::Pending => return,
                    }
                    self.got_all = true;
                }
                Poll::Pending => {
                    if let Reading::Chunks(chunks) = &mut self.reading {
                        *chunks += 1;
                    }
                    return;
                }
            }
        }
    }

    fn release(&mut self, octets: usize, news: &mut Vec<News>) {
        let Some(receive) = &mut self.receive else { return };
        self.held -= octets;
        if let Err(error) = receive.flow_control().release_capacity(octets) {
            self.failed(news, "release_capacity", &error);
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, news: &mut Vec<News>) {
        while let (Some(mut writing), Some(send)) = (self.writing, self.send.as_mut()) {
            let mut now = writing.left.min(LONGEST);
            if writing.reserves && writing.left > 0 {
                send.reserve_capacity(writing.left);
                let mut capacity = send.capacity();
                if capacity == 0 {
                    capacity = match send.poll_capacity(cx) {
                        Poll::Ready(Some(Ok(capacity))) => capacity,
                        Poll::Ready(Some(Err(error))) => return self.stop_sending(news, Some(&error)),
                        Poll::Ready(None) => return self.stop_sending(news, None),
                        Poll::Pending => return,
                    };
                }
                now = now.min(capacity);
            }
            writing.left -= now;
            let ends = writing.left == 0 && writing.then == Then::Ends;
            if now > 0 || ends {
                let octets = Bytes::from_static(content(self.id, From::Subject, self.sent, now));
                self.sent += now as u64;
                if let Err(error) = send.send_data(octets.clone(), ends) {
                    return self.stop_sending(news, Some(&error));
                }
                news.push(News::Sent { stream: self.id, part: Part::Content(octets) });
            }
            self.writing = Some(writing);
            if writing.left == 0 {
                self.writing = None;
                return self.written(writing.then, news);
            }
        }
    }

    /// The content is handed over.
    fn written(&mut self, then: Then, news: &mut Vec<News>) {
        let Some(send) = &mut self.send else { return };
        let mut trailers = Vec::new();
        let result = match then {
            Then::GoesOn => return,
            Then::Ends => Ok(()),
            Then::EndsEmpty => send.send_data(Bytes::new(), true),
            Then::Trailers => {
                let mut draw = Draw::new(&self.id.to_le_bytes());
                trailers.push(field("x-sum", &self.sent.to_string()));
                trailers.extend(regular(&mut draw, 300));
                send.send_trailers(header_map(&trailers))
            }
        };
        match result {
            Ok(()) => {
                if !trailers.is_empty() {
                    self.sent(news, Part::Trailers(trailers));
                }
                self.sent(news, Part::End);
                self.sent_all = true;
            }
            Err(error) => self.stop_sending(news, Some(&error)),
        }
    }

    fn stop_sending(&mut self, news: &mut Vec<News>, error: Option<&h2::Error>) {
        self.writing = None;
        self.sent_all = true;
        let error = error.map_or_else(|| "the stream sends no more".into(), ToString::to_string);
        news.push(News::Failed { stream: self.id, call: "send", error });
    }

    /// Does one thing that the API allows. Returns a request that was promised.
    pub(super) fn act(&mut self, draw: &mut Draw, news: &mut Vec<News>, style: u32) -> Option<Exchange> {
        self.woken.wake();
        let mut did = |what| news.push(News::Did { stream: self.id, what });
        match draw.below(20) {
            0 | 1 => {
                did("reads on");
                self.reading = Reading::Greedy;
            }
            2 => {
                did("reads on and keeps credit");
                self.reading = Reading::Keeps;
            }
            3..=5 => {
                did("reads a few chunks");
                self.reading = Reading::Chunks(1 + draw.below(4));
            }
            6 => {
                did("releases capacity");
                let octets = draw.size(self.held);
                self.release(octets, news);
            }
            7 | 8 => self.answer(draw, news),
            9 => self.interim(draw, news),
            10..=13 => self.write(draw, news),
            14 => {
                did("reserves capacity");
                if let Some(send) = &mut self.send {
                    send.reserve_capacity(draw.size(LONGEST));
                }
            }
            15 => return self.promise(draw, news, style),
            16 => {
                did("awaits the response, or leaves off");
                self.awaits = !self.awaits;
            }
            17 => {
                did("takes promises, or leaves off");
                self.takes_pushes = !self.takes_pushes;
            }
            18 => self.reset(draw, news),
            _ => self.drop_some(draw, news),
        }
        None
    }

    fn write(&mut self, draw: &mut Draw, news: &mut Vec<News>) {
        if self.send.is_none() || self.sent_all || !self.has_content || self.writing.is_some() {
            return;
        }
        let then = match draw.below(8) {
            0 => Then::Ends,
            1 => Then::EndsEmpty,
            2 if !self.is_tunnel => Then::Trailers,
            _ => Then::GoesOn,
        };
        self.writing = Some(Writing { left: draw.size(100_000), reserves: draw.chance(60), then });
        news.push(News::Did { stream: self.id, what: "begins to write" });
    }

    fn answer(&mut self, draw: &mut Draw, news: &mut Vec<News>) {
        if self.send.is_some() || self.sent_all {
            return;
        }
        let (head, fields, has_content) = response(draw, self.has_content, self.is_tunnel);
        self.has_content &= has_content;
        let end = !self.has_content || !self.is_tunnel && draw.chance(20);
        let result = match (&mut self.respond, &mut self.respond_pushed) {
            (Some(respond), _) => respond.send_response(head, end),
            (None, Some(respond)) => respond.send_response(head, end),
            (None, None) => return,
        };
        match result {
            Ok(send) => {
                self.send = Some(send);
                self.sent(news, Part::Head(fields));
                if end {
                    self.sent_all = true;
                    self.sent(news, Part::End);
                }
            }
            Err(error) => self.stop_sending(news, Some(&error)),
        }
    }

    fn interim(&mut self, draw: &mut Draw, news: &mut Vec<News>) {
        let Some(respond) = self.respond.as_mut().filter(|_| self.send.is_none() && !self.sent_all) else { return };
        let status = draw.one(&["100", "103"]);
        let mut fields = vec![field(":status", status)];
        fields.extend(regular(draw, 300));
        let mut interim = http::Response::new(());
        *interim.status_mut() = status.parse().expect("a status code");
        *interim.headers_mut() = header_map(&fields[1..]);
        match respond.send_informational(interim) {
            Ok(()) => self.sent(news, Part::Interim(fields)),
            Err(error) => self.failed(news, "send_informational", &error),
        }
    }

    fn promise(&mut self, draw: &mut Draw, news: &mut Vec<News>, style: u32) -> Option<Exchange> {
        // A promise belongs to a response that is not sent whole.
        let respond = self.respond.as_mut().filter(|_| !self.sent_all && !self.is_tunnel)?;
        let (promised, fields, _) = request(draw, Some("GET"));
        // It fails where the client does not want it.
        let pushed = respond.push_request(promised).ok()?;
        let mut exchange = Exchange::new(pushed.stream_id().as_u32(), style);
        exchange.respond_pushed = Some(pushed);
        exchange.got_all = true;
        news.push(News::Promise { parent: self.id, promised: exchange.id, fields });
        Some(exchange)
    }

    /// From now on everything is read, and what was begun is ended.
    pub(super) fn finish(&mut self, news: &mut Vec<News>) {
        self.finishing = true;
        if self.left {
            return self.drop_all();
        }
        self.reading = Reading::Greedy;
        (self.awaits, self.takes_pushes) = (true, true);
        self.release(self.held, news);
        self.woken.wake();
    }

    fn finish_sending(&mut self, news: &mut Vec<News>) {
        let mut draw = Draw::new(&self.id.to_le_bytes());
        if self.respond.is_some() || self.respond_pushed.is_some() {
            self.answer(&mut draw, news);
        }
        if self.send.is_none() || self.sent_all {
            return;
        }
        let then = if self.is_tunnel { Then::Ends } else { draw.one(&[Then::Ends, Then::EndsEmpty, Then::Trailers]) };
        let length = draw.size(20_000);
        let writing = self.writing.get_or_insert(Writing { left: length, reserves: true, then });
        if writing.then == Then::GoesOn {
            writing.then = then;
        }
    }
}
