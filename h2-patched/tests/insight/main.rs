//! What can be seen of connections: snapshots, events, the frame log. In memory and in virtual
//! time: a test plays the peer frame by frame and polls the connection by hand.

mod auto_traits;
mod ends;
mod events;
mod frame_log;
mod labels;
mod observers;
mod recorder;
mod snapshots;
mod stalls;
mod stream_errors;
