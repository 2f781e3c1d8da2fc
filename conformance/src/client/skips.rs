//! Cases that cannot be played on a client elsewhere, and why.

use super::Baseline;
use crate::case::{Case, Config, Needs, Role};
use crate::judge::Check;
use crate::script::{Sent, Step, Upload};
use crate::wire::code::kind;
use crate::wire::Frame;

/// Why a case needs more than a client that makes one request.
pub(super) fn needs_more_than_a_request(case: &Case) -> Option<&'static str> {
    if case.role == Role::Server {
        return Some("the subject is a server");
    }
    let steps = case.steps().steps;
    if case.needs == Needs::Api || steps.iter().any(|step| matches!(step, Step::App(_))) {
        return Some("calls the subject's API");
    }
    if case.config != Config::DEFAULT {
        return Some("needs settings of the subject");
    }
    if case.expect.any(&Check::needs_application) {
        return Some("asks what the application behind the subject sees");
    }
    if case.expect.any(&|check| matches!(check, Check::Unprompted(_))) {
        return Some("asks what comes without a PING, which is how the runner waits at a socket");
    }
    if case.expect.any(&|check| matches!(check, Check::Window { .. })) {
        return Some("counts credit to the octet: only a client with known windows promises that");
    }
    if steps.iter().any(|step| matches!(step, Step::Block(_))) {
        return Some("needs the subject's writes to wait: a socket has a buffer of unknown size");
    }
    None
}

/// Why a case proves nothing about this client.
pub(super) fn needs_another_client(case: &Case, baseline: &Baseline) -> Option<String> {
    let frames = frames(case);
    if !baseline.announced.enable_push && accepts_a_promise(case, &frames) {
        return Some("sends PUSH_PROMISE, and the client announces that it takes none".into());
    }
    let uploads = uploads(case);
    let ends_response = frames.iter().any(|frame| frame.stream == 1 && frame.ends_stream())
        || uploads.iter().any(|upload| upload.stream == 1 && upload.end);
    if baseline.leaves && baseline.success.is_none() && ends_response {
        return Some("ends the response, at which this client leaves; its exit status tells nothing".into());
    }
    let window = u64::from(baseline.announced.initial_window_size);
    if let Some(octets) = uploads.iter().map(flow_controlled).find(|octets| *octets <= window) {
        return Some(format!("sends {octets} octets of DATA, and the client's window of {window} takes all of them"));
    }
    baseline.announced.obstacle(case)
}

/// Whether a promise has to be taken, or is refused for another reason than that it is one.
fn accepts_a_promise(case: &Case, frames: &[Frame]) -> bool {
    let refuses_connection = case.expect.any(&|check| matches!(check, Check::ConnectionError(_)));
    !refuses_connection && frames.iter().any(|frame| frame.kind == kind::PUSH_PROMISE)
}

/// The octets of an upload that count against windows: padding does, too.
fn flow_controlled(upload: &Upload) -> u64 {
    let frames = upload.length.div_ceil(upload.frame as u64);
    upload.length + upload.padding.map_or(0, |padding| frames * (u64::from(padding) + 1))
}

fn uploads(case: &Case) -> Vec<Upload> {
    let steps = case.own_steps().steps.into_iter();
    let upload = |step| match step {
        Step::Upload(upload) | Step::UploadFromAfar { upload, .. } => Some(upload),
        _ => None,
    };
    steps.filter_map(upload).collect()
}

fn frames(case: &Case) -> Vec<Frame> {
    let steps = case.own_steps().steps.into_iter();
    let writes = steps.filter_map(|step| match step {
        Step::Write(sent) => Some(sent),
        _ => None,
    });
    writes.flatten().filter_map(|sent| if let Sent::Frame(frame) = sent { Some(frame) } else { None }).collect()
}
