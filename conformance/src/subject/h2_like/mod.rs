//! h2 as a subject, server or client, in memory. One source for upstream and the fork; `super::h2`
//! says which.

mod additions;
mod calls;
mod legal;
mod ops;
mod tcp;

use std::collections::BTreeMap;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;

use super::super::server::RunningServer;
use super::h2;
use crate::case::{Case, Config, Needs, Role};
use crate::drive::{Link, SubjectEvent};
use crate::panics::{quietly, Panic};
use crate::script::App;
use crate::transport::listening::Listening;
use crate::wire::pipe::{pipe, PeerEnd, SubjectEnd};
use crate::wire::wake::WakeFlag;
#[allow(unused_imports)]
pub(super) use additions::NoInsight;
#[allow(unused_imports)]
use additions::{BuilderAdditions, ConnectionAdditions};
use calls::Held;
pub use legal::application;
use ops::{Op, Task};

/// Polls after which a subject counts as one that does not come to rest. The longest honest run
/// needs some ten thousand.
const POLLS: usize = 2_000_000;

type Requester = h2::client::SendRequest<Bytes>;
type ClientHandshake = dyn Future<Output = Result<(Requester, h2::client::Connection<SubjectEnd>), h2::Error>>;

#[allow(missing_debug_implementations)]
/// A connection of h2 and the application on top of it.
pub struct H2 {
    pipe: PeerEnd,
    connection: Connection,
    woken: WakeFlag,
    app: Application,
    ops: Vec<Op>,
    events: Vec<SubjectEvent>,
    /// Whether it answers requests without a script.
    serves: bool,
    /// The subject sees the pipe's time.
    time_passes: bool,
    observation: Option<super::Observation>,
    closed: bool,
    panicked: bool,
}

enum Connection {
    ServerHandshake(Pin<Box<h2::server::Handshake<SubjectEnd>>>),
    ClientHandshake(Pin<Box<ClientHandshake>>),
    Server(h2::server::Connection<SubjectEnd, Bytes>),
    Client(h2::client::Connection<SubjectEnd>),
    Ended,
}

/// What the application holds.
#[derive(Default)]
struct Application {
    requester: Option<Requester>,
    streams: BTreeMap<u32, Held>,
    pings: Option<h2::PingPong>,
}

/// Starts a server on a socket.
pub fn start(listening: Listening) -> std::io::Result<RunningServer> {
    RunningServer::start(listening, tcp::serve)
}

impl H2 {
    /// The subject of `case`, before its first octet.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        let (pipe, end) = pipe();
        // A connection reads the time when it is made, not only when it is polled.
        super::hold_time(case.config.time_passes.then(|| pipe.now()));
        let observation = case.config.is_observed.then(super::Observation::begin);
        let connection = match case.role {
            Role::Server => Connection::ServerHandshake(Box::pin(server(&case.config).handshake(end))),
            Role::Client => {
                let builder = client(&case.config);
                Connection::ClientHandshake(Box::pin(async move { builder.handshake(end).await }))
            }
        };
        let behaves = case.needs == Needs::Wire;
        let mut h2 = H2 {
            pipe,
            connection,
            woken: WakeFlag::set(),
            app: Application::default(),
            ops: Vec::new(),
            events: Vec::new(),
            serves: behaves && case.role == Role::Server,
            time_passes: case.config.time_passes,
            observation,
            closed: false,
            panicked: false,
        };
        if behaves && case.role == Role::Client {
            h2.ops.push(Op::new(None, Task::Fetch));
        }
        h2
    }

    /// Runs until no task is woken any more.
    fn run(&mut self) {
        for _ in 0..POLLS {
            let mut idle = true;
            if self.woken.take() {
                idle = false;
                self.poll_connection();
            }
            for at in (0..self.ops.len()).rev() {
                if self.ops[at].woken.take() {
                    idle = false;
                    self.poll_op(at);
                }
            }
            if idle {
                return;
            }
        }
        self.events.push(SubjectEvent::Livelock);
    }

    /// Takes a look at the connection, if it is observed.
    fn look(&mut self) {
        let Some(observation) = &mut self.observation else { return };
        match &self.connection {
            Connection::Server(connection) => observation.look(Some(connection.insight())),
            Connection::Client(connection) => observation.look(Some(connection.insight())),
            _ => observation.look(None),
        }
    }

    fn poll_op(&mut self, at: usize) {
        let op = &mut self.ops[at];
        let waker = op.woken.waker();
        if let Poll::Ready(result) = op.poll(&mut Context::from_waker(&waker), &mut self.app) {
            let op = self.ops.remove(at);
            if let Some(call) = op.call {
                self.events.push(SubjectEvent::Result { call, result });
            }
        }
    }

    fn poll_connection(&mut self) {
        let waker = self.woken.waker();
        let cx = &mut Context::from_waker(&waker);
        let ended = match &mut self.connection {
            Connection::ServerHandshake(handshake) => match handshake.as_mut().poll(cx) {
                Poll::Pending => return,
                Poll::Ready(Ok(connection)) => {
                    self.connection = Connection::Server(connection);
                    return self.woken.wake();
                }
                Poll::Ready(Err(error)) => Err(error),
            },
            Connection::ClientHandshake(handshake) => match handshake.as_mut().poll(cx) {
                Poll::Pending => return,
                Poll::Ready(Ok((requester, connection))) => {
                    self.app.requester = Some(requester);
                    self.connection = Connection::Client(connection);
                    self.ops.iter().for_each(|op| op.woken.wake());
                    return self.woken.wake();
                }
                Poll::Ready(Err(error)) => Err(error),
            },
            Connection::Server(connection) => match connection.poll_accept(cx) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok((request, respond)))) => {
                    let stream = respond.stream_id().as_u32();
                    self.events.push(SubjectEvent::Accepted { stream });
                    let has_content = *request.method() != http::Method::HEAD;
                    self.app.streams.insert(stream, Held::accepted(request.into_body(), respond));
                    if self.serves {
                        self.ops.push(Op::new(None, Task::Serve { stream, has_content }));
                    }
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
        self.events.push(SubjectEvent::Ended(ended.map_err(|error| error.to_string())));
    }

    /// Calls that go to the connection rather than to a stream.
    fn call_connection(&mut self, app: &App) -> Result<(), String> {
        let said = |result: Result<(), h2::Error>| result.map_err(|error| error.to_string());
        match (app, &mut self.connection) {
            (App::SetTargetWindow { octets }, Connection::Server(c)) => c.set_target_window_size(*octets),
            (App::SetTargetWindow { octets }, Connection::Client(c)) => c.set_target_window_size(*octets),
            (App::SetInitialWindow { octets }, Connection::Server(c)) => said(c.set_initial_window_size(*octets))?,
            (App::SetInitialWindow { octets }, Connection::Client(c)) => said(c.set_initial_window_size(*octets))?,
            (App::SetUpdatePolicy { policy }, Connection::Server(c)) => {
                c.set_window_update_policy(super::policy(*policy));
            }
            (App::SetUpdatePolicy { policy }, Connection::Client(c)) => {
                c.set_window_update_policy(super::policy(*policy));
            }
            (App::ShutDown, Connection::Server(c)) => c.graceful_shutdown(),
            (App::Abort { code }, Connection::Server(c)) => c.abrupt_shutdown((*code).into()),
            _ => return Err("the connection has no such call now".into()),
        }
        Ok(())
    }

    fn start(&mut self, call: usize, app: &App) {
        match app {
            App::SetTargetWindow { .. }
            | App::SetUpdatePolicy { .. }
            | App::SetInitialWindow { .. }
            | App::ShutDown
            | App::Abort { .. } => {
                let result = self.call_connection(app).into();
                self.events.push(SubjectEvent::Result { call, result });
                // A caller of a method of the connection polls it next.
                self.woken.wake();
            }
            App::Ping => {
                let pings = match &mut self.connection {
                    Connection::Server(connection) => connection.ping_pong(),
                    Connection::Client(connection) => connection.ping_pong(),
                    _ => None,
                };
                if pings.is_some() {
                    self.app.pings = pings;
                    // As after any method of the connection.
                    self.woken.wake();
                }
                self.ops.push(Op::new(Some(call), Task::Call(app.clone())));
            }
            _ => self.ops.push(Op::new(Some(call), Task::Call(app.clone()))),
        }
    }

    /// Runs `work` on the subject; a panic ends the subject, not the runner.
    fn guarded(&mut self, work: impl FnOnce(&mut Self)) {
        if self.panicked {
            return;
        }
        super::hold_time(self.time_passes.then(|| self.pipe.now()));
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(self))) {
            let message = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
                .unwrap_or_else(|| "without a message".into());
            self.events.push(SubjectEvent::Panicked(message));
            self.panicked = true;
        }
    }
}

impl Link for H2 {
    fn write(&mut self, octets: &[u8]) {
        self.pipe.write(octets);
    }

    fn close(&mut self) {
        self.pipe.close();
    }

    fn block(&mut self, blocked: bool) {
        self.pipe.block(blocked);
    }

    fn call(&mut self, call: usize, app: &App) {
        self.guarded(|h2| h2.start(call, app));
    }

    fn advance(&mut self) -> Vec<SubjectEvent> {
        self.guarded(|h2| {
            h2.run();
            h2.look();
        });
        let octets = self.pipe.read();
        let mut events = std::mem::take(&mut self.events);
        if !octets.is_empty() {
            events.push(SubjectEvent::Octets(octets));
        }
        if !self.closed && self.pipe.is_closed() {
            self.closed = true;
            events.push(SubjectEvent::Closed);
        }
        events
    }

    fn now(&self) -> Duration {
        self.pipe.now()
    }

    fn elapse(&mut self, time: Duration) {
        self.pipe.elapse(time);
    }

    fn is_remote(&self) -> bool {
        false
    }
}

impl Drop for H2 {
    fn drop(&mut self) {
        let connection = std::mem::replace(&mut self.connection, Connection::Ended);
        let app = std::mem::take(&mut self.app);
        if self.panicked {
            // h2's locks are poisoned: dropping its handles would panic again.
            std::mem::forget((connection, app));
            return;
        }
        // With debug assertions h2 checks some accounting of its own when the last handle goes,
        // which is not a case's concern. What the fork's invariants say is.
        if let Err(panic) = let_go(connection, app) {
            if panic.message.starts_with("invariant ") && !std::thread::panicking() {
                panic!("{}", panic.message);
            }
        }
    }
}

/// Drops one handle after the other until one panics: the rest are forgotten, because they would
/// panic again.
fn let_go(connection: Connection, app: Application) -> Result<(), Panic> {
    let mut app = ManuallyDrop::new(app);
    quietly(|| drop(connection))?;
    quietly(|| drop(app.requester.take()))?;
    while let Some((_, held)) = app.streams.pop_first() {
        quietly(|| drop(held))?;
    }
    quietly(|| drop(app.pings.take()))?;
    drop(ManuallyDrop::into_inner(app));
    Ok(())
}

fn server(config: &Config) -> h2::server::Builder {
    let mut builder = h2::server::Builder::new();
    config.stream_window.map(|octets| builder.initial_window_size(octets));
    config.connection_window.map(|octets| builder.initial_connection_window_size(octets));
    config.max_concurrent.map(|streams| builder.max_concurrent_streams(streams));
    config.max_frame.map(|octets| builder.max_frame_size(octets));
    config.max_header_list.map(|octets| builder.max_header_list_size(octets));
    config.send_buffer.map(|octets| builder.max_send_buffer_size(octets));
    config.connection_send_buffer.map(|octets| builder.max_connection_send_buffer_size(octets));
    config.receive_budget.map(|octets| builder.max_connection_receive_buffer_size(octets));
    config.window_growth.map(|grows| builder.adaptive_window(grows));
    config.update_policy.map(|policy| builder.window_update_policy(super::policy(policy)));
    config.data_frame_budget.map(|budget| builder.data_frame_budget(budget));
    config.deadlines.map(|deadlines| builder.deadlines(super::deadlines(deadlines)));
    config.abuse.map(|(burst, per_second)| builder.abuse_limits(super::abuse_limits(burst, per_second)));
    if config.is_lenient {
        builder.drop_connection_fields(true).drop_invalid_authority(true);
    }
    if let Some((streams, time)) = config.reset_retention {
        builder.max_concurrent_reset_streams(streams).reset_stream_duration(time);
    }
    builder
}

fn client(config: &Config) -> h2::client::Builder {
    let mut builder = h2::client::Builder::new();
    config.stream_window.map(|octets| builder.initial_window_size(octets));
    config.connection_window.map(|octets| builder.initial_connection_window_size(octets));
    config.max_concurrent.map(|streams| builder.max_concurrent_streams(streams));
    config.max_frame.map(|octets| builder.max_frame_size(octets));
    config.max_header_list.map(|octets| builder.max_header_list_size(octets));
    config.send_buffer.map(|octets| builder.max_send_buffer_size(octets));
    config.connection_send_buffer.map(|octets| builder.max_connection_send_buffer_size(octets));
    config.receive_budget.map(|octets| builder.max_connection_receive_buffer_size(octets));
    config.window_growth.map(|grows| builder.adaptive_window(grows));
    config.update_policy.map(|policy| builder.window_update_policy(super::policy(policy)));
    config.push.map(|push| builder.enable_push(push));
    config.data_frame_budget.map(|budget| builder.data_frame_budget(budget));
    config.deadlines.map(|deadlines| builder.deadlines(super::deadlines(deadlines)));
    config.abuse.map(|(burst, per_second)| builder.abuse_limits(super::abuse_limits(burst, per_second)));
    if config.is_lenient {
        builder.drop_connection_fields(true);
    }
    if let Some((streams, time)) = config.reset_retention {
        builder.max_concurrent_reset_streams(streams).reset_stream_duration(time);
    }
    builder
}
