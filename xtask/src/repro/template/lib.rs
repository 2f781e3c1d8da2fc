//! What a reproduction of a fault in h2 is made of: an application that calls h2, a peer that speaks raw frames, a pipe
//! between the two, and an executor. `main.rs` holds the steps.
//!
//! Nothing sleeps and nothing runs at the same time: each run gives the same lines.

pub mod additions;
pub mod app;
pub mod connection;
pub mod frame;
pub mod handles;
pub mod peer;
pub mod pipe;
pub mod sent;
pub mod tasks;
pub mod windows;

// `additions` names it from here.
use h2;

pub use app::App;
pub use handles::Which;
pub use peer::{Credit, Peer};

/// Rounds after which two sides that keep each other busy are cut off.
const ROUNDS: usize = 200_000;

/// Lets h2, the application and the peer do all that they can do.
pub fn settle(peer: &mut Peer, app: &App) {
    for _ in 0..ROUNDS {
        let uploaded = peer.go_on_uploading();
        app.run();
        let moved = peer.read(app.has_panicked());
        if !uploaded && !moved || peer.is_over() {
            return;
        }
    }
    give_up("the two sides do not come to rest");
}

/// Asks whether the connection still works and ends the program.
pub fn conclude(mut peer: Peer, app: App) -> ! {
    settle(&mut peer, &app);
    let asked = peer.ask();
    settle(&mut peer, &app);
    println!(
        "{}",
        match () {
            () if app.has_panicked() => "h2 has panicked",
            () if peer.is_over() => "the connection is closed",
            () if !asked => "the connection is open; no PING may stand here that would ask for more",
            () if peer.was_answered() => "the connection is open and alive",
            () => "the connection is open, but a PING stays without an answer",
        }
    );
    // Without dropping the handles of h2: with debug assertions it checks its books once more then, and may panic.
    std::process::exit(0);
}

/// Ends the program without a result.
pub fn give_up(why: &str) -> ! {
    println!("{why}");
    std::process::exit(1);
}
