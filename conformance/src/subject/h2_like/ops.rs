//! Calls that may have to wait, as small tasks with a waker of their own.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

#[allow(unused_imports)]
use super::additions::SendAdditions;
use super::calls::{content, request, text, NO_HANDLE};
use super::h2;
use super::Application;
use crate::script::App;
use crate::transcript::AppResult;
use crate::wire::wake::WakeFlag;

/// A call under way.
pub(super) struct Op {
    /// The number of the call in the script; none for what the application does beside the script.
    pub(super) call: Option<usize>,
    pub(super) woken: WakeFlag,
    task: Task,
    /// Octets done so far.
    octets: usize,
    /// Steps of a composed task that are behind it.
    phase: u8,
}

/// What there is to do.
pub(super) enum Task {
    /// A call of the script.
    Call(App),
    /// Reads a request and answers it: 200 and two octets, none to HEAD.
    Serve { stream: u32, has_content: bool },
    /// Makes a GET request and reads the answer.
    Fetch,
}

/// What the server answers without a script.
const ANSWER: usize = 2;

type Outcome = Result<AppResult, String>;

impl Op {
    pub(super) fn new(call: Option<usize>, task: Task) -> Self {
        Op { call, woken: WakeFlag::set(), task, octets: 0, phase: 0 }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>, app: &mut Application) -> Poll<AppResult> {
        let outcome = match &self.task {
            Task::Call(call) => {
                let call = call.clone();
                self.poll_call(cx, app, &call)
            }
            Task::Serve { stream, has_content } => {
                let (stream, has_content) = (*stream, *has_content);
                self.poll_serve(cx, app, stream, has_content)
            }
            Task::Fetch => self.poll_fetch(cx, app),
        };
        outcome.map(|outcome| outcome.unwrap_or_else(AppResult::Failed))
    }

    fn poll_call(&mut self, cx: &mut Context<'_>, app: &mut Application, call: &App) -> Poll<Outcome> {
        if let Some(result) = app.at_once(call) {
            return Poll::Ready(Ok(result));
        }
        match *call {
            App::Request { method, end } => {
                poll_request(cx, app, method, end, Handle::Shared).map_ok(|id| AppResult::Value(id.into()))
            }
            App::RequestBeside { method, end } => {
                poll_request(cx, app, method, end, Handle::Own).map_ok(|id| AppResult::Value(id.into()))
            }
            App::AwaitResponse { stream } => poll_response(cx, app, stream),
            App::AwaitPush { stream } => poll_push(cx, app, stream),
            App::AwaitCapacity { stream } => match app.sender(stream) {
                Ok(sender) => sender.poll_capacity(cx).map(|capacity| match capacity {
                    Some(Ok(octets)) => Ok(AppResult::Value(octets as u64)),
                    Some(Err(error)) => Err(text(error)),
                    None => Err("the stream sends no more".into()),
                }),
                Err(error) => Poll::Ready(Err(error)),
            },
            App::AwaitDrained { stream } => match app.sender(stream) {
                Ok(sender) => sender.poll_drained(cx).map_ok(|()| AppResult::Done).map_err(|error| error.to_string()),
                Err(error) => Poll::Ready(Err(error)),
            },
            App::AwaitReset { stream } => match app.sender(stream) {
                Ok(sender) => sender.poll_reset(cx).map(|reset| match reset {
                    Ok(reason) => Ok(AppResult::Value(u32::from(reason).into())),
                    Err(error) => Err(text(error)),
                }),
                Err(error) => Poll::Ready(Err(error)),
            },
            App::WriteAll { stream, octets, end } => self.poll_write(cx, app, stream, octets, end),
            App::Read { stream, octets } => self.poll_read(cx, app, stream, Some(octets)),
            App::ReadToEnd { stream } => self.poll_read(cx, app, stream, None),
            App::Ping => self.poll_ping(cx, app),
            _ => Poll::Ready(Err("this call goes to the connection".into())),
        }
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        app: &mut Application,
        stream: u32,
        octets: usize,
        end: bool,
    ) -> Poll<Outcome> {
        let sender = match app.sender(stream) {
            Ok(sender) => sender,
            Err(error) => return Poll::Ready(Err(error)),
        };
        loop {
            let left = octets - self.octets;
            if left == 0 && (octets > 0 || !end) {
                return Poll::Ready(Ok(AppResult::Value(octets as u64)));
            }
            sender.reserve_capacity(left);
            let mut capacity = sender.capacity();
            if capacity == 0 && left > 0 {
                capacity = match ready!(sender.poll_capacity(cx)) {
                    Some(Ok(capacity)) => capacity,
                    Some(Err(error)) => return Poll::Ready(Err(text(error))),
                    None => return Poll::Ready(Err("the stream sends no more".into())),
                };
            }
            let now = capacity.min(left);
            self.octets += now;
            if let Err(error) = sender.send_data(content(now), end && self.octets == octets) {
                return Poll::Ready(Err(text(error)));
            }
            if octets == 0 {
                return Poll::Ready(Ok(AppResult::Value(0)));
            }
        }
    }

    /// Reads `limit` octets and keeps them, or all there is and gives each chunk's credit back.
    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        app: &mut Application,
        stream: u32,
        limit: Option<usize>,
    ) -> Poll<Outcome> {
        let receiver = match app.receiver(stream) {
            Ok(receiver) => receiver,
            Err(error) => return Poll::Ready(Err(error)),
        };
        while limit.is_none_or(|limit| self.octets < limit) {
            match ready!(receiver.poll_data(cx)) {
                Some(Ok(chunk)) => {
                    self.octets += chunk.len();
                    if limit.is_none() {
                        if let Err(error) = receiver.flow_control().release_capacity(chunk.len()) {
                            return Poll::Ready(Err(text(error)));
                        }
                    }
                }
                Some(Err(error)) => return Poll::Ready(Err(text(error))),
                None => {
                    if limit.is_none() {
                        if let Err(error) = ready!(receiver.poll_trailers(cx)) {
                            return Poll::Ready(Err(text(error)));
                        }
                    }
                    break;
                }
            }
        }
        Poll::Ready(Ok(AppResult::Value(self.octets as u64)))
    }

    fn poll_ping(&mut self, cx: &mut Context<'_>, app: &mut Application) -> Poll<Outcome> {
        let Some(pings) = &mut app.pings else {
            return Poll::Ready(Err(NO_HANDLE.into()));
        };
        if self.phase == 0 {
            self.phase = 1;
            if let Err(error) = pings.send_ping(h2::Ping::opaque()) {
                return Poll::Ready(Err(text(error)));
            }
        }
        pings.poll_pong(cx).map(|pong| pong.map(|_| AppResult::Done).map_err(text))
    }

    fn poll_serve(
        &mut self,
        cx: &mut Context<'_>,
        app: &mut Application,
        stream: u32,
        has_content: bool,
    ) -> Poll<Outcome> {
        if self.phase == 0 {
            ready!(self.poll_read(cx, app, stream, None))?;
            app.respond(stream, 200, !has_content)?;
            self.phase = 1;
            self.octets = 0;
        }
        if has_content {
            ready!(self.poll_write(cx, app, stream, ANSWER, true))?;
        }
        app.streams.remove(&stream);
        Poll::Ready(Ok(AppResult::Done))
    }

    fn poll_fetch(&mut self, cx: &mut Context<'_>, app: &mut Application) -> Poll<Outcome> {
        const FIRST: u32 = 1;
        if self.phase == 0 {
            ready!(poll_request(cx, app, "GET", true, Handle::Shared))?;
            self.phase = 1;
        }
        if self.phase == 1 {
            ready!(poll_response(cx, app, FIRST))?;
            self.phase = 2;
        }
        ready!(self.poll_read(cx, app, FIRST, None))?;
        app.streams.remove(&FIRST);
        Poll::Ready(Ok(AppResult::Done))
    }
}

/// The handle that makes a request: the one that waits for the request before it, or a clone, which
/// does not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Handle {
    Shared,
    Own,
}

fn poll_request(
    cx: &mut Context<'_>,
    app: &mut Application,
    method: &str,
    end: bool,
    handle: Handle,
) -> Poll<Result<u32, String>> {
    let Some(shared) = &mut app.requester else {
        // Still in the handshake: the connection rings when it is open.
        return Poll::Pending;
    };
    let mut own = None;
    let requester = match handle {
        Handle::Shared => shared,
        Handle::Own => own.insert(shared.clone()),
    };
    ready!(requester.poll_ready(cx)).map_err(text)?;
    let (response, send) = requester.send_request(request(method), end).map_err(text)?;
    let stream = response.stream_id().as_u32();
    let held = app.held(stream);
    held.response = Some(response);
    held.send = Some(send);
    Poll::Ready(Ok(stream))
}

fn poll_response(cx: &mut Context<'_>, app: &mut Application, stream: u32) -> Poll<Outcome> {
    let held = app.held(stream);
    let response = match (&mut held.response, &mut held.pushed) {
        (Some(response), _) => ready!(Pin::new(response).poll(cx)),
        (None, Some(pushed)) => ready!(Pin::new(pushed).poll(cx)),
        (None, None) => return Poll::Ready(Err(NO_HANDLE.into())),
    };
    held.response = None;
    held.pushed = None;
    let response = response.map_err(text)?;
    let status = response.status().as_u16();
    held.receive = Some(response.into_body());
    Poll::Ready(Ok(AppResult::Value(status.into())))
}

fn poll_push(cx: &mut Context<'_>, app: &mut Application, stream: u32) -> Poll<Outcome> {
    let held = app.held(stream);
    if held.pushes.is_none() {
        held.pushes = held.response.as_mut().map(h2::client::ResponseFuture::push_promises);
    }
    let Some(pushes) = &mut held.pushes else {
        return Poll::Ready(Err(NO_HANDLE.into()));
    };
    match ready!(pushes.poll_push_promise(cx)) {
        Some(Ok(push)) => {
            let (_, pushed) = push.into_parts();
            let promised = pushed.stream_id().as_u32();
            app.held(promised).pushed = Some(pushed);
            Poll::Ready(Ok(AppResult::Value(promised.into())))
        }
        Some(Err(error)) => Poll::Ready(Err(text(error))),
        None => Poll::Ready(Err("no more promises".into())),
    }
}
