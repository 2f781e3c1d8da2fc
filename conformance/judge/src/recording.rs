//! A case's steps as a file: what `explain --format json` writes and `replay` plays.
//!
//! A recording holds the peer's octets and the application's calls, and the case that it is of, if
//! any. It may be among other fields, which are not read:
//!
//! ```json
//! { "role": "server", "needs": "api",
//!   "steps": [ { "write": "505249..." }, { "mark": true },
//!     { "app": { "reset": { "stream": 1, "code": 8 } } }, { "close": true } ] }
//! ```

use h2_conformance_wire::print::hex;
use serde::{Deserialize, Serialize};

use crate::script::{written, PeerBehavior, Script, Step};
use crate::setup::{Config, Needs, Role};

/// A recorded script.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recording {
    /// The case that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub role: Role,
    /// The kind of application.
    #[serde(default)]
    pub needs: Needs,
    /// Settings of the subject.
    #[serde(default)]
    pub config: Config,
    /// What the peer does beside the script.
    #[serde(default, rename = "reflexes")]
    pub behavior: PeerBehavior,
    pub steps: Vec<Step>,
}

impl Recording {
    /// Reads a file's text. The error is one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("every key is a string")
    }

    /// The script to play. Where nothing is marked, all of it is under test.
    #[must_use]
    pub fn script(&self) -> Script {
        let mut script = Script::new(self.role == Role::Server);
        script.behavior = self.behavior;
        script.steps.extend((!self.steps.contains(&Step::Mark)).then_some(Step::Mark));
        script.steps.extend_from_slice(&self.steps);
        script
    }

    /// Every octet that the steps write, as hexadecimal digits.
    #[must_use]
    pub fn octets(&self) -> String {
        let written = self.steps.iter().filter_map(|step| match step {
            Step::Write(sent) => Some(hex(&written(sent))),
            _ => None,
        });
        written.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use h2_conformance_wire::build::{ping, settings};

    use super::*;
    use crate::script::{App, Credit, Upload};

    #[test]
    fn a_recording_survives_its_file() {
        let mut script = Script::new(true);
        script.return_credit(Credit::Portions(10));
        script.open();
        script.stop_reading();
        script.burst([ping([7; 8]), settings()]);
        script.go_on_reading();
        script.app(App::Ping);
        script.raw(&[0, 0, 9, 9]);
        script.upload(1, 5);
        script.elapse(Duration::from_millis(20));
        let upload = Upload { stream: 1, length: 10, frame: 5, padding: None, end: false };
        script.upload_from_afar(upload, Duration::from_millis(30));
        script.close();
        let config = Config {
            stream_window: Some(70_000),
            receive_budget: None,
            reset_retention: Some((3, Duration::from_millis(9))),
            ..Config::DEFAULT
        };
        let Script { steps, behavior, .. } = script;
        let recording = Recording { id: None, role: Role::Server, needs: Needs::Api, config, behavior, steps };
        let read = Recording::parse(&recording.text()).unwrap();
        assert_eq!((read.config, read.behavior, &read.steps), (config, behavior, &recording.steps));
        assert_eq!(read.text(), recording.text());
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
            r#"{"role":"server","steps":[{"close":false}]}"#,
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
