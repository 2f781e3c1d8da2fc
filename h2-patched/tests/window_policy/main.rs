//! Whatever readers and senders are like, no policy for WINDOW_UPDATE frames stalls any of them
//! (RFC 9113 section 6.9).
//!
//! * `behaviors` draws readers and senders, `world` the windows and the policies that they meet.
//! * `play` lets them take turns until none can do anything more: every body that is read has to
//!   have arrived whole.
//! * `updates` checks each WINDOW_UPDATE: it grants what was given back and nothing else, and comes
//!   when its policy says so or because a reader or a sender waits.

mod behaviors;
mod play;
#[path = "../support/mod.rs"]
mod support;
mod updates;
mod world;

use h2_conformance::case::Role;
use play::Play;
use support::subject;

/// Neither on a server nor on a client.
#[test]
fn no_policy_stalls_anybody() {
    for role in [Role::Server, Role::Client] {
        support::check(&world::world(), |world| {
            let mut subject = subject(role, world.config());
            Play::new(&mut *subject, role, world)?.play()
        });
    }
}
