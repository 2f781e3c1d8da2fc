//! The application: one method per call. Each call has a number, and prints what came of it: a call that waits does so later,
//! or never.

use std::cell::RefCell;
use std::future::{poll_fn, Future};
use std::rc::Rc;

use http::{HeaderMap, HeaderValue};

#[allow(unused_imports)]
use crate::additions::FlowControlAdditions;
use crate::connection::Connection;
use crate::handles::{self, content, text, Held, Outcome, Shared, Which};
use crate::peer::Peer;
use crate::pipe::pipe;
use crate::tasks::Tasks;

pub struct App {
    tasks: Tasks,
    connection: Rc<RefCell<Connection>>,
    held: Shared,
    calls: usize,
}

impl App {
    /// h2 as a server, and its peer. `by_itself`: each request is answered without a call of the steps.
    pub fn server(builder: h2::server::Builder, by_itself: bool) -> (Peer, App) {
        let (peer, io) = pipe();
        (Peer::new(peer, true), App::start(Connection::server(&builder, io), by_itself))
    }

    /// h2 as a client, and its peer. `by_itself`: makes one request without a call of the steps.
    pub fn client(builder: h2::client::Builder, by_itself: bool) -> (Peer, App) {
        let (peer, io) = pipe();
        let app = App::start(Connection::client(builder, io), false);
        let held = app.held.clone();
        if by_itself {
            // Why it gets no answer shows on the wire.
            app.tasks.spawn(async move { drop(handles::fetch(&held).await) });
        }
        (Peer::new(peer, false), app)
    }

    fn start(connection: Connection, by_itself: bool) -> App {
        let tasks = Tasks::default();
        let connection = Rc::new(RefCell::new(connection));
        let held = Rc::new(RefCell::new(Held::default()));
        let (polled, of, others) = (connection.clone(), held.clone(), tasks.clone());
        tasks.spawn(poll_fn(move |cx| polled.borrow_mut().poll(cx, &of, &others, by_itself)));
        App { tasks, connection, held, calls: 0 }
    }

    /// Does all that h2 and the application can do.
    pub fn run(&self) {
        self.tasks.run();
    }

    pub fn has_panicked(&self) -> bool {
        self.tasks.has_panicked()
    }

    fn called(&mut self, call: &str) -> usize {
        println!("app     #{} {call}", self.calls);
        self.calls += 1;
        self.calls - 1
    }

    /// A call that never waits.
    fn at_once(&mut self, call: &str, make: impl FnOnce(&mut Held) -> Outcome) {
        let number = self.called(call);
        let outcome = self.tasks.guard(|| make(&mut self.held.borrow_mut()));
        outcome.into_iter().for_each(|outcome| tell(number, outcome));
    }

    /// A call of the connection, which whoever owns it polls next.
    fn of_connection(&mut self, call: &str, make: impl FnOnce(&mut Connection) -> Result<(), String>) {
        let number = self.called(call);
        let outcome = self.tasks.guard(|| make(&mut self.connection.borrow_mut()));
        outcome.into_iter().for_each(|outcome| tell(number, outcome.map(|()| None)));
        self.tasks.wake_connection();
    }

    /// A call that may wait.
    fn waiting<F: Future<Output = Outcome> + 'static>(&mut self, call: &str, make: impl FnOnce(Shared) -> F) {
        let number = self.called(call);
        let waiting = make(self.held.clone());
        self.tasks.spawn(async move { tell(number, waiting.await) });
    }

    pub fn request(&mut self, method: &'static str, end: bool) {
        self.waiting(&format!("request({method}, {end})"), move |held| async move {
            handles::request(&held, method, end).await
        });
    }

    pub fn await_response(&mut self, stream: u32) {
        self.waiting(&format!("await_response({stream})"), move |held| async move {
            handles::response(&held, stream).await
        });
    }

    pub fn await_push(&mut self, stream: u32) {
        self.waiting(&format!("await_push({stream})"), move |held| async move { handles::push(&held, stream).await });
    }

    pub fn respond(&mut self, stream: u32, status: u16, end: bool) {
        self.at_once(&format!("respond({stream}, {status}, {end})"), |held| {
            held.respond(stream, status, end).map(|()| None)
        });
    }

    pub fn promise(&mut self, stream: u32) {
        self.at_once(&format!("promise({stream})"), |held| held.promise(stream).map(|()| None));
    }

    pub fn reserve(&mut self, stream: u32, octets: usize) {
        self.at_once(&format!("reserve({stream}, {octets})"), |held| {
            held.sender(stream)?.reserve_capacity(octets);
            Ok(None)
        });
    }

    pub fn capacity(&mut self, stream: u32) {
        self.at_once(&format!("capacity({stream})"), |held| Ok(Some(held.sender(stream)?.capacity() as u64)));
    }

    pub fn await_capacity(&mut self, stream: u32) {
        self.waiting(&format!("await_capacity({stream})"), move |held| async move {
            handles::capacity(&held, stream).await
        });
    }

    /// Hands DATA over, whatever the capacity.
    pub fn send_data(&mut self, stream: u32, octets: usize, end: bool) {
        self.at_once(&format!("send_data({stream}, {octets}, {end})"), |held| {
            held.sender(stream)?.send_data(content(octets), end).map_err(text)?;
            Ok(None)
        });
    }

    /// Sends as capacity allows.
    pub fn write_all(&mut self, stream: u32, octets: usize, end: bool) {
        self.waiting(&format!("write_all({stream}, {octets}, {end})"), move |held| async move {
            handles::write_all(&held, stream, octets, end).await
        });
    }

    pub fn send_trailers(&mut self, stream: u32) {
        self.at_once(&format!("send_trailers({stream})"), |held| {
            let mut trailers = HeaderMap::new();
            trailers.insert("x-checksum", HeaderValue::from_static("1"));
            held.sender(stream)?.send_trailers(trailers).map_err(text)?;
            Ok(None)
        });
    }

    /// Reads and keeps the credit.
    pub fn read(&mut self, stream: u32, octets: usize) {
        self.waiting(&format!("read({stream}, {octets})"), move |held| async move {
            handles::read(&held, stream, Some(octets)).await
        });
    }

    /// Reads and returns the credit of each chunk at once.
    pub fn read_to_end(&mut self, stream: u32) {
        self.waiting(&format!("read_to_end({stream})"), move |held| async move {
            handles::read(&held, stream, None).await
        });
    }

    /// Returns credit.
    pub fn release(&mut self, stream: u32, octets: usize) {
        self.at_once(&format!("release({stream}, {octets})"), |held| {
            held.body(stream)?.flow_control().release_capacity(octets).map_err(text)?;
            Ok(None)
        });
    }

    /// Sets the receive window target of one stream.
    pub fn set_stream_target(&mut self, stream: u32, octets: u32) {
        self.at_once(&format!("set_stream_target({stream}, {octets})"), |held| {
            held.body(stream)?.flow_control().set_target_window_size(octets);
            Ok(None)
        });
    }

    /// Waits until all that was sent is in frames.
    pub fn await_drained(&mut self, stream: u32) {
        self.waiting(&format!("await_drained({stream})"), move |held| async move {
            handles::drained(&held, stream).await
        });
    }

    /// Waits for the peer's RST_STREAM.
    pub fn await_reset(&mut self, stream: u32) {
        self.waiting(&format!("await_reset({stream})"), move |held| async move {
            handles::reset(&held, stream).await
        });
    }

    pub fn reset(&mut self, stream: u32, code: u32) {
        self.at_once(&format!("reset({stream}, {code})"), |held| held.reset(stream, code).map(|()| None));
    }

    pub fn drop_handles(&mut self, stream: u32, which: Which) {
        self.at_once(&format!("drop_handles({stream}, {which:?})"), |held| {
            held.drop_handles(stream, which);
            Ok(None)
        });
    }

    /// Drops the handle that makes requests.
    pub fn drop_requester(&mut self) {
        self.at_once("drop_requester()", |held| {
            held.requester = None;
            Ok(None)
        });
    }

    pub fn set_target_window(&mut self, octets: u32) {
        self.of_connection(&format!("set_target_window({octets})"), |connection| connection.set_target_window(octets));
    }

    pub fn set_initial_window(&mut self, octets: u32) {
        self.of_connection(&format!("set_initial_window({octets})"), |connection| {
            connection.set_initial_window(octets)
        });
    }

    pub fn shut_down(&mut self) {
        self.of_connection("shut_down()", Connection::shut_down);
    }

    pub fn abort(&mut self, code: u32) {
        self.of_connection(&format!("abort({code})"), |connection| connection.abort(code));
    }

    pub fn ping(&mut self) {
        let pings = self.connection.borrow_mut().pings();
        if pings.is_some() {
            self.held.borrow_mut().pings = pings;
        }
        self.waiting("ping()", |held| async move { handles::ping(&held).await });
    }
}

fn tell(number: usize, outcome: Outcome) {
    match outcome {
        Ok(None) => println!("app     #{number} = done"),
        Ok(Some(value)) => println!("app     #{number} = {value}"),
        Err(error) => println!("app     #{number} = failed: {error}"),
    }
}
