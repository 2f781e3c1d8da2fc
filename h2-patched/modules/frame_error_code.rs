//! The error code of a frame that cannot be read.

use crate::frame::Error;
use crate::hpack::DecoderError;
use crate::Reason;

impl Error {
    /// The code to report this error with, as a connection error. FRAME_SIZE_ERROR where the payload's length is not what the
    /// frame type asks for (RFC 9113 sections 4.2, 6.3 to 6.9), COMPRESSION_ERROR where a field block cannot be decoded
    /// (section 4.3), PROTOCOL_ERROR for the rest.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Error::BadFrameSize | Error::InvalidPayloadLength | Error::InvalidPayloadAckSettings => {
                Reason::FRAME_SIZE_ERROR
            }
            Error::Hpack(error) if !is_malformed_field(error) => Reason::COMPRESSION_ERROR,
            _ => Reason::PROTOCOL_ERROR,
        }
    }
}

/// Whether the block was decoded and only a name or a value in it is one that HTTP does not allow.
fn is_malformed_field(error: &DecoderError) -> bool {
    matches!(error, DecoderError::InvalidUtf8 | DecoderError::InvalidStatusCode | DecoderError::InvalidPseudoheader)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_from_contents() {
        assert_eq!(Error::BadFrameSize.reason(), Reason::FRAME_SIZE_ERROR);
        assert_eq!(Error::InvalidPayloadLength.reason(), Reason::FRAME_SIZE_ERROR);
        assert_eq!(Error::InvalidPayloadAckSettings.reason(), Reason::FRAME_SIZE_ERROR);
        assert_eq!(Error::InvalidStreamId.reason(), Reason::PROTOCOL_ERROR);
        assert_eq!(Error::TooMuchPadding.reason(), Reason::PROTOCOL_ERROR);
    }

    #[test]
    fn a_bad_field_is_no_failure_of_the_compression() {
        assert_eq!(Error::Hpack(DecoderError::InvalidTableIndex).reason(), Reason::COMPRESSION_ERROR);
        assert_eq!(Error::Hpack(DecoderError::InvalidHuffmanCode).reason(), Reason::COMPRESSION_ERROR);
        assert_eq!(Error::Hpack(DecoderError::InvalidUtf8).reason(), Reason::PROTOCOL_ERROR);
        assert_eq!(Error::Hpack(DecoderError::InvalidPseudoheader).reason(), Reason::PROTOCOL_ERROR);
    }
}
