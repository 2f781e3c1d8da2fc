//! The command line from outside: exit statuses, what goes to which stream, and that bad input
//! gives exactly one line.

use h2_conformance::subject::SOCKET;
use h2_conformance::transport::listening::Listening;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A case that every subject worth the name passes, now and later.
const CASE: &str = "settings/acknowledged";

fn call(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_h2-conformance")).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn bad_input_gives_exactly_one_line_and_exit_2() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.json");
    std::fs::write(&garbage, "{\n\"role\": 7\n}").unwrap();
    let missing = folder.path().join("missing.json");
    for (arguments, named) in [
        (&["compare", "--case", "settings/acknowledgd"][..], CASE),
        (&["--case", "no-such-topic/*"], "`list`"),
        (&["compare", "--subjects", "upstream"], "two different names"),
        (&["compare", "--subjects", "upstream,upstream"], "two different names"),
        (&["compare", "--subjects", "upstream,pached"], "patched"),
        (&["compare", "--repeat", "0"], "--repeat"),
        (&["compare", "--figures", text(&missing)], "missing.json"),
        (&["--figures", text(&garbage)], "garbage.json is not figures"),
        (&["run", "--subject", "nobody"], "upstream, patched"),
        (&["run"], "--subject"),
        (&["run", "--subject", "patched", "--case", "settings/acknowledgd"], CASE),
        (&["run", "--subject", "patched", "--transport", "pigeon"], "mem"),
        (&["endpoint", "example.test"], "http[s]://host:port"),
        (&["endpoint", "http://"], "http[s]://host:port"),
        (&["endpoint", "http://127.0.0.1:1", "--timeout-ms", "0"], "--timeout-ms"),
        (&["explain", "settings/acknowledgd"], CASE),
        (&["explain", CASE, "--format", "junit"], "text and json"),
        (&["list", "--format", "html"], "text and json"),
        (&["replay", text(&missing)], "missing.json"),
        (&["replay", text(&garbage)], "not a recording"),
        (&["endpoint", "http://127.0.0.1:1", "--jobs", "0"], "--jobs: expected a number from 1 to 64"),
        (&["endpoint", "http://127.0.0.1:1", "--min-played", "0"], "--min-played: expected a number from 1"),
        (&["endpoint", "http://127.0.0.1:1", "--max-time", "soon"], "--max-time: expected a number from 1"),
        (&["endpoint", "http://127.0.0.1:1", "--level", "most"], "must, should, may, quality"),
        (&["endpoint", "http://127.0.0.1:1", "--exclude", "nope/*"], "no case matches"),
        (&["endpoint", "http://127.0.0.1:1", "--exclude", "*"], "no case is left"),
        (&["endpoint", "http://127.0.0.1:1", "--expect", "not-there.txt"], "not-there.txt"),
        (&["endpoint", "http://127.0.0.1:1", "--insecure"], "need a URL of https"),
        (&["endpoint", "http://127.0.0.1:1", "--sni", "example.test"], "need a URL of https"),
        (&["endpoint", "https://127.0.0.1:1", "--cert", "x.pem"], "--cert FILE and --key FILE together"),
        (&["endpoint", "https://127.0.0.1:1", "--insecure", "--cacert", "x.pem"], "found both"),
        (&["endpoint", "https://127.0.0.1:1", "--cacert", "not-there.pem"], "not-there.pem"),
        (&["endpoint", "https://127.0.0.1:1", "--cacert", text(&garbage)], "expected certificates in PEM"),
        (&["endpoint", "https://127.0.0.1:1", "--insecure", "--sni", "a b"], "no name of a server"),
        (&["endpoint", "http://127.0.0.1:1", "--pid", "1"], "--include-abuse with --pid"),
        (&["endpoint", "http://127.0.0.1:1", "--case", "abuse/ping"], "no case"),
        (&["client"], "expected -- COMMAND"),
        (&["client", "--", "curl"], "expected {url} in an argument"),
        (&["client", "--", "curl", "{cacert}", "{url}"], "--tls"),
        (&["client", "curl", "-s", "{url}"], "expected -- before the command, found \"curl\""),
        (&["client", "--listen", "here", "--", "curl", "{url}"], "--listen: expected an IP address"),
        (&["client", "--start-ms", "0", "--", "curl", "{url}"], "--start-ms: expected a number from 1"),
        (&["compair"], "compare, run, endpoint, client, list, explain, replay"),
        (&["bogus"], "compare, run, endpoint, client, list, explain, replay"),
        (&["--format", "yaml"], "markdown"),
        (&["recall", "--again"], "invalid option '--again'"),
    ] {
        if cfg!(not(feature = "tls")) && arguments.get(1).is_some_and(|url| url.starts_with("https")) {
            continue;
        }
        let output = call(arguments);
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complaint}");
        assert_eq!(complaint.lines().count(), 1, "{arguments:?}: {complaint}");
        assert!(complaint.starts_with("h2-conformance: ") && complaint.contains(named), "{arguments:?}: {complaint}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_comparison_leaves_its_reports_and_the_shape_is_as_promised() {
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    let arguments = ["compare", "--case", CASE, "--repeat", "2", "--format", "json", "--reports", text(&reports)];
    let output = call(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(output.stderr.is_empty(), "no progress where no terminal is");
    let results = json(&stdout(&output));
    assert_eq!(results, json(&std::fs::read_to_string(reports.join("results.json")).unwrap()));
    assert!(reports.join("report.md").is_file() && reports.join("report.html").is_file());
    assert_eq!(results["cases"][0]["id"], CASE);
    assert_eq!(results["cases"][0]["results"]["patched"]["outcome"], "pass");
    assert_eq!(results["subjects"][0]["name"], "upstream");
    for field in ["pass", "weak", "fail", "inconclusive", "skipped"] {
        assert!(results["summary"]["patched"][field].is_u64(), "{field}");
    }
    assert_eq!(stdout(&call(&arguments)), stdout(&output), "the same each time");
}

#[test]
fn recall_tells_what_was_found_last() {
    let output = call(&["recall"]);
    assert_eq!(output.status.code(), Some(0));
    let page = stdout(&output);
    let found = page.lines().filter(|line| line.starts_with("| 0.4.") && line.contains("| `")).count();
    let all = page.lines().filter(|line| line.starts_with("| 0.4.") && line.matches('|').count() == 4).count();
    assert!(page.contains(&format!("The suite finds {found} of {all} faults.")) && found > 20, "{page}");
}

#[test]
fn the_text_ends_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let output = call(&["--case", CASE, "--reports", text(folder.path())]);
    let text = stdout(&output);
    assert!(text.contains("The fork holds: nothing unexpected in 1 case"), "{text}");
    assert!(!text.contains('%') && !text.contains('\x1b'), "{text}");
    let output = call(&["run", "--subject", "patched", "--case", CASE, "--quiet"]);
    assert_eq!(stdout(&output), "Nothing unexpected in 1 case on patched.\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_report_that_cannot_be_written_is_a_broken_harness() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("missing/report.xml");
    for arguments in [
        &["run", "--subject", "patched", "--case", CASE, "--format", "junit", "--out", text(&nowhere)][..],
        &["list", "--out", text(&nowhere)],
    ] {
        let output = call(arguments);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
    }
}

#[test]
fn the_list_is_the_catalogue() {
    let listed = json(&stdout(&call(&["list", "--json"])));
    let ids: Vec<&str> = listed.as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap()).collect();
    let catalogue = [h2_conformance::catalog::all(), h2_conformance::endpoint::cases_beside()].concat();
    assert_eq!(ids, catalogue.iter().map(|case| case.id).collect::<Vec<_>>());
    assert!(stdout(&call(&["list"])).lines().any(|line| line.starts_with(CASE)));
}

#[test]
fn what_explain_writes_replay_plays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.json");
    assert_eq!(call(&["explain", CASE, "--format", "json", "--out", text(&file)]).status.code(), Some(0));
    let explained = json(&std::fs::read_to_string(&file).unwrap());
    for subject in ["upstream", "patched"] {
        let output = call(&["replay", text(&file), "--subject", subject, "--format", "json"]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(json(&stdout(&output))["transcript"], explained["subjects"][subject]["transcript"]);
    }
}

#[test]
fn a_replay_is_judged_by_the_case_that_does_the_same_and_by_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.json");
    let explained = stdout(&call(&["explain", "settings/ack-with-payload", "--format", "json"]));
    let replayed = |recording: &str, subject| {
        std::fs::write(&file, recording).unwrap();
        let output = call(&["replay", text(&file), "--subject", subject]);
        let told: Vec<_> = stdout(&output).lines().filter(|line| !line.starts_with(' ')).map(str::to_owned).collect();
        (output.status.code(), told[1..].join("\n"))
    };
    let right = "case: settings/ack-with-payload\noutcome: pass\nending: clean";
    assert_eq!(replayed(&explained, "patched"), (Some(0), right.to_owned()));
    let (status, told) = replayed(&explained, "upstream");
    assert_eq!(status, Some(1));
    assert!(told.contains("outcome: weak: ") && told.ends_with("ending: wrong-code"), "{told}");

    let unknown = explained.replace("settings/ack-with-payload", "mine/alone");
    let mut other = json(&explained);
    other["steps"].as_array_mut().unwrap().push(serde_json::json!({ "settle": true }));
    for recording in [unknown, other.to_string()] {
        assert_eq!(replayed(&recording, "patched"), (Some(0), "ending: GOAWAY FRAME_SIZE_ERROR".to_owned()));
    }
}

#[test]
fn a_capture_is_written_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pings.pcapng");
    let run = |pcap: &Path| call(&["run", "--subject", "patched", "--case", "ping/*", "--pcap", text(pcap)]);
    assert_eq!(run(&file).status.code(), Some(0));
    let capture = std::fs::read(&file).unwrap();
    assert!(capture.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) && capture.len() > 1000);
    let output = run(&folder.path().join("missing/pings.pcapng"));
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().lines().last().unwrap().contains("cannot write"));
}

#[test]
fn what_explain_says_in_words() {
    let words = stdout(&call(&["explain", CASE]));
    for part in ["SETTINGS is acknowledged", "Steps", "Expects", "upstream (h2 0.4.20)", "patched (h2 0.4.2001)"] {
        assert!(words.contains(part), "{part} is not in\n{words}");
    }
}

#[test]
fn a_server_that_skips_too_much_is_no_good_server() {
    let fork = SOCKET.iter().find(|subject| subject.name == "patched").expect("the fork");
    let server = (fork.start)(Listening::CLEAR).expect("a server");
    let url = format!("http://{}", server.addr);
    let played = |least: &str| {
        let output = call(&["endpoint", &url, "--case", "ping/*", "--quiet", "--min-played", least]);
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let (status, report) = played("1");
    assert_eq!(status, Some(0), "{report}");
    let (status, report) = played("100");
    assert_eq!(status, Some(1), "{report}");
    assert!(report.contains("expected at least 100 (--min-played)"), "{report}");
}
