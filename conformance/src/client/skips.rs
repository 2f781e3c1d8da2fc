//! Cases that cannot be played on a client elsewhere, and why.

use super::Baseline;
use crate::case::{Case, Role};
use crate::judge::Check;
use crate::script::{Sent, Step, Upload};
use crate::wire::code::kind;
use crate::wire::Frame;
use crate::wire_only;

/// Why a case needs more than a client that makes one request.
pub(super) fn needs_more_than_a_request(case: &Case) -> Option<&'static str> {
    if case.role == Role::Server {
        return Some("is a case for servers");
    }
    let counts = case.expect.any(&|check| matches!(check, Check::Window { .. }));
    let windows = counts.then_some("counts credit to the octet, which needs a client whose windows are known");
    wire_only::needs_more(case).or(windows)
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
    let window = baseline.announced.connection_window.min(baseline.announced.stream_window);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Announced;

    fn reason(id: &str, baseline: Baseline) -> Option<String> {
        let catalogue = crate::catalog::all();
        let case = catalogue.iter().find(|case| case.id == id).expect("in the catalogue");
        assert_eq!(needs_more_than_a_request(case), None, "{id}");
        needs_another_client(case, &baseline)
    }

    #[test]
    fn a_case_that_shows_nothing_on_a_client_is_skipped() {
        let plain = Baseline { announced: Announced::INITIAL, leaves: false, success: None };
        let leaves = Baseline { leaves: true, ..plain };
        let without_push = Baseline { announced: Announced { enable_push: false, ..Announced::INITIAL }, ..plain };
        let large = 1 << 20;
        let stream_alone = Announced { stream_window: large, ..Announced::INITIAL };
        let wide = Baseline { announced: Announced { connection_window: large, ..stream_alone }, ..plain };
        let stream_alone = Baseline { announced: stream_alone, ..plain };
        for (id, baseline, word) in [
            ("headers/padded-client", leaves, "exit status"),
            ("continuation/empty-promise-fragment", without_push, "PUSH_PROMISE"),
            ("updates/plain-download", wide, "takes all of them"),
        ] {
            let found = reason(id, baseline).unwrap_or_default();
            assert!(found.contains(word), "{id}: {found:?}");
            assert_eq!(reason(id, plain), None, "{id}");
        }
        // The connection's window is used up, however large that of the stream is.
        assert_eq!(reason("updates/plain-download", stream_alone), None);
        assert_eq!(reason("headers/padded-client", Baseline { success: Some(0), ..leaves }), None);
        // A promise that is refused for another reason is refused all the same.
        assert_eq!(reason("push/promises-odd-stream-client", without_push), None);
    }
}
