//! The error code of a field block that cannot be read.

use crate::frame::Error;
use crate::hpack::DecoderError;
use crate::Reason;

impl Error {
    /// Returns the code of the connection error: COMPRESSION_ERROR if the block cannot be decoded
    /// (RFC 9113 section 4.3), PROTOCOL_ERROR if it was decoded and is malformed.
    pub(crate) fn field_block_reason(&self) -> Reason {
        match self {
            Error::Hpack(error) if !is_malformed_field(error) => Reason::COMPRESSION_ERROR,
            _ => Reason::PROTOCOL_ERROR,
        }
    }
}

/// Returns whether the block was decoded and only a name or a value in it is one that HTTP does not
/// allow.
fn is_malformed_field(error: &DecoderError) -> bool {
    matches!(error, DecoderError::InvalidUtf8 | DecoderError::InvalidStatusCode | DecoderError::InvalidPseudoheader)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_field_is_no_failure_of_the_compression() {
        let code = |error| Error::Hpack(error).field_block_reason();
        assert_eq!(code(DecoderError::InvalidTableIndex), Reason::COMPRESSION_ERROR);
        assert_eq!(code(DecoderError::InvalidHuffmanCode), Reason::COMPRESSION_ERROR);
        assert_eq!(code(DecoderError::InvalidUtf8), Reason::PROTOCOL_ERROR);
        assert_eq!(code(DecoderError::InvalidPseudoheader), Reason::PROTOCOL_ERROR);
    }
}
