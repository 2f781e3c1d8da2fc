//! What cannot be asked of a subject of which only the wire is in reach.

use crate::case::{Case, Config, Needs};
use crate::judge::Check;
use crate::script::Step;

/// Why a case needs more than the wire.
pub(crate) fn needs_more(case: &Case) -> Option<&'static str> {
    let is_call = |step: &Step| matches!(step, Step::App(_));
    let calls = case.needs == Needs::Api || case.steps().steps.iter().any(is_call);
    calls.then_some("calls the subject's API").or_else(|| needs_more_than_calls(case))
}

/// Why a case needs more than the wire and its calls.
pub(crate) fn needs_more_than_calls(case: &Case) -> Option<&'static str> {
    if case.config != Config::DEFAULT {
        return Some("needs settings of the subject");
    }
    if case.expect.any(&Check::needs_application) {
        return Some("asks what the application behind the subject sees");
    }
    if case.expect.any(&|check| matches!(check, Check::Unprompted(_))) {
        return Some("asks what comes without a PING, which is how the runner waits at a socket");
    }
    if case.steps().steps.iter().any(|step| matches!(step, Step::Block(_))) {
        return Some("needs the subject's writes to wait: a socket has a buffer of unknown size");
    }
    None
}
