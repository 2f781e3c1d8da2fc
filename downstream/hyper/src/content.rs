//! Content that can be made again from a seed, and what sums it up.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use hyper::header::{HeaderMap, HeaderValue};
use tokio::sync::oneshot;

use crate::Error;

/// Octets handed over at a time. No divisor of a frame or a window, so that the cuts move.
const CHUNK: usize = 50_000;

/// The trailer in which the server says what it received.
const RECEIVED: &str = "received";

/// Length and order-sensitive checksum (FNV-1a) of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub octets: u64,
    pub checksum: u64,
}

impl Default for Summary {
    fn default() -> Self {
        Summary { octets: 0, checksum: 0xcbf2_9ce4_8422_2325 }
    }
}

impl Summary {
    fn add(&mut self, octets: &[u8]) {
        self.octets += octets.len() as u64;
        for octet in octets {
            self.checksum = (self.checksum ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// What `octets` octets made from `seed` sum up to.
    #[must_use]
    pub fn of(seed: u64, octets: u64) -> Summary {
        let mut source = Source { state: seed, left: octets };
        let mut summary = Summary::default();
        while let Some(chunk) = source.next() {
            summary.add(&chunk);
        }
        summary
    }

    /// Reads a body to its end. Its trailers, if any, come second.
    pub(crate) async fn read(mut body: Incoming) -> Result<(Summary, Option<HeaderMap>), Error> {
        let mut summary = Summary::default();
        let mut trailers = None;
        while let Some(frame) = body.frame().await {
            match frame?.into_data() {
                Ok(data) => summary.add(&data),
                Err(frame) => trailers = frame.into_trailers().ok(),
            }
        }
        Ok((summary, trailers))
    }

    pub(crate) fn to_trailers(self) -> HeaderMap {
        let text = format!("{} {:016x}", self.octets, self.checksum);
        let value = HeaderValue::from_str(&text).expect("digits and a space");
        HeaderMap::from_iter([(hyper::header::HeaderName::from_static(RECEIVED), value)])
    }

    pub(crate) fn from_trailers(trailers: &HeaderMap) -> Option<Summary> {
        let (octets, checksum) = trailers.get(RECEIVED)?.to_str().ok()?.split_once(' ')?;
        Some(Summary { octets: octets.parse().ok()?, checksum: u64::from_str_radix(checksum, 16).ok()? })
    }
}

/// Makes content, chunk by chunk.
struct Source {
    state: u64,
    left: u64,
}

impl Source {
    fn next(&mut self) -> Option<Bytes> {
        let length = self.left.min(CHUNK as u64);
        if length == 0 {
            return None;
        }
        self.left -= length;
        let mut chunk = BytesMut::with_capacity(CHUNK + 8);
        while (chunk.len() as u64) < length {
            // A linear congruential generator: the upper half of its state looks random enough to
            // catch a swap or a cut.
            self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            chunk.extend_from_slice(&self.state.to_be_bytes()[..4]);
        }
        chunk.truncate(length as usize);
        Some(chunk.freeze())
    }
}

/// A body of generated content. The server's waits at its end for what it received meanwhile, and
/// says so in trailers.
pub(crate) struct Content {
    source: Source,
    received: Option<oneshot::Receiver<Summary>>,
}

impl Content {
    pub(crate) fn new(seed: u64, octets: u64) -> Self {
        Content { source: Source { state: seed, left: octets }, received: None }
    }

    pub(crate) fn then_tell(mut self, received: oneshot::Receiver<Summary>) -> Self {
        self.received = Some(received);
        self
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(chunk) = self.source.next() {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        let Some(received) = &mut self.received else {
            return Poll::Ready(None);
        };
        let summary = ready!(std::future::Future::poll(Pin::new(received), cx));
        self.received = None;
        // A reader that failed says nothing: no trailers, which the client complains about.
        Poll::Ready(summary.ok().map(|summary| Ok(Frame::trailers(summary.to_trailers()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_minds_length_order_and_seed() {
        let content = Summary::of(1, 100_000);
        assert_eq!(content.octets, 100_000);
        assert_eq!(content, Summary::of(1, 100_000));
        assert_ne!(content.checksum, Summary::of(2, 100_000).checksum);
        assert_ne!(content.checksum, Summary::of(1, 99_999).checksum);
        let (mut there, mut back) = (Summary::default(), Summary::default());
        there.add(b"ab");
        back.add(b"ba");
        assert_ne!(there, back);
    }

    #[test]
    fn a_summary_survives_its_trailers() {
        let summary = Summary::of(3, 1_000);
        assert_eq!(Summary::from_trailers(&summary.to_trailers()), Some(summary));
        assert_eq!(Summary::from_trailers(&HeaderMap::new()), None);
    }
}
