//! What a client keeps of header fields that its application may never take: those of interim
//! responses (1xx), and of promised requests.

use super::super::peer::PollMessage;
use super::{Counts, Event, Recv};
use crate::proto::streams::stream::Stream;

use http::{HeaderMap, Request};

/// The interim responses of one stream that are kept until they are taken. They are advice (RFC
/// 9110 section 15.2), and the latest is the best.
const MAX_INTERIM: usize = 8;

/// Octets of their fields, as SETTINGS_MAX_HEADER_LIST_SIZE counts them. The latest one is kept in
/// any case.
const MAX_INTERIM_OCTETS: usize = 16 << 10;

/// The promised requests of a connection that are kept until they are taken.
const MAX_PROMISES: usize = 128;

/// Octets of their fields above which no more of them are kept.
const MAX_PROMISED_OCTETS: usize = 128 << 10;

/// The promised requests that the application has not taken.
#[derive(Debug, Default)]
pub(super) struct Promised {
    requests: usize,
    octets: usize,
}

/// The size of fields as RFC 9113 section 10.5.1 counts it.
fn size(fields: &HeaderMap) -> usize {
    fields.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
}

fn size_of(request: &Request<()>) -> usize {
    let uri = request.uri();
    let authority = uri.authority().map_or(0, |authority| authority.as_str().len());
    let path = uri.path_and_query().map_or(0, |path| path.as_str().len());
    authority + path + size(request.headers())
}

/// The size of an interim response; `None` of anything else.
fn interim_size(event: &Event) -> Option<usize> {
    match event {
        Event::InformationalHeaders(PollMessage::Client(response)) => Some(size(response.headers())),
        _ => None,
    }
}

impl Recv {
    /// Queues an interim response, and drops older ones that the application has not taken.
    pub(super) fn queue_interim(&mut self, message: PollMessage, stream: &mut Stream) {
        let event = Event::InformationalHeaders(message);
        if !stream.pending_recv.is_empty() {
            self.drop_old_interim(interim_size(&event).unwrap_or(0), stream);
        }
        stream.pending_recv.push_back(&mut self.buffer, event);
    }

    /// Makes room for one of this size behind the others.
    #[cold]
    fn drop_old_interim(&mut self, size: usize, stream: &mut Stream) {
        let mut queued: Vec<Event> = Vec::with_capacity(MAX_INTERIM + 1);
        while let Some(event) = stream.pending_recv.pop_front(&mut self.buffer) {
            queued.push(event);
        }
        let mut kept: usize = queued.iter().filter_map(interim_size).count();
        let mut octets = size + queued.iter().filter_map(interim_size).sum::<usize>();
        for event in queued {
            match interim_size(&event) {
                Some(size) if kept >= MAX_INTERIM || octets > MAX_INTERIM_OCTETS => {
                    kept -= 1;
                    octets -= size;
                }
                // A promised request that was not taken goes before the interim responses to it.
                _ => stream.pending_recv.push_back(&mut self.buffer, event),
            }
        }
    }

    /// Whether a promise is refused, because the application takes none of those before it.
    pub(in super::super) fn is_full_of_promises(&self) -> bool {
        self.promised.requests >= MAX_PROMISES || self.promised.octets >= MAX_PROMISED_OCTETS
    }

    /// A promised request is queued.
    pub(super) fn promise_queued(&mut self, request: &Request<()>) {
        self.promised.requests += 1;
        self.promised.octets += size_of(request);
    }

    /// A promised request was taken.
    pub(super) fn promise_taken(&mut self, request: &Request<()>) {
        self.promised.requests -= 1;
        self.promised.octets -= size_of(request);
    }

    /// What a stream queued is dropped.
    #[inline]
    pub(super) fn fields_dropped(&mut self, event: &Event, counts: &Counts) {
        if let Event::Headers(PollMessage::Server(request)) = event {
            if !counts.peer().is_server() {
                self.promise_taken(request);
            }
        }
    }
}

#[cfg(feature = "__invariants")]
impl Recv {
    /// Checks what promised requests take against the queues of the streams.
    pub(super) fn audit_promised(&self, streams: &[&Stream]) {
        let mut found = Promised::default();
        for event in streams.iter().flat_map(|stream| stream.pending_recv.audited(&self.buffer)) {
            if let Event::Headers(PollMessage::Server(request)) = event {
                found.requests += 1;
                found.octets += size_of(request);
            }
        }
        let Promised { requests, octets } = self.promised;
        super::super::streams::holds!(
            "M3",
            (requests, octets) == (found.requests, found.octets),
            "{requests} promised requests of {octets} octets counted, {} of {} queued",
            found.requests,
            found.octets
        );
    }
}
