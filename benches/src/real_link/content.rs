//! Content without end, and how much of it arrives.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::time::Sleep;

/// What is handed over at a time.
const CHUNK: &[u8] = &[b'c'; 64 << 10];
/// How often a sender looks whether a pause is over.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Shared by all connections of the process.
#[derive(Clone, Debug)]
pub(super) struct Meter(Arc<State>);

#[derive(Debug)]
struct State {
    arrived: AtomicU64,
    sends: AtomicBool,
    failure: Mutex<Option<String>>,
}

impl Meter {
    pub(super) fn new() -> Self {
        let (arrived, sends) = (AtomicU64::new(0), AtomicBool::new(true));
        Meter(Arc::new(State { arrived, sends, failure: Mutex::default() }))
    }

    pub(super) fn arrived(&self, octets: usize) {
        self.0.arrived.fetch_add(octets as u64, Ordering::Relaxed);
    }

    /// Whether senders send.
    pub(super) fn send(&self, sends: bool) {
        self.0.sends.store(sends, Ordering::Relaxed);
    }

    pub(super) fn sends(&self) -> bool {
        self.0.sends.load(Ordering::Relaxed)
    }

    /// Notes how a connection failed.
    pub(super) fn fails(&self, error: &dyn std::error::Error) {
        *self.0.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }

    pub(super) fn failure(&self) -> Option<super::Error> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).take().map(Into::into)
    }

    /// Octets a second that arrive from now on, over this time.
    pub(super) fn rate(&self, span: Duration) -> f64 {
        let (start, before) = (Instant::now(), self.0.arrived.load(Ordering::Relaxed));
        std::thread::sleep(span);
        let octets = self.0.arrived.load(Ordering::Relaxed) - before;
        octets as f64 / start.elapsed().as_secs_f64()
    }

    /// The next content, once there is no pause.
    pub(super) async fn chunk(&self) -> Bytes {
        while !self.sends() {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Bytes::from_static(CHUNK)
    }
}

/// A body without end.
pub(super) struct Endless {
    meter: Meter,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Endless {
    pub(super) fn new(meter: Meter) -> Self {
        Endless { meter, pause: None }
    }
}

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        while !this.meter.sends() {
            let pause = this.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(POLL_INTERVAL)));
            std::task::ready!(pause.as_mut().poll(cx));
            this.pause = None;
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(CHUNK)))))
    }
}
