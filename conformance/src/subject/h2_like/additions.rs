//! What the fork has beyond the release, and the release beyond older ones, which `cargo xtask
//! recall` plays. A method that h2 has itself goes before one of the same name here, so that one
//! source fits all: without it settings have no effect, and calls fail where they can.

// Which of them are needed depends on the h2, and their visibility on where this file is put.
#![allow(dead_code, unreachable_pub)]

use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};

use http::Response;

use super::h2::{client, server, Error, FlowControl, SendStream};

const NO_SUCH_CALL: &str = "this h2 has no such call";

pub trait BuilderAdditions {
    fn max_connection_send_buffer_size(&mut self, _octets: usize) -> &mut Self {
        self
    }

    fn max_connection_receive_buffer_size(&mut self, _octets: u32) -> &mut Self {
        self
    }

    fn adaptive_window(&mut self, _enabled: bool) -> &mut Self {
        self
    }

    fn window_update_policy<P>(&mut self, _policy: P) -> &mut Self {
        self
    }

    fn data_frame_budget(&mut self, _budget: usize) -> &mut Self {
        self
    }

    fn header_table_size(&mut self, _octets: u32) -> &mut Self {
        self
    }

    fn deadlines<D>(&mut self, _deadlines: D) -> &mut Self {
        self
    }

    fn abuse_limits<L>(&mut self, _limits: L) -> &mut Self {
        self
    }

    fn drop_connection_fields(&mut self, _enabled: bool) -> &mut Self {
        self
    }

    fn drop_invalid_authority(&mut self, _enabled: bool) -> &mut Self {
        self
    }
}

impl BuilderAdditions for client::Builder {}
impl BuilderAdditions for server::Builder {}

pub trait SendAdditions {
    fn poll_drained(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(Err(NO_SUCH_CALL))
    }
}

impl SendAdditions for SendStream<Bytes> {}

pub trait InformationalAdditions {
    fn poll_informational(&mut self, _: &mut Context<'_>) -> Poll<Option<Result<Response<()>, Error>>> {
        Poll::Ready(None)
    }

    fn send_informational(&mut self, _: Response<()>) -> Result<(), Error> {
        Ok(())
    }
}

impl InformationalAdditions for client::ResponseFuture {}
impl InformationalAdditions for server::SendResponse<Bytes> {}

pub trait FlowControlAdditions {
    fn set_target_window_size(&mut self, _octets: u32) {}

    fn set_window_update_policy<P>(&mut self, _policy: P) {}
}

impl FlowControlAdditions for FlowControl {}

/// What an h2 without insight lets be seen of a connection.
pub struct NoInsight;

pub trait ConnectionAdditions {
    fn set_window_update_policy<P>(&mut self, _policy: P) {}

    fn insight(&self) -> NoInsight {
        NoInsight
    }
}

impl<T> ConnectionAdditions for client::Connection<T> where T: AsyncRead + AsyncWrite + Unpin {}
impl<T> ConnectionAdditions for server::Connection<T, Bytes> {}
