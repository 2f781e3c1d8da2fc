//! Why a case cannot be played on a server elsewhere.

use super::{open_request, AnswerTiming, Baseline};
use crate::case::{Case, Role};
use crate::judge::Check;
use crate::script::{Sent, Step};
use crate::wire_only;

/// Cases whose requests are of `http` for the sake of the case: by the default port of it, or
/// because the field is encoded as the case says.
const OF_HTTP: [&str; 6] = [
    "authority/address-of-host",
    "authority/default-port-without-host-port",
    "authority/host-with-default-port",
    "authority/host-of-other-port",
    "hpack/static-table",
    "field-forms/newest-is-first",
];

/// Why a case cannot be played over TLS.
pub(super) fn clear_text(case: &Case) -> Option<&'static str> {
    OF_HTTP.contains(&case.id).then_some("asks for http by its default port or encoding: over TLS it would be https")
}

/// Why a case cannot be played against a server that may lack CONNECT (RFC 9110 section 9.1).
pub(super) fn connect(case: &Case) -> Option<&'static str> {
    const METHOD: &[u8] = b"CONNECT";
    let asks = |sent: &Sent| {
        sent.frame().is_some_and(|frame| frame.payload.windows(METHOD.len()).any(|octets| octets == METHOD))
    };
    let is_asked = case.own_steps().steps.iter().any(|step| matches!(step, Step::Write(sent) if sent.iter().any(asks)));
    let has_answer = case.expect.any(&|check| matches!(check, Check::Message { stream: 1, .. }));
    (is_asked && has_answer).then_some("wants an answer to CONNECT, a method that a server need not have")
}

/// Why a case cannot be played against a server of unknown windows.
pub(super) fn known_windows(case: &Case) -> Option<&'static str> {
    let counts = case.expect.any(&|check| matches!(check, Check::Window { .. } | Check::Uploaded { .. }));
    counts.then_some("counts credit to the octet, which needs a server whose windows are known")
}

/// Why a case cannot be played against a server that answers before a request has ended.
pub(super) fn a_request_that_stays_open(case: &Case, answer_timing: AnswerTiming) -> Option<&'static str> {
    let why = match answer_timing {
        AnswerTiming::ReadsToTheEnd => return None,
        AnswerTiming::AnswersEarly => {
            "the server answers before the request has ended: name a path that reads it to the end"
        }
        AnswerTiming::AsksForLength => {
            "sends a request with content, and the server takes none without its length (411)"
        }
    };
    open_request::is_relied_on(&case.own_steps()).then_some(why)
}

/// Why a case cannot be played against a server whose plain response is not that of the suite's own
/// servers.
pub(super) fn another_response(case: &Case, baseline: &Baseline) -> Option<&'static str> {
    let names_status = case.expect.any(&|check| matches!(check, Check::Message { status: Some(200), .. }));
    let waits_for_content = case.topic() == "capacity";
    match baseline {
        Baseline { status, .. } if *status != 200 && names_status => {
            Some("expects status 200: name a path that answers GET with it")
        }
        Baseline { content: 0 | 1, .. } if waits_for_content => {
            Some("needs content of more than one octet: name a path that has it")
        }
        _ => None,
    }
}

/// Why a case cannot be played over a socket against a server that answers requests as soon as it
/// can.
pub(super) fn more_than_a_socket(case: &Case) -> Option<&'static str> {
    if case.role == Role::Client {
        return Some("is a case for clients");
    }
    wire_only::needs_more(case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_of_http_are_in_the_catalogue() {
        let catalogue = crate::catalog::all();
        for id in OF_HTTP {
            assert!(catalogue.iter().any(|case| case.id == id), "{id}");
        }
    }

    #[test]
    fn an_answer_to_connect_is_asked_of_no_server_elsewhere() {
        let asks: Vec<&str> =
            crate::catalog::all().iter().filter(|case| connect(case).is_some()).map(|case| case.id).collect();
        assert!(asks.contains(&"authority/host-of-connect"), "{asks:?}");
        // A wrong CONNECT has to be refused by any server.
        assert!(!asks.contains(&"requests/connect-with-path"), "{asks:?}");
    }
}
