//! The handles of a stream, and the calls that come to their end at once.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};

#[allow(unused_imports)]
use super::additions::FlowControlAdditions;
use super::h2::client::{PushPromises, PushedResponseFuture, ResponseFuture};
use super::h2::server::{SendPushedResponse, SendResponse};
use super::h2::{self, RecvStream, SendStream};
use super::Application;
use crate::script::{App, Handles};
use crate::transcript::AppResult;

/// The handles that the application holds on one stream.
#[derive(Default)]
pub(super) struct Held {
    pub(super) receive: Option<RecvStream>,
    pub(super) send: Option<SendStream<Bytes>>,
    pub(super) respond: Option<SendResponse<Bytes>>,
    pub(super) respond_pushed: Option<SendPushedResponse<Bytes>>,
    pub(super) response: Option<ResponseFuture>,
    pub(super) pushed: Option<PushedResponseFuture>,
    pub(super) pushes: Option<PushPromises>,
}

impl Held {
    pub(super) fn accepted(body: RecvStream, respond: SendResponse<Bytes>) -> Self {
        Held { receive: Some(body), respond: Some(respond), ..Held::default() }
    }
}

/// Why a call cannot be made: the script asks for a handle that is not there.
pub(super) const NO_HANDLE: &str = "the application holds no such handle";

impl Application {
    pub(super) fn held(&mut self, stream: u32) -> &mut Held {
        self.streams.entry(stream).or_default()
    }

    pub(super) fn sender(&mut self, stream: u32) -> Result<&mut SendStream<Bytes>, String> {
        self.held(stream).send.as_mut().ok_or_else(|| NO_HANDLE.into())
    }

    pub(super) fn receiver(&mut self, stream: u32) -> Result<&mut RecvStream, String> {
        self.held(stream).receive.as_mut().ok_or_else(|| NO_HANDLE.into())
    }

    /// Calls that never wait. `None` where `app` is not one of them.
    pub(super) fn at_once(&mut self, app: &App) -> Option<AppResult> {
        Some(match *app {
            App::Respond { stream, status, end } => self.respond(stream, status, end).into(),
            App::Promise { stream } => match self.promise(stream) {
                Ok(promised) => AppResult::Value(promised.into()),
                Err(error) => AppResult::Failed(error),
            },
            App::Reserve { stream, octets } => self.sender(stream).map(|s| s.reserve_capacity(octets)).into(),
            App::Capacity { stream } => match self.sender(stream) {
                Ok(sender) => AppResult::Value(sender.capacity() as u64),
                Err(error) => AppResult::Failed(error),
            },
            App::SendData { stream, octets, end } => {
                self.sender(stream).and_then(|sender| sender.send_data(content(octets), end).map_err(text)).into()
            }
            App::SendTrailers { stream } => {
                let mut trailers = HeaderMap::new();
                trailers.insert("x-checksum", HeaderValue::from_static("1"));
                self.sender(stream).and_then(|sender| sender.send_trailers(trailers).map_err(text)).into()
            }
            App::Release { stream, octets } => self
                .receiver(stream)
                .and_then(|receiver| receiver.flow_control().release_capacity(octets).map_err(text))
                .into(),
            App::SetStreamTarget { stream, octets } => {
                self.receiver(stream).map(|receiver| receiver.flow_control().set_target_window_size(octets)).into()
            }
            App::SetStreamUpdatePolicy { stream, policy } => self
                .receiver(stream)
                .map(|receiver| receiver.flow_control().set_window_update_policy(super::super::policy(policy)))
                .into(),
            App::Reset { stream, code } => self.reset(stream, code.into()).into(),
            App::Drop { stream, what } => {
                self.drop_handles(stream, what);
                AppResult::Done
            }
            App::DropRequester => {
                self.requester = None;
                AppResult::Done
            }
            _ => return None,
        })
    }

    pub(super) fn respond(&mut self, stream: u32, status: u16, end: bool) -> Result<(), String> {
        let mut response = Response::new(());
        *response.status_mut() = status.try_into().map_err(|_| "no status code")?;
        let held = self.held(stream);
        let sender = match (&mut held.respond, &mut held.respond_pushed) {
            (Some(respond), _) => respond.send_response(response, end),
            (None, Some(respond)) => respond.send_response(response, end),
            (None, None) => return Err(NO_HANDLE.into()),
        };
        held.send = Some(sender.map_err(text)?);
        Ok(())
    }

    fn promise(&mut self, stream: u32) -> Result<u32, String> {
        let respond = self.held(stream).respond.as_mut().ok_or(NO_HANDLE)?;
        let pushed = respond.push_request(request("GET")).map_err(text)?;
        let promised = pushed.stream_id().as_u32();
        self.held(promised).respond_pushed = Some(pushed);
        Ok(promised)
    }

    fn reset(&mut self, stream: u32, reason: h2::Reason) -> Result<(), String> {
        let held = self.held(stream);
        match (&mut held.send, &mut held.respond, &mut held.respond_pushed) {
            (Some(send), _, _) => send.send_reset(reason),
            (None, Some(respond), _) => respond.send_reset(reason),
            (None, None, Some(respond)) => respond.send_reset(reason),
            (None, None, None) => return Err(NO_HANDLE.into()),
        }
        Ok(())
    }

    fn drop_handles(&mut self, stream: u32, what: Handles) {
        let held = self.held(stream);
        match what {
            Handles::All => *held = Held::default(),
            Handles::Receive => held.receive = None,
            Handles::Send => held.send = None,
            Handles::Response => {
                held.respond = None;
                held.respond_pushed = None;
                held.response = None;
                held.pushed = None;
                held.pushes = None;
            }
        }
    }
}

/// A request for the example's only resource.
pub(super) fn request(method: &str) -> Request<()> {
    Request::builder()
        .method(method)
        .uri("http://example.test/")
        .body(())
        .expect("scripts name only methods that http accepts")
}

/// Octets of content; the same memory for all of them.
pub(super) fn content(octets: usize) -> Bytes {
    static CONTENT: [u8; 65_536] = [b's'; 65_536];
    if octets <= CONTENT.len() {
        Bytes::from_static(&CONTENT[..octets])
    } else {
        Bytes::from(vec![b's'; octets])
    }
}

/// An error in the subject's words.
pub(super) fn text(error: h2::Error) -> String {
    error.to_string()
}
