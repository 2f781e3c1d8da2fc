//! Messages that RFC 9113 calls malformed and that an application may want to have all the same.

use http::header::{HeaderName, HeaderValue, TE};
use http::uri::Authority;

use super::{defaults, Tuning};

impl Tuning {
    /// Sets whether connection-specific header fields that a peer sends are dropped. By default, as
    /// RFC 9113 asks, they make a message malformed, so that its stream is reset ([section
    /// 8.2.2](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2)).
    ///
    /// They are Connection, Keep-Alive, Proxy-Connection, Transfer-Encoding, Upgrade, and TE with
    /// another value than `trailers`. Fields that Connection names stay. In HTTP/2 none of them has
    /// a meaning. A program that passes messages on to HTTP/1 should leave this off: peers that are
    /// wrong about one field may be wrong about others.
    pub const fn drop_connection_fields(mut self, enabled: bool) -> Self {
        self.leniency.drops_connection_fields = enabled;
        self
    }

    /// Sets whether a server drops an `:authority` that is none. By default, as RFC 9113 asks, it
    /// makes a request malformed, so that its stream is reset ([section
    /// 8.3.1](https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1)).
    ///
    /// Some gRPC clients send the path of a unix socket there, such as `/run/service.sock`. The
    /// request is then handed over without an authority, so that its URI has a path only. A CONNECT
    /// request stays malformed without an authority.
    pub const fn drop_invalid_authority(mut self, enabled: bool) -> Self {
        self.leniency.drops_authority = enabled;
        self
    }
}

/// What is dropped of a message that would be malformed with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leniency {
    drops_connection_fields: bool,
    /// Whether an `:authority` that does not parse is dropped.
    drops_authority: bool,
}

impl Leniency {
    pub(crate) const NONE: Leniency = Leniency { drops_connection_fields: false, drops_authority: false };

    /// Whether this field of a message is dropped: the same ones make it malformed otherwise.
    #[inline]
    pub(crate) fn drops_field(self, name: &HeaderName, value: &HeaderValue) -> bool {
        self.drops_connection_fields && is_connection_field(name, value)
    }

    /// Whether this `:authority` is dropped.
    #[inline]
    pub(crate) fn drops_authority(self, authority: &str) -> bool {
        self.drops_authority && authority.parse::<Authority>().is_err()
    }
}

fn is_connection_field(name: &HeaderName, value: &HeaderValue) -> bool {
    is_connection_specific(name) || (name == TE && value != "trailers")
}

/// Whether a field of this name makes a message malformed, whatever its value (RFC 9113 section
/// 8.2.2).
#[inline]
pub(crate) fn is_connection_specific(name: &HeaderName) -> bool {
    // Names are in lower case, and names of another length cost one comparison.
    matches!(name.as_str(), "connection" | "keep-alive" | "proxy-connection" | "transfer-encoding" | "upgrade")
}

/// The same, as far as the builder of a connection said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LeniencyOptions {
    pub(crate) drops_connection_fields: Option<bool>,
    pub(crate) drops_authority: Option<bool>,
}

impl LeniencyOptions {
    fn or(self, process: Leniency) -> Leniency {
        Leniency {
            drops_connection_fields: self.drops_connection_fields.unwrap_or(process.drops_connection_fields),
            drops_authority: self.drops_authority.unwrap_or(process.drops_authority),
        }
    }

    pub(crate) fn of_server(self) -> Leniency {
        self.or(defaults().leniency)
    }

    /// A client receives no requests but promised ones, which are for a server that it knows.
    pub(crate) fn of_client(self) -> Leniency {
        Leniency { drops_authority: false, ..self.or(defaults().leniency) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builder_goes_before_the_process_setting_by_setting() {
        let process = Tuning::new().drop_connection_fields(true).drop_invalid_authority(true).leniency;
        let own = LeniencyOptions { drops_connection_fields: Some(false), ..LeniencyOptions::default() };
        assert_eq!(LeniencyOptions::default().or(Leniency::NONE), Leniency::NONE);
        assert_eq!(own.or(process), Leniency { drops_connection_fields: false, drops_authority: true });
        assert_eq!(LeniencyOptions::default().or(process), process);
    }

    #[test]
    fn names_of_connection_fields_are_compared_whole_and_in_any_case() {
        for name in ["Connection", "keep-alive", "Proxy-Connection", "TRANSFER-ENCODING", "upgrade"] {
            assert!(is_connection_specific(&name.parse().expect("it is a name")), "{name}");
        }
        for name in ["connections", "keep-aliv", "x-upgrade", "te", "host"] {
            assert!(!is_connection_specific(&name.parse().expect("it is a name")), "{name}");
        }
    }
}
