//! The error code of a frame that cannot be read.

use crate::frame::Error;
use crate::Reason;

impl Error {
    /// Returns the code of the connection error: FRAME_SIZE_ERROR if the length of the payload is
    /// not what the frame type asks for (RFC 9113 sections 4.2, 6.3 to 6.9), PROTOCOL_ERROR for the
    /// rest.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Error::BadFrameSize | Error::InvalidPayloadLength | Error::InvalidPayloadAckSettings => {
                Reason::FRAME_SIZE_ERROR
            }
            _ => Reason::PROTOCOL_ERROR,
        }
    }
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
}
