//! Requests that stay open. A server may answer before the end of a request and then reset the
//! stream with NO_ERROR (RFC 9113 section 8.1). What a case sends on it afterwards meets a stream
//! that is gone: no verdict on that would be about the case.

use crate::script::{Script, Sent, Step};
use crate::transcript::Transcript;
use crate::wire::build::{ping, post};
use crate::wire::code::kind;

/// The request that asks whether requests are read to their end.
const STREAM: u32 = 5;

/// Opens a request and leaves it so for two round trips: that of the runner's own PING, and that of
/// this one for applications which take their time.
pub(super) fn ask(script: &mut Script) {
    script.send(post(STREAM));
    script.send(ping(*b"open yet"));
}

/// Whether the request of [`ask`] was answered or reset, though it was not over.
pub(super) fn was_answered_early(transcript: &Transcript) -> bool {
    let answers = |kind| matches!(kind, kind::HEADERS | kind::DATA | kind::RST_STREAM);
    transcript.subject_frames().any(|(_, frame)| frame.stream == STREAM && answers(frame.kind))
}

/// Whether a script sends anything while a request is open.
pub(super) fn is_relied_on(script: &Script) -> bool {
    // Whether the head that is being sent is that of a request which goes on; whether it was sent
    // whole.
    let (mut goes_on, mut open) = (false, false);
    let mut meets = |sent: &Sent| {
        if let (Sent::Frame(frame), false) = (sent, open) {
            goes_on = match frame.kind {
                kind::HEADERS => !frame.ends_stream(),
                kind::CONTINUATION => goes_on,
                _ => false,
            };
            open = goes_on && !frame.leaves_block_open();
            return false;
        }
        open
    };
    script.steps.iter().any(|step| match step {
        Step::Write(sent) => sent.iter().any(&mut meets),
        // A body belongs to a request that is open.
        Step::Upload(_) | Step::UploadFromAfar { .. } => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::build::{continuation, data, get, priority};

    #[track_caller]
    fn relies(expected: bool, write: fn(&mut Script)) {
        let mut script = Script::new(true);
        script.open();
        write(&mut script);
        assert_eq!(is_relied_on(&script), expected, "{script:?}");
    }

    #[test]
    fn what_is_sent_while_a_request_is_open_relies_on_it() {
        relies(true, |s| {
            s.send(post(1));
            s.send(data(1, 1).end_stream());
        });
        relies(true, |s| s.burst([post(1), priority(3)]));
        relies(true, |s| {
            s.send(post(1));
            s.raw(&[0]);
        });
        relies(true, |s| {
            s.send(post(1));
            s.upload(1, 9);
        });
        relies(true, |s| s.burst([post(1).continues(), continuation(1, vec![]), get(3)]));
    }

    #[test]
    fn nothing_else_does() {
        relies(false, |s| s.send(post(1)));
        relies(false, |s| s.burst([get(1), get(3), priority(1)]));
        relies(false, |s| s.burst([post(1).continues(), priority(1), continuation(1, vec![]), get(3)]));
        relies(false, |s| s.burst([get(1).continues(), continuation(1, vec![]), priority(1)]));
    }
}
