//! What insight adds takes no auto trait from types of the release.

use std::panic::{RefUnwindSafe, UnwindSafe};

use bytes::Bytes;
use h2::{client, insight, server};

fn has_all<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}

#[test]
fn what_holds_an_observer_or_a_handle_is_unwind_safe() {
    has_all::<client::Builder>();
    has_all::<server::Builder>();
    has_all::<insight::Connection>();
    has_all::<insight::ConnectionSnapshot>();
    has_all::<insight::Totals>();
    has_all::<insight::WithLabel<()>>();
    has_all::<client::SendRequest<Bytes>>();
}
