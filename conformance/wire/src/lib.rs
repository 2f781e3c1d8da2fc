//! Bytes and frames, without opinion.
//!
//! [`frame`] moves raw frames in and out of byte strings and passes no judgement: a length may lie,
//! a reserved bit may be set, a payload may be nonsense. [`view`] reads a raw frame as what its
//! type says it is. [`build`] makes frames, right and wrong ones. [`hpack`] and [`mod@print`] do
//! what their names say. [`flow_windows`] computes from frames what each side may still send,
//! [`peer_reader`] where the next frame may begin. [`pipe`] and [`link`] carry octets in virtual
//! time, [`feed`] carries them for measurements, and [`wake`] polls a task that was woken.
//!
//! This crate does not depend on h2, so that the suite shares no code with the implementations that
//! it tests.

pub mod build;
pub mod code;
pub mod feed;
pub mod flow_windows;
pub mod frame;
pub mod hpack;
pub mod link;
pub mod peer_reader;
pub mod pipe;
pub mod print;
pub mod view;
pub mod wake;

pub use flow_windows::FlowWindows;
pub use frame::{Frame, FrameReader};
pub use peer_reader::PeerReader;
pub use view::View;

/// The 24 octets with which a client opens a connection (RFC 9113 section 3.4).
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
