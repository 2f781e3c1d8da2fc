//! Legal peers: connections on which a peer does at random what RFC 9113 allows, and the
//! application beside the subject what the API allows. Nothing may go wrong on them.
//!
//! [`plan`] makes a run from a seed or from a fuzzer's octets. The peer acts on what it has read:
//! frames cross on the link, which carries octets in pieces of any size, at once, slowly or in
//! bursts, with pauses of hours in virtual time. [`play`] plays a plan, [`hunt`] plays many and
//! cuts down what it finds, [`reached`] counts what they got to.
//!
//! # What has to hold
//!
//! * The subject sends no GOAWAY with an error, and the application sees no error of the
//!   connection.
//! * The subject resets a stream with the code of the application's reset, with CANCEL or NO_ERROR
//!   where the application dropped handles, or with REFUSED_STREAM above its limit of streams,
//!   where the peer could not know it or a promise was refused.
//! * A message that was sent whole, on a stream that neither side gave up, comes whole: fields,
//!   content, trailers, in order. What comes of other messages is the beginning of what was sent.
//! * The subject keeps within windows, frame sizes, stream limits and states, as the peer knows
//!   them.
//! * When everything is read and granted, everything ends. Then the connection's window is at its
//!   target to the octet, new requests are answered, PINGs are answered, and the connection ends
//!   without an error.
//!
//! # What the peer leaves out
//!
//! A peer that does these is taken for a flood, or is not told apart from one:
//!
//! * more than 60 DATA frames without content beside one for each stream (`guards`: a burst of 100,
//!   and two for each stream and each frame with content);
//! * more than 500 SETTINGS (`guards`: a burst of 1000);
//! * pauses of more than 20 seconds in all once the subject may go away: it drops a peer that then
//!   reads nothing for 30 seconds, or answers no PING for 60 (`tuning::Deadlines`);
//! * a field section in more than five CONTINUATION frames, unless its size needs them;
//! * before it has read the subject's SETTINGS, field sections of more than about a thousand
//!   octets: the subject may be set to less, and four times its SETTINGS_MAX_HEADER_LIST_SIZE ends
//!   the connection.
//!
//! The buckets of `guards` for resets, refused requests, PINGs, SETTINGS and other frames are
//! larger than what a run of this length takes from them.
//!
//! # What is known and not counted
//!
//! * A promise that waits is withdrawn where the peer disables pushes: sending its response fails.
//! * A body whose receiver is dropped, while the application keeps credit that it has not released,
//!   is received with what is left of the stream's window. The application resets such streams at
//!   the end.

mod acts;
pub mod application;
pub mod content;
mod ending;
pub mod fields;
mod heard;
pub mod hunt;
pub mod pair;
mod peer;
pub mod plan;
mod player;
pub mod reached;
#[cfg(test)]
mod tests;

pub use plan::Plan;
pub(crate) use player::config;
pub use player::{play, Run};
