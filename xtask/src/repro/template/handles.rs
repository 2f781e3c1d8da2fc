//! What the application holds of h2, and the calls that may have to wait.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use bytes::Bytes;
use h2::client::{PushPromises, PushedResponseFuture, ResponseFuture, SendRequest};
use h2::server::{SendPushedResponse, SendResponse};
use h2::{PingPong, RecvStream, SendStream};
use http::{Request, Response};

#[allow(unused_imports)]
use crate::additions::SendAdditions;

pub type Shared = Rc<RefCell<Held>>;

/// What came of a call: nothing to tell, a number, or why it failed.
pub type Outcome = Result<Option<u64>, String>;

#[derive(Default)]
pub struct Held {
    pub requester: Option<SendRequest<Bytes>>,
    pub pings: Option<PingPong>,
    pub streams: BTreeMap<u32, Handles>,
}

/// The handles of one stream.
#[derive(Default)]
pub struct Handles {
    pub body: Option<RecvStream>,
    pub send: Option<SendStream<Bytes>>,
    pub respond: Option<SendResponse<Bytes>>,
    pub respond_pushed: Option<SendPushedResponse<Bytes>>,
    pub response: Option<ResponseFuture>,
    pub pushed: Option<PushedResponseFuture>,
    pub pushes: Option<PushPromises>,
}

/// Which handles of a stream.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    All,
    /// What receives the body.
    Receive,
    /// What sends the body.
    Send,
    /// What waits for the response, or is to send it.
    Response,
}

const NONE: &str = "the application holds no such handle";

pub fn text(error: h2::Error) -> String {
    error.to_string()
}

pub fn get(method: &str) -> Request<()> {
    let request = Request::builder().method(method).uri("http://example.test/");
    request.body(()).expect("a method and an address that http takes")
}

pub fn content(octets: usize) -> Bytes {
    Bytes::from(vec![b's'; octets])
}

impl Held {
    pub fn of(&mut self, stream: u32) -> &mut Handles {
        self.streams.entry(stream).or_default()
    }

    pub fn sender(&mut self, stream: u32) -> Result<&mut SendStream<Bytes>, String> {
        self.of(stream).send.as_mut().ok_or_else(|| NONE.into())
    }

    pub fn body(&mut self, stream: u32) -> Result<&mut RecvStream, String> {
        self.of(stream).body.as_mut().ok_or_else(|| NONE.into())
    }

    pub fn respond(&mut self, stream: u32, status: u16, end: bool) -> Result<(), String> {
        let mut response = Response::new(());
        *response.status_mut() = status.try_into().map_err(|_| "no status code")?;
        let handles = self.of(stream);
        let sender = match (&mut handles.respond, &mut handles.respond_pushed) {
            (Some(respond), _) => respond.send_response(response, end),
            (None, Some(respond)) => respond.send_response(response, end),
            (None, None) => return Err(NONE.into()),
        };
        handles.send = Some(sender.map_err(text)?);
        Ok(())
    }

    pub fn promise(&mut self, stream: u32) -> Result<(), String> {
        let respond = self.of(stream).respond.as_mut().ok_or(NONE)?;
        let pushed = respond.push_request(get("GET")).map_err(text)?;
        let promised = pushed.stream_id().as_u32();
        self.of(promised).respond_pushed = Some(pushed);
        Ok(())
    }

    pub fn reset(&mut self, stream: u32, code: u32) -> Result<(), String> {
        let handles = self.of(stream);
        match (&mut handles.send, &mut handles.respond, &mut handles.respond_pushed) {
            (Some(send), _, _) => send.send_reset(code.into()),
            (None, Some(respond), _) => respond.send_reset(code.into()),
            (None, None, Some(respond)) => respond.send_reset(code.into()),
            (None, None, None) => return Err(NONE.into()),
        }
        Ok(())
    }

    pub fn drop_handles(&mut self, stream: u32, which: Which) {
        let handles = self.of(stream);
        match which {
            Which::All => *handles = Handles::default(),
            Which::Receive => handles.body = None,
            Which::Send => handles.send = None,
            Which::Response => {
                handles.respond = None;
                handles.respond_pushed = None;
                handles.response = None;
                handles.pushed = None;
                handles.pushes = None;
            }
        }
    }
}

pub async fn request(held: &Shared, method: &str, end: bool) -> Outcome {
    poll_fn(|cx| match &mut held.borrow_mut().requester {
        Some(requester) => requester.poll_ready(cx).map_err(text),
        // The connection is not open yet and wakes everybody when it is.
        None => Poll::Pending,
    })
    .await?;
    let mut held = held.borrow_mut();
    let requester = held.requester.as_mut().ok_or(NONE)?;
    let (response, send) = requester.send_request(get(method), end).map_err(text)?;
    let stream = response.stream_id().as_u32();
    let handles = held.of(stream);
    handles.response = Some(response);
    handles.send = Some(send);
    Ok(Some(stream.into()))
}

pub async fn response(held: &Shared, stream: u32) -> Outcome {
    let response = poll_fn(|cx| {
        let mut held = held.borrow_mut();
        let handles = held.of(stream);
        match (&mut handles.response, &mut handles.pushed) {
            (Some(response), _) => Pin::new(response).poll(cx).map_err(text),
            (None, Some(pushed)) => Pin::new(pushed).poll(cx).map_err(text),
            (None, None) => Poll::Ready(Err(NONE.into())),
        }
    });
    let response = response.await;
    let mut held = held.borrow_mut();
    let handles = held.of(stream);
    handles.response = None;
    handles.pushed = None;
    let response = response?;
    let status = response.status().as_u16();
    handles.body = Some(response.into_body());
    Ok(Some(status.into()))
}

pub async fn push(held: &Shared, stream: u32) -> Outcome {
    let push = poll_fn(|cx| {
        let mut held = held.borrow_mut();
        let handles = held.of(stream);
        if handles.pushes.is_none() {
            handles.pushes = handles.response.as_mut().map(ResponseFuture::push_promises);
        }
        match &mut handles.pushes {
            Some(pushes) => pushes.poll_push_promise(cx).map(Ok),
            None => Poll::Ready(Err(NONE)),
        }
    });
    let push = push.await?.ok_or("no more promises")?.map_err(text)?;
    let (_, pushed) = push.into_parts();
    let promised = pushed.stream_id().as_u32();
    held.borrow_mut().of(promised).pushed = Some(pushed);
    Ok(Some(promised.into()))
}

pub async fn capacity(held: &Shared, stream: u32) -> Outcome {
    let capacity = poll_fn(|cx| held.borrow_mut().sender(stream)?.poll_capacity(cx).map(Ok::<_, String>));
    let capacity = capacity.await?.ok_or("the stream sends no more")?;
    Ok(Some(capacity.map_err(text)? as u64))
}

pub async fn drained(held: &Shared, stream: u32) -> Outcome {
    poll_fn(|cx| held.borrow_mut().sender(stream)?.poll_drained(cx).map_err(|error| error.to_string())).await?;
    Ok(None)
}

pub async fn reset(held: &Shared, stream: u32) -> Outcome {
    let reason = poll_fn(|cx| held.borrow_mut().sender(stream)?.poll_reset(cx).map_err(text)).await?;
    Ok(Some(u32::from(reason).into()))
}

/// Asks for capacity, waits for it, and sends no more than that.
pub async fn write_all(held: &Shared, stream: u32, octets: usize, end: bool) -> Outcome {
    let mut left = octets;
    while left > 0 || octets == 0 && end {
        let capacity = poll_fn(|cx| {
            let mut held = held.borrow_mut();
            let sender = held.sender(stream)?;
            sender.reserve_capacity(left);
            match sender.capacity() {
                0 if left > 0 => sender.poll_capacity(cx).map(Ok),
                capacity => Poll::Ready(Ok::<_, String>(Some(Ok(capacity)))),
            }
        });
        let capacity = capacity.await?.ok_or("the stream sends no more")?.map_err(text)?;
        let now = capacity.min(left);
        left -= now;
        let mut held = held.borrow_mut();
        held.sender(stream)?.send_data(content(now), end && left == 0).map_err(text)?;
        if octets == 0 {
            break;
        }
    }
    Ok(Some(octets as u64))
}

/// Reads at least `limit` octets and keeps their credit, or everything and returns the credit of each chunk.
pub async fn read(held: &Shared, stream: u32, limit: Option<usize>) -> Outcome {
    let mut octets = 0;
    while limit.is_none_or(|limit| octets < limit) {
        let chunk = poll_fn(|cx| held.borrow_mut().body(stream)?.poll_data(cx).map(Ok::<_, String>));
        let Some(chunk) = chunk.await? else {
            if limit.is_none() {
                poll_fn(|cx| held.borrow_mut().body(stream)?.poll_trailers(cx).map_err(text)).await?;
            }
            break;
        };
        let length = chunk.map_err(text)?.len();
        octets += length;
        if limit.is_none() {
            let mut held = held.borrow_mut();
            held.body(stream)?.flow_control().release_capacity(length).map_err(text)?;
        }
    }
    Ok(Some(octets as u64))
}

pub async fn ping(held: &Shared) -> Outcome {
    held.borrow_mut().pings.as_mut().ok_or(NONE)?.send_ping(h2::Ping::opaque()).map_err(text)?;
    poll_fn(|cx| match &mut held.borrow_mut().pings {
        Some(pings) => pings.poll_pong(cx).map_err(text),
        None => Poll::Ready(Err(NONE.into())),
    })
    .await?;
    Ok(None)
}

/// The server of a case without calls: reads the request, answers 200 with two octets.
pub async fn serve(held: &Shared, stream: u32) -> Result<(), String> {
    read(held, stream, None).await?;
    held.borrow_mut().respond(stream, 200, false)?;
    write_all(held, stream, 2, true).await?;
    held.borrow_mut().streams.remove(&stream);
    Ok(())
}

/// The client of a case without calls: makes a GET request and reads the answer.
pub async fn fetch(held: &Shared) -> Result<(), String> {
    const FIRST: u32 = 1;
    request(held, "GET", true).await?;
    response(held, FIRST).await?;
    read(held, FIRST, None).await?;
    held.borrow_mut().streams.remove(&FIRST);
    Ok(())
}
