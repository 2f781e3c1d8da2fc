//! What the application holds of a stream, and what it did with it.

use h2_conformance::script::Handles;

use crate::accounting::Wire;

#[derive(Clone, Copy, Debug, Default)]
pub struct Hand {
    pub receive: bool,
    pub send: bool,
    /// What is to send the response.
    pub respond: bool,
    /// What waits for the response.
    pub response: bool,
    /// What waits for promises.
    pub pushes: bool,
    pub is_push: bool,
    /// Server: the stream on which this one was promised.
    pub parent: Option<u32>,
    pub responded: bool,
    /// Octets handed over for sending, and whether the end was.
    pub handed: u64,
    /// With what a writer had that was dropped at work.
    pub handed_most: u64,
    pub ended: bool,
    pub writer: Option<Writer>,
    pub reader: Option<Reader>,
    /// The call that waits for the response.
    pub awaiting: Option<usize>,
    /// Capacity that was asked for and is not what a writer is about to use.
    pub reserved: usize,
    /// Octets that were read and not given back, and those that were.
    pub held: u64,
    pub released: u64,
    pub read: u64,
    /// A reader failed that had read an unknown amount.
    pub strays: bool,
    /// What was read and not given back when the reader went: it comes back with the last handle.
    pub lingers: u64,
    /// The application reset the stream.
    pub reset: bool,
    /// The application left the stream while it waited for its place.
    pub left_unopened: bool,
}

/// A careful writer at work.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    pub call: usize,
    pub octets: u64,
}

/// A reader that waits.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    pub call: usize,
    /// Octets it wants and keeps; none where it wants all of it and gives it back at once.
    pub limit: Option<u64>,
}

impl Hand {
    pub fn request() -> Self {
        Hand { send: true, response: true, responded: true, ..Hand::default() }
    }

    pub fn accepted() -> Self {
        Hand { receive: true, respond: true, ..Hand::default() }
    }

    pub fn promised(parent: u32) -> Self {
        Hand { respond: true, is_push: true, parent: Some(parent), ..Hand::default() }
    }

    pub fn pushed() -> Self {
        Hand { response: true, is_push: true, ..Hand::default() }
    }

    /// Whether the application holds anything of the stream.
    pub fn holds_any(&self) -> bool {
        self.receive || self.send || self.respond || self.response || self.pushes
    }

    /// Whether the application left the stream before it had handed over all of its message.
    pub fn is_given_up(&self) -> bool {
        !self.holds_any() && !self.ended
    }

    pub fn may_write(&self) -> bool {
        self.send && !self.ended && !self.reset && self.writer.is_none()
    }

    pub fn may_read(&self) -> bool {
        self.receive && self.reader.is_none()
    }

    /// Octets that are to be sent and are not, those of a waiting writer included.
    pub fn unsent(&self, wire: &Wire) -> u64 {
        (self.handed + self.writer.map_or(0, |writer| writer.octets)).saturating_sub(wire.sent)
    }

    pub fn drop(&mut self, what: Handles) {
        if matches!(what, Handles::All | Handles::Receive) {
            self.receive = false;
            self.reader = None;
        }
        if matches!(what, Handles::All | Handles::Send) {
            self.writer = None;
            self.send = false;
            self.reserved = 0;
        }
        if matches!(what, Handles::All | Handles::Response) {
            self.respond = false;
            self.response = false;
            self.pushes = false;
            self.awaiting = None;
        }
    }
}
