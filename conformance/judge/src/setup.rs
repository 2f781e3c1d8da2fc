//! What a case asks of its subject: its role, its abilities, and its settings.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::script::UpdatePolicy;

/// The subject's part in the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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

/// The ability that a subject needs for the case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Needs {
    /// A server that answers each request after reading it, or a client that makes a GET request
    /// and reads the answer. Any endpoint on a socket does that.
    #[default]
    Wire,
    /// Calls on the subject's API, and settings of it: in memory only.
    Api,
}

/// Settings of the subject. `None` leaves its default. What a file leaves out is as in
/// [`Config::DEFAULT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// SETTINGS_INITIAL_WINDOW_SIZE, in octets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_window: Option<u32>,
    /// Receive window of the connection, in octets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_window: Option<u32>,
    /// SETTINGS_MAX_CONCURRENT_STREAMS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrent: Option<u32>,
    /// SETTINGS_MAX_FRAME_SIZE, in octets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_frame: Option<u32>,
    /// SETTINGS_MAX_HEADER_LIST_SIZE, in octets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_header_list: Option<u32>,
    /// Octets of DATA buffered per stream before capacity is held back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_buffer: Option<usize>,
    /// Octets of DATA buffered on the connection before capacity is held back. The release has no
    /// such limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_send_buffer: Option<usize>,
    /// Octets that the peer may be granted and have sent unread beyond the windows. Cases have none
    /// unless they say so, and then windows stay as they were set, so that the arithmetic is
    /// exact; `None` is the subject's default. The release has no such thing.
    #[serde(with = "budget", skip_serializing_if = "budget::is_zero")]
    pub receive_budget: Option<u32>,
    /// Whether windows grow where they limit throughput. Those of the release never do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_growth: Option<bool>,
    /// When WINDOW_UPDATE frames are sent. The release has no choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_policy: Option<UpdatePolicy>,
    /// The subject sees the link's time. Else it has its own, and nothing in a case takes long.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub time_passes: bool,
    /// What unread DATA frames of less than 256 octets may cost beside their content, in bytes by
    /// the release's estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_frame_budget: Option<usize>,
    /// How many streams that were reset locally are remembered, and for how long.
    #[serde(rename = "reset_grace", with = "retention", skip_serializing_if = "Option::is_none")]
    pub reset_retention: Option<(usize, Duration)>,
    /// Client: SETTINGS_ENABLE_PUSH.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<bool>,
    /// How long the subject waits. The release has no such thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadlines: Option<Deadlines>,
    /// How much of each kind of abuse the subject takes: a burst of 1 or more, and what it forgives
    /// a second. The release has other limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abuse: Option<(u32, u32)>,
    /// The subject drops fields that RFC 9113 forbids, and takes the rest of their section. The
    /// release has no such choice.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_lenient: bool,
    /// The subject is looked at after each step, and tells all that it can of what it does. The
    /// release tells less.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_observed: bool,
}

/// How long a subject waits, in milliseconds, 1 or more. `None` leaves its default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deadlines {
    pub handshake: Option<u32>,
    pub settings_ack: Option<u32>,
    /// Silence after which a PING asks for a sign of life, and silence after that.
    pub keep_alive: Option<u32>,
    pub idle: Option<u32>,
    pub max_age: Option<u32>,
    pub max_age_drain: Option<u32>,
    pub write: Option<u32>,
    pub stream_write: Option<u32>,
    pub shutdown_ping: Option<u32>,
    pub shutdown_drain: Option<u32>,
    pub flush: Option<u32>,
    pub close: Option<u32>,
}

impl Config {
    /// The subject's defaults, with windows that stay as they were set.
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
        data_frame_budget: None,
        reset_retention: None,
        push: None,
        deadlines: None,
        abuse: None,
        is_lenient: false,
        is_observed: false,
    };
}

impl Default for Config {
    fn default() -> Self {
        Config::DEFAULT
    }
}

/// A receive budget in a file: a number of octets, or `default` for the subject's own. Left out, it
/// is 0.
mod budget {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Budget {
        Default,
        #[serde(untagged)]
        Octets(u32),
    }

    pub(super) fn is_zero(budget: &Option<u32>) -> bool {
        *budget == Some(0)
    }

    pub(super) fn serialize<S: Serializer>(budget: &Option<u32>, file: S) -> Result<S::Ok, S::Error> {
        budget.map_or(Budget::Default, Budget::Octets).serialize(file)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(file: D) -> Result<Option<u32>, D::Error> {
        Ok(match Budget::deserialize(file)? {
            Budget::Default => None,
            Budget::Octets(octets) => Some(octets),
        })
    }
}

/// Streams that are remembered, and for how many milliseconds.
mod retention {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(retention: &Option<(usize, Duration)>, file: S) -> Result<S::Ok, S::Error> {
        retention.map(|(streams, time)| (streams, time.as_millis() as u64)).serialize(file)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(file: D) -> Result<Option<(usize, Duration)>, D::Error> {
        let retention = Option::<(usize, u64)>::deserialize(file)?;
        Ok(retention.map(|(streams, millis)| (streams, Duration::from_millis(millis))))
    }
}
