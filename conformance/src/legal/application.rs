//! The application beside the subject, as the rest sees it. `subject::patched` and
//! `subject::upstream` have one each, from the same source.

use std::time::Duration;

use bytes::Bytes;

use super::fields::Fields;
use super::plan::Draw;
use crate::case::{Config, Role};
use crate::wire::pipe::PeerEnd;

/// What the subject is made with.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub role: Role,
    pub config: Config,
    /// SETTINGS_HEADER_TABLE_SIZE, in octets.
    pub header_table: Option<u32>,
    /// What the ways of the application with single streams depend on.
    pub style: u32,
    /// The connection lives for long: streams that are over are let go.
    pub is_long: bool,
}

/// A part of a message that the application handed over, or got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The head of a request or a final response.
    Head(Fields),
    /// The head of an interim response.
    Interim(Fields),
    Content(Bytes),
    Trailers(Fields),
    /// The end of the message.
    End,
}

/// What the application did or saw, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A part of a message was handed over.
    Sent { stream: u32, part: Part },
    /// A part of a message was read.
    Got { stream: u32, part: Part },
    /// A server promised a request, or a client got a promise.
    Promise { parent: u32, promised: u32, fields: Fields },
    /// A call that reads or sends on a stream failed.
    Failed { stream: u32, call: &'static str, error: String },
    /// The application reset a stream.
    Reset { stream: u32, code: u32 },
    /// The application dropped handles of a stream that was not over.
    Dropped { stream: u32 },
    /// A client takes no promises on a stream any more.
    NoPromises { stream: u32 },
    /// Requests cannot be made any more.
    NoRequests(String),
    /// The application ends the connection when its streams are over.
    ShutDown,
    /// The application sent a PING.
    Ping,
    /// The answer to a PING of the application.
    Pong,
    /// The connection is over.
    Ended(Result<(), String>),
    /// A call on a stream or on the connection (0) that shows nowhere else.
    Did { stream: u32, what: &'static str },
    /// The subject does not come to rest.
    Livelock,
}

/// The subject and the application on it.
pub trait Application {
    /// Does something that the API allows.
    fn act(&mut self, draw: &mut Draw);
    /// Polls what was woken, until nothing is, at this time of the pipe.
    fn run(&mut self);
    /// What happened since the last call.
    fn news(&mut self) -> Vec<News>;
    /// The peer's end of the pipe.
    fn pipe(&self) -> &PeerEnd;
    /// From now on everything is read and answered, and what was begun is ended.
    fn finish(&mut self);
    /// A client makes so many plain requests.
    fn request(&mut self, requests: usize);
    /// Drops the handles of all streams.
    fn let_go(&mut self);
    /// Sets the target of the connection's receive window, in octets.
    fn set_target(&mut self, octets: u32);
    /// Ends the connection when its streams are over: a server by its call, a client by dropping
    /// the handle that makes requests.
    fn shut_down(&mut self);
}

/// Makes a subject.
pub type Make = fn(&Setup) -> Box<dyn Application>;

/// The longest pause of a run. Settings of the fork that count in time have ended by then.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(4 * 3_600);
