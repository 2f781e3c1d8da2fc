//! Cases that cannot be played on a client elsewhere, and why.

use super::{usual_calls, Baseline};
use crate::case::{Case, Config, Role};
use crate::judge::{Check, Expect};
use crate::script::{Sent, Step, Upload};
use crate::wire::code::error::PROTOCOL_ERROR;
use crate::wire::code::kind;
use crate::wire::hpack::Decoder;
use crate::wire::{Frame, View};
use crate::wire_only;

/// Why a case needs more than a client that makes one request.
pub(super) fn needs_more_than_a_request(case: &Case) -> Option<&'static str> {
    if case.role == Role::Server {
        return Some("is a case for servers");
    }
    if case.topic() == "limits" {
        return Some("is about a limit that each client sets for itself");
    }
    if !usual_calls::are_all(case) {
        return Some("calls more of the client's API than one GET request does");
    }
    // Of one setting the client's SETTINGS tell whether it is as the case needs it.
    let config = Config { push: None, ..case.config };
    let unseen = Case { config, expect: usual_calls::unseen(case, true), ..case.clone() };
    let asks_of_request = unseen
        .expect
        .any(&|check| matches!(check, Check::Count { kind: kind::HEADERS, stream: 1, times } if *times.start() > 0));
    let counts = unseen
        .expect
        .any(&|check| matches!(check, Check::Window { .. } | Check::Count { kind: kind::WINDOW_UPDATE, .. }));
    wire_only::needs_more_than_calls(&unseen)
        .or(asks_of_request.then_some("asks what the request looks like, which comes before the first step"))
        .or(counts.then_some("counts credit to the octet, which needs a client whose windows are known"))
}

/// Why a case proves nothing about this client.
pub(super) fn needs_another_client(case: &Case, baseline: &Baseline) -> Option<String> {
    let frames = frames(case);
    if let Some(why) = needs_another_push(case, baseline) {
        return Some(why.into());
    }
    let uploads = uploads(case);
    let ends_response = frames.iter().any(|frame| frame.stream == 1 && frame.ends_stream())
        || uploads.iter().any(|upload| upload.stream == 1 && upload.end);
    let tells = baseline.success.is_some() && other_status(&frames).is_none_or(|status| baseline.succeeds_at(status));
    if baseline.leaves && !tells && ends_response {
        return Some("ends the response, at which this client leaves; its exit status tells nothing".into());
    }
    if baseline.leaves && ends_response && leaves_a_push_open(&frames) {
        return Some("ends the response and not what is pushed, for which this client may stay".into());
    }
    if baseline.leaves && goes_on_behind_the_end(case) {
        return Some("goes on behind the end of the response, at which this client leaves".into());
    }
    if baseline.success.is_none() && usual_calls::unseen(case, false) == Expect::NOTHING {
        return Some("asks whether the request succeeds, which this client's exit status does not tell".into());
    }
    let window = baseline.announced.connection_window.min(baseline.announced.stream_window);
    if let Some(octets) = uploads.iter().map(flow_controlled).find(|octets| *octets <= window) {
        return Some(format!("sends {octets} octets of DATA, and the client's window of {window} takes all of them"));
    }
    baseline.announced.obstacle(case)
}

/// Why a case with promises shows nothing on a client that takes them, or takes none.
fn needs_another_push(case: &Case, baseline: &Baseline) -> Option<&'static str> {
    let announced = baseline.announced.enable_push;
    if case.config.push == Some(false) {
        return announced.then_some("needs a client that announces that it takes no promises");
    }
    if baseline.takes_promises || !accepts_a_promise(case) {
        return None;
    }
    Some(match announced {
        true => "sends PUSH_PROMISE, and the client refuses a sound one",
        false => "sends PUSH_PROMISE, and the client announces that it takes none",
    })
}

/// Whether a promise has to be taken, or is refused for another reason than that it is one.
fn accepts_a_promise(case: &Case) -> bool {
    let steps = case.own_steps().steps;
    let mark = steps.iter().rposition(|step| *step == Step::Mark).unwrap_or(0);
    let refuses_any = |check: &Check| match check {
        Check::ConnectionError(_) => check.allows(PROTOCOL_ERROR),
        Check::LastProcessed(_) => true,
        _ => false,
    };
    let promises = |steps: &[Step]| frames_of(steps).iter().any(|frame| frame.kind == kind::PUSH_PROMISE);
    promises(&steps[..mark]) || promises(&steps) && !case.expect.checks().iter().all(refuses_any)
}

/// A status that a program may call a failure, though it is none of HTTP/2.
fn other_status(frames: &[Frame]) -> Option<u16> {
    let mut decoder = Decoder::default();
    let status = |frame: &Frame| {
        let View::Headers { block } = View::from(frame) else { return None };
        let fields = decoder.decode(block).ok()?;
        let (_, value) = fields.into_iter().find(|(name, _)| name == b":status")?;
        std::str::from_utf8(&value).ok()?.parse::<u16>().ok()
    };
    frames.iter().filter_map(status).find(|status| *status > 200)
}

/// Whether a promise was made whose response does not come to its end.
fn leaves_a_push_open(frames: &[Frame]) -> bool {
    let is_push = |frame: &&Frame| frame.kind == kind::PUSH_PROMISE;
    let ends = |frame: &&Frame| {
        frame.stream != 0 && frame.stream % 2 == 0 && (frame.ends_stream() || frame.kind == kind::RST_STREAM)
    };
    frames.iter().filter(is_push).count() > frames.iter().filter(ends).count()
}

/// Whether the peer writes something after it has ended or reset the response.
fn goes_on_behind_the_end(case: &Case) -> bool {
    let steps = case.own_steps().steps;
    let ends = |frame: &Frame| frame.stream == 1 && (frame.ends_stream() || frame.kind == kind::RST_STREAM);
    let end = steps.iter().position(|step| frames_of(std::slice::from_ref(step)).iter().any(ends));
    end.is_some_and(|end| steps[end + 1..].iter().any(|step| matches!(step, Step::Write(_))))
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
    frames_of(&case.own_steps().steps)
}

fn frames_of(steps: &[Step]) -> Vec<Frame> {
    let writes = steps.iter().filter_map(|step| match step {
        Step::Write(sent) => Some(sent),
        _ => None,
    });
    writes.flatten().filter_map(Sent::frame).cloned().collect()
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
        let plain = Baseline {
            announced: Announced::INITIAL,
            leaves: false,
            success: None,
            succeeds_at: [false; 2],
            takes_promises: true,
        };
        let leaves = Baseline { leaves: true, ..plain };
        let without_push = Baseline {
            announced: Announced { enable_push: false, ..Announced::INITIAL },
            takes_promises: false,
            ..plain
        };
        let large = 1 << 20;
        let stream_alone = Announced { stream_window: large, ..Announced::INITIAL };
        let wide = Baseline { announced: Announced { connection_window: large, ..stream_alone }, ..plain };
        let stream_alone = Baseline { announced: stream_alone, ..plain };
        let refuses_push = Baseline { takes_promises: false, ..plain };
        let fails_at_304 = Baseline { success: Some(0), ..leaves };
        for (id, baseline, word) in [
            ("headers/padded-client", leaves, "exit status"),
            ("continuation/empty-promise-fragment", without_push, "PUSH_PROMISE"),
            ("push/padded-client", refuses_push, "refuses a sound one"),
            ("push/promises-twice-client", refuses_push, "refuses a sound one"),
            ("regressions/push-and-response-are-both-awaited", Baseline { success: Some(0), ..leaves }, "may stay"),
            ("states/data-on-closed-stream-client", Baseline { success: Some(0), ..leaves }, "behind the end"),
            (
                "errors/peer-ends-in-response-client",
                Baseline { success: None, ..plain },
                "whether the request succeeds",
            ),
            ("lengths/not-modified-and-trailers-client", fails_at_304, "exit status"),
            ("updates/plain-download", wide, "takes all of them"),
        ] {
            let found = reason(id, baseline).unwrap_or_default();
            assert!(found.contains(word), "{id}: {found:?}");
            assert_eq!(reason(id, Baseline { success: Some(0), ..plain }), None, "{id}");
        }
        // The connection's window is used up, however large that of the stream is.
        assert_eq!(reason("updates/plain-download", stream_alone), None);
        assert_eq!(reason("headers/padded-client", Baseline { success: Some(0), ..leaves }), None);
        let takes_304 = Baseline { succeeds_at: [false, true], ..fails_at_304 };
        assert_eq!(reason("lengths/not-modified-and-trailers-client", takes_304), None);
        assert!(reason("push/although-disabled-client", plain).is_some_and(|why| why.contains("takes no promises")));
        assert_eq!(reason("push/although-disabled-client", without_push), None);
        // A promise that is refused for another reason is refused all the same.
        assert_eq!(reason("push/promises-odd-stream-client", without_push), None);
    }
}
