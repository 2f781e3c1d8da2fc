//! How often a peer may do what costs this end more than it costs the peer.
//!
//! Each kind of cost has a token bucket. It is refilled by time, and by work that serves the
//! application. A peer that goes on at a pace that a conforming peer can have never empties it. A
//! flood empties it. Then the connection reads no faster than the bucket is refilled, and after
//! some seconds ends with ENHANCE_YOUR_CALM and debug data that names the kind.
//!
//! A setting of the release that a program changes is a limit for the life of the connection, as
//! the release has it, and takes the place of the bucket.
//!
//! The codec charges for frames by their type, and the streams charge for what frames do to them.

mod bucket;
mod frames;
mod kind;
mod slow;

pub(crate) use self::bucket::Buckets;
pub use self::kind::AbuseKind;
pub(crate) use self::kind::{Limit, KINDS};
pub(crate) use self::slow::{Overdrawn, Slowed};
