//! What a subject announced in its first SETTINGS. Cases count on the initial values (RFC 9113
//! section 6.5.2); a subject with others is right to treat some of them differently.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::judge::Check;
use crate::script::Step;
use crate::transcript::{EventKind, Transcript};
use crate::wire::code::{kind, setting, DEFAULT_WINDOW};
use crate::wire::{FlowWindows, Frame, View};

/// Settings of a subject that cases depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announced {
    pub header_table_size: u32,
    pub max_concurrent_streams: u32,
    pub max_frame_size: u32,
    /// Whether the client takes promises (RFC 9113 section 6.5.2).
    pub enable_push: bool,
    /// Whether the server takes requests with :protocol (RFC 8441 section 3).
    pub enable_connect_protocol: bool,
    /// The largest window of the connection that was seen, in octets.
    pub connection_window: u64,
    /// The largest window of stream 1 that was seen, in octets: by SETTINGS, or by WINDOW_UPDATE.
    pub stream_window: u64,
}

/// The largest window of the connection that a case uses up.
const USABLE: u64 = 2 << 20;

impl Announced {
    /// The initial values. There is no limit of concurrent streams.
    pub const INITIAL: Announced = Announced {
        header_table_size: 4_096,
        max_concurrent_streams: u32::MAX,
        max_frame_size: 16_384,
        enable_push: true,
        enable_connect_protocol: false,
        connection_window: 65_535,
        stream_window: 65_535,
    };

    /// The values of the first SETTINGS of a subject.
    pub(crate) fn read(transcript: &Transcript) -> Self {
        let (connection_window, stream_window) = largest_windows(transcript);
        let mut announced = Announced { connection_window, stream_window, ..Announced::INITIAL };
        let first = transcript.subject_frames().find_map(|(_, frame)| match View::from(frame) {
            View::Settings(values) => Some(values),
            _ => None,
        });
        for (id, value) in first.unwrap_or_default() {
            match id {
                setting::HEADER_TABLE_SIZE => announced.header_table_size = value,
                setting::MAX_CONCURRENT_STREAMS => announced.max_concurrent_streams = value,
                setting::MAX_FRAME_SIZE => announced.max_frame_size = value,
                setting::ENABLE_PUSH => announced.enable_push = value == 1,
                setting::ENABLE_CONNECT_PROTOCOL => announced.enable_connect_protocol = value == 1,
                _ => {}
            }
        }
        announced
    }

    /// Why a case proves nothing about a subject with these settings.
    pub(crate) fn obstacle(&self, case: &Case) -> Option<String> {
        let frames = frames(case);
        self.obstacle_of_frame_size(&frames)
            .or_else(|| self.obstacle_of_streams(&frames))
            .or_else(|| self.obstacle_of_window(&frames))
            .or_else(|| self.obstacle_of_connection_window(case))
            .or_else(|| self.obstacle_of_table(case))
            .or_else(|| self.obstacle_of_connect(&frames))
    }

    fn obstacle_of_frame_size(&self, frames: &[Frame]) -> Option<String> {
        let largest = frames.iter().map(|frame| frame.declared.unwrap_or(0).max(frame.payload.len() as u32)).max()?;
        let exceeds = |limit| largest > limit;
        (exceeds(Self::INITIAL.max_frame_size) && self.max_frame_size > Self::INITIAL.max_frame_size).then(|| {
            format!("sends a frame above 16384 octets, and the subject announces a maximum of {}", self.max_frame_size)
        })
    }

    fn obstacle_of_streams(&self, frames: &[Frame]) -> Option<String> {
        let mut opened: Vec<u32> =
            frames.iter().filter(|frame| frame.kind == kind::HEADERS).map(|frame| frame.stream).collect();
        opened.sort_unstable();
        opened.dedup();
        let limit = self.max_concurrent_streams;
        (opened.len() as u64 > u64::from(limit))
            .then(|| format!("opens {} streams, and the subject allows {limit} at a time", opened.len()))
    }

    fn obstacle_of_window(&self, frames: &[Frame]) -> Option<String> {
        let mut sent = BTreeMap::<u32, u64>::new();
        for frame in frames.iter().filter(|frame| frame.kind == kind::DATA) {
            *sent.entry(frame.stream).or_default() += u64::from(frame.flow_controlled());
        }
        let most = sent.into_values().max()?;
        let (initial, own) = (Self::INITIAL.stream_window, self.stream_window);
        ((most > initial) != (most > own))
            .then(|| format!("sends {most} octets on a stream, and the subject announces a window of {own}"))
    }

    fn obstacle_of_connection_window(&self, case: &Case) -> Option<String> {
        let uses_it_up = case.expect.any(&|check| matches!(check, Check::CreditReturned));
        (uses_it_up && self.connection_window > USABLE).then(|| {
            format!(
                "uses up the window of the connection, and that of the subject is {} octets",
                self.connection_window
            )
        })
    }

    fn obstacle_of_connect(&self, frames: &[Frame]) -> Option<String> {
        const NAME: &[u8] = b":protocol";
        let names_protocol = |frame: &Frame| frame.payload.windows(NAME.len()).any(|octets| octets == NAME);
        (self.enable_connect_protocol && frames.iter().any(names_protocol))
            .then(|| "sends :protocol, and the subject announces that it takes it".to_owned())
    }

    fn obstacle_of_table(&self, case: &Case) -> Option<String> {
        let own = self.header_table_size;
        (own != Self::INITIAL.header_table_size && matches!(case.topic(), "hpack" | "field-forms"))
            .then(|| format!("counts on a header table of 4096 octets, and the subject announces {own}"))
    }
}

/// The largest windows that the subject granted so far: of the connection, and of stream 1.
fn largest_windows(transcript: &Transcript) -> (u64, u64) {
    let mut windows = FlowWindows::default();
    let mut connection = windows.connection();
    // Before its SETTINGS the subject has granted nothing.
    let mut stream = None;
    for event in &transcript.events {
        match &event.kind {
            EventKind::Peer(frame) | EventKind::Automatic(frame) => windows.sent(frame),
            EventKind::Subject(frame) => {
                windows.heard(frame);
                stream = stream.max(Some(windows.stream(1)));
            }
            _ => {}
        }
        connection = connection.max(windows.connection());
    }
    let size = |window: i64| u64::try_from(window).unwrap_or(0);
    (size(connection), size(stream.unwrap_or(DEFAULT_WINDOW.into())))
}

fn frames(case: &Case) -> Vec<Frame> {
    let steps = case.own_steps().steps.into_iter();
    let writes = steps.filter_map(|step| match step {
        Step::Write(sent) | Step::UseUpWindow { write: sent, .. } => Some(sent),
        _ => None,
    });
    writes.flatten().filter_map(|sent| sent.frame().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::words::malformed;
    use crate::script::Script;
    use crate::wire::build::{data, get, headers, post};

    #[track_caller]
    fn obstacle(announced: Announced, id: &'static str, script: fn(&mut Script)) -> Option<String> {
        announced.obstacle(&Case { id, script, ..Case::DEFAULT })
    }

    fn upload(s: &mut Script) {
        s.open();
        s.send(post(1));
        s.send(data(1, 16_384).end_stream());
    }

    fn too_large(s: &mut Script) {
        s.open();
        s.send(post(1));
        s.send(data(1, 16_385));
    }

    #[test]
    fn the_initial_values_are_no_obstacle() {
        for script in [upload, too_large] {
            assert_eq!(obstacle(Announced::INITIAL, "hpack/any", script), None);
        }
    }

    #[test]
    fn a_frame_that_the_server_allows_is_not_too_large() {
        let announced = Announced { max_frame_size: 1 << 20, ..Announced::INITIAL };
        let why = obstacle(announced, "framing/any", too_large).expect("an obstacle");
        assert!(why.contains("1048576"), "{why}");
        assert_eq!(obstacle(announced, "framing/any", upload), None);
    }

    #[test]
    fn more_streams_than_the_server_allows_are_not_opened() {
        let announced = Announced { max_concurrent_streams: 1, ..Announced::INITIAL };
        assert_eq!(obstacle(announced, "data/any", upload), None);
        let two = |s: &mut Script| s.burst([get(1), get(3)]);
        assert!(obstacle(announced, "data/any", two).is_some_and(|why| why.contains("opens 2 streams")));
    }

    /// The sound request comes when the stream before it is over.
    #[test]
    fn the_sound_request_after_an_error_is_not_counted() {
        let announced = Announced { max_concurrent_streams: 1, ..Announced::INITIAL };
        let case = Case { id: "fields/any", script: |s| s.send(get(1)), expect: malformed(1), ..Case::DEFAULT };
        assert_eq!(case.steps().steps.len(), case.own_steps().steps.len() + 1);
        assert_eq!(announced.obstacle(&case), None);
    }

    #[test]
    fn more_than_a_small_window_is_not_sent() {
        let announced = Announced { stream_window: 1_000, ..Announced::INITIAL };
        assert!(obstacle(announced, "data/any", upload).is_some_and(|why| why.contains("a window of 1000")));
        let overrun = |s: &mut Script| (0..5).for_each(|_| s.send(data(1, 16_384)));
        assert_eq!(obstacle(announced, "data/any", overrun), None);
        let large = Announced { stream_window: 1 << 20, ..Announced::INITIAL };
        assert!(obstacle(large, "data/any", overrun).is_some());
    }

    #[test]
    fn protocol_is_an_error_only_where_it_is_not_announced() {
        let connect = |s: &mut Script| s.send(headers(1, &[(":method", "CONNECT"), (":protocol", "websocket")]));
        let announced = Announced { enable_connect_protocol: true, ..Announced::INITIAL };
        assert!(obstacle(announced, "requests/any", connect).is_some_and(|why| why.contains(":protocol")));
        assert_eq!(obstacle(announced, "requests/any", upload), None);
        assert_eq!(obstacle(Announced::INITIAL, "requests/any", connect), None);
    }

    #[test]
    fn another_header_table_is_for_other_topics_only() {
        let announced = Announced { header_table_size: 0, ..Announced::INITIAL };
        assert!(obstacle(announced, "hpack/any", upload).is_some());
        assert_eq!(obstacle(announced, "data/any", upload), None);
    }
}
