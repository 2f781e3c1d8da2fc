//! A case's steps as a file: what `explain --format json` writes and `replay` plays.
//!
//! A recording holds the peer's octets and the application's calls, and the case that it is of, if any. It may stand among other
//! fields, which are not read:
//!
//! ```json
//! { "role": "server", "needs": "api",
//!   "steps": [ { "write": "505249..." }, { "mark": true }, { "app": { "reset": { "stream": 1, "code": 8 } } }, { "close": true } ] }
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::case::{Case, Config, Needs, Role};
use crate::script::{App, Credit, Reflexes, Script, Sent, Step, UpdatePolicy, Upload};
use crate::wire::print::hex;
use crate::wire::{Frame, FrameReader, PREFACE};

/// A recorded script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The case that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub role: Part,
    /// Who the application is.
    #[serde(default)]
    pub needs: Application,
    /// Settings of the subject.
    #[serde(default)]
    pub config: Settings,
    /// What the peer does by itself.
    #[serde(default)]
    pub reflexes: Habits,
    pub steps: Vec<Move>,
}

/// What the subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Server,
    Client,
}

/// Who makes the application's calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Application {
    /// Nobody has to: the subject answers each request after reading it, or makes a GET request and reads the answer.
    #[default]
    Wire,
    /// The steps.
    Api,
}

/// One step. `true` stands where a step has nothing to say but that it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Move {
    /// Octets, as hexadecimal digits, that the peer writes in one go.
    Write(String),
    /// The peer ends its half.
    Close(bool),
    /// The peer stops reading, or goes on.
    Block(bool),
    /// The peer sends a body as the windows allow.
    Upload {
        stream: u32,
        length: u64,
        frame: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        padding: Option<u8>,
        end: bool,
    },
    /// The same from so far away that a round trip takes so many milliseconds.
    #[serde(rename = "upload_from_afar")]
    UploadFromAfar { stream: u32, length: u64, frame: usize, end: bool, round_trip: u64 },
    /// The application calls the subject's API.
    App(App),
    /// From here on the case is under test.
    Mark(bool),
    /// The subject does all that it can do.
    Settle(bool),
    /// So many milliseconds nothing happens.
    Elapse(u64),
}

/// [`Config`] as a file has it; what is left out is the subject's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_window: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_window: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_concurrent: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_frame: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_header_list: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_buffer: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_send_buffer: Option<usize>,
    /// Left out, windows stand where they were set; `default` is the subject's own.
    #[serde(default, skip_serializing_if = "Budget::is_none")]
    pub receive_budget: Budget,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_growth: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_policy: Option<UpdatePolicy>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_passes: bool,
    /// Streams, and milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_grace: Option<(usize, u64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<bool>,
}

/// `Config::receive_budget` as a file has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    Default,
    #[serde(untagged)]
    Octets(u32),
}

impl Budget {
    fn is_none(&self) -> bool {
        *self == Budget::Octets(0)
    }

    fn octets(self) -> Option<u32> {
        match self {
            Budget::Default => None,
            Budget::Octets(octets) => Some(octets),
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Budget::Octets(0)
    }
}

/// [`Reflexes`] as a file has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Habits {
    pub ack_settings: bool,
    pub ack_ping: bool,
    pub credit: CreditHabit,
}

/// [`Credit`] as a file has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CreditHabit {
    Never,
    AtOnce,
    WhenExhausted,
    Portions(u32),
}

impl Default for Habits {
    fn default() -> Self {
        Habits::from(Reflexes::default())
    }
}

impl Recording {
    /// The steps of a case.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let script = case.steps();
        Recording {
            id: Some(case.id.into()),
            role: match case.role {
                Role::Server => Part::Server,
                Role::Client => Part::Client,
            },
            needs: match case.needs {
                Needs::Wire => Application::Wire,
                Needs::Api => Application::Api,
            },
            config: case.config.into(),
            reflexes: script.reflexes.into(),
            steps: script.steps.iter().map(recorded).collect(),
        }
    }

    /// Reads a file's text. The error is one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let recording: Recording = serde_json::from_str(text).map_err(|error| error.to_string())?;
        for step in &recording.steps {
            if let Move::Write(digits) = step {
                octets(digits)?;
            }
        }
        Ok(recording)
    }

    /// The case of the catalogue that does exactly this. One that has become another since can judge nothing here.
    #[must_use]
    pub fn case<'a>(&self, catalogue: &'a [Case]) -> Option<&'a Case> {
        let id = self.id.as_deref()?;
        catalogue.iter().find(|case| case.id == id && Recording::of(case) == *self)
    }

    /// What the subject is.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.role {
            Part::Server => Role::Server,
            Part::Client => Role::Client,
        }
    }

    /// What the subject has to offer.
    #[must_use]
    pub fn needs(&self) -> Needs {
        match self.needs {
            Application::Wire => Needs::Wire,
            Application::Api => Needs::Api,
        }
    }

    /// The script to play. Where nothing is marked, all of it is under test.
    #[must_use]
    pub fn script(&self) -> Script {
        let mut script = Script::new(self.role == Part::Server);
        script.reflexes = self.reflexes.into();
        let marked = self.steps.iter().any(|step| matches!(step, Move::Mark(true)));
        script.steps.extend((!marked).then_some(Step::Mark));
        script.steps.extend(self.steps.iter().filter_map(step));
        script
    }

    /// Every octet that the steps write, as hexadecimal digits.
    #[must_use]
    pub fn octets(&self) -> String {
        let written = self.steps.iter().filter_map(|step| match step {
            Move::Write(digits) => Some(digits.as_str()),
            _ => None,
        });
        written.collect()
    }
}

fn recorded(step: &Step) -> Move {
    match step {
        Step::Write(sent) => {
            let mut octets = Vec::new();
            for piece in sent {
                match piece {
                    Sent::Frame(frame) => frame.encode(&mut octets),
                    Sent::Raw(raw) => octets.extend_from_slice(raw),
                }
            }
            Move::Write(hex(&octets))
        }
        Step::Close => Move::Close(true),
        Step::Block(blocked) => Move::Block(*blocked),
        Step::Upload(Upload { stream, length, frame, padding, end }) => {
            Move::Upload { stream: *stream, length: *length, frame: *frame, padding: *padding, end: *end }
        }
        Step::UploadFromAfar { upload: Upload { stream, length, frame, end, .. }, round_trip } => {
            let round_trip = round_trip.as_millis() as u64;
            Move::UploadFromAfar { stream: *stream, length: *length, frame: *frame, end: *end, round_trip }
        }
        Step::Mark => Move::Mark(true),
        Step::Settle => Move::Settle(true),
        Step::Elapse(time) => Move::Elapse(time.as_millis() as u64),
        Step::App(app) => Move::App(app.clone()),
    }
}

fn step(step: &Move) -> Option<Step> {
    Some(match step {
        Move::Write(digits) => Step::Write(pieces(&octets(digits).ok()?)),
        Move::Block(blocked) => Step::Block(*blocked),
        Move::Upload { stream, length, frame, padding, end } => {
            Step::Upload(Upload { stream: *stream, length: *length, frame: *frame, padding: *padding, end: *end })
        }
        Move::UploadFromAfar { stream, length, frame, end, round_trip } => Step::UploadFromAfar {
            upload: Upload { stream: *stream, length: *length, frame: *frame, padding: None, end: *end },
            round_trip: Duration::from_millis(*round_trip),
        },
        Move::App(app) => Step::App(app.clone()),
        Move::Close(true) => Step::Close,
        Move::Mark(true) => Step::Mark,
        Move::Settle(true) => Step::Settle,
        Move::Elapse(millis) => Step::Elapse(Duration::from_millis(*millis)),
        Move::Close(false) | Move::Mark(false) | Move::Settle(false) => return None,
    })
}

/// Octets as the frames that they are, so that the peer's books stay right; what is no whole frame stays as it is.
fn pieces(octets: &[u8]) -> Vec<Sent> {
    let mut pieces = Vec::new();
    let rest = octets.strip_prefix(PREFACE.as_slice());
    pieces.extend(rest.map(|_| Sent::Raw(PREFACE.to_vec())));
    let mut reader = FrameReader::default();
    reader.push(rest.unwrap_or(octets));
    let frames: Vec<Frame> = std::iter::from_fn(|| reader.next_frame()).collect();
    pieces.extend(frames.into_iter().map(Sent::Frame));
    if !reader.rest().is_empty() {
        pieces.push(Sent::Raw(reader.rest().to_vec()));
    }
    pieces
}

fn octets(digits: &str) -> Result<Vec<u8>, String> {
    let fault = || "a write is not pairs of hexadecimal digits".to_owned();
    if digits.len() % 2 != 0 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(fault());
    }
    let pairs = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
    pairs.collect::<Result<_, _>>().map_err(|_| fault())
}

impl From<Config> for Settings {
    fn from(config: Config) -> Self {
        Settings {
            stream_window: config.stream_window,
            connection_window: config.connection_window,
            max_concurrent: config.max_concurrent,
            max_frame: config.max_frame,
            max_header_list: config.max_header_list,
            send_buffer: config.send_buffer,
            connection_send_buffer: config.connection_send_buffer,
            receive_budget: config.receive_budget.map_or(Budget::Default, Budget::Octets),
            window_growth: config.window_growth,
            update_policy: config.update_policy,
            time_passes: config.time_passes,
            reset_grace: config.reset_grace.map(|(streams, time)| (streams, time.as_millis() as u64)),
            push: config.push,
        }
    }
}

impl From<Settings> for Config {
    fn from(settings: Settings) -> Self {
        Config {
            stream_window: settings.stream_window,
            connection_window: settings.connection_window,
            max_concurrent: settings.max_concurrent,
            max_frame: settings.max_frame,
            max_header_list: settings.max_header_list,
            send_buffer: settings.send_buffer,
            connection_send_buffer: settings.connection_send_buffer,
            receive_budget: settings.receive_budget.octets(),
            window_growth: settings.window_growth,
            update_policy: settings.update_policy,
            time_passes: settings.time_passes,
            reset_grace: settings.reset_grace.map(|(streams, millis)| (streams, Duration::from_millis(millis))),
            push: settings.push,
        }
    }
}

impl From<Reflexes> for Habits {
    fn from(reflexes: Reflexes) -> Self {
        Habits {
            ack_settings: reflexes.ack_settings,
            ack_ping: reflexes.ack_ping,
            credit: match reflexes.credit {
                Credit::Never => CreditHabit::Never,
                Credit::AtOnce => CreditHabit::AtOnce,
                Credit::WhenExhausted => CreditHabit::WhenExhausted,
                Credit::Portions(size) => CreditHabit::Portions(size),
            },
        }
    }
}

impl From<Habits> for Reflexes {
    fn from(habits: Habits) -> Self {
        Reflexes {
            ack_settings: habits.ack_settings,
            ack_ping: habits.ack_ping,
            credit: match habits.credit {
                CreditHabit::Never => Credit::Never,
                CreditHabit::AtOnce => Credit::AtOnce,
                CreditHabit::WhenExhausted => Credit::WhenExhausted,
                CreditHabit::Portions(size) => Credit::Portions(size),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::play;
    use crate::script::App;
    use crate::subject::patched;
    use crate::wire::build::{data, ping, settings};

    /// A script that needs every kind of step.
    fn sample() -> Case {
        Case {
            id: "a/b",
            needs: Needs::Api,
            config: Config {
                stream_window: Some(70_000),
                reset_grace: Some((3, Duration::from_millis(9))),
                ..Config::DEFAULT
            },
            script: |s| {
                s.return_credit(Credit::Portions(10));
                s.open();
                s.stop_reading();
                s.burst([ping([7; 8]), settings()]);
                s.go_on_reading();
                s.app(App::Ping);
                s.raw(&[0, 0, 9, 9]);
                s.upload(1, 5);
                s.elapse(Duration::from_millis(20));
                s.upload_from_afar(
                    Upload { stream: 1, length: 10, frame: 5, padding: None, end: false },
                    Duration::from_millis(30),
                );
                s.close();
            },
            ..Case::DEFAULT
        }
    }

    #[test]
    fn a_recording_survives_its_file() {
        let recording = Recording::of(&sample());
        let text = serde_json::to_string(&recording).unwrap();
        assert_eq!(Recording::parse(&text).unwrap(), recording);
        assert_eq!(Config::from(recording.config), sample().config);
    }

    #[test]
    fn every_call_of_the_catalogue_survives_its_file() {
        for case in crate::catalog::all() {
            let recording = Recording::of(&case);
            let text = serde_json::to_string(&recording).unwrap();
            assert_eq!(Recording::parse(&text).unwrap(), recording, "{}", case.id);
        }
    }

    #[test]
    fn only_what_does_the_same_is_the_case() {
        let catalogue = [sample(), Case { id: "a/c", ..sample() }];
        let recording = Recording::of(&catalogue[1]);
        assert_eq!(recording.case(&catalogue).map(|case| case.id), Some("a/c"));
        let longer = Recording { steps: [&recording.steps[..], &[Move::Settle(true)]].concat(), ..recording.clone() };
        let configured = Recording { config: Settings { push: Some(false), ..recording.config }, ..recording.clone() };
        let habitual = Recording { reflexes: Habits::default(), ..recording.clone() };
        let unknown = Recording { id: Some("a/d".into()), ..recording.clone() };
        let nameless = Recording { id: None, ..recording.clone() };
        for other in [longer, configured, habitual, unknown, nameless] {
            assert!(other.case(&catalogue).is_none(), "{other:?}");
        }
    }

    #[test]
    fn replayed_it_gives_the_same_record() {
        let played =
            |script: &Script| play(&mut patched::H2::new(&sample()), script, true, &|_| crate::drive::Want::Nothing);
        let original = Case {
            script: |s| {
                s.open();
                s.send(ping([1; 8]));
                s.send(data(1, 9));
                s.app(App::Ping);
            },
            ..sample()
        };
        assert_eq!(played(&original.steps()), played(&Recording::of(&original).script()));
    }

    #[test]
    fn octets_that_are_no_whole_frame_stay_raw() {
        let mut octets = PREFACE.to_vec();
        ping([1; 8]).encode(&mut octets);
        octets.extend([0, 0, 4, 0]);
        let expected = [Sent::Raw(PREFACE.to_vec()), Sent::Frame(ping([1; 8])), Sent::Raw(vec![0, 0, 4, 0])];
        assert_eq!(pieces(&octets), expected);
    }

    #[test]
    fn bad_files_give_one_line() {
        for text in [
            "",
            "[]",
            r#"{"role":"proxy","steps":[]}"#,
            r#"{"role":"server"}"#,
            r#"{"role":"server","steps":[{"write":"0"}]}"#,
            r#"{"role":"server","steps":[{"write":"0g"}]}"#,
            r#"{"role":"server","steps":[{"fly":true}]}"#,
            r#"{"role":"server","steps":[{"app":{"dance":{}}}]}"#,
            r#"{"role":"server","steps":[{"app":{"request":{"method":"BREW","end":true}}}]}"#,
            r#"{"role":"server","config":{"speed":1},"steps":[]}"#,
        ] {
            let error = Recording::parse(text).unwrap_err();
            assert!(!error.is_empty() && !error.contains('\n'), "{text}: {error}");
        }
    }
}
