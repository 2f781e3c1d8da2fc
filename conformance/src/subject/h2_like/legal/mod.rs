//! The application beside a subject in `crate::legal`: it does at random what its API allows.

mod exchange;
mod fields;

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::super::h2;
#[allow(unused_imports)]
use super::additions::BuilderAdditions;
use super::{client, server, Connection, Requester};
use crate::case::Role;
use crate::legal::application::{Application, News, Part, Setup};
use crate::legal::plan::Draw;
use crate::wire::code::DEFAULT_WINDOW;
use crate::wire::pipe::{pipe, PeerEnd};
use crate::wire::wake::WakeFlag;
use exchange::Exchange;
use fields::{request, request_fields};

/// Polls after which the subject counts as one that does not come to rest.
const POLLS: usize = 200_000;

/// Streams that the application begins at most.
const STREAMS: usize = 30;

/// Windows below this many octets are raised at the end, so that it comes soon.
const SMALL: u32 = 20_000;

/// A request that is to be made.
struct Wanted {
    draw: Draw,
    method: Option<&'static str>,
    /// By a clone of the handle, which does not wait for the request before it.
    beside: bool,
}

struct App {
    pipe: PeerEnd,
    connection: Connection,
    woken: WakeFlag,
    requester: Option<Requester>,
    ready: WakeFlag,
    wanted: VecDeque<Wanted>,
    streams: BTreeMap<u32, Exchange>,
    pings: Option<h2::PingPong>,
    pinged: bool,
    ping: WakeFlag,
    accepts: bool,
    finishing: bool,
    news: Vec<News>,
    style: u32,
    is_long: bool,
    /// The initial window of a stream as it was set last, in octets.
    initial: u32,
    /// The target of the connection's window, in octets.
    target: u32,
}

/// Makes the subject and its application.
pub fn application(setup: &Setup) -> Box<dyn Application> {
    let (pipe, end) = pipe();
    super::super::hold_time(Some(pipe.now()));
    let connection = match setup.role {
        Role::Server => {
            let mut builder = server(&setup.config);
            setup.header_table.map(|octets| builder.header_table_size(octets));
            Connection::ServerHandshake(Box::pin(builder.handshake(end)))
        }
        Role::Client => {
            let mut builder = client(&setup.config);
            setup.header_table.map(|octets| builder.header_table_size(octets));
            Connection::ClientHandshake(Box::pin(async move { builder.handshake(end).await }))
        }
    };
    Box::new(App {
        pipe,
        connection,
        woken: WakeFlag::set(),
        requester: None,
        ready: WakeFlag::default(),
        wanted: VecDeque::new(),
        streams: BTreeMap::new(),
        pings: None,
        pinged: false,
        ping: WakeFlag::default(),
        accepts: true,
        finishing: false,
        news: Vec::new(),
        style: setup.style,
        is_long: setup.is_long,
        initial: setup.config.stream_window.unwrap_or(DEFAULT_WINDOW),
        target: DEFAULT_WINDOW,
    })
}

impl App {
    fn poll_connection(&mut self) {
        let waker = self.woken.waker();
        let cx = &mut Context::from_waker(&waker);
        let ended = match &mut self.connection {
            Connection::ServerHandshake(handshake) => match handshake.as_mut().poll(cx) {
                Poll::Pending => return,
                Poll::Ready(Ok(mut connection)) => {
                    self.pings = connection.ping_pong();
                    self.connection = Connection::Server(connection);
                    return self.woken.wake();
                }
                Poll::Ready(Err(error)) => Err(error),
            },
            Connection::ClientHandshake(handshake) => match handshake.as_mut().poll(cx) {
                Poll::Pending => return,
                Poll::Ready(Ok((requester, mut connection))) => {
                    self.pings = connection.ping_pong();
                    self.requester = Some(requester);
                    self.connection = Connection::Client(connection);
                    self.ready.wake();
                    return self.woken.wake();
                }
                Poll::Ready(Err(error)) => Err(error),
            },
            Connection::Server(connection) if !self.accepts => match connection.poll_closed(cx) {
                Poll::Pending => return,
                Poll::Ready(result) => result,
            },
            Connection::Server(connection) => match connection.poll_accept(cx) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok((request, respond)))) => {
                    let stream = respond.stream_id().as_u32();
                    self.news.push(News::Got { stream, part: Part::Head(request_fields(&request)) });
                    let mut exchange = Exchange::accepted(request, respond, self.style);
                    if self.finishing {
                        exchange.finish(&mut self.news);
                    }
                    self.streams.insert(stream, exchange);
                    return self.woken.wake();
                }
                Poll::Ready(Some(Err(error))) => Err(error),
                Poll::Ready(None) => Ok(()),
            },
            Connection::Client(connection) => match Pin::new(connection).poll(cx) {
                Poll::Pending => return,
                Poll::Ready(result) => result,
            },
            Connection::Ended => return,
        };
        self.connection = Connection::Ended;
        self.news.push(News::Ended(ended.map_err(|error| error.to_string())));
    }

    fn poll_requests(&mut self) {
        let waker = self.ready.waker();
        let cx = &mut Context::from_waker(&waker);
        while let (Some(shared), Some(wanted)) = (&mut self.requester, self.wanted.front_mut()) {
            let mut own = None;
            let requester = if wanted.beside { own.insert(shared.clone()) } else { shared };
            match requester.poll_ready(cx) {
                Poll::Pending => return,
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return self.no_requests(&error),
            }
            let draw = &mut wanted.draw;
            let (head, fields, has_content) = request(draw, wanted.method);
            let is_tunnel = fields[0].1 == b"CONNECT";
            let end = !has_content || !is_tunnel && draw.chance(20);
            let (mut response, send) = match requester.send_request(head, end) {
                Ok(sent) => sent,
                Err(error) => return self.no_requests(&error),
            };
            let stream = response.stream_id().as_u32();
            let mut exchange = Exchange::new(stream, self.style);
            exchange.pushes = Some(response.push_promises());
            exchange.response = Some(response);
            exchange.has_content = has_content;
            exchange.is_tunnel = is_tunnel;
            exchange.sent_all = end;
            exchange.send = Some(send);
            self.news.push(News::Sent { stream, part: Part::Head(fields) });
            if end {
                self.news.push(News::Sent { stream, part: Part::End });
            }
            if self.finishing {
                exchange.finish(&mut self.news);
            }
            self.streams.insert(stream, exchange);
            self.wanted.pop_front();
        }
    }

    fn no_requests(&mut self, error: &h2::Error) {
        self.wanted.clear();
        self.news.push(News::NoRequests(error.to_string()));
    }

    fn poll_ping(&mut self) {
        let waker = self.ping.waker();
        let Some(pings) = self.pings.as_mut().filter(|_| self.pinged) else { return };
        if let Poll::Ready(Ok(_)) = pings.poll_pong(&mut Context::from_waker(&waker)) {
            self.pinged = false;
            self.news.push(News::Pong);
        }
    }

    /// Polls the streams that were woken; whether there were any.
    fn poll_streams(&mut self) -> bool {
        let (mut any, mut born) = (false, Vec::new());
        for exchange in self.streams.values_mut() {
            if exchange.woken.take() {
                any = true;
                let waker = exchange.woken.waker();
                exchange.poll(&mut Context::from_waker(&waker), &mut self.news, &mut born, self.style);
            }
        }
        self.streams.extend(born.into_iter().map(|exchange| (exchange.id, exchange)));
        if any && self.is_long {
            self.let_go_of_ended();
        }
        any
    }

    fn let_go_of_ended(&mut self) {
        let news = &mut self.news;
        self.streams.retain(|_, exchange| {
            let is_over = exchange.is_over();
            if is_over {
                exchange.drop_pushes(news);
            }
            !is_over
        });
    }

    fn act_on_stream(&mut self, draw: &mut Draw) {
        let streams = self.streams.len();
        if streams == 0 {
            return;
        }
        // Latest streams are more likely: those before them are often over.
        let behind = draw.below(256) as usize % streams.min(6);
        let picked = self.streams.values_mut().rev().nth(behind);
        let born = picked.and_then(|exchange| exchange.act(draw, &mut self.news, self.style));
        self.streams.extend(born.map(|exchange| (exchange.id, exchange)));
    }

    fn ping(&mut self) {
        let Some(pings) = self.pings.as_mut().filter(|_| !self.pinged) else { return };
        if pings.send_ping(h2::Ping::opaque()).is_ok() {
            self.pinged = true;
            self.ping.wake();
            self.news.push(News::Ping);
        }
    }

    fn change_target(&mut self, octets: u32) {
        self.news.push(News::Did { stream: 0, what: "sets the connection's target window" });
        self.set_target(octets);
    }

    fn set_initial(&mut self, octets: u32) {
        self.news.push(News::Did { stream: 0, what: "sets the initial window" });
        // It fails while an earlier change is not acknowledged.
        let result = match &mut self.connection {
            Connection::Server(connection) => connection.set_initial_window_size(octets),
            Connection::Client(connection) => connection.set_initial_window_size(octets),
            _ => return,
        };
        if result.is_ok() {
            self.initial = octets;
        }
        self.woken.wake();
    }
}

impl Application for App {
    fn act(&mut self, draw: &mut Draw) {
        let is_client = matches!(self.connection, Connection::Client(_) | Connection::ClientHandshake(_));
        match draw.below(if is_client { 32 } else { 24 }) {
            0 => {
                self.accepts = !self.accepts;
                let what = if self.accepts { "accepts again" } else { "accepts nothing" };
                self.news.push(News::Did { stream: 0, what });
            }
            1 => self.ping(),
            2 => self.change_target(draw.one(&[0, 1_000, 65_535, 100_000, 1 << 20])),
            3 => self.set_initial(draw.one(&[0, 1, 1_000, 65_535, 200_000])),
            4 if draw.chance(4) && !self.is_long => self.shut_down(),
            24.. if self.streams.len() + self.wanted.len() < STREAMS => {
                let method = draw.chance(50).then(|| draw.one(&["GET", "POST"]));
                self.wanted.push_back(Wanted { beside: draw.chance(30), method, draw: draw.clone() });
                self.ready.wake();
            }
            _ => self.act_on_stream(draw),
        }
        // A caller of a method of the connection polls it next.
        self.woken.wake();
    }

    fn run(&mut self) {
        super::super::hold_time(Some(self.pipe.now()));
        for _ in 0..POLLS {
            let mut idle = true;
            if self.woken.take() {
                idle = false;
                self.poll_connection();
            }
            if self.ready.take() {
                idle = false;
                self.poll_requests();
            }
            if self.ping.take() {
                idle = false;
                self.poll_ping();
            }
            if !self.poll_streams() && idle {
                return;
            }
        }
        self.news.push(News::Livelock);
    }

    fn news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    fn pipe(&self) -> &PeerEnd {
        &self.pipe
    }

    fn finish(&mut self) {
        self.finishing = true;
        self.accepts = true;
        if self.initial < SMALL {
            self.set_initial(DEFAULT_WINDOW);
        }
        if self.target < DEFAULT_WINDOW {
            self.set_target(DEFAULT_WINDOW);
        }
        self.woken.wake();
        self.streams.values_mut().for_each(|exchange| exchange.finish(&mut self.news));
    }

    fn request(&mut self, requests: usize) {
        for at in 0..requests {
            let draw = Draw::new(&at.to_le_bytes());
            self.wanted.push_back(Wanted { draw, method: Some("GET"), beside: true });
        }
        self.ready.wake();
    }

    fn let_go(&mut self) {
        for (stream, mut exchange) in std::mem::take(&mut self.streams) {
            if !exchange.is_over() {
                self.news.push(News::Dropped { stream });
            }
            exchange.drop_all();
        }
    }

    fn set_target(&mut self, octets: u32) {
        match &mut self.connection {
            Connection::Server(connection) => connection.set_target_window_size(octets),
            Connection::Client(connection) => connection.set_target_window_size(octets),
            _ => return,
        }
        self.target = octets;
        self.woken.wake();
    }

    fn shut_down(&mut self) {
        match &mut self.connection {
            Connection::Server(connection) => connection.graceful_shutdown(),
            Connection::Client(_) => {
                self.requester = None;
                self.wanted.clear();
            }
            _ => return,
        }
        self.news.push(News::ShutDown);
        self.woken.wake();
    }
}
