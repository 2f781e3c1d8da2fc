//! What the streams charge for.

use super::super::stream::Stream;
use super::Counts;
use crate::guards::{AbuseKind, Buckets};
use crate::proto::{Error, DEFAULT_LOCAL_RESET_COUNT_MAX};

/// Tokens of [`AbuseKind::EmptyData`] that a stream gives back when it is opened, and a DATA frame
/// with content when it comes.
const EMPTY_FRAMES: u32 = 2;

/// Tokens of [`AbuseKind::StreamError`] that a stream of our own gives back: an error of its
/// message, and one of frames behind the end of it.
const ERRORS: u32 = 2;

/// Tokens of [`AbuseKind::Reset`] that a response gives back that the peer takes to its end.
const RESETS: u32 = 2;

/// Tokens of [`AbuseKind::WindowUpdate`] that a stream gives back when it is opened, and a DATA
/// frame when it is sent: the peer may answer it with two, for the connection and for the stream.
const UPDATES: u32 = 4;

/// Octets of DATA that give back one more of them, for a peer that sends updates for parts of a
/// frame.
const OCTETS_PER_UPDATE: usize = 128;

/// Tokens of [`AbuseKind::Interim`] and [`AbuseKind::Promise`] that a request gives back.
const ADVICE: u32 = 32;

impl Counts {
    /// Whether errors of streams and refused streams are charged to their buckets.
    pub(super) fn are_errors_charged_by_rate(&self) -> bool {
        self.max_local_error_reset_streams == Some(DEFAULT_LOCAL_RESET_COUNT_MAX)
    }

    /// A stream of the peer is about to be refused.
    pub(in crate::proto::streams) fn charge_refusal(&mut self) -> Result<(), Error> {
        if self.are_errors_charged_by_rate() {
            return self.guards.charge(AbuseKind::RefusedStream);
        }
        if !self.can_inc_num_local_error_resets() {
            return Err(AbuseKind::StreamError.flood());
        }
        self.inc_num_local_error_resets();
        Ok(())
    }

    /// This end opened a stream: a peer cannot cause more errors on such streams than there are.
    #[inline]
    pub(in crate::proto::streams) fn own_stream_opened(&mut self) {
        self.guards.refund(AbuseKind::EmptyData, EMPTY_FRAMES);
        self.guards.refund(AbuseKind::StreamError, ERRORS);
        self.guards.refund(AbuseKind::WindowUpdate, UPDATES);
        self.guards.refund(AbuseKind::Interim, ADVICE);
        self.guards.refund(AbuseKind::Promise, ADVICE);
    }

    /// The peer opened a stream, which may have an empty DATA frame.
    #[inline]
    pub(in crate::proto::streams) fn stream_of_peer_opened(&mut self) {
        self.guards.refund(AbuseKind::EmptyData, EMPTY_FRAMES);
        self.guards.refund(AbuseKind::WindowUpdate, UPDATES);
    }

    /// Content came that is not discarded.
    #[inline]
    pub(in crate::proto::streams) fn content_arrived(&mut self) {
        self.guards.refund(AbuseKind::EmptyData, EMPTY_FRAMES);
    }

    /// A DATA frame was sent. If the window is too small for what is to follow, only the octets
    /// give tokens back, so that a peer that opens the window by the octet pays for that.
    #[inline]
    pub(in crate::proto::streams) fn data_sent(&mut self, octets: usize, is_window_short: bool) {
        let for_frame = if is_window_short { 0 } else { UPDATES };
        let for_octets = (octets / OCTETS_PER_UPDATE) as u32;
        self.guards.refund(AbuseKind::WindowUpdate, for_frame + for_octets);
    }

    pub(in crate::proto::streams) fn guards(&self) -> &Buckets {
        &self.guards
    }

    pub(in crate::proto::streams) fn guards_mut(&mut self) -> &mut Buckets {
        &mut self.guards
    }

    /// All that was queued was written to the transport.
    #[inline]
    pub(in crate::proto::streams) fn all_written(&mut self) {
        self.guards.all_written();
    }

    /// WINDOW_UPDATE comes.
    #[inline]
    pub(in crate::proto::streams) fn charge_window_update(&mut self) -> Result<(), Error> {
        self.guards.charge(AbuseKind::WindowUpdate)
    }

    /// A frame comes that is ignored.
    pub(in crate::proto::streams) fn charge_ignored(&mut self) -> Result<(), Error> {
        self.guards.charge(AbuseKind::Ignored)
    }

    /// The header fields of a request are too large.
    pub(in crate::proto::streams) fn charge_large_fields(&mut self) -> Result<(), Error> {
        self.guards.charge(AbuseKind::LargeFields)
    }

    /// An interim response comes.
    pub(in crate::proto::streams) fn charge_interim(&mut self) -> Result<(), Error> {
        self.guards.charge(AbuseKind::Interim)
    }

    /// A promise comes.
    pub(in crate::proto::streams) fn charge_promise(&mut self) -> Result<(), Error> {
        self.guards.charge(AbuseKind::Promise)
    }

    /// The peer resets a stream. That is free where it got the whole response, and on streams that
    /// this end opened.
    pub(in crate::proto::streams) fn charge_reset(&mut self, stream: &Stream) -> Result<(), Error> {
        let is_answered = stream.state.is_send_closed() && !stream.has_unsent();
        if is_answered || !self.peer.is_server() || self.peer.is_local_init(stream.id) {
            return Ok(());
        }
        self.guards.charge(AbuseKind::Reset)
    }

    /// A stream is over, and neither side reset it.
    #[inline]
    pub(in crate::proto::streams) fn stream_finished(&mut self) {
        self.guards.refund(AbuseKind::Reset, RESETS);
        self.guards.refund(AbuseKind::StreamError, 1);
    }
}
