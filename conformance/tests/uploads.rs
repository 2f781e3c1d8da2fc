//! What the suite's peer uploads.

use std::time::Duration;

use h2_conformance::case::{Case, Config, Role};
use h2_conformance::drive::{play, Want};
use h2_conformance::script::{App, Script, Step, Upload};
use h2_conformance::select::in_memory;
use h2_conformance::wire::build::{data, post};

const ROUND_TRIP: Duration = Duration::from_secs(1);

/// How long an upload of 64 windows from afar lasts.
fn duration(ends_first: bool) -> Duration {
    let config = Config { time_passes: true, receive_budget: Some(0), ..Config::DEFAULT };
    let case = Case { role: Role::Server, config, ..Case::DEFAULT };
    let mut script = Script::new(true);
    script.open();
    script.send(post(1));
    if ends_first {
        // An error of the connection: DATA belongs to a stream (RFC 9113 section 6.1).
        script.send(data(0, 1));
    }
    let upload = Upload { stream: 1, length: 64 * 65_535, frame: 16_384, padding: None, end: true };
    script.steps.push(Step::App(App::ReadToEnd { stream: 1 }));
    script.steps.push(Step::UploadFromAfar { upload, round_trip: ROUND_TRIP });
    let mut link = (in_memory("patched").expect("a subject").make)(&case);
    play(&mut *link, &script, true, &|_| Want::Nothing);
    link.now()
}

#[test]
fn an_upload_from_afar_ends_with_its_connection() {
    assert!(duration(true) < 3 * ROUND_TRIP, "{:?}", duration(true));
    assert!(duration(false) > 20 * ROUND_TRIP, "{:?}", duration(false));
}
