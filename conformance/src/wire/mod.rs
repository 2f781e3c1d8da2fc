//! Bytes and frames, without opinion.
//!
//! [`frame`] moves raw frames in and out of byte strings and passes no judgement: a length may lie, a reserved bit may be
//! set, a payload may be nonsense. [`view`] reads a raw frame as what its type says it is. [`build`] makes frames,
//! right and wrong ones. [`hpack`] and [`mod@print`] do what their names say.
//!
//! Nothing here shares code with the implementations under test.

pub mod build;
pub mod code;
pub mod frame;
pub mod hpack;
pub mod print;
pub mod view;

pub use frame::{Frame, FrameReader};
pub use view::View;

/// The 24 octets with which a client opens a connection (RFC 9113 section 3.4).
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
