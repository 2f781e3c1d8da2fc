//! What either h2 can be made to do.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use crate::hostile::Wire;
use crate::{patched, upstream};

/// One of the two, and its workloads.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The name that reports use.
    pub name: &'static str,
    /// Receives an upload from a peer made of frames, with windows that stay as they are set: the
    /// increments of the connection's WINDOW_UPDATEs that the DATA brought about, or why the upload
    /// does not come to its end.
    pub upload: fn(&Upload) -> Result<Vec<u32>, String>,
    /// Serves one connection of small requests on this thread: what those after the first `warm_up`
    /// cost.
    pub serve: fn(&TcpListener, Exchange, warm_up: u64) -> std::io::Result<Served>,
    /// Serves one connection on this thread. A GET is answered with that many octets, at least
    /// 1024, and any other request with 1024.
    pub bulk: fn(&TcpListener, octets: usize) -> std::io::Result<Sent>,
    /// Requests large responses of a server and reads them: how long that takes.
    pub download: fn(SocketAddr, Download) -> std::io::Result<Duration>,
    /// Serves connections on this thread until the process is ended, one task a request: [`LARGE`]
    /// has large content, all else 12 octets.
    pub listen: fn(TcpListener) -> std::io::Result<()>,
    /// A server of small requests in memory, on this thread.
    pub alone: fn(Exchange) -> Box<dyn Alone>,
    /// Client and server in memory, on this thread.
    pub pair: fn(&Shape) -> Box<dyn Pair>,
    /// A server in memory that gives these answers to requests, in their order.
    pub respond: fn(&[Answer]) -> Box<dyn Server>,
    /// A receiver in memory, in virtual time.
    pub receive: fn(&Intake) -> Box<dyn Receiver>,
    /// From now on it is this time on this thread, for what depends on time; `None` lets time run.
    pub(crate) set_time: fn(Option<Duration>),
    /// A connection in memory, set up as hyper's, that is attacked over this line.
    pub(crate) victim: Attacked,
    /// One connection in memory with that many streams in one state. An error says what went wrong
    /// while it was set up.
    pub beside: fn(Beside, usize) -> Result<Box<dyn Loaded>, String>,
    /// Client and server on one runtime of several threads, over loopback: how long all requests
    /// take.
    pub crowd: fn(Crowd) -> std::io::Result<Duration>,
    /// Serves large responses on this thread until all connections are closed. GETs are answered
    /// as planned, and any other request with a tiny response.
    pub avalanche: fn(&TcpListener, Avalanche) -> std::io::Result<Peaks>,
    /// Makes that many open connections in memory.
    pub connections: fn(usize) -> Result<Box<dyn Loaded>, String>,
}

/// Makes a connection that is attacked over a line; what the attacker opens it with is on the line.
type Attacked = fn(&Wire, Stance) -> Result<Box<dyn Victim>, String>;

pub const UPSTREAM: Subject = upstream::SUBJECT;
pub const PATCHED: Subject = patched::SUBJECT;

/// Both, under the names that reports use.
pub const BOTH: [(&str, Subject); 2] = [(UPSTREAM.name, UPSTREAM), (PATCHED.name, PATCHED)];

/// An upload of [`Upload::OCTETS`] in frames of up to 16 384 octets.
#[derive(Clone, Copy, Debug)]
pub struct Upload {
    /// Receive window of the stream and of the connection; `None` leaves the subject's default.
    pub window: Option<u32>,
    /// Frames that the peer sends in each turn, as far as the windows allow.
    pub frames: usize,
    pub reader: ReadPerTurn,
}

impl Upload {
    pub const OCTETS: usize = 8 << 20;
}

/// When a server announces window. The release has no such setting: it has one rule, and windows
/// that stay as they are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Announcing {
    /// The default.
    #[default]
    Own,
    /// By its own rule, but the windows stay as they are set.
    Fixed,
    /// At this share of a window, and no sooner than so long after the last time. The windows stay
    /// as they are set.
    FixedBy { percent: u8, min_interval: Duration },
}

/// What the application does in each turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadPerTurn {
    /// Reads and releases all there is.
    Everything,
    /// Reads and releases one chunk.
    Chunk,
    /// Releases this many octets of what it read, and reads the next chunk when none are left.
    Octets(usize),
}

/// The path whose content is large, and its octets.
pub const LARGE: (&str, usize) = ("/1MiB", 1 << 20);

/// What sending cost a server.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub cpu: Duration,
    /// System calls.
    pub writes: u64,
}

/// Large responses at a time.
#[derive(Clone, Copy, Debug)]
pub struct Download {
    pub streams: usize,
    /// Octets of each response.
    pub octets: usize,
    /// The client's windows, of a stream and of the connection; `None` leaves the default.
    pub window: Option<u32>,
}

/// Where a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    /// Within the accept loop.
    Inline,
    /// In a task of its own for each request.
    Spawned,
}

/// How small requests are answered.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    pub handler: Handler,
    /// Octets of each answer's content.
    pub octets: usize,
}

/// What serving cost.
#[derive(Clone, Copy, Debug)]
pub struct Served {
    pub cpu: Duration,
    /// System calls on the socket.
    pub calls: u64,
}

/// How a pair is set up.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub handler: Handler,
    /// The server's receive window, of a stream and of the connection; `None` leaves the default.
    pub window: Option<u32>,
}

/// A server whose peer is made of frames.
pub trait Alone {
    /// Gets that many requests at once and answers them.
    fn requests(&mut self, count: u32);
}

/// A client and a server of the same h2, connected.
pub trait Pair {
    /// Makes that many tiny requests at once and reads the answers.
    fn requests(&mut self, count: usize);
    /// Uploads that many octets in one request and reads the answer.
    fn upload(&mut self, octets: usize);
}

/// Tasks that make tiny requests one after the other. Their connections take turns.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// Threads of the runtime.
    pub workers: usize,
    pub connections: usize,
    pub tasks: usize,
    /// The requests of each task.
    pub requests: usize,
}

/// A server of large responses.
#[derive(Clone, Copy, Debug)]
pub struct Avalanche {
    /// The connections that are accepted.
    pub connections: usize,
    /// Octets of a response.
    pub octets: usize,
    pub producer: Producer,
    /// The send buffer of a connection, in octets, where this h2 can limit it.
    pub send_limit: Option<usize>,
}

/// When an application hands over DATA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Producer {
    /// At once, all of it.
    IgnoresCapacity,
    /// As far as there is capacity.
    AwaitsCapacity,
}

/// The most that a server needed at a time.
#[derive(Clone, Copy, Debug)]
pub struct Peaks {
    /// Bytes allocated, with content that was handed over and not written.
    pub bytes: i64,
    /// Tasks of responses.
    pub tasks: usize,
}

/// What a request is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A body of that many octets: it reserves capacity for all that is left, waits for some, and
    /// sends as much.
    Body(usize),
    /// A body of that many octets in chunks of 16 384: for each chunk it reserves one octet, waits
    /// for any capacity, and sends the chunk, as hyper does.
    Chunks(usize),
    /// A head; then capacity for one octet is reserved and nothing sent, as by hyper while its body
    /// has no data.
    Idle,
}

impl Answer {
    /// Octets of its body.
    #[must_use]
    pub fn octets(self) -> usize {
        match self {
            Answer::Body(octets) | Answer::Chunks(octets) => octets,
            Answer::Idle => 0,
        }
    }
}

/// A server in memory that works while it is given a turn and never otherwise.
pub trait Server {
    /// Hands over what the peer sends and lets the server work until it waits.
    ///
    /// # Errors
    ///
    /// Why the connection, or a response, came to its end before it was done.
    fn turn(&mut self, octets: &[u8]) -> Result<Vec<u8>, String>;
}

/// The receiver, and what it receives.
#[derive(Clone, Copy, Debug)]
pub struct Intake {
    /// `None` leaves the subject's defaults.
    pub windows: Option<WindowSizes>,
    pub application: Application,
}

/// Receive windows that are set once, in octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowSizes {
    pub stream: u32,
    pub connection: u32,
}

/// What becomes of what arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Application {
    /// A server of uploads.
    Uploads(Uploads),
    /// A client that makes one request and reads the response as it arrives. Pushed responses are
    /// not read.
    Download,
}

/// How a server takes uploads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uploads {
    /// The number of first streams of which it reads one chunk each and then no more.
    pub stopped: u32,
    /// How it reads all others.
    pub pace: Pace,
    pub announcing: Announcing,
}

/// How an application reads a stream to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Reads and releases what arrives as it arrives.
    #[default]
    Everything,
    /// Works for so long on each chunk, and releases it then.
    Chunk(Duration),
    /// Reads as it arrives and releases this many octets at a time, at least 1; the connection's
    /// task goes on in between.
    Octets(usize),
}

/// A receiver that works while it is given a turn and never otherwise.
pub trait Receiver {
    /// Hands over what arrives at this moment and lets the receiver work until it waits.
    ///
    /// # Errors
    ///
    /// Why the connection, or a stream, came to its end.
    fn turn(&mut self, now: Duration, octets: &[u8]) -> Result<Turn, String>;

    /// When it wants a turn even if nothing arrives, if ever.
    fn next(&self) -> Option<Duration>;
}

/// What a receiver did in a turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    pub written: Vec<u8>,
    /// Octets that the application read, by stream.
    pub read: Vec<(u32, usize)>,
}

/// The state of the streams beside an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Open, with nothing to do.
    Idle,
    /// Each reserved more send capacity than the windows leave, and uses none of it.
    Reserved,
    /// Requests of a client that wait for the peer's limit of concurrent streams.
    Waiting,
    /// DATA was received on each, and not read.
    Unread,
    /// The receive window of each has grown, where windows grow.
    Grown,
}

/// What is done once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A PING is received and acknowledged.
    Ping,
    /// WINDOW_UPDATE is received: one octet for the connection.
    WindowUpdate,
    /// SETTINGS with another initial window are received and acknowledged.
    Settings,
    /// SETTINGS with an initial window of 0 are received and acknowledged, then SETTINGS with the
    /// initial window of before.
    Reopen,
    /// A request is received and answered, without content. On a client: one is made, has to wait,
    /// and is given up.
    Request,
    /// A request with 40 000 octets is received, read and answered.
    Upload,
    /// A DATA frame of 8192 octets is received, read and released.
    Release,
    /// A snapshot of the connection with all streams; beside connections, the totals of the
    /// process.
    Snapshot,
    /// A connection is opened and closed.
    Open,
    /// [`BURST`] requests are received; when all were accepted they are answered, without content.
    Burst,
}

/// Requests of [`Operation::Burst`].
pub const BURST: usize = 10_000;

/// A process with a load, beside which an operation is done.
pub trait Loaded {
    /// Does it once; whether this h2 can.
    ///
    /// # Errors
    ///
    /// What did not come, or how the connection ended.
    fn operate(&mut self, operation: Operation) -> Result<bool, String>;
}

/// Receive windows of hyper's server and of its client, where nothing else is set.
pub const SERVER_WINDOWS: WindowSizes = WindowSizes { stream: 1 << 20, connection: 1 << 20 };
pub const CLIENT_WINDOWS: WindowSizes = WindowSizes { stream: 2 << 20, connection: 5 << 20 };

/// What the application of a connection that is attacked does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// A server that accepts requests, keeps their bodies and reads nothing.
    Keeps,
    /// A server that drives the connection and accepts nothing.
    NeverAccepts,
    /// A server that answers each request with content without end, as its send capacity allows.
    Responds,
    /// A server that reads each request to its end and answers it.
    Serves,
    /// A server that answers each request at once and reads nothing of it.
    Ignores,
    /// A client that made one request and reads nothing.
    Requests,
    /// A client that makes [`CANCELLED`] requests in each turn and gives up those of the last one.
    Cancels,
}

/// The requests that [`Stance::Cancels`] gives up at a time.
pub const CANCELLED: usize = 100;

/// A connection that is attacked, and the handles that its application keeps.
pub trait Victim {
    /// Lets connection and application work until they wait; `false` when the connection has ended.
    fn turn(&mut self) -> bool;
}
