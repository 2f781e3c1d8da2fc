//! The judge is judged: for every kind of check, transcripts of which the verdict is known.

mod anything;
mod application;
mod errors;
mod frames;
mod life;
mod record;

use h2_conformance_judge::Check;

/// Ties each kind of check to its table. The match has no wildcard on purpose: a kind of check that
/// is added without a table does not compile.
macro_rules! tables {
    ($($kind:ident => $table:path),* $(,)?) => {
        #[allow(dead_code)]
        fn table_of(check: &Check) -> fn() {
            match check {
                $(Check::$kind { .. } => $table,)*
            }
        }

        /// One test a kind.
        #[allow(non_snake_case)]
        mod kinds {
            use super::*;

            $(
                #[test]
                fn $kind() {
                    $table();
                }
            )*
        }
    };
}

// `Ignored`, `Alive` and the other kinds without fields take `{ .. }` as well.
tables! {
    ConnectionError => errors::connection_error,
    PrefaceRefused => errors::preface_refused,
    LastProcessed => errors::last_processed,
    OneOf => errors::one_of,
    StreamError => errors::stream_error,
    StreamErrorOnly => errors::stream_error_only,
    AnyError => errors::any_error,
    Malformed => errors::malformed,
    Rejected => errors::rejected,
    Refused => errors::refused,
    Ignored => life::ignored,
    Alive => life::alive,
    Ends => life::ends,
    Closes => life::closes,
    Message => frames::message,
    Content => frames::content,
    Window => frames::window,
    UpdatedTogether => frames::updated_together,
    Uploaded => frames::uploaded,
    CreditReturned => frames::credit_returned,
    Unprompted => frames::unprompted,
    Count => frames::count,
    Acknowledged => frames::acknowledged,
    NeighbourServed => life::neighbour_served,
    GrowsWithin => life::grows_within,
    Pong => frames::pong,
    NoPong => frames::no_pong,
    BlockBegins => frames::block_begins,
    FrameSize => frames::frame_size,
    SettingsFirst => frames::settings_first,
    LastFrame => frames::last_frame,
    Call => application::call,
    CallFails => application::call_fails,
    CallWaits => application::call_waits,
    ClientSays => application::client_says,
    Handed => application::handed,
}

#[test]
fn endings_in_words() {
    life::endings_in_words();
}
