//! What a client does when nothing is wrong. Cases rest on it: a command that fails anyhow, or
//! leaves when it is done, cannot be told from one that was right to.

use crate::drive::{play, Link, Want};
use crate::endpoint::Announced;
use crate::script::Script;
use crate::transcript::{EventKind, Transcript};
use crate::wire::build::{data, push_promise, reset, response};
use crate::wire::code::error::INTERNAL_ERROR;
use crate::wire::code::kind;
use crate::wire::hpack::Decoder;
use crate::wire::{Frame, View};

const STREAM: u32 = 1;
const PROMISED: u32 = 2;
/// Statuses other than 200 that cases answer with.
pub(super) const OTHER_STATUSES: [u16; 2] = [204, 304];

/// What a client did with a sound response, and with a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Baseline {
    pub announced: Announced,
    /// Whether the client closes its connection when its request is over.
    pub leaves: bool,
    /// The exit status after a sound response, where the one after a reset is another.
    pub success: Option<i32>,
    /// Whether it is the same for a response of 204, and of 304.
    pub succeeds_at: [bool; 2],
    /// Whether the client leaves a sound push alone. One that takes none may reset it.
    pub takes_promises: bool,
}

impl Baseline {
    /// Whether a response of this status is a success by the exit status, as far as that is known.
    pub(super) fn succeeds_at(&self, status: u16) -> bool {
        let at = OTHER_STATUSES.iter().position(|other| *other == status);
        at.is_some_and(|at| self.succeeds_at[at])
    }
}

/// How a client is treated to learn what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// A response of this status. That of 200 has content.
    Answer(u16),
    Reset,
    /// A pushed response, then the one to the request.
    Push,
}

/// Plays a connection on which nothing is wrong but the reset, if that is the treatment.
pub(super) fn treat(link: &mut dyn Link, treatment: Treatment) -> Transcript {
    let mut script = Script::new(false);
    script.open();
    match treatment {
        Treatment::Answer(200) => script.burst([response(STREAM, 200), data(STREAM, 2).end_stream()]),
        Treatment::Answer(status) => script.send(response(STREAM, status).end_stream()),
        Treatment::Reset => script.send(reset(STREAM, INTERNAL_ERROR)),
        Treatment::Push => {
            script.send(push_promise(STREAM, PROMISED));
            script.send(response(PROMISED, 200).end_stream());
            script.burst([response(STREAM, 200), data(STREAM, 2).end_stream()]);
        }
    }
    // Some programs take their time to leave.
    play(link, &script, false, &|transcript| match transcript.closed() {
        Some(_) => Want::Nothing,
        None => Want::More,
    })
}

/// Reads what a client did with a sound response: what it announced, and whether it left. An error
/// says what has to be different.
pub(super) fn read(transcript: &Transcript) -> Result<(Announced, bool), String> {
    let place = |wanted: &dyn Fn(&EventKind) -> bool| transcript.events.iter().position(|event| wanted(&event.kind));
    if place(&|event| *event == EventKind::SubjectPreface).is_none() {
        let what = match transcript.closed() {
            Some(_) => "closes its first connection",
            None => "sends something else, or nothing, on its first connection",
        };
        return Err(format!(
            "{what}, before the preface of HTTP/2: in clear text it has to use HTTP/2 with prior knowledge, and its \
             first connection is the one that counts"
        ));
    }
    if transcript.error_sent() {
        return Err("ends a sound connection with GOAWAY and an error code".into());
    }
    let of_streams = || transcript.subject_frames().map(|(_, frame)| frame).filter(|frame| frame.stream != 0);
    let Some(first) = of_streams().find(|frame| frame.kind == kind::HEADERS) else {
        return Err("sends no request".into());
    };
    if first.stream != STREAM {
        return Err(format!("sends its first request on stream {}, and cases answer on stream 1", first.stream));
    }
    if !of_streams().any(Frame::ends_stream) {
        return Err("sends a request that does not end: cases need GET".into());
    }
    if let Some(method) = method(first).filter(|method| method != b"GET") {
        return Err(format!("asks with {}: cases need GET", method.escape_ascii()));
    }
    if of_streams().any(|frame| frame.kind == kind::RST_STREAM) {
        return Err("resets a sound response of two octets".into());
    }
    let end = place(&|event| matches!(event, EventKind::Peer(frame) if frame.stream == STREAM && frame.ends_stream()));
    if transcript.closed().is_some_and(|closed| end.is_none_or(|end| closed < end)) {
        return Err("closes its connection, or one half of it, before the response has come".into());
    }
    let answers =
        |wanted: fn(&View<'_>) -> bool| transcript.subject_frames().any(|(_, frame)| wanted(&View::from(frame)));
    if !answers(|view| *view == View::SettingsAck) {
        return Err("does not acknowledge SETTINGS".into());
    }
    if transcript.closed().is_none() && !answers(|view| matches!(view, View::PingAck { .. })) {
        return Err("answers no PING, by which the suite tells whether it is alive".into());
    }
    Ok((Announced::read(transcript), transcript.closed().is_some()))
}

/// Whether a client has left a sound push alone.
pub(super) fn took_promise(transcript: &Transcript) -> bool {
    let is_reset = |frame: &Frame| frame.stream == PROMISED && frame.kind == kind::RST_STREAM;
    !transcript.error_sent() && !transcript.subject_frames().any(|(_, frame)| is_reset(frame))
}

/// The method of a request whose block is whole.
fn method(head: &Frame) -> Option<Vec<u8>> {
    let View::Headers { block } = View::from(head) else { return None };
    let fields = Decoder::default().decode(block).ok()?;
    fields.into_iter().find(|(name, _)| name == b":method").map(|(_, value)| value.to_vec())
}
