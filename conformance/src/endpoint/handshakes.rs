//! The handshake of TLS (RFC 9113 sections 3.2 and 9.2), on servers of https.
//!
//! These cases end before the first frame, and so are no cases of the catalogue.

use std::time::{Duration, Instant};

use super::Endpoint;
use crate::case::Case;
use crate::judge::{Ending, Outcome, Verdict};
use crate::run::Run;
use crate::transcript::{Event, EventKind, Transcript};
use crate::transport::hello::{Hello, Reply, TLS_1_1, TLS_1_2};
use crate::transport::security::{Agreed, Proposal};
use crate::transport::tcp::UNREACHABLE;

/// The topic of these cases.
pub const TOPIC: &str = "tls";

/// Cipher suites of appendix A of RFC 9113 that servers have: ECDHE, DHE and RSA with AES in CBC
/// mode, and RSA with AES in GCM, whose key exchange is not ephemeral.
const PROHIBITED: [u16; 18] = [
    0xc013, 0xc014, 0xc009, 0xc00a, 0xc023, 0xc024, 0xc027, 0xc028, 0x0033, 0x0039, 0x0067, 0x006b, 0x002f, 0x0035,
    0x003c, 0x003d, 0x009c, 0x009d,
];

const H2: &[u8] = b"h2";
/// The description of an alert (RFC 8446 section 6).
const PROTOCOL_VERSION: u8 = 70;

/// All cases.
#[must_use]
pub fn cases() -> Vec<Case> {
    let case = |id, title, requires| Case { id, title, requires, ..Case::DEFAULT };
    vec![
        case("tls/h2c-not-chosen", "Over TLS the protocol h2c is not chosen", &["rfc9113/3.2/no-h2c"]),
        case("tls/h2-beside-http1", "A client that names h2 and HTTP/1.1 gets h2", &[]),
        case("tls/mandatory-cipher", "AES-128-GCM with P-256 will do for TLS 1.2", &["rfc9113/9.2.2/mandatory-cipher"]),
        case("tls/version-1-1", "TLS 1.1 is not enough for HTTP/2", &["rfc9113/9.2/version"]),
        case(
            "tls/prohibited-cipher",
            "HTTP/2 is not agreed on with a prohibited cipher suite",
            &["rfc9113/9.2.2/prohibited"],
        ),
    ]
}

/// What came of a handshake, and whether that is right.
type Finding = (Outcome, String, String);

/// Makes the handshake of the case, and judges it.
pub(super) fn run(endpoint: &Endpoint, case: &Case, patience: Duration) -> Run {
    let began = Instant::now();
    let agree = |proposal| endpoint.security.agree(endpoint.addresses()?, proposal, patience);
    let found = match case.id {
        "tls/h2c-not-chosen" => agree(Proposal::H2C).map(|agreed| h2c(&agreed)),
        "tls/h2-beside-http1" => agree(Proposal::BOTH).map(|agreed| both(&agreed)),
        "tls/mandatory-cipher" => agree(Proposal::MANDATORY).and_then(|first| match first {
            // The key of the certificate may be of another curve, which limits it as well (RFC 8422
            // section 5.1.1).
            Agreed::Refused { .. } => agree(Proposal::MANDATORY_OR_P384).map(|agreed| mandatory(&agreed)),
            agreed => Ok(mandatory(&agreed)),
        }),
        "tls/version-1-1" => hello(endpoint, TLS_1_1, patience).map(|reply| below(&reply)),
        _ => hello(endpoint, TLS_1_2, patience).map(|reply| prohibited(&reply)),
    };
    let (kind, outcome, reason) = match found {
        Ok((outcome, came, reason)) => (EventKind::Handshake(came), outcome, reason),
        Err(message) => (EventKind::Harness(message.clone()), Outcome::Inconclusive, message),
    };
    let transcript = Transcript { events: vec![Event { at: began.elapsed(), kind }] };
    Run { verdict: Verdict { outcome, ending: Ending::Clean, reason }, transcript }
}

fn hello(endpoint: &Endpoint, version: u16, patience: Duration) -> Result<Reply, String> {
    let server_name = endpoint.security.server_name();
    let hello = Hello { version, ciphers: &PROHIBITED, server_name: server_name.as_deref() };
    let mut why = "the name has no address".to_owned();
    for address in endpoint.addresses()? {
        match hello.send(*address, patience) {
            Ok(reply) => return Ok(reply),
            Err(error) => why = format!("{UNREACHABLE}{address}: {error}"),
        }
    }
    Err(why)
}

fn h2c(agreed: &Agreed) -> Finding {
    let came = agreed.to_string();
    match agreed {
        Agreed::On { protocol: Some(protocol), .. } if protocol == b"h2c" => {
            (Outcome::Fail, came, "the server chooses h2c".into())
        }
        _ => (Outcome::Pass, came, String::new()),
    }
}

fn both(agreed: &Agreed) -> Finding {
    let came = agreed.to_string();
    match agreed {
        Agreed::On { protocol: Some(protocol), .. } if protocol == H2 => (Outcome::Pass, came, String::new()),
        _ => (Outcome::Fail, came.clone(), format!("{came}; expected h2")),
    }
}

fn mandatory(agreed: &Agreed) -> Finding {
    let came = agreed.to_string();
    match agreed {
        Agreed::On { protocol: Some(protocol), group, .. } if protocol == H2 => match group.as_str() {
            "secp256r1" => (Outcome::Pass, came, String::new()),
            _ => (Outcome::Weak, came.clone(), format!("{came}; expected the curve P-256")),
        },
        // The rule is for those that use TLS 1.2.
        Agreed::Refused { alert: Some(PROTOCOL_VERSION), .. } => (Outcome::Pass, came, String::new()),
        _ => (Outcome::Fail, came.clone(), format!("{came}; expected h2")),
    }
}

/// Whether the server then ends the connection with INADEQUATE_SECURITY cannot be seen: that is
/// behind a handshake that this program cannot make.
const UNSEEN: &str = "whether it ends the connection afterwards cannot be seen";

fn below(reply: &Reply) -> Finding {
    let came = in_words(reply);
    match reply {
        Reply::Agrees { version, protocol: Some(protocol), .. } if *version < TLS_1_2 && protocol == H2 => {
            (Outcome::Weak, came, format!("the server agrees on h2 with TLS 1.1; {UNSEEN}"))
        }
        Reply::Silent => (Outcome::Inconclusive, came.clone(), came),
        Reply::Agrees { .. } | Reply::Refuses(_) => (Outcome::Pass, came, String::new()),
    }
}

fn prohibited(reply: &Reply) -> Finding {
    let came = in_words(reply);
    match reply {
        Reply::Agrees { cipher, protocol: Some(protocol), .. } if PROHIBITED.contains(cipher) && protocol == H2 => {
            (Outcome::Weak, came, format!("the server agrees on h2 with cipher suite {cipher:#06x}; {UNSEEN}"))
        }
        Reply::Silent => (Outcome::Inconclusive, came.clone(), came),
        Reply::Agrees { .. } | Reply::Refuses(_) => (Outcome::Pass, came, String::new()),
    }
}

fn in_words(reply: &Reply) -> String {
    match reply {
        Reply::Agrees { version, cipher, protocol } => {
            let protocol = protocol.as_deref().map_or("no protocol".into(), String::from_utf8_lossy);
            format!("the server agrees on version {version:#06x}, cipher suite {cipher:#06x} and {protocol}")
        }
        Reply::Refuses(Some(alert)) => format!("the server refuses with alert {alert}"),
        Reply::Refuses(None) => "the server closes".into(),
        Reply::Silent => "the server does not answer in TLS".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(protocol: Option<&[u8]>) -> Agreed {
        let protocol = protocol.map(<[u8]>::to_vec);
        Agreed::On { version: "TLSv1_2".into(), cipher: "x".into(), group: "secp256r1".into(), protocol }
    }

    fn refused(alert: u8) -> Agreed {
        Agreed::Refused { alert: Some(alert), why: "no".into() }
    }

    #[test]
    fn verdicts_on_agreements() {
        use Outcome::{Fail, Pass, Weak};
        let mut other_curve = on(Some(b"h2"));
        if let Agreed::On { group, .. } = &mut other_curve {
            *group = "secp384r1".into();
        }
        for (agreed, by_h2c, by_both, by_mandatory) in [
            (on(Some(b"h2")), Pass, Pass, Pass),
            (on(Some(b"h2c")), Fail, Fail, Fail),
            (on(Some(b"http/1.1")), Pass, Fail, Fail),
            (on(None), Pass, Fail, Fail),
            (other_curve, Pass, Pass, Weak),
            (refused(120), Pass, Fail, Fail),
            (refused(40), Pass, Fail, Fail),
            (refused(PROTOCOL_VERSION), Pass, Fail, Pass),
        ] {
            let found = [h2c(&agreed).0, both(&agreed).0, mandatory(&agreed).0];
            assert_eq!(found, [by_h2c, by_both, by_mandatory], "{agreed}");
        }
    }

    #[test]
    fn verdicts_on_replies() {
        use Outcome::{Inconclusive, Pass, Weak};
        let agrees = |version, cipher, protocol: Option<&[u8]>| Reply::Agrees {
            version,
            cipher,
            protocol: protocol.map(<[u8]>::to_vec),
        };
        for (reply, by_version, by_cipher) in [
            (agrees(TLS_1_1, 0xc013, Some(H2)), Weak, Weak),
            (agrees(TLS_1_2, 0xc013, Some(H2)), Pass, Weak),
            (agrees(TLS_1_2, 0xc02f, Some(H2)), Pass, Pass),
            (agrees(TLS_1_1, 0xc013, Some(b"http/1.1")), Pass, Pass),
            (agrees(TLS_1_1, 0xc013, None), Pass, Pass),
            (Reply::Refuses(Some(70)), Pass, Pass),
            (Reply::Refuses(None), Pass, Pass),
            (Reply::Silent, Inconclusive, Inconclusive),
        ] {
            assert_eq!([below(&reply).0, prohibited(&reply).0], [by_version, by_cipher], "{reply:?}");
        }
    }

    #[test]
    fn each_finding_has_a_reason_unless_it_passes() {
        for (outcome, came, reason) in
            [h2c(&on(Some(b"h2c"))), both(&on(None)), below(&Reply::Silent), both(&on(Some(H2)))]
        {
            assert_eq!(reason.is_empty(), outcome == Outcome::Pass, "{came}");
            assert!(!came.is_empty());
        }
    }
}
