//! A case: one sentence about HTTP/2, what to do to find out, and what has to come of it.

use crate::judge::words::answered;
use crate::judge::{Check, Expect};
use crate::recording::Recording;
use crate::script::{App, Script, Sent, Step};
use crate::spec::{requirements, Level};
use crate::wire::build::get;

pub use crate::judge::setup::{Config, Deadlines, Needs, Role};

/// One case. Ids read `topic/fault-in-kebab-case` and are never reused.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: &'static str,
    /// What the subject is.
    pub role: Role,
    /// Whether all of it holds for a client as well. The catalogue lists such a case once more, as
    /// `ID-client`.
    pub and_client: bool,
    /// The sentence that the case checks.
    pub title: &'static str,
    /// Entries of `spec/`, of which the strongest gives the case its level.
    pub requires: &'static [&'static str],
    pub needs: Needs,
    pub config: Config,
    pub script: fn(&mut Script),
    pub expect: Expect,
}

impl Case {
    /// A case that does nothing; literals fill in the rest with `..Case::DEFAULT`.
    pub const DEFAULT: Case = Case {
        id: "",
        role: Role::Server,
        and_client: false,
        title: "",
        requires: &[],
        needs: Needs::Wire,
        config: Config::DEFAULT,
        script: |_| {},
        expect: Expect::NOTHING,
    };

    /// The part of the id before the slash.
    #[must_use]
    pub fn topic(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(topic, _)| topic)
    }

    /// How strongly the sentence is asked for: as strongly as the strongest of its requirements.
    #[must_use]
    pub fn level(&self) -> Level {
        let required = requirements().iter().filter(|one| self.requires.contains(&one.id.as_str()));
        required.map(|one| one.level).min().unwrap_or(Level::Quality)
    }

    /// The cases to play: one, or one for each role.
    #[must_use]
    pub fn for_each_role(self) -> Vec<Case> {
        let twin = self.twin();
        let case = Case { and_client: false, ..self.clone() };
        let case =
            Case { expect: twin.map_or(case.expect.clone(), |stream| case.expect.and(answered(stream))), ..case };
        let client = self.and_client.then(|| {
            let id = format!("{}-client", self.id).leak();
            Case { id, role: Role::Client, ..case.clone() }
        });
        [Some(case), client].into_iter().flatten().collect()
    }

    /// Whether the case sets or calls what the fork has beyond the release.
    #[must_use]
    pub fn uses_additions(&self) -> bool {
        const USUAL: Config = Config::DEFAULT;
        let config = &self.config;
        let is_set = config.connection_send_buffer != USUAL.connection_send_buffer
            || config.receive_budget != USUAL.receive_budget
            || config.window_growth != USUAL.window_growth
            || config.update_policy != USUAL.update_policy
            || config.deadlines != USUAL.deadlines
            || config.abuse != USUAL.abuse
            || config.is_lenient;
        let is_addition = |app: &App| {
            matches!(
                app,
                App::AwaitDrained { .. }
                    | App::SetStreamTarget { .. }
                    | App::SetUpdatePolicy { .. }
                    | App::SetStreamUpdatePolicy { .. }
            )
        };
        is_set || self.own_steps().steps.iter().any(|step| matches!(step, Step::App(app) if is_addition(app)))
    }

    /// The script, written out.
    #[must_use]
    pub fn steps(&self) -> Script {
        let mut script = self.own_steps();
        if let Some(stream) = self.twin() {
            script.send(get(stream));
        }
        script
    }

    /// The script without the sound request at its end. Whether a server suits the case depends on
    /// this alone.
    pub(crate) fn own_steps(&self) -> Script {
        let mut script = Script::new(self.role == Role::Server);
        (self.script)(&mut script);
        script
    }

    /// The stream of the sound request that follows an error of a stream on its connection. A
    /// server that refuses every request, or resets every stream, has not told the two apart.
    fn twin(&self) -> Option<u32> {
        let is_of_a_stream = |check: &Check| matches!(check, Check::Malformed { .. } | Check::StreamError { .. });
        let has_one = self.role == Role::Server && self.needs == Needs::Wire;
        if !has_one || !self.expect.checks().iter().any(is_of_a_stream) {
            return None;
        }
        let steps = self.own_steps().steps;
        if steps.iter().any(|step| matches!(step, Step::Close)) {
            return None;
        }
        let frames = steps.iter().filter_map(|step| match step {
            Step::Write(sent) => Some(sent),
            _ => None,
        });
        let streams = frames.flatten().filter_map(Sent::frame).map(|frame| frame.stream);
        streams.max().map(|last| (last + 2) | 1)
    }

    /// What the case does, without what it expects.
    #[must_use]
    pub fn recording(&self) -> Recording {
        let Script { steps, behavior, .. } = self.steps();
        let id = Some(self.id.to_owned());
        Recording { id, role: self.role, needs: self.needs, config: self.config, behavior, steps }
    }
}
