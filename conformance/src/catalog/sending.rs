//! What cases about sending have in common.

use super::prelude::*;

/// A buffer that holds whatever these cases send.
pub(super) const BUFFER: Config = Config { send_buffer: Some(1 << 20), ..Config::DEFAULT };

/// Server: requests on these streams, each with the head of its response sent.
pub(super) fn responding(s: &mut Script, streams: &[u32]) {
    for &stream in streams {
        s.send(get(stream));
        s.app(App::Respond { stream, status: 200, end: false });
    }
}

/// Server: opens with this initial window for streams.
pub(super) fn open_with_window(s: &mut Script, octets: u32) {
    s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, octets));
}
