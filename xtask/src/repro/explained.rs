//! What `h2-conformance explain CASE --format json` says of a case, as far as a program needs it.
//!
//! Nothing unknown is skipped: a step or a setting without a place here is an error, never half a reproduction.

use serde::de::IgnoredAny;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(crate) struct Explained {
    pub(crate) id: String,
    pub(crate) title: String,
    /// The side that h2 plays.
    pub(crate) role: Role,
    pub(crate) needs: Needs,
    pub(crate) config: Config,
    pub(crate) reflexes: Reflexes,
    pub(crate) steps: Vec<Step>,
    /// A line a step, and then some.
    pub(crate) script: Vec<String>,
}

impl Explained {
    /// What the case needs that no program has which compiles against the release as well.
    pub(crate) fn beyond_programs(&self) -> Option<&'static str> {
        let sets_policy =
            |step: &Step| matches!(step, Step::App(Call::SetUpdatePolicy(_) | Call::SetStreamUpdatePolicy(_)));
        if self.config.time_passes
            || self.steps.iter().any(|step| matches!(step, Step::Elapse(_) | Step::UploadFromAfar(_)))
        {
            Some("time that is set by hand")
        } else if self.config.update_policy.is_some() || self.steps.iter().any(sets_policy) {
            Some("a policy for updates")
        } else {
            None
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Server,
    Client,
}

/// Who makes the application's calls: it does by itself, or the steps do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Needs {
    Wire,
    Api,
}

/// What is absent is h2's default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) stream_window: Option<u32>,
    pub(crate) connection_window: Option<u32>,
    pub(crate) max_concurrent: Option<u32>,
    pub(crate) max_frame: Option<u32>,
    pub(crate) max_header_list: Option<u32>,
    pub(crate) send_buffer: Option<usize>,
    pub(crate) connection_send_buffer: Option<usize>,
    #[serde(default)]
    pub(crate) receive_budget: Budget,
    pub(crate) window_growth: Option<bool>,
    pub(crate) update_policy: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) time_passes: bool,
    /// Streams, and milliseconds.
    pub(crate) reset_grace: Option<(usize, u64)>,
    pub(crate) push: Option<bool>,
}

/// Absent, it is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Budget {
    /// What h2 has.
    Default,
    #[serde(untagged)]
    Octets(u32),
}

impl Default for Budget {
    fn default() -> Self {
        Budget::Octets(0)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reflexes {
    pub(crate) ack_settings: bool,
    pub(crate) ack_ping: bool,
    pub(crate) credit: Credit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Credit {
    Never,
    AtOnce,
    WhenExhausted,
    Portions(u32),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Step {
    /// Hexadecimal digits.
    Write(String),
    Close(bool),
    Block(bool),
    Upload {
        stream: u32,
        length: u64,
        frame: usize,
        padding: Option<u8>,
        end: bool,
    },
    App(Call),
    Mark(bool),
    /// Every step ends so.
    Settle(IgnoredAny),
    Elapse(IgnoredAny),
    #[serde(rename = "upload_from_afar")]
    UploadFromAfar(IgnoredAny),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Call {
    Request { method: String, end: bool },
    AwaitResponse { stream: u32 },
    AwaitPush { stream: u32 },
    Respond { stream: u32, status: u16, end: bool },
    Promise { stream: u32 },
    Reserve { stream: u32, octets: usize },
    Capacity { stream: u32 },
    AwaitCapacity { stream: u32 },
    SendData { stream: u32, octets: usize, end: bool },
    WriteAll { stream: u32, octets: usize, end: bool },
    SendTrailers { stream: u32 },
    Read { stream: u32, octets: usize },
    ReadToEnd { stream: u32 },
    Release { stream: u32, octets: usize },
    AwaitReset { stream: u32 },
    AwaitDrained { stream: u32 },
    Reset { stream: u32, code: u32 },
    Drop { stream: u32, what: Handles },
    DropRequester,
    SetTargetWindow { octets: u32 },
    SetStreamTarget { stream: u32, octets: u32 },
    SetUpdatePolicy(IgnoredAny),
    SetStreamUpdatePolicy(IgnoredAny),
    SetInitialWindow { octets: u32 },
    ShutDown,
    Abort { code: u32 },
    Ping,
}

/// The names are the program's too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Handles {
    All,
    Receive,
    Send,
    Response,
}
