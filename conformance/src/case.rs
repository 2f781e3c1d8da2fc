//! A case: one sentence about HTTP/2, what to do to find out, and what has to come of it.

use std::time::Duration;

use crate::judge::Expect;
use crate::script::{Script, UpdatePolicy};
use crate::spec::{requirements, Level};

/// One case. Ids read `topic/fault-in-kebab-case` and are never reused.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: &'static str,
    /// What the subject is.
    pub role: Role,
    /// Whether all of it holds for a client as well. The catalogue lists such a case once more, as `ID-client`.
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

/// The subject's part in the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Server,
    Client,
}

impl Role {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Server => "server",
            Role::Client => "client",
        }
    }
}

/// What a subject has to offer for the case to be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A server that answers each request after reading it, or a client that makes a GET request and reads the answer.
    /// Anything on a socket offers that.
    Wire,
    /// Calls on the subject's API, and settings of it: in memory only.
    Api,
}

/// Settings of the subject. `None` leaves its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// SETTINGS_INITIAL_WINDOW_SIZE, in octets.
    pub stream_window: Option<u32>,
    /// Receive window of the connection, in octets.
    pub connection_window: Option<u32>,
    /// SETTINGS_MAX_CONCURRENT_STREAMS.
    pub max_concurrent: Option<u32>,
    /// SETTINGS_MAX_FRAME_SIZE, in octets.
    pub max_frame: Option<u32>,
    /// SETTINGS_MAX_HEADER_LIST_SIZE, in octets.
    pub max_header_list: Option<u32>,
    /// Octets of DATA buffered per stream before capacity is held back.
    pub send_buffer: Option<usize>,
    /// Octets of DATA buffered on the connection before capacity is held back. The release has no such limit.
    pub connection_send_buffer: Option<usize>,
    /// Octets that the peer may be granted and have sent unread beyond the windows. Cases have none unless they say so, and then
    /// windows stand where they were set, so that books are exact; `None` is the subject's default. The release has no such thing.
    pub receive_budget: Option<u32>,
    /// Whether windows grow where they limit throughput. Those of the release never do.
    pub window_growth: Option<bool>,
    /// When WINDOW_UPDATE frames are sent. The release has no choice.
    pub update_policy: Option<UpdatePolicy>,
    /// The subject sees the link's time. Else it has its own, and nothing in a case takes long.
    pub time_passes: bool,
    /// How many streams that were reset locally are remembered, and for how long.
    pub reset_grace: Option<(usize, Duration)>,
    /// Client: SETTINGS_ENABLE_PUSH.
    pub push: Option<bool>,
}

impl Config {
    /// The subject's defaults, with windows that stand where they were set.
    pub const DEFAULT: Config = Config {
        stream_window: None,
        connection_window: None,
        max_concurrent: None,
        max_frame: None,
        max_header_list: None,
        send_buffer: None,
        connection_send_buffer: None,
        receive_budget: Some(0),
        window_growth: None,
        update_policy: None,
        time_passes: false,
        reset_grace: None,
        push: None,
    };
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
        let case = Case { and_client: false, ..self.clone() };
        let client = self.and_client.then(|| {
            let id = format!("{}-client", self.id).leak();
            Case { id, role: Role::Client, ..case.clone() }
        });
        [Some(case), client].into_iter().flatten().collect()
    }

    /// The script, written out.
    #[must_use]
    pub fn steps(&self) -> Script {
        let mut script = Script::new(self.role == Role::Server);
        (self.script)(&mut script);
        script
    }
}
