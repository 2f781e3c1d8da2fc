//! What one case does, requires and expects, and what came of it on each subject.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::case::{Case, Config, Needs, Role};
use crate::claims::{Claims, Patch};
use crate::report::lines;
use crate::script::{Credit, PeerBehavior, Script, Sent, Step};
use crate::suite::{play, Played, Target};
use crate::wire::print::hex;
use crate::wire::PREFACE;

/// Frames of one write that are named; a flood of them is only counted.
const NAMED: usize = 8;

/// A case explained. As JSON it is a recording too, for `replay`.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    pub id: &'static str,
    pub title: &'static str,
    pub level: &'static str,
    pub role: Role,
    pub requires: &'static [&'static str],
    pub expects: Vec<String>,
    /// What happens, step by step, in words.
    pub script: Vec<String>,
    /// The patch that the case proves, or the first that says it changes the frames.
    pub patch: Option<&'static str>,
    pub subjects: BTreeMap<String, SubjectResult>,
    /// The octets that the script writes.
    pub peer_bytes_hex: String,
    #[serde(flatten)]
    rest: Rest,
    #[serde(skip)]
    shown: Vec<Shown>,
}

/// The fields of the recording that are not above.
#[derive(Clone, Debug, Serialize)]
struct Rest {
    needs: Needs,
    config: Config,
    #[serde(rename = "reflexes")]
    behavior: PeerBehavior,
    steps: Vec<Step>,
}

/// What came of the case on one subject.
#[derive(Clone, Debug, Serialize)]
pub struct SubjectResult {
    pub outcome: &'static str,
    pub ending: Option<&'static str>,
    pub reason: String,
    pub transcript: Vec<String>,
}

/// A subject's name and version, in the order asked for.
#[derive(Clone, Debug)]
struct Shown {
    name: String,
    version: String,
}

impl Explanation {
    /// Plays `case` on the targets and explains it.
    #[must_use]
    pub fn of(case: &Case, targets: &[&dyn Target], claims: Claims) -> Self {
        let recording = case.recording();
        let patches = claims.about(case.id);
        Explanation {
            id: case.id,
            title: case.title,
            level: case.level().name(),
            role: recording.role,
            requires: case.requires,
            expects: case.expect.checks().iter().map(ToString::to_string).collect(),
            script: steps_in_words(&case.steps()),
            patch: patches.first().map(|patch: &&Patch| patch.slug),
            subjects: targets.iter().map(|c| (c.name().to_owned(), verdict(&play(case, *c)))).collect(),
            peer_bytes_hex: recording.octets(),
            rest: Rest {
                needs: recording.needs,
                config: recording.config,
                behavior: recording.behavior,
                steps: recording.steps,
            },
            shown: targets
                .iter()
                .map(|c| Shown { name: c.name().to_owned(), version: c.version().to_owned() })
                .collect(),
        }
    }

    /// The explanation for other programs.
    #[must_use]
    pub fn as_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("every key is a string");
        text.push('\n');
        text
    }
}

fn verdict(played: &Played) -> SubjectResult {
    match played {
        Played::Ran(run) => SubjectResult {
            outcome: run.verdict.outcome.name(),
            ending: Some(run.verdict.ending.name()),
            reason: run.verdict.reason.clone(),
            transcript: lines(&run.transcript, usize::MAX),
        },
        Played::Skipped(reason) => {
            SubjectResult { outcome: "skipped", ending: None, reason: reason.clone(), transcript: Vec::new() }
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n", self.id, self.title)?;
        writeln!(f, "subject   a {}", self.role.name())?;
        writeln!(f, "level     {}", self.level)?;
        writeln!(f, "requires  {}", self.requires.join(", "))?;
        let config = serde_json::to_value(self.rest.config).unwrap_or_default();
        let config: Vec<String> =
            config.as_object().into_iter().flatten().map(|(name, value)| format!("{name}={value}")).collect();
        writeln!(
            f,
            "settings  {}",
            if config.is_empty() { "the subject's defaults".into() } else { config.join(", ") }
        )?;
        if let Some(patch) = self.patch {
            writeln!(f, "patch     {patch}")?;
        }
        section(f, "Steps", &self.script)?;
        section(f, "Expects", &self.expects)?;
        for Shown { name, version } in &self.shown {
            let Some(verdict) = self.subjects.get(name) else { continue };
            write!(f, "\n{name} ({version}): {}", verdict.outcome)?;
            if let Some(ending) = verdict.ending {
                write!(f, ", {ending}")?;
            }
            if !verdict.reason.is_empty() {
                write!(f, ": {}", verdict.reason)?;
            }
            writeln!(f)?;
            verdict.transcript.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        Ok(())
    }
}

fn section(f: &mut fmt::Formatter<'_>, heading: &str, entries: &[String]) -> fmt::Result {
    writeln!(f, "\n{heading}")?;
    entries.iter().enumerate().try_for_each(|(at, entry)| writeln!(f, "  {:>2}. {entry}", at + 1))
}

/// What a script does, one line a step.
fn steps_in_words(script: &Script) -> Vec<String> {
    let mut calls = 0;
    let mut lines: Vec<String> = script.steps.iter().map(|step| step_in_words(step, &mut calls)).collect();
    let behavior = script.behavior;
    let credit = match behavior.credit {
        Credit::Never => None,
        Credit::AtOnce => Some("the peer returns credit for each DATA frame at once".to_owned()),
        Credit::WhenExhausted => Some("the peer returns credit only when a window is used up".to_owned()),
        Credit::Portions(size) => Some(format!("the peer returns credit in portions of {size} octets")),
    };
    lines.extend(credit.map(|rule| format!("(all the while {rule})")));
    lines.extend(
        (!behavior.ack_settings).then(|| "(the peer acknowledges SETTINGS only where the script says so)".to_owned()),
    );
    lines.extend((!behavior.ack_ping).then(|| "(the peer answers no PING)".to_owned()));
    lines
}

fn write_in_words(sent: &[Sent]) -> String {
    let named: Vec<String> = sent.iter().take(NAMED).map(sent_in_words).collect();
    let more = match sent.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more in the same write"),
    };
    named.join(", ") + &more
}

fn step_in_words(step: &Step, calls: &mut usize) -> String {
    match step {
        Step::Write(sent) => format!("the peer sends {}", write_in_words(sent)),
        Step::UseUpWindow { write, then } => {
            let then = match then.is_empty() {
                true => String::new(),
                false => format!("; then {}", write_in_words(then)),
            };
            format!(
                "the peer uses up the connection's window two and a half times with requests on streams of their own: {}{then}",
                write_in_words(write)
            )
        }
        Step::Close => "the peer ends its half of the connection".into(),
        Step::Block(true) => "the peer stops reading".into(),
        Step::Block(false) => "the peer reads again".into(),
        Step::Upload(upload) => format!(
            "the peer sends a body of {} octets on stream {} in frames of up to {}{}, as the windows allow{}",
            upload.length,
            upload.stream,
            upload.frame,
            upload.padding.map_or(String::new(), |padding| format!(" and {padding} octets of padding each")),
            if upload.end { ", and ends the stream" } else { "" }
        ),
        Step::UploadFromAfar { upload, round_trip } => format!(
            "the peer sends a body of {} octets on stream {} in frames of up to {}: every {} ms what it was granted before",
            upload.length,
            upload.stream,
            upload.frame,
            round_trip.as_millis()
        ),
        Step::App(app) => {
            *calls += 1;
            format!("the application makes call #{}: {app:?}", *calls - 1)
        }
        Step::Mark => "---- under test from here ----".into(),
        Step::Settle => "the subject does all that it can do".into(),
        Step::Elapse(time) => format!("{} ms pass in which nothing happens", time.as_millis()),
    }
}

fn sent_in_words(sent: &Sent) -> String {
    match sent {
        Sent::Frame(frame) => frame.to_string(),
        Sent::Raw(raw) if raw == PREFACE => "the connection preface".into(),
        Sent::Raw(raw) => format!("{} raw octets {}", raw.len(), hex(&raw[..raw.len().min(24)])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::words::alive;
    use crate::recording::Recording;
    use crate::script::App;
    use crate::subject::IN_MEMORY;
    use crate::wire::build::ping;

    fn explained() -> Explanation {
        let case = Case {
            id: "a/b",
            title: "It works",
            requires: &["x/y"],
            script: |s| {
                s.open();
                s.burst((0..20).map(|number| ping([number; 8])));
                s.app(App::Ping);
            },
            expect: alive(),
            ..Case::DEFAULT
        };
        let claims = Claims(&[Patch { slug: "p", subject: "", class: "fix", proven_by: &["a/b"], changes: &[] }]);
        Explanation::of(&case, &[&IN_MEMORY[0], &IN_MEMORY[1]], claims)
    }

    #[test]
    fn the_text_goes_from_what_it_does_to_what_came_of_it() {
        let text = explained().to_string();
        let mut at = 0;
        for part in
            ["a/b\nIt works", "patch     p", "and 12 more", "call #0: Ping", "Expects", "upstream (", "patched ("]
        {
            at += text[at..].find(part).unwrap_or_else(|| panic!("{part} is not where it belongs in\n{text}"));
        }
    }

    #[test]
    fn the_json_has_the_promised_fields_and_can_be_replayed() {
        let json = explained().as_json();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        for field in
            ["id", "title", "level", "role", "requires", "expects", "subjects", "peer_bytes_hex", "needs", "steps"]
        {
            assert!(!value[field].is_null(), "{field}");
        }
        assert!(value["subjects"]["patched"]["transcript"].as_array().unwrap().len() > 20);
        assert_eq!(value["subjects"]["upstream"]["outcome"], "pass");
        assert!(value["peer_bytes_hex"].as_str().unwrap().starts_with("505249"));
        assert_eq!(Recording::parse(&json).unwrap().role, Role::Server);
    }
}
