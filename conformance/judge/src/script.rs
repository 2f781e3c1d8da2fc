//! What a case does: the peer's frames and the application's calls, in order.
//!
//! A script is data. The conformance suite's driver plays it, and [`crate::judge`] judges what came
//! of it.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use h2_conformance_wire::build::settings;
use h2_conformance_wire::code::DEFAULT_FRAME_SIZE;
use h2_conformance_wire::{Frame, PREFACE};

/// The steps of a case.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub steps: Vec<Step>,
    pub behavior: PeerBehavior,
    server: bool,
}

/// One step. In a file, a step without values has the value `true`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The peer writes these octets in one go: in a file, as hexadecimal digits.
    Write(#[serde(with = "digits")] Vec<Sent>),
    /// The peer writes this again and again, each time on the next streams of its own, until it has
    /// sent DATA of two and a half times the connection's window: if half of the credit or more is
    /// lost, the window is used up. It writes no more DATA than the windows allow; the step is over
    /// too when they allow none and nothing moves any more.
    UseUpWindow {
        #[serde(with = "digits")]
        write: Vec<Sent>,
        /// What follows in a write of its own. May be empty.
        #[serde(with = "digits")]
        then: Vec<Sent>,
    },
    /// The peer ends its half of the connection.
    #[serde(with = "there")]
    Close,
    /// The peer stops reading (`true`) or goes on (`false`): the subject's writes meet a full
    /// buffer.
    Block(bool),
    /// The peer sends a body as the windows allow; the step is over when it was sent or nothing
    /// moves any more.
    Upload(Upload),
    /// The peer sends a body as the windows allow, from so far away that it sees a WINDOW_UPDATE a
    /// round trip late: in each round trip it sends what it was granted before.
    UploadFromAfar {
        #[serde(flatten)]
        upload: Upload,
        #[serde(with = "millis")]
        round_trip: Duration,
    },
    /// The application calls the subject's API.
    App(App),
    /// What follows is what the case is about. A failure before it is inconclusive.
    #[serde(with = "there")]
    Mark,
    /// Wait until the subject has done all that it can do.
    #[serde(with = "there")]
    Settle,
    /// So long nothing happens. In memory only, and the subject sees it where the case lets time
    /// pass.
    Elapse(#[serde(with = "millis")] Duration),
}

/// Octets the peer writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    Frame(Frame),
    Raw(Vec<u8>),
}

impl Sent {
    /// The frame, unless these are octets that need not be one.
    #[must_use]
    pub fn frame(&self) -> Option<&Frame> {
        match self {
            Sent::Frame(frame) => Some(frame),
            Sent::Raw(_) => None,
        }
    }

    /// Appends the octets to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Sent::Frame(frame) => frame.encode(out),
            Sent::Raw(raw) => out.extend_from_slice(raw),
        }
    }
}

/// The octets of one write.
#[must_use]
pub fn written(sent: &[Sent]) -> Vec<u8> {
    let mut octets = Vec::new();
    sent.iter().for_each(|piece| piece.encode(&mut octets));
    octets
}

/// A body that the peer sends in DATA frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    pub stream: u32,
    /// Octets of content.
    pub length: u64,
    /// Octets of content per frame, at most.
    pub frame: usize,
    /// Octets of padding in each frame; they count against the windows too. `None`: the frames are
    /// not PADDED.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub padding: Option<u8>,
    /// Whether the last frame carries END_STREAM.
    pub end: bool,
}

/// What the peer does beside the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerBehavior {
    /// Acknowledges SETTINGS after the opening.
    pub ack_settings: bool,
    /// Answers PING.
    pub ack_ping: bool,
    /// Returns credit for DATA it received.
    pub credit: Credit,
}

/// When the peer returns credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credit {
    Never,
    /// For each DATA frame at once, on the stream and on the connection.
    AtOnce,
    /// Only when a window has come down to 0, then all of it.
    WhenExhausted,
    /// In portions of exactly this many octets, each as soon as it was received.
    Portions(u32),
}

impl Default for PeerBehavior {
    fn default() -> Self {
        PeerBehavior { ack_settings: true, ack_ping: true, credit: Credit::Never }
    }
}

/// When WINDOW_UPDATE frames are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdatePolicy {
    /// The share of the target that must have been released.
    pub percent: u8,
    /// Octets.
    pub min_increment: u32,
    /// Milliseconds.
    pub min_interval: u32,
}

impl UpdatePolicy {
    /// What the fork does by default.
    pub const DEFAULT: UpdatePolicy = UpdatePolicy { percent: 50, min_increment: 1, min_interval: 0 };
}

/// A call on the subject's API. Streams are named by their identifier, which both sides agree on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum App {
    /// Client: starts a request, `end` without a body. Its stream gets the next odd identifier.
    Request {
        #[serde(deserialize_with = "known_method")]
        method: Method,
        end: bool,
    },
    /// Client: as `Request`, with a handle of its own, which does not wait until the request before
    /// has its place.
    RequestBeside {
        #[serde(deserialize_with = "known_method")]
        method: Method,
        end: bool,
    },
    /// Client: waits for the response's head.
    AwaitResponse { stream: u32 },
    /// Client: waits for the next promised request on `stream`.
    AwaitPush { stream: u32 },
    /// Server: sends the response's head.
    Respond { stream: u32, status: u16, end: bool },
    /// Server: promises a request on `stream`: a value, the promised stream.
    Promise { stream: u32 },
    /// Asks for send capacity.
    Reserve { stream: u32, octets: usize },
    /// What capacity the stream has: a value.
    Capacity { stream: u32 },
    /// Waits until capacity grows: a value.
    AwaitCapacity { stream: u32 },
    /// Waits until all that was sent is in frames. The release has no such call.
    AwaitDrained { stream: u32 },
    /// Hands over DATA at once, whatever the capacity.
    SendData { stream: u32, octets: usize, end: bool },
    /// A well-behaved writer: reserves, waits for capacity, sends, until `octets` are handed over.
    WriteAll { stream: u32, octets: usize, end: bool },
    /// Sends trailers.
    SendTrailers { stream: u32 },
    /// Reads until `octets` have been received; does not release them.
    Read { stream: u32, octets: usize },
    /// Reads to the end and releases each chunk at once.
    ReadToEnd { stream: u32 },
    /// Returns credit for octets that were read.
    Release { stream: u32, octets: usize },
    /// Waits for the peer's RST_STREAM: a value, the error code.
    AwaitReset { stream: u32 },
    /// Sends RST_STREAM.
    Reset { stream: u32, code: u32 },
    /// Drops handles of a stream.
    Drop { stream: u32, what: Handles },
    /// Client: drops the handle that makes requests.
    DropRequester,
    /// Sets the connection's receive window target.
    SetTargetWindow { octets: u32 },
    /// Sets the receive window target of one stream. The release has no such call.
    SetStreamTarget { stream: u32, octets: u32 },
    /// Sets when WINDOW_UPDATE frames are sent, on the connection and those streams that have no
    /// policy of their own. The release has no such call, nor the next one.
    SetUpdatePolicy { policy: UpdatePolicy },
    /// The same for one stream.
    SetStreamUpdatePolicy { stream: u32, policy: UpdatePolicy },
    /// Sets SETTINGS_INITIAL_WINDOW_SIZE.
    SetInitialWindow { octets: u32 },
    /// Server: GOAWAY, finish what runs, close.
    ShutDown,
    /// Sends GOAWAY with this code at once.
    Abort { code: u32 },
    /// Sends a PING and waits for its answer.
    Ping,
}

/// A request's method. The alias keeps serde from asking for input that lives for ever.
pub type Method = &'static str;

/// Methods that a file can name.
const METHODS: [Method; 6] = ["GET", "HEAD", "POST", "PUT", "CONNECT", "OPTIONS"];

fn known_method<'de, D: Deserializer<'de>>(file: D) -> Result<Method, D::Error> {
    let name = String::deserialize(file)?;
    let known = METHODS.into_iter().find(|method| *method == name);
    known.ok_or_else(|| serde::de::Error::unknown_variant(&name, &METHODS))
}

/// Which handles of a stream to drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handles {
    All,
    /// What receives the body.
    Receive,
    /// What sends the body.
    Send,
    /// What waits for the response, or is to send it.
    Response,
}

/// Milliseconds in a file.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, file: S) -> Result<S::Ok, S::Error> {
        file.serialize_u64(time.as_millis() as u64)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(file: D) -> Result<Duration, D::Error> {
        u64::deserialize(file).map(Duration::from_millis)
    }
}

/// `true` in a file, for a step without content.
mod there {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(file: S) -> Result<S::Ok, S::Error> {
        file.serialize_bool(true)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(file: D) -> Result<(), D::Error> {
        match bool::deserialize(file)? {
            true => Ok(()),
            false => Err(D::Error::custom("a step that is not taken is left out, and not false")),
        }
    }
}

/// The octets of a write as hexadecimal digits in a file. Read back, they are the frames that they
/// make up, so that the peer's windows stay right; what is no whole frame stays as it is.
mod digits {
    use h2_conformance_wire::print::hex;
    use h2_conformance_wire::{FrameReader, PREFACE};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{written, Sent};

    pub(super) fn serialize<S: Serializer>(sent: &[Sent], file: S) -> Result<S::Ok, S::Error> {
        file.serialize_str(&hex(&written(sent)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(file: D) -> Result<Vec<Sent>, D::Error> {
        let digits = String::deserialize(file)?;
        let octets = octets(&digits);
        octets
            .map(|octets| pieces(&octets))
            .ok_or_else(|| D::Error::custom("a write is not pairs of hexadecimal digits"))
    }

    fn octets(digits: &str) -> Option<Vec<u8>> {
        if digits.len() % 2 != 0 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
    }

    pub(super) fn pieces(octets: &[u8]) -> Vec<Sent> {
        let mut pieces = Vec::new();
        let rest = octets.strip_prefix(PREFACE.as_slice());
        pieces.extend(rest.map(|_| Sent::Raw(PREFACE.to_vec())));
        let mut reader = FrameReader::default();
        reader.push(rest.unwrap_or(octets));
        pieces.extend(std::iter::from_fn(|| reader.next_frame()).map(Sent::Frame));
        if !reader.rest().is_empty() {
            pieces.push(Sent::Raw(reader.rest().to_vec()));
        }
        pieces
    }
}

/// Writing scripts. Each method appends steps.
impl Script {
    /// An empty script for a subject that is a server (`true`) or a client.
    #[must_use]
    pub fn new(subject_is_server: bool) -> Self {
        Script { server: subject_is_server, ..Script::default() }
    }

    /// Opens the connection: preface where the peer is the client, empty SETTINGS, and the
    /// acknowledgement of the subject's. What follows is under test unless [`Script::mark`] says
    /// otherwise.
    pub fn open(&mut self) {
        self.open_with(settings());
    }

    /// As [`Script::open`], with this SETTINGS frame as the peer's first.
    pub fn open_with(&mut self, first: Frame) {
        self.preface();
        self.send(first);
        self.settle();
        self.send(settings().ack());
        self.settle();
        self.mark();
    }

    /// The octets with which a client begins; nothing where the subject is the client.
    pub fn preface(&mut self) {
        if self.server {
            self.raw(PREFACE);
        }
    }

    /// The peer sends a frame, and the subject does all that it can do.
    pub fn send(&mut self, frame: Frame) {
        self.steps.push(Step::Write(vec![Sent::Frame(frame)]));
    }

    /// The peer sends frames in one write.
    pub fn burst(&mut self, frames: impl IntoIterator<Item = Frame>) {
        self.steps.push(Step::Write(frames.into_iter().map(Sent::Frame).collect()));
    }

    /// The peer uses up the connection's window two and a half times with requests like this one,
    /// each on a stream of its own.
    pub fn use_up_window(&mut self, write: impl IntoIterator<Item = Frame>, then: impl IntoIterator<Item = Frame>) {
        let [write, then] = [write.into_iter().collect(), then.into_iter().collect()]
            .map(|frames: Vec<Frame>| frames.into_iter().map(Sent::Frame).collect());
        self.steps.push(Step::UseUpWindow { write, then });
    }

    /// The peer sends octets that need not be frames.
    pub fn raw(&mut self, octets: &[u8]) {
        self.steps.push(Step::Write(vec![Sent::Raw(octets.to_vec())]));
    }

    /// The peer ends its half of the connection.
    pub fn close(&mut self) {
        self.steps.push(Step::Close);
    }

    /// The peer stops reading.
    pub fn stop_reading(&mut self) {
        self.steps.push(Step::Block(true));
    }

    /// The peer reads again.
    pub fn go_on_reading(&mut self) {
        self.steps.push(Step::Block(false));
    }

    /// The peer sends a body with END_STREAM in frames of up to 16 384 octets, as the windows
    /// allow.
    pub fn upload(&mut self, stream: u32, length: u64) {
        self.upload_in(Upload { stream, length, frame: DEFAULT_FRAME_SIZE, padding: None, end: true });
    }

    /// The peer sends a body as the windows allow.
    pub fn upload_in(&mut self, upload: Upload) {
        self.steps.push(Step::Upload(upload));
    }

    /// The peer sends a body from afar. In memory only, where the case lets time pass.
    pub fn upload_from_afar(&mut self, upload: Upload, round_trip: Duration) {
        self.steps.push(Step::UploadFromAfar { upload, round_trip });
    }

    /// The application makes a call; its result is in the transcript.
    pub fn app(&mut self, call: App) {
        self.steps.push(Step::App(call));
    }

    /// What follows is under test.
    pub fn mark(&mut self) {
        self.steps.retain(|step| !matches!(step, Step::Mark));
        self.steps.push(Step::Mark);
    }

    /// Waits until the subject has done all that it can do.
    pub fn settle(&mut self) {
        self.steps.push(Step::Settle);
    }

    /// So long nothing happens.
    pub fn elapse(&mut self, time: Duration) {
        self.steps.push(Step::Elapse(time));
    }

    /// Sets when the peer returns credit beside the script.
    pub fn return_credit(&mut self, credit: Credit) {
        self.behavior.credit = credit;
    }

    /// Has the peer acknowledge PING only where the script says so.
    pub fn withhold_ping_ack(&mut self) {
        self.behavior.ack_ping = false;
    }

    /// Has the peer acknowledge SETTINGS only where the script says so.
    pub fn withhold_settings_ack(&mut self) {
        self.behavior.ack_settings = false;
    }
}

#[cfg(test)]
mod tests {
    use h2_conformance_wire::build::ping;

    use super::*;

    #[test]
    fn only_a_client_peer_sends_the_preface() {
        let opens_with_preface = |server| {
            let mut script = Script::new(server);
            script.open();
            matches!(&script.steps[0], Step::Write(sent) if sent[0] == Sent::Raw(PREFACE.to_vec()))
        };
        assert!(opens_with_preface(true));
        assert!(!opens_with_preface(false));
    }

    #[test]
    fn the_last_mark_counts() {
        let mut script = Script::new(true);
        script.open();
        script.settle();
        script.mark();
        let marks: Vec<usize> =
            script.steps.iter().enumerate().filter(|(_, step)| matches!(step, Step::Mark)).map(|(at, _)| at).collect();
        assert_eq!(marks, [script.steps.len() - 1]);
    }

    #[test]
    fn octets_that_are_no_whole_frame_stay_raw() {
        let mut octets = PREFACE.to_vec();
        ping([1; 8]).encode(&mut octets);
        octets.extend([0, 0, 4, 0]);
        let expected = [Sent::Raw(PREFACE.to_vec()), Sent::Frame(ping([1; 8])), Sent::Raw(vec![0, 0, 4, 0])];
        assert_eq!(digits::pieces(&octets), expected);
    }
}
