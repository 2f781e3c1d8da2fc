//! A line for each frame, switched on and off while the process runs.

use std::fmt::{self, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use crate::frame::{Head, Kind, Reason, HEADER_LEN};

/// Where lines go. Called with no lock held.
pub type FrameSink = Arc<dyn Fn(&str) + Send + Sync>;

static ON: AtomicBool = AtomicBool::new(false);
static SINK: RwLock<Option<FrameSink>> = RwLock::new(None);

/// Logs each frame that any connection of the process sends or receives from now on, or none any
/// more.
///
/// A line is for one frame and looks like
///
/// ```text
/// h2 3 0.000412 sent DATA stream=1 len=1024 connection-window=64511 stream-window=64511
/// h2 3 0.020577 received WINDOW_UPDATE stream=0 len=4 increment=1024 connection-window=65535
/// h2 4 12.500000 received RST_STREAM label="listener-a" stream=5 len=4 code=CANCEL
/// ```
///
/// The first number is that of the connection, see [`Connection::id`](super::Connection::id). The
/// second one is the time since the handshake of the connection began, in seconds. The connection's
/// label follows the kind of the frame, if it has one, see
/// [`Connection::label`](super::Connection::label). After DATA, WINDOW_UPDATE and the
/// acknowledgement of SETTINGS the line has the windows that the frame changed, in octets, after
/// the change. For DATA that is sent and WINDOW_UPDATE that is received these are the windows for
/// sending, otherwise the windows for receiving. Without a stream, `initial-window` is what
/// SETTINGS_INITIAL_WINDOW_SIZE gives new ones. A stream that is over or was reset has no window in
/// that direction any more.
///
/// No line holds what a field section or DATA carries, nor debug data of GOAWAY or PING: lines are
/// free of secrets.
///
/// Frames of other kinds that are received are logged by number. Lines of one connection come in
/// order, at the latest when its task has run; a sink that panics loses a line. Off, this costs one
/// relaxed load for each frame.
///
/// ```
/// h2::insight::log_frames(Some(h2::insight::to_stderr()));
/// h2::insight::log_frames(None);
/// ```
pub fn log_frames(sink: Option<FrameSink>) {
    let mut current = SINK.write().unwrap_or_else(PoisonError::into_inner);
    ON.store(sink.is_some(), Relaxed);
    let before = std::mem::replace(&mut *current, sink);
    drop(current);
    // Its end may log or set another.
    drop(before);
}

/// Writes lines to standard error.
pub fn to_stderr() -> FrameSink {
    Arc::new(|line| eprintln!("{line}"))
}

#[inline]
pub(super) fn is_on() -> bool {
    ON.load(Relaxed)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Sent,
    Received,
}

/// The windows that a frame concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LoggedWindows {
    pub(crate) connection: i64,
    /// The window of the frame's stream, or that of new streams if the frame has none. `None` if it
    /// does not matter any more.
    pub(crate) stream: Option<i64>,
}

/// The lines of one connection that are not written yet.
#[derive(Debug)]
pub(super) struct Log {
    id: u64,
    lines: Mutex<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    whole: Vec<String>,
    /// Still without windows.
    begun: Option<Begun>,
}

#[derive(Debug)]
struct Begun {
    line: String,
    kind: Kind,
    direction: Direction,
    stream: u32,
}

impl Lines {
    fn end(&mut self) {
        self.whole.extend(self.begun.take().map(|begun| begun.line));
    }
}

/// Which windows a frame changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changes {
    /// What the peer allows us to send.
    Sending,
    /// What we allow the peer to send.
    Receiving,
}

impl Log {
    pub(super) fn new(id: u64) -> Self {
        Log { id, lines: Mutex::default() }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn pass(
        &self,
        direction: Direction,
        age: Duration,
        label: Option<&str>,
        header: &[u8; HEADER_LEN],
        payload: &[u8],
    ) {
        let head = Head::parse(header);
        let stream = u32::from(head.stream_id());
        let mut line = String::new();
        // Writing to a string does not fail.
        let _ = write!(line, "h2 {} {}.{:06} ", self.id, age.as_secs(), age.subsec_micros());
        let _ = write_line(&mut line, direction, label, header, &head, payload);
        let mut lines = self.lines();
        lines.end();
        let is_ack = head.flag() & 1 != 0;
        match head.kind() {
            kind @ (Kind::Data | Kind::WindowUpdate) => lines.begun = Some(Begun { line, kind, direction, stream }),
            kind @ Kind::Settings if is_ack => lines.begun = Some(Begun { line, kind, direction, stream }),
            _ => lines.whole.push(line),
        }
    }

    /// Ends the line that was begun, if there is one.
    pub(super) fn finish(&self, windows: impl FnOnce(Changes, u32) -> LoggedWindows) {
        let mut lines = self.lines();
        if let Some(begun) = lines.begun.take() {
            drop(lines);
            // Looking windows up may take the lock of the connection's streams.
            let Begun { mut line, kind, direction, stream } = begun;
            let is_sent = direction == Direction::Sent;
            let changes = if is_sent == (kind == Kind::WindowUpdate) { Changes::Receiving } else { Changes::Sending };
            let LoggedWindows { connection, stream: of_stream } = windows(changes, stream);
            let name = if stream == 0 { "initial" } else { "stream" };
            let _ = write!(line, " connection-window={connection}");
            if let Some(window) = of_stream.filter(|_| stream != 0 || kind == Kind::Settings) {
                let _ = write!(line, " {name}-window={window}");
            }
            self.lines().whole.push(line);
        }
    }

    /// Hands all lines to the sink.
    pub(super) fn write(&self) {
        let lines = {
            let mut lines = self.lines();
            lines.end();
            std::mem::take(&mut lines.whole)
        };
        let sink = SINK.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(sink) = sink else { return };
        for line in lines {
            let _ = catch_unwind(AssertUnwindSafe(|| sink(&line)));
        }
    }
}

fn write_line(
    line: &mut String,
    direction: Direction,
    label: Option<&str>,
    header: &[u8; HEADER_LEN],
    head: &Head,
    payload: &[u8],
) -> fmt::Result {
    let direction = if direction == Direction::Sent { "sent" } else { "received" };
    write!(line, "{direction} ")?;
    match name(head.kind()) {
        Some(name) => line.write_str(name)?,
        None => write!(line, "kind-{:#04x}", header[3])?,
    }
    if let Some(label) = label {
        // Quotes and line breaks are escaped.
        write!(line, " label={label:?}")?;
    }
    let len = u32::from_be_bytes([0, header[0], header[1], header[2]]);
    write!(line, " stream={} len={len}", u32::from(head.stream_id()))?;
    write_flags(line, head)?;
    write_payload(line, head, payload)
}

fn name(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Data => "DATA",
        Kind::Headers => "HEADERS",
        Kind::Priority => "PRIORITY",
        Kind::Reset => "RST_STREAM",
        Kind::Settings => "SETTINGS",
        Kind::PushPromise => "PUSH_PROMISE",
        Kind::Ping => "PING",
        Kind::GoAway => "GOAWAY",
        Kind::WindowUpdate => "WINDOW_UPDATE",
        Kind::Continuation => "CONTINUATION",
        Kind::Unknown => return None,
    })
}

/// The flags of a kind that have a name (RFC 9113 section 6).
fn named_flags(kind: Kind) -> &'static [(u8, &'static str)] {
    match kind {
        Kind::Data => &[(0x1, "END_STREAM"), (0x8, "PADDED")],
        Kind::Headers => &[(0x1, "END_STREAM"), (0x4, "END_HEADERS"), (0x8, "PADDED"), (0x20, "PRIORITY")],
        Kind::PushPromise => &[(0x4, "END_HEADERS"), (0x8, "PADDED")],
        Kind::Continuation => &[(0x4, "END_HEADERS")],
        Kind::Settings | Kind::Ping => &[(0x1, "ACK")],
        _ => &[],
    }
}

fn write_flags(line: &mut String, head: &Head) -> fmt::Result {
    let mut rest = head.flag();
    let mut separator = " flags=";
    for (bit, name) in named_flags(head.kind()) {
        if rest & bit != 0 {
            rest &= !bit;
            write!(line, "{separator}{name}")?;
            separator = "|";
        }
    }
    if rest != 0 {
        write!(line, "{separator}{rest:#x}")?;
    }
    Ok(())
}

/// What of a payload matters and is no secret.
fn write_payload(line: &mut String, head: &Head, payload: &[u8]) -> fmt::Result {
    let word = |at: usize| {
        let octets = payload.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(octets))
    };
    let code = |line: &mut String, at| match word(at) {
        Some(code) => write!(line, " code={:?}", Reason::from(code)),
        None => Ok(()),
    };
    match head.kind() {
        Kind::WindowUpdate => match word(0) {
            Some(increment) => write!(line, " increment={}", increment & !(1 << 31)),
            None => Ok(()),
        },
        Kind::Reset => code(line, 0),
        Kind::GoAway => {
            if let Some(last) = word(0) {
                write!(line, " last-stream={}", last & !(1 << 31))?;
            }
            code(line, 4)
        }
        Kind::Settings => payload.chunks_exact(6).try_for_each(|setting| {
            let id = u16::from_be_bytes([setting[0], setting[1]]);
            let value = u32::from_be_bytes([setting[2], setting[3], setting[4], setting[5]]);
            match setting_name(id) {
                Some(name) => write!(line, " {name}={value}"),
                None => write!(line, " setting-{id:#06x}={value}"),
            }
        }),
        Kind::PushPromise => {
            let at = usize::from(head.flag() & 0x8 != 0);
            match word(at) {
                Some(promised) => write!(line, " promised={}", promised & !(1 << 31)),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// The names of section 6.5.2 and RFC 8441, without what they all begin with.
fn setting_name(id: u16) -> Option<&'static str> {
    Some(match id {
        1 => "HEADER_TABLE_SIZE",
        2 => "ENABLE_PUSH",
        3 => "MAX_CONCURRENT_STREAMS",
        4 => "INITIAL_WINDOW_SIZE",
        5 => "MAX_FRAME_SIZE",
        6 => "MAX_HEADER_LIST_SIZE",
        8 => "ENABLE_CONNECT_PROTOCOL",
        _ => return None,
    })
}
